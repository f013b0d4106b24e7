/* The list of calls, on a store with messages written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sample.h"

#include "sipmon/call/state.h"
#include "sipmon/ui/column.h"

#define SLICE_NS INT64_C(2000000)

static struct sample sample;
static struct ui *ui;
static struct canvas *canvas;
static char text[8192];

/* Calls that wait in 100 are a finding, as the rules would say it. */
static unsigned find_waiting(void *ctx, const struct view *v,
			     const struct call *c, struct finding *out,
			     unsigned room)
{
	(void)ctx;
	if (room == 0 || call_shown_code(v, c) != 100)
		return 0;
	out[0] = (struct finding){ .kind = "stuck-in-trying",
				   .severity = FINDING_ERROR,
				   .lasted_ns = -1 };
	return 1;
}

static void work(void)
{
	unsigned slices = 0;

	while (ui_work(ui, SLICE_NS))
		assert_true(++slices < 100000);
}

static void draw(void)
{
	work();
	ui_draw(ui, canvas);
}

static const char *row(int at)
{
	return canvas_row_text(canvas, at, text, sizeof(text));
}

static bool is_shown(const char *words_wanted)
{
	for (int i = 0; i < canvas_rows(canvas); i++)
		if (strstr(row(i), words_wanted) != NULL)
			return true;
	return false;
}

static int row_with(const char *words_wanted)
{
	for (int i = 0; i < canvas_rows(canvas); i++)
		if (strstr(row(i), words_wanted) != NULL)
			return i;
	return -1;
}

static struct ui_request key(int32_t k)
{
	struct ui_request r = ui_key(ui, k);

	draw();
	return r;
}

static void type(const char *keys)
{
	for (; *keys != '\0'; keys++)
		(void)key(*keys);
}

static void open_calls(unsigned calls, const char *filter)
{
	struct problem problem;

	sample_open(&sample, calls);
	sample.ctx.find = find_waiting;
	assert_int_equal(ui_new(&ui, &sample.ctx, filter, &problem), ERR_OK);
	canvas = canvas_new(24, 80);
	assert_non_null(canvas);
	canvas_set_ascii(canvas, true);
	draw();
}

static int close_calls(void **state)
{
	(void)state;
	ui_free(ui);
	canvas_free(canvas);
	sample_close(&sample);
	ui = NULL;
	canvas = NULL;
	return 0;
}

static void eighty_columns_show_what_matters(void **state)
{
	static const char *const heads[] = { "State", "Method", "From",
					     "To",    "Msg",    "PDD",
					     "Code",  "Finding" };

	(void)state;
	open_calls(30, NULL);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_non_null(strstr(row(2), heads[i]));
	assert_non_null(strstr(row(0), "FILE sample.pcap"));
	assert_non_null(strstr(row(0), "lost 0"));
	assert_non_null(strstr(row(1), "30 of 30 calls"));
	assert_true(is_shown("q Quit"));
	/* Call 1: 180 after 480 ms, 200; call 3: refused with 486. */
	assert_non_null(strstr(row(3), "completed"));
	assert_non_null(strstr(row(3), "0.480"));
	assert_non_null(strstr(row(3), "caller1"));
	/* Nothing came within 64 * T1 (RFC 3261 17.1.2.2, timer F). */
	assert_non_null(strstr(row(4), "no-answer"));
	assert_non_null(strstr(row(5), "486"));
}

static void the_lines_below_explain_the_call_under_the_cursor(void **state)
{
	(void)state;
	open_calls(30, NULL);
	key('j');
	key('j');
	assert_true(is_shown("486 Busy Here: "));
	assert_true(is_shown("Answered by 192.0.2.2:5060."));
	assert_true(is_shown("e more"));
	canvas_resize(canvas, 14, 80);
	draw();
	assert_false(is_shown("Busy Here"));
	assert_true(is_shown("q Quit"));
}

static void a_phase_that_is_stuck_now_is_marked(void **state)
{
	int at;
	int column;

	(void)state;
	open_calls(3, NULL);
	sample_push(&sample, 7, "INVITE sip:x@example.net SIP/2.0", "1 INVITE",
		    0);
	sample_push(&sample, 7, "SIP/2.0 100 Trying", "1 INVITE", 10);
	store_set_now(sample.store, SAMPLE_START + 62 * CLOCK_SECOND_NS);
	canvas_resize(canvas, 24, 120);
	key('G');
	assert_true(is_shown("! stuck-in-trying"));
	assert_true(is_shown("In 100 for "));
	at = row_with("! stuck-in-trying");
	column = (int)(strstr(row(at), "proceeding") - text);
	assert_int_equal(canvas_cell(canvas, at, column)->role, STYLE_PROBLEM);
}

/* What was stuck before does not hide what is stuck now. */
static void a_second_phase_that_is_stuck_is_marked_too(void **state)
{
	(void)state;
	open_calls(3, NULL);
	sample_push(&sample, 7, "INVITE sip:x@example.net SIP/2.0", "1 INVITE",
		    0);
	sample_push(&sample, 7, "SIP/2.0 100 Trying", "1 INVITE", 10);
	sample_push(&sample, 7, "SIP/2.0 180 Ringing", "1 INVITE", 8000);
	store_set_now(sample.store, SAMPLE_START + 400 * CLOCK_SECOND_NS);
	canvas_resize(canvas, 24, 120);
	key('G');
	assert_true(is_shown("In 180 for "));
	assert_false(is_shown("In 100 for "));
}

