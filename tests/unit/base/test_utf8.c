/* Code points (RFC 3629), their cells, and strangers' bytes made safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/utf8.h"

static void well_formed_sequences_give_their_code_point(void **state)
{
	static const struct {
		struct slice bytes;
		int32_t cp;
	} cases[] = {
		{ { "A", 1 }, 'A' },
		{ { "\0", 1 }, 0 },
		{ { "\x7f", 1 }, 0x7f },
		{ { "\xc2\x80", 2 }, 0x80 },
		{ { "\xdf\xbf", 2 }, 0x7ff },
		{ { "\xe0\xa0\x80", 3 }, 0x800 },
		{ { "\xed\x9f\xbf", 3 }, 0xd7ff },
		{ { "\xee\x80\x80", 3 }, 0xe000 },
		{ { "\xef\xbf\xbf", 3 }, 0xffff },
		{ { "\xf0\x90\x80\x80", 4 }, 0x10000 },
		{ { "\xf4\x8f\xbf\xbf", 4 }, 0x10ffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice rest = cases[i].bytes;
		char out[4];

		assert_int_equal(utf8_next(&rest), cases[i].cp);
		assert_int_equal(rest.len, 0);
		assert_int_equal(utf8_put((uint32_t)cases[i].cp, out),
				 cases[i].bytes.len);
		assert_memory_equal(out, cases[i].bytes.ptr,
				    cases[i].bytes.len);
	}
}

static void a_broken_sequence_costs_one_byte(void **state)
{
	static const struct slice cases[] = {
		{ "\x80", 1 },             /* a tail without a head */
		{ "\xc0\xaf", 2 },         /* overlong */
		{ "\xc1\xbf", 2 },         /* overlong */
		{ "\xe0\x9f\xbf", 3 },     /* overlong */
		{ "\xf0\x8f\xbf\xbf", 4 }, /* overlong */
		{ "\xed\xa0\x80", 3 },     /* a surrogate */
		{ "\xed\xbf\xbf", 3 },     /* a surrogate */
		{ "\xf4\x90\x80\x80", 4 }, /* over U+10FFFF */
		{ "\xf5\x80\x80\x80", 4 },
		{ "\xff", 1 },
		{ "\xc2", 1 }, /* cut */
		{ "\xe2\x82", 2 },
		{ "\xf0\x9f\x93", 3 },
		{ "\xc2\x41", 2 }, /* broken off */
		{ "\xe2\x82\x41", 3 },
		{ "\xf0\x9f\x93\x41", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice rest = cases[i];

		assert_int_equal(utf8_next(&rest), -1);
		assert_int_equal(rest.len, cases[i].len - 1);
		assert_ptr_equal(rest.ptr, cases[i].ptr + 1);
	}
}

static void every_code_point_is_written_and_read_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char out[4];
		struct slice s = { out, utf8_put(cp, out) };
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
		int32_t back = utf8_next(&s);

		if (back != (surrogate ? -1 : (int32_t)cp))
			fail_msg("U+%04X became %d", cp, back);
	}
}

