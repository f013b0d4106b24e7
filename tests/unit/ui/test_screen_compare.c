/* Two codes side by side, and how they are asked for. */
#include "scene.h"

struct stage {
	struct scene *scene;
	struct screen_argument argument;
	void *screen;
};

static void open_on(struct stage *t, uint16_t a, uint16_t b)
{
	screen_compare.close(t->screen);
	t->argument.code = a;
	t->argument.code_b = b;
	t->screen = screen_compare.open(&t->scene->ctx, &t->argument);
	assert_non_null(t->screen);
}

static int set_up(void **state)
{
	struct stage *t = calloc(1, sizeof(*t));

	t->scene = scene_new(LANGUAGE_EN);
	open_on(t, 486, 600);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *t = *state;

	screen_compare.close(t->screen);
	scene_free(t->scene);
	free(t);
	return 0;
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_compare, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_compare, t->screen, ON_COMPARE, k);
}

static void type(struct stage *t, const char *keys)
{
	scene_type(&screen_compare, t->screen, ON_COMPARE, keys);
}

static void facts_stand_side_by_side(void **state)
{
	struct stage *t = *state;
	struct canvas *c = scene_draw(&screen_compare, t->screen, 60, 100);
	char row[512];

	canvas_row_text(c, scene_row(c, "486 Busy Here"), row, sizeof(row));
	assert_non_null(strstr(row, "| 600 Busy Everywhere"));
	canvas_row_text(c, scene_row(c, "4xx Client Failure"), row,
			sizeof(row));
	assert_non_null(strstr(row, "| 6xx Global Failure"));
	canvas_free(c);
}

static void a_fact_that_is_the_same_has_a_sign(void **state)
{
	assert_true(shows(*state, 60, 100, "Methods         = INVITE"));
	assert_true(shows(*state, 60, 100, "Class             4xx"));
}

static void summary_differences_and_use_follow(void **state)
{
	assert_true(shows(*state, 100, 100, "Summary"));
	assert_true(shows(*state, 100, 100, "Key differences"));
	assert_true(shows(*state, 100, 100, "When to use which"));
	assert_true(shows(*state, 100, 100, "Learn more"));
}

static void a_narrow_screen_has_them_below_each_other(void **state)
{
	assert_true(shows(*state, 100, 40, "486 Busy Here"));
	assert_true(shows(*state, 100, 40, "  486 4xx Client Failure"));
	assert_true(shows(*state, 100, 40, "  600 6xx Global Failure"));
	assert_false(shows(*state, 100, 40, "|"));
}

static void the_second_code_is_asked_for(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, 0);
	assert_true(screen_compare.typing(t->screen));
	assert_true(shows(t, 24, 80, "Compare with code:"));
	assert_true(shows(t, 24, 80, "600 Busy Everywhere"));
	type(t, "480");
	assert_true(shows(t, 24, 80, "Compare with code: 480"));
	type(t, "\r");
	assert_false(screen_compare.typing(t->screen));
	assert_true(shows(t, 24, 80, "sipmon explain 486 480"));
}

static void a_related_code_is_chosen_with_tab(void **state)
{
	struct stage *t = *state;

	/* related to 486: 600 480 ... (share/sipmon/codes) */
	open_on(t, 486, 0);
	key(t, KEY_CODE_TAB);
	assert_true(shows(t, 24, 80, "480 Temporarily Unavailable"));
	assert_true(shows(t, 20, 70, "480 Temporarily Unavailable"));
	key(t, KEY_CODE_ENTER);
	assert_true(shows(t, 24, 80, "sipmon explain 486 480"));
	open_on(t, 486, 0);
	key(t, KEY_CODE_ENTER);
	assert_true(shows(t, 24, 80, "sipmon explain 486 600"));
}

static void a_wrong_number_is_told_and_asked_again(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, 0);
	type(t, "777\r");
	assert_true(shows(t, 24, 80, "No response code: 100 to 699."));
	assert_true(screen_compare.typing(t->screen));
	type(t, "99\r");
	assert_true(shows(t, 10, 40, "No response"));
	type(t, "404\r");
	assert_true(shows(t, 24, 80, "sipmon explain 486 404"));
}

static void a_fourth_digit_is_not_taken_and_a_wrong_one_goes(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, 0);
	type(t, "4046");
	key(t, KEY_CODE_BACKSPACE);
	type(t, "3");
	assert_true(shows(t, 24, 80, "code: 403"));
	for (int i = 0; i < 9; i++)
		key(t, KEY_CODE_BACKSPACE);
	type(t, "404\r");
	assert_true(shows(t, 24, 80, "sipmon explain 486 404"));
}

