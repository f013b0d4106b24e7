/*
 * A reader for the tests of streams: a message is a line "MSG n" and n bytes.
 * Messages are written one behind the other, each with '|' behind it; one
 * whose end never came has '~' instead.
 */
#ifndef TESTS_STREAM_TOY_H
#define TESTS_STREAM_TOY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/stream/stream.h"

#define TOY_WORD "MSG "
#define TOY_ROOM 8192

/* Of as many messages is kept whose they are, and of what time. */
#define TOY_NOTES 256

struct toy_note {
	int64_t time_ns;
	size_t bytes;
	uint16_t source; /* port */
};

struct toy {
	char text[TOY_ROOM];
	size_t len;
	unsigned count;
	struct toy_note notes[TOY_NOTES];
	struct payload last; /* of the latest message */
	size_t asked;        /* bytes that were looked at, in all */
};

static enum stream_begins toy_begins(struct slice bytes)
{
	size_t n = sizeof(TOY_WORD) - 1;

	if (bytes.len < n)
		return memcmp(bytes.ptr, TOY_WORD, bytes.len) == 0 ? STREAM_MORE
								   : STREAM_NO;
	return memcmp(bytes.ptr, TOY_WORD, n) == 0 ? STREAM_YES : STREAM_NO;
}

/* Looks at the beginnings of lines. */
static size_t toy_seek(struct slice bytes)
{
	size_t at = 0;

	while (at < bytes.len &&
	       toy_begins(slice_sub(bytes, at, bytes.len)) == STREAM_NO) {
		while (at < bytes.len && bytes.ptr[at] != '\n')
			at++;
		at += at < bytes.len;
	}
	return at;
}

static void toy_add(struct toy *toy, const struct payload *p, size_t at,
		    size_t len, char end)
{
	if (toy->count < TOY_NOTES)
		toy->notes[toy->count] = (struct toy_note){
			.time_ns = p->time_ns,
			.bytes = len,
			.source = p->flow.source.port,
		};
	toy->count++;
	toy->last = *p;
	toy->last.bytes = slice_sub(p->bytes, at, len);
	if (p->offset != PACKET_NO_OFFSET)
		toy->last.offset += at;
	if (toy->len + len + 2 > TOY_ROOM)
		return;
	memcpy(toy->text + toy->len, p->bytes.ptr + at, len);
	toy->len += len;
	toy->text[toy->len++] = end;
	toy->text[toy->len] = '\0';
}

/* Length of the message at the beginning, 0 if it is not known yet. */
static size_t toy_length(struct slice bytes)
{
	size_t line = slice_find(bytes, '\n');
	uint32_t body = 0;

	if (line == bytes.len)
		return 0;
	(void)slice_to_u32(slice_sub(bytes, 4, line - 4), UINT32_MAX, &body);
	return line + 1 + body;
}

static size_t toy_bytes(void *ctx, struct stream_bytes *in)
{
	struct toy *toy = ctx;
	struct slice all = in->payload.bytes;
	size_t done = 0;

	toy->asked += all.len;
	while (done < all.len) {
		struct slice rest = slice_sub(all, done, all.len);
		size_t len = toy_length(rest);

		if (toy_begins(rest) == STREAM_NO) {
			len = toy_seek(rest); /* passed over */
			len += len == 0;
			done += len;
			continue;
		}
		if (len == 0 || len > rest.len) {
			in->need = len;
			if (!in->last)
				break;
			toy_add(toy, &in->payload, done, rest.len, '~');
			return all.len;
		}
		toy_add(toy, &in->payload, done, len, '|');
		done += len;
	}
	return done;
}

static void toy_message(void *ctx, const struct payload *message)
{
	toy_add(ctx, message, 0, message->bytes.len, '|');
}

static inline struct stream_reader toy_reader(struct toy *toy)
{
	return (struct stream_reader){ .ctx = toy,
				       .begins = toy_begins,
				       .seek = toy_seek,
				       .bytes = toy_bytes,
				       .message = toy_message };
}

#endif
