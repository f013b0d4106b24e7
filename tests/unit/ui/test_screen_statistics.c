/* The statistics screen, on calls and figures made by hand. */
#include "signed.h"
#include "sipmon/call/query.h"

struct stage {
	struct scene *scene;
	struct screen_argument argument;
	void *screen;
	struct signing_figures figures;
	unsigned counted;
	bool fails;
};

static bool figures_of(void *ctx, struct signing_figures *out)
{
	struct stage *t = ctx;

	t->counted++;
	*out = t->figures;
	return !t->fails;
}

static void fill_figures(struct signing_figures *f)
{
	f->requests = 12298;
	f->signed_requests = 9288;
	f->waiting = 3;
	f->by_attest[ATTEST_A] = 8000;
	f->by_attest[ATTEST_B] = 211;
	f->by_verdict[VERDICT_VALID] = 9211;
	f->by_verdict[VERDICT_SIGNATURE_INVALID] = 18;
	f->by_verdict[VERDICT_NO_IDENTITY] = 3010;
	f->signer_count = 3;
	f->signers[0] = (struct signing_row){ .name = "SHAKEN 1234",
					      .spc = "1234",
					      .requests = 9000,
					      .valid = 8990,
					      .failed = 10,
					      .most = VERDICT_CERT_EXPIRED };
	f->signers[1] = (struct signing_row){ .name = "evil\x1b[2J\"name",
					      .spc = "709J",
					      .requests = 8,
					      .valid = 8 };
	f->signers[2] = (struct signing_row){ .name = "a \"quoted\" name",
					      .requests = 1 };
	f->peer_count = 2;
	f->peers[0] = (struct signing_row){ .name = "192.0.2.77",
					    .requests = 5000,
					    .unknown = 7 };
	f->peers[1] = (struct signing_row){ .requests = 2 };
	f->begin_ns = 0;
	f->bin_ns = 60 * CLOCK_SECOND_NS;
	f->bin_count = 3;
	f->bins[0] = (struct signing_bin){ .requests = 100, .valid = 100 };
	f->bins[1] = (struct signing_bin){ .requests = 50, .failed = 18 };
	f->bins[2] = (struct signing_bin){ .requests = 10, .valid = 10 };
	f->has_clock_offset = true;
	f->clock_offset_s = -37;
}

static int set_up(void **state)
{
	struct stage *t = calloc(1, sizeof(*t));

	t->scene = scene_new(LANGUAGE_EN);
	fill_figures(&t->figures);
	t->scene->ctx.signing = figures_of;
	t->scene->ctx.signing_ctx = t;
	t->screen = screen_statistics.open(&t->scene->ctx, &t->argument);
	assert_non_null(t->screen);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *t = *state;

	screen_statistics.close(t->screen);
	scene_free(t->scene);
	free(t);
	return 0;
}

static void work(struct stage *t)
{
	unsigned slices = 0;

	while (screen_statistics.work(t->screen, 1000000))
		assert_true(++slices < 1000);
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_statistics, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_statistics, t->screen, ON_STATISTICS, k);
}

#define ROWS    160 /* all boxes fit below each other */
#define COLUMNS 90

static void is_shown(struct stage *t, const char *text)
{
	if (!shows(t, ROWS, COLUMNS, text))
		fail_msg("not shown: %s", text);
}

/* Does the line under the cursor begin with `text`, marked or not? */
static bool is_under_cursor(struct stage *t, const char *text)
{
	struct canvas *c =
		scene_draw(&screen_statistics, t->screen, ROWS, COLUMNS);
	bool is_there = false;
	char row[1024];

	for (int i = 0; i < ROWS; i++) {
		canvas_row_text(c, i, row, sizeof(row));
		is_there |= row[0] == ' ' && row[1] == '>' &&
			    strncmp(row + 3, text, strlen(text)) == 0;
	}
	canvas_free(c);
	return is_there;
}

/* Goes down to the line that begins with `text`; true if there is one. */
static bool found(struct stage *t, const char *text)
{
	for (unsigned i = 0; i < 300; i++) {
		if (is_under_cursor(t, text))
			return true;
		key(t, KEY_CODE_DOWN);
	}
	return false;
}

static void go_to(struct stage *t, const char *text)
{
	key(t, KEY_CODE_HOME);
	if (!found(t, text))
		fail_msg("no line: %s", text);
}

/* ---- calls */

