#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The rest of one reading is moved to just before the place where the next one
 * goes, so that this place, and the offset in the file, stay aligned.
 */
#define READ_BYTES   ((size_t)256 * 1024)
#define BUFFER_BYTES (INPUT_WINDOW + INPUT_WINDOW)
#define PAGE_BYTES   4096

enum err input_init(struct input *in, input_read_fn read, void *ctx,
		    uint64_t offset)
{
	uint8_t *buffer = aligned_alloc(PAGE_BYTES, BUFFER_BYTES);

	if (buffer == NULL)
		return ERR_NOMEM;
	*in = (struct input){ .at = buffer + INPUT_WINDOW,
			      .end = buffer + INPUT_WINDOW,
			      .end_offset = offset,
			      .allowance = UINT64_MAX,
			      .buffer = buffer,
			      .read = read,
			      .ctx = ctx };
	return ERR_OK;
}

void input_release(struct input *in)
{
	free(in->buffer);
	in->buffer = NULL;
}

void input_restart(struct input *in)
{
	in->at = in->buffer + INPUT_WINDOW;
	in->end = in->at;
	in->end_offset = 0;
	in->skip = 0;
}

void input_skip(struct input *in, uint64_t n)
{
	size_t left = input_left(in);

	if (n <= left) {
		in->at += n;
		return;
	}
	in->at = in->end;
	in->skip += n - left;
}

/* Moves what is left so that READ_BYTES fit behind it. */
static void slide(struct input *in)
{
	size_t left = input_left(in);
	uint8_t *to = in->buffer + INPUT_WINDOW - left;

	memmove(to, in->at, left);
	in->at = to;
	in->end = to + left;
}

/* One reading: ERR_END at the end of the bytes. */
static enum err read_more(struct input *in)
{
	size_t used = (size_t)(in->end - in->buffer);
	ssize_t got;

	in->paused = in->allowance == 0;
	if (in->paused)
		return ERR_AGAIN;
	if (BUFFER_BYTES - used < READ_BYTES || in->at == in->end) {
		slide(in);
		used = (size_t)(in->end - in->buffer);
	}
	got = in->read(in->ctx, in->buffer + used, READ_BYTES, in->wait);
	in->paused = got < 0 && errno == EINTR;
	if (got < 0)
		return in->paused || errno == EAGAIN ? ERR_AGAIN : ERR_SYSTEM;
	if (got == 0)
		return ERR_END;
	in->end += got;
	in->end_offset += (uint64_t)got;
	in->allowance -=
		(uint64_t)got < in->allowance ? (uint64_t)got : in->allowance;
	return ERR_OK;
}

enum err input_fill(struct input *in, size_t n)
{
	enum err err;

	/* Each turn but the last adds at least one byte. */
	while (input_left(in) < n) {
		err = read_more(in);
		if (err == ERR_END && (in->skip > 0 || in->at != in->end))
			return ERR_TRUNCATED;
		if (err)
			return err;
		if (in->skip > 0) {
			uint64_t skip = in->skip;

			in->skip = 0;
			input_skip(in, skip);
		}
	}
	return ERR_OK;
}
