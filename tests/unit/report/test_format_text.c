/* The report for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
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
	assert_true(has(line, " 7.7 ")); /* talk in s, cut */
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
		cmocka_unit_test(every_width_is_made_do_with),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
