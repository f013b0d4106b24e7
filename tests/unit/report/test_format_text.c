/* The report for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_identity.h"
#include "sipmon/base/utf8.h"

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

static char *text_of(const struct catalogue *words, const struct store *s,
		     finding_list_fn find, unsigned columns)
{
	struct counters n = { .packets = 12,
			      .bytes = 5000,
			      .duplicates = 3,
			      .start_ns = MADE_START_NS,
			      .end_ns = MADE_START_NS + CLOCK_SECOND_NS };
	struct report_input in = { .view = store_view(s),
				   .counters = &n,
				   .words = words,
				   .find = find,
				   .columns = columns };
	size_t len;
	char *text;

	n.undecoded[UNDECODED_IP_FRAGMENT] = 4;
	text = made_report("text", &in, &len);
	assert_non_null(text);
	assert_int_equal(strlen(text), len);
	return text;
}

/* The line that holds `word`, without its end. */
static struct slice line_with(const char *text, const char *word)
{
	struct slice rest = slice_of(text);

	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);

		if (slice_search(line, slice_of(word), false) < line.len)
			return line;
	}
	fail_msg("no line with \"%s\" in\n%s", word, text);
	return SLICE_NONE;
}

static bool has(struct slice line, const char *word)
{
	return slice_search(line, slice_of(word), false) < line.len;
}

static const struct made_step answered[] = { ANSWERED_CALL };

static void the_head_counts_what_came_in(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));
	char *text = text_of(both[0], s, NULL, 80);

	assert_true(has(line_with(text, "Packets"), "read 12"));
	assert_true(has(line_with(text, "Packets"), "duplicates 3"));
	assert_true(has(line_with(text, "Not decoded"), "ip-fragment 4"));
	assert_true(has(line_with(text, "SIP "), "messages 7"));
	assert_true(has(line_with(text, "SIP "), "calls 1"));
	assert_true(has(line_with(text, "Requests"), "INVITE 1"));
	assert_true(has(line_with(text, "180 Ringing"), "1"));
	assert_true(has(line_with(text, "200 OK"), "2"));
	free(text);
	store_free(s);
}

static void a_call_is_one_line(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));
	char *text = text_of(both[0], s, made_find, 80);
	struct slice line = line_with(text, "completed");

	assert_true(has(line, "INVITE"));
	assert_true(has(line, "alice > bob"));
	assert_true(has(line, " 200 "));
	assert_true(has(line, " 7 "));   /* messages */
	assert_true(has(line, " 250 ")); /* PDD in ms */
	assert_true(has(line, " 7.8 ")); /* talk in s, rounded */
	assert_true(has(line, ANSWERED_ID));
	assert_true(has(line, "! stuck-in-trying"));
	free(text);
	store_free(s);
}

static void findings_are_counted_at_the_end(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));
	char *text = text_of(both[0], s, made_find, 80);
	const char *end = strstr(text, "\nFindings\n");

	assert_non_null(end);
	assert_true(has(line_with(end, "stuck-in-trying"), "1"));
	assert_true(has(line_with(end, "stuck-in-trying"), "Stuck in 100"));
	free(text);
	store_free(s);
}

static void a_report_of_few_calls_draws_their_ladders(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));
	char *text = text_of(both[0], s, NULL, 80);
	struct slice names = line_with(text, "192.0.2.1:5060");
	struct slice invite = line_with(text, "INVITE -");
	struct slice trying = line_with(text, "100 Trying -");
	size_t left = slice_search(names, SLICE("192.0.2.1"), false);
	size_t right = slice_search(names, SLICE("192.0.2.2"), false);

	assert_true(left < right && right < names.len);
	/* Arrows begin and end at the lines below the names. */
	assert_int_equal(invite.ptr[left], '|');
	assert_int_equal(invite.ptr[right], '|');
	assert_int_equal(invite.ptr[right - 1], '>');
	assert_int_equal(trying.ptr[left + 1], '<');
	assert_true(has(trying, "0.020"));
	free(text);
	store_free(s);
}

static void a_message_sent_again_is_drawn_once_with_its_count(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE(INVITE_LINE, "r", ALICE, BOB, "again", "1 INVITE") },
		{ 500, 1, 2,
		  MADE(INVITE_LINE, "r", ALICE, BOB, "again", "1 INVITE") },
		{ 1500, 1, 2,
		  MADE(INVITE_LINE, "r", ALICE, BOB, "again", "1 INVITE") },
	};
	struct catalogue **both = *state;
	struct store *s = made_store(steps, MADE_COUNT(steps));
	char *text = text_of(both[0], s, NULL, 80);

	assert_true(has(line_with(text, "INVITE -"), "| x3"));
	assert_null(strstr(text, "1.500"));
	free(text);
	store_free(s);
}

