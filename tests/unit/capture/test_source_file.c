/* Capture files written by hand (draft-ietf-opsawg-pcap, -pcapng). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "scratch.h"
#include "sipmon/base/buf.h"
#include "sipmon/capture/source.h"

#define USEC      0xa1b2c3d4
#define NSEC      0xa1b23c4d
#define KUZNETZOV 0xa1b2cd34
#define SECOND    INT64_C(1000000000)

static struct source *opened(struct scratch *s)
{
	struct source *source = NULL;
	struct problem problem = { "" };

	assert_int_equal(
		source_file_open(&source, saved(s), NUMBER(3), &problem),
		ERR_OK);
	unlink(s->path);
	return source;
}

/* A file is asked again, at once, when it passed over much. */
static enum err next(struct source *source, struct packet *p,
		     struct problem *problem)
{
	enum err e = source_next(source, p, problem);

	for (unsigned i = 0; i < 100 && e == ERR_AGAIN; i++) {
		assert_int_equal(source_fd(source), -1);
		e = source_next(source, p, problem);
	}
	return e;
}

static void assert_packet(struct source *source, int64_t time_ns,
			  unsigned link_type, const char *data)
{
	struct packet p;
	struct problem problem;
	char again[64];

	assert_int_equal(next(source, &p, &problem), ERR_OK);
	assert_int_equal(p.time_ns, time_ns);
	assert_int_equal(p.link_type, link_type);
	assert_int_equal(p.len, strlen(data));
	assert_int_equal(p.source, 3);
	assert_memory_equal(p.data, data, p.len);
	assert_true(source_reread(source, 3, p.offset, again, p.len));
	assert_memory_equal(again, data, p.len);
}

static void assert_end(struct source *source, enum err want, const char *text)
{
	struct packet p;
	struct problem problem = { "" };

	assert_int_equal(next(source, &p, &problem), want);
	if (text != NULL)
		assert_non_null(strstr(problem.text, text));
	assert_int_equal(source_next(source, &p, &problem), ERR_END);
	source_free(source);
}