static void the_filter_shows_what_matches_and_nothing_else(void **state)
{
	(void)state;
	open_calls(300, NULL);
	key(KEY_CODE_F1 + 6);
	type("code == 486");
	key(KEY_CODE_ENTER);
	assert_non_null(strstr(row(1), "Filter: code == 486"));
	assert_non_null(strstr(row(1), "100 of 300 calls"));
	assert_false(is_shown("REGISTER"));
	key(KEY_CODE_F1 + 8);
	assert_non_null(strstr(row(1), "300 of 300 calls"));
}

static void a_broken_filter_stays_to_be_mended(void **state)
{
	(void)state;
	open_calls(30, "code == 486");
	assert_non_null(strstr(row(1), "10 of 30 calls"));
	key('f');
	type(" and (");
	key(KEY_CODE_ENTER);
	assert_true(is_shown("Filter: code == 486 and ("));
	assert_non_null(strstr(row(1), "10 of 30 calls"));
	key(KEY_CODE_BACKSPACE);
	type("msgs");
	key(KEY_CODE_ESCAPE);
	assert_non_null(strstr(row(1), "10 of 30 calls"));
	key(KEY_CODE_ESCAPE); /* undoes the filter, does not leave */
	assert_non_null(strstr(row(1), "30 of 30 calls"));
}

static void a_filter_that_is_none_is_refused_at_the_start(void **state)
{
	struct ui *none = NULL;
	struct problem problem = { "" };

	(void)state;
	open_calls(1, NULL);
	assert_int_equal(ui_new(&none, &sample.ctx, "code ==", &problem),
			 ERR_MALFORMED);
	assert_null(none);
	assert_true(strlen(problem.text) > 0);
}

static void the_cursor_stays_on_its_call_when_the_order_changes(void **state)
{
	(void)state;
	open_calls(200, NULL);
	for (unsigned i = 0; i < 12; i++)
		key('j');
	assert_non_null(strstr(row(row_with(">")), "caller13"));
	for (unsigned i = 0; i < 12; i++) {
		key('>');
		assert_non_null(strstr(row(row_with(">")), "caller13"));
		key('z');
		assert_non_null(strstr(row(row_with(">")), "caller13"));
	}
}

static void sorting_puts_the_calls_in_order(void **state)
{
	char before[512] = "";

	(void)state;
	open_calls(3000, NULL);
	canvas_resize(canvas, 60, 200);
	draw();
	/* To is callee999 .. callee0, callee1000 first of the longer ones. */
	for (unsigned i = 0;
	     i < COLUMNS_OF_CALLS && strstr(row(1), "sorted by to") == NULL;
	     i++)
		key('>');
	assert_non_null(strstr(row(1), "sorted by to ^"));
	key('g');
	for (int i = 3; i < 40; i++) {
		const char *at = strstr(row(i), "callee");
		char now[512];

		assert_non_null(at);
		snprintf(now, sizeof(now), "%.12s", at);
		now[strcspn(now, " ")] = '\0';
		assert_true(strcmp(before, now) <= 0);
		snprintf(before, sizeof(before), "%s", now);
	}
	/* 1, 10, 100, 1000, 101 .. 109, three calls of each. */
	assert_string_equal(before, "callee109");
}

static void equal_keys_stay_in_the_order_of_arrival(void **state)
{
	(void)state;
	open_calls(90, NULL);
	for (unsigned i = 0;
	     i < COLUMNS_OF_CALLS && strstr(row(1), "by code") == NULL; i++)
		key('>');
	key('g');
	/* Calls without a code first, 2, 5, 8, ... */
	assert_non_null(strstr(row(3), "caller2 "));
	assert_non_null(strstr(row(4), "caller5 "));
	key('z');
	key('g');
	assert_non_null(strstr(row(3), "caller3 "));
	assert_non_null(strstr(row(4), "caller6 "));
}

static void search_goes_round_and_counts(void **state)
{
	(void)state;
	open_calls(60, NULL);
	key('/');
	type("REGister"); /* the case does not matter */
	key(KEY_CODE_ENTER);
	assert_true(is_shown("match 1 of 20"));
	assert_non_null(strstr(row(row_with(">")), "caller2 "));
	key('n');
	assert_true(is_shown("match 2 of 20"));
	key('N');
	key('N');
	assert_true(is_shown("match 20 of 20"));
	assert_non_null(strstr(row(row_with(">")), "caller59"));
	key(KEY_CODE_ESCAPE);
	assert_false(is_shown("match"));
	key('/');
	type("nobody");
	key(KEY_CODE_ENTER);
	assert_true(is_shown("No match."));
}

static void findings_are_gone_to_with_brackets(void **state)
{
	(void)state;
	open_calls(60, NULL);
	key(']');
	assert_true(is_shown("No call here has a finding."));
	sample_push(&sample, 70, "INVITE sip:x@example.net SIP/2.0", "1 INVITE",
		    700);
	sample_push(&sample, 70, "SIP/2.0 100 Trying", "1 INVITE", 710);
	key(']');
	assert_non_null(strstr(row(row_with(">")), "caller70"));
}

