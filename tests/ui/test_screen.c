/* What is on the screen of the real program, key by key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"

static const int sizes[][2] = { { 24, 80 }, { 40, 140 }, { 60, 200 } };

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static bool is_alive(struct term *t)
{
	return term_wait(t, 0) == CHILD_TOO_LATE;
}

/* The row that shows `text`; the test fails if none does. */
static const char *row_with(struct stage *s, const char *text)
{
	int row;
	int column;

	stage_expect(s, text);
	term_settle(s->term); /* the rest of the row */
	assert_true(term_find(s->term, text, &row, &column));
	return term_row(s->term, row);
}

static void the_list_shows_the_call_and_its_code(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < SIZES; i++) {
		const struct stage_setup size = { .rows = sizes[i][0],
						  .columns = sizes[i][1] };

		stage_start(s, "identity-438", &size);
		stage_expect(s, "438");
		assert_non_null(strstr(row_with(s, "INVITE"), "438"));
		assert_non_null(strstr(row_with(s, "INVITE"), "rejected"));
		stage_expect(s, "identity-438.pcap");
		stage_expect(s, "1 of 1 calls");
		stage_leave(s);
	}
}

static void enter_opens_the_ladder(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < SIZES; i++) {
		const struct stage_setup size = { .rows = sizes[i][0],
						  .columns = sizes[i][1] };
		const char *row;

		stage_start(s, "identity-438", &size);
		stage_expect(s, "INVITE");
		term_type(s->term, TERM_ENTER);
		stage_expect(s, "192.0.2.1:5060");
		stage_expect(s, "198.51.100.10:5060");
		stage_expect(s, "192.0.2.2:5060");
		row = row_with(s, "100 Trying");
		assert_non_null(strstr(row, "←"));
		assert_non_null(strstr(row, "+0.002"));
		row = row_with(s, "+0.290");
		assert_non_null(strstr(row, "438 Invalid"));
		stage_expect(s, "trying 2 ms");
		stage_expect(s, "PDD 320 ms");
		stage_leave(s);
	}
}

static void e_explains_the_last_answer(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < SIZES; i++) {
		const struct stage_setup size = { .rows = sizes[i][0],
						  .columns = sizes[i][1] };

		stage_start(s, "identity-438", &size);
		stage_expect(s, "INVITE");
		term_type(s->term, TERM_ENTER);
		stage_expect(s, "438 Invalid");
		term_type(s->term, TERM_END "e");
		stage_expect(s, "signature");
		stage_expect(s, "RFC 8224");
		term_type(s->term, "q");
		stage_expect(s, "198.51.100.10:5060");
		stage_leave(s);
	}
}

static void a_key_opens_the_identity_hop_by_hop(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < SIZES; i++) {
		const struct stage_setup size = { .rows = sizes[i][0],
						  .columns = sizes[i][1] };

		stage_start(s, "identity-438", &size);
		stage_expect(s, "438");
		assert_non_null(strstr(row_with(s, "Code Id"), "Finding"));
		term_type(s->term, "I");
		stage_expect(s, "Hop by hop");
		stage_expect(s, "a verifier should answer 438; seen: 438");
		term_type(s->term, "b");
		stage_expect(s, "sip:+12155550101@atlanta.example");
		stage_expect_gone(s, "Hop by hop");
		term_type(s->term, "q");
		stage_expect(s, "Hop by hop");
		term_type(s->term, TERM_ENTER);
		stage_expect(s, "Signed by Identity: From To Call-ID CSeq");
		term_type(s->term, "qq");
		stage_expect(s, "1 of 1 calls");
		stage_leave(s);
	}
}

static void a_key_opens_the_statistics(void **state)
{
	struct stage *s = *state;

	stage_start(s, "identity-438", NULL);
	stage_expect(s, "1 of 1 calls");
	term_type(s->term, "i");
	stage_expect(s, "Statistics");
	stage_expect(s, "Answers to INVITE");
	term_type(s->term, "\033[Z"); /* S-Tab: to the last box */
	stage_expect(s, "1 of 1 requests (100.0 %)");
	term_type(s->term, TERM_ESC);
	stage_expect(s, "1 of 1 calls");
	stage_leave(s);
}

