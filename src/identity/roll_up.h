/*
 * roll_up.h - one verdict out of several values (RFC 8224 section 6.2.1 and
 * 6.2.2); for this room.
 */
#ifndef SIPMON_IDENTITY_ROLL_UP_H
#define SIPMON_IDENTITY_ROLL_UP_H

#include <stdbool.h>

#include "sipmon/call/identity.h"

/*
 * Sets verdict, code, signature and caveats of `*out` from its headers.
 * `has_div`: one of them is a div, so that all must hold.  Returns the header
 * that decided; NULL if none is judged: then nothing is set but the caveats.
 */
const struct identity_header *roll_up(struct identity_detail *out,
				      bool has_div);

#endif
