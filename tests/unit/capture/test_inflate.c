/* Captures packed by zlib and libzstd themselves, then cut, spoilt, joined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "../../../src/capture/inflate.h"
#include "scratch.h"

#define USEC    0xa1b2c3d4
#define PACKETS 5

/* How the parts of a capture are packed; the last part ends it. */
struct packer {
	const char *name;
	void (*pack)(struct scratch *out, const struct scratch *in,
		     const size_t *ends, unsigned count, size_t *flushed);
};

static void gzip_open(z_stream *z)
{
	*z = (z_stream){ .zalloc = Z_NULL };
	assert_int_equal(
		deflateInit2(z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
		Z_OK);
}

static void gzip_put(z_stream *z, struct scratch *out, const uint8_t *bytes,
		     size_t len, int flush)
{
	z->next_in = (uint8_t *)(uintptr_t)bytes;
	z->avail_in = (uInt)len;
	z->next_out = out->bytes + out->len;
	z->avail_out = (uInt)(SCRATCH_MAX - out->len);
	assert_int_equal(deflate(z, flush),
			 flush == Z_FINISH ? Z_STREAM_END : Z_OK);
	out->len = SCRATCH_MAX - z->avail_out;
}

/* One member, in which each part can be unpacked without the next. */
static void gzip_flushed(struct scratch *out, const struct scratch *in,
			 const size_t *ends, unsigned count, size_t *flushed)
{
	z_stream z;
	size_t at = 0;

	gzip_open(&z);
	for (unsigned i = 0; i < count; at = ends[i++]) {
		gzip_put(&z, out, in->bytes + at, ends[i] - at, Z_FULL_FLUSH);
		flushed[i] = out->len;
	}
	gzip_put(&z, out, in->bytes, 0, Z_FINISH);
	deflateEnd(&z);
}

/* Each part a member of its own, as "cat a.gz b.gz" makes them. */
static void gzip_members(struct scratch *out, const struct scratch *in,
			 const size_t *ends, unsigned count, size_t *flushed)
{
	size_t at = 0;

	for (unsigned i = 0; i < count; at = ends[i++]) {
		z_stream z;

		gzip_open(&z);
		gzip_put(&z, out, in->bytes + at, ends[i] - at, Z_FINISH);
		deflateEnd(&z);
		flushed[i] = out->len;
	}
}

static void zstd_put(ZSTD_CCtx *c, struct scratch *out, const uint8_t *bytes,
		     size_t len, ZSTD_EndDirective how)
{
	ZSTD_inBuffer from = { bytes, len, 0 };
	ZSTD_outBuffer to = { out->bytes, SCRATCH_MAX, out->len };

	assert_int_equal(ZSTD_compressStream2(c, &to, &from, how), 0);
	out->len = to.pos;
}

static void zstd_flushed(struct scratch *out, const struct scratch *in,
			 const size_t *ends, unsigned count, size_t *flushed)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t at = 0;

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	for (unsigned i = 0; i < count; at = ends[i++]) {
		zstd_put(c, out, in->bytes + at, ends[i] - at, ZSTD_e_flush);
		flushed[i] = out->len;
	}
	zstd_put(c, out, in->bytes, 0, ZSTD_e_end);
	ZSTD_freeCCtx(c);
}

/* RFC 8878 section 3.1.2: passed over by who does not know it. */
static void skippable_frame(struct scratch *out)
{
	u32(out, 0x184d2a53);
	u32(out, 5);
	put(out, "hello", 5);
}

static void zstd_frames(struct scratch *out, const struct scratch *in,
			const size_t *ends, unsigned count, size_t *flushed)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t at = 0;

	for (unsigned i = 0; i < count; at = ends[i++]) {
		skippable_frame(out);
		zstd_put(c, out, in->bytes + at, ends[i] - at, ZSTD_e_end);
		flushed[i] = out->len;
	}
	ZSTD_freeCCtx(c);
}

