/* Colours and bytes that the real program sends to its terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "stage.h"

#define CONTRAST_LEAST 4.5 /* WCAG 2.1, 1.4.3 */

/* What the roles look like, by their first user. */
struct look {
	const char *text;
	int of_256;
	int of_8;
	bool bold_8;
};

/* The calls of tests/corpus/codes.sip in the list. */
static const struct look codes[] = {
	{ "180", 221, 3, false }, { "200", 78, 2, false },
	{ "302", 175, 5, false }, { "404", 209, 1, false },
	{ "500", 203, 1, true },  { "603", 203, 1, true },
};

#define CODES (sizeof(codes) / sizeof(codes[0]))

/* The code of a call, in the row of its callee. */
static struct term_cell code_cell(struct stage *s, const char *code)
{
	char callee[16];
	int row;
	int column;
	const char *line;
	const char *at;

	(void)snprintf(callee, sizeof(callee), "user%s", code);
	stage_expect(s, callee);
	assert_true(term_find(s->term, callee, &row, &column));
	line = term_row(s->term, row);
	at = strstr(strstr(line, callee) + strlen(callee), code);
	assert_non_null(at);
	/* The row is ASCII up to there. */
	return term_cell(s->term, row, (int)(at - line));
}

/* Moves the cursor, which is reverse, away from `code`. */
static void step_aside(struct stage *s, const char *code)
{
	bool first = strcmp(code, "180") == 0;
	const char *cursor = first ? ">   6" : ">   1";

	stage_expect(s, "user603");
	if (!term_shows(s->term, cursor))
		term_type(s->term, first ? TERM_END : TERM_HOME);
	else if (strcmp(code, "200") != 0)
		return;
	stage_expect(s, cursor);
	term_settle(s->term); /* the rest of the rows */
}

static void codes_of_the_list_have_the_colours_of_their_class(void **state)
{
	struct stage *s = *state;

	stage_start(s, "codes", NULL);
	for (size_t i = 0; i < CODES; i++) {
		struct term_cell c;

		step_aside(s, codes[i].text);
		c = code_cell(s, codes[i].text);
		if (c.colour != codes[i].of_256 || c.reverse)
			fail_msg("%s is %d", codes[i].text, c.colour);
	}
	stage_leave(s);
}

static void eight_colours_are_enough(void **state)
{
	static const char *const environment[] = { "TERM=xterm", NULL };
	const struct stage_setup setup = { .environment = environment };
	struct stage *s = *state;
	struct slice bytes;

	stage_start(s, "codes", &setup);
	for (size_t i = 0; i < CODES; i++) {
		struct term_cell c;

		step_aside(s, codes[i].text);
		c = code_cell(s, codes[i].text);
		if (c.colour != codes[i].of_8 || c.bold != codes[i].bold_8)
			fail_msg("%s is %d %d", codes[i].text, c.colour,
				 c.bold);
	}
	stage_leave(s);
	bytes = term_bytes(s->term);
	assert_int_equal(slice_search(bytes, SLICE("38;5;"), false), bytes.len);
	assert_int_equal(slice_search(bytes, SLICE("38;2;"), false), bytes.len);
}

/* The first cell of `text` in the ladder of the `n`th call of codes.sip. */
static struct term_cell ladder_cell(struct stage *s, const char *text, int n)
{
	int row;
	int column;

	stage_start(s, "codes", NULL);
	stage_expect(s, "6 of 6 calls");
	for (int i = 0; i < n; i++)
		term_type(s->term, TERM_DOWN);
	term_type(s->term, TERM_ENTER);
	stage_expect(s, "0.000");
	stage_expect(s, text);
	/* The cursor stands on the first row. */
	if (strncmp(text, "INVITE", 6) == 0)
		term_type(s->term, TERM_END);
	term_settle(s->term);
	assert_true(term_find(s->term, text, &row, &column));
	return term_cell(s->term, row, column);
}

static void arrows_of_the_ladder_have_the_colours_of_their_class(void **state)
{
	static const struct look labels[] = {
		{ "180 Ringing", 221, 0, false },
		{ "200 OK", 78, 0, false },
		{ "302 Moved", 175, 0, false },
		{ "404 Not Found", 209, 0, false },
		{ "500 Server", 203, 0, false },
		{ "603 Decline", 203, 0, false },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < CODES; i++) {
		struct term_cell c = ladder_cell(s, labels[i].text, (int)i);

		if (c.colour != labels[i].of_256 || c.reverse)
			fail_msg("%s is %d:%s", labels[i].text, c.colour,
				 term_picture(s->term));
	}
	assert_int_equal(ladder_cell(s, "INVITE sdp", 1).colour, 74);
	stage_leave(s);
}

/* ---- bytes */

/*
 * Is one of the numbers of a sequence CSI ... m a colour?  Those are 30 to 49
 * and 90 to 107; 38 and 48, which begin longer ones, lie between.
 */
static bool sets_colour(struct slice numbers)
{
	while (slice_is_set(numbers)) {
		uint32_t n;

		if (slice_to_u32(slice_split(numbers, ';', &numbers), 9999,
				 &n) &&
		    ((n >= 30 && n <= 49) || (n >= 90 && n <= 107)))
			return true;
	}
	return false;
}

static bool has_colour(struct slice bytes)
{
	for (size_t i = 0; i + 2 < bytes.len; i++) {
		size_t end = i + 2;

		if (bytes.ptr[i] != '\033' || bytes.ptr[i + 1] != '[')
			continue;
		while (end < bytes.len &&
		       strchr("0123456789;:", bytes.ptr[end]) != NULL)
			end++;
		if (end < bytes.len && bytes.ptr[end] == 'm' &&
		    sets_colour(slice_sub(bytes, i + 2, end - i - 2)))
			return true;
	}
	return false;
}

