/*
 * input.h - a sliding window on the bytes of a file or a pipe.
 *
 * The bytes come from a function, so that what unpacks them can stand there.
 * Offsets count the bytes that came.
 */
#ifndef SIPMON_CAPTURE_INPUT_H
#define SIPMON_CAPTURE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sipmon/base/err.h"

/* The most bytes that can be asked for at once. */
#define INPUT_WINDOW ((size_t)512 * 1024)

/*
 * As read(2): up to `size` bytes, 0 at the end, -1 and errno.  EAGAIN says
 * that there are none now, EINTR that there may be some for who asks again at
 * once.  With `wait` it stays until there are some.
 */
typedef ssize_t (*input_read_fn)(void *ctx, void *out, size_t size, bool wait);

struct input {
	const uint8_t *at;   /* the next byte */
	const uint8_t *end;  /* behind the last byte that has come */
	uint64_t end_offset; /* of `end` */
	uint64_t skip;       /* bytes after `end` that nobody wants */
	uint64_t allowance;  /* bytes that may yet be read */
	uint8_t *buffer;
	input_read_fn read;
	void *ctx;
	bool wait;
	bool paused; /* the last ERR_AGAIN: ask again at once */
};

/*
 * `offset` is that of the first byte that `read` will give.  The allowance has
 * no end until one is set; it keeps a call short, however much is skipped.
 */
MUST_CHECK enum err input_init(struct input *in, input_read_fn read, void *ctx,
			       uint64_t offset);
void input_release(struct input *in);

/* Forgets what has come: the next byte that `read` gives is at offset 0. */
void input_restart(struct input *in);

/* The slow half of input_need. */
enum err input_fill(struct input *in, size_t n);

static inline size_t input_left(const struct input *in)
{
	return (size_t)(in->end - in->at);
}

/* Offset of the next byte. */
static inline uint64_t input_offset(const struct input *in)
{
	return in->end_offset - input_left(in);
}

/*
 * Sees to it that `n` bytes, at most INPUT_WINDOW, stand at `in->at`.  What
 * was there before may have moved.  ERR_END: not one byte follows;
 * ERR_TRUNCATED: some, but less; ERR_AGAIN: not now, and with `paused` because
 * of the allowance only; ERR_SYSTEM.  No byte is used.
 */
MUST_CHECK static inline enum err input_need(struct input *in, size_t n)
{
	if (input_left(in) >= n)
		return ERR_OK;
	return input_fill(in, n);
}

/* Passes over `n` bytes, whether they have come or not. */
void input_skip(struct input *in, uint64_t n);

#endif