static void enter_opens_the_flow_and_escape_comes_back(void **state)
{
	(void)state;
	open_calls(30, NULL);
	key('j');
	key(KEY_CODE_ENTER);
	assert_int_equal(ui_screen(ui), SCREEN_CALL_FLOW);
	key(KEY_CODE_ESCAPE);
	assert_int_equal(ui_screen(ui), SCREEN_CALL_LIST);
	assert_non_null(strstr(row(row_with(">")), "caller2"));
	key(KEY_CODE_F1 + 5);
	assert_int_equal(ui_screen(ui), SCREEN_MESSAGE);
	key('q');
	key('e');
	assert_int_equal(ui_screen(ui), SCREEN_EXPLAIN);
	assert_int_equal(key(3).kind, UI_NONE);
	assert_int_equal(ui_screen(ui), SCREEN_CALL_LIST);
	assert_int_equal(key(3).kind, UI_QUIT);
}

static void leaving_asks_only_while_capturing(void **state)
{
	(void)state;
	open_calls(3, NULL);
	assert_int_equal(key('q').kind, UI_QUIT);
	assert_int_equal(key(KEY_CODE_ESCAPE).kind, UI_NONE);
	assert_true(is_shown("q quits"));
	sample.status.source = UI_SOURCE_LOADING;
	assert_int_equal(key('q').kind, UI_QUIT);
	assert_int_equal(key(KEY_CODE_ESCAPE).kind, UI_STOP_LOADING);
	sample.status.source = UI_SOURCE_LIVE;
	assert_int_equal(key('q').kind, UI_NONE);
	assert_true(is_shown("| Quit? The capture is running.    |"));
	assert_true(is_shown("[ No ]"));
	assert_int_equal(key(KEY_CODE_ENTER).kind, UI_NONE);
	assert_false(is_shown("Quit?"));
	key('q');
	key(KEY_CODE_RIGHT);
	assert_int_equal(key(KEY_CODE_ENTER).kind, UI_QUIT);
}

static void clearing_asks_with_the_safe_answer_first(void **state)
{
	(void)state;
	open_calls(30, NULL);
	key(KEY_CODE_F1 + 4);
	assert_true(is_shown("Forget all 30 calls?"));
	assert_int_equal(key(KEY_CODE_ENTER).kind, UI_NONE);
	key(KEY_CODE_F1 + 4);
	key(KEY_CODE_TAB);
	assert_int_equal(key(KEY_CODE_ENTER).kind, UI_CLEAR);
	store_clear(sample.store);
	ui_refresh(ui);
	draw();
	assert_true(is_shown("No SIP message"));
	sample_answered(&sample, 5);
	draw();
	assert_non_null(strstr(row(1), "1 of 1 calls"));
	assert_non_null(strstr(row(3), "caller5"));
}

static void paused_the_list_stands_still_and_counts(void **state)
{
	(void)state;
	open_calls(10, NULL);
	sample.status.source = UI_SOURCE_LIVE;
	key('p');
	for (unsigned n = 11; n <= 14; n++)
		sample_answered(&sample, n);
	draw();
	assert_non_null(strstr(row(0), "PAUSED +4"));
	assert_non_null(strstr(row(1), "10 of 10 calls"));
	key('p');
	assert_non_null(strstr(row(1), "14 of 14 calls"));
}

static void the_last_row_is_followed_once_one_went_there(void **state)
{
	(void)state;
	open_calls(1, NULL);
	for (unsigned n = 2; n <= 40; n++)
		sample_answered(&sample, n);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller1 "));
	key('G');
	sample_answered(&sample, 41);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller41"));
	key('k');
	sample_answered(&sample, 42);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller40"));
	key('A');
	sample_answered(&sample, 43);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller43"));
}

static void a_live_list_follows_until_the_cursor_is_moved(void **state)
{
	(void)state;
	sample_open(&sample, 3);
	sample.status.source = UI_SOURCE_LIVE;
	assert_int_equal(ui_new(&ui, &sample.ctx, NULL, &(struct problem){ 0 }),
			 ERR_OK);
	canvas = canvas_new(24, 80);
	draw();
	assert_non_null(strstr(row(1), "following"));
	sample_answered(&sample, 4);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller4"));
	key('j'); /* on the last row: it moves nowhere and still ends it */
	assert_null(strstr(row(1), "following"));
	sample_answered(&sample, 5);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller4"));
	key(KEY_CODE_END);
	assert_non_null(strstr(row(1), "following"));
	sample_answered(&sample, 6);
	draw();
	assert_non_null(strstr(row(row_with(">")), "caller6"));
}

static void a_list_that_follows_stays_on_the_newest_in_any_order(void **state)
{
	(void)state;
	open_calls(9, NULL);
	key('A');
	/* To is callee999 .. callee991: the newest stands first. */
	for (unsigned i = 0;
	     i < COLUMNS_OF_CALLS && strstr(row(1), "sorted by to") == NULL;
	     i++)
		key('>');
	assert_non_null(strstr(row(row_with(">")), "caller9"));
}

static void the_explanation_of_a_code_has_its_evidence(void **state)
{
	(void)state;
	open_calls(3, NULL);
	key('e'); /* answered after 2 s, then BYE and another 200 */
	assert_int_equal(ui_screen(ui), SCREEN_EXPLAIN);
	assert_true(is_shown("INVITE after 2.00 s"));
	assert_false(is_shown("BYE after"));
}

