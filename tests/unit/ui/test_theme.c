/* Contrast by WCAG 2.1 (relative luminance and contrast ratio). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/ui/theme.h"

#define LEAST 4.5

static double linear(unsigned channel)
{
	double c = (double)channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb >> 16 & 255) +
	       0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

static double contrast(uint32_t a, uint32_t b)
{
	double la = luminance(a);
	double lb = luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

/* The colours 16..255 of xterm: a cube of six levels, then greys. */
static uint32_t xterm(int32_t index)
{
	static const uint32_t levels[] = { 0, 95, 135, 175, 215, 255 };
	uint32_t n = (uint32_t)index - 16;

	if (index >= 232)
		return (8U + 10U * ((uint32_t)index - 232)) * 0x010101U;
	return levels[n / 36] << 16 | levels[n / 6 % 6] << 8 | levels[n % 6];
}

static void check(enum theme_shade shade, uint32_t background)
{
	for (int i = 0; i < STYLES; i++) {
		enum style role = (enum style)i;
		struct theme_look full =
			theme_look(THEME_DEPTH_TRUE, shade, role);
		struct theme_look few =
			theme_look(THEME_DEPTH_256, shade, role);

		if (full.colour != THEME_COLOUR_DEFAULT &&
		    contrast((uint32_t)full.colour, background) < LEAST)
			fail_msg("%s on %06x: %.2f", theme_role_name(role),
				 background,
				 contrast((uint32_t)full.colour, background));
		if (few.colour == THEME_COLOUR_DEFAULT)
			continue;
		assert_in_range(few.colour, 16, 255);
		if (contrast(xterm(few.colour), background) < LEAST)
			fail_msg("%s (256) on %06x: %.2f",
				 theme_role_name(role), background,
				 contrast(xterm(few.colour), background));
	}
}

static void the_formula_agrees_with_known_values(void **state)
{
	(void)state;
	/* WCAG: black on white is 21 : 1; #767676 is the known limit, 4.54. */
	assert_int_equal((int)(contrast(0, 0xffffff) * 100 + 0.5), 2100);
	assert_int_equal((int)(contrast(0x767676, 0xffffff) * 100 + 0.5), 454);
	assert_int_equal(xterm(188), 0xd7d7d7);
	assert_int_equal(xterm(241), 0x626262);
}

static void dark_colours_are_readable_on_black(void **state)
{
	(void)state;
	check(THEME_SHADE_DARK, 0x000000);
	check(THEME_SHADE_DARK, 0x1c1c1c);
	check(THEME_SHADE_CONTRAST, 0x000000);
	check(THEME_SHADE_CONTRAST, 0x1c1c1c);
}

static void light_colours_are_readable_on_white(void **state)
{
	(void)state;
	check(THEME_SHADE_LIGHT, 0xffffff);
}

static void without_colours_there_is_none(void **state)
{
	(void)state;
	for (int s = 0; s < THEME_SHADES; s++)
		for (int i = 0; i < STYLES; i++)
			assert_int_equal(theme_look(THEME_DEPTH_MONO,
						    (enum theme_shade)s,
						    (enum style)i)
						 .colour,
					 THEME_COLOUR_DEFAULT);
	assert_int_equal(
		theme_look(THEME_DEPTH_MONO, THEME_SHADE_DARK, STYLE_PROBLEM)
			.attributes,
		THEME_BOLD);
}

static void eight_colours_are_below_eight(void **state)
{
	(void)state;
	for (int s = 0; s < THEME_SHADES; s++)
		for (int i = 0; i < STYLES; i++)
			assert_true(theme_look(THEME_DEPTH_8,
					       (enum theme_shade)s,
					       (enum style)i)
					    .colour < 8);
}

static void codes_have_the_role_of_their_class(void **state)
{
	(void)state;
	assert_int_equal(style_of_code(183), STYLE_PROVISIONAL);
	assert_int_equal(style_of_code(202), STYLE_SUCCESS);
	assert_int_equal(style_of_code(302), STYLE_REDIRECT);
	assert_int_equal(style_of_code(486), STYLE_FAILURE);
	assert_int_equal(style_of_code(503), STYLE_FATAL);
	assert_int_equal(style_of_code(603), STYLE_FATAL);
	assert_int_equal(style_of_code(0), STYLE_TEXT);
	assert_int_equal(style_of_code(700), STYLE_TEXT);
	assert_int_equal(style_of_code(65535), STYLE_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_formula_agrees_with_known_values),
		cmocka_unit_test(dark_colours_are_readable_on_black),
		cmocka_unit_test(light_colours_are_readable_on_white),
		cmocka_unit_test(without_colours_there_is_none),
		cmocka_unit_test(eight_colours_are_below_eight),
		cmocka_unit_test(codes_have_the_role_of_their_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