/* Answered by 192.0.2.`to` 100 ms after 20 ms of 180, over after a second. */
static void say_answered(struct stage *t, int64_t ms, uint8_t to,
			 const char *id, const char *agent)
{
	struct scene *s = t->scene;
	char more[256];

	(void)snprintf(more, sizeof(more), "User-Agent: %s\r\n", agent);
	scene_msg(s, ms, 1, to, id, "INVITE sip:bob@example.com SIP/2.0", id,
		  "1 INVITE", more, "");
	scene_msg(s, ms + 20, to, 1, id, "SIP/2.0 180 Ringing", id, "1 INVITE",
		  "", "");
	scene_msg(s, ms + 120, to, 1, id, "SIP/2.0 200 OK", id, "1 INVITE", "",
		  "");
	scene_msg(s, ms + 121, 1, to, id, "ACK sip:bob@example.com SIP/2.0",
		  "x", "1 ACK", "", "");
	scene_msg(s, ms + 1120, to, 1, id, "BYE sip:alice@example.com SIP/2.0",
		  "y", "1 BYE", "", "");
	scene_msg(s, ms + 1125, 1, to, id, "SIP/2.0 200 OK", "y", "1 BYE", "",
		  "");
}

static void say_refused(struct stage *t, int64_t ms, uint8_t to, const char *id)
{
	scene_msg(t->scene, ms, 1, to, id, "INVITE sip:bob@example.com SIP/2.0",
		  id, "1 INVITE", "", "");
	scene_msg(t->scene, ms + 400, to, 1, id,
		  "SIP/2.0 503 Service Unavailable", id, "1 INVITE", "", "");
}

static void say_options(struct stage *t, int64_t ms, const char *id)
{
	scene_msg(t->scene, ms, 1, 2, id, "OPTIONS sip:bob@example.com SIP/2.0",
		  id, "1 OPTIONS", "", "");
	scene_msg(t->scene, ms + 5, 2, 1, id, "SIP/2.0 200 OK", id, "1 OPTIONS",
		  "", "");
}

/*
 * Five INVITE calls: busy over two hops (100 after 12 ms, 180 after 252, 486
 * after 2002), two answered, one refused with 503, one that nobody answered
 * for 40 s; and an OPTIONS.
 */
static void say_mixed(struct stage *t)
{
	(void)scene_busy_call(t->scene);
	say_answered(t, 3000, 2, "one", "Phone 1");
	say_answered(t, 5000, 4, "two", "Phone 1");
	say_refused(t, 7000, 4, "three");
	scene_msg(t->scene, 8000, 1, 5, "four@192.0.2.1",
		  "INVITE sip:bob@example.com SIP/2.0", "f", "1 INVITE",
		  "User-Agent: evil\x1b[2J\"phone\r\n", "");
	say_options(t, 48000, "five");
	work(t);
	assert_true(shows(t, ROWS, COLUMNS, "> 100 Trying"));
}

static uint64_t count_listed(const struct stage *t, const char *filter)
{
	const struct view *v = t->scene->ctx.view;
	struct problem problem = { "" };
	struct query *q = NULL;
	uint64_t n = 0;

	if (query_parse(&q, slice_of(filter), t->scene->ctx.find,
			t->scene->ctx.find_ctx, &problem))
		fail_msg("%s: %s", filter, problem.text);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		n += query_matches(q, v, c);
	query_free(q);
	return n;
}

/* ---- figures of calls */

static void answers_to_invite_are_bars(void **state)
{
	say_mixed(*state);
	is_shown(*state, "100 Trying                     1   20.0 % ########");
	is_shown(*state, "180 Ringing                    3   60.0 % #####");
	is_shown(*state, "183 Session Progress           0    0.0 %");
	is_shown(*state, "2xx                            2   40.0 % #####");
	is_shown(*state, "4xx                            1   20.0 % ########");
	is_shown(*state, "5xx                            1   20.0 % ########");
	is_shown(*state, "none                           1   20.0 % ########");
}

static void a_bar_is_as_long_as_its_share(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	char row[512];
	const char *bar;

	say_mixed(t);
	c = scene_draw(&screen_statistics, t->screen, ROWS, COLUMNS);
	/* 60 % of 40 cells */
	canvas_row_text(c, scene_row(c, "180 Ringing"), row, sizeof(row));
	bar = strchr(row, '#');
	assert_non_null(bar);
	assert_int_equal(strspn(bar, "#"), 24);
	canvas_free(c);
}

static void delays_have_percentiles(void **state)
{
	say_mixed(*state);
	is_shown(*state, "                        n      p50      p95      p99 "
			 "     max");
	is_shown(*state, "Trying                  1    12 ms    12 ms    12 ms "
			 "   12 ms");
	/* 20, 20, 252 and 400 ms: of four the second, and the last */
	is_shown(*state, "PDD                     4    20 ms   400 ms   400 ms"
			 "   400 ms");
	is_shown(*state, "Talk                    2 1 000 ms 1 000 ms");
	is_shown(*state, "off by less than 0.8 %");
	assert_false(shows(*state, ROWS, COLUMNS, "To 183"));
}

