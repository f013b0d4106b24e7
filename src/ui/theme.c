#include "sipmon/ui/theme.h"

#define NONE THEME_COLOUR_DEFAULT
#define B    THEME_BOLD
#define D    THEME_DIM
#define U    THEME_UNDERLINE
#define R    THEME_REVERSE

/* A role on one kind of background, at each depth. */
struct paint {
	int32_t true_colour;
	int16_t of_256;
	int8_t of_8;
	uint8_t attributes;   /* with 256 colours and more */
	uint8_t attributes_8; /* with 8 */
};

struct role {
	const char *name;
	uint8_t mono;
	struct paint paint[THEME_SHADES];
};

/*
 * The hues follow the palette of Okabe and Ito, which people with any common
 * form of colour blindness can tell apart.  On a light background 8 colours
 * give only blue, magenta and red enough contrast; the signs beside the roles
 * tell the rest.
 */
/* clang-format off */
static const struct role roles[STYLES] = {
	[STYLE_TEXT] = { "text", 0, {
		{ 0xD0D0D0, 188,  NONE, 0, 0 },
		{ 0x262626, 235,  NONE, 0, 0 },
		{ 0xFFFFFF, 231,  NONE, B, B } } },
	[STYLE_DIM] = { "dim", D, {
		{ 0x9E9E9E, 145,  NONE, 0, 0 },
		{ 0x616161, 241,  NONE, 0, 0 },
		{ 0xFFFFFF, 231,  NONE, 0, 0 } } },
	[STYLE_TITLE] = { "title", B, {
		{ 0xD0D0D0, 188,  NONE, B, B },
		{ 0x262626, 235,  NONE, B, B },
		{ 0xFFFFFF, 231,  NONE, B, B } } },
	[STYLE_REQUEST] = { "request", 0, {
		{ 0x56B4E9,  74,     6, 0, 0 },
		{ 0x005F87,  24,     4, 0, 0 },
		{ 0x00FFFF,  51,     6, B, B } } },
	[STYLE_PROVISIONAL] = { "provisional", 0, {
		{ 0xF0E442, 221,     3, 0, 0 },
		{ 0x6B5D00,  58,  NONE, 0, 0 },
		{ 0xFFFF00, 226,     3, B, B } } },
	[STYLE_SUCCESS] = { "success", 0, {
		{ 0x40C79A,  78,     2, 0, 0 },
		{ 0x00684B,  22,  NONE, 0, 0 },
		{ 0xFFFFFF, 231,  NONE, B, B } } },
	[STYLE_REDIRECT] = { "redirect", 0, {
		{ 0xCC79A7, 175,     5, 0, 0 },
		{ 0x8A3A6A,  89,     5, 0, 0 },
		{ 0x00FFFF,  51,     6, B, B } } },
	[STYLE_FAILURE] = { "failure", B, {
		{ 0xF08A4B, 209,     1, 0, 0 },
		{ 0xA33B00, 130,     1, 0, 0 },
		{ 0xFF6060, 203,     1, B, B } } },
	[STYLE_FATAL] = { "fatal", B, {
		{ 0xFF6F61, 203,     1, 0, B },
		{ 0xB00020, 124,     1, 0, B },
		{ 0xFF6060, 203,     1, B, B } } },
	[STYLE_PROBLEM] = { "problem", B, {
		{ 0xFF6F61, 203,     1, B, B },
		{ 0xB00020, 124,     1, B, B },
		{ 0xFF6060, 203,     1, B, B } } },
	[STYLE_NOTE] = { "note", U, {
		{ 0x56B4E9,  74,     6, 0, 0 },
		{ 0x005F87,  24,     4, 0, 0 },
		{ 0x00FFFF,  51,     6, B, B } } },
	[STYLE_MEDIA] = { "media", 0, {
		{ 0x8FB8DE, 110,     4, 0, B },
		{ 0x33517A,  60,     4, 0, B },
		{ 0x00FFFF,  51,     6, B, B } } },
	[STYLE_RESENT] = { "resent", D, {
		{ 0x9E9E9E, 145,  NONE, 0, 0 },
		{ 0x616161, 241,  NONE, 0, 0 },
		{ 0xFFFFFF, 231,  NONE, 0, 0 } } },
	[STYLE_HIT] = { "hit", R, {
		{ 0xE69F00, 178,     3, R, R },
		{ 0x7A4B00,  94,  NONE, R, R },
		{ 0xFFFF00, 226,     3, B | R, B | R } } },
	[STYLE_SIGNED] = { "signed", U, {
		{ NONE,    NONE,  NONE, U, U },
		{ NONE,    NONE,  NONE, U, U },
		{ 0xFFFFFF, 231,  NONE, B | U, B | U } } },
	[STYLE_CHANGED] = { "changed", B, {
		{ 0xE69F00, 178,     3, B, B },
		{ 0x7A4B00,  94,  NONE, B, B },
		{ 0xFFFF00, 226,     3, B, B } } },
	[STYLE_KEY] = { "key", R, {
		{ NONE,    NONE,  NONE, R, R },
		{ NONE,    NONE,  NONE, R, R },
		{ NONE,    NONE,  NONE, B | R, B | R } } },
};
/* clang-format on */

struct theme_look theme_look(enum theme_depth depth, enum theme_shade shade,
			     enum style role)
{
	const struct role *r = &roles[role < STYLES ? role : STYLE_TEXT];
	const struct paint *p = &r->paint[shade];

	switch (depth) {
	case THEME_DEPTH_8:
		return (struct theme_look){ p->of_8, p->attributes_8 };
	case THEME_DEPTH_256:
		return (struct theme_look){ p->of_256, p->attributes };
	case THEME_DEPTH_TRUE:
		return (struct theme_look){ p->true_colour, p->attributes };
	case THEME_DEPTH_MONO:
	case THEME_DEPTHS:
		break;
	}
	return (struct theme_look){ NONE, r->mono };
}

const char *theme_role_name(enum style role)
{
	return roles[role < STYLES ? role : STYLE_TEXT].name;
}

enum style style_of_code(uint16_t code)
{
	static const enum style by_class[] = {
		[1] = STYLE_PROVISIONAL, [2] = STYLE_SUCCESS,
		[3] = STYLE_REDIRECT,    [4] = STYLE_FAILURE,
		[5] = STYLE_FATAL,       [6] = STYLE_FATAL,
	};

	if (code < 100 || code > 699)
		return STYLE_TEXT;
	return by_class[code / 100];
}
