/* One message: its lines, its bytes, what the line under the cursor means. */
#include "signed.h"

struct stage {
	struct scene *scene;
	struct screen_argument argument;
	void *screen;
};

static void open_message(struct stage *t, unsigned n)
{
	screen_message.close(t->screen);
	t->argument.msg = scene_id(t->scene, t->argument.call, n);
	t->screen = screen_message.open(&t->scene->ctx, &t->argument);
	assert_non_null(t->screen);
}

static int set_up(void **state)
{
	struct stage *t = calloc(1, sizeof(*t));

	t->scene = scene_new(LANGUAGE_EN);
	t->argument.call = scene_busy_call(t->scene);
	open_message(t, 1);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *t = *state;

	screen_message.close(t->screen);
	scene_free(t->scene);
	free(t);
	return 0;
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_message, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_message, t->screen, ON_MESSAGE, k);
}

static void type(struct stage *t, const char *keys)
{
	scene_type(&screen_message, t->screen, ON_MESSAGE, keys);
}

static void the_message_stands_as_on_the_wire(void **state)
{
	assert_true(shows(*state, 24, 80, "Message 1/9"));
	assert_true(shows(*state, 24, 80, "192.0.2.1:5060 > 192.0.2.2:5060"));
	assert_true(shows(*state, 24, 80, "> INVITE sip:bob@example.com SIP"));
	assert_true(shows(*state, 24, 80, "  Max-Forwards: 70"));
	assert_true(shows(*state, 24, 80, "  m=audio 40000 RTP/AVP 8"));
}

static void names_of_headers_have_the_style_of_titles(void **state)
{
	struct stage *t = *state;
	struct canvas *c = scene_draw(&screen_message, t->screen, 24, 80);
	int row = scene_row(c, "Max-Forwards");

	assert_int_equal(canvas_cell(c, row, 2)->role, STYLE_TITLE);
	assert_int_equal(canvas_cell(c, row, 16)->role, STYLE_TEXT);
	row = scene_row(c, "INVITE sip:");
	assert_int_equal(canvas_cell(c, row, 2)->role, STYLE_REQUEST);
	canvas_free(c);
}

static void the_panel_explains_the_line_under_the_cursor(void **state)
{
	struct stage *t = *state;

	assert_true(shows(t, 30, 100, "| INVITE"));
	type(t, "jjj");
	assert_true(shows(t, 30, 100, "| From"));
	assert_true(shows(t, 30, 100, "Name          Alice"));
	type(t, "Gkk");
	open_message(t, 7);
	type(t, "jjjjjjj");
	assert_true(shows(t, 30, 100, "> Reason: Q.850;cause=17"));
	assert_true(shows(t, 30, 100, "| User busy"));
	type(t, "t");
	assert_false(shows(t, 30, 100, "User busy"));
}

static void a_line_of_sdp_is_explained(void **state)
{
	type(*state, "G");
	assert_true(shows(*state, 30, 100, "codec and clock rate"));
}

static void a_broken_line_has_a_mark_and_its_rule(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	int row;
	char text[1024];

	scene_msg(t->scene, 3000, 1, 2, "busy@192.0.2.1",
		  "INFO sip:bob@example.com SIP/2.0", "d", "7 BYE", "", "");
	open_message(t, 10);
	c = scene_draw(&screen_message, t->screen, 24, 80);
	row = scene_row(c, "CSeq: 7 BYE");
	canvas_row_text(c, row, text, sizeof(text));
	assert_int_equal(text[1], '!');
	canvas_row_text(c, row - 1, text, sizeof(text));
	assert_int_equal(text[1], ' ');
	canvas_free(c);
	type(t, "jjjjjj");
	assert_true(shows(t, 30, 100,
			  "> CSeq"
			  "") ||
		    shows(t, 30, 100, ">!CSeq"));
	assert_true(shows(t, 30, 100, "RFC 3261 8.1.1.5"));
}

static void unprintable_bytes_are_shown_not_sent(void **state)
{
	struct stage *t = *state;

	scene_msg(t->scene, 3000, 1, 2, "busy@192.0.2.1",
		  "INFO sip:bob@example.com SIP/2.0", "d", "7 INFO",
		  "Subject: a\x1b[2Jb\r\n", "");
	open_message(t, 10);
	assert_true(shows(t, 24, 80, "Subject: a\\x1b[2Jb"));
}