static void many_calls_draw_no_ladder(void **state)
{
	struct made_step steps[6] = { { 0 } };
	char bytes[6][512];
	struct catalogue **both = *state;
	struct store *s;
	char *text;

	for (unsigned i = 0; i < 6; i++) {
		(void)snprintf(bytes[i], sizeof(bytes[i]),
			       "OPTIONS sip:a SIP/2.0\r\n" MADE_VIA(
				       "m") "From: " ALICE "\r\nTo: " BOB
					    "\r\nCall-ID: many%u\r\n"
					    "CSeq: 1 OPTIONS\r\n\r\n",
			       i);
		steps[i] = (struct made_step){ i, 1, 2, bytes[i] };
	}
	s = made_store(steps, 6);
	text = text_of(both[0], s, NULL, 80);
	(void)line_with(text, "many5");
	assert_null(strstr(text, "192.0.2.1:5060"));
	free(text);
	store_free(s);
	s = made_store(steps, 5);
	text = text_of(both[0], s, NULL, 80);
	assert_non_null(strstr(text, "192.0.2.1:5060"));
	free(text);
	store_free(s);
}

static void hostile_bytes_never_appear_raw(void **state)
{
	/* ESC, CSI as C1, DEL, no UTF-8, a bidirectional override. */
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE("INVITE sip:a SIP/2.0", "h",
		       "<sip:\x1b[2Jx\xe2\x80\xae@h>;tag=1",
		       "<sip:\xff\xc2\x9b@h>", "id\x1b]0;x\x07\x7f\xfe",
		       "1 INVITE") },
		{ 1, 1, 2,
		  MADE("EV\x1bIL\xff sip:a SIP/2.0", "g", ALICE, BOB, "id2",
		       "1 EV\x1bIL\xff") },
	};
	struct catalogue **both = *state;
	struct store *s = made_store(steps, MADE_COUNT(steps));

	for (unsigned lang = 0; lang < LANGUAGES; lang++) {
		char *text = text_of(both[lang], s, made_find, 80);
		struct slice rest = slice_of(text);

		assert_non_null(strstr(text, "\\x1b"));
		assert_non_null(strstr(text, "\\xff"));
		while (rest.len > 0) {
			int32_t cp = utf8_next(&rest);

			assert_true(cp >= 0);
			assert_true(cp == '\n' ||
				    !utf8_is_unsafe((uint32_t)cp));
		}
		free(text);
	}
	store_free(s);
}

static void the_report_speaks_vietnamese_too(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));
	char *text = text_of(both[LANGUAGE_VI], s, made_find, 80);

	(void)line_with(text, "Gói tin");
	(void)line_with(text, "Trạng thái");
	(void)line_with(text, "completed");
	free(text);
	store_free(s);
}

/* ---- Identity */

static char *signed_text(const struct catalogue *words, const struct store *s,
			 const struct identity_reader *reader,
			 signing_figures_fn signing, unsigned columns)
{
	struct counters none = { 0 };
	struct report_input in = { .view = store_view(s),
				   .counters = &none,
				   .words = words,
				   .identity = reader,
				   .signing = signing,
				   .columns = columns };
	size_t len;
	char *text = made_report("text", &in, &len);

	assert_non_null(text);
	return text;
}

static const struct made_step spoilt[] = {
	MADE_SPOILT_CALL("SIP/2.0 438 Invalid Identity Header", ""),
};

static void a_broken_signature_names_element_and_words(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_header bad =
		made_header(VERDICT_SIGNATURE_INVALID, NULL, 0);
	struct identity_detail d =
		made_spoilt(made_msg(s, 1), made_msg(s, 0), &bad);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	char *text;

	assert_true(made_file(s, made_msg(s, 0), VERDICT_VALID));
	assert_true(made_file(s, made_msg(s, 1), VERDICT_SIGNATURE_INVALID));
	text = signed_text(both[0], s, &reader, NULL, 200);
	assert_true(has(line_with(text, "  Identity  "),
			"Identity  SIGNATURE_INVALID: 192.0.2.2:5060 changed "
			"Date (14:02:11 -> 14:02:14), signer SHAKEN 709J, "
			"attest A"));
	free(text);
	store_free(s);
}

static void a_valid_call_names_its_signer(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, 1);
	char *text;

	assert_true(made_file(s, made_msg(s, 0), VERDICT_VALID));
	text = signed_text(both[0], s, NULL, NULL, 80);
	assert_true(has(line_with(text, "  Identity  "),
			"Identity  VALID, signer SHAKEN 709J, attest A"));
	free(text);
	store_free(s);
}