static void pcap_of_either_order_and_unit_is_read(void **state)
{
	static const struct {
		uint32_t magic;
		bool big;
		int64_t tick;
	} forms[] = {
		{ USEC, false, 1000 },
		{ USEC, true, 1000 },
		{ NSEC, false, 1 },
		{ NSEC, true, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct scratch s = { .big = forms[i].big };
		struct source *source;

		pcap_header(&s, forms[i].magic, 113);
		pcap_record(&s, 1700000000, 999999, "first");
		/* later than 2038, and more ticks than a second has */
		pcap_record(&s, 4000000000, 2000000, "");
		source = opened(&s);
		assert_packet(source,
			      1700000000 * SECOND + 999999 * forms[i].tick, 113,
			      "first");
		assert_packet(source,
			      4000000000 * SECOND + 2000000 * forms[i].tick,
			      113, "");
		assert_end(source, ERR_END, NULL);
	}
}

static void records_of_the_modified_format_are_longer(void **state)
{
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	pcap_header(&s, KUZNETZOV, 1);
	for (int i = 0; i < 2; i++) {
		u32(&s, 5);
		u32(&s, 0);
		u32(&s, 3);
		u32(&s, 3);
		put(&s, "IFX\0PR\1\0", 8);
		put(&s, "abc", 3);
	}
	source = opened(&s);
	assert_packet(source, 5 * SECOND, 1, "abc");
	assert_packet(source, 5 * SECOND, 1, "abc");
	assert_end(source, ERR_END, NULL);
}

static void captured_may_exceed_original_and_then_counts(void **state)
{
	struct scratch s = { 0 };
	struct source *source;
	struct packet p;
	struct problem problem;

	(void)state;
	pcap_header(&s, USEC, 1);
	for (uint32_t original = 2; original < 100; original += 50) {
		u32(&s, 0);
		u32(&s, 0);
		u32(&s, 4);
		u32(&s, original);
		put(&s, "data", 4);
	}
	source = opened(&s);
	assert_int_equal(source_next(source, &p, &problem), ERR_OK);
	assert_int_equal(p.wire_len, 4);
	assert_int_equal(source_next(source, &p, &problem), ERR_OK);
	assert_int_equal(p.wire_len, 52);
	assert_end(source, ERR_END, NULL);
}

/* Everything that a section can hold, in one byte order. */
static void rich_section(struct scratch *s)
{
	size_t b;

	section(s);
	interface(s, 1, 6, 0);
	interface(s, 113, 9, 0);
	interface(s, 276, 0x80 | 10, 1000); /* 1/1024 s, 1000 s later */
	interface(s, 101, 3, 0);
	interface(s, 228, 0x80 | 40, 0);
	enhanced(s, 0, 1700000000000001, "micro");
	b = block_begin(s, 0x0bad); /* unknown */
	put(s, "whatever", 8);
	block_end(s, b);
	enhanced(s, 1, UINT64_C(1700000000000000002), "nano");
	enhanced(s, 2, 2 * 1024 + 512, "binary");
	enhanced(s, 3, 1700000000004, "milli");
	enhanced(s, 4, UINT64_C(7) << 39, "fine");
	b = block_begin(s, 2); /* the obsolete packet block */
	u16(s, 1);
	u16(s, 0xffff);
	u32(s, 0);
	u32(s, 77);
	u32(s, 3);
	u32(s, 3);
	put(s, "old", 3);
	block_end(s, b);
	b = block_begin(s, 3); /* simple: of the first interface */
	u32(s, 6);
	put(s, "simple", 6);
	block_end(s, b);
}

static void assert_rich(struct source *source)
{
	assert_packet(source, 1700000000 * SECOND + 1000, 1, "micro");
	assert_packet(source, 1700000000 * SECOND + 2, 113, "nano");
	assert_packet(source, 1002 * SECOND + SECOND / 2, 276, "binary");
	assert_packet(source, 1700000000 * SECOND + 4000000, 101, "milli");
	assert_packet(source, 3 * SECOND + SECOND / 2, 228, "fine");
	assert_packet(source, 77, 113, "old");
	assert_packet(source, 77, 1, "simple");
}

static void
pcapng_sections_have_orders_and_interfaces_of_their_own(void **state)
{
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	rich_section(&s);
	s.big = true;
	rich_section(&s);
	source = opened(&s);
	assert_rich(source);
	assert_rich(source);
	assert_end(source, ERR_END, NULL);
}

static void a_new_section_forgets_the_interfaces(void **state)
{
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	section(&s);
	interface(&s, 1, 6, 0);
	section(&s);
	enhanced(&s, 0, 1, "lost");
	source = opened(&s);
	assert_end(source, ERR_MALFORMED, "offset 80 is of an interface not");
}

static void times_beyond_reach_are_brought_back(void **state)
{
	struct scratch s = { 0 };
	struct source *source;
	struct packet p;
	struct problem problem;

	(void)state;
	section(&s);
	interface(&s, 1, 0, UINT64_C(0x7fffffffffffffff));
	interface(&s, 1, 0x80 | 63, 1);
	interface(&s, 1, 19, UINT64_C(0x8000000000000000));
	for (uint32_t i = 0; i < 3; i++)
		enhanced(&s, i, UINT64_MAX, "x");
	source = opened(&s);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(source_next(source, &p, &problem), ERR_OK);
		assert_true(p.time_ns >= 0 && p.time_ns <= INT64_MAX / 2);
	}
	assert_end(source, ERR_END, NULL);
}

/*
 * However it is cut, the packets before the cut are given, and no more.  It
 * opens from `header` bytes on, and where it ends at `empty`.
 */
