/*
 * Messages out of a byte stream (RFC 3261 sections 7.5, 18.3; RFC 5626 section
 * 4.4.1).  However a stream is cut, what comes out of it is the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sipmon/sip/framer.h"
#include "sipmon/sip/message.h"

#define FRAMES_MAX 64
#define PIECES_MAX 8
#define OTHER      SIP_FRAME_OTHER
#define MESSAGE    SIP_FRAME_MESSAGE
#define CUT        SIP_FRAME_CUT

struct frame {
	enum sip_frame kind;
	size_t from;
	size_t to;
};

/* What came out; neighbours that are OTHER count as one. */
struct frames {
	struct frame list[FRAMES_MAX];
	size_t count;
};

/* The stream as the text of its frames, in a row. */
struct pieces {
	struct {
		enum sip_frame kind;
		const char *text; /* NULL: there are no more */
	} list[PIECES_MAX];
};

static void note(struct frames *out, enum sip_frame kind, size_t from,
		 size_t len)
{
	struct frame *f = &out->list[out->count];

	assert_true(len > 0);
	if (kind == OTHER && out->count > 0 && f[-1].kind == OTHER) {
		f[-1].to += len;
		return;
	}
	assert_true(out->count < FRAMES_MAX);
	*f = (struct frame){ kind, from, from + len };
	out->count++;
}

/* A copy of its own, so that a look past the end is seen. */
static enum sip_frame ask(struct sip_framer *f, struct slice bytes, bool last,
			  size_t *len)
{
	char *copy = malloc(bytes.len + (bytes.len == 0));
	enum sip_frame kind;

	assert_non_null(copy);
	memcpy(copy, bytes.ptr, bytes.len);
	kind = sip_framer_next(f, (struct slice){ copy, bytes.len }, last, len);
	free(copy);
	return kind;
}

/* The stream in portions that end at `cuts`, the last one with its length. */
static void run(struct frames *out, struct slice all, const size_t *cuts,
		size_t count)
{
	struct sip_framer f = { .flags = 0 };
	size_t done = 0;
	size_t need = 0;

	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;

		while (done < cuts[i] && (last || cuts[i] - done >= need)) {
			struct slice rest =
				slice_sub(all, done, cuts[i] - done);
			size_t len = 0;
			enum sip_frame kind = ask(&f, rest, last, &len);

			need = kind == SIP_FRAME_MORE ? len : 0;
			if (kind == SIP_FRAME_MORE) {
				assert_false(last);
				assert_true(len == 0 || len > rest.len);
				break;
			}
			assert_true(len <= rest.len);
			note(out, kind, done, len);
			done += len;
		}
	}
	assert_int_equal(done, all.len);
}

static bool same(const struct frames *a, const struct frames *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].kind != b->list[i].kind ||
		    a->list[i].from != b->list[i].from ||
		    a->list[i].to != b->list[i].to)
			return false;
	return true;
}

static char *joined(const struct pieces *p, struct slice *all,
		    struct frames *expected)
{
	size_t len = 0;
	char *text;

	for (size_t i = 0; i < PIECES_MAX && p->list[i].text != NULL; i++)
		len += strlen(p->list[i].text);
	text = malloc(len + 1);
	assert_non_null(text);
	expected->count = len = 0;
	for (size_t i = 0; i < PIECES_MAX && p->list[i].text != NULL; i++) {
		struct slice piece = slice_of(p->list[i].text);

		memcpy(text + len, piece.ptr, piece.len);
		note(expected, p->list[i].kind, len, piece.len);
		len += piece.len;
	}
	*all = (struct slice){ text, len };
	return text;
}

static void show(const struct frames *f, struct slice all, const char *title)
{
	printf("%s\n", title);
	for (size_t i = 0; i < f->count; i++)
		printf("  %d %zu..%zu %.*s\n", (int)f->list[i].kind,
		       f->list[i].from, f->list[i].to, 40,
		       all.ptr + f->list[i].from);
}

