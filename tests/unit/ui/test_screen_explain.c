/* The explanation of a code, a finding, a method, a header. */
#include "scene.h"

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
	t->scene->found = scene_id(t->scene, t->argument.call, 2);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *t = *state;

	screen_explain.close(t->screen);
	scene_free(t->scene);
	free(t);
	return 0;
}

static void open_on(struct stage *t, uint16_t code, const char *finding,
		    const char *word, unsigned msg)
{
	struct screen_argument *a = &t->argument;

	screen_explain.close(t->screen);
	a->code = code;
	slice_copy(slice_of(finding), a->finding, sizeof(a->finding));
	slice_copy(slice_of(word), a->word, sizeof(a->word));
	a->msg = msg == 0 ? 0 : scene_id(t->scene, a->call, msg);
	t->screen = screen_explain.open(&t->scene->ctx, a);
	assert_non_null(t->screen);
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_explain, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_explain, t->screen, ON_EXPLAIN, k);
}

static void what_this_message_says_stands_first(void **state)
{
	struct stage *t = *state;
	struct canvas *c;

	open_on(t, 486, "", "", 7);
	c = scene_draw(&screen_explain, t->screen, 60, 100);
	assert_true(scene_row(c, "486 Busy Here") >= 0);
	assert_true(scene_row(c, "486 Busy Here") < scene_row(c, "Seen here"));
	assert_true(scene_row(c, "Seen here") < scene_row(c, "Q.850 17"));
	assert_true(scene_row(c, "Q.850 17") < scene_row(c, "Description"));
	assert_true(scene_row(c, "Description") <
		    scene_row(c, "When you see this code"));
	assert_true(scene_row(c, "When you see this code") <
		    scene_row(c, "How to fix"));
	assert_true(scene_row(c, "How to fix") < scene_row(c, "Related codes"));
	canvas_free(c);
}

/* The first row of the title of a finding, or -1. */
static int found_at(const struct canvas *c)
{
	return scene_row(c, "! Stuck in 100 Trying");
}

static void what_was_found_stands_under_the_code(void **state)
{
	struct stage *t = *state;
	struct canvas *c;

	open_on(t, 100, "", "", 2);
	c = scene_draw(&screen_explain, t->screen, 24, 80);
	assert_int_equal(found_at(c), scene_row(c, "100 Trying") + 2);
	/* the meaning of the finding (share/sipmon/findings.tsv) */
	assert_int_equal(scene_row(c, "The INVITE got 100 Trying"),
			 found_at(c) + 1);
	assert_true(found_at(c) < scene_row(c, "Seen here"));
	assert_true(scene_row(c, "Seen here") < scene_row(c, "Phases"));
	assert_true(scene_row(c, "Phases") < scene_row(c, "Description"));
	canvas_free(c);
	open_on(t, 486, "", "", 7); /* the finding is about message 2 */
	assert_false(shows(t, 60, 100, "Stuck in 100 Trying"));
}

static void what_was_found_stands_under_a_method_too(void **state)
{
	struct stage *t = *state;
	struct canvas *c;

	t->scene->found = scene_id(t->scene, t->argument.call, 1);
	open_on(t, 0, "", "INVITE", 1);
	c = scene_draw(&screen_explain, t->screen, 60, 100);
	assert_true(scene_row(c, "INVITE") < found_at(c));
	assert_true(found_at(c) < scene_row(c, "Phases"));
	assert_true(scene_row(c, "Phases") < scene_row(c, "Description"));
	canvas_free(c);
}

static void of_a_whole_call_its_findings_and_its_message_are_told(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, "", "", 0);
	assert_true(shows(t, 24, 80, "! Stuck in 100 Trying"));
	assert_true(shows(t, 24, 80, "Q.850 17"));
	assert_true(shows(t, 60, 80, "480 Temporarily Unavailable"));
	key(t, KEY_CODE_TAB);
	key(t, KEY_CODE_ENTER); /* another code: not of this call */
	assert_false(shows(t, 60, 80, "Stuck in 100 Trying"));
}

