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

static void the_time_column_has_four_ways(void **state)
{
	key(*state, 'w');
	assert_true(shows(*state, 24, 80, "time: since start"));
	assert_true(shows(*state, 24, 80, "2.010"));
	key(*state, 'w');
	assert_true(shows(*state, 24, 80, "00:00:03.010"));
	key(*state, 'w');
	assert_true(shows(*state, 24, 80, "time: phases"));
	assert_true(shows(*state, 24, 80, "2.010"));
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
	assert_true(shows(*state, 30, 100, "alice"));
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
	type(t, "ttttjk");
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
	type(t, "tt");
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

	type(t, "ttt"); /* no panel: the same keys at any width */
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

/* ---- legs, phases, media */

#define INVITE_BOB "INVITE sip:bob@example.com SIP/2.0"
#define WITH_SDP   "Content-Type: application/sdp\r\n"
#define SESSION                                                                \
	"Session-ID: ab30317f1a784dc48ff824d0d3715d86;"                        \
	"remote=00000000000000000000000000000000\r\n"

/* 1 calls the B2BUA 2, that calls 3 with another Call-ID; answered after two
 * seconds, over after sixty-two. */
static uint64_t push_legs(struct scene *s)
{
	static const char a[] = "a@192.0.2.1";
	static const char b[] = "b@192.0.2.2";

	scene_msg(s, 0, 1, 2, a, INVITE_BOB, "a", "1 INVITE", SESSION WITH_SDP,
		  SCENE_SDP);
	scene_msg(s, 10, 2, 3, b, INVITE_BOB, "b", "7 INVITE", SESSION, "");
	scene_msg(s, 20, 2, 1, a, "SIP/2.0 100 Trying", "a", "1 INVITE", "",
		  "");
	scene_msg(s, 500, 3, 2, b, "SIP/2.0 180 Ringing", "b", "7 INVITE",
		  SESSION, "");
	scene_msg(s, 510, 2, 1, a, "SIP/2.0 180 Ringing", "a", "1 INVITE", "",
		  "");
	scene_msg(s, 1990, 3, 2, b, "SIP/2.0 200 OK", "b", "7 INVITE", SESSION,
		  "");
	scene_msg(s, 2000, 2, 1, a, "SIP/2.0 200 OK", "a", "1 INVITE", "", "");
	scene_msg(s, 2010, 1, 2, a, "ACK sip:bob@example.com SIP/2.0", "c",
		  "1 ACK", "", "");
	scene_msg(s, 62000, 1, 2, a, "BYE sip:bob@example.com SIP/2.0", "d",
		  "2 BYE", "", "");
	scene_msg(s, 62020, 2, 1, a, "SIP/2.0 200 OK", "d", "2 BYE", "", "");
	scene_msg(s, 62030, 2, 3, b, "BYE sip:bob@example.com SIP/2.0", "f",
		  "8 BYE", "", "");
	scene_msg(s, 62040, 3, 2, b, "SIP/2.0 200 OK", "f", "8 BYE", "", "");
	return view_find(s->ctx.view, slice_of(a))->id;
}

static void *open_flow(struct scene *s, uint64_t call, bool legs)
{
	struct screen_argument argument = { .call = call, .legs = legs };
	void *screen = screen_call_flow.open(&s->ctx, &argument);

	assert_non_null(screen);
	return screen;
}

static void press(void *screen, const char *keys)
{
	scene_type(&screen_call_flow, screen, ON_FLOW, keys);
}

static void legs_join_one_ladder_and_leave_it(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	void *screen = open_flow(s, push_legs(s), false);

	(void)state;
	assert_true(flow_shows(screen, 24, 80, "2 legs: F4"));
	assert_false(flow_shows(screen, 24, 80, "192.0.2.3"));
	press(screen, "x");
	assert_true(
		flow_shows(screen, 24, 80, "Legs 1/2 joined by Session-ID"));
	assert_true(flow_shows(screen, 24, 80, "192.0.2.3"));
	assert_false(flow_shows(screen, 24, 80, "2 legs: F4"));
	/* the leg stands before the number of the message */
	assert_true(flow_shows(screen, 24, 80, " 1.1"));
	assert_true(flow_shows(screen, 24, 80, " 2.1"));
	(void)scene_key(&screen_call_flow, screen, ON_FLOW, KEY_CODE_F1 + 3);
	assert_false(flow_shows(screen, 24, 80, "192.0.2.3"));
	screen_call_flow.close(screen);
	screen = open_flow(s, view_first(s->ctx.view)->id, true);
	assert_true(flow_shows(screen, 24, 80, "192.0.2.3"));
	screen_call_flow.close(screen);
	scene_free(s);
}

/* Whichever of them was opened, the numbers of the legs are the same. */
static void legs_are_numbered_by_their_first_message(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	struct ui_request r;
	struct canvas *c;
	uint64_t second;
	void *screen;

	(void)state;
	push_legs(s);
	second = view_find(s->ctx.view, SLICE("b@192.0.2.2"))->id;
	screen = open_flow(s, second, true);
	assert_true(flow_shows(screen, 24, 80, "Call flow b@192.0.2.2"));
	assert_true(flow_shows(screen, 24, 80, "Legs 1/2 joined"));
	c = scene_draw(&screen_call_flow, screen, 24, 80);
	assert_int_equal(scene_row(c, " 1.1"), scene_row(c, "0.000 "));
	assert_int_equal(scene_row(c, " 2.1"), scene_row(c, "+0.010 "));
	canvas_free(c);
	press(screen, "gj");
	assert_true(flow_shows(screen, 24, 80, "+0.010 >"));
	/* what is opened belongs to the leg of the row */
	r = scene_key(&screen_call_flow, screen, ON_FLOW, KEY_CODE_ENTER);
	assert_int_equal(r.argument.call, second);
	press(screen, "k");
	r = scene_key(&screen_call_flow, screen, ON_FLOW, KEY_CODE_ENTER);
	assert_int_equal(r.argument.call, view_first(s->ctx.view)->id);
	screen_call_flow.close(screen);
	scene_free(s);
}

static void a_call_without_legs_says_so(void **state)
{
	struct stage *t = *state;

	key(t, 'x');
	assert_true(shows(t, 24, 80, "No other leg of this call is known."));
	key(t, 'x');
	assert_false(shows(t, 24, 80, "No other leg"));
}

static void phases_are_bars_above_the_ladder(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	void *screen = open_flow(s, push_legs(s), false);

	(void)state;
	press(screen, "www");
	assert_true(flow_shows(screen, 30, 110, "time: phases"));
	assert_true(flow_shows(screen, 30, 80, "begin s  length s"));
	/* 20 to 510 ms, 510 to 2000, ring the same, talk of a minute */
	assert_true(flow_shows(screen, 30, 80,
			       "> 100          #1        0.020     0.490 #"));
	assert_true(flow_shows(screen, 30, 80,
			       "> 180          #1        0.510     1.490 "));
	assert_true(flow_shows(screen, 30, 80,
			       "  ring                   0.510     1.490 "));
	assert_true(flow_shows(screen, 30, 80,
			       "  talk                   2.000    60.000 "));
	assert_true(flow_shows(screen, 30, 80,
			       "  teardown              62.000     0.020 "));
	/* a talk of a minute leaves the rest its room */
	assert_true(flow_shows(screen, 30, 80, "dashed: not to scale"));
	assert_true(flow_shows(screen, 30, 80, "####################"));
	assert_false(flow_shows(screen, 30, 80, "  ! 100"));
	press(screen, "w");
	assert_false(flow_shows(screen, 30, 80, "begin s"));
	screen_call_flow.close(screen);
	scene_free(s);
}

static void an_open_phase_grows_and_a_stuck_one_is_marked(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	uint64_t call;
	void *screen;

	(void)state;
	scene_msg(s, 0, 1, 2, "o@192.0.2.1", INVITE_BOB, "a", "1 INVITE", "",
		  "");
	call = view_first(s->ctx.view)->id;
	screen = open_flow(s, call, false);
	press(screen, "www");
	store_set_now(s->store, CLOCK_SECOND_NS + 300 * CLOCK_MS_NS);
	/* nothing answered yet */
	assert_true(flow_shows(screen, 24, 80, "> INVITE"));
	assert_true(flow_shows(screen, 24, 80, "0.300+ #"));
	scene_msg(s, 500, 2, 1, "o@192.0.2.1", "SIP/2.0 100 Trying", "a",
		  "1 INVITE", "", "");
	store_set_now(s->store, 3 * CLOCK_SECOND_NS);
	assert_true(flow_shows(screen, 24, 80, "1.500+ "));
	assert_false(flow_shows(screen, 24, 80, ">!"));
	/* more than five seconds of 100 is stuck */
	store_set_now(s->store, 8 * CLOCK_SECOND_NS);
	assert_true(flow_shows(screen, 24, 80, ">!100          #1"));
	assert_true(flow_shows(screen, 24, 80, "6.500+ "));
	assert_true(flow_shows(screen, 24, 80, "#>"));
	screen_call_flow.close(screen);
	scene_free(s);
}

static void a_call_without_phases_says_so(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	void *screen;

	(void)state;
	scene_msg(s, 0, 1, 2, "r@192.0.2.1", "OPTIONS sip:a SIP/2.0", "a",
		  "1 OPTIONS", "", "");
	screen = open_flow(s, view_first(s->ctx.view)->id, false);
	press(screen, "www");
	assert_true(flow_shows(screen, 24, 80, "No INVITE of this call has"));
	screen_call_flow.close(screen);
	scene_free(s);
}

/* A store that counts RTP, in place of that of the scene. */
static void take_store(struct scene *s, const struct store_options *options)
{
	store_free(s->store);
	assert_int_equal(store_new(&s->store, options), ERR_OK);
	s->ctx.view = store_view(s->store);
}

/* PCMA of one second to 192.0.2.1:40000, as its SDP promised; every tenth
 * packet is lost. */
static void push_rtp(struct scene *s, int64_t ms)
{
	for (unsigned n = 0; n < 50; n++) {
		char bytes[172] = { (char)0x80, 8, 0, (char)n };
		struct payload p = {
			.flow = { .source = { { 192, 0, 2, 2 }, 50000, 4, 0 },
				  .destination = { { 192, 0, 2, 1 },
						   40000,
						   4,
						   0 } },
			.bytes = { bytes, sizeof(bytes) },
			.sent = sizeof(bytes),
			.offset = PACKET_NO_OFFSET,
			.time_ns = CLOCK_SECOND_NS +
				   (ms + n * INT64_C(20)) * CLOCK_MS_NS,
		};

		bytes[6] = (char)(n * 160 >> 8);
		bytes[7] = (char)(n * 160);
		if (n % 10 != 5)
			store_push_rtp(s->store, &p);
	}
}

static void media_are_arrows_and_lines_of_the_panel(void **state)
{
	static const struct store_options with_media = { .media = true };
	struct scene *s = scene_new(LANGUAGE_EN);
	void *screen;

	(void)state;
	take_store(s, &with_media);
	screen = open_flow(s, push_legs(s), false);
	push_rtp(s, 2100);
	store_set_now(s->store, 70 * CLOCK_SECOND_NS);
	/* 5 of 50 are lost; 49 * 20 ms from first to last */
	assert_true(flow_shows(screen, 60, 120, "PCMA 192.0.2.2:50000 >"));
	assert_true(flow_shows(screen, 60, 120, "packets, loss 10.0 %"));
	assert_false(flow_shows(screen, 24, 80, "rtp"));
	press(screen, "m");
	assert_true(flow_shows(screen, 24, 80, "= PCMA 980 ms loss 10.0 % ="));
	assert_true(flow_shows(screen, 24, 80, " rtp"));
	assert_false(flow_shows(screen, 24, 80, "50000 "));
	/* the row of a stream has a panel of its own and nothing to open */
	press(screen, "/PCMA\r");
	assert_true(flow_shows(screen, 30, 120, "| PCMA"));
	assert_true(flow_shows(screen, 30, 120, "SSRC"));
	assert_int_equal(
		scene_key(&screen_call_flow, screen, ON_FLOW, KEY_CODE_ENTER)
			.kind,
		UI_NONE);
	assert_true(
		slice_search(
			scene_key(&screen_call_flow, screen, ON_FLOW, 'y').text,
			SLICE("192.0.2.2:50000 > 192.0.2.1:40000  "
			      "PCMA 980 ms loss 10.0 %"),
			false) == SLICE("2.100  ").len);
	(void)scene_key(&screen_call_flow, screen, ON_FLOW, KEY_CODE_F1 + 2);
	assert_false(flow_shows(screen, 24, 80, "980 ms"));
	screen_call_flow.close(screen);
	scene_free(s);
}

static void a_call_without_media_says_so(void **state)
{
	key(*state, 'm');
	assert_true(shows(*state, 24, 80, "No media of this call was seen."));
}

/* A message of the call from port to port, the host in the last byte. */
static void push_port(struct scene *s, int64_t ms, uint8_t from,
		      uint16_t from_port, uint8_t to, uint16_t to_port)
{
	static const char text[] =
		"INFO sip:b@example.com SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKp\r\n"
		"From: <sip:a@example.com>;tag=1\r\n"
		"To: <sip:b@example.com>;tag=2\r\nCall-ID: ports\r\n"
		"CSeq: 1 INFO\r\nContent-Length: 0\r\n\r\n";
	struct flow flow = {
		.source = { { 192, 0, 2, from }, from_port, 4, 0 },
		.destination = { { 192, 0, 2, to }, to_port, 4, 0 },
	};
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = CLOCK_SECOND_NS + ms * CLOCK_MS_NS,
			      .offset = PACKET_NO_OFFSET };

	assert_true(sip_msg_parse(&msg, slice_of(text)));
	tracker_push(s->store, &in);
}