static void cut_everywhere(const struct scratch *whole, const size_t *ends,
			   unsigned count, size_t header, size_t empty)
{
	for (size_t len = 0; len <= whole->len; len++) {
		struct scratch part = *whole;
		struct source *source = NULL;
		struct packet p;
		struct problem problem = { "" };
		bool opens = len >= header || len == empty;
		bool at_end = len == header || len == empty;
		enum err err = source_file_open(&source, saved_part(&part, len),
						NUMBER(0), &problem);

		unlink(part.path);
		assert_int_equal(err, opens ? ERR_OK : ERR_TRUNCATED);
		assert_true(err == ERR_OK || problem.text[0] != '\0');
		if (err)
			continue;
		for (unsigned i = 0; i < count && ends[i] <= len; i++) {
			err = source_next(source, &p, &problem);
			assert_int_equal(err, ERR_OK);
			at_end = ends[i] == len;
		}
		assert_end(source, at_end ? ERR_END : ERR_TRUNCATED,
			   at_end ? NULL : "stops inside");
	}
}

static void a_pcap_cut_anywhere_gives_what_is_whole(void **state)
{
	struct scratch s = { 0 };
	size_t ends[3];

	(void)state;
	pcap_header(&s, USEC, 1);
	for (unsigned i = 0; i < 3; i++) {
		pcap_record(&s, i, 0, "a packet");
		ends[i] = s.len;
	}
	cut_everywhere(&s, ends, 3, 24, 24);
}

static void a_pcapng_cut_anywhere_gives_what_is_whole(void **state)
{
	struct scratch s = { .big = true };
	size_t ends[3];
	size_t header;

	(void)state;
	section(&s);
	interface(&s, 1, 9, 0);
	header = s.len;
	for (unsigned i = 0; i < 3; i++) {
		enhanced(&s, 0, i, "odd");
		ends[i] = s.len;
	}
	/* A section without interfaces is a capture without packets. */
	cut_everywhere(&s, ends, 3, header, 28);
}

static void lengths_that_cannot_be_are_named_with_their_place(void **state)
{
	static const uint32_t lies[] = { 262145, 0x7fffffff, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct scratch s = { 0 };
		struct source *source;

		pcap_header(&s, USEC, 1);
		pcap_record(&s, 1, 0, "good");
		u32(&s, 0);
		u32(&s, 0);
		u32(&s, lies[i]);
		u32(&s, lies[i]);
		source = opened(&s);
		assert_packet(source, SECOND, 1, "good");
		assert_end(source, ERR_MALFORMED, "packet at offset 44");
	}
}

/* One enhanced packet block; the number at byte `at` of it is made a lie. */
static void assert_block_lie(size_t at, uint32_t lie, enum err want,
			     const char *text)
{
	struct scratch s = { 0 };
	struct source *source;
	size_t begin;
	size_t end;

	section(&s);
	interface(&s, 1, 6, 0);
	enhanced(&s, 0, 1000000, "good");
	begin = s.len;
	enhanced(&s, 0, 1000000, "evil");
	end = s.len;
	s.len = begin + at;
	u32(&s, lie);
	s.len = end;
	source = opened(&s);
	assert_packet(source, SECOND, 1, "good");
	assert_end(source, want, text);
}

static void a_block_that_lies_ends_the_file_after_the_good_ones(void **state)
{
	(void)state;
	assert_block_lie(4, 0, ERR_MALFORMED, "block at offset 88 claims");
	assert_block_lie(4, 11, ERR_MALFORMED, "claims to have 11 bytes");
	assert_block_lie(4, 37, ERR_MALFORMED, "claims to have 37 bytes");
	assert_block_lie(4, 28, ERR_MALFORMED, "lengths that differ");
	assert_block_lie(4, 1 << 20, ERR_MALFORMED, "offset 88");
	assert_block_lie(4, 64 << 20, ERR_MALFORMED, "claims to have");
	assert_block_lie(4, 40, ERR_TRUNCATED, "stops inside");
	assert_block_lie(32, 40, ERR_MALFORMED, "lengths that differ");
	assert_block_lie(20, 5, ERR_MALFORMED, "claims to have 5 bytes");
	assert_block_lie(20, UINT32_MAX, ERR_MALFORMED, "offset 88");
	assert_block_lie(8, 1, ERR_MALFORMED, "interface not described");
}