static const struct packer packers[] = {
	{ "gzip", gzip_flushed },
	{ "gzip", gzip_members },
	{ "zstd", zstd_flushed },
	{ "zstd", zstd_frames },
};

#define PACKERS (sizeof(packers) / sizeof(packers[0]))

/*
 * A capture of PACKETS packets, packed; `*flushed` tells behind which packed
 * byte packet i (from 1; 0 is the file header) can be had.
 */
static void pack(struct scratch *out, const struct packer *packer,
		 size_t flushed[PACKETS + 1])
{
	struct scratch plain = { 0 };
	size_t ends[PACKETS + 1];

	pcap_header(&plain, USEC, 1);
	for (uint32_t i = 0; i <= PACKETS; i++) {
		char text[32];

		ends[i] = plain.len;
		snprintf(text, sizeof(text), "packet %u and its bytes", i);
		if (i < PACKETS)
			pcap_record(&plain, i, 0, text);
	}
	packer->pack(out, &plain, ends, PACKETS + 1, flushed);
}

static struct source *opened(const char *path)
{
	struct source *source = NULL;
	struct problem problem = { "" };

	assert_int_equal(source_file_open(&source, path, NUMBER(3), &problem),
			 ERR_OK);
	return source;
}

/* Reads to the end; every packet must be the one that was packed. */
static unsigned read_all(struct source *source, enum err *end,
			 struct problem *problem)
{
	struct packet p;
	unsigned n = 0;
	char want[32];
	char again;

	problem->text[0] = '\0';
	while ((*end = source_next(source, &p, problem)) == ERR_OK) {
		snprintf(want, sizeof(want), "packet %u and its bytes", n);
		assert_int_equal(p.len, strlen(want));
		assert_memory_equal(p.data, want, p.len);
		assert_int_equal(p.time_ns, n++ * INT64_C(1000000000));
		assert_true(p.offset == PACKET_NO_OFFSET);
		assert_false(source_reread(source, 3, 24, &again, 1));
	}
	assert_null(strchr(problem->text, '\n'));
	return n;
}

static void a_packed_capture_gives_what_it_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct scratch s = { 0 };
		size_t flushed[PACKETS + 1];
		struct source *source;
		struct problem problem;
		enum err end;
		uint64_t done;
		uint64_t size;

		pack(&s, &packers[i], flushed);
		source = opened(saved(&s));
		unlink(s.path);
		assert_int_equal(source_fd(source), -1);
		assert_int_equal(read_all(source, &end, &problem), PACKETS);
		assert_int_equal(end, ERR_END);
		source_progress(source, &done, &size);
		assert_int_equal(size, s.len);
		assert_int_equal(done, s.len);
		source_free(source);
	}
}

struct portion {
	struct scratch s;
	bool is_last;
};

static ssize_t read_portion(void *ctx, void *out, size_t size, bool wait)
{
	struct portion *portion = ctx;
	struct scratch *s = &portion->s;
	size_t len = s->len < size ? s->len : size;

	(void)wait;
	if (len == 0 && !portion->is_last) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(out, s->bytes, len);
	memmove(s->bytes, s->bytes + len, s->len - len);
	s->len -= len;
	return (ssize_t)len;
}