static void a_key_that_does_nothing_is_told(void **state)
{
	int first;

	(void)state;
	open_calls(30, NULL);
	first = row_with("caller1 ");
	key(KEY_CODE_F1 + 9);
	assert_true(is_shown("F10: no such key here, ? lists the keys"));
	assert_int_equal(row_with("caller1 "), first);
	key(KEY_CODE_OTHER);
	assert_true(is_shown("No such key here, ? lists the keys"));
	sample.status.wall_ns += 5 * CLOCK_SECOND_NS;
	draw();
	assert_false(is_shown("No such key here"));
	key('!');
	assert_true(is_shown("!: no such key here"));
	key('j');
	assert_false(is_shown("no such key"));
}

static void no_key_of_the_last_row_lacks_its_word(void **state)
{
	static const char *const words_of[] = {
		"Help",   "Flow",     "Filter",   "Search",     "Clear",
		"Raw",    "Explain",  "Finding",  "Sort",       "Pause",
		"Follow", "Language", "Identity", "Statistics",
	};

	(void)state;
	open_calls(3, NULL);
	for (int columns = 40; columns <= 160; columns++) {
		const char *last;
		bool whole = false;

		canvas_resize(canvas, 24, columns);
		draw();
		last = strstr(row(23), "q Quit");
		assert_non_null(last);
		assert_string_equal(last, "q Quit");
		while (last > text && last[-1] == ' ')
			last--;
		for (size_t i = 0; i < sizeof(words_of) / sizeof(words_of[0]);
		     i++) {
			size_t len = strlen(words_of[i]);

			whole |= (size_t)(last - text) > len &&
				 memcmp(last - len, words_of[i], len) == 0;
		}
		assert_true(whole);
	}
}

static void a_field_that_is_none_is_answered_with_those_there_are(void **state)
{
	(void)state;
	open_calls(3, NULL);
	key('f');
	assert_non_null(strstr(row(23), "Enter Apply  Esc Cancel  Up History"));
	type("metod == INVITE");
	key(KEY_CODE_ENTER);
	assert_true(is_shown("'metod' is no field: method"));
	assert_true(is_shown("Filter: metod == INVITE"));
	for (unsigned i = 0; i < 15; i++)
		key(KEY_CODE_BACKSPACE);
	type("zzz == 1");
	key(KEY_CODE_ENTER);
	assert_true(is_shown("'zzz' is no field: "));
	assert_true(is_shown(" ..."));
}

static void the_time_gets_room_where_it_is_asked_for(void **state)
{
	(void)state;
	open_calls(3, NULL);
	assert_null(strstr(row(2), "Time"));
	key('w');
	assert_non_null(strstr(row(2), "Time"));
	/* SAMPLE_START is 1795356131 s, 14:02:11 UTC. */
	assert_non_null(strstr(row(3), "14:02:11.010"));
	key('w');
	assert_non_null(strstr(row(3), "0.010"));
	key('w');
	key('w');
	assert_null(strstr(row(2), "Time"));
}

static void what_cannot_be_opened_is_named_where_nothing_is(void **state)
{
	(void)state;
	open_calls(0, "code == 486");
	sample.counters.packets = 72;
	sample.counters.undecoded[UNDECODED_TUNNEL] = 72;
	draw();
	assert_true(is_shown("72 packets are in a tunnel that cannot be "
			     "opened."));
	assert_true(is_shown("e says what to do."));
	assert_true(is_shown("only calls that match are shown: code == 486"));
	assert_false(is_shown("Was it captured where"));
}

/* Where no call is to be explained, what could not be read is. */
static void the_key_explains_why_nothing_could_be_read(void **state)
{
	(void)state;
	open_calls(0, NULL);
	key('e');
	assert_true(is_shown("No calls yet") || is_shown("No SIP message"));
	sample.counters.undecoded[UNDECODED_TUNNEL] = 3;
	key('e');
	assert_true(is_shown("Tunnel that cannot be opened"));
	key('q');
	sample.counters.undecoded[UNDECODED_TLS_NO_KEYS] = 1;
	key('e');
	assert_true(is_shown("TLS without keys"));
	assert_true(is_shown("--keylog"));
}

static void the_time_that_was_lost_stands_before_the_edge(void **state)
{
	(void)state;
	open_calls(0, NULL);
	sample_push(&sample, 7, "INVITE sip:x@example.net SIP/2.0", "1 INVITE",
		    0);
	sample_push(&sample, 7, "SIP/2.0 100 Trying", "1 INVITE", 10);
	store_set_now(sample.store, SAMPLE_START + 15550 * CLOCK_MS_NS);
	draw();
	/* The code stands beside it, in its own column. */
	assert_true(is_shown("100  -  ! stuck 15.5 s"));
	canvas_resize(canvas, 24, 82);
	draw();
	assert_true(is_shown("! stuck 100 15 s"));
	canvas_resize(canvas, 24, 84);
	draw();
	assert_true(is_shown("! stuck 100 15.5 s"));
	canvas_resize(canvas, 24, 100);
	draw();
	assert_true(is_shown("! stuck-in-trying 15.54 s"));
}

/* ---- identity */

static unsigned wants;
static unsigned asked;

static void want(void *ctx, uint64_t call)
{
	(void)ctx;
	assert_non_null(view_call(sample.ctx.view, call));
	wants++;
}

