/*
 * store.h - owns the calls and forgets the oldest.
 *
 * For the tracker and `app`; readers include view.h.
 */
#ifndef SIPMON_CALL_STORE_H
#define SIPMON_CALL_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/call/verdict.h"
#include "sipmon/call/view.h"
#include "sipmon/net/payload.h"

struct store;

/* Reads bytes of a source again (capture/source.h); false if it cannot. */
typedef bool (*store_reread_fn)(void *ctx, uint16_t source, uint64_t offset,
				void *out, uint32_t len);

/* Headers whose value ties legs, beside X-Call-ID and X-CID. */
#define LEG_HEADERS_MAX  8
#define LEG_HEADER_BYTES 64 /* of a name and its end */

struct store_options {
	uint64_t memory_bytes; /* ceiling for all that is kept; 0: none */
	store_reread_fn reread;
	void *reread_ctx;
	bool media; /* count RTP: store_push_rtp(); a 16th of the memory */
	const char *const *leg_headers; /* names, read once */
	unsigned leg_header_count;
};

MUST_CHECK enum err store_new(struct store **out,
			      const struct store_options *options);
void store_free(struct store *s);

const struct view *store_view(const struct store *s);

/* The present time of a quiet line; never goes back. */
void store_set_now(struct store *s, int64_t now_ns);

/*
 * Files what became of the Identity of a message.  False if `msg` is not (any
 * more) the one that was asked about: `content` and `time_ns` tell.
 */
bool store_file_verdict(struct store *s, uint32_t msg, uint32_t content,
			int64_t time_ns, const struct verdict_brief *b);

/* The id of a signer, a new one if it is not known; 0 past SIGNERS_MAX. */
uint16_t store_signer(struct store *s, const struct signer *signer);

/* One sample for view_clock_offset(): capture time less iat. */
void store_add_age(struct store *s, int64_t seconds);

/*
 * A datagram that is no SIP: counted if it is RTP and the store was asked to.
 * view_change() tells of new streams, not of each packet.
 */
void store_push_rtp(struct store *s, const struct payload *p);

/* Forgets all calls, streams and counters. */
void store_clear(struct store *s);

#endif
