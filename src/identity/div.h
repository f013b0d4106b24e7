/*
 * div.h - chains of diversion (RFC 8946); for this room.
 */
#ifndef SIPMON_IDENTITY_DIV_H
#define SIPMON_IDENTITY_DIV_H

#include "claims.h"

/* One value of the message, as far as chains go. */
struct div_node {
	bool is_usable; /* a PASSporT whose claims could be read */
	enum ppt ppt;
	const struct claims *claims;
	/* Every failure but those of chains: a div does not stand on one that
	 * failed in more than its freshness. */
	uint64_t failed;

	/* Filled by div_links(): a div links to it; nobody links to this div.
	 */
	bool is_linked;
	bool is_outermost;
	uint64_t chain_failed; /* DIV_ORIG_CHANGED, DIV_CHAIN_BROKEN */
};

/* Who links to whom, by claims alone: is_linked, is_outermost.  A div-o links
 * as a div does.  Of nodes past IDENTITY_VALUES_MAX none links. */
void div_links(const struct memory *m, struct div_node *nodes, unsigned count,
	       const char *default_cc);

/*
 * Which chains hold: chain_failed, once `failed` is known for all.  A div
 * stands on a PASSporT that stands, down to one that is no div: a circle holds
 * nothing.  A div-o brings what it stands on: see div_opt().
 */
void div_chains(const struct memory *m, struct div_node *nodes, unsigned count,
		const char *default_cc);

/*
 * What a div-o fails in by the token of its opt: 0, or DIV_CHAIN_BROKEN if that
 * was not usable, failed in more than its freshness, is a div or an rsp, has
 * another orig, or does not have the div in its dest.
 */
uint64_t div_opt(const struct memory *m, const struct claims *outer,
		 const struct div_node *inner, const char *default_cc);

#endif