static void a_code_and_a_finding_are_told_together(void **state)
{
	struct stage *t = *state;
	struct canvas *c;

	t->scene->found = 0;
	open_on(t, 100, "stuck-in-trying", "", 2);
	c = scene_draw(&screen_explain, t->screen, 24, 80);
	assert_int_equal(found_at(c), scene_row(c, "100 Trying") + 2);
	assert_true(scene_row(c, "The INVITE got 100 Trying") > found_at(c));
	assert_true(scene_row(c, "Seen here") > found_at(c));
	canvas_free(c);
}

static void without_a_message_only_the_catalogue_speaks(void **state)
{
	struct stage *t = *state;
	uint64_t call = t->argument.call;

	t->argument.call = 0;
	open_on(t, 486, "", "", 0);
	assert_true(shows(t, 60, 100, "Description"));
	assert_false(shows(t, 60, 100, "Seen here"));
	t->argument.call = call;
	open_on(t, 404, "", "", 7); /* the message is about another code */
	assert_false(shows(t, 60, 100, "Seen here"));
}

static void a_number_in_no_table_is_explained_by_its_class(void **state)
{
	open_on(*state, 499, "", "", 0);
	assert_true(shows(*state, 60, 100, "4xx Client Failure"));
}

static void a_finding_tells_its_proof_and_its_code(void **state)
{
	struct stage *t = *state;

	open_on(t, 0, "stuck-in-trying", "", 0);
	assert_true(shows(t, 60, 100, "! Stuck in 100 Trying"));
	assert_true(shows(t, 60, 100, "Lasted        8.00 s"));
	assert_true(shows(t, 60, 100, "Messages      2"));
	assert_true(shows(t, 60, 100, "100 Trying"));
	open_on(t, 0, "no-such-finding", "", 0);
	assert_true(shows(t, 60, 100, "no-such-finding"));
}

static void methods_headers_and_lines_of_sdp_are_words(void **state)
{
	struct stage *t = *state;

	open_on(t, 0, "", "CANCEL", 0);
	assert_true(shows(t, 60, 100, "CANCEL"));
	assert_true(shows(t, 60, 100, "When it fails"));
	open_on(t, 0, "", "Reason", 7);
	assert_true(shows(t, 60, 100, "User busy"));
	open_on(t, 0, "", "m=audio 40000 RTP/AVP 8", 1);
	assert_true(shows(t, 60, 100, "payload types"));
	open_on(t, 0, "", "X-Nobody-Knows", 1);
	assert_true(shows(t, 60, 100, "does not know this header field"));
}

static void a_related_code_opens_and_escape_comes_back(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, "", "", 7);
	assert_true(shows(t, 60, 100, "480 Temporarily Unavailable"));
	key(t, KEY_CODE_TAB);
	key(t, KEY_CODE_RIGHT);
	key(t, KEY_CODE_LEFT);
	assert_int_equal(key(t, KEY_CODE_ENTER).kind, UI_NONE);
	/* the first related code of 486 is 600 (share/sipmon/codes) */
	assert_true(shows(t, 60, 100, "600 Busy Everywhere"));
	assert_true(shows(t, 60, 100, "RFC 3261 21.6.1"));
	assert_false(shows(t, 60, 100, "Seen here"));
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_NONE);
	assert_true(shows(t, 60, 100, "Seen here"));
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_BACK);
}

static void however_deep_escape_ends_where_it_began(void **state)
{
	struct stage *t = *state;
	int steps = 0;

	open_on(t, 486, "", "", 7);
	for (int i = 0; i < 40; i++) {
		assert_true(shows(t, 60, 100, "Related codes"));
		key(t, KEY_CODE_TAB);
		key(t, KEY_CODE_ENTER);
	}
	while (key(t, KEY_CODE_ESCAPE).kind == UI_NONE)
		assert_true(++steps < 40);
	assert_true(shows(t, 60, 100, "Seen here"));
}

static void comparing_starts_from_this_code(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	open_on(t, 486, "", "", 7);
	r = key(t, '=');
	assert_int_equal(r.kind, UI_OPEN);
	assert_int_equal(r.screen, SCREEN_COMPARE);
	assert_int_equal(r.argument.code, 486);
	assert_int_equal(r.argument.code_b, 0);
}