static void a_host_of_many_ports_is_one_column_until_asked(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	void *screen;

	(void)state;
	push_port(s, 0, 1, 40001, 2, 5060);
	push_port(s, 10, 2, 51234, 3, 5060);
	screen = open_flow(s, view_first(s->ctx.view)->id, false);
	assert_true(flow_shows(screen, 24, 80, "192.0.2.2 "));
	assert_false(flow_shows(screen, 24, 80, "51234"));
	press(screen, "s");
	assert_true(flow_shows(screen, 24, 80, ":51234"));
	press(screen, "s");
	assert_false(flow_shows(screen, 24, 80, "51234"));
	screen_call_flow.close(screen);
	scene_free(s);
}

static void the_panel_tells_what_an_element_changed(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	char text[SCENE_TEXT];
	uint64_t call;
	void *screen;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s",
		       "INVITE sip:bob@192.0.2.3 SIP/2.0\r\n"
		       "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb\r\n"
		       "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
		       "Max-Forwards: 69\r\n"
		       "From: \"Alice\" <sip:alice@example.com>;tag=1\r\n"
		       "To: <sip:bob@example.com>\r\nCall-ID: p\r\n"
		       "CSeq: 1 INVITE\r\nX-Added: by the proxy\r\n"
		       "Content-Length: 0\r\n\r\n");
	scene_msg(s, 0, 1, 2, "p", INVITE_BOB, "a", "1 INVITE", "", "");
	scene_push(s, 3, 2, 3, text);
	call = view_first(s->ctx.view)->id;
	screen = open_flow(s, call, false);
	assert_false(flow_shows(screen, 40, 120, "Through"));
	press(screen, "j");
	assert_true(
		flow_shows(screen, 40, 120, "Through 192.0.2.2:5060 in 3 ms"));
	assert_true(flow_shows(screen, 40, 120, "+ X-Added: by the proxy"));
	assert_true(flow_shows(screen, 40, 120, "also "));
	assert_true(flow_shows(screen, 40, 120, "Max-Forwards"));
	assert_false(flow_shows(screen, 40, 120, "~ Max-Forwards"));
	screen_call_flow.close(screen);
	scene_free(s);
}

