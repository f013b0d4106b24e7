/* date.h - Date (RFC 3261 section 20.17): "Sat, 13 Nov 2010 23:29:00 GMT". */
#ifndef SIPMON_SIP_DATE_H
#define SIPMON_SIP_DATE_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

/*
 * Seconds since 1970.  ERR_MALFORMED: another form, zone or name, or a day
 * that is not in the calendar; `*at` (may be NULL) is where that shows.  The
 * day of the week must be one, but need not be that of the date.
 */
MUST_CHECK enum err sip_date_parse(int64_t *seconds, struct slice value,
				   size_t *at);

#endif