/* Whole, cut at every byte, in every two places, and byte by byte. */
static void check(const struct pieces *p)
{
	struct frames expected;
	struct frames got;
	struct slice all;
	char *text = joined(p, &all, &expected);
	size_t *each = calloc(all.len, sizeof(*each));

	assert_non_null(each);
	run(&got, all, &all.len, 1);
	if (!same(&got, &expected)) {
		show(&expected, all, "expected");
		show(&got, all, "got");
	}
	assert_true(same(&got, &expected));
	for (size_t a = 0; a < all.len; a++) {
		each[a] = a + 1;
		for (size_t b = a; b < all.len; b++) {
			run(&got, all, (size_t[]){ a, b, all.len }, 3);
			assert_true(same(&got, &expected));
		}
	}
	run(&got, all, each, all.len);
	assert_true(same(&got, &expected));
	free(each);
	free(text);
}

static void check_all(const struct pieces *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&cases[i]);
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof((cases)[0]))

#define RING   "SIP/2.0 180 Ringing\r\n"
#define OPTION "OPTIONS sip:a SIP/2.0\r\n"

static void messages_end_where_their_length_says(void **state)
{
	static const struct pieces cases[] = {
		{ { { MESSAGE, OPTION "Content-Length: 5\r\n\r\nhello" },
		    { MESSAGE, RING "Content-Length: 0\r\n\r\n" } } },
		/* compact, any case, blanks before the colon, folded */
		{ { { MESSAGE, OPTION "l:2\r\n\r\nhi" },
		    { MESSAGE, RING "L : 3\r\n\r\nyou" } } },
		{ { { MESSAGE, OPTION "CONTENT-length\t:\r\n\t 2\r\n\r\nhi" },
		    { MESSAGE, RING "\r\n" } } },
		/* the first of several; what is no number is none */
		{ { { MESSAGE, OPTION "l: 1\r\nl: 2\r\n\r\na" },
		    { MESSAGE, RING "l: x\r\nl: 2\r\n\r\nab" },
		    { MESSAGE, RING "\r\n" } } },
		/* a fold is no field */
		{ { { MESSAGE, RING "X: a\r\n l: 9\r\n\r\n" },
		    { MESSAGE, RING "\r\n" } } },
		/* leading zeros, and the largest that there is */
		{ { { MESSAGE, OPTION "l: 00000000000002\r\n\r\nhi" },
		    { CUT, RING "l: 2147483648\r\n\r\nhi" } } },
	};

	(void)state;
	CHECK_ALL(cases);
}

static void without_length_and_type_there_is_no_body(void **state)
{
	static const struct pieces cases[] = {
		{ { { MESSAGE, OPTION "\r\n" },
		    { MESSAGE, OPTION "X: y\r\n\r\n" },
		    { OTHER, "no body\r\n" },
		    { MESSAGE, RING "\r\n" } } },
		/* no length is one that is no number, or over 2^31 */
		{ { { MESSAGE, OPTION "l: -1\r\n\r\n" },
		    { OTHER, "x\r\n" },
		    { MESSAGE, RING "l: 2147483649\r\n\r\n" },
		    { MESSAGE, RING "l: 2, 3\r\n\r\n" },
		    { MESSAGE, RING "l:\r\n\r\n" } } },
	};

	(void)state;
	CHECK_ALL(cases);
}

static void without_length_a_typed_body_ends_at_a_start_line(void **state)
{
	static const struct pieces cases[] = {
		{ { { MESSAGE, OPTION "c: text/plain\r\n\r\none\r\ntwo\r\n" },
		    { MESSAGE, RING "c: text/plain\r\n\r\nto the end" } } },
		{ { { MESSAGE, OPTION "Content-Type: a/b\r\n\r\n" },
		    { MESSAGE, RING "\r\n" } } },
		/* in the middle of a line there is none */
		{ { { MESSAGE, OPTION "c: text/plain\r\n\r\n " RING },
		    { MESSAGE, RING "\r\n" } } },
		/* a fragment of a message (RFC 3420) is not the next one */
		{ { { MESSAGE, OPTION "c: message/sipfrag\r\n\r\n" RING },
		    { MESSAGE, RING "\r\n" } } },
	};

	(void)state;
	CHECK_ALL(cases);
}

