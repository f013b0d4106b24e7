/*
 * layer.h - a protocol that carries others on a connection: TLS, WebSocket,
 * HEP.  Bytes of both directions in, bytes of the next layer out.
 *
 * A layer keeps no bytes that it has not understood: it is asked again with
 * them, and with what came after.  Who asks bounds how many there can be.
 */
#ifndef SIPMON_STREAM_LAYER_H
#define SIPMON_STREAM_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys_find.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/net/counters.h"
#include "sipmon/net/endpoint.h"
#include "sipmon/stream/stream.h"

/*
 * The two directions: 0 from the lower endpoint of the connection to the
 * higher, 1 back.  Who is the client a layer sees from what is said.
 */
#define DIRECTIONS 2

/* The most bytes that are kept of what may become a known protocol: a start
 * line with a long URI, on a port of SIP the longest that servers take. */
#define LAYER_ASK_BYTES     1024
#define LAYER_ASK_BYTES_SIP 8192

struct layer_in {
	unsigned direction;
	struct slice bytes; /* all that was not taken yet */
	/* Nothing follows directly: the end, or a hole.  What is not taken is
	 * lost; of a hole lost() tells next. */
	bool last;
	size_t need; /* out: no use in asking with fewer bytes; 0: any more */
};

struct layer_out {
	unsigned direction;
	struct slice bytes; /* borrowed for the call */
	bool whole; /* a message of its own, and not a portion of a stream */
	/* Bytes of this direction are missing before these (a record that could
	 * not be opened).  What lost() told need not be repeated. */
	bool hole;
	/* What HEP tells; absent (NULL, 0): as the connection. */
	const struct flow *flow;
	int64_t time_ns;
};

/* Where a layer lives; outlives it. */
struct layer_place {
	void (*up)(void *ctx, const struct layer_out *out);
	void *ctx;
	/* Does SIP begin here?  For a layer joined in the middle. */
	enum stream_begins (*begins)(struct slice bytes);
	struct keys *keys;
	struct counters *counters;
	bool sip_port; /* one of the ports is of SIP (5060, 5061) */
};

struct layer_ops {
	const char *name;
	/*
	 * Do the first bytes of a direction, of a segment that nobody knows, or
	 * of what follows a hole speak it?  Here place->up is NULL.  More than
	 * LAYER_ASK_BYTES (_SIP) are never shown: then STREAM_MORE means no.
	 */
	enum stream_begins (*begins)(const struct layer_place *place,
				     struct slice bytes);
	/* NULL when out of memory. */
	void *(*open)(const struct layer_place *place);
	/*
	 * Takes what it can and hands on what was inside; returns how many
	 * bytes were taken.  Bytes that are broken are taken, counted, and go
	 * nowhere.  Asked again with what is left as long as it takes any.
	 * Where there is next() it takes no more than that at a time.
	 */
	size_t (*take)(void *layer, struct layer_in *in);
	/*
	 * With how many bytes what comes next is whole (a record); 0: not
	 * known.  If it is and is not taken, it waits for something else than
	 * bytes (a key, what the other direction says): take() is asked again
	 * when anything comes.  NULL: nothing waits so.
	 */
	size_t (*next)(const void *layer, unsigned direction,
		       struct slice bytes);
	/* Bytes of this direction are missing here. */
	void (*lost)(void *layer, unsigned direction);
	/* This connection turned out to be none of ours: nothing more is
	 * wanted of it.  Asked after take(); the layer is closed then. */
	bool (*is_foreign)(const void *layer);
	/* Memory that it holds. */
	size_t (*bytes)(const void *layer);
	void (*close)(void *layer);
};

extern const struct layer_ops layer_tls;
extern const struct layer_ops layer_websocket;
extern const struct layer_ops layer_hep;

#endif
