/*
 * timing.h - the delays of a call, all as seen on its first hop.
 *
 * Nanoseconds; TIMING_NONE where the call did not get so far.
 */
#ifndef SIPMON_CALL_TIMING_H
#define SIPMON_CALL_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/view.h"

#define TIMING_NONE INT64_MIN

struct timing {
	int64_t trying_ns;   /* first INVITE to the first 100 */
	int64_t pdd_ns;      /* first INVITE to the first 18x or, without one,
				to the final response (no answered challenge) */
	int64_t ring_ns;     /* first 18x to the final response */
	int64_t setup_ns;    /* first INVITE to its 2xx */
	int64_t talk_ns;     /* that 2xx to BYE */
	int64_t teardown_ns; /* BYE to its final response */

	/* First INVITE to the first response of each of these codes. */
	int64_t to_180_ns;
	int64_t to_181_ns;
	int64_t to_182_ns;
	int64_t to_183_ns;
	int64_t to_199_ns;
	/* First INVITE to its final of 300 to 699 (no answered challenge), if
	 * that is the outcome. */
	int64_t failure_ns;
	int64_t early_media_ns; /* first 18x with SDP to the final response */
	/* The first SDP answer to the first RTP of the call; 0 if RTP was there
	 * before the answer.  Streams older than the offer do not count. */
	int64_t first_rtp_ns;
	/* Slowest of either end to its final response. */
	int64_t prack_ns;
	int64_t update_ns;
};

struct timing timing_of(const struct view *v, const struct call *c);

/*
 * Does this BYE end another dialog than `dialog` (0: any)?  Of two answers to
 * a forked INVITE the caller hangs one up at once (RFC 3261 section
 * 13.2.2.4): that is not the end of the call.
 */
bool timing_ends_another(const struct view *v, const struct transaction *bye,
			 uint32_t dialog);

#endif
