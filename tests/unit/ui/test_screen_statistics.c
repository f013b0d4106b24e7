/* The statistics screen, on figures made by hand. */
#include "signed.h"

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
	(void)scene_busy_call(t->scene);
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
		assert_true(++slices < 10);
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_statistics, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_statistics, t->screen, ON_STATISTICS, k);
}

static void all_messages_are_counted(void **state)
{
	work(*state);
	assert_true(shows(*state, 60, 80, "Messages      9"));
	assert_true(shows(*state, 60, 80, "Requests      3"));
	assert_true(shows(*state, 60, 160,
			  "180 Ringing                         "
			  "3 ####"));
	assert_true(shows(*state, 60, 160,
			  "INVITE                              "
			  "2 ####"));
}

static void who_signs_is_counted(void **state)
{
	work(*state);
	/* 9288 / 12298 = 0.7552 */
	assert_true(shows(*state, 60, 80,
			  "Signed        9 288 of 12 298 requests (75.5 %)"));
	assert_true(shows(*state, 60, 80, "Waiting       3"));
	assert_true(shows(*state, 60, 80,
			  "Attestation A                   "
			  "8 000 ###"));
	assert_true(shows(*state, 60, 80,
			  "The clock of the capture is 37 s "
			  "behind"));
}

static void verdicts_stand_in_the_order_of_their_number(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	int valid;

	work(t);
	c = scene_draw(&screen_statistics, t->screen, 60, 80);
	valid = scene_row(c, "VALID                           9 211 ####");
	assert_true(valid > 0);
	assert_int_equal(scene_row(c, "NO_IDENTITY                     3 010 "
				      "##"),
			 valid + 1);
	assert_int_equal(scene_row(c, "SIGNATURE_INVALID                  18 "
				      "#"),
			 valid + 2);
	canvas_free(c);
}

static void signers_and_peers_have_tables(void **state)
{
	work(*state);
	assert_true(shows(*state, 60, 100,
			  "!SHAKEN 1234                        9 000   8 990  "
			  "    10       0  CERT_EXPIRED"));
	assert_true(shows(*state, 60, 100, "evil\\x1b[2J\"name (709J)"));
	assert_true(shows(*state, 60, 100, "192.0.2.77 "));
	assert_true(shows(*state, 60, 100, "all others "));
}

static void bars_over_time_mark_what_failed(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	size_t bar;
	int top;
	char row[512];

	work(t);
	c = scene_draw(&screen_statistics, t->screen, 60, 80);
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
	assert_true(shows(t, 60, 80,
			  "1970-01-01 00:00:00 to 1970-01-01 "
			  "00:03:00, 1:00 each"));
}

static void counting_is_done_once_and_when_asked(void **state)
{
	struct stage *t = *state;

	assert_int_equal(t->counted, 0);
	assert_true(shows(t, 60, 80, "Counting ..."));
	assert_int_equal(t->counted, 0);
	work(t);
	assert_int_equal(t->counted, 1);
	assert_true(shows(t, 60, 80, "VALID  "));
	work(t);
	assert_int_equal(t->counted, 1);
	scene_msg(t->scene, 7000, 1, 2, "more@192.0.2.1",
		  "OPTIONS sip:bob@example.com SIP/2.0", "m", "1 OPTIONS", "",
		  "");
	assert_true(shows(t, 60, 80, "identity as of 00:00:0"));
	assert_true(shows(t, 60, 80, "Messages      10"));
	key(t, 'R');
	work(t);
	assert_int_equal(t->counted, 2);
	assert_false(shows(t, 60, 80, "identity as of"));
}

/* Goes down to the line that shows `text`. */
static void go_to(struct stage *t, const char *text)
{
	char wanted[128];

	(void)snprintf(wanted, sizeof(wanted), "> %s", text);
	for (unsigned i = 0; i < 60 && !shows(t, 60, 80, wanted); i++)
		key(t, KEY_CODE_DOWN);
	assert_true(shows(t, 60, 80, wanted));
}

