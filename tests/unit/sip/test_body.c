/* Multipart bodies (RFC 2046 section 5.1.1, RFC 5621). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/body.h"

#define MIXED SLICE("multipart/mixed;boundary=\"b 1\"")

static const char two_parts[] = "preamble --b 1\r\n"
				"--b 1\r\n"
				"Content-Type: text/plain\r\n"
				"Content-ID: <x@y>\r\n"
				"\r\n"
				"Hello\r\n--b 10 is no delimiter\r\n"
				"\r\n--b 1  \r\n"
				"\r\n"
				"no fields"
				"\r\n--b 1--\r\n"
				"epilogue\r\n--b 1\r\n";

static void parts_come_apart(void **state)
{
	struct sip_part parts[4];
	bool broken = true;

	(void)state;
	assert_int_equal(
		sip_body_parts(MIXED, slice_of(two_parts), parts, 4, &broken),
		2);
	assert_false(broken);
	assert_true(slice_eq(parts[0].content_type, SLICE("text/plain")));
	assert_true(slice_eq(parts[0].content_id, SLICE("<x@y>")));
	assert_true(slice_eq(parts[0].body,
			     SLICE("Hello\r\n--b 10 is no delimiter\r\n")));
	assert_int_equal(parts[0].depth, 0);
	assert_false(slice_is_set(parts[1].content_type));
	assert_true(slice_eq(parts[1].body, SLICE("no fields")));
}

static void there_are_no_more_parts_than_room(void **state)
{
	struct sip_part parts[1];

	(void)state;
	assert_int_equal(
		sip_body_parts(MIXED, slice_of(two_parts), parts, 1, NULL), 1);
	assert_int_equal(
		sip_body_parts(MIXED, slice_of(two_parts), parts, 0, NULL), 0);
}

static void another_body_is_one_part(void **state)
{
	struct sip_part parts[2];
	bool broken = true;

	(void)state;
	assert_int_equal(sip_body_parts(SLICE("text/plain"), SLICE("hi"), parts,
					2, &broken),
			 1);
	assert_false(broken);
	assert_true(slice_eq(parts[0].body, SLICE("hi")));
	assert_int_equal(
		sip_body_parts(SLICE_NONE, SLICE("hi"), parts, 2, &broken), 1);
	assert_int_equal(
		sip_body_parts(SLICE_NONE, SLICE_NONE, parts, 2, &broken), 0);
}

static const char nested[] =
	"--o\r\n"
	"Content-Type: multipart/alternative;boundary=i\r\n"
	"\r\n"
	"--i\r\n"
	"Content-Type: text/plain\r\n"
	"\r\n"
	"a\r\n"
	"--i\r\n"
	"content-type : Application / SDP ; x=y\r\n"
	"\r\n"
	"v=0\r\n"
	"--i--\r\n"
	"--o\r\n"
	"c: text/html\r\n"
	"\r\n"
	"z"
	"\r\n--o--";

static void inner_parts_follow_the_part_that_holds_them(void **state)
{
	static const unsigned depths[] = { 0, 1, 1, 0 };
	struct sip_part parts[8];
	bool broken;

	(void)state;
	assert_int_equal(sip_body_parts(SLICE("multipart/mixed; boundary=o"),
					slice_of(nested), parts, 8, &broken),
			 4);
	assert_false(broken);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(parts[i].depth, depths[i]);
	assert_true(slice_eq(parts[1].body, SLICE("a")));
	assert_true(slice_eq(parts[3].body, SLICE("z")));
}

static void sdp_is_found_at_any_depth(void **state)
{
	(void)state;
	assert_true(slice_eq(sip_body_sdp(SLICE("multipart/mixed; boundary=o"),
					  slice_of(nested)),
			     SLICE("v=0")));
	assert_true(slice_eq(
		sip_body_sdp(SLICE("APPLICATION/sdp;a=b"), SLICE("v=0")),
		SLICE("v=0")));
	assert_false(slice_is_set(
		sip_body_sdp(SLICE("application/sdpx"), SLICE("v=0"))));
	assert_false(slice_is_set(sip_body_sdp(SLICE_NONE, SLICE("v=0"))));
	assert_false(slice_is_set(
		sip_body_sdp(SLICE("application/sdp"), SLICE(""))));
}

static void a_missing_boundary_is_told(void **state)
{
	static const struct {
		const char *type, *body;
		unsigned count;
	} rows[] = {
		{ "multipart/mixed", "--b\r\n\r\nx\r\n--b--", 0 },
		{ "multipart/mixed;boundary=\"\"", "--\r\n\r\nx", 0 },
		{ "multipart/mixed;boundary=b", "x", 0 },
		{ "multipart/mixed;boundary=b", "--b\r\n\r\nx", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_part parts[2];
		bool broken = false;

		assert_int_equal(sip_body_parts(slice_of(rows[i].type),
						slice_of(rows[i].body), parts,
						2, &broken),
				 rows[i].count);
		assert_true(broken);
	}
}

static void nesting_has_an_end(void **state)
{
	static const char level[] =
		"--b\nContent-Type: multipart/mixed;boundary=b\n\n";
	char text[20 * sizeof(level)];
	struct sip_part parts[SIP_BODY_PARTS_MAX];
	unsigned count;
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		memcpy(text + len, level, sizeof(level) - 1);
		len += sizeof(level) - 1;
	}
	count = sip_body_parts(SLICE("multipart/mixed;boundary=b"),
			       (struct slice){ text, len }, parts,
			       SIP_BODY_PARTS_MAX, NULL);
	assert_true(count > 0);
	for (unsigned i = 0; i < count; i++)
		assert_true(parts[i].depth < SIP_BODY_DEPTH_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_apart),
		cmocka_unit_test(there_are_no_more_parts_than_room),
		cmocka_unit_test(another_body_is_one_part),
		cmocka_unit_test(inner_parts_follow_the_part_that_holds_them),
		cmocka_unit_test(sdp_is_found_at_any_depth),
		cmocka_unit_test(a_missing_boundary_is_told),
		cmocka_unit_test(nesting_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
