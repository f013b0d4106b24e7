/* judged.h - for tests of rules: what is found in the call "call@test". */
#ifndef TESTS_ANALYSE_JUDGED_H
#define TESTS_ANALYSE_JUDGED_H

#include "sipmon/analyse/diagnosis.h"
#include "talk.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Findings of the call in a store that stays the caller's. */
static inline unsigned judge_store(const struct store *s, struct finding *out,
				   unsigned room)
{
	struct diagnosis d = { .limits = PHASE_LIMITS_DEFAULT };
	const struct view *v = store_view(s);

	assert_non_null(view_find(v, SLICE("call@test")));
	return diagnosis_findings(&d, v, view_find(v, SLICE("call@test")), out,
				  room);
}

/* Findings at `now_ms`. */
static inline unsigned judge(const struct said *list, size_t count,
			     int64_t now_ms, struct finding *out, unsigned room)
{
	struct store *s = talk_store(list, count, now_ms);
	unsigned n;

	assert_non_null(s);
	n = judge_store(s, out, room);
	store_free(s);
	return n;
}

static inline bool store_has(const struct store *s, const char *kind,
			     struct finding *out)
{
	struct finding found[FINDING_ROOM];
	unsigned n = judge_store(s, found, FINDING_ROOM);

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(found[i].kind, kind) != 0)
			continue;
		*out = found[i];
		return true;
	}
	return false;
}

static inline bool has(const struct said *list, size_t count, int64_t now_ms,
		       const char *kind, struct finding *out)
{
	struct store *s = talk_store(list, count, now_ms);
	bool is;

	assert_non_null(s);
	is = store_has(s, kind, out);
	store_free(s);
	return is;
}

#define HAS(list, now_ms, kind) has(list, COUNT(list), now_ms, kind, &f)
#define FINDINGS(list, now_ms)                                                 \
	judge(list, COUNT(list), now_ms, found, FINDING_ROOM)

/* Are these the messages that it names, in this order?  0: no more. */
static inline void names(const struct finding *f, uint32_t a, uint32_t b,
			 uint32_t c, uint32_t d)
{
	const uint32_t wanted[] = { a, b, c, d };
	unsigned n = 0;

	while (n < COUNT(wanted) && wanted[n] != 0) {
		assert_true(n < f->message_count);
		assert_int_equal(f->messages[n], wanted[n]);
		n++;
	}
	assert_int_equal(f->message_count, n);
}

#endif