/* Every message was broken by 192.0.2.9. */
static bool detail(void *ctx, uint32_t msg, struct identity_detail *out)
{
	(void)ctx;
	asked++;
	*out = (struct identity_detail){ .msg = msg,
					 .verdict = VERDICT_SIGNATURE_INVALID,
					 .agrees = AGREES_YES,
					 .has_broken_by = true,
					 .change_count = 1 };
	out->broken_by = sample_host(9);
	out->changes[0].name = "Date";
	return true;
}

static const struct identity_reader reader = { detail, want, NULL };

/* A signed INVITE of the call `n`. */
static void push_signed(unsigned n)
{
	char message[1024];
	int len = snprintf(message, sizeof(message),
			   "INVITE sip:b@example.net SIP/2.0\r\n"
			   "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%us\r\n"
			   "From: <sip:signer%u@example.com>;tag=a%u\r\n"
			   "To: <sip:callee@example.net>\r\n"
			   "Call-ID: signed-%u@example.com\r\n"
			   "Identity: x.y.z\r\n"
			   "CSeq: 1 INVITE\r\n\r\n",
			   n, n, n, n);

	sample_push_text(&sample, (struct slice){ message, (size_t)len },
			 1000000 + n);
}

/* Files a verdict for the last call. */
static void judge_last(enum verdict verdict, enum attestation attest)
{
	const struct call *c = view_last(sample.ctx.view);
	const struct captured_msg *m = view_msg(sample.ctx.view, c->last_msg);
	struct signer signer = { .name = "SHAKEN 709J" };
	struct verdict_brief b = { .verdict = verdict, .attest = attest };

	b.signer = store_signer(sample.store, &signer);
	assert_true(store_file_verdict(sample.store, c->last_msg, m->content,
				       m->time_ns, &b));
}

static void open_signed(void)
{
	static const enum verdict verdicts[] = { VERDICT_VALID,
						 VERDICT_SIGNATURE_INVALID,
						 VERDICT_CERT_UNAVAILABLE };

	open_calls(2, NULL);
	for (unsigned i = 0; i < 3; i++) {
		push_signed(i);
		judge_last(verdicts[i], ATTEST_B);
	}
	push_signed(3);
	wants = 0;
	asked = 0;
	sample.ctx.identity = &reader;
	draw();
}

static void one_letter_tells_of_the_identity(void **state)
{
	static const struct {
		const char *caller;
		char letter;
		enum style role;
	} rows[] = {
		{ "caller1 ", '-', STYLE_DIM },
		{ "caller2 ", ' ', STYLE_DIM },
		{ "signer0 ", 'V', STYLE_SUCCESS },
		{ "signer1 ", 'X', STYLE_PROBLEM },
		{ "signer2 ", '?', STYLE_NOTE },
		{ "signer3 ", '?', STYLE_DIM },
	};
	int column;

	(void)state;
	open_signed();
	column = (int)(strstr(row(2), " Id ") - text) + 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int at = row_with(rows[i].caller);
		const struct cell *cell = canvas_cell(canvas, at, column);

		assert_int_equal(cell->text[0], rows[i].letter);
		assert_int_equal(cell->role, rows[i].role);
	}
}

static void a_wide_list_names_verdict_attestation_and_signer(void **state)
{
	static const char *const heads[] = { "Verdict", "Att", "Signer",
					     "Source", "Destination" };

	(void)state;
	open_signed();
	canvas_resize(canvas, 24, 240);
	draw();
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_non_null(strstr(row(2), heads[i]));
	assert_non_null(strstr(row(row_with("signer1 ")),
			       "X  SIGNATURE_INVALID B   SHAKEN 709J"));
	assert_non_null(strstr(row(row_with("signer3 ")), "?  waiting"));
}

static void wide_lists_name_the_longest_phase_and_more(void **state)
{
	static const char *const heads[] = { "Talk", "Setup", "Worst phase" };

	(void)state;
	open_calls(3, NULL);
	canvas_resize(canvas, 24, 160);
	draw();
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_non_null(strstr(row(2), heads[i]));
	/* Call 1: 180 from 480 ms, answered at 2 s, 41 s of talk. */
	assert_non_null(strstr(row(3), " 2.000     0:41   180 1.520 "));
	/* Call 3: 100 from 1 ms, refused at 250 ms. */
	assert_non_null(strstr(row(5), "   100 0.249 "));
	canvas_resize(canvas, 24, 80);
	draw();
	assert_null(strstr(row(2), "Setup"));
	/* All there are; no column is left without room. */
	canvas_resize(canvas, 24, 500);
	draw();
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++)
		assert_non_null(
			strstr(row(2), column_at((enum column_id)i)->title));
}

static void a_key_opens_the_flow_with_all_legs(void **state)
{
	struct column_facts f = { 0 };
	char out[COLUMN_TEXT_BYTES];
	const struct call *c;

	(void)state;
	open_calls(3, NULL);
	key('x');
	assert_int_equal(ui_screen(ui), SCREEN_CALL_FLOW);
	c = view_first(sample.ctx.view);
	column_look(&f, &sample.ctx, c, NEED_ALL);
	/* a call of its own has no legs, and nothing passed it on */
	assert_int_equal(column_at(COLUMN_LEGS)->text(&f, out).len, 0);
	assert_true(
		slice_eq(column_at(COLUMN_HOPS)->text(&f, out), SLICE("0")));
	assert_int_equal(column_at(COLUMN_MOS)->text(&f, out).len, 0);
	assert_int_equal(column_at(COLUMN_LOSS)->text(&f, out).len, 0);
}

