#include "sipmon/net/counters.h"

#include <stddef.h>

const char *undecoded_name(enum undecoded reason)
{
	static const char *const names[UNDECODED_REASONS] = {
		[UNDECODED_LINK_TYPE] = "link-type",
		[UNDECODED_LINK_HEADER] = "link-header",
		[UNDECODED_IP_HEADER] = "ip-header",
		[UNDECODED_IP_FRAGMENT] = "ip-fragment",
		[UNDECODED_NESTING] = "nesting",
		[UNDECODED_UDP_HEADER] = "udp-header",
		[UNDECODED_TCP_HEADER] = "tcp-header",
		[UNDECODED_TCP_GAP] = "tcp-gap",
		[UNDECODED_SCTP] = "sctp",
		[UNDECODED_TUNNEL] = "tunnel",
		[UNDECODED_TLS_NO_KEYS] = "tls-without-keys",
		[UNDECODED_TLS_RECORD] = "tls-record",
		[UNDECODED_WEBSOCKET] = "websocket",
		[UNDECODED_HEP] = "hep",
		[UNDECODED_CUT_SIP] = "cut-sip",
		[UNDECODED_MEMORY] = "memory",
	};

	return (unsigned)reason < UNDECODED_REASONS ? names[reason] : "?";
}

uint64_t counters_undecoded(const struct counters *c)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		total += c->undecoded[i];
	return total;
}

const char *undecoded_finding(enum undecoded reason)
{
	if (reason == UNDECODED_TUNNEL)
		return "unsupported-tunnel";
	return reason == UNDECODED_TLS_NO_KEYS ? "tls-without-keys" : NULL;
}
