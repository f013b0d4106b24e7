#include "sipmon/decap/decap.h"

#include <stdlib.h>

#include "duplicate.h"
#include "peel.h"

struct decap {
	struct counters *counters;
	struct duplicate *duplicate; /* NULL: copies are given out */
};

enum err decap_new(struct decap **out, struct counters *counters,
		   bool drop_duplicates)
{
	struct decap *d = calloc(1, sizeof(*d));
	enum err err;

	if (d == NULL)
		return ERR_NOMEM;
	d->counters = counters;
	if (drop_duplicates) {
		err = duplicate_new(&d->duplicate);
		if (err) {
			free(d);
			return err;
		}
	}
	*out = d;
	return ERR_OK;
}

void decap_free(struct decap *d)
{
	if (d == NULL)
		return;
	duplicate_free(d->duplicate);
	free(d);
}

bool decap_packet(struct decap *d, const struct packet *packet,
		  struct datagram *out)
{
	struct peel p = { .bytes = bytes_of(packet->data, packet->len),
			  .sent = packet->wire_len,
			  .packet = packet,
			  .counters = d->counters,
			  .out = out };
	struct step step = peel_link(packet->link_type);
	unsigned depth = 0;

	while (step.peel != NULL && depth++ < DECAP_DEPTH_MAX)
		step = step.peel(&p);
	if (step.peel != NULL)
		d->counters->undecoded[UNDECODED_IP_NESTING]++;
	if (!p.found)
		return false;
	if (d->duplicate != NULL &&
	    duplicate_seen(d->duplicate, out, p.ip_id, packet->time_ns)) {
		d->counters->duplicates++;
		return false;
	}
	return true;
}