static void the_worst_phase_is_the_longest(void **state)
{
	struct column_facts f = { 0 };
	char out[COLUMN_TEXT_BYTES];

	(void)state;
	open_calls(0, NULL);
	sample_push(&sample, 7, "INVITE sip:b@example.net SIP/2.0", "1 INVITE",
		    0);
	sample_push(&sample, 7, "SIP/2.0 100 Trying", "1 INVITE", 10);
	sample_push(&sample, 7, "SIP/2.0 183 Session Progress", "1 INVITE",
		    500);
	sample_push(&sample, 7, "SIP/2.0 180 Ringing", "1 INVITE", 2500);
	sample_push(&sample, 7, "SIP/2.0 200 OK", "1 INVITE", 4000);
	column_look(&f, &sample.ctx, view_first(sample.ctx.view), NEED_PHASES);
	assert_true(slice_eq(column_at(COLUMN_WORST)->text(&f, out),
			     SLICE("183 2.000")));
}

/* Who judges in the background does first what is looked at. */
static void only_rows_that_wait_and_are_seen_are_asked_for(void **state)
{
	(void)state;
	open_signed();
	assert_int_equal(wants, 1);
	judge_last(VERDICT_VALID, ATTEST_A);
	wants = 0;
	draw();
	assert_int_equal(wants, 0);
}

static void the_lines_below_tell_our_verdict(void **state)
{
	(void)state;
	open_signed();
	assert_false(is_shown("Our verdict"));
	for (unsigned i = 0; i < 3; i++)
		key('j');
	assert_true(is_shown("Our verdict: SIGNATURE_INVALID (agrees). Broken "
			     "by 192.0.2.9: Date."));
	assert_true(is_shown("I verdict"));
	canvas_resize(canvas, 24, 120);
	draw();
	assert_true(is_shown("192.0.2.1:5060 > 192.0.2.2:5060. Our verdict"));
	asked = 0;
	draw();
	draw();
	assert_int_equal(asked, 0); /* what is known is not asked again */
	sample.ctx.identity = NULL;
	key('k');
	key('j');
	assert_true(is_shown("Our verdict: SIGNATURE_INVALID."));
}

static void rows_are_sorted_by_their_verdict(void **state)
{
	(void)state;
	open_signed();
	for (unsigned i = 0;
	     i < COLUMNS_OF_CALLS && strstr(row(1), "sorted by id") == NULL;
	     i++)
		key('>');
	key('z');
	key('g');
	assert_non_null(strstr(row(3), "signer1"));
	assert_non_null(strstr(row(4), "signer2"));
	assert_non_null(strstr(row(5), "signer0"));
	assert_non_null(strstr(row(6), "signer3"));
	assert_non_null(strstr(row(7), "caller1"));
}

static void keys_open_identity_and_statistics(void **state)
{
	(void)state;
	open_signed();
	for (unsigned i = 0; i < 3; i++)
		key('j');
	key('I');
	assert_int_equal(ui_screen(ui), SCREEN_IDENTITY);
	key(KEY_CODE_ESCAPE);
	assert_int_equal(ui_screen(ui), SCREEN_CALL_LIST);
	key('i');
	assert_int_equal(ui_screen(ui), SCREEN_STATISTICS);
	key('?');
	assert_true(is_shown("Help: statistics"));
}

static void a_number_of_the_statistics_leads_to_its_calls(void **state)
{
	(void)state;
	open_calls(30, NULL);
	canvas_resize(canvas, 60, 80);
	key('i');
	for (unsigned i = 0; i < 150 && !is_shown("> 486 Busy Here"); i++)
		key(KEY_CODE_DOWN);
	assert_true(is_shown("> 486 Busy Here"));
	key(KEY_CODE_ENTER);
	assert_int_equal(ui_screen(ui), SCREEN_CALL_LIST);
	assert_non_null(strstr(row(1), "Filter: method == INVITE and final"));
	assert_non_null(strstr(row(1), "10 of 30 calls"));
}

static void selected_calls_are_marked_and_counted(void **state)
{
	(void)state;
	open_calls(30, NULL);
	key(' ');
	key(' ');
	assert_non_null(strstr(row(1), "2 selected"));
	assert_int_equal(row(3)[1], '*');
	assert_int_equal(row(4)[1], '*');
	key(23);
	assert_null(strstr(row(1), "selected"));
}

static void what_is_lost_and_not_decoded_is_told(void **state)
{
	(void)state;
	open_calls(3, NULL);
	sample.counters.dropped = 77;
	sample.counters.undecoded[UNDECODED_TUNNEL] = 10;
	sample.counters.undecoded[UNDECODED_IP_FRAGMENT] = 2;
	sample.counters.duplicates = 4;
	draw();
	assert_non_null(strstr(row(0), "lost 77"));
	assert_true(is_shown("not decoded 12 ("));
	assert_true(is_shown("duplicates 4"));
	sample.status.source = UI_SOURCE_GONE;
	draw();
	assert_non_null(strstr(row(0), "SOURCE GONE"));
}

