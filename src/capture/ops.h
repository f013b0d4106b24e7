/*
 * ops.h - the questions that every kind of source answers.
 *
 * Each kind is a struct that begins with a `struct source`.
 */
#ifndef SIPMON_CAPTURE_OPS_H
#define SIPMON_CAPTURE_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/packet.h"

struct source {
	const struct source_ops *ops;
	uint16_t number;
	bool live; /* what it gives is happening now */
};

/* The contracts are those of source.h; only `next` and `free` must be there. */
struct source_ops {
	enum err (*next)(struct source *s, struct packet *out,
			 struct problem *problem);
	int (*fd)(const struct source *s);
	uint64_t (*dropped)(struct source *s);
	void (*progress)(const struct source *s, uint64_t *done,
			 uint64_t *size);
	bool (*reread)(const struct source *s, uint16_t source, uint64_t offset,
		       void *out, uint32_t len);
	bool (*problem)(struct source *s, enum err *err,
			struct problem *problem);
	void (*free)(struct source *s);
};

#endif
