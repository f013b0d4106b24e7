/* params.h - ;name=value */
#ifndef SIPMON_SIP_PARAMS_H
#define SIPMON_SIP_PARAMS_H

#include <stdbool.h>

#include "sipmon/base/slice.h"

struct sip_param {
	struct slice name;
	struct slice value; /* quotes kept; absent if there is no '=' */
};

/* The next one; `*rest` shrinks.  Quoted values may hold ';'. */
bool sip_param_next(struct slice *rest, struct sip_param *out);

/* The value of `name` (case ignored); present and empty if it has no value. */
struct slice sip_param_find(struct slice params, struct slice name);

#endif
