/*
 * phrase.h - a translated sentence with values in it.
 *
 * Translations put the values where their language wants them, so a sentence
 * names them "%1" to "%9" and is no format of printf.
 */
#ifndef SIPMON_BASE_PHRASE_H
#define SIPMON_BASE_PHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

/* A number as text, for a value of a phrase. */
struct phrase_number {
	char text[24];
};

struct phrase_number phrase_number(uint64_t n);

/* Fills `out`, terminated and cut at `size`; returns `out`.  A value that is
 * not there is left out. */
char *phrase(char *out, size_t size, const char *sentence,
	     const char *const *values, unsigned count);

/* The same, appended to `out` and never cut. */
void phrase_add(struct buf *out, const char *sentence,
		const char *const *values, unsigned count);

/* What stands before the first ". ": the first sentence, without its stop. */
struct slice phrase_first_sentence(struct slice text);

#endif