static void equals_compares_two_codes(void **state)
{
	struct stage *s = *state;

	stage_start(s, "identity-438", NULL);
	stage_expect(s, "INVITE");
	term_type(s->term, "=");
	stage_expect(s, "Compare");
	term_type(s->term, "100" TERM_ENTER);
	stage_expect(s, "100 Trying");
	stage_expect(s, "438 Invalid Identity Header");
	stage_expect(s, "sipmon explain 438 100");
	term_type(s->term, "q");
	stage_expect(s, "1 of 1 calls");
	stage_leave(s);
}

static void a_message_is_shown_as_it_was_sent(void **state)
{
	struct stage *s = *state;

	stage_start(s, "plain-call", NULL);
	stage_expect(s, "INVITE");
	term_type(s->term, TERM_ENTER);
	stage_expect(s, "180 Ringing");
	term_type(s->term, TERM_ENTER);
	stage_expect(s, "INVITE sip:bob@biloxi.example SIP/2.0");
	stage_expect(s, "From: \"Alice\" <sip:alice@atlanta.example>;tag=");
	stage_expect(s, "m=audio 40000 RTP/AVP 8 101");
	term_type(s->term, "]");
	stage_expect(s, "SIP/2.0 100 Trying");
	stage_leave(s);
}

static void f1_and_question_mark_show_the_keys(void **state)
{
	static const char *const keys[] = { TERM_F1, "?" };
	struct stage *s = *state;

	for (size_t i = 0; i < 2; i++) {
		stage_start(s, "busy", NULL);
		stage_expect(s, "INVITE");
		term_type(s->term, keys[i]);
		stage_expect(s, "Keys of this screen");
		stage_expect(s, "Go into what is under the cursor");
		term_type(s->term, "q");
		stage_expect(s, "486");
		stage_leave(s);
	}
}

static void esc_goes_back_one_step(void **state)
{
	struct stage *s = *state;

	stage_start(s, "busy", NULL);
	stage_expect(s, "1 of 1 calls");
	term_type(s->term, TERM_ENTER);
	stage_expect(s, "486 Busy Here");
	term_type(s->term, TERM_ENTER);
	stage_expect(s, "Max-Forwards: 70");
	term_type(s->term, TERM_ESC);
	stage_expect(s, "486 Busy Here");
	assert_true(is_alive(s->term));
	term_type(s->term, TERM_ESC);
	stage_expect(s, "1 of 1 calls");
	assert_true(is_alive(s->term));
	term_type(s->term, TERM_ESC);
	term_settle(s->term);
	assert_true(is_alive(s->term)); /* there q leaves */
	stage_leave(s);
}

static void what_is_stuck_is_said_on_the_list(void **state)
{
	struct stage *s = *state;

	stage_start(s, "stuck-in-trying", NULL);
	assert_non_null(strstr(row_with(s, "proceeding"), "stuck"));
	stage_expect(s, "9.00 s");
	stage_leave(s);
}

static void a_filter_leaves_what_matches(void **state)
{
	struct stage *s = *state;

	stage_start(s, "stuck-in-trying", NULL);
	stage_expect(s, "2 of 2 calls");
	term_type(s->term, "f");
	term_settle(s->term);
	term_type(s->term, "method == OPTIONS" TERM_ENTER);
	stage_expect(s, "1 of 2 calls");
	stage_expect_gone(s, "proceeding");
	stage_leave(s);
}

static void a_search_finds_its_row(void **state)
{
	struct stage *s = *state;

	stage_start(s, "codes", NULL);
	stage_expect(s, "6 of 6 calls");
	term_type(s->term, "/");
	term_settle(s->term);
	term_type(s->term, "user500" TERM_ENTER);
	stage_expect(s, "500 Server Internal Error");
	assert_int_equal(row_with(s, "user500")[0], '>');
	stage_leave(s);
}