/* A block that nobody wants may be longer than the window of the reader. */
static void a_long_unknown_block_is_passed_over(void **state)
{
	enum { LONG_BLOCK = 3 * 1024 * 1024 };
	struct scratch s = { 0 };
	struct scratch tail = { 0 };
	struct source *source = NULL;
	struct problem problem;
	int fd;

	(void)state;
	section(&s);
	interface(&s, 1, 6, 0);
	u32(&s, 0x0bad);
	u32(&s, LONG_BLOCK);
	saved(&s);
	enhanced(&tail, 0, 1, "behind");
	fd = open(s.path, O_WRONLY);
	assert_true(pwrite(fd, tail.bytes, tail.len,
			   (off_t)s.len - 8 + LONG_BLOCK) == (ssize_t)tail.len);
	close(fd);
	assert_int_equal(source_file_open(&source, s.path, NUMBER(3), &problem),
			 ERR_OK);
	assert_packet(source, 1000, 1, "behind");
	assert_end(source, ERR_END, NULL);
	assert_int_equal(truncate(s.path, LONG_BLOCK / 2), 0);
	assert_int_equal(source_file_open(&source, s.path, NUMBER(3), &problem),
			 ERR_OK);
	unlink(s.path);
	assert_end(source, ERR_TRUNCATED, "stops inside");
}

static void assert_refused(const char *path, enum err want, const char *text)
{
	struct source *source = NULL;
	struct problem problem = { "" };

	assert_int_equal(source_file_open(&source, path, NUMBER(0), &problem),
			 want);
	assert_null(source);
	assert_non_null(strstr(problem.text, path));
	assert_non_null(strstr(problem.text, text));
	assert_null(strchr(problem.text, '\n'));
}

static void what_is_no_capture_is_refused_in_one_line(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum err want;
		const char *text;
	} files[] = {
		{ "", 0, ERR_TRUNCATED, "is empty" },
		{ "abc", 3, ERR_TRUNCATED, "stops inside" },
		{ "plain text, no capture at all", 29, ERR_UNSUPPORTED,
		  "is no pcap" },
		{ "BZh91AY", 7, ERR_UNSUPPORTED, "(bzip2); unpack" },
		{ "\xfd"
		  "7zXZ",
		  5, ERR_UNSUPPORTED, "(xz); unpack" },
		{ "\x04\x22\x4d\x18", 4, ERR_UNSUPPORTED, "(lz4); unpack" },
		{ "\n\r\r\n\x1c\0\0\0abcd", 12, ERR_MALFORMED,
		  "no byte order" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct scratch s = { 0 };

		put(&s, files[i].bytes, files[i].len);
		saved(&s);
		assert_refused(s.path, files[i].want, files[i].text);
		unlink(s.path);
	}
	assert_refused("/dev/null", ERR_TRUNCATED, "is empty");
	assert_refused("/tmp", ERR_UNSUPPORTED, "is a directory");
	assert_refused("/nonexistent/x.pcap", ERR_SYSTEM, "No such file");
}

#define KEY_LOG   0x544c534b /* "TLSK" */
#define WIREGUARD 0x57474b4c

/* A decryption secrets block (draft-ietf-opsawg-pcapng section 4.7). */
static void secrets(struct scratch *s, uint32_t kind, const char *text)
{
	size_t b = block_begin(s, 0x0a);

	u32(s, kind);
	u32(s, (uint32_t)strlen(text));
	put(s, text, strlen(text));
	while (s->len % 4 != 0)
		put(s, "", 1);
	u32(s, 0); /* end of options */
	block_end(s, b);
}

#define HEARD_MAX ((size_t)32 * 1024 * 1024)

struct heard {
	struct buf text;
	unsigned pieces;
	unsigned lines_cut;
};

