#include "source_hep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "listener.h"
#include "ops.h"
#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"
#include "sipmon/net/hep.h"

#define LINKTYPE_WIRESHARK_UPPER_PDU 252

#define NS_PER_S INT64_C(1000000000)

/* More agents than feed one host; each may cost HEP_MESSAGE_MAX bytes. */
#define SENDERS_MAX 64

/* Bytes that the kernel may hold while the screen is drawn, if it grants it. */
#define RECEIVE_BYTES (4 * 1024 * 1024)

/*
 * Messages that nobody wants, looked at before the caller is let go with
 * ERR_AGAIN.
 */
#define PASS_OVER_MAX 64

/* Tags of the link type and the port types; "exported_pdu.h" of Wireshark. */
enum tag {
	TAG_END = 0,
	TAG_DISSECTOR = 12,
	TAG_IPV4_SOURCE = 20,
	TAG_IPV4_DESTINATION = 21,
	TAG_IPV6_SOURCE = 22,
	TAG_IPV6_DESTINATION = 23,
	TAG_PORT_TYPE = 24,
	TAG_SOURCE_PORT = 25,
	TAG_DESTINATION_PORT = 26,
};

enum port_type {
	PORT_SCTP = 1,
	PORT_TCP = 2,
	PORT_UDP = 3,
};

/* Of IPv6: 7 tag headers, "sip", 2 addresses, 3 numbers. */
#define TAGS_MAX (7 * 4 + 4 + 2 * 16 + 3 * 4)

/* A connection of an agent, and the part of a message that has come. */
struct sender {
	int fd; /* -1: none */
	uint8_t *message;
	size_t len;
	uint64_t heard; /* number of the turn in which it spoke last */
};

struct hep_source {
	struct source base;
	int socket;
	int epoll; /* of TCP; -1: UDP */
	uint16_t port;
	uint64_t turn;
	uint64_t lost;        /* broken, or no room for them */
	uint32_t kernel_lost; /* as last told */
	uint8_t *datagram;
	struct buf scratch;
	struct buf packet;
	struct sender senders[SENDERS_MAX];
};

/* ---- a message as a packet */

static void add_number(struct buf *b, uint32_t value, unsigned bytes)
{
	while (bytes-- > 0)
		buf_add_char(b, (char)(value >> (8 * bytes)));
}

static void add_tag(struct buf *b, enum tag tag, const void *value, size_t len)
{
	add_number(b, tag, 2);
	add_number(b, (uint32_t)len, 2);
	buf_add(b, (struct slice){ value, len });
}

static void add_tag_number(struct buf *b, enum tag tag, uint32_t value)
{
	add_number(b, tag, 2);
	add_number(b, 4, 2);
	add_number(b, value, 4);
}

static uint32_t port_type_of(enum transport transport)
{
	if (transport == TRANSPORT_UDP)
		return PORT_UDP;
	return transport == TRANSPORT_SCTP ? PORT_SCTP : PORT_TCP;
}

static void packet_build(struct buf *b, const struct hep *hep)
{
	const struct endpoint *from = &hep->flow.source;
	const struct endpoint *to = &hep->flow.destination;
	bool v4 = from->family == 4;
	size_t size = v4 ? 4 : 16;

	buf_clear(b);
	add_tag(b, TAG_DISSECTOR, "sip", 4);
	add_tag(b, v4 ? TAG_IPV4_SOURCE : TAG_IPV6_SOURCE, from->address, size);
	add_tag(b, v4 ? TAG_IPV4_DESTINATION : TAG_IPV6_DESTINATION,
		to->address, size);
	add_tag_number(b, TAG_PORT_TYPE, port_type_of(hep->flow.transport));
	add_tag_number(b, TAG_SOURCE_PORT, from->port);
	add_tag_number(b, TAG_DESTINATION_PORT, to->port);
	add_number(b, TAG_END, 2);
	add_number(b, 0, 2);
	buf_add(b, hep->payload);
}

