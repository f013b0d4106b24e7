#include "sipmon/net/counters.h"

const char *undecoded_name(enum undecoded reason)
{
	static const char *const names[UNDECODED_REASONS] = {
		[UNDECODED_LINK_TYPE] = "link-type",
		[UNDECODED_LINK_HEADER] = "link-header",
		[UNDECODED_IP_HEADER] = "ip-header",
		[UNDECODED_IP_FRAGMENT] = "ip-fragment",
		[UNDECODED_IP_NESTING] = "nesting",
		[UNDECODED_UDP_HEADER] = "udp-header",
		[UNDECODED_TCP] = "tcp",
		[UNDECODED_SCTP] = "sctp",
		[UNDECODED_TUNNEL] = "tunnel",
		[UNDECODED_CUT_SIP] = "cut-sip",
	};

	return (unsigned)reason < UNDECODED_REASONS ? names[reason] : "?";
}
