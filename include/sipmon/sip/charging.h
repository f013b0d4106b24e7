/* charging.h - P-Charging-Vector (RFC 7315 section 4.6). */
#ifndef SIPMON_SIP_CHARGING_H
#define SIPMON_SIP_CHARGING_H

#include "sipmon/base/slice.h"

/* Its icid-value without quotes; absent if it has none. */
struct slice sip_icid_of(struct slice value);

#endif