/* All that was flushed comes, before more is asked for. */
static void unpacks_into(const struct packer *packer, bool is_last, size_t room)
{
	struct scratch plain = { 0 };
	struct portion portion = { .is_last = is_last };
	struct input in;
	struct inflate *z = NULL;
	uint8_t out[SCRATCH_MAX];
	size_t done = 0;
	size_t flushed;
	ssize_t got;

	for (uint32_t n = 0; n < 6000; n++)
		u32(&plain, n / 3000);
	packer->pack(&portion.s, &plain, &plain.len, 1, &flushed);
	portion.s.len = flushed;
	assert_int_equal(input_init(&in, read_portion, &portion, 0), ERR_OK);
	assert_int_equal(input_need(&in, 4), ERR_OK);
	assert_string_equal(inflate_recognise(in.at), packer->name);
	assert_int_equal(inflate_new(&z, &in), ERR_OK);
	assert_null(in.buffer);
	while ((got = inflate_read(z, out + done, room, false)) > 0)
		done += (size_t)got;
	assert_int_equal(got, is_last ? 0 : -1);
	assert_true(is_last || errno == EAGAIN);
	assert_int_equal(done, plain.len);
	assert_memory_equal(out, plain.bytes, done);
	inflate_free(z);
}

static void it_unpacks_into_any_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		/* What was only flushed is not at its end. */
		bool has_end = packers[i].pack == gzip_members ||
			       packers[i].pack == zstd_frames;

		for (size_t room = 1; room < 10; room++) {
			unpacks_into(&packers[i], false, room);
			if (has_end)
				unpacks_into(&packers[i], true, room);
		}
	}
}

static void zeros_behind_a_gzip_member_are_its_end(void **state)
{
	struct scratch s = { 0 };
	size_t flushed[PACKETS + 1];
	struct source *source;
	struct problem problem;
	enum err end;

	(void)state;
	pack(&s, &packers[0], flushed);
	s.len += 512; /* of zeros */
	source = opened(saved(&s));
	unlink(s.path);
	assert_int_equal(read_all(source, &end, &problem), PACKETS);
	assert_int_equal(end, ERR_END);
	source_free(source);
}

/* Of each packer, with the first `len` bytes only. */
static void cut_at(const struct packer *packer, const struct scratch *whole,
		   const size_t *flushed, size_t len)
{
	struct scratch part = *whole;
	struct source *source = NULL;
	struct problem problem = { "" };
	char want[64];
	unsigned there = 0;
	unsigned n = 0;
	bool at_end = len == whole->len;
	enum err end = source_file_open(&source, saved_part(&part, len),
					NUMBER(3), &problem);

	unlink(part.path);
	for (unsigned i = 0; i <= PACKETS; i++) {
		there += i > 0 && flushed[i] <= len;
		/* Where a member or frame ends the file may end too. */
		at_end = at_end ||
			 (packer->pack == gzip_members && flushed[i] == len) ||
			 (packer->pack == zstd_frames &&
			  (flushed[i] == len || flushed[i] + 13 == len ||
			   len == 13));
	}
	if (end == ERR_OK)
		n = read_all(source, &end, &problem);
	assert_true(n >= there);
	assert_int_equal(end, at_end && len != 13 ? ERR_END : ERR_TRUNCATED);
	snprintf(want, sizeof(want),
		 "the %s data stops before its end at offset %zu", packer->name,
		 len);
	if (len >= 4 && !at_end)
		assert_non_null(strstr(problem.text, want));
	else if (end != ERR_END)
		assert_true(problem.text[0] != '\0');
	source_free(source);
}

static void a_packed_capture_cut_anywhere_gives_what_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct scratch s = { 0 };
		size_t flushed[PACKETS + 1];

		pack(&s, &packers[i], flushed);
		for (size_t len = 0; len <= s.len; len++)
			cut_at(&packers[i], &s, flushed, len);
	}
}

static void a_spoilt_byte_leaves_what_stands_before_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct scratch s = { 0 };
		size_t flushed[PACKETS + 1];
		unsigned found = 0;

		pack(&s, &packers[i], flushed);
		for (size_t at = 12; at < s.len; at++) {
			struct scratch evil = s;
			struct source *source = NULL;
			struct problem problem = { "" };
			struct packet p;
			unsigned there = 0;
			unsigned n = 0;
			enum err e;

			evil.bytes[at] ^= 0x10;
			for (unsigned k = 1; k <= PACKETS; k++)
				there += flushed[k] <= at;
			e = source_file_open(&source, saved(&evil), NUMBER(3),
					     &problem);
			unlink(evil.path);
			while (e == ERR_OK && source != NULL) {
				e = source_next(source, &p, &problem);
				n += e == ERR_OK;
			}
			assert_true(n >= there);
			assert_true(e == ERR_END || problem.text[0] != '\0');
			found += strstr(problem.text, "is corrupt at offset") !=
				 NULL;
			source_free(source);
		}
		assert_true(found > s.len / 4);
	}
}

