/*
 * verifier.h - judges copies of messages in threads of its own and brings the
 * verdicts home.
 *
 * Nothing here waits: a full queue says so, an empty one answers nothing.
 */
#ifndef SIPMON_IDENTITY_VERIFIER_H
#define SIPMON_IDENTITY_VERIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/identity/judge.h"

struct verifier;

/* `judge` outlives the verifier.  ERR_NOMEM, ERR_SYSTEM. */
MUST_CHECK enum err verifier_new(struct verifier **out,
				 const struct judge *judge, unsigned threads);
/* Stops the threads; what was not judged is dropped. */
void verifier_free(struct verifier *v);

/* Is there room for one more? */
bool verifier_has_room(const struct verifier *v);

/* A message that is to be judged; its bytes are copied. */
struct verifier_job {
	struct slice bytes; /* with what stands behind the body */
	int64_t time_ns;
	uint64_t id;  /* of the caller's */
	uint32_t tag; /* of the caller's */
};

/* False: no room, or no memory. */
bool verifier_ask(struct verifier *v, const struct verifier_job *job);

struct verifier_answer {
	uint64_t id;
	uint32_t tag;
	int64_t time_ns;            /* as in the job */
	struct verdict_brief brief; /* VERDICT_NONE: out of memory */
	struct signer signer;       /* name "" and no SPC: none */
	bool has_age;
	int64_t age_s;  /* capture time less iat, or Date */
	char url[1024]; /* of a certificate that was not at hand; "" if none */
};

/* The next answer; false: none now. */
bool verifier_take(struct verifier *v, struct verifier_answer *out);

/* Messages that were asked for and not taken back. */
unsigned verifier_pending(const struct verifier *v);

/* To poll; readable while there is an answer. */
int verifier_fd(const struct verifier *v);

#endif