static void loading_is_shown_with_a_bar(void **state)
{
	(void)state;
	open_calls(3, NULL);
	sample.status.source = UI_SOURCE_LOADING;
	sample.status.file_size = INT64_C(655) << 20;
	sample.status.file_done = INT64_C(412) << 20;
	draw();
	/* 412 / 655 = 0.629 */
	assert_non_null(strstr(row(0), "LOADING 62 %"));
	assert_true(is_shown("62 %  412 MB of 655 MB  Esc stops"));
	assert_true(is_shown("[####"));
}

static void what_is_copied_holds_no_control_character(void **state)
{
	struct ui_request r;

	(void)state;
	open_calls(0, NULL);
	sample_push_text(&sample,
			 SLICE("MESSAGE sip:b@example.net SIP/2.0\r\n"
			       "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKe\r\n"
			       "From: <sip:a\033]52;c;eA==\ab@example.com>"
			       ";tag=1\r\n"
			       "To: <sip:\xc2\x9b"
			       "31m@example.net>\r\n"
			       "Call-ID: evil\033[2J@example.com\r\n"
			       "CSeq: 1 MESSAGE\r\n\r\n"),
			 0);
	sample_answered(&sample, 2);
	draw();
	key('G');
	r = key('y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_eq(r.text, SLICE("call-2@example.com")));
	key('g');
	r = key('y');
	assert_true(slice_eq(r.text, SLICE("evil\\x1b[2J@example.com")));
	r = key('Y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(r.text.len > 20);
	for (size_t i = 0; i < r.text.len; i++)
		assert_true(((unsigned char)r.text.ptr[i] >= ' ' &&
			     (unsigned char)r.text.ptr[i] < 127) ||
			    r.text.ptr[i] == '\t');
	assert_true(is_shown("\\x1b"));
}

static void pasted_text_is_never_a_key(void **state)
{
	(void)state;
	open_calls(3, NULL);
	assert_int_equal(ui_key(ui, KEY_CODE_PASTE_BEGIN).kind, UI_NONE);
	assert_int_equal(key('q').kind, UI_NONE);
	assert_int_equal(key(KEY_CODE_ESCAPE).kind, UI_NONE);
	assert_int_equal(ui_key(ui, KEY_CODE_PASTE_END).kind, UI_NONE);
	key('/');
	(void)ui_key(ui, KEY_CODE_PASTE_BEGIN);
	type("two");
	key(KEY_CODE_ENTER);
	type("lines");
	(void)ui_key(ui, KEY_CODE_PASTE_END);
	assert_true(is_shown("Search: two lines"));
}

static void calls_that_were_forgotten_leave_the_list(void **state)
{
	struct store_options options = { .memory_bytes = 1 << 20 };
	char wanted[64];
	uint64_t kept;

	(void)state;
	open_calls(0, NULL);
	store_free(sample.store);
	assert_int_equal(store_new(&sample.store, &options), ERR_OK);
	sample.ctx.view = store_view(sample.store);
	for (unsigned n = 1; n <= 6000; n++) {
		sample_answered(&sample, n);
		if (n % 500 == 0) {
			key(n % 1000 == 0 ? 'G' : 'j');
			if (n == 3000)
				key('>');
		}
	}
	draw();
	kept = view_call_count(sample.ctx.view);
	assert_true(kept < 6000);
	snprintf(wanted, sizeof(wanted), "%llu of %llu calls",
		 (unsigned long long)kept, (unsigned long long)kept);
	assert_true(is_shown(wanted));
	assert_true(is_shown("forgotten calls "));
	key('g');
	assert_false(is_shown("(forgotten)"));
}

static void help_lists_every_key_and_finds_them(void **state)
{
	(void)state;
	open_calls(3, NULL);
	key('?');
	assert_int_equal(ui_screen(ui), SCREEN_HELP);
	assert_true(is_shown("Help: call list"));
	key('/');
	type("unselect");
	key(KEY_CODE_ENTER);
	assert_true(is_shown("Unselect all"));
	key(KEY_CODE_ESCAPE);
	assert_int_equal(ui_screen(ui), SCREEN_HELP);
	key(KEY_CODE_ESCAPE);
	assert_int_equal(ui_screen(ui), SCREEN_CALL_LIST);
	assert_int_equal(key('L').kind, UI_LANGUAGE);
	assert_int_equal(key(12).kind, UI_REDRAW);
	assert_int_equal(key(26).kind, UI_SUSPEND);
	assert_int_equal(ui_key(ui, KEY_CODE_END_OF_INPUT).kind, UI_QUIT);
}

/* All keys of all actions, and what a line and a question take. */
static void press_everything(void)
{
	static const int32_t more[] = { 'x',
					KEY_CODE_BACKSPACE,
					KEY_CODE_LEFT,
					KEY_CODE_TAB,
					KEY_CODE_RESIZE,
					0x1ec5,
					KEY_CODE_ESCAPE };

	for (unsigned a = 1; a < ACTIONS; a++) {
		struct slice rest = slice_of(keymap_keys((enum ui_action)a));

		while (rest.len > 0) {
			struct slice word = slice_split(rest, ' ', &rest);

			(void)key(keymap_key_of(word.ptr, (unsigned)word.len));
			for (size_t i = 0; i < sizeof(more) / sizeof(more[0]);
			     i++)
				(void)key(more[i]);
			(void)key(3);
		}
	}
}

static void every_size_takes_every_key(void **state)
{
	static const int sizes[][2] = {
		{ 1, 1 },   { 3, 10 },   { 10, 40 },  { 24, 67 },   { 17, 80 },
		{ 24, 80 }, { 30, 100 }, { 60, 200 }, { 100, 500 },
	};

	(void)state;
	for (unsigned calls = 0; calls <= 20; calls += 20) {
		open_calls(calls, NULL);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			canvas_resize(canvas, sizes[i][0], sizes[i][1]);
			for (unsigned s = UI_SOURCE_LIVE; s <= UI_SOURCE_GONE;
			     s++) {
				sample.status.source = (enum ui_source_kind)s;
				draw();
			}
			sample.counters.dropped = i;
			sample.counters.undecoded[UNDECODED_TUNNEL] = i;
			press_everything();
		}
		if (calls == 0)
			close_calls(NULL);
	}
}

/* The screen's own drawing too, where ui.c would say that it is too small. */
static void the_screens_themselves_draw_at_every_size(void **state)
{
	struct screen_argument argument = { .about = SCREEN_CALL_LIST };
	void *list;
	void *help;

	(void)state;
	open_calls(20, NULL);
	list = screen_call_list.open(&sample.ctx, &argument);
	help = screen_help.open(&sample.ctx, &argument);
	sample.status.source = UI_SOURCE_LOADING;
	sample.status.warning = "a line";
	for (int rows = 1; rows <= 40; rows++)
		for (int columns = 1; columns <= 130; columns += 3) {
			canvas_resize(canvas, rows, columns);
			screen_call_list.draw(list, canvas);
			canvas_clear(canvas);
			screen_help.draw(help, canvas);
		}
	screen_call_list.close(list);
	screen_help.close(help);
}

static void below_the_least_size_stands_one_polite_line(void **state)
{
	(void)state;
	open_calls(3, NULL);
	canvas_resize(canvas, 8, 33);
	draw();
	assert_non_null(strstr(row(0), "sipmon needs 40x10, this is 33x8."));
	canvas_resize(canvas, 3, 10);
	draw();
	assert_string_equal(row(0), "q quits");
	sample.status.source = UI_SOURCE_LIVE;
	assert_int_equal(key('q').kind, UI_QUIT);
}

#define CALLS(test) cmocka_unit_test_teardown(test, close_calls)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALLS(eighty_columns_show_what_matters),
		CALLS(wide_lists_name_the_longest_phase_and_more),
		CALLS(the_worst_phase_is_the_longest),
		CALLS(a_key_opens_the_flow_with_all_legs),
		CALLS(the_lines_below_explain_the_call_under_the_cursor),
		CALLS(a_phase_that_is_stuck_now_is_marked),
		CALLS(a_second_phase_that_is_stuck_is_marked_too),
		CALLS(the_filter_shows_what_matches_and_nothing_else),
		CALLS(a_broken_filter_stays_to_be_mended),
		CALLS(a_filter_that_is_none_is_refused_at_the_start),
		CALLS(the_cursor_stays_on_its_call_when_the_order_changes),
		CALLS(sorting_puts_the_calls_in_order),
		CALLS(equal_keys_stay_in_the_order_of_arrival),
		CALLS(search_goes_round_and_counts),
		CALLS(findings_are_gone_to_with_brackets),
		CALLS(enter_opens_the_flow_and_escape_comes_back),
		CALLS(leaving_asks_only_while_capturing),
		CALLS(clearing_asks_with_the_safe_answer_first),
		CALLS(paused_the_list_stands_still_and_counts),
		CALLS(the_last_row_is_followed_once_one_went_there),
		CALLS(a_live_list_follows_until_the_cursor_is_moved),
		CALLS(a_list_that_follows_stays_on_the_newest_in_any_order),
		CALLS(the_explanation_of_a_code_has_its_evidence),
		CALLS(a_key_that_does_nothing_is_told),
		CALLS(no_key_of_the_last_row_lacks_its_word),
		CALLS(a_field_that_is_none_is_answered_with_those_there_are),
		CALLS(the_time_gets_room_where_it_is_asked_for),
		CALLS(what_cannot_be_opened_is_named_where_nothing_is),
		CALLS(the_key_explains_why_nothing_could_be_read),
		CALLS(the_time_that_was_lost_stands_before_the_edge),
		CALLS(one_letter_tells_of_the_identity),
		CALLS(a_wide_list_names_verdict_attestation_and_signer),
		CALLS(only_rows_that_wait_and_are_seen_are_asked_for),
		CALLS(the_lines_below_tell_our_verdict),
		CALLS(rows_are_sorted_by_their_verdict),
		CALLS(keys_open_identity_and_statistics),
		CALLS(a_number_of_the_statistics_leads_to_its_calls),
		CALLS(selected_calls_are_marked_and_counted),
		CALLS(what_is_lost_and_not_decoded_is_told),
		CALLS(loading_is_shown_with_a_bar),
		CALLS(what_is_copied_holds_no_control_character),
		CALLS(pasted_text_is_never_a_key),
		CALLS(calls_that_were_forgotten_leave_the_list),
		CALLS(help_lists_every_key_and_finds_them),
		CALLS(every_size_takes_every_key),
		CALLS(the_screens_themselves_draw_at_every_size),
		CALLS(below_the_least_size_stands_one_polite_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