static void a_length_too_long_ends_at_a_start_line(void **state)
{
	static const struct pieces cases[] = {
		{ { { MESSAGE, OPTION "l: 999\r\n\r\nv=0\r\n" },
		    { MESSAGE, RING "l: 100\r\n\r\n" },
		    { CUT, OPTION "l: 5\r\n\r\nabc" } } },
		{ { { MESSAGE, OPTION "l: 30\r\n\r\n\n\r" },
		    { MESSAGE, RING "\r\n" },
		    { OTHER, "xyz" } } },
		/* the body ends within the line: nothing shows that it lies */
		{ { { MESSAGE, OPTION "l: 5\r\n\r\nv\r\nSI" },
		    { OTHER, "P/2.0 180 Ringing\r\n\r\n" } } },
		/* bodies that may hold a start line */
		{ { { MESSAGE, OPTION "c: message/sipfrag;version=2.0\r\n"
				      "l: 21\r\n\r\n" RING },
		    { MESSAGE, RING "\r\n" } } },
		{ { { MESSAGE, OPTION "c : Multipart/mixed\r\n"
				      "l: 23\r\n\r\n\r\n" RING },
		    { MESSAGE, RING "\r\n" } } },
		{ { { MESSAGE,
		      OPTION "c: application/message\r\nl: 21\r\n\r\n" },
		    { MESSAGE, RING "\r\n" } } },
	};

	(void)state;
	CHECK_ALL(cases);
}

static void what_is_no_message_is_passed_over(void **state)
{
	static const struct pieces cases[] = {
		/* keep-alives: ping, pong, and more than is asked for */
		{ { { OTHER, "\r\n\r\n" },
		    { MESSAGE, OPTION "\r\n" },
		    { OTHER, "\r\n" },
		    { MESSAGE, RING "\r\n" },
		    { OTHER, "\n\r\r\n" } } },
		/* a length too short */
		{ { { MESSAGE, OPTION "l: 2\r\n\r\nv=" },
		    { OTHER, "0\r\ns=-\r\n" },
		    { MESSAGE, RING "\r\n" } } },
		{ { { OTHER, "GET / HTTP/1.1\r\nHost: " RING "\r\n" },
		    { MESSAGE, RING "\r\n" } } },
		{ { { OTHER, "\x01 " RING " INVITE sip:a SIP/2.0\r\n\x80\r" },
		    { MESSAGE, RING "\r\n" },
		    { OTHER, "\x16\x03\x01" } } },
		{ { { OTHER, "INVITE sip:a SIP/2.0" } } },
		{ { { OTHER, "INVITE sip:a SIP/2.0\r\nVia: x\r\n" } } },
		{ { { OTHER, "INVITE sip:a SIP/2.0\r\nVia: x\r\n\t\r\n" } } },
	};

	(void)state;
	CHECK_ALL(cases);
}

/* As the parser has them: CR LF, LF, CR, and CRs before an LF. */
static void line_ends_are_those_of_the_parser(void **state)
{
	static const struct pieces cases[] = {
		{ { { MESSAGE, "OPTIONS sip:a SIP/2.0\nl: 1\n\nx" },
		    { MESSAGE, "OPTIONS sip:a SIP/2.0\rl: 1\r\rx" },
		    { MESSAGE, "OPTIONS sip:a SIP/2.0\r\r\nl: 1\r\r\n\r\r\nx" },
		    { MESSAGE, RING "l: 1\n\r\nx" } } },
		/* an empty line of CR alone */
		{ { { MESSAGE, RING "l: 1\r\n\rx" },
		    { MESSAGE, RING "l: 2\n\r\rx" } } },
		/* the row is undecided where the stream ends */
		{ { { MESSAGE, RING "l: 0\r\r" }, { OTHER, "\r" } } },
		{ { { MESSAGE, RING "\r" }, { OTHER, "\r\r" } } },
		{ { { OTHER, RING "l: 0\r" } } },
		/* a fold is no empty line */
		{ { { MESSAGE, RING "X: a\r\n \r\nl: 1\r\n\r\nx" } } },
	};

	(void)state;
	CHECK_ALL(cases);
}