static unsigned one_audit(void *ctx, const struct view *v, const struct call *c,
			  struct audit *out, unsigned room)
{
	(void)ctx;
	(void)v;
	if (room < 2)
		return 0;
	out[0] = (struct audit){ .timer = "timer-b",
				 .result = AUDIT_RAN_OUT,
				 .msg = c->first_msg,
				 .due_ns = 32 * CLOCK_SECOND_NS,
				 .seen_ns = -1 };
	return 1;
}

static void timers_stand_with_their_transaction_alone(void **state)
{
	struct stage *t = *state;

	t->scene->ctx.audit = one_audit;
	type(t, "jk");
	assert_true(shows(t, 50, 120, "Timers"));
	assert_true(shows(t, 50, 120, "! Timer B"));
	/* the other hop has a transaction of its own */
	type(t, "jj");
	assert_false(shows(t, 50, 120, "Timers"));
}

/* Sixty calls of one session, each over hosts of its own. */
static uint64_t push_crowd(struct scene *s, unsigned calls)
{
	for (unsigned n = 0; n < calls; n++) {
		char id[32];
		char branch[32];
		uint8_t host = (uint8_t)(2 * n + 1);

		(void)snprintf(id, sizeof(id), "crowd-%u", n);
		(void)snprintf(branch, sizeof(branch), "c%u", n);
		scene_msg(s, n * 10, host, (uint8_t)(host + 1), id, INVITE_BOB,
			  branch, "1 INVITE", SESSION, "");
		scene_msg(s, n * 10 + 5, (uint8_t)(host + 1), host, id,
			  "SIP/2.0 100 Trying", branch, "1 INVITE", SESSION,
			  "");
	}
	return view_first(s->ctx.view)->id;
}