static void the_bytes_are_shown_as_many_as_fit(void **state)
{
	key(*state, 'b');
	assert_true(shows(*state, 24, 80,
			  "00000000  49 4e 56 49 54 45 20 73 69 70 3a 62 6f "
			  "62 40 65  INVITE sip:bob@e"));
	assert_true(shows(*state, 24, 50,
			  "00000008  69 70 3a 62 6f 62 40 65  ip:bob@e"));
	key(*state, 'b');
	assert_true(shows(*state, 24, 80, "Max-Forwards: 70"));
}

static void only_the_sdp_is_left_when_asked(void **state)
{
	struct stage *t = *state;

	key(t, 'D');
	assert_true(shows(t, 24, 80, "> v=0"));
	assert_false(shows(t, 24, 80, "Max-Forwards"));
	key(t, 'D');
	assert_true(shows(t, 24, 80, "Max-Forwards"));
	open_message(t, 2);
	key(t, 'D');
	assert_true(shows(t, 24, 80, "This message carries no SDP."));
}

static void the_message_after_and_before_is_a_key_away(void **state)
{
	key(*state, '[');
	assert_true(shows(*state, 24, 80, "This is the first message."));
	key(*state, ']');
	assert_true(shows(*state, 24, 80, "Message 2/9"));
	assert_true(shows(*state, 24, 80, "> SIP/2.0 100 Trying"));
	key(*state, '[');
	assert_true(shows(*state, 24, 80, "Message 1/9"));
	for (int i = 0; i < 20; i++)
		key(*state, ']');
	assert_true(shows(*state, 24, 80, "Message 9/9"));
	key(*state, ']');
	assert_true(shows(*state, 24, 80, "This is the last message."));
}

static void a_message_outlives_its_call_on_the_screen(void **state)
{
	struct stage *t = *state;

	store_clear(t->scene->store);
	assert_true(shows(t, 24, 80, "its call was forgotten"));
	assert_true(shows(t, 24, 80, "Max-Forwards: 70"));
	type(t, "][jyYbD");
	assert_true(shows(t, 30, 100, "its call was forgotten"));
}

static void a_search_moves_the_cursor(void **state)
{
	type(*state, "/rtp\r");
	assert_true(shows(*state, 24, 80, "> m=audio 40000 RTP/AVP 8"));
	type(*state, "/nowhere\r");
	assert_true(shows(*state, 24, 80, "Not found."));
}

static void copying_takes_the_line_or_the_message(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	type(t, "jj");
	r = key(t, 'y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_eq(r.text, SLICE("Max-Forwards: 70\n")));
	r = key(t, 'Y');
	assert_true(slice_eq(slice_sub(r.text, 0, 37),
			     SLICE("INVITE sip:bob@example.com SIP/2.0\nVi")));
	assert_true(slice_search(r.text, SLICE("a=rtpmap:8 PCMA/8000\n"),
				 false) < r.text.len);
}

static void explaining_asks_for_what_is_under_the_cursor(void **state)
{
	struct stage *t = *state;
	struct ui_request r = key(t, 'e');

	assert_int_equal(r.screen, SCREEN_EXPLAIN);
	assert_string_equal(r.argument.word, "INVITE");
	type(t, "jj");
	assert_string_equal(key(t, 'e').argument.word, "Max-Forwards");
	open_message(t, 7);
	r = key(t, 'e');
	assert_int_equal(r.argument.code, 486);
	assert_int_equal(r.argument.msg, t->argument.msg);
	r = key(t, '=');
	assert_int_equal(r.screen, SCREEN_COMPARE);
	assert_int_equal(r.argument.code, 486);
}

static void a_long_line_goes_on_below(void **state)
{
	assert_true(
		shows(*state, 24, 40, "> INVITE sip:bob@example.com SIP/2.0"));
	assert_true(shows(*state, 24, 30, "> INVITE sip:bob@example.com"));
	assert_true(shows(*state, 24, 30, "    SIP/2.0"));
}

static void lines_under_the_signature_are_told(void **state)
{
	struct signed_call *s = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = s->call, .msg = s->first };
	void *screen = screen_message.open(&s->scene->ctx, &argument);
	struct canvas *c = scene_draw(&screen_message, screen, 40, 100);
	static const char *const covered[] = {
		"From: ", "Call-ID: ", "CSeq: ",
		"Date: ", "Contact: ", "a=rtpmap"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++)
		assert_int_equal(
			canvas_cell(c, scene_row(c, covered[i]), 14)->role,
			STYLE_SIGNED);
	assert_int_equal(canvas_cell(c, scene_row(c, "Via: "), 14)->role,
			 STYLE_TEXT);
	assert_true(scene_row(c, "Signed by Identity: From To Call-ID CSeq "
				 "Date Contact body") > 0);
	canvas_free(c);
	screen_message.close(screen);
	signed_free(s);
}