static void a_size_may_change_at_any_time(void **state)
{
	static const int list[][2] = {
		{ 10, 40 }, { 3, 10 }, { 1, 1 }, { 60, 200 }
	};
	struct stage *s = *state;

	for (int open = 0; open < 2; open++) {
		struct term *t = stage_start(s, "identity-438", NULL);

		stage_expect(s, "INVITE");
		if (open == 1)
			term_type(t, TERM_ENTER);
		term_settle(t);
		for (size_t i = 0; i < 4; i++) {
			term_resize(t, list[i][0], list[i][1]);
			term_settle(t);
			if (i == 0)
				stage_expect(s, "438");
			if (i == 1)
				stage_expect(s, "sipmon");
			assert_true(is_alive(t));
		}
		stage_expect(s, "INVITE");
		stage_expect(s, "438");
		if (open == 1)
			stage_expect(s, "198.51.100.10:5060");
		stage_leave(s);
	}
}

static void it_starts_in_any_size(void **state)
{
	static const int list[][2] = { { 1, 1 },    { 3, 10 },  { 8, 33 },
				       { 10, 40 },  { 24, 67 }, { 17, 80 },
				       { 100, 500 } };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		const struct stage_setup size = { .rows = list[i][0],
						  .columns = list[i][1] };
		struct term *t = stage_start(s, "identity-438", &size);

		if (list[i][0] >= 10)
			stage_expect(s, "438");
		else
			term_settle(t);
		term_type(t, "\r\re==?xz");
		term_settle(t);
		assert_true(is_alive(t));
		term_type(t, "\033");
		term_settle(t);
		stage_leave(s);
	}
}

static void it_speaks_vietnamese(void **state)
{
	static const char *const options[] = { "--lang", "vi", NULL };
	static const char *const locale[] = { "LC_ALL=vi_VN.UTF-8", NULL };
	const struct stage_setup option = { .options = options };
	const struct stage_setup environment = { .environment = locale };
	struct stage *s = *state;

	stage_start(s, "busy", &option);
	stage_expect(s, "Trợ giúp");
	stage_expect(s, "cuộc gọi");
	term_type(s->term, "L");
	stage_expect(s, "Help");
	stage_expect_gone(s, "Trợ giúp");
	term_type(s->term, "L");
	stage_expect(s, "Trợ giúp");
	stage_leave(s);
	/* The locale need not be installed to say the language. */
	stage_start(s, "busy", &environment);
	term_settle(s->term);
	stage_expect(s, "Tr");
	stage_expect_gone(s, "Help");
	stage_leave(s);
}

/* RFC 4648 of "busy@192.0.2.1". */
static void y_copies_the_call_id(void **state)
{
	struct stage *s = *state;
	struct slice bytes;

	stage_start(s, "busy", NULL);
	stage_expect(s, "INVITE");
	term_type(s->term, "y");
	stage_expect(s, "clipboard");
	bytes = term_bytes(s->term);
	assert_true(slice_search(bytes, SLICE("\033]52;c;YnVzeUAxOTIuMC4yLjE="),
				 false) < bytes.len);
	stage_leave(s);
}

static void pasted_text_is_no_key(void **state)
{
	struct stage *s = *state;

	stage_start(s, "busy", NULL);
	stage_expect(s, "INVITE");
	term_type(s->term, "\033[200~qqq\r\033[201~");
	term_settle(s->term);
	assert_true(is_alive(s->term));
	stage_expect(s, "1 of 1 calls");
	stage_leave(s);
}

static void a_capture_on_standard_input_leaves_the_keys_free(void **state)
{
	static const char *const options[] = { "-r", "-", NULL };
	struct stage *s = *state;
	char path[CHILD_PATH_BYTES];
	int fd = open(stage_capture(s, "busy", NULL, path), O_RDONLY);
	const struct stage_setup setup = { .options = options,
					   .without_capture = true,
					   .input_fd = fd };

	assert_true(fd > 0);
	stage_start(s, "busy", &setup);
	stage_expect(s, "486");
	term_type(s->term, TERM_ENTER);
	stage_expect(s, "486 Busy Here");
	stage_leave(s);
	(void)close(fd);
}