static void sixty_legs_and_all_columns_are_safe(void **state)
{
	struct scene *s = scene_new(LANGUAGE_EN);
	struct screen_argument argument = { .legs = true };
	void *screen;

	(void)state;
	argument.call = push_crowd(s, 60);
	screen = screen_call_flow.open(&s->ctx, &argument);
	assert_true(flow_shows(screen, 24, 80, "Legs 1/2/3/4/5/6/.. joined"));
	press(screen, "wwwG");
	assert_true(flow_shows(screen, 24, 80, " >"));
	screen_call_flow.close(screen);
	scene_every_size(&screen_call_flow, &s->ctx, &argument);
	scene_free(s);
}

static void media_and_legs_are_safe_at_every_size(void **state)
{
	static const struct store_options with_media = { .media = true };
	struct scene *s = scene_new(LANGUAGE_EN);
	struct screen_argument argument = { .legs = true };

	(void)state;
	take_store(s, &with_media);
	argument.call = push_legs(s);
	push_rtp(s, 2100);
	s->ctx.audit = one_audit;
	scene_every_size(&screen_call_flow, &s->ctx, &argument);
	store_clear(s->store);
	scene_every_size(&screen_call_flow, &s->ctx, &argument);
	scene_free(s);
}

/* The memory limit takes a leg away while it is shown, paused or not. */
static void forget_a_leg(bool paused)
{
	static const struct store_options small = { .memory_bytes = 1 << 20 };
	struct scene *s = scene_new(LANGUAGE_EN);
	uint64_t first;
	uint64_t second;
	void *screen;

	take_store(s, &small);
	first = push_legs(s);
	second = view_find(s->ctx.view, SLICE("b@192.0.2.2"))->id;
	screen = open_flow(s, first, true);
	assert_true(flow_shows(screen, 24, 80, " 2.1"));
	if (paused)
		press(screen, "p");
	for (unsigned n = 0;
	     n < 100000 && view_call(s->ctx.view, second) != NULL; n++) {
		char id[32];

		(void)snprintf(id, sizeof(id), "other-%u", n);
		scene_msg(s, 63000 + n, 8, 9, id, INVITE_BOB, id, "1 INVITE",
			  "", "");
		/* the call that was opened goes on */
		if (n % 16 == 0)
			scene_msg(s, 63000 + n, 1, 2, "a@192.0.2.1",
				  "OPTIONS sip:bob@example.com SIP/2.0", id,
				  "3 OPTIONS", "", "");
		if (n % 64 == 0)
			(void)flow_shows(screen, 24, 80, "x");
	}
	assert_null(view_call(s->ctx.view, second));
	assert_non_null(view_call(s->ctx.view, first));
	press(screen, "g");
	assert_false(flow_shows(screen, 24, 80, "192.0.2.3"));
	press(screen, "jkmxe\r");
	screen_call_flow.close(screen);
	scene_free(s);
}