static void the_parser_reads_a_message_as_far_as_the_framer(void **state)
{
	static const char *const texts[] = {
		"OPTIONS sip:a SIP/2.0\rl: 1\r\rx",
		"OPTIONS sip:a SIP/2.0\r\r\nl: 1\r\r\n\r\r\nx",
		RING "l: 1\r\n\rx",
		RING "l: 2\n\r\rx",
		RING "X: a\r\n \r\nl: 1\r\n\r\nx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice text = slice_of(texts[i]);
		struct sip_framer f = { .flags = 0 };
		struct sip_msg m;
		size_t len = 0;

		assert_int_equal(sip_framer_next(&f, text, true, &len),
				 MESSAGE);
		assert_true(sip_msg_parse(&m, slice_sub(text, 0, len)));
		assert_int_equal(m.raw.len, text.len);
		assert_int_equal(len, text.len);
	}
}

/* `n` times `c` between two texts. */
static char *long_text(const char *before, char c, size_t n, const char *after)
{
	size_t from = strlen(before);
	char *text = malloc(from + n + strlen(after) + 1);

	assert_non_null(text);
	memcpy(text, before, from);
	memset(text + from, c, n);
	memcpy(text + from + n, after, strlen(after) + 1);
	return text;
}

/* Some hundred cuts, where nothing is near and around each frame. */
static void check_long(const char *text, const struct frame *frames,
		       size_t count)
{
	struct slice all = slice_of(text);
	struct frames expected = { .count = count };
	struct frames got;

	memcpy(expected.list, frames, count * sizeof(frames[0]));
	run(&got, all, &all.len, 1);
	if (!same(&got, &expected))
		show(&got, all, "got");
	assert_true(same(&got, &expected));
	for (size_t a = 0; a < all.len; a += 1 + a % 1999) {
		run(&got, all, (size_t[]){ a, all.len }, 2);
		assert_true(same(&got, &expected));
	}
	for (size_t i = 0; i < count; i++)
		for (size_t a = frames[i].to < 3 ? 0 : frames[i].to - 3;
		     a < frames[i].to + 3 && a < all.len; a++) {
			run(&got, all, (size_t[]){ a, all.len }, 2);
			assert_true(same(&got, &expected));
		}
}

static void a_message_too_long_is_cut_and_its_rest_passed_over(void **state)
{
	const size_t head = sizeof(OPTION "l: 90000\r\n\r\n") - 1;
	/* what is no longer kept may hold what it likes */
	char *text = long_text(OPTION "l: 90000\r\n\r\n", 'x',
			       90000 - sizeof("\r\n" RING "\r\n") + 1,
			       "\r\n" RING "\r\n" RING "\r\n");
	const struct frame frames[] = {
		{ MESSAGE, 0, SIP_MESSAGE_BYTES_MAX },
		{ OTHER, SIP_MESSAGE_BYTES_MAX, head + 90000 },
		{ MESSAGE, head + 90000,
		  head + 90000 + sizeof(RING "\r\n") - 1 },
	};

	(void)state;
	check_long(text, frames, 3);
	free(text);
}

static void a_body_without_length_is_cut_as_well(void **state)
{
	char *text = long_text(OPTION "c: a/b\r\n\r\n", 'x', 70000,
			       RING "\r\n" RING "\r\n");
	const size_t ring = sizeof(RING "\r\n") - 1;
	const size_t to = strlen(text) - ring;
	const struct frame frames[] = {
		{ MESSAGE, 0, SIP_MESSAGE_BYTES_MAX },
		{ OTHER, SIP_MESSAGE_BYTES_MAX, to },
		{ MESSAGE, to, to + ring },
	};

	(void)state;
	check_long(text, frames, 3);
	free(text);
}