/* When a message came that does not tell when it was captured. */
static int64_t arrival_ns(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* False if there is no SIP in it; counted if it is broken. */
static bool message_take(struct hep_source *h, struct slice message,
			 struct packet *out)
{
	struct hep hep;

	if (hep_open(&hep, message, &h->scratch) != ERR_OK) {
		h->lost++;
		return false;
	}
	if (hep.type != HEP_SIP)
		return false;
	packet_build(&h->packet, &hep);
	if (h->packet.failed) {
		h->lost++;
		return false;
	}
	*out = (struct packet){
		.time_ns = hep.time_ns != 0 ? hep.time_ns : arrival_ns(),
		.data = (const uint8_t *)h->packet.ptr,
		.len = (uint32_t)h->packet.len,
		.wire_len = (uint32_t)h->packet.len,
		.link_type = LINKTYPE_WIRESHARK_UPPER_PDU,
		.source = h->base.number,
		.offset = PACKET_NO_OFFSET,
	};
	return true;
}

/* ---- UDP */

/* What the kernel threw away since the socket was opened. */
static void note_overflow(struct hep_source *h, struct msghdr *m)
{
	uint32_t lost;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&lost, CMSG_DATA(c), sizeof(lost));
		h->lost += lost - h->kernel_lost;
		h->kernel_lost = lost;
	}
}

/* ERR_AGAIN: nothing there; ERR_UNSUPPORTED: something that nobody wants. */
static enum err datagram_next(struct hep_source *h, struct packet *out)
{
	struct iovec room = { h->datagram, HEP_MESSAGE_MAX };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
	struct msghdr m = { .msg_iov = &room,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(h->socket, &m, 0);
	struct slice message = { (const char *)h->datagram, 0 };

	if (got < 0)
		return errno == EINTR ? ERR_UNSUPPORTED : ERR_AGAIN;
	note_overflow(h, &m);
	message.len = (size_t)got;
	if ((m.msg_flags & MSG_TRUNC) != 0) {
		h->lost++;
		return ERR_UNSUPPORTED;
	}
	return message_take(h, message, out) ? ERR_OK : ERR_UNSUPPORTED;
}

/* ---- TCP */

/* `is_loss`: part of a message had come, or what came is none. */
static void sender_close(struct hep_source *h, struct sender *s, bool is_loss)
{
	if (s->fd < 0)
		return;
	if (is_loss)
		h->lost++;
	close(s->fd); /* which takes it out of the epoll set */
	free(s->message);
	*s = (struct sender){ .fd = -1 };
}

/* A free place, or that of the one that was quiet longest. */
static struct sender *place_find(struct hep_source *h)
{
	struct sender *s = &h->senders[0];

