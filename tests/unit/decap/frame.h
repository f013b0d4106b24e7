/*
 * frame.h - packets made byte by byte, and what decap makes of them.
 *
 * 192.0.2.1 port 5060 to 192.0.2.2 port 5062; 2001:db8::1 to 2001:db8::2.
 */
#ifndef SIPMON_TESTS_DECAP_FRAME_H
#define SIPMON_TESTS_DECAP_FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/decap/decap.h"

struct frame {
	uint8_t bytes[2048];
	size_t len;
};

/* What came out, and what was counted. */
struct outcome {
	bool given;
	struct payload payload; /* its bytes are those of `text` */
	char text[2048];
	struct counters counters;
};

#define ADD(frame, literal) add(frame, literal, sizeof(literal) - 1)

static inline void add(struct frame *f, const void *bytes, size_t len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static inline void add16(struct frame *f, size_t value)
{
	f->bytes[f->len++] = (uint8_t)(value >> 8);
	f->bytes[f->len++] = (uint8_t)value;
}

static inline void add_ethernet(struct frame *f, unsigned type)
{
	ADD(f, "\x02\0\0\0\0\1\x02\0\0\0\0\2");
	add16(f, type);
}

/* Of `len` bytes behind it. */
static inline void add_ipv4(struct frame *f, unsigned protocol, size_t len)
{
	ADD(f, "\x45\0");
	add16(f, 20 + len);
	ADD(f, "\x12\x34\x40\0\x40");
	f->bytes[f->len++] = (uint8_t)protocol;
	ADD(f, "\0\0\xc0\0\2\1\xc0\0\2\2");
}

static inline void add_ipv6(struct frame *f, unsigned next, size_t len)
{
	ADD(f, "\x60\0\0\0");
	add16(f, len);
	f->bytes[f->len++] = (uint8_t)next;
	ADD(f, "\x40");
	ADD(f, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	ADD(f, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2");
}

static inline void add_udp(struct frame *f, const char *payload)
{
	add16(f, 5060);
	add16(f, 5062);
	add16(f, 8 + strlen(payload));
	add16(f, 0);
	add(f, payload, strlen(payload));
}

/* IPv4 with UDP. */
static inline void add_datagram(struct frame *f, const char *payload)
{
	add_ipv4(f, 17, 8 + strlen(payload));
	add_udp(f, payload);
}

/* The first `len` bytes of the frame, in memory of exactly that size. */
static inline struct outcome outcome_of_part(const struct frame *f,
					     uint16_t link_type, size_t len)
{
	static const uint8_t nothing[1];
	struct outcome o = { 0 };
	struct decap *d = NULL;
	uint8_t *exact = malloc(len);
	struct packet p = { .time_ns = 1,
			    .data = len == 0 ? nothing : exact,
			    .len = (uint32_t)len,
			    .wire_len = (uint32_t)f->len,
			    .link_type = link_type };

	if (decap_new(&d, &(struct decap_options){ .counters = &o.counters,
						   .keep_duplicates = true }) !=
	    ERR_OK)
		abort();
	if (len > 0)
		memcpy(exact, f->bytes, len);
	o.given = decap_packet(d, &p, &o.payload);
	if (o.given)
		memcpy(o.text, o.payload.bytes.ptr, o.payload.bytes.len);
	free(exact);
	decap_finish(d);
	decap_free(d);
	return o;
}

static inline struct outcome outcome_of(const struct frame *f,
					uint16_t link_type)
{
	return outcome_of_part(f, link_type, f->len);
}

static inline bool payload_is(const struct outcome *o, const char *text)
{
	return o->given && o->payload.bytes.len == strlen(text) &&
	       memcmp(o->text, text, strlen(text)) == 0;
}

/* All that was counted, of whatever reason. */
static inline uint64_t counted(const struct outcome *o)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		sum += o->counters.undecoded[i];
	return sum;
}

/* Counted once, for this reason, and not given out. */
static inline bool refused_for(const struct outcome *o, enum undecoded reason)
{
	return !o->given && counted(o) == 1 &&
	       o->counters.undecoded[reason] == 1;
}

static inline bool passed_over(const struct outcome *o)
{
	return !o->given && counted(o) == 0;
}

#endif