static void what_moves_or_hides_text_is_unsafe(void **state)
{
	static const uint32_t unsafe[] = {
		0x00,
		0x07,
		0x1b,
		0x1f,
		0x7f,
		0x80,
		0x9b,
		0x9f,
		0x61c,
		0x200b,
		0x200d,
		0x200e,
		0x200f,
		0x2028,
		0x2029,
		0x202a,
		0x202e,
		0x2066,
		0x2069,
		0xd800,
		0xdfff,
		0xe000,
		0xf8ff,
		0xfdd0,
		0xfeff,
		0xfff9,
		0xfffe,
		0xffff,
		0x1fffe,
		0x2ffff,
		0xe0001,
		0xe007f,
		0xf0000,
		0x10ffff,
		/* unassigned: in a block, a gap, whole planes */
		0x378,
		0x530,
		0x5ff,
		0x2fe0,
		0x1ff5,
		0x1f8ff,
		0x2ffff,
		0x323b0,
		0x40000,
		0x9abcd,
		0xdfffd,
		/* no picture of their own (Cf, default ignorable) */
		0x115f,
		0x3164,
		0xffa0,
		0x1d173,
		0x1bca0,
		0x34f,
		0x600,
	};
	static const uint32_t safe[] = {
		' ',    '~',    0xa0,    0xe9,    0x301,   0x3a9,  0x5d0,
		0x627,  0x1ea5, 0x20ac,  0x2500,  0x25cf,  0x3042, 0x4e2d,
		0xac00, 0xfffd, 0x1f4de, 0x20000, 0x30000,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (!utf8_is_unsafe(unsafe[i]))
			fail_msg("U+%04X passes", unsafe[i]);
	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		if (utf8_is_unsafe(safe[i]))
			fail_msg("U+%04X is held back", safe[i]);
}

static void cells_are_those_of_a_terminal(void **state)
{
	/* UAX #11 and general categories Mn, Me */
	static const struct {
		uint32_t cp;
		unsigned cells;
	} cases[] = {
		{ 'a', 1 },     { 0xe9, 1 },    { 0x1ea5, 1 },  { 0x300, 0 },
		{ 0x36f, 0 },   { 0x489, 0 },   { 0x5b0, 0 },   { 0x5c7, 0 },
		{ 0x64b, 0 },   { 0x93c, 0 },   { 0x94d, 0 },   { 0x981, 0 },
		{ 0x9cd, 0 },   { 0xe34, 0 },   { 0xeb1, 0 },   { 0x1ab0, 0 },
		{ 0x20d0, 0 },  { 0x302a, 0 },  { 0xfe20, 0 },  { 0x1e8d0, 0 },
		{ 0x2500, 1 },  { 0x1100, 2 },  { 0x3042, 2 },  { 0x4e2d, 2 },
		{ 0xac00, 2 },  { 0xff21, 2 },  { 0xff71, 1 },  { 0x1f4de, 2 },
		{ 0x1f5a5, 1 }, { 0x1f336, 1 }, { 0x20000, 2 }, { 0x30000, 2 },
		{ 0x303f, 1 },  { 0x4dc0, 2 },  { 0xfffd, 1 },  { 0x260e, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (utf8_cells(cases[i].cp) != cases[i].cells)
			fail_msg("U+%04X takes %u cells", cases[i].cp,
				 utf8_cells(cases[i].cp));
}

static void strangers_bytes_are_shown(void **state)
{
	static const struct {
		struct slice in;
		const char *out;
		size_t cells;
	} cases[] = {
		{ { "", 0 }, "", 0 },
		{ { "plain", 5 }, "plain", 5 },
		{ { "\x1b[31m", 5 }, "\\x1b[31m", 8 },
		{ { "a\0b\r\n\t\x7f", 7 }, "a\\x00b\\x0d\\x0a\\x09\\x7f", 22 },
		{ { "\x9b", 1 }, "\\x9b", 4 },
		{ { "\xc2\x9b", 2 }, "\\u009b", 6 },
		{ { "\xe2\x80\xae", 3 }, "\\u202e", 6 },
		{ { "\xf3\xa0\x80\x81", 4 }, "\\U0e0001", 8 },
		{ { "\xf4\x8f\xbf\xbf", 4 }, "\\U10ffff", 8 },
		{ { "\xc3\xa9", 2 }, "\xc3\xa9", 1 },
		{ { "\xe4\xb8\xad", 3 }, "\xe4\xb8\xad", 2 },
		{ { "e\xcc\x81", 3 }, "e\xcc\x81", 1 },
		{ { "\xe4\xb8", 2 }, "\\xe4\\xb8", 8 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;

		buf_init(&b, 1000);
		utf8_show(&b, cases[i].in);
		assert_true(slice_eq(buf_slice(&b), slice_of(cases[i].out)));
		assert_int_equal(utf8_shown_cells(cases[i].in), cases[i].cells);
		buf_free(&b);
	}
}

static void a_shown_piece_is_told_from_an_escaped_one(void **state)
{
	struct slice rest = SLICE("a\xe2\x80\xae\xf4\x8f\xbf\xbf");
	char out[12];
	bool escaped;

	(void)state;
	assert_int_equal(utf8_show_next(&rest, out, &escaped), 1);
	assert_false(escaped);
	assert_int_equal(utf8_show_next(&rest, out, &escaped), 6);
	assert_true(escaped);
	assert_int_equal(utf8_show_next(&rest, out, &escaped), 8);
	assert_true(escaped);
	assert_int_equal(rest.len, 0);
}

static void what_does_not_fit_is_cut_and_says_so(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "alice", 8, "alice" },
		{ "alice", 7, "alice" },
		{ "alice", 6, "alic~" },
		{ "a\x1b", 8, "a\\x1b" },
		{ "a\x1b[", 6, "a~" },
		{ "\xe2\x82\xac!", 5, "\xe2\x82\xac~" },
		{ "\xe2\x82\xac", 4, "~" },
		{ "", 2, "" },
	};
	char out[8];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(utf8_show_cut(slice_of(cases[i].in), out,
						  cases[i].size),
				    cases[i].out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_sequences_give_their_code_point),
		cmocka_unit_test(a_broken_sequence_costs_one_byte),
		cmocka_unit_test(every_code_point_is_written_and_read_back),
		cmocka_unit_test(what_moves_or_hides_text_is_unsafe),
		cmocka_unit_test(cells_are_those_of_a_terminal),
		cmocka_unit_test(strangers_bytes_are_shown),
		cmocka_unit_test(a_shown_piece_is_told_from_an_escaped_one),
		cmocka_unit_test(what_does_not_fit_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