static void it_scrolls_where_it_is_low(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, "", "", 7);
	assert_true(shows(t, 10, 40, "486 Busy Here"));
	assert_false(shows(t, 10, 40, "Related codes"));
	key(t, 'G');
	assert_false(shows(t, 10, 40, "486 Busy Here"));
	key(t, 'g');
	assert_true(shows(t, 10, 40, "486 Busy Here"));
}

static void the_note_of_the_site_is_shown(void **state)
{
	static const char notes[] = "486\tAsk the front desk first\n";
	struct stage *t = *state;
	struct problem problem;

	assert_int_equal(catalogue_add_notes(t->scene->words, slice_of(notes),
					     "notes", &problem),
			 ERR_OK);
	open_on(t, 486, "", "", 0);
	assert_true(shows(t, 60, 100, "Note of this site"));
	assert_true(shows(t, 60, 100, "Ask the front desk first"));
}

static void copying_takes_the_text(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	open_on(t, 486, "", "", 7);
	assert_true(shows(t, 24, 80, "486 Busy Here"));
	r = key(t, 'y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(
		slice_eq(slice_sub(r.text, 0, 14), SLICE("486 Busy Here\n")));
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;
	struct screen_argument none = { 0 };

	open_on(t, 486, "", "", 7);
	scene_every_size(&screen_explain, &t->scene->ctx, &t->argument);
	open_on(t, 0, "stuck-in-trying", "", 0);
	scene_every_size(&screen_explain, &t->scene->ctx, &t->argument);
	scene_every_size(&screen_explain, &t->scene->ctx, &none);
}

static void a_verdict_is_explained_with_its_code(void **state)
{
	struct stage *t = *state;

	t->argument.call = CALL_ID_NONE;
	open_on(t, 0, "", "SIGNATURE_INVALID", 0);
	assert_true(shows(t, 60, 100, "X SIGNATURE_INVALID  Signature does"));
	assert_true(shows(t, 60, 100, "The signature does not fit"));
	assert_true(shows(t, 60, 100, "When you meet it"));
	assert_true(shows(t, 60, 100, "  438 Invalid Identity Header"));
	open_on(t, 0, "", "VALID", 0);
	assert_true(shows(t, 60, 100, "V VALID  Identity is valid"));
	assert_false(shows(t, 60, 100, "A verifier should answer"));
	open_on(t, 0, "", "CERT_UNAVAILABLE", 0);
	assert_true(shows(t, 60, 100, "? CERT_UNAVAILABLE"));
}

/* Some words are the name of a verdict and of a warning. */
static void a_warning_is_explained_as_such(void **state)
{
	struct stage *t = *state;

	t->argument.call = CALL_ID_NONE;
	open_on(t, 0, "", "BODY_TRAILING", 0);
	assert_true(shows(t, 60, 100, "i BODY_TRAILING  Bytes behind"));
	assert_true(shows(t, 60, 100, "it does not change the verdict"));
	open_on(t, 0, "", "DATE_MISSING", 0);
	assert_true(shows(t, 60, 100, "X DATE_MISSING"));
	assert_true(shows(t, 60, 100, "i DATE_MISSING"));
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(what_this_message_says_stands_first),
		ON_STAGE(what_was_found_stands_under_the_code),
		ON_STAGE(what_was_found_stands_under_a_method_too),
		ON_STAGE(of_a_whole_call_its_findings_and_its_message_are_told),
		ON_STAGE(a_code_and_a_finding_are_told_together),
		ON_STAGE(without_a_message_only_the_catalogue_speaks),
		ON_STAGE(a_number_in_no_table_is_explained_by_its_class),
		ON_STAGE(a_finding_tells_its_proof_and_its_code),
		ON_STAGE(methods_headers_and_lines_of_sdp_are_words),
		ON_STAGE(a_related_code_opens_and_escape_comes_back),
		ON_STAGE(however_deep_escape_ends_where_it_began),
		ON_STAGE(comparing_starts_from_this_code),
		ON_STAGE(it_scrolls_where_it_is_low),
		ON_STAGE(the_note_of_the_site_is_shown),
		ON_STAGE(copying_takes_the_text),
		ON_STAGE(a_verdict_is_explained_with_its_code),
		ON_STAGE(a_warning_is_explained_as_such),
		ON_STAGE(every_size_and_every_action_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