static void what_was_not_measured_is_a_dash(void **state)
{
	struct stage *t = *state;

	say_options(t, 0, "alone");
	work(t);
	is_shown(t, "Trying                  0        -        -        -"
		    "        -");
	is_shown(t, "SER                      -");
	is_shown(t, "RRD                     0        -        -        -"
		    "        -");
	is_shown(t, "Nothing to measure.");
	assert_false(shows(t, ROWS, COLUMNS, "nan"));
}

static void the_histogram_is_that_of_the_delay_under_the_cursor(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	is_shown(t, "How PDD is spread");
	go_to(t, "Ring ");
	is_shown(t, "How Ring is spread");
	go_to(t, "Talk ");
	is_shown(t, "How Talk is spread");
	/* both talks are of one length: one bin */
	is_shown(t, "         2 ####################################");
}

static void bins_lead_to_their_calls(void **state)
{
	struct stage *t = *state;
	uint64_t listed = 0;
	unsigned bins = 0;

	say_mixed(t);
	go_to(t, "PDD");
	key(t, KEY_CODE_TAB);
	key(t, KEY_CODE_UP);
	is_shown(t, "> How PDD is spread");
	for (;;) {
		struct ui_request r;

		key(t, KEY_CODE_DOWN);
		if (!shows(t, ROWS, COLUMNS, " ms .. "))
			break;
		r = key(t, KEY_CODE_ENTER);
		if (shows(t, ROWS, COLUMNS, "> RFC 6076") || ++bins > 20)
			break;
		if (r.kind == UI_OPEN)
			listed += count_listed(t, r.argument.filter);
	}
	assert_int_equal(listed, 4);
}

static void metrics_are_ratios_and_times(void **state)
{
	say_mixed(*state);
	/* 200 of the five; 200, 200 and 486; the 503 */
	is_shown(*state, "SER                 40.0 % 2 of 5");
	is_shown(*state, "SEER                60.0 % 3 of 5");
	is_shown(*state, "ISA                 20.0 % 1 of 5");
	is_shown(*state, "SCR                 40.0 % 2 of 5");
	is_shown(*state, "IRA                      -");
	is_shown(*state, "SRD ok                  2    20 ms");
	/* 252 and 400 ms */
	is_shown(*state, "SRD failed              2   326 ms");
	is_shown(*state, "SDD                     2  5.00 ms");
	is_shown(*state, "SDT                     2 1 000 ms");
}

static void findings_are_counted_by_kind(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	(void)scene_busy_call(t->scene);
	t->scene->found = 1;
	work(t);
	is_shown(t, "!stuck-in-trying                       1  100.0 %");
	go_to(t, "stuck-in-trying");
	r = key(t, KEY_CODE_ENTER);
	assert_string_equal(r.argument.filter, "finding == stuck-in-trying");
	assert_int_equal(count_listed(t, r.argument.filter), 1);
	r = key(t, 'e');
	assert_int_equal(r.screen, SCREEN_EXPLAIN);
	assert_string_equal(r.argument.finding, "stuck-in-trying");
}

/* Every call is too large; that to 192.0.2.5 is stuck, too. */
static unsigned find_two(void *ctx, const struct view *v, const struct call *c,
			 struct finding *out, unsigned room)
{
	unsigned n = 0;

	(void)ctx;
	assert_true(room >= 2);
	if (view_hop(v, c->hop)->destination.address[3] == 5)
		out[n++] = (struct finding){ .kind = "stuck-in-trying",
					     .severity = FINDING_ERROR };
	out[n++] = (struct finding){ .kind = "oversized-udp",
				     .severity = FINDING_NOTE };
	return n;
}

static void the_worst_finding_stands_first(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	int worst;

	t->scene->ctx.find = find_two;
	say_mixed(t);
	c = scene_draw(&screen_statistics, t->screen, ROWS, COLUMNS);
	worst = scene_row(c,
			  "!stuck-in-trying                       1   16.7 %");
	assert_true(worst > 0);
	assert_int_equal(scene_row(c, "ioversized-udp                         6"
				      "  100.0 %"),
			 worst + 1);
	canvas_free(c);
}

static void peers_stand_by_failures(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	say_mixed(t);
	is_shown(t,
		 "!192.0.2.4              1        2   50.0 %       503 (1)");
	go_to(t, "192.0.2.4");
	r = key(t, KEY_CODE_ENTER);
	assert_int_equal(count_listed(t, r.argument.filter), 1);
	assert_int_equal(key(t, 'e').argument.code, 503);
	assert_int_equal(key(t, '=').argument.code, 503);
}