static void enter_leads_to_the_calls_behind_a_number(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	work(t);
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	assert_true(shows(t, 60, 80, "This line counts no calls."));
	go_to(t, "SIGNATURE_INVALID");
	r = key(t, KEY_CODE_ENTER);
	assert_int_equal(r.screen, SCREEN_CALL_LIST);
	assert_string_equal(r.argument.filter, "verdict == SIGNATURE_INVALID");
	assert_string_equal(key(t, 'e').argument.word, "SIGNATURE_INVALID");
	go_to(t, "180 Ringing");
	assert_string_equal(key(t, KEY_CODE_ENTER).argument.filter,
			    "code == 180");
	assert_int_equal(key(t, 'e').argument.code, 180);
	assert_int_equal(key(t, '=').argument.code, 180);
	go_to(t, "INVITE");
	assert_string_equal(key(t, KEY_CODE_ENTER).argument.filter,
			    "method == \"INVITE\"");
}

static void a_name_that_no_filter_can_hold_leads_nowhere(void **state)
{
	struct stage *t = *state;

	work(t);
	for (unsigned i = 0; i < 60 && !shows(t, 60, 80, "> evil"); i++)
		key(t, KEY_CODE_DOWN);
	assert_true(shows(t, 60, 80, "> evil"));
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	key(t, KEY_CODE_DOWN);
	assert_true(shows(t, 60, 80, "> a \"quoted\""));
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	key(t, KEY_CODE_UP);
	key(t, KEY_CODE_UP);
	assert_string_equal(key(t, KEY_CODE_ENTER).argument.filter,
			    "signer == \"SHAKEN 1234\"");
}

static void what_is_not_judged_is_said(void **state)
{
	struct stage *t = *state;

	t->scene->ctx.signing = NULL;
	work(t);
	assert_true(shows(t, 60, 80, "Nothing is judged here."));
	t->scene->ctx.signing = figures_of;
	t->fails = true;
	key(t, 'r');
	work(t);
	assert_true(shows(t, 60, 80, "Out of memory."));
	t->fails = false;
	memset(&t->figures, 0, sizeof(t->figures));
	key(t, 'r');
	work(t);
	assert_true(shows(t, 60, 80, "No request carries an Identity"));
}

static void one_pane_has_the_cursor(void **state)
{
	struct stage *t = *state;

	work(t);
	assert_true(shows(t, 40, 160, "> Messages"));
	assert_false(shows(t, 40, 160, "> Identity"));
	key(t, KEY_CODE_TAB);
	assert_false(shows(t, 40, 160, "> Messages"));
	assert_true(shows(t, 40, 160, "> Identity"));
	key(t, KEY_CODE_LEFT);
	assert_true(shows(t, 40, 160, "> Messages"));
}

static void what_is_copied_holds_no_control_character(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	work(t);
	assert_true(shows(t, 40, 160, "Messages"));
	r = key(t, 'y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_search(r.text, SLICE("evil\\x1b[2J"), false) <
		    r.text.len);
	for (size_t i = 0; i < r.text.len; i++)
		assert_true(r.text.ptr[i] == '\n' ||
			    (unsigned char)r.text.ptr[i] >= ' ');
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;

	scene_every_size(&screen_statistics, &t->scene->ctx, &t->argument);
	for (int width = 1; width < 240; width += 7) {
		work(t);
		canvas_free(
			scene_draw(&screen_statistics, t->screen, 20, width));
		key(t, 'r');
	}
	t->scene->ctx.signing = NULL;
	store_clear(t->scene->store);
	scene_every_size(&screen_statistics, &t->scene->ctx, &t->argument);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(all_messages_are_counted),
		ON_STAGE(who_signs_is_counted),
		ON_STAGE(verdicts_stand_in_the_order_of_their_number),
		ON_STAGE(signers_and_peers_have_tables),
		ON_STAGE(bars_over_time_mark_what_failed),
		ON_STAGE(counting_is_done_once_and_when_asked),
		ON_STAGE(enter_leads_to_the_calls_behind_a_number),
		ON_STAGE(a_name_that_no_filter_can_hold_leads_nowhere),
		ON_STAGE(what_is_not_judged_is_said),
		ON_STAGE(one_pane_has_the_cursor),
		ON_STAGE(what_is_copied_holds_no_control_character),
		ON_STAGE(every_size_and_every_action_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
