/*
 * theme.h - what the roles look like, for each kind of terminal.
 */
#ifndef SIPMON_UI_THEME_H
#define SIPMON_UI_THEME_H

#include <stdint.h>

#include "sipmon/ui/style.h"

enum theme_depth {
	THEME_DEPTH_MONO = 0, /* bold, underline and reverse only */
	THEME_DEPTH_8,
	THEME_DEPTH_256,
	THEME_DEPTH_TRUE,
	THEME_DEPTHS
};

enum theme_shade {
	THEME_SHADE_DARK = 0,
	THEME_SHADE_LIGHT,
	THEME_SHADE_CONTRAST, /* bold, no dim; white, yellow, cyan, red */
	THEME_SHADES
};

enum theme_attribute {
	THEME_BOLD = 1,
	THEME_DIM = 2,
	THEME_UNDERLINE = 4,
	THEME_REVERSE = 8,
};

#define THEME_COLOUR_DEFAULT (-1)

/* `colour`: an index below 8 or 256, 0xRRGGBB, or THEME_COLOUR_DEFAULT. */
struct theme_look {
	int32_t colour;
	unsigned attributes; /* enum theme_attribute, combined */
};

struct theme_look theme_look(enum theme_depth depth, enum theme_shade shade,
			     enum style role);

/* "request": as theme files and tests name a role. */
const char *theme_role_name(enum style role);

#endif
