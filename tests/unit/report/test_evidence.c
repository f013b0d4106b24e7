/* What a message itself says about its code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "sipmon/base/utf8.h"
#include "sipmon/report/evidence.h"

static int load(void **state)
{
	static struct catalogue *words;
	struct problem problem;
	enum err e = catalogue_new(&words, LANGUAGE_EN, &problem);

	*state = words;
	return e != ERR_OK;
}

static int unload(void **state)
{
	catalogue_free(*state);
	return 0;
}

/* The evidence of the last message of the only call. */
static struct buf evidence(const struct catalogue *words, const struct store *s)
{
	const struct view *v = store_view(s);
	const struct call *c = view_first(v);
	struct phase_limits limits = PHASE_LIMITS_DEFAULT;
	struct buf out;

	buf_init(&out, (size_t)1 << 16);
	assert_int_equal(
		evidence_of(&out, v, view_msg(v, c->last_msg), &limits, words),
		ERR_OK);
	return out;
}

static struct slice after_label(const struct buf *out, const char *label)
{
	struct slice rest = buf_slice(out);

	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		struct slice text;

		if (slice_eq(slice_split(line, '\t', &text), slice_of(label)))
			return text;
	}
	return SLICE_NONE;
}

static bool has(struct slice text, const char *word)
{
	return slice_search(text, slice_of(word), false) < text.len;
}

#define INVITE_STEP                                                            \
	{                                                                      \
		0, 1, 2, MADE(INVITE_LINE, "e", ALICE, BOB, "ev", "1 INVITE")  \
	}
#define ANSWER(ms, start, more)                                                \
	{                                                                      \
		ms, 2, 1,                                                      \
			MADE_HEAD(start, "e", ALICE, BOB_TAGGED, "ev",         \
				  "1 INVITE") more "\r\n"                      \
	}

static void a_refusal_tells_who_why_and_when(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(100, "SIP/2.0 180 Ringing", ""),
		ANSWER(2000, "SIP/2.0 486 In a meeting",
		       "Server: Example PBX 1.0\r\n"
		       "Reason: Q.850;cause=17;text=\"busy\"\r\n"
		       "Warning: 399 pbx \"one line only\"\r\n"
		       "Retry-After: 120\r\n"),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out = evidence(*state, s);

	assert_true(has(after_label(&out, "Sent by"), "192.0.2.2:5060"));
	assert_true(has(after_label(&out, "Sent by"), "Example PBX 1.0"));
	assert_true(has(after_label(&out, "Phrase"), "In a meeting"));
	assert_true(has(after_label(&out, "Answers"), "INVITE after 2.00 s"));
	assert_true(has(after_label(&out, "Reason"), "Q.850 17 \"busy\""));
	assert_true(has(after_label(&out, "Reason"), "User busy"));
	assert_true(has(after_label(&out, "Warning"), "399 pbx"));
	assert_true(has(after_label(&out, "Warning"), "one line only"));
	assert_true(has(after_label(&out, "Retry-After"), "2:00"));
	assert_true(has(after_label(&out, "Phase"), "180 lasted 1.90 s"));
	buf_free(&out);
	store_free(s);
}

static void a_phase_that_nothing_ends_is_told(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(10, "SIP/2.0 100 Trying", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out;

	store_set_now(s, MADE_START_NS + 20 * CLOCK_SECOND_NS);
	out = evidence(*state, s);
	assert_true(has(after_label(&out, "Phase"), "100 lasted 19.99 s"));
	assert_true(has(after_label(&out, "Phase"), "nothing has ended it"));
	assert_true(has(after_label(&out, "Phase"), "limit of 5.00 s"));
	assert_false(slice_is_set(after_label(&out, "Phrase")));
	buf_free(&out);
	store_free(s);
}

static void a_late_100_belongs_to_the_phase_of_100(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(10, "SIP/2.0 100 Trying", ""),
		ANSWER(100, "SIP/2.0 180 Ringing", ""),
		ANSWER(200, "SIP/2.0 100 Giving a try", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out = evidence(*state, s);

	assert_true(has(after_label(&out, "Phase"), "100 lasted 90 ms"));
	buf_free(&out);
	store_free(s);
}

static void a_broken_message_names_the_rule(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  "OPTIONS sip:a SIP/2.0\r\nCall-ID: b\r\nCSeq: 1 INVITE\r\n"
		  "\r\n" },
	};
	struct store *s = made_store(steps, 1);
	struct buf out = evidence(*state, s);

	assert_true(has(after_label(&out, "Breaks"), "RFC 3261"));
	buf_free(&out);
	store_free(s);
}

static void strangers_words_cannot_break_a_line(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(10, "SIP/2.0 500 \x1b[2J\tX",
		       "Server: a\tb\x1b]0;\x07\xff\r\n"
		       "Reason: \x1b;cause=x\r\nWarning: \xff\r\n"
		       "Retry-After: \x1b\r\n"),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out = evidence(*state, s);
	struct slice rest = buf_slice(&out);

	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		struct slice text;

		(void)slice_split(line, '\t', &text);
		assert_true(slice_is_set(text));
		while (text.len > 0) {
			int32_t cp = utf8_next(&text);

			assert_true(cp >= 0 && !utf8_is_unsafe((uint32_t)cp));
		}
	}
	buf_free(&out);
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_tells_who_why_and_when),
		cmocka_unit_test(a_phase_that_nothing_ends_is_told),
		cmocka_unit_test(a_late_100_belongs_to_the_phase_of_100),
		cmocka_unit_test(a_broken_message_names_the_rule),
		cmocka_unit_test(strangers_words_cannot_break_a_line),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
