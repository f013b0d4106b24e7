/* The call flow, on calls written by hand. */
#include "signed.h"

struct stage {
	struct scene *scene;
	struct screen_argument argument;
	void *screen;
};

static int set_up(void **state)
{
	struct stage *t = calloc(1, sizeof(*t));

	t->scene = scene_new(LANGUAGE_EN);
	t->argument.call = scene_busy_call(t->scene);
	t->scene->found = scene_id(t->scene, t->argument.call, 7);
	t->screen = screen_call_flow.open(&t->scene->ctx, &t->argument);
	*state = t;
	return t->screen == NULL;
}

static int tear_down(void **state)
{
	struct stage *t = *state;

	screen_call_flow.close(t->screen);
	scene_free(t->scene);
	free(t);
	return 0;
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_call_flow, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_call_flow, t->screen, ON_FLOW, k);
}

static void type(struct stage *t, const char *keys)
{
	scene_type(&screen_call_flow, t->screen, ON_FLOW, keys);
}

static void the_head_tells_parties_state_and_delays(void **state)
{
	assert_true(shows(*state, 24, 80, "Call flow busy@192.0.2.1"));
	assert_true(shows(*state, 24, 80, "INVITE  alice > bob  rejected"));
	/* 0 to 12, 0 to 252, 252 to 2002 ms: the hop of the caller */
	assert_true(shows(*state, 24, 80, "trying 12 ms  PDD 252 ms"));
	assert_true(shows(*state, 24, 80, "ring 1.75 s"));
}