/* What is left of the last packet is no packet. */
static void a_checksum_that_is_wrong_is_told_behind_the_packets(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i += 2) {
		struct scratch s = { 0 };
		size_t flushed[PACKETS + 1];
		struct source *source;
		struct problem problem;
		enum err end;

		pack(&s, &packers[i], flushed);
		/* gzip: CRC32 and length, 8 bytes; zstd: 4 bytes */
		s.bytes[s.len - (i == 0 ? 8 : 4)] ^= 1;
		source = opened(saved(&s));
		unlink(s.path);
		assert_int_equal(read_all(source, &end, &problem), PACKETS);
		assert_int_equal(end, ERR_MALFORMED);
		assert_non_null(strstr(problem.text, packers[i].name));
		assert_non_null(strstr(problem.text, "is corrupt at offset"));
		source_free(source);
	}
}

static void assert_refused(struct scratch *s, enum err want, const char *text)
{
	struct source *source = NULL;
	struct problem problem = { "" };

	assert_int_equal(
		source_file_open(&source, saved(s), NUMBER(0), &problem), want);
	unlink(s->path);
	assert_null(source);
	assert_non_null(strstr(problem.text, s->path));
	assert_non_null(strstr(problem.text, text));
	assert_null(strchr(problem.text, '\n'));
}

static void what_is_packed_and_no_capture_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum err want;
		const char *text;
	} held[] = {
		{ "", 0, ERR_TRUNCATED, ", unpacked: is empty" },
		{ "abc", 3, ERR_TRUNCATED, ", unpacked: stops inside" },
		{ "plain text", 10, ERR_UNSUPPORTED,
		  ", unpacked: is no pcap or pcapng file" },
		{ "\x1f\x8b\x08\0", 4, ERR_UNSUPPORTED,
		  ", unpacked: is compressed (gzip)" },
		{ "\x28\xb5\x2f\xfd", 4, ERR_UNSUPPORTED,
		  ", unpacked: is compressed (zstd)" },
		{ "\xd4\xc3\xb2\xa1\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		  24, ERR_MALFORMED,
		  ", unpacked: the file header at offset 0 is of an unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		for (size_t k = 0; k < PACKERS; k++) {
			struct scratch plain = { 0 };
			struct scratch s = { 0 };
			size_t flushed;

			put(&plain, held[i].bytes, held[i].len);
			packers[k].pack(&s, &plain, &plain.len, 1, &flushed);
			assert_refused(&s, held[i].want, held[i].text);
		}
	}
}

static void frames_that_ask_for_too_much_are_refused(void **state)
{
	/* RFC 8878 section 3.1.1.1: descriptor, window of 2^(10 + 18) */
	struct scratch wide = { .bytes = "\x28\xb5\x2f\xfd\x00\x90", .len = 6 };
	/* the same with the number of a dictionary */
	struct scratch book = { .bytes = "\x28\xb5\x2f\xfd\x01\x00\x05",
				.len = 7 };

	(void)state;
	assert_refused(&wide, ERR_LIMIT, "more than 128 MiB at offset");
	assert_refused(&book, ERR_UNSUPPORTED, "dictionary at offset");
}

