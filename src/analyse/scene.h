/*
 * scene.h - one call as the rules look at it, and what they share; for this
 * room.
 *
 * The transactions are walked once.  On the way the scene gathers them, and
 * signs: what can be told without a look at a message.  A rule is tried only
 * where one of its signs is there, so that a healthy call costs the walk.
 */
#ifndef SIPMON_ANALYSE_SCENE_H
#define SIPMON_ANALYSE_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/phase.h"
#include "sipmon/sip/message.h"
#include "story.h"

/* The lower half of a set of signs is call.noticed (enum msg_flag). */
#define SIGN(bit) (UINT64_C(1) << (32 + (bit)))

/* One request on several hops. */
#define SIGN_HOPS SIGN(0)
/* One request on one hop again, with another branch. */
#define SIGN_AGAIN SIGN(1)
/* 482 or 483. */
#define SIGN_LOOP SIGN(2)
/* A 3xx to an INVITE outside a dialog. */
#define SIGN_REDIRECTED SIGN(3)
/* A request with credentials was challenged. */
#define SIGN_CHALLENGED SIGN(4)
/* A request in a dialog with a CSeq lower than that of one before. */
#define SIGN_BACKWARDS SIGN(5)
/* More than one To tag. */
#define SIGN_FORKED SIGN(6)
/* Is always there. */
#define SIGN_CALL SIGN(31)

/* A request is compared with so many before it, to find signs. */
#define SCENE_BACK 8

/* Transactions that are gathered; a call without end has more. */
#define SCENE_TRANSACTIONS 256

/* Senders of one call whose credentials are followed. */
#define SCENE_SENDERS 4

/* Challenges in a row, each to a request that carried credentials. */
struct sender {
	uint32_t hop; /* of his first challenged request */
	uint16_t method;
	uint16_t code;
	unsigned challenges;
	bool proven; /* a long row that has ended, and not with a 2xx */
	int64_t begin_ns;
	int64_t end_ns;
	unsigned message_count; /* the requests, and the last challenge */
	uint32_t messages[FINDING_MESSAGES];
};

/* One call, and the transaction of it that is looked at. */
struct scene {
	const struct view *view;
	const struct call *call;
	struct phase_limits limits;
	bool no_trust; /* struct diagnosis */
	uint64_t dropped;
	int64_t now_ns;
	/* Of rules that judge a transaction. */
	const struct transaction *transaction;
	struct story story;
	/* Of rules that judge the call. */
	uint64_t signs;
	unsigned count;
	const struct transaction *list[SCENE_TRANSACTIONS]; /* the first ones */
	unsigned sender_count;
	struct sender senders[SCENE_SENDERS];
};

/* Begins with the call, no transaction looked at yet. */
void scene_begin(struct scene *s, const struct view *v, const struct call *c);

/* Gathers s->transaction; called with each in turn. */
void scene_gather(struct scene *s);

/* ---- transactions */

/* Other transactions of the call that are looked at, each way. */
#define NEAR_TRANSACTIONS 64

typedef bool (*relation_fn)(const struct scene *s,
			    const struct transaction *other);

/* Is there one among those around s->transaction? */
bool has_near(const struct scene *s, relation_fn is);

/* The first of them, behind it or before it; NULL if there is none. */
const struct transaction *find_near(const struct scene *s, relation_fn is);

const struct endpoint *source_of(const struct scene *s,
				 const struct transaction *t);
const struct endpoint *destination_of(const struct scene *s,
				      const struct transaction *t);

/* From one host to the other, whatever the ports. */
bool is_same_way(const struct scene *s, const struct transaction *a,
		 const struct transaction *b);

/* The same request as that of s->transaction. */
bool is_copy_of_request(const struct scene *s, const struct transaction *o);

/* The next request of its sender, with credentials: who sends them, or goes on
 * in any way, has got an answer. */
bool is_next_of_sender(const struct scene *s, const struct transaction *o);

/* The request of `t`; 0 if a response is the first that was seen of it. */
uint32_t request_of(const struct scene *s, const struct transaction *t);

/* Its first final response, or the 2xx that made up for it; 0 if none. */
uint32_t final_of(const struct scene *s, const struct transaction *t);

/*
 * Did the times of capture go forward from `first` to `last`, two messages of
 * the call in this order, and did both come from one source of packets?  Of
 * what was put together from several captures the order proves nothing.
 */
bool is_in_order(const struct scene *s, uint32_t first, uint32_t last);

/* ---- bytes */

/* A message, read again. */
struct reading {
	struct buf bytes;
	struct sip_msg msg;
};

/* False if its bytes cannot be had, or it was cut.  reading_free() always. */
bool reading_of(const struct scene *s, uint32_t msg, struct reading *out);
void reading_free(struct reading *r);

/* "192.0.2.1", "2001:db8::1" or "[2001:db8::1]"; false for a name, which is
 * not looked up. */
bool host_of(struct slice host, struct endpoint *out);

/* ---- findings */

/* Sets all but kind and severity, no message named yet, no element. */
void finding_start(struct finding *out, uint16_t code, int64_t lasted_ns,
		   unsigned count);

/* Names one more message: each once, as long as there is room. */
void finding_name(struct finding *out, uint32_t id);

#endif