static void every_message_of_three_hosts_fits_in_80_by_24(void **state)
{
	static const char *const rows[] = {
		"0.000 >          |--- INVITE sdp --->|",
		"+0.012            |<--- 100 Trying ---|",
		"+0.003            |                   |--- INVITE sdp --->|",
		"+0.235            |                   |<-- 180 Ringing ---|",
		"+0.500            |< - 180 Ringing - -|",
		"+1.248            |                   |<- 486 Busy Here --|",
		"+0.008            |------ ACK ------->|",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(shows(*state, 24, 80, rows[i]));
	assert_true(shows(*state, 24, 80, "192.0.2.3:5060"));
}

static void the_message_of_a_finding_has_a_mark(void **state)
{
	struct stage *t = *state;
	struct canvas *c = scene_draw(&screen_call_flow, t->screen, 24, 80);
	char row[512];

	assert_int_equal(scene_row(c, " 7 !"), scene_row(c, "+1.248"));
	canvas_row_text(c, scene_row(c, "+1.248") - 1, row, sizeof(row));
	assert_null(strchr(row, '!'));
	canvas_free(c);
	key(t, ']');
	assert_true(shows(t, 24, 80, "+1.248 >"));
	assert_true(shows(t, 24, 80, "! Stuck in 100 Trying"));
}

static void what_was_sent_again_is_dashed_at_every_width(void **state)
{
	assert_true(shows(*state, 24, 80, "+0.500            |< - 180"));
	assert_true(shows(*state, 30, 100, "+0.500        |< -  180  -"));
}

static void folding_counts_and_hides_what_was_sent_again(void **state)
{
	key(*state, '-');
	assert_true(shows(*state, 24, 80, "180 Ringing x2"));
	assert_false(shows(*state, 24, 80, "+0.500"));
	assert_true(shows(*state, 24, 80, " 9")); /* numbers stay */
	key(*state, '+');
	assert_false(shows(*state, 24, 80, "x2"));
	assert_true(shows(*state, 24, 80, "+0.500"));
}

static void the_time_column_has_three_ways(void **state)
{
	key(*state, 'w');
	assert_true(shows(*state, 24, 80, "time: since start"));
	assert_true(shows(*state, 24, 80, "2.010"));
	key(*state, 'w');
	assert_true(shows(*state, 24, 80, "00:00:03.010"));
	key(*state, 'w');
	assert_true(shows(*state, 24, 80, "+0.008"));
}

static void one_column_a_host_has_no_ports(void **state)
{
	key(*state, 's');
	assert_false(shows(*state, 24, 80, "192.0.2.3:5060"));
	assert_true(shows(*state, 24, 80, "192.0.2.3"));
}

static void the_sdp_is_off_then_its_first_stream_then_all(void **state)
{
	assert_false(shows(*state, 24, 80, "m=audio"));
	key(*state, 'd');
	assert_true(shows(*state, 24, 80, "m=audio 40000 RTP/AVP 8"));
	assert_false(shows(*state, 24, 80, "c=IN IP4"));
	key(*state, 'd');
	assert_true(shows(*state, 24, 80, "c=IN IP4 192.0.2.1"));
	key(*state, 'd');
	assert_false(shows(*state, 24, 80, "m=audio"));
}

static void the_panel_explains_the_message_under_the_cursor(void **state)
{
	assert_false(shows(*state, 24, 80, "Q.850 17"));
	type(*state, "jjjjjj");
	assert_true(shows(*state, 30, 100, "| 486 Busy Here"));
	assert_true(shows(*state, 30, 100, "Seen here"));
	assert_true(shows(*state, 30, 100, "Q.850 17"));
	assert_true(shows(*state, 30, 100, "! Stuck in 100 Trying"));
	key(*state, 't');
	assert_true(shows(*state, 30, 100, "| SIP/2.0 486 Busy Here"));
	assert_true(shows(*state, 30, 100, "CSeq: 1 INVITE"));
	key(*state, 't');
	assert_false(shows(*state, 30, 100, "CSeq: 1 INVITE"));
	assert_true(shows(*state, 30, 100, "192.0.2.3:5060"));
}

static void phases_stand_in_the_panel_and_a_stuck_one_is_told(void **state)
{
	struct stage *t = *state;

	/* on the first hop: 100 from 12 to 252 ms, 180 from there to 2002 ms */
	assert_true(shows(t, 30, 100, "100 240 ms"));
	assert_true(shows(t, 30, 100, "180 1.75 s"));
	assert_false(shows(t, 30, 100, "stuck"));
	t->scene->ctx.limits.ringing_ns = CLOCK_SECOND_NS;
	type(t, "tttjk");
	assert_true(shows(t, 30, 100, "! 180 1.75 s"));
	assert_true(shows(t, 30, 100, "stuck"));
}

static void the_cursor_follows_a_call_that_goes_on(void **state)
{
	struct stage *t = *state;

	type(t, "G");
	assert_true(shows(t, 24, 80, "+0.008 >"));
	scene_msg(t->scene, 3000, 1, 2, "busy@192.0.2.1",
		  "OPTIONS sip:bob@example.com SIP/2.0", "c", "2 OPTIONS", "",
		  "");
	assert_true(shows(t, 24, 80, "+0.990 >"));
	type(t, "k");
	scene_msg(t->scene, 3100, 2, 1, "busy@192.0.2.1", "SIP/2.0 200 OK", "c",
		  "2 OPTIONS", "", "");
	assert_true(shows(t, 24, 80, "+0.008 >"));
	assert_true(shows(t, 24, 80, "200 OK"));
}

static void a_paused_flow_counts_what_it_does_not_show(void **state)
{
	struct stage *t = *state;

	key(t, 'p');
	scene_msg(t->scene, 3000, 1, 2, "busy@192.0.2.1",
		  "OPTIONS sip:bob@example.com SIP/2.0", "c", "2 OPTIONS", "",
		  "");
	assert_true(shows(t, 24, 80, "PAUSED +1"));
	assert_false(shows(t, 24, 80, "OPTIONS"));
	key(t, 'p');
	assert_true(shows(t, 24, 80, "OPTIONS"));
}

static void a_forgotten_call_says_so(void **state)
{
	struct stage *t = *state;

	store_clear(t->scene->store);
	assert_true(shows(t, 24, 80, "This call was forgotten"));
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	assert_int_equal(key(t, 'e').kind, UI_NONE);
	assert_int_equal(key(t, 's').kind, UI_NONE);
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_BACK);
}