static void a_capture_cut_before_it_was_packed_is_told_so(void **state)
{
	struct scratch plain = { 0 };
	struct scratch s = { 0 };
	struct source *source;
	struct problem problem;
	struct packet p;
	size_t flushed;

	(void)state;
	pcap_header(&plain, USEC, 1);
	pcap_record(&plain, 0, 0, "packet");
	plain.len -= 2;
	gzip_flushed(&s, &plain, &plain.len, 1, &flushed);
	source = opened(saved(&s));
	unlink(s.path);
	assert_int_equal(source_next(source, &p, &problem), ERR_TRUNCATED);
	assert_non_null(strstr(problem.text, ", unpacked: stops inside the "
					     "packet at offset 24"));
	source_free(source);
}

static void slowly(const struct packer *packer)
{
	struct scratch s = { 0 };
	struct source *source = NULL;
	struct problem problem = { "" };
	struct packet p;
	size_t flushed[PACKETS + 1];
	char path[] = "/tmp/sipmon-test-XXXXXX";
	unsigned n = 0;
	int ends[2];

	pack(&s, packer, flushed);
	assert_non_null(mkdtemp(path));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	ends[1] = open(path, O_RDWR);
	/* The first member or frame has the header of the file. */
	assert_int_equal(write(ends[1], s.bytes, flushed[0]), flushed[0]);
	assert_int_equal(source_file_open(&source, path, NUMBER(0), &problem),
			 ERR_OK);
	for (size_t at = flushed[0]; at < s.len; at++) {
		struct pollfd ready = { source_fd(source), POLLIN, 0 };
		enum err e = source_next(source, &p, &problem);

		n += e == ERR_OK;
		assert_true(e == ERR_OK || e == ERR_AGAIN);
		if (e == ERR_AGAIN) {
			assert_true(ready.fd >= 0);
			assert_int_equal(poll(&ready, 1, 0), 0);
		}
		/* However often it is asked. */
		for (unsigned i = 0; i < 40 && e == ERR_AGAIN; i++)
			assert_int_equal(source_next(source, &p, &problem), e);
		assert_int_equal(write(ends[1], s.bytes + at, 1), 1);
	}
	for (; source_next(source, &p, &problem) == ERR_OK; n++)
		assert_true(p.offset == PACKET_NO_OFFSET);
	assert_int_equal(n, PACKETS);
	close(ends[1]);
	assert_int_equal(source_next(source, &p, &problem), ERR_END);
	source_free(source);
	unlink(path);
}

static void a_packed_pipe_says_again_until_a_packet_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++)
		slowly(&packers[i]);
}

