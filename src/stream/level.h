/*
 * level.h - from bytes in order to messages: the protocols on a connection.
 *
 * On the lowest level are the bytes of TCP.  What carries others (TLS,
 * WebSocket, HEP) hands them to the level above.  On each level a direction
 * has an inlet of bytes that nobody took yet, and at most one protocol.  What
 * is handed on does not depend on how the bytes were cut, and has the time of
 * the packet that made it whole.
 *
 * Whole records of TLS may wait for their keys.  When those come the two
 * directions are handed on as if they had been there: in the order of the
 * packets, each at its time.
 */
#ifndef SIPMON_STREAM_LEVEL_H
#define SIPMON_STREAM_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layer.h"
#include "sipmon/net/counters.h"
#include "sipmon/net/payload.h"
#include "sipmon/stream/stream.h"

/* TLS, in it WebSocket or HEP, in it SIP. */
#define LEVELS_MAX 3

/* Layers that exist: detect.c lists them. */
#define LAYERS 3

/* The most bytes that wait for being understood: a few of the largest messages
 * (a start line to its last byte 64 KiB). */
#define INLET_BYTES_MAX ((size_t)256 * 1024)

/* As many bytes of each direction are searched for SIP on any port. */
#define SEARCH_BYTES ((uint32_t)64 * 1024)

struct inlet;
struct carrier;

enum speaks {
	SPEAKS_NEW = 0, /* not known yet */
	SPEAKS_UNKNOWN, /* nothing that we know */
	SPEAKS_SIP,     /* a reader takes it */
	SPEAKS_CARRIER, /* level.carrier does */
};

struct level_side {
	struct inlet *inlet; /* NULL: nothing is held */
	uint32_t unknown;    /* bytes that nobody knew, up to SEARCH_BYTES */
	uint8_t speaks;      /* enum speaks */
	bool whole;          /* seen from its first byte, without a hole */
	bool midline;        /* the bytes that were dropped end within a line */
};

struct level {
	struct level_side sides[DIRECTIONS];
	struct carrier *carrier; /* NULL: none */
	uint8_t transport;       /* of what is found on this level */
	uint8_t depth;
	bool sip;               /* SIP was seen on it */
	uint8_t closed[LAYERS]; /* how often each layer gave up here */
};

/* A connection as its levels see it; all zero at first but for the ends. */
struct line {
	struct endpoint ends[DIRECTIONS]; /* the lower one first */
	struct level level;
	bool sip_port;
	bool sip;                   /* SIP was seen on any level */
	bool ends_late[DIRECTIONS]; /* its end waits as its last bytes do */
};

/* What all lines share. */
struct levels {
	struct stream_reader reader;
	struct keys *keys;
	struct counters *counters;
	struct inlet *spare; /* kept for the next */
	uint32_t spare_count;
	uint64_t bytes; /* of inlets and layers */
	/* The packet that is being handed on, or that brought what is. */
	uint64_t order; /* they are counted as they come */
	int64_t time_ns;
	uint16_t source;
};

/* Gives back what is kept for the next: at the end, or when memory is short. */
void levels_trim(struct levels *levels);

/* What comes next are the first bytes of this direction (its SYN was seen). */
void line_begin(struct line *line, unsigned direction);

/* The next bytes of a direction, in order; `p` may be without flow. */
void line_push(struct levels *levels, struct line *line, unsigned direction,
	       const struct payload *p);

/* Bytes of this direction are missing here. */
void line_lost(struct levels *levels, struct line *line, unsigned direction);

/*
 * Nothing more comes from there: what is held is handed on as the last.  What
 * waits for a key of TLS does so until it comes, or until line_finish().
 */
void line_end(struct levels *levels, struct line *line, unsigned direction);

/* Nothing more comes at all. */
void line_finish(struct levels *levels, struct line *line);

/* Drops all, as if nothing had come. */
void line_clear(struct levels *levels, struct line *line);

/*
 * Is anything held that was not handed on, or known that is needed to read what
 * follows: the keys of TLS, the state of WebSocket?
 */
bool line_holds(const struct line *line);

/* Would a hole be missed: does this direction carry SIP, or may it? */
bool line_is_wanted(const struct line *line, unsigned direction);

/* ---- detect.c, for level.c */

/*
 * What the bytes at the beginning of a direction speak: SPEAKS_NEW if there
 * are too few of them, which is never so of the `last`.  `*layer` is the number
 * of the layer of SPEAKS_CARRIER.
 */
enum speaks detect(const struct levels *levels, const struct line *line,
		   const struct level *level, struct slice bytes, bool last,
		   unsigned *layer);

const struct layer_ops *detect_layer(unsigned layer);

/*
 * Searches for a message in what nobody knows.  SPEAKS_SIP: it begins at
 * `*at`; SPEAKS_NEW: it may begin there; SPEAKS_UNKNOWN: nowhere.
 */
enum speaks detect_search(const struct levels *levels, const struct line *line,
			  struct slice bytes, size_t *at);

#endif
