/*
 * passage.h - one message through one element: what came in, what went out,
 * how long it took, what was changed.
 *
 * Copies of a request on several hops are matched by method, CSeq and the way
 * they took; where the addresses do not tell it, by the branches of their Vias.
 * A B2BUA is no passage: it ends the call (leg.h).
 */
#ifndef SIPMON_CALL_PASSAGE_H
#define SIPMON_CALL_PASSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/view.h"
#include "sipmon/sip/message.h"

struct passage {
	uint32_t in;             /* the message as it came to the element */
	uint32_t out;            /* and as it left */
	int64_t delay_ns;        /* never negative */
	struct endpoint element; /* where the request went to: `in` of a request
				    went there, `out` of a response left it */
	/* The element sent the request to several: the delay may hold the
	 * waiting for another one of them. */
	bool forked;
};

/*
 * The passage that `msg` came out of.  False if no copy was seen before it, or
 * none that can be told to have gone to who sent `msg`; for a retransmission;
 * and for what an element says for itself: 100, CANCEL and its answer, the ACK
 * of a refusal (RFC 3261 sections 16.7, 16.10, 17.1.1.3).
 */
bool passage_of(const struct view *v, uint32_t msg, struct passage *out);

#define PASSAGE_ROOM 64

/* The passages of the call, in order of `out`; of a call without end those of
 * its first transactions. */
unsigned passage_list(const struct view *v, const struct call *c,
		      struct passage *out, unsigned room);

enum header_change_kind {
	HEADER_ADDED = 0,
	HEADER_REMOVED,
	HEADER_CHANGED,
};

struct header_change {
	struct slice name; /* as on the wire; "Request-URI", "body" */
	enum header_change_kind kind;
	/* A proxy changes it in every request: Via, Max-Forwards, Route,
	 * Record-Route, or the Request-URI that it resolved. */
	bool expected;
	/* Both are one telephone number, written in two ways. */
	bool number_form;
	struct slice before; /* absent when added */
	struct slice after;  /* absent when removed */
};

#define HEADER_CHANGES_MAX 32

/* A message has at most 128 fields and values of lists in them?  Of others
 * header_changes() tells nothing but the Request-URI and the body. */
bool header_changes_known(const struct sip_msg *before,
			  const struct sip_msg *after);

/* Field by field, whatever their order: fields of one name are compared as a
 * list.  Slices point into the two messages. */
unsigned header_changes(const struct sip_msg *before,
			const struct sip_msg *after, struct header_change *out,
			unsigned room);

/*
 * The same telephone number in another form ("+4930123456", "004930123456",
 * "030123456")?  Digits compared from the end, at least 7 of them; false if
 * they are written alike.
 */
bool number_form_differs(struct slice a, struct slice b);

#endif
