/*
 * hops_side.h - two copies of a request, side by side; for hops*.c.
 */
#ifndef SIPMON_IDENTITY_HOPS_SIDE_H
#define SIPMON_IDENTITY_HOPS_SIDE_H

#include <stdbool.h>

#include "bind.h"
#include "sipmon/identity/hops.h"

/* How a value covers the message; more than one may be there. */
enum hop_view {
	HOP_LEGACY = 1 << 0,  /* seven fields, byte for byte */
	HOP_COMPACT = 1 << 1, /* what the claims are rebuilt from */
	HOP_FULL = 1 << 2,    /* what the claims are compared with */
};

struct hop_side {
	const struct sip_msg *msg;
	const struct identity_detail *detail;
	struct binding binding;
	unsigned count;
	struct identity_value values[IDENTITY_VALUES_MAX];
};

struct hop_pair {
	struct memory memory;
	const struct identity_policy *policy;
	struct hop_side before;
	struct hop_side after;
	unsigned views; /* enum hop_view, of the values that counted before */
	struct identity_detail *out;
};

/* Did this value (its index in `detail`) count: is it valid, or is none? */
bool hop_counts(const struct hop_side *side, unsigned i);

enum hop_view hop_view_of(const struct identity_header *h);

bool hop_has_view(const struct hop_pair *p, enum hop_view view);

/* Did the later copy fail in this? */
bool hop_failed_in(const struct hop_pair *p, enum verdict v);

/* Fills what was and what is; true, for who ends with it. */
bool hop_set_change(struct identity_change *c, struct slice before,
		    struct slice after);

/* One more change, as long as there is room. */
void hop_changed(struct hop_pair *p, const struct identity_change *c);

/* Header fields and body, in the order of hops.h. */
void hop_fields(struct hop_pair *p);

/* The body, or what of it is signed.  Fills what was and what is, and the rest
 * if there is more to say; false if the signature or a check would notice
 * nothing.  So does every field. */
bool hop_body_differs(struct hop_pair *p, struct identity_change *c);

/* The values of Identity themselves.  Also whether they are the same but for
 * their order. */
void hop_values(struct hop_pair *p, bool *reordered);

#endif