static void a_leg_that_is_forgotten_leaves_the_ladder(void **state)
{
	(void)state;
	forget_a_leg(false);
	forget_a_leg(true);
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
		ON_STAGE(the_time_column_has_four_ways),
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
		cmocka_unit_test(legs_join_one_ladder_and_leave_it),
		cmocka_unit_test(legs_are_numbered_by_their_first_message),
		ON_STAGE(a_call_without_legs_says_so),
		cmocka_unit_test(phases_are_bars_above_the_ladder),
		cmocka_unit_test(an_open_phase_grows_and_a_stuck_one_is_marked),
		cmocka_unit_test(a_call_without_phases_says_so),
		cmocka_unit_test(media_are_arrows_and_lines_of_the_panel),
		ON_STAGE(a_call_without_media_says_so),
		cmocka_unit_test(
			a_host_of_many_ports_is_one_column_until_asked),
		cmocka_unit_test(the_panel_tells_what_an_element_changed),
		ON_STAGE(timers_stand_with_their_transaction_alone),
		cmocka_unit_test(sixty_legs_and_all_columns_are_safe),
		cmocka_unit_test(media_and_legs_are_safe_at_every_size),
		cmocka_unit_test(a_leg_that_is_forgotten_leaves_the_ladder),
		ON_STAGE(every_size_and_every_action_is_safe),
		ON_STAGE(it_speaks_vietnamese),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