static void peers_trunks_and_agents_have_tables(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	is_shown(t, "192.0.2.4                   2   50.0 %    400 ms"
		    "       503 (1)          0");
	is_shown(t, "192.0.2.1 > 192.0.2.4        2   50.0 %    400 ms");
	is_shown(t, "Phone 1                     2  100.0 %     20 ms"
		    "             -          0");
	is_shown(t, "less than 1.6 % here");
}

static void strangers_names_are_shown_escaped(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	say_mixed(t);
	go_to(t, "evil\\x1b[2J\"phone");
	r = key(t, KEY_CODE_ENTER);
	assert_int_equal(r.kind, UI_OPEN);
	assert_int_equal(count_listed(t, r.argument.filter), 1);
	key(t, KEY_CODE_HOME);
	go_to(t, "evil\\x1b[2J\"name (709J)");
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
}

static void a_long_name_is_cut_and_marked(void **state)
{
	static const char name[] = "A phone whose maker has put all that it "
				   "can do into its User-Agent, and more";
	struct stage *t = *state;

	say_answered(t, 0, 2, "a", name);
	work(t);
	/* 44 cells at most; the numbers stand in the same row */
	assert_true(shows(t, ROWS, 119,
			  "A phone whose maker has put all that it can~        "
			  "1  100.0 %"));
	assert_true(shows(t, ROWS, 40, "A phone whose mak~        1  100.0 %"));
}

static void methods_and_codes_have_rates(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	/* 6 of 12 requests in 48.005 s: 1.000 to 49.005 s */
	is_shown(t, "INVITE                          6  50.0 %    0.12"
		    "         5");
	is_shown(t, "OPTIONS                         1   8.3 %    0.02"
		    "         1");
	/* 5 of 14 responses are 200; two end an INVITE call */
	is_shown(t, "200 OK                                  5  35.7 %    0.10"
		    "         2");
	is_shown(t, "180 Ringing                             5  35.7 %    0.10"
		    "         -");
}

/* ---- doors */

static void enter_leads_to_the_calls_behind_a_number(void **state)
{
	static const struct {
		const char *line;
		const char *filter;
		uint64_t calls;
	} doors[] = {
		{ "180 Ringing", "method == INVITE and code == 180", 3 },
		{ "2xx", "method == INVITE and final >= 200 and final < 300",
		  2 },
		{ "none", "method == INVITE and state == no-answer", 1 },
		{ "Trying", "method == INVITE and trying >= 0", 1 },
		{ "PDD", "method == INVITE and pdd >= 0", 4 },
		{ "Talk", "method == INVITE and talk >= 0", 2 },
		{ "192.0.2.4              1 ",
		  "method == INVITE and peer == 192.0.2.4 and "
		  "(state == rejected or state == failed or "
		  "state == no-answer)",
		  1 },
		{ "192.0.2.4                   2 ",
		  "method == INVITE and peer == 192.0.2.4", 2 },
		{ "192.0.2.1 > 192.0.2.4",
		  "method == INVITE and source == 192.0.2.1 and "
		  "destination == 192.0.2.4",
		  2 },
		{ "Phone 1", "method == INVITE and agent == \"Phone 1\"", 2 },
		{ "OPTIONS", "method == OPTIONS", 1 },
		{ "486 Busy Here", "method == INVITE and final == 486", 1 },
		{ "udp", "transport == udp", 6 },
		{ "SIGNATURE_INVALID", "verdict == SIGNATURE_INVALID", 0 },
	};
	struct stage *t = *state;

	say_mixed(t);
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		struct ui_request r;

		go_to(t, doors[i].line);
		r = key(t, KEY_CODE_ENTER);
		if (r.kind != UI_OPEN)
			fail_msg("leads nowhere: %s", doors[i].line);
		assert_int_equal(r.screen, SCREEN_CALL_LIST);
		assert_string_equal(r.argument.filter, doors[i].filter);
		assert_int_equal(count_listed(t, doors[i].filter),
				 doors[i].calls);
	}
}

static void a_line_without_calls_says_so(void **state)
{
	static const char *const lines[] = { "Answers to INVITE", "3xx", "SER",
					     "To 180", "Signed" };
	struct stage *t = *state;

	say_mixed(t);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		go_to(t, lines[i]);
		assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
		is_shown(t, "No list of calls stands behind this line.");
	}
}