static void clearing_asks_first(void **state)
{
	struct stage *s = *state;

	stage_start(s, "busy", NULL);
	stage_expect(s, "1 of 1 calls");
	term_type(s->term, "\033[15~" TERM_ENTER); /* F5, the safe answer */
	term_settle(s->term);
	stage_expect(s, "1 of 1 calls");
	stage_expect(s, "486");
	stage_leave(s);
}

static void a_broken_setting_is_named_by_file_and_line(void **state)
{
	struct stage *s = *state;
	char program[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program), "explain", "100",
			       NULL };
	const struct child_setup setup = { .home = s->home };
	struct child c;

	stage_settings(s, "# mine\nset theme light\nset colour blue\n");
	child_run(&c, argv, &setup);
	assert_int_equal(c.status, 2);
	assert_int_equal(child_lines(&c.err), 1);
	assert_non_null(strstr(c.err.ptr, ".config/sipmon/sipmonrc:3: "));
	assert_non_null(strstr(c.err.ptr, "colour"));
	child_free(&c);
	stage_start(s, "busy", NULL);
	assert_int_equal(term_wait(s->term, 10000), 2);
	assert_true(term_is_restored(s->term));
	assert_true(slice_search(term_bytes(s->term), SLICE("sipmonrc:3: "),
				 false) < term_bytes(s->term).len);
	/* It never took the screen. */
	assert_true(slice_search(term_bytes(s->term), SLICE("\033["), false) ==
		    term_bytes(s->term).len);
}

static void a_terminal_that_can_show_nothing_is_refused(void **state)
{
	static const char *const terms[] = { "TERM=dumb",
					     "TERM=", "TERM=no-such-terminal" };
	struct stage *s = *state;

	for (size_t i = 0; i < 3; i++) {
		/* ncurses leaks what it had begun for an unknown terminal. */
		const char *environment[] = {
			terms[i], "ASAN_OPTIONS=exitcode=99:detect_leaks=0",
			NULL
		};
		const struct stage_setup setup = { .environment = environment };
		struct slice bytes;

		stage_start(s, "busy", &setup);
		assert_int_equal(term_wait(s->term, 10000), 1);
		bytes = term_bytes(s->term);
		assert_true(slice_search(bytes, SLICE("sipmon report"), false) <
			    bytes.len);
		assert_int_equal(slice_find(bytes, '\n'), bytes.len - 1);
		assert_int_equal(slice_find(bytes, '\033'), bytes.len);
	}
}

#define ON_STAGE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_list_shows_the_call_and_its_code),
		ON_STAGE(enter_opens_the_ladder),
		ON_STAGE(e_explains_the_last_answer),
		ON_STAGE(a_key_opens_the_identity_hop_by_hop),
		ON_STAGE(a_key_opens_the_statistics),
		ON_STAGE(equals_compares_two_codes),
		ON_STAGE(a_message_is_shown_as_it_was_sent),
		ON_STAGE(f1_and_question_mark_show_the_keys),
		ON_STAGE(esc_goes_back_one_step),
		ON_STAGE(what_is_stuck_is_said_on_the_list),
		ON_STAGE(a_filter_leaves_what_matches),
		ON_STAGE(a_search_finds_its_row),
		ON_STAGE(a_size_may_change_at_any_time),
		ON_STAGE(it_starts_in_any_size),
		ON_STAGE(it_speaks_vietnamese),
		ON_STAGE(y_copies_the_call_id),
		ON_STAGE(pasted_text_is_no_key),
		ON_STAGE(a_capture_on_standard_input_leaves_the_keys_free),
		ON_STAGE(clearing_asks_first),
		ON_STAGE(a_broken_setting_is_named_by_file_and_line),
		ON_STAGE(a_terminal_that_can_show_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
