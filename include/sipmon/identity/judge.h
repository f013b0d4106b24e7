/*
 * judge.h - message, certificates, time -> verdict.
 *
 * Runs every check it can, keeps all failures and ranks them.  It has no state:
 * several threads may judge at once with one `certs`.
 */
#ifndef SIPMON_IDENTITY_JUDGE_H
#define SIPMON_IDENTITY_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/arena.h"
#include "sipmon/base/err.h"
#include "sipmon/call/identity.h"
#include "sipmon/identity/certs.h"
#include "sipmon/identity/policy.h"
#include "sipmon/sip/message.h"

struct signatures; /* results of signatures seen before (signatures.h) */

struct judge {
	const struct identity_policy *policy;
	struct certs *certs;
	struct signatures *cache; /* NULL: none */
};

struct judge_case {
	const struct sip_msg *msg;
	/* Octets of the datagram behind the body that Content-Length bounds
	 * (they follow msg->raw in memory); 0 on a stream. */
	size_t trailing;
	int64_t time_ns; /* of capture */
	/* Results that are known already, SIGNATURE_UNKNOWN where not. */
	enum signature_result known[VERDICT_SIGNATURES];
	/* Leaves out what only people read: details of checks, the chain, the
	 * token taken apart. */
	bool brief;
};

/*
 * Fills the verdict, the caveats and the headers of `*out`, and `signer` (with
 * an empty name if none); slices live in `arena`, and in the message.  What
 * several hops and the answer tell is left alone.  ERR_NOMEM.
 *
 * A response is judged where RFC 9970 and 8946 speak of it (`rsp` in 1xx and
 * 2xx, `div` in 3xx); other values are shown with VERDICT_NONE.  CANCEL has no
 * headers, whatever it carries.
 */
MUST_CHECK enum err judge_message(const struct judge *j,
				  const struct judge_case *c,
				  struct arena *arena, struct arena_pool *pool,
				  struct identity_detail *out,
				  struct signer *signer);

/* What is filed with the message; the signer's id is left 0. */
struct verdict_brief judge_brief(const struct identity_detail *d);

#endif
