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

/* In decimal; a report writes millions of addresses, too many for printf.
 * Returns what is behind it. */
static char *put_number(char *out, unsigned n)
{
	char digits[5];
	unsigned count = 0;

	do {
		digits[count++] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0 && count < sizeof(digits));
	while (count > 0)
		*out++ = digits[--count];
	return out;
}

static char *put_ipv4(char *out, const uint8_t address[4])
{
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			*out++ = '.';
		out = put_number(out, address[i]);
	}
	return out;
}

char *endpoint_host_text(const struct endpoint *e, char *out)
{
	if (e->family == 4)
		*put_ipv4(out, e->address) = '\0';
	else if (e->family == 0 ||
		 inet_ntop(AF_INET6, e->address, out, INET6_ADDRSTRLEN) == NULL)
		(void)snprintf(out, ENDPOINT_TEXT_BYTES, "?");
	return out;
}

char *endpoint_text(const struct endpoint *e, char *out)
{
	bool brackets = e->family == 6;
	char *end = out;

	if (brackets)
		*end++ = '[';
	endpoint_host_text(e, end);
	end += strlen(end);
	if (brackets)
		*end++ = ']';
	*end++ = ':';
	*put_number(end, e->port) = '\0';
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
