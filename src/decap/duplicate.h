/*
 * duplicate.h - tells the copies of one packet: interface "any", bridges,
 * bonds and mirror ports show it more than once.
 *
 * A copy has the same addresses, ports, IP identification and payload, and
 * comes within 50 ms of the first; a TCP segment also has the same sequence,
 * acknowledgment and flags.  A retransmission of SIP comes 500 ms later
 * (RFC 3261 17.1.1.2, T1), and from a hasty sender still 100.
 */
#ifndef SIPMON_DECAP_DUPLICATE_H
#define SIPMON_DECAP_DUPLICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/payload.h"

struct duplicate;

MUST_CHECK enum err duplicate_new(struct duplicate **out);
void duplicate_free(struct duplicate *d);

/*
 * Was it seen already?  If not, it is remembered.  Sets `payload->print`, but
 * not that of a TCP segment without payload, which is never a copy.
 */
bool duplicate_seen(struct duplicate *d, struct payload *payload,
		    uint16_t ip_id, int64_t time_ns);

#endif
