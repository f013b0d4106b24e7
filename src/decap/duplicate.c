#include "duplicate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define COPY_WINDOW_NS (INT64_C(50) * 1000 * 1000)

/* 256 KiB: a look costs one cache line, and four packets share it. */
#define LINE_BITS 12
#define LINES     ((size_t)1 << LINE_BITS)
#define PLACES    4

/* Words of the payload that choose the line, from its begin to its end. */
#define SAMPLES 5

#define SECRET_BYTES XXH3_SECRET_SIZE_MIN

struct place {
	uint64_t print; /* of the whole packet; 0: free */
	int64_t time_ns;
};

struct line {
	_Alignas(64) struct place places[PLACES];
};

struct duplicate {
	struct line *lines;
	uint8_t secret[SECRET_BYTES];
};

enum err duplicate_new(struct duplicate **out)
{
	struct duplicate *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return ERR_NOMEM;
	if (getentropy(d->secret, sizeof(d->secret)) != 0) {
		free(d);
		return ERR_SYSTEM;
	}
	d->lines =
		aligned_alloc(sizeof(struct line), LINES * sizeof(struct line));
	if (d->lines == NULL) {
		free(d);
		return ERR_NOMEM;
	}
	memset(d->lines, 0, LINES * sizeof(struct line));
	*out = d;
	return ERR_OK;
}

void duplicate_free(struct duplicate *d)
{
	if (d == NULL)
		return;
	free(d->lines);
	free(d);
}

/*
 * The print is keyed with a secret: whoever could make two packets with one
 * print could hide the second.  Endpoints have no padding.
 */
static uint64_t print_of(const struct duplicate *d, struct payload *payload,
			 uint16_t ip_id)
{
	struct {
		struct endpoint source;
		struct endpoint destination;
		uint64_t payload;
		uint64_t kinds; /* IP identification, kind, TCP flags */
		uint32_t sequence;
		uint32_t acknowledgment;
	} key = { payload->flow.source,
		  payload->flow.destination,
		  0,
		  (uint64_t)ip_id << 16 | payload->kind,
		  0,
		  0 };

	payload->print =
		XXH3_64bits_withSecret(payload->bytes.ptr, payload->bytes.len,
				       d->secret, sizeof(d->secret));
	key.payload = payload->print;
	if (payload->kind == PAYLOAD_SEGMENT) {
		key.kinds |= (uint64_t)payload->tcp_flags << 8;
		key.sequence = payload->sequence;
		key.acknowledgment = payload->acknowledgment;
	}
	return XXH3_64bits_withSecret(&key, sizeof(key), d->secret,
				      sizeof(d->secret)) |
	       1;
}

/*
 * The line is found without the secret, from a sample of the payload: which
 * packet drives out which must not differ between two runs over one capture.
 * To crowd a line on purpose gains nothing but copies that are not noticed.
 */
static size_t line_of(const struct payload *payload, uint16_t ip_id)
{
	/* Odd numbers without a pattern: the first decimals of pi. */
	static const uint64_t odd[SAMPLES] = { UINT64_C(0x243f6a8885a308d3),
					       UINT64_C(0x13198a2e03707345),
					       UINT64_C(0xa4093822299f31d1),
					       UINT64_C(0x082efa98ec4e6c89),
					       UINT64_C(0x452821e638d01377) };
	struct slice s = payload->bytes;
	uint64_t hash = (uint64_t)ip_id << 16 | payload->flow.source.port;
	uint64_t word = 0;

	hash = (hash ^ s.len << 32) * UINT64_C(0x9e3779b97f4a7c15);
	if (payload->kind == PAYLOAD_SEGMENT)
		hash += payload->sequence * odd[SAMPLES - 1];
	if (s.len < sizeof(word)) {
		if (s.len > 0)
			memcpy(&word, s.ptr, s.len);
		hash += word * odd[0];
		return (size_t)(hash >> (64 - LINE_BITS));
	}
	for (size_t i = 0; i < SAMPLES; i++) {
		memcpy(&word,
		       s.ptr + (s.len - sizeof(word)) * i / (SAMPLES - 1),
		       sizeof(word));
		hash += (word ^ word >> 32) * odd[i];
	}
	return (size_t)(hash >> (64 - LINE_BITS));
}

/* In either direction, and without overflow whatever the times. */
static bool within_window(int64_t a, int64_t b)
{
	uint64_t apart = (uint64_t)a - (uint64_t)b + COPY_WINDOW_NS;

	return apart <= 2 * (uint64_t)COPY_WINDOW_NS;
}

bool duplicate_seen(struct duplicate *d, struct payload *payload,
		    uint16_t ip_id, int64_t time_ns)
{
	struct place *places;
	struct place *into;
	uint64_t print;

	/* Acknowledgments alone are many, and a copy of one tells nothing. */
	if (payload->kind == PAYLOAD_SEGMENT && payload->bytes.len == 0)
		return false;
	print = print_of(d, payload, ip_id);
	places = d->lines[line_of(payload, ip_id)].places;
	into = &places[0];
	for (unsigned i = 0; i < PLACES; i++) {
		if (places[i].print == print &&
		    within_window(time_ns, places[i].time_ns))
			return true;
		if (places[i].print == print || places[i].print == 0) {
			into = &places[i];
			break;
		}
		if (places[i].time_ns < into->time_ns)
			into = &places[i];
	}
	*into = (struct place){ .print = print, .time_ns = time_ns };
	return false;
}
