/*
 * date_form.h - Date in the one form that is signed (RFC 4474 section 9); for
 * this room.
 */
#ifndef SIPMON_IDENTITY_DATE_FORM_H
#define SIPMON_IDENTITY_DATE_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

#define DATE_FORM_BYTES 29

/*
 * "Thu, 21 Feb 2002 14:19:51 GMT" and its seconds since 1970.  Irregular case,
 * blanks and a day of one digit are let pass; false for everything that is then
 * no date.
 */
bool date_form(struct slice value, char out[DATE_FORM_BYTES], int64_t *seconds);

#endif
