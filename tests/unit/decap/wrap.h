/*
 * wrap.h - the datagram of frame.h, carried by a tunnel.
 *
 * What is outside goes from 198.51.100.1 to 198.51.100.2.
 */
#ifndef SIPMON_TESTS_DECAP_WRAP_H
#define SIPMON_TESTS_DECAP_WRAP_H

#include <pcap/pcap.h>

#include "frame.h"
#include "sipmon/capture/inside.h"

#define WRAP_TEXT      "OPTIONS sip:a SIP/2.0"
#define BYTES(literal) literal, sizeof(literal) - 1
#define MACS           "\x02\0\0\0\0\1\x02\0\0\0\0\2"
#define ETHERNET_IP    MACS "\x08\0"

#define LINK_ETHERNET 1
#define LINK_RAW      101

/* What announces a tunnel; a port is that of the destination. */
enum wrap_by { BY_ETHERTYPE, BY_PROTOCOL, BY_PORT, BY_SOURCE_PORT };

/* A tunnel: what announces it, and its header by hand. */
struct wrap {
	enum wrap_by by;
	unsigned number;
	const char *header;
	size_t len;
	bool ipv6; /* the datagram inside */
};

static inline void add_outer(struct frame *f, unsigned protocol, size_t len)
{
	add_ipv4(f, protocol, len);
	memcpy(f->bytes + f->len - 8, "\xc6\x33\x64\1\xc6\x33\x64\2", 8);
}

static inline void add_ports(struct frame *f, unsigned source,
			     unsigned destination, size_t len)
{
	add16(f, source);
	add16(f, destination);
	add16(f, 8 + len);
	add16(f, 0);
}

static inline void add_inner(struct frame *f, bool ipv6)
{
	if (!ipv6) {
		add_datagram(f, WRAP_TEXT);
		return;
	}
	add_ipv6(f, 17, 8 + strlen(WRAP_TEXT));
	add_udp(f, WRAP_TEXT);
}

/* What stands in front of `len` bytes that belong to the tunnel. */
static inline void add_announced(struct frame *f, enum wrap_by by,
				 unsigned number, size_t len)
{
	switch (by) {
	case BY_ETHERTYPE:
		add_ethernet(f, number);
		break;
	case BY_PROTOCOL:
		add_outer(f, number, len);
		break;
	case BY_PORT:
		add_outer(f, 17, 8 + len);
		add_ports(f, 50000, number, len);
		break;
	case BY_SOURCE_PORT:
		add_outer(f, 17, 8 + len);
		add_ports(f, number, 50000, len);
		break;
	}
}

static inline uint16_t wrap_link(const struct wrap *w)
{
	return w->by == BY_ETHERTYPE ? LINK_ETHERNET : LINK_RAW;
}

/* Where its header begins. */
static inline size_t wrap_begin(const struct wrap *w)
{
	static const size_t begins[] = { 14, 20, 28, 28 };

	return begins[w->by];
}

static inline void wrap_frame(struct frame *f, const struct wrap *w)
{
	struct frame inner = { 0 };

	add_inner(&inner, w->ipv6);
	add_announced(f, w->by, w->number, w->len + inner.len);
	add(f, w->header, w->len);
	add(f, inner.bytes, inner.len);
}

static inline bool is_inner(const struct outcome *o)
{
	static const uint8_t ipv6[] = "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1";
	const struct endpoint *from = &o->payload.flow.source;

	if (!o->given || from->port != 5060)
		return false;
	return from->family == 6 ? memcmp(from->address, ipv6, 16) == 0
				 : memcmp(from->address, "\xc0\0\2\1", 4) == 0;
}

/* The message came out, whole, from where it was, with its own addresses. */
static inline bool is_unwrapped(const struct wrap *w)
{
	struct frame f = { 0 };
	struct outcome o;

	wrap_frame(&f, w);
	o = outcome_of(&f, wrap_link(w));
	return is_inner(&o) && payload_is(&o, WRAP_TEXT) &&
	       !payload_is_cut(&o.payload) && counted(&o) == 0 &&
	       o.payload.offset == f.len - strlen(WRAP_TEXT) &&
	       o.payload.flow.source.family == (w->ipv6 ? 6 : 4);
}

/*
 * Given is the message of the inside or a part of it that says so, or, where a
 * port means nothing any more, the whole datagram of the outside.
 */
static inline bool is_honest(const struct wrap *w, const struct outcome *o)
{
	const struct payload *p = &o->payload;

	if (!o->given)
		return counted(o) <= 1;
	if (counted(o) > 0)
		return false;
	if (!is_inner(o))
		return (w->by == BY_PORT || w->by == BY_SOURCE_PORT) &&
		       p->offset == wrap_begin(w);
	return p->sent == strlen(WRAP_TEXT) && p->bytes.len <= p->sent &&
	       memcmp(o->text, WRAP_TEXT, p->bytes.len) == 0;
}

/* Wherever the capture cuts the packet, that is told or counted. */
static inline bool is_honest_when_cut(const struct wrap *w)
{
	struct frame f = { 0 };

	wrap_frame(&f, w);
	for (size_t len = 0; len < f.len; len++) {
		struct outcome o = outcome_of_part(&f, wrap_link(w), len);

		if (!is_honest(w, &o))
			return false;
		if (o.given ? !payload_is_cut(&o.payload) : counted(&o) != 1)
			return false;
	}
	return true;
}

/* Whatever a byte of the header says. */
static inline bool is_honest_when_changed(const struct wrap *w)
{
	struct frame f = { 0 };
	size_t begin = wrap_begin(w);

	wrap_frame(&f, w);
	for (size_t at = begin; at < begin + w->len; at++)
		for (unsigned change = 1; change < 256; change++) {
			struct outcome o;

			f.bytes[at] ^= (uint8_t)change;
			o = outcome_of(&f, wrap_link(w));
			f.bytes[at] ^= (uint8_t)change;
			if (!is_honest(w, &o))
				return false;
		}
	return true;
}

/* A packet of the header alone. */
static inline struct outcome outcome_of_header(const struct wrap *w)
{
	struct frame f = { 0 };

	add_announced(&f, w->by, w->number, w->len);
	add(&f, w->header, w->len);
	return outcome_of(&f, wrap_link(w));
}

/* A capture filter that names ports lets it pass, for what is inside. */
static inline bool is_let_pass(const struct wrap *w)
{
	bool on_link = w->by == BY_ETHERTYPE;
	pcap_t *dead = pcap_open_dead(on_link ? DLT_EN10MB : DLT_RAW, 65535);
	struct pcap_pkthdr header = { .len = 0 };
	struct bpf_program code;
	struct frame f = { 0 };
	struct buf text;
	bool passed = false;

	wrap_frame(&f, w);
	header.caplen = (bpf_u_int32)f.len;
	header.len = (bpf_u_int32)f.len;
	buf_init(&text, 65536);
	inside_widen("port 5070", on_link, &text);
	if (dead != NULL &&
	    pcap_compile(dead, &code, text.ptr, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		passed = pcap_offline_filter(&code, &header, f.bytes) != 0;
		pcap_freecode(&code);
	}
	if (dead != NULL)
		pcap_close(dead);
	buf_free(&text);
	return passed;
}

/* The first of which it does not hold, or `count`. */
static inline size_t first_unlike(const struct wrap *list, size_t count,
				  bool (*holds)(const struct wrap *w))
{
	for (size_t i = 0; i < count; i++)
		if (!holds(&list[i]))
			return i;
	return count;
}

#endif
