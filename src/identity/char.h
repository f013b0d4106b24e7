/*
 * char.h - what kind of character it is, in ASCII whatever the locale; for this
 * room.
 */
#ifndef SIPMON_IDENTITY_CHAR_H
#define SIPMON_IDENTITY_CHAR_H

#include <stdbool.h>

/* What LWS is made of (RFC 3261 section 25.1). */
static inline bool char_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool char_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char char_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline char char_upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

/* The value of a hexadecimal digit of either case; -1 if it is none. */
static inline int char_hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	c = char_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