static void what_is_under_the_cursor_is_explained(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	go_to(t, "180 Ringing");
	assert_int_equal(key(t, 'e').argument.code, 180);
	go_to(t, "OPTIONS");
	assert_string_equal(key(t, 'e').argument.word, "OPTIONS");
	go_to(t, "SIGNATURE_INVALID");
	assert_string_equal(key(t, 'e').argument.word, "SIGNATURE_INVALID");
	go_to(t, "SEER");
	assert_int_equal(key(t, 'e').kind, UI_NONE);
	is_shown(t, "SEER: INVITEs that got 200, 480, 486, 600 or 603");
	go_to(t, "Messages");
	assert_int_equal(key(t, 'e').kind, UI_NONE);
	is_shown(t, "There is nothing to explain here.");
}

/* ---- counting */

static void progress_is_told_while_it_counts(void **state)
{
	struct stage *t = *state;

	for (unsigned i = 0; i < 8; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "o%u", i);
		say_options(t, i * 10, id);
	}
	assert_true(shows(t, 60, 100, "Counting ..."));
	assert_true(shows(t, 60, 100, "  0 % of 8 calls"));
	for (unsigned i = 0; i < 3; i++)
		assert_true(screen_statistics.work(t->screen, 1));
	assert_true(shows(t, 60, 100, "  37 % of 8 calls"));
	/* After a second there is something to look at. */
	t->scene->status.wall_ns += CLOCK_SECOND_NS;
	assert_true(screen_statistics.work(t->screen, 1));
	is_shown(t,
		 "OPTIONS                         8 100.0 %       -         4");
	work(t);
	assert_false(shows(t, 60, 100, " of 8 calls"));
	is_shown(t, "OPTIONS                         8 100.0 %");
}

static void a_live_line_is_counted_again_after_a_while(void **state)
{
	struct stage *t = *state;

	say_options(t, 0, "a");
	work(t);
	assert_int_equal(t->counted, 1);
	t->scene->status.wall_ns += 10 * CLOCK_SECOND_NS;
	work(t);
	assert_int_equal(t->counted, 1); /* nothing changed */
	say_options(t, 100, "b");
	work(t);
	assert_int_equal(t->counted, 2);
	say_options(t, 200, "c");
	t->scene->status.wall_ns += 4 * CLOCK_SECOND_NS;
	work(t);
	assert_int_equal(t->counted, 2);
	assert_true(shows(t, 60, 100, "as of 00:00:0"));
	key(t, 'r');
	assert_true(shows(t, 60, 100, " % of 3 calls"));
	work(t);
	assert_int_equal(t->counted, 3);
	assert_false(shows(t, 60, 100, "as of"));
}

static void the_window_leaves_older_calls_out(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	say_options(t, 0, "old");
	say_options(t, 2000 * 1000, "hour");
	say_options(t, 2900 * 1000, "late");
	work(t);
	assert_true(shows(t, 60, 100, "Statistics  all calls (+ -)"));
	key(t, '+');
	assert_true(shows(t, 60, 100, "All calls are counted already."));
	key(t, '-');
	work(t);
	assert_true(shows(t, 60, 100, "calls of the last 60 min"));
	go_to(t, "OPTIONS");
	is_shown(t,
		 "OPTIONS                         3 100.0 %       -         3");
	key(t, '-');
	work(t);
	is_shown(t,
		 "OPTIONS                         3 100.0 %       -         1");
	r = key(t, KEY_CODE_ENTER);
	assert_string_equal(r.argument.filter,
			    "method == OPTIONS and age <= 900");
	assert_int_equal(count_listed(t, r.argument.filter), 1);
	key(t, '-');
	work(t);
	assert_true(shows(t, 60, 100, "calls of the last 5 min"));
	key(t, '-');
	assert_true(shows(t, 60, 100, "There is no shorter time."));
	key(t, '+');
	key(t, '+');
	key(t, '+');
	work(t);
	assert_true(shows(t, 60, 100, "all calls"));
	assert_string_equal(key(t, KEY_CODE_ENTER).argument.filter,
			    "method == OPTIONS");
}

static void an_empty_capture_says_so(void **state)
{
	struct stage *t = *state;

	memset(&t->figures, 0, sizeof(t->figures));
	work(t);
	is_shown(t, "No calls to count.");
	is_shown(t, "Messages                     0");
	is_shown(t, "No request carries an Identity");
	assert_false(shows(t, ROWS, COLUMNS, "RFC 6076"));
	key(t, '-');
	work(t);
	is_shown(t, "No call began so lately.");
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	key(t, KEY_CODE_TAB);
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
}