/* What stands in parentheses behind the name of what changed. */
static void a_change_shows_what_differs(void **state)
{
#define LONG "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1Ijoi"
	static const struct {
		struct identity_change change;
		const char *says;
	} cases[] = {
		{ { "Identity",
		    { LONG "abc", 55 },
		    { LONG, 52 },
		    "the header was cut",
		    -1 },
		  "changed Identity (the header was cut: 55 -> 52 bytes)" },
		{ { "Identity",
		    { LONG "abc", 55 },
		    { LONG "xyz.q", 57 },
		    "signed again",
		    -1 },
		  "changed Identity (signed again: ~abc -> ~xyz.q)" },
		{ { "Identity",
		    { NULL, 0 },
		    { LONG, 52 },
		    "a value was added",
		    -1 },
		  "changed Identity (a value was added)" },
		{ { "Date", { MADE_DATE_BEFORE, 29 }, { NULL, 0 }, NULL, -1 },
		  "changed Date (" MADE_DATE_BEFORE " -> -)" },
		{ { "body",
		    { "c=IN IP4 192.0.2.1", 18 },
		    { "c=IN IP6 ::1", 12 },
		    NULL,
		    9 },
		  "changed body (IP4 192.0.2.1 -> IP6 ::1)" },
		{ { "To",
		    { "<sip:a@h> x", 11 },
		    { "<sip:b@h> x", 11 },
		    NULL,
		    -1 },
		  "changed To (<sip:a@h> -> <sip:b@h>)" },
		{ { "body", { NULL, 0 }, { NULL, 0 }, NULL, -1 },
		  "changed body, signer" },
	};
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_detail d =
		made_spoilt(made_msg(s, 1), made_msg(s, 0), NULL);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);

	d.header_count = 0;
	assert_true(made_file(s, made_msg(s, 1), VERDICT_SIGNATURE_INVALID));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		d.changes[0] = cases[i].change;
		text = signed_text(both[0], s, &reader, NULL, 300);
		if (!has(line_with(text, "  Identity  "), cases[i].says))
			fail_msg("no \"%s\" in %s", cases[i].says, text);
		free(text);
	}
	store_free(s);
}

static void a_call_that_was_not_filed_is_asked_for(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, 1);
	struct identity_header h = made_header(VERDICT_IAT_STALE, NULL, 0);
	struct identity_detail d = made_good(made_msg(s, 0), &h);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	char *text;

	d.verdict = VERDICT_IAT_STALE;
	text = signed_text(both[0], s, &reader, NULL, 80);
	assert_true(
		has(line_with(text, "  Identity  "), "IAT_STALE, attest A"));
	free(text);
	text = signed_text(both[0], s, NULL, NULL, 80);
	assert_null(strstr(text, "  Identity  "));
	free(text);
	store_free(s);
}

static void a_call_that_lost_its_identity_names_who_took_it(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE_SIGNED("t1", "sip:bob@192.0.2.2", MADE_DATE_BEFORE) },
		{ 10, 2, 3,
		  MADE("INVITE sip:bob@192.0.2.3 SIP/2.0", "t2", ALICE, BOB,
		       "signed", "1 INVITE") },
	};
	struct catalogue **both = *state;
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct identity_detail d =
		made_spoilt(made_msg(s, 1), made_msg(s, 0), NULL);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	char *text;

	d.verdict = VERDICT_NO_IDENTITY;
	d.header_count = 0;
	d.changes[0] =
		(struct identity_change){ "Identity", SLICE_NONE, SLICE_NONE,
					  "the header is gone", -1 };
	assert_true(made_file(s, made_msg(s, 0), VERDICT_VALID));
	text = signed_text(both[0], s, &reader, NULL, 80);
	assert_true(has(line_with(text, "NO_IDENTITY"),
			"NO_IDENTITY: 192.0.2.2:5060 changed Identity (the "
			"header is gone)"));
	(void)line_with(text, "Identity  VALID");
	free(text);
	store_free(s);
}

static void figures_have_a_section_that_fits(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, 1);

	for (unsigned lang = 0; lang < LANGUAGES; lang++) {
		char *text = signed_text(both[lang], s, NULL, made_signing, 80);
		struct slice rest = slice_of(strstr(text, "\nIdentity\n"));

		assert_true(rest.len > 0);
		rest = slice_sub(rest, 1, rest.len);
		rest = slice_sub(rest, 0,
				 slice_search(rest, SLICE("\nCall-ID"), false));
		while (rest.len > 0) {
			struct slice line = slice_split(rest, '\n', &rest);

			assert_in_range(utf8_shown_cells(line), 0, 80);
		}
		free(text);
	}
	store_free(s);
}

