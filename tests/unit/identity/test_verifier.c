/* Threads that judge copies of messages and bring the verdicts home. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>

#include "judge_studio.h"
#include "sipmon/identity/signatures.h"
#include "sipmon/identity/verifier.h"

/* More than any thread needs until it is its turn. */
#define PATIENCE_MS 10000

#define MESSAGES 400
#define KINDS    4

static const struct telling usual;

static const struct {
	struct making m;
	enum verdict verdict;
	enum signature_result signature;
	const char *url;    /* that is wanted */
	const char *signer; /* its name */
} kinds[KINDS] = {
	{ { .by = SIGNER_SP },
	  VERDICT_VALID,
	  SIGNATURE_VALID,
	  "",
	  "SHAKEN 709J" },
	{ { .has_key = true, .key = SIGNER_CALLER },
	  VERDICT_SIGNATURE_INVALID,
	  SIGNATURE_INVALID,
	  "",
	  "SHAKEN 709J" },
	{ { .url = URL_OF("gone.pem") },
	  VERDICT_CERT_UNAVAILABLE,
	  SIGNATURE_UNCHECKED,
	  URL_OF("gone.pem"),
	  "" },
	{ { .by = SIGNER_EXPIRED },
	  VERDICT_CERT_EXPIRED,
	  SIGNATURE_VALID,
	  "",
	  "Late" },
};

static struct verifier *started(struct studio *s, unsigned threads)
{
	struct verifier *v = NULL;

	assert_int_equal(verifier_new(&v, &s->judge, threads), ERR_OK);
	return v;
}

static bool is_readable(const struct verifier *v, int timeout_ms)
{
	struct pollfd fd = { .fd = verifier_fd(v), .events = POLLIN };

	return poll(&fd, 1, timeout_ms) == 1;
}

static void check_answer(const struct verifier_answer *a)
{
	uint32_t kind = a->tag;

	assert_int_equal(a->id % KINDS, kind);
	assert_int_equal(a->time_ns, (IAT + 7) * 1000000000);
	assert_string_equal(verdict_name(a->brief.verdict),
			    verdict_name(kinds[kind].verdict));
	assert_int_equal(a->brief.signatures[0], kinds[kind].signature);
	assert_int_equal(a->brief.attest, ATTEST_A);
	assert_string_equal(a->signer.name, kinds[kind].signer);
	assert_string_equal(a->url, kinds[kind].url);
	assert_true(a->has_age);
	assert_int_equal(a->age_s, 7);
}

static void each_message_gets_its_verdict(struct studio *s)
{
	struct buf texts[KINDS];
	struct verifier *v = started(s, 3);
	bool seen[MESSAGES] = { false };
	uint32_t asked = 0;
	uint32_t taken = 0;
	struct verifier_answer a;

	for (unsigned i = 0; i < KINDS; i++) {
		tell(s, &usual, &kinds[i].m, 1);
		buf_init(&texts[i], SIGN_BYTES_MAX);
		buf_add(&texts[i], buf_slice(&s->text));
	}
	while (taken < MESSAGES) {
		while (asked < MESSAGES && verifier_has_room(v)) {
			const struct verifier_job job = {
				.bytes = buf_slice(&texts[asked % KINDS]),
				.time_ns = (IAT + 7) * 1000000000,
				.id = asked,
				.tag = asked % KINDS,
			};

			assert_true(verifier_ask(v, &job));
			asked++;
		}
		assert_int_equal(verifier_pending(v), asked - taken);
		assert_true(is_readable(v, PATIENCE_MS));
		while (verifier_take(v, &a)) {
			check_answer(&a);
			assert_false(seen[a.id]);
			seen[a.id] = true;
			taken++;
		}
	}
	assert_int_equal(verifier_pending(v), 0);
	verifier_free(v);
	for (unsigned i = 0; i < KINDS; i++)
		buf_free(&texts[i]);
}

static void threads_answer_as_one_would(void **state)
{
	struct studio *s = *state;

	each_message_gets_its_verdict(s);
	s->judge.cache = signatures_new(16);
	assert_non_null(s->judge.cache);
	each_message_gets_its_verdict(s);
	signatures_free(s->judge.cache);
}

static void past_its_room_a_verifier_says_no(void **state)
{
	struct studio *s = *state;
	struct verifier *v = started(s, 1);
	struct verifier_job job = { .time_ns = IAT * 1000000000 };
	unsigned asked = 0;

	tell(s, &usual, &kinds[0].m, 1);
	job.bytes = buf_slice(&s->text);
	while (verifier_has_room(v)) {
		assert_true(verifier_ask(v, &job));
		asked++;
	}
	assert_int_equal(asked, 64);
	assert_false(verifier_ask(v, &job));
	assert_int_equal(verifier_pending(v), 64);
	/* What was not taken back goes with it. */
	verifier_free(v);
}

static void what_is_no_message_has_no_verdict(void **state)
{
	static const char *const texts[] = { "", "x",
					     "CANCEL sip:a@b SIP/2.0\r\n\r\n" };
	struct verifier *v = started(*state, 1);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct verifier_job job = { .bytes = slice_of(texts[i]),
						  .id = i };
		struct verifier_answer a;

		assert_true(verifier_ask(v, &job));
		assert_true(is_readable(v, PATIENCE_MS));
		assert_true(verifier_take(v, &a));
		assert_int_equal(a.id, i);
		assert_int_equal(a.brief.verdict, VERDICT_NONE);
		assert_false(a.has_age);
		assert_string_equal(a.signer.name, "");
		assert_false(verifier_take(v, &a));
	}
	verifier_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STUDIO(threads_answer_as_one_would),
		IN_STUDIO(past_its_room_a_verifier_says_no),
		IN_STUDIO(what_is_no_message_has_no_verdict),
	};

	return cmocka_run_group_tests(tests, open_studio, close_studio);
}
