#include "inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* Any window, and the header and trailer of gzip. */
#define GZIP_WINDOW_BITS (15 + 16)

/*
 * What every decoder of zstd takes without being told otherwise, and as much
 * as "zstd --long" asks for: 128 MiB.
 */
#define ZSTD_WINDOW_LOG 27

/* RFC 8878 section 3.1.1.2 */
#define ZSTD_BLOCK_HEADER 3

struct codec {
	const char *name;
	bool (*recognise)(const uint8_t *magic);
	bool (*begin)(struct inflate *z);
	/* Uses packed bytes that are at hand; gives the number unpacked. */
	size_t (*turn)(struct inflate *z, uint8_t *out, size_t size);
	void (*end)(struct inflate *z);
};

struct inflate {
	struct input packed;
	const struct codec *codec;
	bool between; /* members or frames: the file may end here */
	bool full;    /* more may come out without anything going in */
	enum err fault;
	const char *why;
	z_stream gzip;
	ZSTD_DStream *zstd;
	size_t zstd_first; /* bytes that a frame wants to begin with */
	size_t zstd_wants; /* bytes that it wants next */
};

static void fail(struct inflate *z, enum err err, const char *why)
{
	z->fault = err;
	z->why = why;
}

static bool gzip_recognise(const uint8_t *magic)
{
	return magic[0] == 0x1f && magic[1] == 0x8b;
}

static bool gzip_begin(struct inflate *z)
{
	return inflateInit2(&z->gzip, GZIP_WINDOW_BITS) == Z_OK;
}

static void gzip_end(struct inflate *z)
{
	(void)inflateEnd(&z->gzip);
}

static size_t gzip_turn(struct inflate *z, uint8_t *out, size_t size)
{
	struct input *in = &z->packed;
	z_stream *s = &z->gzip;
	int got;

	/* Zeros behind a member fill up a block of a tape, as gzip(1) knows. */
	while (z->between && input_left(in) > 0 && *in->at == 0)
		in->at++;
	if (input_left(in) > 0)
		z->between = false;
	if (z->between)
		return 0;
	s->next_in = in->at;
	s->avail_in = (uInt)input_left(in);
	s->next_out = out;
	s->avail_out = (uInt)size;
	got = inflate(s, Z_NO_FLUSH);
	in->at = s->next_in;
	if (got == Z_STREAM_END) {
		z->between = true;
		(void)inflateReset(s);
	} else if (got == Z_MEM_ERROR) {
		fail(z, ERR_NOMEM, "cannot be unpacked: out of memory");
	} else if (got != Z_OK && got != Z_BUF_ERROR) {
		fail(z, ERR_MALFORMED, "is corrupt");
	}
	return size - s->avail_out;
}

/* A frame, or one to be skipped, which writers of many threads put first. */
static bool zstd_recognise(const uint8_t *magic)
{
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd };
	static const uint8_t skipped[] = { 0x2a, 0x4d, 0x18 };

	return memcmp(magic, frame, sizeof(frame)) == 0 ||
	       ((magic[0] & 0xf0) == 0x50 &&
		memcmp(magic + 1, skipped, sizeof(skipped)) == 0);
}