static void behind_a_cut_body_a_start_line_begins_a_line(void **state)
{
	const size_t head = sizeof(OPTION "c: a/b\r\n\r\n") - 1;
	const size_t max = SIP_MESSAGE_BYTES_MAX;
	const size_t ring = sizeof(RING "\r\n") - 1;
	char *text = long_text(OPTION "c: a/b\r\n\r\n", 'x', max - head,
			       RING "\r\n" RING "\r\n");
	const struct frame frames[] = {
		{ MESSAGE, 0, max },
		{ OTHER, max, max + ring },
		{ MESSAGE, max + ring, max + 2 * ring },
	};

	(void)state;
	check_long(text, frames, 3);
	free(text);
}

static void a_head_without_end_is_cut(void **state)
{
	const size_t ring = sizeof(RING "\r\n") - 1;
	char *text = long_text(OPTION "X: ", 'x', 65536, "\r\n" RING "\r\n");
	size_t to = strlen(text) - ring;
	const size_t max = SIP_MESSAGE_BYTES_MAX;
	const struct frame given_up[] = { { MESSAGE, 0, max },
					  { OTHER, max, to },
					  { MESSAGE, to, to + ring } };

	(void)state;
	check_long(text, given_up, 3);
	free(text);
	/* one byte decides */
	text = long_text(OPTION "X: ", 'x', 65536 - 26 - 4, "\r\n\r\n" RING);
	const struct frame fits[] = { { MESSAGE, 0, 65536 },
				      { OTHER, 65536, 65536 + ring - 2 } };
	check_long(text, fits, 2);
	free(text);
	text = long_text(OPTION "X: ", 'x', 65536 - 26 - 2, "\r\n\r\n" RING);
	const struct frame over[] = { { MESSAGE, 0, max },
				      { OTHER, max, strlen(text) } };
	check_long(text, over, 2);
	free(text);
}

static void a_line_too_long_is_no_start_line(void **state)
{
	char *fits =
		long_text("OPTIONS sip:", 'a', 8192 - 20, " SIP/2.0\r\n\r\n");
	char *over =
		long_text("OPTIONS sip:", 'a', 8192 - 19, " SIP/2.0\r\n\r\n");
	struct sip_framer f = { .flags = 0 };
	size_t len = 0;

	(void)state;
	check_long(fits, &(struct frame){ MESSAGE, 0, 8196 }, 1);
	check_long(over, &(struct frame){ OTHER, 0, 8197 }, 1);
	/* and is not waited for */
	assert_int_equal(
		sip_framer_next(&f, (struct slice){ over, 8192 }, false, &len),
		SIP_FRAME_MORE);
	assert_int_equal(
		sip_framer_next(&f, (struct slice){ over, 8193 }, false, &len),
		OTHER);
	assert_int_equal(len, 8193);
	free(fits);
	free(over);
}

static void a_body_that_holds_messages_tells_what_it_needs(void **state)
{
	struct sip_framer f = { .flags = 0 };
	size_t len = 0;

	(void)state;
	assert_int_equal(
		sip_framer_next(
			&f, SLICE(RING "c: multipart/mixed\r\nl: 9\r\n\r\n"),
			false, &len),
		SIP_FRAME_MORE);
	assert_int_equal(len,
			 sizeof(RING "c: multipart/mixed\r\nl: 9\r\n\r\n") + 8);
	assert_int_equal(sip_framer_next(&f, SLICE(""), true, &len),
			 SIP_FRAME_MORE);
}

