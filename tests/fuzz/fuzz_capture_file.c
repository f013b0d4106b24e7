/*
 * Any bytes as a capture file.  The law: a packet lies within the file and can
 * be read again, lengths and times stay in their bounds, an error comes with a
 * line of text, and no call is endless.  The first byte chooses another way to
 * the same bytes, through a pipe, packed with gzip or zstd, or while the file
 * grows: it gives the same packets and secrets, and ends in the same way.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "sipmon/capture/source.h"

#define PACKET_MAX 262144
#define PIPE_MAX   60000 /* what a pipe takes at once */

/* Packed zeros may be a packet of nothing, some hundred millions of times. */
#define PACKETS_MAX 20000
#define AGAIN_MAX   8

enum way { WAY_PIPE, WAY_GZIP, WAY_ZSTD, WAY_FOLLOWED, WAYS };

struct reader {
	struct source *source;
	struct packet packet;
	struct problem problem;
	uint64_t heard_bytes;
	uint64_t heard_sum;
	int fd; /* that it is opened from */
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_text(const struct problem *problem)
{
	size_t len = strnlen(problem->text, sizeof(problem->text));

	require(len > 0 && len < sizeof(problem->text));
	require(strchr(problem->text, '\n') == NULL);
}

static void hear(void *ctx, struct slice text)
{
	struct reader *r = ctx;

	require(text.len > 0);
	r->heard_bytes += text.len;
	for (size_t i = 0; i < text.len; i++)
		r->heard_sum += (uint8_t)text.ptr[i] * (i + 1);
}

static void put(int fd, const void *bytes, size_t size)
{
	require(write(fd, bytes, size) == (ssize_t)size);
}

static int scratch_file(const void *bytes, size_t size)
{
	char path[] = "/tmp/sipmon-fuzz-XXXXXX";
	int fd = mkstemp(path);

	require(fd >= 0 && unlink(path) == 0);
	put(fd, bytes, size);
	return fd;
}

/* ERR_OK, or why it cannot be opened. */
static enum err reader_open(struct reader *r, int fd, bool follow)
{
	struct source_options options = {
		.number = 7, .follow = follow, .secrets = hear, .ctx = r
	};
	char path[32];
	enum err err;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*r = (struct reader){ .fd = fd };
	err = source_file_open(&r->source, path, &options, &r->problem);
	require((err == ERR_OK) == (r->source != NULL));
	require(err != ERR_AGAIN && err != ERR_END);
	if (err != ERR_OK)
		require_text(&r->problem);
	return err;
}

/* ERR_AGAIN: it waits.  ERR_LIMIT: one that takes too long for us. */
static enum err reader_next(struct reader *r)
{
	for (unsigned i = 0; i < AGAIN_MAX; i++) {
		enum err err = source_next(r->source, &r->packet, &r->problem);

		if (err != ERR_AGAIN || source_fd(r->source) >= 0)
			return err;
	}
	return ERR_LIMIT;
}

static void require_sane(struct reader *r, size_t size)
{
	static uint8_t again[PACKET_MAX];
	const struct packet *p = &r->packet;

	require(p->len <= PACKET_MAX && p->wire_len >= p->len);
	require(p->time_ns >= 0 && p->time_ns <= INT64_MAX / 2);
	if (p->offset == PACKET_NO_OFFSET) { /* the bytes are packed */
		require(!source_reread(r->source, 7, 0, again, 1));
		return;
	}
	require(p->offset <= size && p->len <= size - p->offset);
	require(source_reread(r->source, 7, p->offset, again, p->len));
	require(memcmp(again, p->data, p->len) == 0);
}

static void require_same(const struct packet *a, const struct packet *b)
{
	require(a->len == b->len && a->wire_len == b->wire_len);
	require(a->time_ns == b->time_ns && a->link_type == b->link_type);
	require(memcmp(a->data, b->data, a->len) == 0);
	require(b->offset == PACKET_NO_OFFSET);
}

/* What is followed waits where others end, well or within something. */
static enum err end_of(enum way way, enum err file)
{
	if (way == WAY_FOLLOWED && (file == ERR_END || file == ERR_TRUNCATED))
		return ERR_AGAIN;
	return file;
}

/* Both to the end of `file`, if that is not too far. */
static void compare(struct reader *file, struct reader *other, enum way way,
		    size_t size)
{
	enum err err = ERR_OK;
	enum err same = ERR_OK;

	for (unsigned n = 0; n < PACKETS_MAX; n++) {
		err = reader_next(file);
		same = reader_next(other);
		if (err == ERR_LIMIT || same == ERR_LIMIT)
			return;
		if (err != ERR_OK)
			break;
		require(same == ERR_OK);
		require_sane(file, size);
		require_same(&file->packet, &other->packet);
	}
	if (err == ERR_OK)
		return;
	require(same == end_of(way, err));
	if (err != ERR_END)
		require_text(&file->problem);
	require(source_next(file->source, &file->packet, &file->problem) ==
		ERR_END);
	require(file->heard_bytes == other->heard_bytes);
	require(file->heard_sum == other->heard_sum);
}

static int packed(enum way way, const uint8_t *data, size_t size)
{
	static uint8_t out[2 * PIPE_MAX];
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		       .avail_in = (uInt)size,
		       .next_out = out,
		       .avail_out = sizeof(out) };

	if (way == WAY_ZSTD) {
		size_t len = ZSTD_compress(out, sizeof(out), data, size, 1);

		require(!ZSTD_isError(len));
		return scratch_file(out, len);
	}
	require(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, 0) == Z_OK);
	require(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return scratch_file(out, sizeof(out) - z.avail_out);
}

static int through_pipe(const uint8_t *data, size_t size)
{
	int ends[2];

	require(pipe(ends) == 0);
	put(ends[1], data, size);
	close(ends[1]);
	return ends[0];
}

static bool is_packed(const uint8_t *data, size_t size)
{
	return size >= 4 && ((data[0] == 0x1f && data[1] == 0x8b) ||
			     memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0 ||
			     ((data[0] & 0xf0) == 0x50 &&
			      memcmp(data + 1, "\x2a\x4d\x18", 3) == 0));
}

static int other_file(enum way way, const uint8_t *data, size_t size)
{
	if (way == WAY_PIPE)
		return through_pipe(data, size);
	if (way == WAY_FOLLOWED)
		return scratch_file(data, size / 2);
	return packed(way, data, size);
}

static void reader_close(struct reader *r)
{
	source_free(r->source);
	close(r->fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader file;
	struct reader other;
	enum way way;
	enum err err;
	enum err same;

	if (size == 0 || size > PIPE_MAX)
		return 0;
	way = *data++ % WAYS;
	size--;
	/* Neither is packed twice, nor followed when it is packed. */
	if (is_packed(data, size))
		way = WAY_PIPE;
	err = reader_open(&file, scratch_file(data, size), false);
	same = reader_open(&other, other_file(way, data, size),
			   way == WAY_FOLLOWED);
	if (way == WAY_FOLLOWED)
		put(other.fd, data + size / 2, size - size / 2);
	require(way == WAY_FOLLOWED || same == err);
	if (same == ERR_OK && err != ERR_OK)
		same = reader_next(&other);
	require(err != ERR_OK || other.source != NULL);
	if (err == ERR_OK)
		compare(&file, &other, way, size);
	else
		require(same == end_of(way, err));
	reader_close(&file);
	reader_close(&other);
	return 0;
}