static void forgotten_calls_are_no_harm(void **state)
{
	struct stage *t = *state;

	for (unsigned i = 0; i < 8; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "o%u", i);
		say_options(t, i * 10, id);
	}
	assert_true(screen_statistics.work(t->screen, 1));
	assert_true(screen_statistics.work(t->screen, 1));
	store_clear(t->scene->store);
	work(t);
	is_shown(t, "Messages                     0");
	key(t, 'r');
	work(t);
	is_shown(t, "No calls to count.");
}

/* ---- many rows */

static void long_tables_open_with_enter(void **state)
{
	struct stage *t = *state;
	char id[32];
	char agent[32];

	for (unsigned i = 0; i < 40; i++) {
		(void)snprintf(id, sizeof(id), "c%u", i);
		(void)snprintf(agent, sizeof(agent), "Agent %u", i);
		/* the last ones call most */
		for (unsigned n = 0; n <= i / 39; n++)
			say_answered(t, i * 2000 + n, 2, n == 0 ? id : "z",
				     agent);
	}
	work(t);
	is_shown(t, "Agent 39                    2  100.0 %");
	/* 32 rows and the 8 others: 12 are shown of 33 */
	is_shown(t, "and 21 more (Enter)");
	is_shown(t, "all others (8)              8  100.0 %");
	assert_false(shows(t, ROWS, COLUMNS, "Agent 30 "));
	go_to(t, "all others (8)");
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	go_to(t, "and 21 more");
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	assert_true(shows(t, 160, COLUMNS, "Agent 30 "));
	assert_true(shows(t, 160, COLUMNS, "all others (8)"));
	assert_false(shows(t, 160, COLUMNS, "more (Enter)"));
}

static void the_cursor_stays_on_its_row(void **state)
{
	struct stage *t = *state;

	say_answered(t, 0, 2, "a", "Phone A");
	say_answered(t, 2000, 2, "b", "Phone B");
	work(t);
	go_to(t, "Phone A");
	/* Two more of the other: it is first now. */
	say_answered(t, 4000, 2, "c", "Phone B");
	say_answered(t, 6000, 2, "d", "Phone B");
	key(t, 'r');
	work(t);
	is_shown(t, "> Phone A");
	is_shown(t, "Phone B                     3");
	/* and with boxes beside each other, too */
	assert_true(shows(t, ROWS, 200, "> Phone A"));
	is_shown(t, "> Phone A");
}

/* ---- over time */

static void time_is_drawn_in_digits_without_utf8(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	/* Bins of a second from 1 s on: busy, -, -, one, -, two, -, 503, nobody
	 * at 8, OPTIONS at 48. */
	is_shown(t, "calls             1 9..9.9.99.....");
	is_shown(t, "failed            1 9......99.....");
	is_shown(t, "PDD p95      400 ms 6  1 1 9");
	is_shown(t, "1970-01-01 00:00:01 to 00:00:50, 1.00 s each");
}

static void bins_of_time_are_put_together_where_it_is_narrow(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	/* 49 bins in 16 cells, four in each: 2, 2, 1 calls, and one at 48 s */
	assert_true(shows(t, ROWS, 40, "calls             2 995.........5"));
	/* the worst of 252 and 20 ms, of 20 and 400 */
	assert_true(shows(t, ROWS, 40, "PDD p95      400 ms 69"));
}

static void a_long_capture_shows_its_last_hour(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	char row[1024];

	say_options(t, 0, "a");
	say_options(t, 7000 * 1000, "b");
	say_options(t, 7100 * 1000, "c");
	work(t);
	is_shown(t, "The last hour");
	c = canvas_new(ROWS, COLUMNS);
	screen_statistics.draw(t->screen, c);
	canvas_row_text(c, scene_row(c, "calls             1 "), row,
			sizeof(row));
	/* one whole block, for the minute of the last call */
	assert_non_null(strstr(row, "\xe2\x96\x88"));
	canvas_free(c);
}

/* ---- Identity */

static void who_signs_is_counted(void **state)
{
	struct stage *t = *state;

	work(t);
	/* 9288 / 12298 = 0.7552 */
	is_shown(t, "Signed        9 288 of 12 298 requests (75.5 %)");
	is_shown(t, "Waiting       3");
	is_shown(t, "Attestation A                    8 000 ####");
	is_shown(t, "The clock of the capture is 37 s behind");
	is_shown(t, "!SHAKEN 1234                        9 000   8 990      10"
		    "       0 CERT_EXPIRED");
	is_shown(t, "192.0.2.77 ");
	is_shown(t, "all others ");
	go_to(t, "all others");
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
}

