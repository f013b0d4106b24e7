#include "judging.h"

#include <stdio.h>
#include <time.h>

#include "text.h"

#define BIT(id) VERDICT_BIT(VERDICT_##id)

static const struct {
	const char *name;
	const char *legacy; /* NULL: the same */
	uint64_t failures;
} checks[CHECKS] = {
#define CHECK(id, name, legacy, failures)                                      \
	[CHECK_##id] = { name, legacy, failures },
#include "sipmon/identity/checks.def"
#undef CHECK
};

void note_made(struct trial *t, enum check_id id, uint64_t failed,
	       struct slice detail)
{
	struct check_slot *s = &t->slots[id];

	failed &= checks[id].failures;
	t->header->failed |= failed;
	s->is_made = true;
	s->failed |= failed;
	s->result = s->failed != 0 ? CHECK_FAIL : CHECK_PASS;
	s->detail = detail;
}

void note_skipped(struct trial *t, enum check_id id, const char *why)
{
	struct check_slot *s = &t->slots[id];

	s->is_made = true;
	s->result = CHECK_SKIP;
	s->detail = slice_of(why);
}

void note_caveat(struct trial *t, enum caveat c)
{
	t->header->caveats |= CAVEAT_BIT(c);
}

/* Failures of a response have no code: nobody answers one (RFC 9970). */
static uint16_t code_of(const struct judging *j, const struct trial *t)
{
	if (j->c->msg->is_response || t->ppt == PPT_RSP)
		return 0;
	return verdict_code(t->header->verdict);
}

void notes_settle(const struct judging *j, struct trial *t)
{
	struct identity_header *h = t->header;
	bool is_legacy = h->scheme == IDENTITY_RFC4474;

	if (h->signature == SIGNATURE_UNKNOWN)
		h->signature = SIGNATURE_UNCHECKED;
	if (t->is_ignored)
		return;
	h->verdict = verdict_first(h->failed);
	h->expected_code = code_of(j, t);
	for (unsigned i = 0; i < CHECKS; i++) {
		const struct check_slot *s = &t->slots[i];
		const char *name = checks[i].name;

		if (!s->is_made)
			continue;
		if (is_legacy && checks[i].legacy != NULL)
			name = checks[i].legacy;
		h->checks[h->check_count++] = (struct identity_check){
			.name = name,
			.result = s->result,
			.verdict = s->failed != 0 ? verdict_first(s->failed)
						  : VERDICT_NONE,
			.detail = s->detail,
		};
	}
}

/* ---- texts */

struct slice text_join(struct judging *j, const struct slice *parts,
		       unsigned count)
{
	struct words w;
	struct slice text;

	if (j->c->brief)
		return SLICE_NONE;
	w.count = 0;
	for (unsigned i = 0; i < count; i++)
		words_add_clipped(&w, parts[i]);
	text = words_join(&j->memory, &w);
	if (!slice_is_set(text))
		j->no_memory = true;
	return text;
}

struct slice text_number(struct judging *j, int64_t n)
{
	char text[24];
	int len;

	if (j->c->brief)
		return SLICE_NONE;
	len = snprintf(text, sizeof(text), "%lld", (long long)n);
	return arena_copy(j->memory.arena, j->memory.pool,
			  (struct slice){ text, (size_t)len });
}

struct slice text_date(struct judging *j, int64_t seconds)
{
	time_t time = (time_t)seconds;
	char text[32];
	struct tm tm;
	size_t len;

	if (j->c->brief || gmtime_r(&time, &tm) == NULL)
		return SLICE_NONE;
	len = strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return arena_copy(j->memory.arena, j->memory.pool,
			  (struct slice){ text, len });
}

/* ---- freshness */

/* Both for any numbers that a stranger may write.  A part of a second makes
 * what is old older; what is ahead by a second more than the window is ahead by
 * more than the window all the same. */
bool is_stale(const struct judging *j, int64_t then_s, int64_t window_s)
{
	uint64_t age = (uint64_t)j->now_s - (uint64_t)then_s;

	if (then_s > j->now_s || window_s < 0)
		return false;
	return age > (uint64_t)window_s ||
	       (age == (uint64_t)window_s && j->has_part);
}

static bool is_early(const struct judging *j, int64_t then_s, int64_t window_s)
{
	return then_s > j->now_s && window_s >= 0 &&
	       (uint64_t)then_s - (uint64_t)j->now_s > (uint64_t)window_s;
}

void note_age(struct judging *j, struct trial *t, enum check_id id,
	      int64_t then_s, int64_t window_s, enum verdict stale,
	      enum verdict ahead)
{
	bool is_ahead = then_s > j->now_s;
	uint64_t age = is_ahead ? (uint64_t)then_s - (uint64_t)j->now_s
				: (uint64_t)j->now_s - (uint64_t)then_s;
	uint64_t failed = 0;

	if (is_stale(j, then_s, window_s))
		failed = VERDICT_BIT(stale);
	else if (is_early(j, then_s, window_s))
		failed = VERDICT_BIT(ahead);
	if (age > INT64_MAX)
		age = INT64_MAX;
	note_made(t, id, failed,
		  TEXT(j, text_number(j, (int64_t)age),
		       is_ahead ? SLICE(" s ahead, ") : SLICE(" s old, "),
		       text_number(j, window_s), SLICE(" s allowed")));
}