static void hear(void *ctx, struct slice text)
{
	struct heard *heard = ctx;

	assert_true(text.len > 0);
	heard->pieces++;
	heard->lines_cut += text.ptr[text.len - 1] != '\n';
	buf_add(&heard->text, text);
}

static void assert_heard(const struct heard *heard, const char *want)
{
	assert_int_equal(heard->text.len, strlen(want));
	assert_memory_equal(heard->text.ptr, want, strlen(want));
}

static struct source *opened_for_secrets(const char *path, struct heard *heard)
{
	struct source_options options = { .number = 3,
					  .secrets = hear,
					  .ctx = heard };
	struct source *source = NULL;
	struct problem problem;

	*heard = (struct heard){ .pieces = 0 };
	buf_init(&heard->text, HEARD_MAX);
	assert_int_equal(source_file_open(&source, path, &options, &problem),
			 ERR_OK);
	return source;
}

static void secrets_are_told_before_the_packets_behind_them(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct scratch s = { .big = big != 0 };
		struct source *source;
		struct heard heard;

		section(&s);
		secrets(&s, KEY_LOG, "first\n");
		interface(&s, 1, 6, 0);
		enhanced(&s, 0, 1, "a");
		secrets(&s, WIREGUARD, "not of TLS\n");
		secrets(&s, KEY_LOG, "no line");
		secrets(&s, KEY_LOG, "");
		secrets(&s, KEY_LOG, "last\n");
		enhanced(&s, 0, 2, "b");
		source = opened_for_secrets(saved(&s), &heard);
		unlink(s.path);
		assert_packet(source, 1000, 1, "a");
		assert_heard(&heard, "first\n");
		assert_packet(source, 2000, 1, "b");
		assert_heard(&heard, "first\nno line\nlast\n");
		assert_end(source, ERR_END, NULL);
		buf_free(&heard.text);
		source = opened(&s); /* where nobody listens */
		assert_packet(source, 1000, 1, "a");
		assert_packet(source, 2000, 1, "b");
		assert_end(source, ERR_END, NULL);
	}
}

/* A block of secrets with `text`, and one packet behind it; longer than s. */
static const char *saved_long_secrets(struct scratch *s, struct slice text)
{
	struct scratch tail = { 0 };
	uint32_t len = (uint32_t)text.len;
	int fd;

	assert_int_equal(len % 4, 0);
	section(s);
	interface(s, 1, 6, 0);
	u32(s, 0x0a);
	u32(s, len + 20);
	u32(s, KEY_LOG);
	u32(s, len);
	saved(s);
	u32(&tail, len + 20);
	enhanced(&tail, 0, 1, "behind");
	fd = open(s->path, O_WRONLY | O_APPEND);
	assert_true(write(fd, text.ptr, text.len) == (ssize_t)text.len);
	assert_int_equal(write(fd, tail.bytes, tail.len), tail.len);
	close(fd);
	return s->path;
}

/* More than 8 MiB, longer than any window of a reader. */
static void long_secrets_come_in_pieces_of_whole_lines(void **state)
{
	enum { LINES = 1 << 17 };
	struct scratch s = { 0 };
	struct source *source;
	struct heard heard;
	struct buf text;
	struct packet p;
	struct problem problem;

	(void)state;
	buf_init(&text, HEARD_MAX);
	for (unsigned i = 0; i < LINES; i++)
		buf_add_format(&text, "CLIENT_RANDOM %052u\n", i);
	source = opened_for_secrets(saved_long_secrets(&s, buf_slice(&text)),
				    &heard);
	assert_int_equal(next(source, &p, &problem), ERR_OK);
	assert_memory_equal(p.data, "behind", 6);
	assert_true(heard.pieces > 1);
	assert_int_equal(heard.lines_cut, 0);
	assert_true(slice_eq(buf_slice(&heard.text), buf_slice(&text)));
	assert_end(source, ERR_END, NULL);
	buf_free(&heard.text);
	unlink(s.path);
	buf_free(&heard.text);
	buf_free(&text);
}