static void verdicts_stand_in_the_order_of_their_number(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	int valid;

	work(t);
	c = scene_draw(&screen_statistics, t->screen, ROWS, COLUMNS);
	valid = scene_row(c, "VALID                            9 211 ####");
	assert_true(valid > 0);
	assert_int_equal(scene_row(c, "NO_IDENTITY                      3 010 "
				      "##"),
			 valid + 1);
	assert_int_equal(scene_row(c, "SIGNATURE_INVALID                   18 "
				      "#"),
			 valid + 2);
	canvas_free(c);
}

static void a_name_that_no_filter_can_hold_leads_nowhere(void **state)
{
	struct stage *t = *state;

	work(t);
	go_to(t, "evil\\x1b[2J\"name (709J)");
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	key(t, KEY_CODE_DOWN);
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	key(t, KEY_CODE_UP);
	key(t, KEY_CODE_UP);
	assert_string_equal(key(t, KEY_CODE_ENTER).argument.filter,
			    "signer == \"SHAKEN 1234\"");
}

static void bars_over_time_mark_what_failed(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	size_t bar;
	int top;
	char row[512];

	work(t);
	c = scene_draw(&screen_statistics, t->screen, ROWS, 80);
	top = scene_row(c, "100 |#");
	assert_true(top > 0);
	/* 50 of 100 reaches the third row of five, 10 of 100 the first. */
	canvas_row_text(c, top + 1, row, sizeof(row));
	assert_non_null(strstr(row, "|#"));
	assert_null(strstr(row, "|##"));
	canvas_row_text(c, top + 2, row, sizeof(row));
	assert_non_null(strstr(row, "|##"));
	canvas_row_text(c, top + 4, row, sizeof(row));
	assert_non_null(strstr(row, "|###"));
	/* The mark stands below the second bar. */
	bar = strcspn(row, "|") + 2;
	canvas_row_text(c, top + 5, row, sizeof(row));
	assert_int_equal(strcspn(row, "X"), bar);
	canvas_free(c);
	is_shown(t, "1970-01-01 00:00:00 to 1970-01-01 00:03:00, 1:00 each");
}

static void what_is_not_judged_is_said(void **state)
{
	struct stage *t = *state;

	t->scene->ctx.signing = NULL;
	work(t);
	is_shown(t, "Nothing is judged here.");
	t->scene->ctx.signing = figures_of;
	t->fails = true;
	key(t, 'r');
	work(t);
	is_shown(t, "Out of memory.");
	t->fails = false;
	memset(&t->figures, 0, sizeof(t->figures));
	key(t, 'r');
	work(t);
	is_shown(t, "No request carries an Identity");
}

/* ---- the screen */

static void the_head_tells_of_the_capture(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	/* 26 messages in 48.005 s */
	assert_true(shows(t, 24, 100,
			  "Messages 26  Calls 6  on average 0.5 msg/s  lost 0  "
			  "malformed 1  forgotten 0"));
	t->scene->status.source = UI_SOURCE_LIVE;
	t->scene->status.messages_per_second = 1284;
	t->scene->counters.dropped = 1234567;
	assert_true(shows(t, 24, 100, "now 1 284 msg/s  lost 1 234 567"));
}

static void tab_goes_from_box_to_box(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	assert_true(shows(t, 24, 80, "> 100 Trying"));
	key(t, KEY_CODE_TAB);
	/* the delay whose histogram is shown */
	assert_true(shows(t, 24, 80, "> PDD"));
	key(t, KEY_CODE_TAB);
	key(t, KEY_CODE_TAB);
	assert_true(shows(t, 24, 80, "> SER"));
	assert_true(shows(t, 24, 80, "RFC 6076"));
	key(t, KEY_CODE_BACK_TAB);
	key(t, KEY_CODE_BACK_TAB);
	assert_true(shows(t, 24, 80, "> PDD"));
	key(t, KEY_CODE_BACK_TAB);
	assert_true(shows(t, 24, 80, "> 100 Trying"));
	key(t, KEY_CODE_BACK_TAB);
	assert_true(shows(t, 24, 80, "Signed"));
	key(t, KEY_CODE_TAB);
	assert_true(shows(t, 24, 80, "> 100 Trying"));
}

static void two_columns_have_one_cursor(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	assert_true(shows(t, 60, 160, "> 100 Trying"));
	key(t, KEY_CODE_TAB);
	assert_true(shows(t, 60, 160, "> SER"));
	key(t, KEY_CODE_RIGHT);
	assert_false(shows(t, 60, 160, "> SER"));
	key(t, KEY_CODE_TAB);
	key(t, KEY_CODE_BACK_TAB);
	assert_true(shows(t, 60, 160, "> PDD"));
	key(t, KEY_CODE_LEFT);
	assert_true(shows(t, 60, 160, "> SER"));
	/* In one column the cursor is where it was. */
	key(t, KEY_CODE_RIGHT);
	assert_true(shows(t, 60, 160, "> PDD"));
	is_shown(t, "> PDD");
}

