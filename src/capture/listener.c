#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 16

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct where {
	bool tcp;
	union address address;
	socklen_t len;
	bool both; /* IPv4 too, on a socket of IPv6 */
};

static bool begins_with(struct slice *s, struct slice word)
{
	if (!slice_eq(slice_sub(*s, 0, word.len), word))
		return false;
	*s = slice_sub(*s, word.len, s->len);
	return true;
}

/* "1.2.3.4", "::1" (which stood in brackets), "*"; nothing is looked up. */
static bool address_parse(struct where *w, struct slice text, bool brackets,
			  uint16_t port)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.len >= sizeof(copy))
		return false;
	(void)slice_copy(text, copy, sizeof(copy));
	memset(&w->address, 0, sizeof(w->address));
	if (brackets || slice_eq(text, SLICE("*"))) {
		w->both = !brackets;
		w->address.v6.sin6_family = AF_INET6;
		w->address.v6.sin6_port = htons(port);
		w->address.v6.sin6_addr = in6addr_any;
		w->len = sizeof(w->address.v6);
		return w->both ||
		       inet_pton(AF_INET6, copy, &w->address.v6.sin6_addr) == 1;
	}
	w->address.v4.sin_family = AF_INET;
	w->address.v4.sin_port = htons(port);
	w->len = sizeof(w->address.v4);
	return inet_pton(AF_INET, copy, &w->address.v4.sin_addr) == 1;
}

static bool where_parse(struct where *w, struct slice text)
{
	struct slice address = SLICE("127.0.0.1");
	bool brackets = false;
	uint32_t port;
	size_t colon;

	w->tcp = begins_with(&text, SLICE("tcp:"));
	if (!w->tcp)
		(void)begins_with(&text, SLICE("udp:"));
	/* The last colon: an IPv6 address has many. */
	colon = text.len;
	while (colon > 0 && text.ptr[colon - 1] != ':')
		colon--;
	if (colon > 0)
		address = slice_sub(text, 0, colon - 1);
	if (address.len >= 2 && address.ptr[0] == '[' &&
	    address.ptr[address.len - 1] == ']') {
		address = slice_sub(address, 1, address.len - 2);
		brackets = true;
	}
	w->both = false;
	return slice_to_u32(slice_sub(text, colon, text.len - colon), 65535,
			    &port) &&
	       address_parse(w, address, brackets, (uint16_t)port);
}

/* -1: errno tells. */
static int socket_open(const struct where *w)
{
	int type = w->tcp ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(w->address.any.sa_family,
			type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int no = 0;
	int yes = 1;
	int error;

	if (fd < 0)
		return -1;
	if (w->both)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no,
				 sizeof(no));
	/* A port whose last connections have not quite ended. */
	if (w->tcp)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes,
				 sizeof(yes));
	if (bind(fd, &w->address.any, w->len) == 0 &&
	    (!w->tcp || listen(fd, BACKLOG) == 0))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* A host without IPv6 hears "*" on IPv4. */
static int socket_open_any(struct where *w)
{
	in_port_t port = w->address.v6.sin6_port;
	int fd = socket_open(w);

	if (fd >= 0 || !w->both ||
	    (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
		return fd;
	memset(&w->address, 0, sizeof(w->address));
	w->address.v4.sin_family = AF_INET;
	w->address.v4.sin_port = port;
	w->len = sizeof(w->address.v4);
	w->both = false;
	return socket_open(w);
}

enum err listener_open(struct listener *out, struct slice where)
{
	struct where w;
	union address a;
	socklen_t len = sizeof(a);
	int fd;

	if (!where_parse(&w, where))
		return ERR_MALFORMED;
	fd = socket_open_any(&w);
	if (fd < 0)
		return ERR_SYSTEM;
	memset(&a, 0, sizeof(a));
	if (getsockname(fd, &a.any, &len) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		return ERR_SYSTEM;
	}
	*out = (struct listener){
		.fd = fd,
		.tcp = w.tcp,
		.port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port
							 : a.v6.sin6_port),
	};
	return ERR_OK;
}
