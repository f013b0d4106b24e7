/*
 * port.h - the ports on which silence is worth a word.
 */
#ifndef SIPMON_STREAM_PORT_H
#define SIPMON_STREAM_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 3261 section 19.1.2: what a URI without a port means. */
static inline bool port_is_sip(uint16_t port)
{
	return port == 5060 || port == 5061;
}

#endif
