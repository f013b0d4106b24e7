/* The story of a call, from messages written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "sipmon/report/narrative.h"

struct fixture {
	struct catalogue *words[LANGUAGES];
};

static int load(void **state)
{
	static struct fixture f;
	struct problem problem;

	*state = &f;
	return catalogue_new(&f.words[LANGUAGE_EN], LANGUAGE_EN, &problem) ||
	       catalogue_new(&f.words[LANGUAGE_VI], LANGUAGE_VI, &problem);
}

static int unload(void **state)
{
	struct fixture *f = *state;

	catalogue_free(f->words[LANGUAGE_EN]);
	catalogue_free(f->words[LANGUAGE_VI]);
	return 0;
}

static void tells(const struct narrative_input *in,
		  const struct made_step *steps, size_t count,
		  const char *expected)
{
	struct store *s = made_store(steps, count);
	const struct view *v = store_view(s);
	struct buf out;

	buf_init(&out, 1 << 16);
	assert_int_equal(narrative_of(&out, v, view_first(v), in), ERR_OK);
	buf_add_char(&out, '\0');
	assert_string_equal(out.ptr, expected);
	buf_free(&out);
	store_free(s);
}

static const struct made_step answered[] = { ANSWERED_CALL };

static void an_answered_call_is_told_from_call_to_hang_up(void **state)
{
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };

	tells(&in, answered, MADE_COUNT(answered),
	      "00:00:00: alice called bob. "
	      "The request went from 192.0.2.1 to 192.0.2.2. "
	      "100 came after 20 ms, 180 after 250 ms. "
	      "It was answered after 2.25 s. alice hung up after 7.75 s.");
}

static void the_story_is_told_in_vietnamese(void **state)
{
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_VI],
					    .utc = true,
					    .has_findings = true };

	tells(&in, answered, MADE_COUNT(answered),
	      "00:00:00: alice gọi bob. "
	      "Yêu cầu đi từ 192.0.2.1 đến 192.0.2.2. "
	      "100 đến sau 20 ms, 180 sau 250 ms. "
	      "Cuộc gọi được trả lời sau 2.25 s. alice gác máy sau 7.75 s. "
	      "Không thấy điều gì bất thường.");
}

#define REFUSED_ID "refused@192.0.2.1"

static void a_refusal_names_the_host_that_refused(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE(INVITE_LINE, "r1", ALICE, BOB, REFUSED_ID, "1 INVITE") },
		{ 30, 2, 1,
		  MADE("SIP/2.0 100 Trying", "r1", ALICE, BOB, REFUSED_ID,
		       "1 INVITE") },
		{ 40, 2, 3,
		  MADE(INVITE_LINE, "r2", ALICE, BOB, REFUSED_ID, "1 INVITE") },
		{ 540, 3, 2,
		  MADE("SIP/2.0 486 Busy Here", "r2", ALICE, BOB_TAGGED,
		       REFUSED_ID, "1 INVITE") },
		{ 550, 2, 1,
		  MADE("SIP/2.0 486 Busy Here", "r1", ALICE, BOB_TAGGED,
		       REFUSED_ID, "1 INVITE") },
	};
	static const struct finding found[] = {
		{ .kind = "answer-lost",
		  .severity = FINDING_WARNING,
		  .element = { .address = { 192, 0, 2, 2 }, .family = 4 } },
		{ .kind = "identity-missing", .severity = FINDING_NOTE },
	};
	const struct fixture *f = *state;
	struct narrative_input in = { .words = f->words[LANGUAGE_EN],
				      .utc = true,
				      .has_findings = true,
				      .finding_count = 2,
				      .findings = found };
	struct text_entry e;
	char expected[1024];

	assert_true(catalogue_finding(in.words, SLICE("answer-lost"), &e));
	(void)snprintf(expected, sizeof(expected),
		       "00:00:00: alice called bob. The request went from "
		       "192.0.2.1 over 192.0.2.2 to 192.0.2.3. "
		       "100 came after 30 ms. "
		       "192.0.2.3 refused it with 486 Busy Here after 540 ms. "
		       "What was wrong: %.*s (192.0.2.2).",
		       SLICE_ARG(e.title));
	tells(&in, steps, MADE_COUNT(steps), expected);
}

static void a_call_that_waits_is_told_as_it_stands(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE(INVITE_LINE, "w1", ALICE, BOB, "waits@x", "1 INVITE") },
		{ 4, 2, 1,
		  MADE("SIP/2.0 100 Trying", "w1", ALICE, BOB, "waits@x",
		       "1 INVITE") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };

	tells(&in, steps, MADE_COUNT(steps),
	      "00:00:00: alice called bob. The request went from 192.0.2.1 to "
	      "192.0.2.2. 100 came after 4 ms. There was no final response "
	      "when the capture ended, 4 ms later.");
}

static void strangers_names_are_made_safe_and_cut(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE("OPTIONS sip:b@192.0.2.2 SIP/2.0", "s1",
		       "<sip:a%1\x1b[2J@x>;tag=1",
		       "<sip:0123456789012345678901234567890123456789"
		       "0123456789012345678901234567890123456789"
		       "0123456789012345678901234567890123456789@x>",
		       "safe@x", "1 OPTIONS") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };
	struct store *s = made_store(steps, MADE_COUNT(steps));
	const struct view *v = store_view(s);
	struct buf out;

	buf_init(&out, 1 << 16);
	assert_int_equal(narrative_of(&out, v, view_first(v), &in), ERR_OK);
	assert_null(memchr(out.ptr, 0x1b, out.len));
	assert_true(slice_search(buf_slice(&out), SLICE("a%1\\x1b[2J"), false) <
		    out.len);
	assert_true(
		slice_search(buf_slice(&out), SLICE("~ "), false) < out.len ||
		slice_search(buf_slice(&out), SLICE("~ for"), false) < out.len);
	buf_free(&out);
	store_free(s);
}

static void responses_alone_are_told_as_such(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 2, 1,
		  MADE("SIP/2.0 200 OK", "o1", ALICE, BOB_TAGGED, "only@x",
		       "1 INVITE") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };
	struct store *s = made_store(steps, MADE_COUNT(steps));
	const struct view *v = store_view(s);
	struct buf out;

	buf_init(&out, 1 << 16);
	assert_int_equal(narrative_of(&out, v, view_first(v), &in), ERR_OK);
	assert_true(slice_search(buf_slice(&out),
				 SLICE("only responses of this call"),
				 false) < out.len);
	buf_free(&out);
	store_free(s);
}

static void an_attempt_elsewhere_is_told_with_what_led_to_it(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE(INVITE_LINE, "e1", ALICE, BOB, "else@x", "1 INVITE") },
		{ 30, 2, 1,
		  MADE("SIP/2.0 302 Moved Temporarily", "e1", ALICE, BOB_TAGGED,
		       "else@x", "1 INVITE") },
		{ 60, 1, 3,
		  MADE(INVITE_LINE, "e2", ALICE, BOB, "else@x", "2 INVITE") },
		{ 90, 3, 1,
		  MADE("SIP/2.0 503 Service Unavailable", "e2", ALICE,
		       BOB_TAGGED, "else@x", "2 INVITE") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true,
					    .has_findings = true };

	tells(&in, steps, MADE_COUNT(steps),
	      "00:00:00: alice called bob. "
	      "The request went from 192.0.2.1 to 192.0.2.2. "
	      "192.0.2.2 answered 302 Moved Temporarily; it was tried again at "
	      "192.0.2.3. 192.0.2.3 ended it with 503 Service Unavailable "
	      "after 90 ms. Nothing more was found.");
}

static void a_challenge_is_told_with_who_made_it(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE("REGISTER sip:x SIP/2.0", "c1", BOB, BOB, "reg@x",
		       "1 REGISTER") },
		{ 10, 2, 1,
		  MADE("SIP/2.0 401 Unauthorized", "c1", BOB, BOB_TAGGED,
		       "reg@x", "1 REGISTER") },
		{ 50, 1, 2,
		  MADE("REGISTER sip:x SIP/2.0", "c2", BOB, BOB, "reg@x",
		       "2 REGISTER") },
		{ 70, 2, 1,
		  MADE("SIP/2.0 200 OK", "c2", BOB, BOB_TAGGED, "reg@x",
		       "2 REGISTER") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };

	tells(&in, steps, MADE_COUNT(steps),
	      "00:00:00: bob asked to be registered. "
	      "The request went from 192.0.2.1 to 192.0.2.2. "
	      "192.0.2.2 challenged it (401 Unauthorized), and it was sent "
	      "again with credentials. 192.0.2.2 answered 200 OK after 20 ms.");
	tells(&in, steps, 2,
	      "00:00:00: bob asked to be registered. "
	      "The request went from 192.0.2.1 to 192.0.2.2. "
	      "192.0.2.2 asked for credentials with 401 Unauthorized after "
	      "10 ms, and none came.");
}

static void a_call_given_up_with_bye_is_not_told_as_cancelled(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE(INVITE_LINE, "g1", ALICE, BOB, "bye@x", "1 INVITE") },
		{ 20, 2, 1,
		  MADE("SIP/2.0 180 Ringing", "g1", ALICE, BOB_TAGGED, "bye@x",
		       "1 INVITE") },
		{ 40, 1, 2,
		  MADE("BYE sip:bob@192.0.2.2 SIP/2.0", "g2", ALICE, BOB_TAGGED,
		       "bye@x", "2 BYE") },
		{ 60, 2, 1,
		  MADE("SIP/2.0 487 Request Terminated", "g1", ALICE,
		       BOB_TAGGED, "bye@x", "1 INVITE") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };

	tells(&in, steps, MADE_COUNT(steps),
	      "00:00:00: alice called bob. "
	      "The request went from 192.0.2.1 to 192.0.2.2. "
	      "180 came after 20 ms. alice gave up after 40 ms (BYE).");
}

static void a_call_without_its_beginning_is_told_as_such(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 2, 1,
		  MADE("BYE sip:alice@192.0.2.1 SIP/2.0", "m1", BOB_TAGGED,
		       ALICE, "mid@x", "7 BYE") },
		{ 20, 1, 2,
		  MADE("SIP/2.0 200 OK", "m1", BOB_TAGGED, ALICE, "mid@x",
		       "7 BYE") },
	};
	const struct fixture *f = *state;
	const struct narrative_input in = { .words = f->words[LANGUAGE_EN],
					    .utc = true };

	tells(&in, steps, MADE_COUNT(steps),
	      "00:00:00: the beginning was not captured; the first request "
	      "seen is BYE of bob to alice. "
	      "The request went from 192.0.2.2 to 192.0.2.1. bob hung up.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answered_call_is_told_from_call_to_hang_up),
		cmocka_unit_test(the_story_is_told_in_vietnamese),
		cmocka_unit_test(a_refusal_names_the_host_that_refused),
		cmocka_unit_test(a_call_that_waits_is_told_as_it_stands),
		cmocka_unit_test(strangers_names_are_made_safe_and_cut),
		cmocka_unit_test(responses_alone_are_told_as_such),
		cmocka_unit_test(
			an_attempt_elsewhere_is_told_with_what_led_to_it),
		cmocka_unit_test(a_challenge_is_told_with_who_made_it),
		cmocka_unit_test(
			a_call_given_up_with_bye_is_not_told_as_cancelled),
		cmocka_unit_test(a_call_without_its_beginning_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