static void keys_open_the_message_its_code_and_its_method(void **state)
{
	struct stage *t = *state;
	struct ui_request r = key(t, 'e');

	assert_int_equal(r.kind, UI_OPEN);
	assert_int_equal(r.screen, SCREEN_EXPLAIN);
	assert_string_equal(r.argument.word, "INVITE");
	key(t, 'j');
	r = key(t, 'e');
	assert_int_equal(r.argument.code, 100);
	assert_int_equal(r.argument.msg,
			 scene_id(t->scene, t->argument.call, 2));
	r = key(t, '=');
	assert_int_equal(r.screen, SCREEN_COMPARE);
	assert_int_equal(r.argument.code, 100);
	r = key(t, KEY_CODE_ENTER);
	assert_int_equal(r.screen, SCREEN_MESSAGE);
	assert_int_equal(key(t, 'r').screen, SCREEN_MESSAGE);
	assert_int_equal(key(t, '?').screen, SCREEN_HELP);
}

static void a_search_finds_labels_and_the_call_id(void **state)
{
	type(*state, "/busy h\r");
	assert_true(shows(*state, 24, 80, "+1.248 >"));
	type(*state, "n");
	assert_true(shows(*state, 24, 80, "+0.002 >"));
	type(*state, "N");
	assert_true(shows(*state, 24, 80, "+1.248 >"));
	type(*state, "/busy@\r");
	assert_true(shows(*state, 24, 80, "Found in the Call-ID"));
	type(*state, "/nothing like it\r");
	assert_true(shows(*state, 24, 80, "Not found."));
}

static void copying_gives_one_line_a_message(void **state)
{
	struct ui_request r = key(*state, 'y');

	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_eq(r.text,
			     SLICE("0.000  192.0.2.1:5060 > 192.0.2.2:5060  "
				   "INVITE sdp\n")));
	r = key(*state, 'Y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_search(r.text, SLICE("486 Busy Here\n"), false) <
		    r.text.len);
}

static void a_wide_flow_goes_sideways_and_keeps_the_time(void **state)
{
	struct stage *t = *state;

	for (uint8_t i = 3; i < 12; i++)
		scene_msg(t->scene, 3000 + i, i, (uint8_t)(i + 1),
			  "busy@192.0.2.1",
			  "INVITE sip:bob@example.com SIP/2.0", "z", "1 INVITE",
			  "", "");
	assert_true(shows(t, 24, 80, "192.0.2.1"));
	assert_false(shows(t, 24, 80, "192.0.2.12  "));
	assert_true(shows(t, 24, 80, "INVITE > 192.0.2.5 |---"));
	assert_true(shows(t, 24, 80, "INVITE 192.0.2.11 > 192.0.2.12 >"));
	for (int i = 0; i < 20; i++)
		key(t, KEY_CODE_RIGHT);
	assert_true(shows(t, 24, 80, "192.0.2.12"));
	assert_true(shows(t, 24, 80, "+0.012"));
	type(t, "gG");
	assert_true(shows(t, 24, 80, "192.0.2.12"));
	type(t, "g");
	assert_true(shows(t, 24, 80, "0.000 >"));
	assert_true(shows(t, 24, 80, "100 Trying"));
}

static void below_90_columns_the_panel_takes_the_free_rows_below(void **state)
{
	struct stage *t = *state;
	struct canvas *c = scene_draw(&screen_call_flow, t->screen, 24, 80);

	assert_true(scene_row(c, "udp ") > scene_row(c, "+0.008"));
	assert_true(scene_row(c, "Tab Scroll") >= 0);
	canvas_free(c);
	key(t, 't');
	assert_true(shows(t, 24, 80, " INVITE sip:bob@example.com"));
	key(t, 't');
	assert_false(shows(t, 24, 80, " INVITE sip:bob@example.com"));
	assert_false(shows(t, 24, 80, "Tab Scroll"));
}

static void a_panel_without_room_is_told(void **state)
{
	struct stage *t = *state;

	assert_false(shows(t, 17, 80, "udp "));
	key(t, 't');
	assert_true(shows(t, 17, 80, "The panel needs 90 columns; e opens it"));
	key(t, 'j');
	assert_false(shows(t, 17, 80, "needs 90 columns"));
	assert_true(shows(t, 17, 100, "udp "));
}

