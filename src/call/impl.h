/*
 * impl.h - what the store, the tracker and the view share; for this room.
 */
#ifndef SIPMON_CALL_IMPL_H
#define SIPMON_CALL_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock_offset.h"
#include "legs.h"
#include "log.h"
#include "sipmon/base/arena.h"
#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"
#include "sipmon/call/media.h"
#include "sipmon/call/peer.h"
#include "sipmon/call/store.h"
#include "sipmon/sip/method.h"

/* Names of methods that are not registered; later ones count as "other". */
#define METHOD_NAMES_MAX  200
#define METHOD_NAME_BYTES 64

/*
 * Bounds of one call while memory has a ceiling.  Past them the call is
 * forgotten and begins anew, so that a Call-ID used for ever (OPTIONS pings)
 * shows what is new.
 */
#define CALL_MESSAGES_MAX     20000
#define CALL_TRANSACTIONS_MAX 4096
/* No call may take more than this part of the memory: it would push out all
 * others. */
#define CALL_SHARE 8
/* Dialogs past this number are not told apart. */
#define CALL_DIALOGS_MAX 64

/* User-Agent names that are told apart. */
#define AGENTS_MAX       1000
#define AGENT_NAME_BYTES 62

/* RTP streams have this part of the memory; STREAM_BYTES is what one takes,
 * its places in the indices included, and some more. */
#define STREAMS_SHARE 16
#define STREAM_BYTES  256
#define STREAMS_MIN   64
#define STREAMS_MAX   65536

/* Who is forgotten first: finished calls, then those never answered. */
enum call_class {
	CALL_CLASS_FINISHED = 0,
	CALL_CLASS_OPEN,
	CALL_CLASS_ANSWERED,
	CALL_CLASSES
};

/* Both ways between two endpoints; hop ids are 2 * number + way. */
struct hop_pair {
	struct flow way[2];
	uint64_t hash;
	uint32_t uses;    /* messages that name it */
	uint32_t peer[2]; /* the sources of both ways; 0: not counted */
};

struct agent_name {
	uint8_t len;
	bool is_scanner;
	char text[AGENT_NAME_BYTES];
};

struct call_ends {
	uint32_t first;
	uint32_t last;
};

struct view {
	struct slab calls;
	struct slab messages;
	struct slab transactions;
	struct slab dialogs;
	struct slab hops;
	struct slab media; /* struct media_note */
	struct slab peers;
	struct legs legs;
	struct streams *streams; /* one that stays empty, without media */
	bool has_media;
	struct map by_call_id;
	struct map by_transaction;
	struct map by_hop;
	struct map by_signer;
	struct map by_peer;
	struct map by_agent;
	struct arena_pool *strings;
	struct msg_log log;
	struct view_totals totals;
	uint64_t seed;
	uint64_t change;
	uint64_t generation;
	int64_t now_ns;
	struct signer *signers; /* NULL before the first; id - 1 counts them */
	uint16_t signer_count;
	struct clock_offset clock_offset;
	struct call_ends order;
	struct call_ends class[CALL_CLASSES];
	uint16_t method_count; /* ids given out, registered ones included */
	uint64_t method_requests[SIP_METHODS + METHOD_NAMES_MAX];
	char method_names[METHOD_NAMES_MAX][METHOD_NAME_BYTES];
	uint16_t agent_count; /* AGENTS_MAX + 1: there are others */
	struct agent_name agents[AGENTS_MAX];
	store_reread_fn reread;
	void *reread_ctx;
};

struct store {
	struct view view;
	uint64_t memory_bytes;
	struct flow last_flow; /* most packets come like the one before */
	uint32_t last_hop;
};

/* Frees one call with all that hangs on it. */
void store_forget(struct store *s, uint32_t slot);

/* Forgets until memory is under the ceiling, but never the call `keep`. */
void store_make_room(struct store *s, uint32_t keep);

/* Takes the call out of its class and puts it at the new end of `class`. */
void store_touch(struct store *s, struct call *c, enum call_class class);

/* The hop of `flow`, made if it is new; 0 when out of memory. */
uint32_t store_hop(struct store *s, const struct flow *flow);

/* A hop that no message holds any more is forgotten. */
void store_hold_hop(struct store *s, uint32_t hop);
void store_release_hop(struct store *s, uint32_t hop);

/* Frees the notes of a call. */
void media_forget(struct view *v, struct call *c);

/* The id of a host, made if it is new; 0 past PEERS_MAX. */
uint32_t peer_id(struct view *v, const struct endpoint *host);

/* The id of a User-Agent, made if it is new; 0 for an empty one. */
uint16_t agent_id(struct view *v, struct slice name);

/* Does a User-Agent begin with the name of a known scanner? */
bool agent_is_scanner(struct slice name);

static inline uint32_t call_slot(const struct call *c)
{
	return (uint32_t)c->id;
}

static inline uint64_t call_id_hash(const struct view *v, struct slice call_id)
{
	return hash_bytes(v->seed, call_id);
}

/*
 * Does `t` travel on the caller's side: sent by him (`both` false), or by him
 * or to him?  The caller is who sent the first request.
 */
bool transaction_is_callers(const struct view *v, const struct call *c,
			    const struct transaction *t, bool both);

/*
 * The INVITEs that a call's phases and delays are measured by: those that set
 * out to make it; re-INVITEs where the capture began after them.
 */
bool call_has_initial(const struct view *v, const struct call *c);

/*
 * Does a session go on although another of the same call was ended?  Of two
 * answers to a forked INVITE the caller hangs one up (RFC 3261 section
 * 13.2.2.4).
 */
bool call_talks_on(const struct view *v, const struct call *c);

/* An INVITE that sets out to make a call: not a re-INVITE. */
static inline bool transaction_is_initial(const struct transaction *t)
{
	return t->method == SIP_METHOD_INVITE &&
	       !transaction_is(t, TRANSACTION_IN_DIALOG);
}

#endif
