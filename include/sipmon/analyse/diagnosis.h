/*
 * diagnosis.h - runs the rules over one call.
 *
 * A finding is worked out from the call as it stands at view_now_ns() and
 * stored nowhere, so a replay and a live line say the same.  A call has at
 * most one finding of a kind: the first that shows it.
 */
#ifndef SIPMON_ANALYSE_DIAGNOSIS_H
#define SIPMON_ANALYSE_DIAGNOSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/finding.h"
#include "sipmon/call/phase.h"

struct diagnosis {
	struct phase_limits limits;
	/* No trust anchor is configured, so that no certificate can be trusted:
	 * told once elsewhere, and no fault of a call. */
	bool no_trust;
	/* Packets that the capture itself lost: what is missing then need not
	 * have been lost by the network. */
	uint64_t dropped;
};

/*
 * A finding_list_fn; `ctx` is a struct diagnosis.  What the fields of a
 * finding hold, kind by kind:
 *
 *	kind             code       lasted               count
 *	stuck-in-trying  100        the phase of 100     -
 *	no-response      -          the wait, <= 32 s    requests sent again
 *	missing-ack      the final  the wait, <= 32 s    finals sent again
 *	auth-loop        401, 407   first to last        challenges
 *	loop             482, 483,  first to last        copies on one hop
 *	                 or 0       or -                 or -
 *	no-bye-answer    -          the wait, <= 32 s    BYEs sent again
 *	ack-lost         the final  ACK to last final    finals sent after ACK
 *	late-final       the final  request to final     -
 *	slow-trying      first code request to response  -
 *	answer-lost      the final  the wait since then  -
 *	retransmissions  -          first to last        messages sent again
 *	malformed-message -         -                    broken messages
 *	out-of-order     late code  between the two      -
 *	                 or 0
 *	double-answer    the final  first to last answer different answers
 *	cancel-crossing  the final  CANCEL to final or - -
 *	glare            491        -                    -
 *	prack-missing    the code   first to last copy,  copies
 *	                            or 32 s
 *	auth-wrong-nonce the answer -                    -
 *	retry-after-ignored the final final to next try  seconds to wait
 *	redirect-not-tried the final 32 s                -
 *	slow-hop         the code   in to out            -
 *	                 or 0
 *	number-changed   -          -                    -
 *	non-invite-408   408        request to final     -
 *	alg-damage       the code   -                    bytes missing
 *	                 or 0
 *	oversized-udp    -          -                    bytes of the request
 *	fast-resending   of a final the shortest gap     gaps too short
 *	                 or 0
 *	ring-timeout     of phase   the phase            -
 *	identity-broken-by-hop, identity-invalid, identity-untrusted,
 *	identity-stale   the answer's, or of the verdict -   -
 *	identity-missing 428        -                    -
 *	codec-mismatch   the answer of the RTP           payload type of the RTP
 *	one-way-media    -          the RTP that is seen its packets
 *	no-media         -          the talk             -
 *	rtp-timeout      -          last RTP to the end  -
 *	poor-media       -          the stream           packets lost
 *	sdp-answer-missing the 2xx  -                    -
 *	session-expired  -          refresh to BYE       seconds granted
 *	registration-expired -      200 to refresh, now  seconds granted
 *	registration-flapping -     first to last        times
 *	scanner          -          -                    calls of the source
 *	nat-contact, nat-via -      -                    messages like it
 *	private-sdp      -          -                    -
 *
 * slow-hop, number-changed and answer-lost name the element that a message came
 * to and left, late, changed or not at all; one-way-media and rtp-timeout who
 * should send, poor-media who sent what got lost, stuck-in-trying the element
 * that the request came to last, codec-mismatch who sent RTP of a strange type,
 * session-expired who sent the BYE; scanner and the kinds about private
 * addresses the source.
 *
 * The messages stand in the order of time: the request first where it is
 * known, then the responses or repetitions that prove the finding.  Where an
 * Identity was broken by a hop they are the last copy that held, the first that
 * does not, and the response that refused it.  Of an Identity nothing is found
 * before it is judged (verdict.h).
 */
unsigned diagnosis_findings(void *ctx, const struct view *v,
			    const struct call *c, struct finding *out,
			    unsigned room);

/* The kinds that rules can find, the worst first; NULL at the end. */
const char *diagnosis_kind(unsigned i);

/* The severity of the `i`th kind; of one that diagnosis_kind() names. */
enum finding_severity diagnosis_severity(unsigned i);

#endif