	for (unsigned i = 0; i < SENDERS_MAX; i++) {
		if (h->senders[i].fd < 0)
			return &h->senders[i];
		if (h->senders[i].heard < s->heard)
			s = &h->senders[i];
	}
	sender_close(h, s, s->len > 0);
	return s;
}

static bool set_flags(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static void sender_accept(struct hep_source *h)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = accept(h->socket, NULL, NULL);
	int on = 1;
	struct sender *s;

	if (fd < 0)
		return;
	s = place_find(h);
	s->message = malloc(HEP_MESSAGE_MAX);
	event.data.u32 = (uint32_t)(s - h->senders);
	if (s->message == NULL || !set_flags(fd) ||
	    epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		close(fd);
		free(s->message);
		s->message = NULL;
		h->lost++;
		return;
	}
	/* An agent whose host went away must not hold its place for ever. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	s->fd = fd;
	s->heard = h->turn;
}

/*
 * One read of what the present message still lacks, and never more: what
 * follows stays in the kernel, so that the descriptor tells of it.
 */
static enum err sender_read(struct hep_source *h, struct sender *s,
			    struct packet *out)
{
	struct slice message = { (const char *)s->message, s->len };
	size_t want = hep_length(message);
	ssize_t got = recv(s->fd, s->message + s->len, want - s->len, 0);
	bool taken;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return ERR_UNSUPPORTED;
	if (got <= 0) {
		sender_close(h, s, s->len > 0);
		return ERR_UNSUPPORTED;
	}
	s->heard = h->turn;
	s->len += (size_t)got;
	message.len = s->len;
	want = hep_length(message);
	if (want == 0) {
		sender_close(h, s, true);
		return ERR_UNSUPPORTED;
	}
	if (s->len < want)
		return ERR_UNSUPPORTED;
	s->len = 0;
	taken = message_take(h, message, out);
	return taken ? ERR_OK : ERR_UNSUPPORTED;
}

/* One event of one descriptor: epoll gives each its turn. */
static enum err connection_next(struct hep_source *h, struct packet *out)
{
	struct epoll_event event;
	int n = epoll_wait(h->epoll, &event, 1, 0);

	h->turn++;
	if (n <= 0)
		return ERR_AGAIN;
	if (event.data.u32 < SENDERS_MAX)
		return sender_read(h, &h->senders[event.data.u32], out);
	sender_accept(h);
	return ERR_UNSUPPORTED;
}

/* ---- the source */

static enum err hep_next(struct source *s, struct packet *out,
			 struct problem *problem)
{
	struct hep_source *h = (struct hep_source *)s;
	enum err err = ERR_UNSUPPORTED;

	(void)problem;
	for (unsigned i = 0; i < PASS_OVER_MAX && err == ERR_UNSUPPORTED; i++)
		err = h->epoll >= 0 ? connection_next(h, out)
				    : datagram_next(h, out);
	return err == ERR_UNSUPPORTED ? ERR_AGAIN : err;
}

static int hep_fd(const struct source *s)
{
	const struct hep_source *h = (const struct hep_source *)s;

	return h->epoll >= 0 ? h->epoll : h->socket;
}

static uint64_t hep_dropped(struct source *s)
{
	return ((struct hep_source *)s)->lost;
}

static void hep_free(struct source *s)
{
	struct hep_source *h = (struct hep_source *)s;

	for (unsigned i = 0; i < SENDERS_MAX; i++)
		sender_close(h, &h->senders[i], false);
	if (h->epoll >= 0)
		close(h->epoll);
	if (h->socket >= 0)
		close(h->socket);
	free(h->datagram);
	buf_free(&h->scratch);
	buf_free(&h->packet);
	free(h);
}

static const struct source_ops hep_ops = {
	.next = hep_next,
	.fd = hep_fd,
	.dropped = hep_dropped,
	.free = hep_free,
};

uint16_t source_hep_port(const struct source *s)
{
	return ((const struct hep_source *)s)->port;
}

/* ---- opening */

/* A larger buffer, and a count of what did not fit in it. */
static bool tell_overflow(const struct hep_source *h)
{
	int room = RECEIVE_BYTES;
	int yes = 1;

	(void)setsockopt(h->socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return setsockopt(h->socket, SOL_SOCKET, SO_RXQ_OVFL, &yes,
			  sizeof(yes)) == 0;
}

static bool epoll_open(struct hep_source *h)
{
	struct epoll_event event = { .events = EPOLLIN };

	event.data.u32 = SENDERS_MAX;
	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	return h->epoll >= 0 &&
	       epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->socket, &event) == 0;
}

static struct hep_source *hep_new(uint16_t number)
{
	struct hep_source *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->base.ops = &hep_ops;
	h->base.number = number;
	h->base.live = true;
	h->socket = -1;
	h->epoll = -1;
	for (unsigned i = 0; i < SENDERS_MAX; i++)
		h->senders[i].fd = -1;
	buf_init(&h->scratch, HEP_UNPACKED_MAX);
	buf_init(&h->packet, TAGS_MAX + HEP_UNPACKED_MAX);
	h->datagram = malloc(HEP_MESSAGE_MAX);
	if (h->datagram == NULL) {
		hep_free(&h->base);
		return NULL;
	}
	return h;
}

enum err source_hep_open(struct source **out, const char *where,
			 const struct source_options *options,
			 struct problem *problem)
{
	struct listener listener;
	struct hep_source *h;
	enum err err = listener_open(&listener, slice_of(where));

	if (err) {
		problem_set(problem, "hep %.100s: %s", where,
			    err == ERR_MALFORMED
				    ? "not [udp:|tcp:][ADDRESS:]PORT"
				    : strerror(errno));
		return err;
	}
	h = hep_new(options->number);
	if (h == NULL) {
		close(listener.fd);
		problem_set(problem, "hep %.100s: out of memory", where);
		return ERR_NOMEM;
	}
	h->socket = listener.fd;
	h->port = listener.port;
	if (listener.tcp ? !epoll_open(h) : !tell_overflow(h)) {
		problem_set(problem, "hep %.100s: %s", where, strerror(errno));
		hep_free(&h->base);
		return ERR_SYSTEM;
	}
	*out = &h->base;
	return ERR_OK;
}