/* 52: section and interface; 16 more: where the secrets begin. */
static void a_capture_that_stops_inside_secrets_is_told_so(void **state)
{
	static const off_t cuts[] = { 53,     60,     67,         68,
				      69,     60000,  68 + 65536, 299000,
				      300068, 300069, 300071 };

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct scratch s = { 0 };
		struct source *source;
		struct heard heard;
		struct buf text;

		buf_init(&text, HEARD_MAX);
		memset(buf_reserve(&text, 300000), 'x', 300000);
		text.len = 300000;
		(void)saved_long_secrets(&s, buf_slice(&text));
		assert_int_equal(truncate(s.path, cuts[i]), 0);
		source = opened_for_secrets(s.path, &heard);
		unlink(s.path);
		assert_end(source, ERR_TRUNCATED, "stops inside the block");
		buf_free(&heard.text);
		buf_free(&text);
	}
}

static void secrets_without_any_line_are_told_too(void **state)
{
	struct scratch s = { 0 };
	struct source *source;
	struct heard heard;
	struct buf text;

	(void)state;
	buf_init(&text, HEARD_MAX);
	memset(buf_reserve(&text, 300000), 'x', 300000);
	text.len = 300000;
	source = opened_for_secrets(saved_long_secrets(&s, buf_slice(&text)),
				    &heard);
	unlink(s.path);
	assert_packet(source, 1000, 1, "behind");
	assert_int_equal(heard.text.len, text.len + 1);
	assert_memory_equal(heard.text.ptr, text.ptr, text.len);
	assert_end(source, ERR_END, NULL);
	buf_free(&heard.text);
	buf_free(&text);
}

static void secrets_that_lie_about_their_length_end_the_file(void **state)
{
	static const struct {
		uint32_t block;
		uint32_t secret;
	} lies[] = {
		{ 16, 0 },   { 28, 9 }, { 28, UINT32_MAX },
		{ 28, 100 }, { 13, 1 }, { 0x1000004, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct scratch s = { 0 };
		struct heard heard;
		struct source *source;

		section(&s);
		interface(&s, 1, 6, 0);
		enhanced(&s, 0, 1, "good");
		u32(&s, 0x0a);
		u32(&s, lies[i].block);
		u32(&s, KEY_LOG);
		u32(&s, lies[i].secret);
		put(&s, "12345678", 8);
		u32(&s, lies[i].block);
		source = opened_for_secrets(saved(&s), &heard);
		unlink(s.path);
		assert_packet(source, 1000, 1, "good");
		assert_end(source, ERR_MALFORMED, "at offset 88 claims");
		assert_int_equal(heard.pieces, 0);
		buf_free(&heard.text);
	}
}

/* Names, statistics, a journal, what others added, what nobody knows. */
static void blocks_that_hold_no_packet_are_passed_over(void **state)
{
	static const uint32_t types[] = { 4,          5,          9, 0x0bad,
					  0x40000bad, 0x12345678, 0 };

	(void)state;
	for (int big = 0; big < 2; big++) {
		struct scratch s = { .big = big != 0 };
		struct source *source;

		section(&s);
		interface(&s, 1, 6, 0);
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			size_t b = block_begin(&s, types[i]);

			for (size_t n = 0; n < i; n++)
				u32(&s, UINT32_MAX);
			block_end(&s, b);
			enhanced(&s, 0, i, "packet");
		}
		source = opened(&s);
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			assert_packet(source, (int64_t)i * 1000, 1, "packet");
		assert_end(source, ERR_END, NULL);
	}
}