static bool zstd_begin(struct inflate *z)
{
	z->zstd = ZSTD_createDStream();
	if (z->zstd == NULL)
		return false;
	z->zstd_first = ZSTD_initDStream(z->zstd);
	z->zstd_wants = z->zstd_first;
	return !ZSTD_isError(z->zstd_first) &&
	       !ZSTD_isError(ZSTD_DCtx_setParameter(
		       z->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
}

static void zstd_end(struct inflate *z)
{
	(void)ZSTD_freeDStream(z->zstd);
}

static void zstd_failed(struct inflate *z, size_t code)
{
	ZSTD_ErrorCode what = ZSTD_getErrorCode(code);

	if (what == ZSTD_error_frameParameter_windowTooLarge)
		fail(z, ERR_LIMIT, "wants a window of more than 128 MiB");
	else if (what == ZSTD_error_dictionary_wrong)
		fail(z, ERR_UNSUPPORTED, "wants a dictionary");
	else if (what == ZSTD_error_memory_allocation)
		fail(z, ERR_NOMEM, "cannot be unpacked: out of memory");
	else
		fail(z, ERR_MALFORMED, "is corrupt");
}

/*
 * What zstd would take at once: a block and the header of the next.  A call
 * that fails loses what it has unpacked, so the block goes in without that
 * header, and alone.
 */
static size_t zstd_portion(const struct inflate *z)
{
	size_t left = input_left(&z->packed);
	size_t most = z->zstd_wants;

	if (z->full)
		return 0;
	if (most > ZSTD_BLOCK_HEADER)
		most -= ZSTD_BLOCK_HEADER;
	return left < most ? left : most;
}

static size_t zstd_turn(struct inflate *z, uint8_t *out, size_t size)
{
	ZSTD_inBuffer from = {
		.src = z->packed.at,
		.size = zstd_portion(z),
	};
	ZSTD_outBuffer to = { .dst = out, .size = size };
	size_t wants = ZSTD_decompressStream(z->zstd, &to, &from);

	z->packed.at += from.pos;
	z->zstd_wants = wants == 0 ? z->zstd_first : wants;
	if (wants == 0)
		z->between = true;
	else if (from.pos > 0)
		z->between = false;
	if (ZSTD_isError(wants))
		zstd_failed(z, wants);
	return to.pos;
}

static const struct codec codecs[] = {
	{ "gzip", gzip_recognise, gzip_begin, gzip_turn, gzip_end },
	{ "zstd", zstd_recognise, zstd_begin, zstd_turn, zstd_end },
};

static const struct codec *codec_find(const uint8_t *magic)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (codecs[i].recognise(magic))
			return &codecs[i];
	return NULL;
}

const char *inflate_recognise(const uint8_t *magic)
{
	const struct codec *codec = codec_find(magic);

	return codec == NULL ? NULL : codec->name;
}

enum err inflate_new(struct inflate **out, struct input *packed)
{
	struct inflate *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return ERR_NOMEM;
	z->codec = codec_find(packed->at);
	if (!z->codec->begin(z)) {
		z->codec->end(z);
		free(z);
		return ERR_NOMEM;
	}
	z->packed = *packed;
	*packed = (struct input){ 0 };
	*out = z;
	return ERR_OK;
}

void inflate_free(struct inflate *z)
{
	if (z == NULL)
		return;
	z->codec->end(z);
	input_release(&z->packed);
	free(z);
}

/*
 * Sees to it that there is one more packed byte: 1, or what a read function
 * answers when there is not.
 */
static int more(struct inflate *z)
{
	/* Left over by a decoder that neither used nor made anything. */
	enum err err = input_left(&z->packed) > 0 ? ERR_MALFORMED
						  : input_need(&z->packed, 1);

	if (err == ERR_OK)
		return 1;
	if (err == ERR_END && z->between)
		return 0;
	if (err == ERR_AGAIN)
		errno = z->packed.paused ? EINTR : EAGAIN;
	else if (err == ERR_END)
		fail(z, ERR_TRUNCATED, "stops before its end");
	else if (err == ERR_MALFORMED)
		fail(z, err, "is corrupt");
	return -1;
}

ssize_t inflate_read(void *ctx, void *out, size_t size, bool wait)
{
	struct inflate *z = ctx;

	z->packed.wait = wait;
	/*
	 * Each turn but the last uses or gets at least one packed byte, or
	 * gives out the rest of what was unpacked.
	 */
	while (z->fault == ERR_OK) {
		const uint8_t *at = z->packed.at;
		bool rest = z->full;
		size_t unpacked = 0;

		if (rest || input_left(&z->packed) > 0)
			unpacked = z->codec->turn(z, out, size);
		z->full = unpacked == size;
		if (unpacked > 0)
			return (ssize_t)unpacked;
		if (z->fault == ERR_OK && z->packed.at == at && !rest) {
			int got = more(z);

			if (got <= 0 && z->fault == ERR_OK)
				return got;
		}
	}
	errno = EIO;
	return -1;
}

void inflate_allow(struct inflate *z, uint64_t bytes)
{
	z->packed.allowance = bytes;
}

uint64_t inflate_offset(const struct inflate *z)
{
	return input_offset(&z->packed);
}

const char *inflate_name(const struct inflate *z)
{
	return z->codec->name;
}

enum err inflate_fault(const struct inflate *z, const char **why)
{
	*why = z->why;
	return z->fault;
}
