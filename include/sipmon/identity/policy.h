/* policy.h - what the user may choose about the checks of an Identity. */
#ifndef SIPMON_IDENTITY_POLICY_H
#define SIPMON_IDENTITY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

enum orig_source {
	ORIG_SOURCE_DEFAULT =
		0, /* pai-then-from for shaken and div, else from */
	ORIG_SOURCE_PAI_THEN_FROM,
	ORIG_SOURCE_FROM,
	ORIG_SOURCE_FROM_THEN_PAI,
	ORIG_SOURCE_ANY,
};

struct identity_policy {
	int64_t iat_window_s;       /* PASSporT, full and compact */
	int64_t date_window_s;      /* RFC 4474 */
	int64_t div_inner_window_s; /* PASSporTs that a div links to */
	bool has_div_inner_window;  /* false: as iat_window_s */
	enum orig_source orig_source;
	char default_cc[4]; /* country code, digits; "" for none */
	bool has_at;        /* judge at `at_s` and not at capture time */
	int64_t at_s;       /* seconds since 1970 */
};

#define IDENTITY_POLICY_DEFAULT                                                \
	{                                                                      \
		.iat_window_s = 60, .date_window_s = 3600                      \
	}

/*
 * "iat_window=300;default_cc=1".  ERR_MALFORMED: `*problem` names the key or
 * the value that is wrong; what stood before it counts.
 */
MUST_CHECK enum err identity_policy_set(struct identity_policy *p,
					struct slice text,
					struct problem *problem);

/* Seconds since 1970, or RFC 3339; ERR_MALFORMED. */
MUST_CHECK enum err identity_policy_set_at(struct identity_policy *p,
					   struct slice text);

#endif