static void a_code_is_not_compared_with_itself(void **state)
{
	struct stage *t = *state;

	open_on(t, 486, 0);
	type(t, "486\r");
	assert_true(shows(t, 24, 80, "The same code: nothing differs."));
	assert_true(screen_compare.typing(t->screen));
	type(t, "404\r");
	assert_true(shows(t, 24, 80, "sipmon explain 486 404"));
	open_on(t, 486, 486);
	assert_true(shows(t, 24, 80, "The same code: nothing differs."));
	assert_true(screen_compare.typing(t->screen));
}

static void the_head_has_the_codes_as_they_were_asked_for(void **state)
{
	struct stage *t = *state;

	open_on(t, 600, 486);
	assert_true(shows(t, 24, 80, "sipmon explain 600 486"));
	assert_true(shows(t, 24, 80, "| 486 Busy Here"));
}

static void facts_differ_first_and_descriptions_stand_once(void **state)
{
	struct stage *t = *state;
	struct canvas *c;

	/* no paragraph of their own in share/sipmon/pairs.tsv */
	open_on(t, 200, 404);
	c = scene_draw(&screen_compare, t->screen, 120, 120);
	assert_int_equal(scene_row(c, "- 200 belongs to 2xx Success"),
			 scene_row(c, "Key differences") + 1);
	assert_true(scene_row(c, "Meaning of 200") >= 0);
	assert_int_equal(scene_row(c, "- Meaning of 200"), -1);
	assert_true(scene_row(c, "- Where you meet 200") >
		    scene_row(c, "- 200 belongs to"));
	assert_true(scene_row(c, "- Where you meet 200") >
		    scene_row(c, "- Header fields that only"));
	canvas_free(c);
}

static void without_a_code_both_are_asked_for(void **state)
{
	struct stage *t = *state;

	open_on(t, 0, 0);
	assert_true(shows(t, 24, 80, "First code:"));
	assert_true(shows(t, 24, 80, "Which code is to be compared?"));
	type(t, "\r");
	assert_true(shows(t, 24, 80, "No response code"));
	type(t, "180\r");
	assert_true(shows(t, 24, 80, "180 Ringing"));
	type(t, "183\r");
	assert_true(shows(t, 24, 80, "sipmon explain 180 183"));
	open_on(t, 0, 0);
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_BACK);
}

static void another_pair_is_a_key_away_and_escape_keeps_the_old(void **state)
{
	struct stage *t = *state;

	assert_true(shows(t, 24, 80, "sipmon explain 486 600"));
	key(t, '=');
	assert_true(shows(t, 24, 80, "First code:"));
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_NONE);
	assert_true(shows(t, 24, 80, "sipmon explain 486 600"));
	type(t, "=\r603\r"); /* Enter keeps the first */
	assert_true(shows(t, 24, 80, "sipmon explain 486 603"));
	type(t, "100\r180\r"); /* two numbers any time */
	assert_true(shows(t, 24, 80, "sipmon explain 100 180"));
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_BACK);
}

static void a_code_to_learn_more_about_opens(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	assert_true(shows(t, 24, 80, "486 Busy Here"));
	r = key(t, 'e');
	assert_int_equal(r.screen, SCREEN_EXPLAIN);
	assert_int_equal(r.argument.code, 486);
	key(t, KEY_CODE_TAB);
	r = key(t, KEY_CODE_ENTER);
	assert_int_equal(r.kind, UI_OPEN);
	assert_int_equal(r.screen, SCREEN_EXPLAIN);
	assert_true(r.argument.code != 0);
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;

	scene_every_size(&screen_compare, &t->scene->ctx, &t->argument);
	t->argument.code_b = 0;
	scene_every_size(&screen_compare, &t->scene->ctx, &t->argument);
	t->argument.code = 9999;
	scene_every_size(&screen_compare, &t->scene->ctx, &t->argument);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(facts_stand_side_by_side),
		ON_STAGE(a_fact_that_is_the_same_has_a_sign),
		ON_STAGE(summary_differences_and_use_follow),
		ON_STAGE(a_narrow_screen_has_them_below_each_other),
		ON_STAGE(the_second_code_is_asked_for),
		ON_STAGE(a_related_code_is_chosen_with_tab),
		ON_STAGE(a_wrong_number_is_told_and_asked_again),
		ON_STAGE(a_fourth_digit_is_not_taken_and_a_wrong_one_goes),
		ON_STAGE(a_code_is_not_compared_with_itself),
		ON_STAGE(the_head_has_the_codes_as_they_were_asked_for),
		ON_STAGE(facts_differ_first_and_descriptions_stand_once),
		ON_STAGE(without_a_code_both_are_asked_for),
		ON_STAGE(another_pair_is_a_key_away_and_escape_keeps_the_old),
		ON_STAGE(a_code_to_learn_more_about_opens),
		ON_STAGE(every_size_and_every_action_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
