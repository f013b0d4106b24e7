/* A line of the timer audit in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "sipmon/report/audit_text.h"

static int load(void **state)
{
	static struct catalogue *both[LANGUAGES];
	struct problem problem;

	*state = both;
	return catalogue_new(&both[LANGUAGE_EN], LANGUAGE_EN, &problem) ||
	       catalogue_new(&both[LANGUAGE_VI], LANGUAGE_VI, &problem);
}

static int unload(void **state)
{
	struct catalogue **both = *state;

	catalogue_free(both[LANGUAGE_EN]);
	catalogue_free(both[LANGUAGE_VI]);
	return 0;
}

#define SENT(ms)                                                               \
	{                                                                      \
		ms, 1, 2,                                                      \
			MADE(INVITE_LINE, "i1", ALICE, BOB, ANSWERED_ID,       \
			     "1 INVITE")                                       \
	}
#define SAID(ms, start)                                                        \
	{                                                                      \
		ms, 2, 1,                                                      \
			MADE(start, "i1", ALICE, BOB_TAGGED, ANSWERED_ID,      \
			     "1 INVITE")                                       \
	}

/* Message 2 is message 1 captured twice; 6 is the answer. */
static const struct made_step steps[] = {
	SENT(0),    SENT(1),    SENT(500),
	SENT(1506), SENT(3506), SAID(3800, "SIP/2.0 100 Trying"),
};

static void check(const struct catalogue *words, const struct audit *a,
		  const char *expected)
{
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out;

	buf_init(&out, (size_t)1 << 12);
	assert_non_null(s);
	audit_text(&out, store_view(s), a, words);
	buf_add_char(&out, '\0');
	assert_false(out.failed);
	assert_string_equal(out.ptr, expected);
	buf_free(&out);
	store_free(s);
}

static void gaps_are_told_from_copy_to_copy(void **state)
{
	struct catalogue **both = *state;
	struct audit a = { .timer = "timer-a",
			   .msg = 1,
			   .end_msg = 6,
			   .due_ns = -1,
			   .seen_ns = 3800 * CLOCK_MS_NS,
			   .count = 3 };

	check(both[LANGUAGE_EN], &a,
	      "Timer A: sent again after 0.50 1.01 2.00 s as it should; "
	      "answered after 3.80 s");
	check(both[LANGUAGE_VI], &a,
	      "Timer A: gửi lại sau 0.50 1.01 2.00 s, đúng quy định; "
	      "được trả lời sau 3.80 s");
	a.result = AUDIT_EARLY;
	a.end_msg = 0;
	a.seen_ns = -1;
	check(both[LANGUAGE_EN], &a,
	      "Timer A: sent again after 0.50 1.01 2.00 s, sooner than it may; "
	      "no answer came");
}

static void the_message_that_ended_it_is_named(void **state)
{
	struct catalogue **both = *state;
	struct audit a = { .timer = "timer-b",
			   .msg = 1,
			   .end_msg = 6,
			   .due_ns = 32 * CLOCK_SECOND_NS,
			   .seen_ns = 3800 * CLOCK_MS_NS,
			   .element = made_endpoint(1) };

	check(both[LANGUAGE_EN], &a, "Timer B: stopped by 100 after 3.80 s");
	a.result = AUDIT_RAN_OUT;
	a.end_msg = 0;
	a.seen_ns = -1;
	check(both[LANGUAGE_EN], &a,
	      "Timer B: ran out at 192.0.2.1:5060 after 32.00 s: no response "
	      "came");
}

/* What an auditor may say some day is no reason to write nonsense. */
static void an_unknown_timer_or_result_is_named_at_least(void **state)
{
	struct catalogue **both = *state;
	struct audit a = { .timer = "timer-z", .seen_ns = -1, .due_ns = -1 };

	check(both[LANGUAGE_EN], &a, "timer-z");
	a.timer = "timer-b";
	a.result = AUDIT_RUNS;
	a.end_msg = 6;
	check(both[LANGUAGE_EN], &a, "Timer B");
	a.timer = "timer-a";
	a.msg = 0;
	a.count = 2;
	a.result = AUDIT_KEPT;
	a.end_msg = 0;
	check(both[LANGUAGE_EN], &a,
	      "Timer A: sent again after ... s as it should; no answer came");
}

static void every_sentence_is_filled_in_both_languages(void **state)
{
	static const char *const timers[] = {
		"timer-a",     "timer-b",         "timer-c",
		"timer-d",     "timer-e",         "timer-f",
		"timer-g",     "timer-h",         "timer-i",
		"timer-j",     "timer-k",         "timer-l",
		"timer-m",     "timer-n",         "resend-2xx",
		"resend-1xx",  "trying-100",      "non-invite-100",
		"refresh-1xx", "retry-491-owner", "retry-491-other",
		"retry-after", "session-timer",   "registration",
	};
	struct catalogue **both = *state;
	struct store *s = made_store(steps, MADE_COUNT(steps));
	unsigned told = 0;

	assert_non_null(s);
	for (size_t i = 0; i < 2 * 5 * MADE_COUNT(timers); i++) {
		struct audit a = { .timer = timers[i / 10],
				   .result = (enum audit_result)(i / 2 % 5),
				   .msg = 1,
				   .end_msg = i % 2 == 0 ? 6 : 0,
				   .seen_ns = CLOCK_SECOND_NS,
				   .due_ns = CLOCK_SECOND_NS };
		struct buf out[LANGUAGES];

		for (unsigned lang = 0; lang < LANGUAGES; lang++) {
			buf_init(&out[lang], (size_t)1 << 12);
			audit_text(&out[lang], store_view(s), &a, both[lang]);
			assert_int_equal(slice_find(buf_slice(&out[lang]), '%'),
					 out[lang].len);
		}
		if (slice_search(buf_slice(&out[0]), SLICE(": "), false) <
		    out[0].len) {
			assert_false(slice_eq(buf_slice(&out[0]),
					      buf_slice(&out[1])));
			told++;
		}
		buf_free(&out[0]);
		buf_free(&out[1]);
	}
	assert_true(told > MADE_COUNT(timers));
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_are_told_from_copy_to_copy),
		cmocka_unit_test(the_message_that_ended_it_is_named),
		cmocka_unit_test(an_unknown_timer_or_result_is_named_at_least),
		cmocka_unit_test(every_sentence_is_filled_in_both_languages),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