static void visit_screens(struct stage *s)
{
	static const char *const keys[] = { TERM_DOWN, TERM_ENTER, TERM_ENTER,
					    "b",       "q",        "e",
					    "q",       "=",        TERM_ESC,
					    "?" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		term_type(s->term, keys[i]);
		term_settle(s->term);
	}
}

static void without_colour_no_colour_is_sent(void **state)
{
	static const char *const no_color[] = { "NO_COLOR=1", NULL };
	static const char *const empty[] = { "NO_COLOR=", NULL };
	static const char *const vt100[] = { "TERM=vt100", NULL };
	static const char *const never[] = { "--color", "never", NULL };
	static const char *const mono[] = { "--theme", "mono", NULL };
	const struct {
		struct stage_setup setup;
		bool colour;
	} cases[] = {
		{ { .environment = no_color }, false },
		{ { .environment = vt100 }, false },
		{ { .options = never }, false },
		{ { .options = mono }, false },
		{ { .environment = empty }, true },
		{ { .rows = 24 }, true },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_start(s, "codes", &cases[i].setup);
		stage_expect(s, "6 of 6 calls");
		visit_screens(s);
		stage_leave(s);
		if (has_colour(term_bytes(s->term)) != cases[i].colour)
			fail_msg("case %zu", i);
	}
}

/* Without colour the signs are still there. */
static void without_colour_the_cursor_is_seen(void **state)
{
	static const char *const no_color[] = { "NO_COLOR=1", NULL };
	const struct stage_setup setup = { .environment = no_color };
	struct stage *s = *state;
	int row;
	int column;

	stage_start(s, "codes", &setup);
	stage_expect(s, "6 of 6 calls");
	stage_expect(s, "user180");
	assert_true(term_find(s->term, "user180", &row, &column));
	assert_int_equal(term_row(s->term, row)[0], '>');
	assert_true(term_cell(s->term, row, column).reverse);
	stage_leave(s);
}

static void an_ascii_locale_gets_ascii(void **state)
{
	static const char *const locales[] = { "LC_ALL=C", "LC_ALL=POSIX" };
	static const char *const vi[] = { "--lang", "vi", NULL };
	struct stage *s = *state;

	for (size_t i = 0; i < 4; i++) {
		const char *environment[] = { locales[i % 2], NULL };
		const struct stage_setup setup = {
			.environment = environment,
			.options = i < 2 ? NULL : vi,
		};
		struct slice bytes;

		stage_start(s, i % 2 == 0 ? "codes" : "hostile", &setup);
		term_settle(s->term);
		visit_screens(s);
		stage_leave(s);
		bytes = term_bytes(s->term);
		for (size_t k = 0; k < bytes.len; k++)
			if ((uint8_t)bytes.ptr[k] >= 0x80)
				fail_msg("locale %zu: byte 0x%02x", i,
					 (unsigned)(uint8_t)bytes.ptr[k]);
	}
}

/* ---- contrast */

/* x to the power of 2.4, for 0 < x <= 1: the fifth root by Newton's method. */
static double power(double x)
{
	double root = 1;

	for (int i = 0; i < 40; i++) {
		double fourth = root * root * root * root;

		root -= (fourth * root - x * x) / (5 * fourth);
	}
	return x * x * root;
}

/* Relative luminance, WCAG 2.1. */
static double luminance(const uint8_t rgb[3])
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = rgb[i] / 255.0;

		sum += weights[i] *
		       (c <= 0.03928 ? c / 12.92 : power((c + 0.055) / 1.055));
	}
	return sum;
}

static double contrast(const uint8_t a[3], const uint8_t b[3])
{
	double x = luminance(a);
	double y = luminance(b);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static void each_theme_can_be_read_on_its_background(void **state)
{
	static const uint8_t black[3] = { 0, 0, 0 };
	static const uint8_t white[3] = { 255, 255, 255 };
	static const struct {
		const char *options[3];
		const char *environment;
		const uint8_t *background;
	} cases[] = {
		{ { "--theme", "dark", NULL }, NULL, black },
		{ { "--theme", "light", NULL }, NULL, white },
		{ { "--theme", "contrast", NULL }, NULL, black },
		{ { NULL }, "COLORFGBG=15;0", black },
		{ { NULL }, "COLORFGBG=0;15", white },
		{ { NULL }, NULL, black },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *environment[] = { cases[i].environment, NULL };
		const struct stage_setup setup = {
			.options = cases[i].options,
			.environment = environment,
		};

		stage_start(s, "codes", &setup);
		for (size_t k = 0; k < CODES; k++) {
			struct term_cell c;

			step_aside(s, codes[k].text);
			c = code_cell(s, codes[k].text);
			assert_true(c.colour != TERM_COLOUR_NONE);
			if (contrast(c.rgb, cases[i].background) <
			    CONTRAST_LEAST)
				fail_msg("theme %zu: %s, colour %d", i,
					 codes[k].text, c.colour);
		}
		stage_leave(s);
	}
}

#define ON_STAGE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(codes_of_the_list_have_the_colours_of_their_class),
		ON_STAGE(eight_colours_are_enough),
		ON_STAGE(arrows_of_the_ladder_have_the_colours_of_their_class),
		ON_STAGE(without_colour_no_colour_is_sent),
		ON_STAGE(without_colour_the_cursor_is_seen),
		ON_STAGE(an_ascii_locale_gets_ascii),
		ON_STAGE(each_theme_can_be_read_on_its_background),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
