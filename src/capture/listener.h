/*
 * listener.h - a socket that waits for what others send.
 */
#ifndef SIPMON_CAPTURE_LISTENER_H
#define SIPMON_CAPTURE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct listener {
	int fd; /* does not wait, and is closed by whoever opened it */
	bool tcp;
	uint16_t port; /* the one that the system chose, for port 0 */
};

/*
 * Opens "[udp:|tcp:][ADDRESS:]PORT": UDP and 127.0.0.1 when not given; "*" is
 * any address, of IPv6 too where the host has it; an IPv6 address stands in
 * brackets.  Names are not looked up.  ERR_MALFORMED; ERR_SYSTEM: errno tells.
 */
MUST_CHECK enum err listener_open(struct listener *out, struct slice where);

#endif
