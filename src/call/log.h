/*
 * log.h - the bytes of messages that cannot be read again, in large blocks.
 *
 * Appended, never moved while anybody looks; a block whose messages are all
 * forgotten is used again, and the emptiest one is cleared out when more than
 * half of the log is waste.
 */
#ifndef SIPMON_CALL_LOG_H
#define SIPMON_CALL_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

#define LOG_BLOCK_BYTES (UINT32_C(256) * 1024)

struct log_block {
	char *ptr; /* NULL: the number is free */
	uint32_t used;
	uint32_t live; /* bytes of records that are in use */
};

struct msg_log {
	struct log_block *blocks;
	uint32_t count;
	uint32_t room;
	uint32_t open; /* number of the block that is filled, if `has_open` */
	bool has_open;
	uint64_t bytes; /* in blocks */
	uint64_t live;
};

void log_init(struct msg_log *l);
void log_free(struct msg_log *l);

/* Keeps `bytes` for message `owner`; false when out of memory or over a block.
 */
bool log_append(struct msg_log *l, uint32_t owner, struct slice bytes,
		uint64_t *where);

/* The bytes at `where`; they live until the next log_remove or log_tidy. */
const char *log_at(const struct msg_log *l, uint64_t where);

void log_remove(struct msg_log *l, uint64_t where);

/* Tells that the bytes of `owner` lie at `where` now. */
typedef void (*log_moved_fn)(void *ctx, uint32_t owner, uint64_t where);

/* Clears one block out if the log is mostly waste. */
void log_tidy(struct msg_log *l, log_moved_fn moved, void *ctx);

#endif
