/*
 * hops.h - what changed between two copies of a request, and what the answer
 * says of it.
 */
#ifndef SIPMON_IDENTITY_HOPS_H
#define SIPMON_IDENTITY_HOPS_H

#include "sipmon/base/arena.h"
#include "sipmon/call/identity.h"
#include "sipmon/identity/policy.h"
#include "sipmon/sip/message.h"

/* One copy, parsed, and what was found out about it. */
struct hop_copy {
	const struct sip_msg *msg;
	const struct identity_detail *detail;
};

/*
 * Fills `changes` and `path_note` of `*out` (the detail of the later copy) with
 * the signed parts that differ: From, P-Asserted-Identity, To, Call-ID, CSeq,
 * Date, Contact, Request-URI, Resource-Priority, body, Identity-Info, Identity.
 * Which of them count is told by the values of Identity that were valid before
 * (or all, if none was):
 *
 *	RFC 4474  From, To, Contact, body byte for byte; Call-ID, CSeq, Date
 *	compact   From, To, Date, fingerprints, in canonical form
 *	full      From or P-Asserted-Identity, whichever is compared; To and
 *		  Request-URI where the callee of the token is in neither any
 *		  more; body and Resource-Priority where a check found fault
 *
 * Differences that no check would notice (white space in the header, another
 * way to write a number) are none, and nothing differs where the later copy
 * holds; of one that lost its Identity, that is all.  Slices live in `arena`
 *and in the messages.  `broke` of `*out` is read.
 */
void hops_changes(const struct hop_copy *before, const struct hop_copy *after,
		  const struct identity_policy *policy, struct arena *arena,
		  struct arena_pool *pool, struct identity_detail *out);

/*
 * What the answer says: `agrees`, `reason` of `*out`; `seen_code` and
 * `seen_msg` are set by the caller.  `response` NULL: none was seen.
 *
 * AGREES_YES: the code, or a Reason that counts like it, is what a server may
 * answer to one of the failures; NO: it cannot be, or the request is valid;
 * UNKNOWN: the answer says nothing of an Identity, or what it says can be
 * neither confirmed nor denied.
 */
void hops_answer(const struct sip_msg *response, struct arena *arena,
		 struct arena_pool *pool, struct identity_detail *out);

#endif