static void the_line_that_was_changed_has_a_mark(void **state)
{
	struct signed_call *s = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = s->call, .msg = s->second };
	void *screen = screen_message.open(&s->scene->ctx, &argument);
	struct canvas *c;

	(void)state;
	signed_judge(s);
	c = scene_draw(&screen_message, screen, 40, 120);
	assert_true(scene_row(c, " !Date: ") > 0);
	assert_true(scene_row(c, "X SIGNATURE_INVALID") > 0);
	assert_true(scene_row(c, "! Date changed by 192.0.2.2") > 0);
	assert_true(scene_row(c, " !From") < 0);
	canvas_free(c);
	scene_type(&screen_message, screen, ON_MESSAGE, "jjjjjjj");
	c = scene_draw(&screen_message, screen, 40, 120);
	assert_true(scene_row(c, ">!Date: ") > 0);
	assert_true(scene_row(c, "| ! Date changed by 192.0.2.2") > 0);
	canvas_free(c);
	screen_message.close(screen);
	signed_free(s);
}

/* Of a body that was changed only the line where it begins. */
static void of_a_body_the_line_is_marked_that_changed(void **state)
{
	struct signed_call *s = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = s->call, .msg = s->second };
	void *screen;
	struct canvas *c;

	(void)state;
	/* "v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-": 5, 26 and 5 bytes. */
	s->body_changed_at = 5 + 26 + 5 + 3;
	signed_judge(s);
	screen = screen_message.open(&s->scene->ctx, &argument);
	c = scene_draw(&screen_message, screen, 40, 120);
	assert_true(scene_row(c, " !c=IN IP4") > 0);
	assert_true(scene_row(c, " !s=-") < 0);
	assert_true(scene_row(c, " !t=0 0") < 0);
	canvas_free(c);
	screen_message.close(screen);
	signed_free(s);
}

static void a_key_leads_to_the_identity(void **state)
{
	struct stage *t = *state;
	struct ui_request r = key(t, 'I');

	assert_int_equal(r.screen, SCREEN_IDENTITY);
	assert_int_equal(r.argument.msg, t->argument.msg);
	assert_int_equal(r.argument.call, t->argument.call);
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;
	struct screen_argument none = { 0 };

	scene_every_size(&screen_message, &t->scene->ctx, &t->argument);
	scene_every_size(&screen_message, &t->scene->ctx, &none);
	store_clear(t->scene->store);
	scene_every_size(&screen_message, &t->scene->ctx, &t->argument);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_message_stands_as_on_the_wire),
		ON_STAGE(names_of_headers_have_the_style_of_titles),
		ON_STAGE(the_panel_explains_the_line_under_the_cursor),
		ON_STAGE(a_line_of_sdp_is_explained),
		ON_STAGE(a_broken_line_has_a_mark_and_its_rule),
		ON_STAGE(unprintable_bytes_are_shown_not_sent),
		ON_STAGE(the_bytes_are_shown_as_many_as_fit),
		ON_STAGE(only_the_sdp_is_left_when_asked),
		ON_STAGE(the_message_after_and_before_is_a_key_away),
		ON_STAGE(a_message_outlives_its_call_on_the_screen),
		ON_STAGE(a_search_moves_the_cursor),
		ON_STAGE(copying_takes_the_line_or_the_message),
		ON_STAGE(explaining_asks_for_what_is_under_the_cursor),
		ON_STAGE(a_long_line_goes_on_below),
		ON_STAGE(lines_under_the_signature_are_told),
		ON_STAGE(the_line_that_was_changed_has_a_mark),
		ON_STAGE(of_a_body_the_line_is_marked_that_changed),
		ON_STAGE(a_key_leads_to_the_identity),
		ON_STAGE(every_size_and_every_action_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