static void append(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	assert_true(write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

/* 256 MiB of zeros behind `plain`; a quarter of a MiB, or 16 KiB with zstd. */
static const char *saved_bomb(struct scratch *s, const struct scratch *plain,
			      bool gzip)
{
	enum { ZEROS = 65536, TIMES = 4096 };
	static const uint8_t zeros[ZEROS] = { 0 };
	struct scratch *out = calloc(1, sizeof(*out));
	ZSTD_CCtx *c = ZSTD_createCCtx();
	z_stream z;

	gzip_open(&z);
	saved(s);
	for (unsigned i = 0; i <= TIMES; i++) {
		const uint8_t *bytes = i == 0 ? plain->bytes : zeros;
		size_t len = i == 0 ? plain->len : ZEROS;

		out->len = 0;
		if (gzip)
			gzip_put(&z, out, bytes, len,
				 i == TIMES ? Z_FINISH : Z_SYNC_FLUSH);
		else
			zstd_put(c, out, bytes, len,
				 i == TIMES ? ZSTD_e_end : ZSTD_e_flush);
		append(s->path, out->bytes, out->len);
	}
	deflateEnd(&z);
	ZSTD_freeCCtx(c);
	free(out);
	return s->path;
}

static long most_memory_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/*
 * A block of 16 MiB that nobody knows, of zeros, and zeros behind it: one that
 * claims to have none.
 */
static void a_bomb_ends_with_a_line_and_little_memory(void **state)
{
	(void)state;
	for (int gzip = 0; gzip < 2; gzip++) {
		struct scratch plain = { 0 };
		struct scratch s = { 0 };
		struct source *source;
		struct problem problem = { "" };
		struct packet p;
		struct stat st;
		unsigned again = 0;
		long before;
		enum err e;

		section(&plain);
		interface(&plain, 1, 6, 0);
		enhanced(&plain, 0, 1, "good");
		u32(&plain, 0x12345678);
		u32(&plain, 16 * 1024 * 1024);
		saved_bomb(&s, &plain, gzip != 0);
		assert_int_equal(stat(s.path, &st), 0);
		assert_true(st.st_size < 512 * 1024);
		before = most_memory_kib();
		source = opened(s.path);
		unlink(s.path);
		assert_int_equal(source_next(source, &p, &problem), ERR_OK);
		while ((e = source_next(source, &p, &problem)) == ERR_AGAIN) {
			assert_int_equal(source_fd(source), -1);
			again++;
		}
		assert_int_equal(e, ERR_MALFORMED);
		/* 88: section, interface and packet; and the block */
		assert_non_null(strstr(problem.text,
				       ", unpacked: the block at offset "
				       "16777304 claims to have 0 bytes"));
		assert_true(again >= 3);
		assert_true(most_memory_kib() - before < 16 * 1024);
		source_free(source);
	}
}

/* Members that hold nothing, for 8 MiB: no call reads them all. */
static void members_without_a_byte_do_not_hold_the_caller(void **state)
{
	enum { MEMBERS = 3200, TIMES = 128 };
	struct scratch plain = { 0 };
	struct scratch first = { 0 };
	struct scratch empty = { 0 };
	struct scratch last = { 0 };
	struct source *source;
	struct problem problem;
	struct packet p;
	size_t header = 24;
	size_t flushed;
	size_t one;
	unsigned again = 0;
	enum err e;

	(void)state;
	pcap_header(&plain, USEC, 1);
	gzip_members(&first, &plain, &header, 1, &flushed);
	plain.len = 0;
	gzip_members(&empty, &plain, &plain.len, 1, &one);
	while (empty.len < one * MEMBERS)
		put(&empty, empty.bytes, one);
	pcap_record(&plain, 0, 0, "behind");
	gzip_members(&last, &plain, &plain.len, 1, &flushed);
	saved(&first);
	for (unsigned i = 0; i < TIMES; i++)
		append(first.path, empty.bytes, empty.len);
	append(first.path, last.bytes, last.len);
	source = opened(first.path);
	unlink(first.path);
	while ((e = source_next(source, &p, &problem)) == ERR_AGAIN) {
		assert_int_equal(source_fd(source), -1);
		again++;
	}
	assert_int_equal(e, ERR_OK);
	assert_memory_equal(p.data, "behind", 6);
	assert_true(again >= 1);
	assert_int_equal(source_next(source, &p, &problem), ERR_END);
	source_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packed_capture_gives_what_it_holds),
		cmocka_unit_test(it_unpacks_into_any_room),
		cmocka_unit_test(zeros_behind_a_gzip_member_are_its_end),
		cmocka_unit_test(
			a_packed_capture_cut_anywhere_gives_what_is_there),
		cmocka_unit_test(a_spoilt_byte_leaves_what_stands_before_it),
		cmocka_unit_test(
			a_checksum_that_is_wrong_is_told_behind_the_packets),
		cmocka_unit_test(what_is_packed_and_no_capture_is_refused),
		cmocka_unit_test(frames_that_ask_for_too_much_are_refused),
		cmocka_unit_test(a_capture_cut_before_it_was_packed_is_told_so),
		cmocka_unit_test(
			a_packed_pipe_says_again_until_a_packet_is_whole),
		cmocka_unit_test(a_bomb_ends_with_a_line_and_little_memory),
		cmocka_unit_test(members_without_a_byte_do_not_hold_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