static void the_panel_gives_way_to_the_columns_until_asked_for(void **state)
{
	struct stage *t = *state;

	/* a fourth host: 19 + 4 * 13 cells, of 100 the panel may have 29 */
	scene_msg(t->scene, 3000, 3, 4, "busy@192.0.2.1",
		  "INVITE sip:bob@example.com SIP/2.0", "z", "1 INVITE", "",
		  "");
	assert_true(shows(t, 17, 110, "192.0.2.4"));
	assert_true(shows(t, 17, 110, "| udp "));
	assert_true(shows(t, 17, 100, "192.0.2.4"));
	assert_false(shows(t, 17, 100, "| udp "));
	key(t, 't');
	assert_true(shows(t, 17, 100, "| udp "));
	assert_true(shows(t, 17, 100, "INVITE > 192.0.2.4"));
}

static void the_keys_of_the_bottom_row_keep_their_words(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	char all[512];

	type(t, "tt"); /* no panel: the same keys at any width */
	c = scene_draw(&screen_call_flow, t->screen, 24, 300);
	canvas_row_text(c, 23, all, sizeof(all));
	canvas_free(c);
	for (int columns = 1; columns < 140; columns++) {
		char row[512];
		size_t len;

		c = scene_draw(&screen_call_flow, t->screen, 24, columns);
		canvas_row_text(c, 23, row, sizeof(row));
		canvas_free(c);
		len = strlen(row);
		assert_int_equal(strncmp(row, all, len), 0);
		/* two blanks stand behind the word of a key */
		assert_true(len == 0 || all[len] == '\0' ||
			    strncmp(all + len, "  ", 2) == 0);
	}
}

static void the_page_down_key_goes_a_page(void **state)
{
	struct stage *t = *state;

	assert_true(shows(t, 10, 80, "0.000 >"));
	key(t, KEY_CODE_PAGE_DOWN);
	assert_true(shows(t, 10, 80, "+1.248 >"));
}

/* ---- a signature that broke on the way */

static bool flow_shows(void *screen, int rows, int columns, const char *text)
{
	return scene_shows(&screen_call_flow, screen, rows, columns, text);
}

static void copies_carry_the_letter_of_their_identity(void **state)
{
	struct signed_call *s = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = s->call };
	void *screen = screen_call_flow.open(&s->scene->ctx, &argument);

	(void)state;
	assert_true(flow_shows(screen, 24, 80, " 1 ?"));
	assert_true(s->wanted > 0);
	signed_judge(s);
	assert_true(flow_shows(screen, 24, 80, " 1 V"));
	assert_true(flow_shows(screen, 24, 80, " 2 X"));
	assert_true(flow_shows(screen, 24, 80, "V X ? identity"));
	assert_false(flow_shows(screen, 24, 80, " 3 ?"));
	screen_call_flow.close(screen);
	signed_free(s);
}

static void the_arrow_where_it_broke_is_marked(void **state)
{
	struct signed_call *s = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = s->call };
	void *screen = screen_call_flow.open(&s->scene->ctx, &argument);
	struct canvas *c;
	int row;

	(void)state;
	assert_false(flow_shows(screen, 24, 80, "!INVITE"));
	signed_judge(s);
	c = scene_draw(&screen_call_flow, screen, 24, 80);
	row = scene_row(c, "!INVITE sdp");
	assert_true(row > 0);
	assert_int_equal(scene_row(c, " 2 X"), row);
	assert_int_equal(canvas_cell(c, row, 42)->role, STYLE_PROBLEM);
	assert_int_equal(canvas_cell(c, row - 1, 22)->role, STYLE_REQUEST);
	canvas_free(c);
	scene_key(&screen_call_flow, screen, ON_FLOW, 'j');
	assert_true(flow_shows(screen, 30, 120, "! Date changed by 192.0.2.2"));
	scene_key(&screen_call_flow, screen, ON_FLOW, 'k');
	assert_false(flow_shows(screen, 30, 120, "! Date changed"));
	screen_call_flow.close(screen);
	signed_free(s);
}

