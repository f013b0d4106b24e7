#include "address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "sipmon/base/bytes.h"

struct prefix {
	uint8_t address[16];
	uint8_t bits;
};

/* clang-format off */
static const struct prefix not_global_4[] = {
	{ { 0 }, 8 },			/* this network, RFC 791 */
	{ { 10 }, 8 },			/* private, RFC 1918 */
	{ { 100, 64 }, 10 },		/* carrier NAT, RFC 6598 */
	{ { 127 }, 8 },			/* loopback, RFC 1122 */
	{ { 168, 63, 129, 16 }, 32 },	/* what a host at Azure sees as its host */
	{ { 169, 254 }, 16 },		/* link-local, RFC 3927 */
	{ { 172, 16 }, 12 },		/* private, RFC 1918 */
	{ { 192, 0, 0 }, 24 },		/* IETF protocols, RFC 6890 */
	{ { 192, 0, 2 }, 24 },		/* documentation, RFC 5737 */
	{ { 192, 88, 99 }, 24 },	/* 6to4 relays, RFC 7526 */
	{ { 192, 168 }, 16 },		/* private, RFC 1918 */
	{ { 198, 18 }, 15 },		/* benchmarking, RFC 2544 */
	{ { 198, 51, 100 }, 24 },	/* documentation, RFC 5737 */
	{ { 203, 0, 113 }, 24 },	/* documentation, RFC 5737 */
	{ { 224 }, 4 },			/* multicast, RFC 5771 */
	{ { 240 }, 4 },			/* reserved, and broadcast, RFC 1112 */
};

/* Only what IANA gives out as global unicast; all else (::1, mapped and
 * compatible IPv4, 64:ff9b::/96, fc00::/7, fe80::/10, ff00::/8) lies outside. */
static const struct prefix global_6 = { { 0x20 }, 3 };

static const struct prefix not_global_6[] = {
	{ { 0x20, 0x01 }, 23 },			/* IETF protocols, Teredo, RFC 2928 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },	/* documentation, RFC 3849 */
	{ { 0x20, 0x02 }, 16 },			/* 6to4, RFC 3056 */
	{ { 0x3f, 0xfe }, 16 },			/* 6bone, given back, RFC 3701 */
	{ { 0x3f, 0xff }, 20 },			/* documentation, RFC 9637 */
};
/* clang-format on */

bool address_of(struct endpoint *out, const struct sockaddr *sa, size_t len)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	memset(out, 0, sizeof(*out));
	if (sa->sa_family == AF_INET && len >= sizeof(in4)) {
		memcpy(&in4, sa, sizeof(in4));
		memcpy(out->address, &in4.sin_addr, 4);
		out->port = ntohs(in4.sin_port);
		out->family = 4;
		return true;
	}
	if (sa->sa_family == AF_INET6 && len >= sizeof(in6)) {
		memcpy(&in6, sa, sizeof(in6));
		memcpy(out->address, &in6.sin6_addr, 16);
		out->port = ntohs(in6.sin6_port);
		out->family = 6;
		return true;
	}
	return false;
}

bool address_of_text(struct endpoint *out, const char *text)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, out->address) == 1)
		out->family = 4;
	else if (inet_pton(AF_INET6, text, out->address) == 1)
		out->family = 6;
	return out->family != 0;
}

static bool is_in(const struct endpoint *e, const struct prefix *p)
{
	size_t whole = p->bits / 8;
	unsigned rest = p->bits % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (memcmp(e->address, p->address, whole) != 0)
		return false;
	return rest == 0 ||
	       ((e->address[whole] ^ p->address[whole]) & mask) == 0;
}

static bool is_in_any(const struct endpoint *e, const struct prefix *p,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_in(e, &p[i]))
			return true;
	}
	return false;
}

bool address_is_global(const struct endpoint *e)
{
	if (e->family == 4)
		return !is_in_any(e, not_global_4,
				  sizeof(not_global_4) /
					  sizeof(not_global_4[0]));
	return e->family == 6 && is_in(e, &global_6) &&
	       !is_in_any(e, not_global_6,
			  sizeof(not_global_6) / sizeof(not_global_6[0]));
}

static size_t bytes_of_family(int family)
{
	return family == AF_INET ? sizeof(struct sockaddr_in)
				 : sizeof(struct sockaddr_in6);
}

bool address_is_ours(const struct endpoint *e)
{
	struct ifaddrs *all = NULL;
	bool found = false;

	if (getifaddrs(&all) != 0)
		return true;
	for (const struct ifaddrs *i = all; i != NULL && !found;
	     i = i->ifa_next) {
		struct endpoint ours;

		if (i->ifa_addr != NULL &&
		    address_of(&ours, i->ifa_addr,
			       bytes_of_family(i->ifa_addr->sa_family)))
			found = endpoint_same_host(&ours, e);
	}
	freeifaddrs(all);
	return found;
}

bool address_is_public(const struct endpoint *e)
{
	return address_is_global(e) && !address_is_ours(e);
}