static void a_filter_lets_through_what_it_matches(void **state)
{
	/* IPv4, UDP, from and to port 5060; then to port 9 */
	static const char sip[] = "\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\x0a\0\0\1"
				  "\x0a\0\0\2\x13\xc4\x13\xc4\0\x08\0\0";
	struct scratch s = { 0 };
	struct source *source = NULL;
	struct packet p;
	struct problem problem;

	(void)state;
	pcap_header(&s, USEC, 101);
	for (unsigned i = 0; i < 2; i++) {
		u32(&s, i);
		u32(&s, 0);
		u32(&s, 28);
		u32(&s, 28);
		put(&s, sip, 28);
	}
	memset(s.bytes + 24 + 16 + 20, 0, 4); /* the ports of the first */
	saved(&s);
	assert_int_equal(source_file_open(&source, s.path,
					  &(struct source_options){
						  .filter = "udp port 5060" },
					  &problem),
			 ERR_OK);
	assert_int_equal(source_next(source, &p, &problem), ERR_OK);
	assert_int_equal(p.time_ns, SECOND);
	assert_end(source, ERR_END, NULL);
	source = NULL;
	assert_int_equal(source_file_open(&source, s.path,
					  &(struct source_options){
						  .filter = "udp prt 5060" },
					  &problem),
			 ERR_MALFORMED);
	assert_null(source);
	assert_non_null(strstr(problem.text, "udp prt 5060"));
	unlink(s.path);
}

/* The writer is slower than the reader: nothing is lost, nobody waits. */
static void a_pipe_says_again_until_a_packet_is_whole(void **state)
{
	struct scratch s = { 0 };
	struct source *source = NULL;
	struct packet p;
	struct problem problem;
	char path[] = "/tmp/sipmon-test-XXXXXX";
	int fd;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	pcap_header(&s, USEC, 1);
	pcap_record(&s, 7, 0, "slow");
	assert_int_equal(write(fd, s.bytes, 24), 24);
	assert_int_equal(source_file_open(&source, path, NUMBER(0), &problem),
			 ERR_OK);
	for (size_t i = 24; i < s.len; i++) {
		assert_int_equal(source_next(source, &p, &problem), ERR_AGAIN);
		assert_int_equal(write(fd, s.bytes + i, 1), 1);
	}
	assert_true(source_fd(source) >= 0);
	assert_int_equal(source_next(source, &p, &problem), ERR_OK);
	assert_memory_equal(p.data, "slow", 4);
	assert_true(p.offset == PACKET_NO_OFFSET);
	assert_int_equal(source_next(source, &p, &problem), ERR_AGAIN);
	source_free(source);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_of_either_order_and_unit_is_read),
		cmocka_unit_test(records_of_the_modified_format_are_longer),
		cmocka_unit_test(captured_may_exceed_original_and_then_counts),
		cmocka_unit_test(
			pcapng_sections_have_orders_and_interfaces_of_their_own),
		cmocka_unit_test(a_new_section_forgets_the_interfaces),
		cmocka_unit_test(times_beyond_reach_are_brought_back),
		cmocka_unit_test(a_pcap_cut_anywhere_gives_what_is_whole),
		cmocka_unit_test(a_pcapng_cut_anywhere_gives_what_is_whole),
		cmocka_unit_test(
			lengths_that_cannot_be_are_named_with_their_place),
		cmocka_unit_test(
			a_block_that_lies_ends_the_file_after_the_good_ones),
		cmocka_unit_test(a_long_unknown_block_is_passed_over),
		cmocka_unit_test(what_is_no_capture_is_refused_in_one_line),
		cmocka_unit_test(
			secrets_are_told_before_the_packets_behind_them),
		cmocka_unit_test(long_secrets_come_in_pieces_of_whole_lines),
		cmocka_unit_test(secrets_without_any_line_are_told_too),
		cmocka_unit_test(
			a_capture_that_stops_inside_secrets_is_told_so),
		cmocka_unit_test(
			secrets_that_lie_about_their_length_end_the_file),
		cmocka_unit_test(blocks_that_hold_no_packet_are_passed_over),
		cmocka_unit_test(a_filter_lets_through_what_it_matches),
		cmocka_unit_test(a_pipe_says_again_until_a_packet_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