/* Who passes on what was broken before did not break it. */
static void a_hop_behind_it_is_not_blamed(void **state)
{
	struct signed_call *s = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = s->call };
	struct verdict_brief b = { .verdict = VERDICT_SIGNATURE_INVALID };
	const struct captured_msg *m;
	struct canvas *c;
	uint32_t third;
	char row[1024];
	void *screen;

	(void)state;
	scene_msg(s->scene, 6, 3, 4, SIGNED_ID,
		  "INVITE sip:bob@example.com SIP/2.0", "c", "1 INVITE",
		  "Identity: \"c2ln\"\r\n", "");
	third = view_call(s->scene->ctx.view, s->call)->last_msg;
	m = view_msg(s->scene->ctx.view, third);
	assert_true(store_file_verdict(s->scene->store, third, m->content,
				       m->time_ns, &b));
	signed_judge(s);
	argument.msg = third;
	screen = screen_call_flow.open(&s->scene->ctx, &argument);
	c = scene_draw(&screen_call_flow, screen, 24, 160);
	assert_true(scene_row(c, " 5 X") > 0);
	canvas_row_text(c, scene_row(c, " 5 X"), row, sizeof(row));
	assert_null(strchr(row, '!'));
	canvas_row_text(c, scene_row(c, " 2 X"), row, sizeof(row));
	assert_non_null(strstr(row, "!INVITE"));
	assert_true(scene_row(c, "broken by") < 0);
	canvas_free(c);
	screen_call_flow.close(screen);
	signed_free(s);
}

static void a_key_leads_to_the_identity_of_the_message(void **state)
{
	struct ui_request r;

	type(*state, "j");
	r = key(*state, 'I');
	assert_int_equal(r.kind, UI_OPEN);
	assert_int_equal(r.screen, SCREEN_IDENTITY);
	assert_int_equal(
		r.argument.msg,
		scene_id(((struct stage *)*state)->scene, r.argument.call, 2));
	assert_int_equal(key(*state, 'i').screen, SCREEN_STATISTICS);
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;

	scene_every_size(&screen_call_flow, &t->scene->ctx, &t->argument);
	store_clear(t->scene->store);
	scene_every_size(&screen_call_flow, &t->scene->ctx, &t->argument);
}

static void it_speaks_vietnamese(void **state)
{
	struct stage *t = *state;
	struct catalogue *english = t->scene->words;
	struct problem problem;

	assert_true(shows(t, 30, 100, "Seen here"));
	assert_int_equal(catalogue_new(&t->scene->words, LANGUAGE_VI, &problem),
			 ERR_OK);
	t->scene->ctx.words = t->scene->words;
	catalogue_free(english);
	assert_false(shows(t, 30, 100, "Seen here"));
	assert_false(shows(t, 30, 100, "Phases"));
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_head_tells_parties_state_and_delays),
		ON_STAGE(every_message_of_three_hosts_fits_in_80_by_24),
		ON_STAGE(the_message_of_a_finding_has_a_mark),
		ON_STAGE(what_was_sent_again_is_dashed_at_every_width),
		ON_STAGE(folding_counts_and_hides_what_was_sent_again),
		ON_STAGE(the_time_column_has_three_ways),
		ON_STAGE(one_column_a_host_has_no_ports),
		ON_STAGE(the_sdp_is_off_then_its_first_stream_then_all),
		ON_STAGE(the_panel_explains_the_message_under_the_cursor),
		ON_STAGE(phases_stand_in_the_panel_and_a_stuck_one_is_told),
		ON_STAGE(the_cursor_follows_a_call_that_goes_on),
		ON_STAGE(a_paused_flow_counts_what_it_does_not_show),
		ON_STAGE(a_forgotten_call_says_so),
		ON_STAGE(keys_open_the_message_its_code_and_its_method),
		ON_STAGE(a_search_finds_labels_and_the_call_id),
		ON_STAGE(copying_gives_one_line_a_message),
		ON_STAGE(a_wide_flow_goes_sideways_and_keeps_the_time),
		ON_STAGE(below_90_columns_the_panel_takes_the_free_rows_below),
		ON_STAGE(a_panel_without_room_is_told),
		ON_STAGE(the_panel_gives_way_to_the_columns_until_asked_for),
		ON_STAGE(the_keys_of_the_bottom_row_keep_their_words),
		ON_STAGE(the_page_down_key_goes_a_page),
		ON_STAGE(copies_carry_the_letter_of_their_identity),
		ON_STAGE(the_arrow_where_it_broke_is_marked),
		ON_STAGE(a_hop_behind_it_is_not_blamed),
		ON_STAGE(a_key_leads_to_the_identity_of_the_message),
		ON_STAGE(every_size_and_every_action_is_safe),
		ON_STAGE(it_speaks_vietnamese),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