static void the_section_has_the_figures(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, 1);
	char *text = signed_text(both[0], s, NULL, made_signing, 80);
	const char *from = strstr(text, "\nIdentity\n");

	assert_non_null(from);
	assert_true(has(line_with(from, "Requests"),
			"seen 12, signed 9 (75.0 %), not judged 1"));
	assert_true(has(line_with(from, "Attestation"),
			"A 5, B 2, C 1, without 3"));
	assert_true(has(line_with(from, "Verdicts"),
			"CERT_NOT_AUTHORITATIVE 1, VALID 7, NO_IDENTITY 3"));
	assert_true(has(line_with(from, "Capture clock"),
			"1:15 behind the clocks of the signers"));
	assert_true(has(line_with(from, "Over time"), "v.x?-"));
	assert_true(has(line_with(from, "SHAKEN 709J"),
			"        6        5        1        0  SHAKEN 709J"));
	assert_true(
		has(line_with(from, "SHAKEN 709J"), "CERT_NOT_AUTHORITATIVE"));
	assert_true(has(line_with(from, "all others"), "2        2"));
	assert_true(has(line_with(from, "192.0.2.1"), "12        7"));
	free(text);
	store_free(s);
}

static bool unsigned_figures(void *ctx, struct signing_figures *out)
{
	(void)ctx;
	*out = (struct signing_figures){ .requests = 3 };
	out->by_verdict[VERDICT_NO_IDENTITY] = 3;
	return true;
}

static void calls_that_nobody_signed_make_no_section(void **state)
{
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));
	char *text = signed_text(both[0], s, NULL, unsigned_figures, 80);

	assert_null(strstr(text, "Identity"));
	free(text);
	store_free(s);
}

static void hostile_signers_and_changes_never_appear_raw(void **state)
{
	static const char odd[] = "a \x1b[2J\xff\xe2\x80\xae\n\t z";
	struct catalogue **both = *state;
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_detail d =
		made_spoilt(made_msg(s, 1), made_msg(s, 0), NULL);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	struct verdict_brief b = { .verdict = VERDICT_SIGNATURE_INVALID };
	struct signer signer = { .name = "\x1b]0;x\x07\xfe" };
	const struct captured_msg *m = view_msg(store_view(s), d.msg);
	struct slice rest;
	char *text;

	d.header_count = 0;
	d.changes[0].after = SLICE("Thu, \x1b\xff GMT");
	d.changes[1] = (struct identity_change){ "body", SLICE(odd), SLICE_NONE,
						 NULL, 3 };
	d.change_count = 2;
	b.signer = store_signer(s, &signer);
	assert_true(store_file_verdict(s, d.msg, m->content, m->time_ns, &b));
	text = signed_text(both[0], s, &reader, NULL, 80);
	assert_non_null(strstr(text, "\\x1b"));
	rest = slice_of(text);
	while (rest.len > 0) {
		int32_t cp = utf8_next(&rest);

		assert_true(cp >= 0);
		assert_true(cp == '\n' || !utf8_is_unsafe((uint32_t)cp));
	}
	free(text);
	store_free(s);
}

static void every_width_is_made_do_with(void **state)
{
	static const unsigned widths[] = { 0, 1, 40, 80, 132, 500, 100000 };
	struct catalogue **both = *state;
	struct store *s = made_store(answered, MADE_COUNT(answered));

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		char *text = text_of(both[0], s, made_find, widths[i]);

		(void)line_with(text, ANSWERED_ID);
		free(text);
	}
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_counts_what_came_in),
		cmocka_unit_test(a_call_is_one_line),
		cmocka_unit_test(findings_are_counted_at_the_end),
		cmocka_unit_test(a_report_of_few_calls_draws_their_ladders),
		cmocka_unit_test(
			a_message_sent_again_is_drawn_once_with_its_count),
		cmocka_unit_test(many_calls_draw_no_ladder),
		cmocka_unit_test(hostile_bytes_never_appear_raw),
		cmocka_unit_test(the_report_speaks_vietnamese_too),
		cmocka_unit_test(a_broken_signature_names_element_and_words),
		cmocka_unit_test(a_valid_call_names_its_signer),
		cmocka_unit_test(a_change_shows_what_differs),
		cmocka_unit_test(a_call_that_was_not_filed_is_asked_for),
		cmocka_unit_test(
			a_call_that_lost_its_identity_names_who_took_it),
		cmocka_unit_test(figures_have_a_section_that_fits),
		cmocka_unit_test(the_section_has_the_figures),
		cmocka_unit_test(calls_that_nobody_signed_make_no_section),
		cmocka_unit_test(hostile_signers_and_changes_never_appear_raw),
		cmocka_unit_test(every_width_is_made_do_with),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
