#include "sipmon/decap/decap.h"

#include <stdlib.h>

#include "duplicate.h"
#include "fragment.h"
#include "peel.h"
#include "sipmon/net/hep.h"

#define FRAGMENT_BYTES (UINT64_C(16) * 1024 * 1024)

struct decap {
	struct counters *counters;
	struct fragments *fragments;
	struct duplicate *duplicate; /* NULL: copies are given out */
	struct buf scratch;          /* for what must be unpacked */
};

enum err decap_new(struct decap **out, const struct decap_options *options)
{
	struct decap *d = calloc(1, sizeof(*d));
	uint64_t bytes = options->fragment_bytes;
	enum err err;

	if (d == NULL)
		return ERR_NOMEM;
	d->counters = options->counters;
	buf_init(&d->scratch, HEP_UNPACKED_MAX);
	err = fragments_new(&d->fragments, d->counters,
			    bytes == 0 ? FRAGMENT_BYTES : bytes);
	if (!err && !options->keep_duplicates)
		err = duplicate_new(&d->duplicate);
	if (err) {
		decap_free(d);
		return err;
	}
	*out = d;
	return ERR_OK;
}

void decap_free(struct decap *d)
{
	if (d == NULL)
		return;
	fragments_free(d->fragments);
	duplicate_free(d->duplicate);
	buf_free(&d->scratch);
	free(d);
}

bool decap_packet(struct decap *d, const struct packet *packet,
		  struct payload *out)
{
	struct peel p = { .bytes = bytes_of(packet->data, packet->len),
			  .sent = packet->wire_len,
			  .packet = packet,
			  .counters = d->counters,
			  .fragments = d->fragments,
			  .scratch = &d->scratch,
			  .out = out };
	struct step step = peel_link(packet->link_type);
	unsigned depth = 0;

	out->time_ns = packet->time_ns;
	out->source = packet->source;
	out->print = 0;
	while (step.peel != NULL && depth++ < DECAP_DEPTH_MAX)
		step = step.peel(&p);
	if (step.peel != NULL)
		d->counters->undecoded[UNDECODED_NESTING]++;
	if (!p.found)
		return false;
	if (d->duplicate != NULL &&
	    duplicate_seen(d->duplicate, out, p.ip_id, packet->time_ns)) {
		d->counters->duplicates++;
		return false;
	}
	return true;
}

void decap_finish(struct decap *d)
{
	fragments_finish(d->fragments);
}

uint64_t decap_bytes(const struct decap *d)
{
	return fragments_bytes(d->fragments);
}