static void seeking_finds_where_a_start_line_may_begin(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{ "", 0 },
		{ RING, 0 },
		{ "INVITE sip:a", 0 },
		{ "SI", 0 },
		{ "\r\n\r\n" RING, 4 },
		{ "a=b\r\n" RING "\r\n", 5 },
		{ "Via: SIP/2.0/UDP x\r\n\r\n", 22 },
		{ "x SIP/2.0 200 OK\r\nSIP/2", 18 },
		{ "x\ninvite sip:a\n", 2 },
		{ "\x80\x01\x02\r\x80", 5 },
		{ "\x16\x03INVITE sip:a SIP/2.0\n", 23 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(sip_framer_seek(slice_of(cases[i].text)),
				 cases[i].at);
}

static void an_answer_about_the_begin_is_final(void **state)
{
	static const struct {
		const char *text;
		size_t told; /* by so many bytes */
		enum sip_begins answer;
	} cases[] = {
		{ "INVITE sip:alice", 12, SIP_BEGINS_YES },
		{ "SIP/2.0 180 Ringing", 10, SIP_BEGINS_YES },
		{ "SIP/2.0 x\r\n", 10, SIP_BEGINS_NO },
		{ "SIP/3.0 1\r\n", 10, SIP_BEGINS_YES },
		{ "DO http://x SIP/2.0\r", 20, SIP_BEGINS_YES },
		{ "DO http://x SIP/2.0x y\n", 23, SIP_BEGINS_NO },
		{ "GET / HTTP/1.1\r\n", 15, SIP_BEGINS_NO },
		{ "\r\nINVITE sip:a", 1, SIP_BEGINS_NO },
		{ "\x80", 1, SIP_BEGINS_NO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t n = 0; n <= strlen(cases[i].text); n++)
			assert_int_equal(
				sip_framer_begins(slice_sub(
					slice_of(cases[i].text), 0, n)),
				n < cases[i].told ? SIP_BEGINS_MORE
						  : cases[i].answer);
}

/* A megabyte that comes byte by byte, of what costs most. */
static void work_does_not_grow_with_the_cuts(void **state)
{
	static const char *const begins[] = {
		"",
		"OPTIONS sip:a SIP/2.0",
		OPTION "X: ",
		OPTION "c: a/b\r\n\r\n",
		OPTION "l: 60000\r\n\r\n",
		OPTION "l: 60000\r\nc: message/cpim\r\n\r\n",
	};
	static const char fill[] = { 'x', '\r', '\n', ' ' };
	clock_t from = clock();

	(void)state;
	for (size_t i = 0; i < 24; i++) {
		char *text = long_text(begins[i / 4], fill[i % 4], 60000, "");
		struct sip_framer f = { .flags = 0 };
		size_t end = strlen(text);
		size_t done = 0;

		for (size_t to = 1; to < end; to++) {
			struct slice rest = { text + done, to - done };
			size_t len = 0;

			if (sip_framer_next(&f, rest, false, &len) !=
			    SIP_FRAME_MORE)
				done += len;
		}
		free(text);
	}
	/* 1.4 million calls: 20 ms and not 20 seconds */
	assert_true(clock() - from < 4 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_end_where_their_length_says),
		cmocka_unit_test(without_length_and_type_there_is_no_body),
		cmocka_unit_test(
			without_length_a_typed_body_ends_at_a_start_line),
		cmocka_unit_test(a_length_too_long_ends_at_a_start_line),
		cmocka_unit_test(what_is_no_message_is_passed_over),
		cmocka_unit_test(line_ends_are_those_of_the_parser),
		cmocka_unit_test(
			the_parser_reads_a_message_as_far_as_the_framer),
		cmocka_unit_test(
			a_message_too_long_is_cut_and_its_rest_passed_over),
		cmocka_unit_test(a_body_without_length_is_cut_as_well),
		cmocka_unit_test(behind_a_cut_body_a_start_line_begins_a_line),
		cmocka_unit_test(a_head_without_end_is_cut),
		cmocka_unit_test(a_line_too_long_is_no_start_line),
		cmocka_unit_test(
			a_body_that_holds_messages_tells_what_it_needs),
		cmocka_unit_test(seeking_finds_where_a_start_line_may_begin),
		cmocka_unit_test(an_answer_about_the_begin_is_final),
		cmocka_unit_test(work_does_not_grow_with_the_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
