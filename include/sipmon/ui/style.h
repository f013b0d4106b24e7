/*
 * style.h - a screen asks for a role, never for a colour.
 */
#ifndef SIPMON_UI_STYLE_H
#define SIPMON_UI_STYLE_H

#include <stdbool.h>
#include <stdint.h>

/* The roles; theme.c maps them to what the terminal has. */
enum style {
	STYLE_TEXT = 0,
	STYLE_DIM,
	STYLE_TITLE,
	STYLE_REQUEST,
	STYLE_PROVISIONAL,
	STYLE_SUCCESS,
	STYLE_REDIRECT,
	STYLE_FAILURE,
	STYLE_FATAL,
	STYLE_PROBLEM,
	STYLE_NOTE,
	STYLE_MEDIA,
	STYLE_RESENT,
	STYLE_HIT,
	STYLE_SIGNED,
	STYLE_CHANGED,
	STYLE_KEY,
	STYLES
};

/* What comes on top of a role; bits. */
enum style_extra {
	EXTRA_CURSOR = 1,   /* reverse */
	EXTRA_SELECTED = 2, /* bold */
	EXTRA_UNDERLINE = 4,
};

/* The role of a response code: 1xx provisional ... 6xx fatal. */
enum style style_of_code(uint16_t code);

#endif