static void what_is_copied_holds_no_control_character(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	say_mixed(t);
	assert_true(shows(t, 40, 160, "Messages"));
	r = key(t, 'y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_search(r.text, SLICE("100 Trying"), false) == 0);
	assert_true(slice_find(r.text, '\n') == r.text.len);
	r = key(t, 'Y');
	assert_true(slice_search(r.text, SLICE("evil\\x1b[2J"), false) <
		    r.text.len);
	for (size_t i = 0; i < r.text.len; i++)
		assert_true(r.text.ptr[i] == '\n' ||
			    (unsigned char)r.text.ptr[i] >= ' ');
}

static void words_are_searched(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	is_shown(t, "> 100 Trying");
	scene_type(&screen_statistics, t->screen, ON_STATISTICS, "/busy\r");
	is_shown(t, "> 486 Busy Here");
	scene_type(&screen_statistics, t->screen, ON_STATISTICS, "/xyz\r");
	is_shown(t, "Not found.");
}

/* Rows end where their pane does, whatever stands in them. */
static void nothing_runs_into_the_other_column(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	for (int width = 120; width < 240; width += 7) {
		struct canvas *c =
			scene_draw(&screen_statistics, t->screen, 100, width);
		int left = (width - 4) / 2 < 100 ? (width - 4) / 2 : 100;

		for (int i = 3; i < 99; i++) {
			const char *between =
				canvas_cell(c, i, 1 + left + 1)->text;

			assert_string_equal(between, " ");
		}
		canvas_free(c);
	}
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;

	say_mixed(t);
	scene_every_size(&screen_statistics, &t->scene->ctx, &t->argument);
	for (int width = 1; width <= 300; width += 7) {
		work(t);
		for (int rows = 1; rows <= 100; rows += 11)
			canvas_free(scene_draw(&screen_statistics, t->screen,
					       rows, width));
		key(t, 'r');
		key(t, KEY_CODE_TAB);
	}
	t->scene->ctx.signing = NULL;
	store_clear(t->scene->store);
	scene_every_size(&screen_statistics, &t->scene->ctx, &t->argument);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(answers_to_invite_are_bars),
		ON_STAGE(a_bar_is_as_long_as_its_share),
		ON_STAGE(delays_have_percentiles),
		ON_STAGE(what_was_not_measured_is_a_dash),
		ON_STAGE(the_histogram_is_that_of_the_delay_under_the_cursor),
		ON_STAGE(bins_lead_to_their_calls),
		ON_STAGE(metrics_are_ratios_and_times),
		ON_STAGE(findings_are_counted_by_kind),
		ON_STAGE(the_worst_finding_stands_first),
		ON_STAGE(peers_stand_by_failures),
		ON_STAGE(peers_trunks_and_agents_have_tables),
		ON_STAGE(strangers_names_are_shown_escaped),
		ON_STAGE(a_long_name_is_cut_and_marked),
		ON_STAGE(methods_and_codes_have_rates),
		ON_STAGE(enter_leads_to_the_calls_behind_a_number),
		ON_STAGE(a_line_without_calls_says_so),
		ON_STAGE(what_is_under_the_cursor_is_explained),
		ON_STAGE(progress_is_told_while_it_counts),
		ON_STAGE(a_live_line_is_counted_again_after_a_while),
		ON_STAGE(the_window_leaves_older_calls_out),
		ON_STAGE(an_empty_capture_says_so),
		ON_STAGE(forgotten_calls_are_no_harm),
		ON_STAGE(long_tables_open_with_enter),
		ON_STAGE(the_cursor_stays_on_its_row),
		ON_STAGE(time_is_drawn_in_digits_without_utf8),
		ON_STAGE(bins_of_time_are_put_together_where_it_is_narrow),
		ON_STAGE(a_long_capture_shows_its_last_hour),
		ON_STAGE(who_signs_is_counted),
		ON_STAGE(verdicts_stand_in_the_order_of_their_number),
		ON_STAGE(a_name_that_no_filter_can_hold_leads_nowhere),
		ON_STAGE(bars_over_time_mark_what_failed),
		ON_STAGE(what_is_not_judged_is_said),
		ON_STAGE(the_head_tells_of_the_capture),
		ON_STAGE(tab_goes_from_box_to_box),
		ON_STAGE(two_columns_have_one_cursor),
		ON_STAGE(what_is_copied_holds_no_control_character),
		ON_STAGE(words_are_searched),
		ON_STAGE(nothing_runs_into_the_other_column),
		ON_STAGE(every_size_and_every_action_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
