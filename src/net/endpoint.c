#include "sipmon/net/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && endpoint_same_host(a, b);
}

bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

char *endpoint_host_text(const struct endpoint *e, char *out)
{
	int family = e->family == 6 ? AF_INET6 : AF_INET;

	if (e->family == 0 ||
	    inet_ntop(family, e->address, out, ENDPOINT_TEXT_BYTES) == NULL)
		(void)snprintf(out, ENDPOINT_TEXT_BYTES, "?");
	return out;
}

char *endpoint_text(const struct endpoint *e, char *out)
{
	char host[ENDPOINT_TEXT_BYTES];
	bool brackets = e->family == 6;

	endpoint_host_text(e, host);
	(void)snprintf(out, ENDPOINT_TEXT_BYTES, "%s%.45s%s:%u",
		       brackets ? "[" : "", host, brackets ? "]" : "",
		       (unsigned)e->port);
	return out;
}

const char *transport_name(enum transport t)
{
	static const char *const names[TRANSPORT_COUNT] = {
		[TRANSPORT_UDP] = "udp", [TRANSPORT_TCP] = "tcp",
		[TRANSPORT_TLS] = "tls", [TRANSPORT_WS] = "ws",
		[TRANSPORT_WSS] = "wss", [TRANSPORT_SCTP] = "sctp",
	};

	return (unsigned)t < TRANSPORT_COUNT ? names[t] : "?";
}
