/* Names of header fields, and the walk over them (RFC 3261 section 7.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/header.h"

struct field {
	enum sip_header_id id;
	const char *name;
	const char *value;
};

static void expect_fields(const char *text, const struct field *want, size_t n)
{
	struct slice rest = slice_of(text);
	struct sip_header h;

	for (size_t i = 0; i < n; i++) {
		assert_true(sip_header_next(&rest, &h));
		assert_int_equal(h.id, want[i].id);
		assert_true(slice_eq(h.name, slice_of(want[i].name)));
		assert_true(slice_eq(h.value, slice_of(want[i].value)));
	}
	assert_false(sip_header_next(&rest, &h));
}

#define EXPECT_FIELDS(text, want)                                              \
	expect_fields(text, want, sizeof(want) / sizeof((want)[0]))

static void every_name_is_found_whatever_its_case(void **state)
{
	(void)state;
	for (unsigned i = SIP_HEADER_OTHER + 1; i < SIP_HEADERS; i++) {
		struct slice name =
			slice_of(sip_header_name((enum sip_header_id)i));
		char other[32];

		assert_int_equal(sip_header_of(name), i);
		assert_true(name.len < sizeof(other));
		for (size_t k = 0; k < name.len; k++) {
			bool small = name.ptr[k] >= 'a' && name.ptr[k] <= 'z';

			other[k] =
				(char)(small ? name.ptr[k] - 32 : name.ptr[k]);
		}
		assert_int_equal(
			sip_header_of((struct slice){ other, name.len }), i);
	}
	assert_true(SIP_HEADERS <= 64);
}

/* The registry of header field names: a, d and j name no field of ours. */
static void compact_forms_are_those_of_the_registry(void **state)
{
	static const struct {
		const char *form;
		enum sip_header_id id;
	} rows[] = {
		{ "b", SIP_HEADER_REFERRED_BY },
		{ "c", SIP_HEADER_CONTENT_TYPE },
		{ "e", SIP_HEADER_CONTENT_ENCODING },
		{ "f", SIP_HEADER_FROM },
		{ "i", SIP_HEADER_CALL_ID },
		{ "k", SIP_HEADER_SUPPORTED },
		{ "l", SIP_HEADER_CONTENT_LENGTH },
		{ "m", SIP_HEADER_CONTACT },
		{ "n", SIP_HEADER_IDENTITY_INFO },
		{ "o", SIP_HEADER_EVENT },
		{ "r", SIP_HEADER_REFER_TO },
		{ "s", SIP_HEADER_SUBJECT },
		{ "t", SIP_HEADER_TO },
		{ "u", SIP_HEADER_ALLOW_EVENTS },
		{ "v", SIP_HEADER_VIA },
		{ "V", SIP_HEADER_VIA },
		{ "x", SIP_HEADER_SESSION_EXPIRES },
		{ "y", SIP_HEADER_IDENTITY },
		{ "a", SIP_HEADER_OTHER },
		{ "d", SIP_HEADER_OTHER },
		{ "j", SIP_HEADER_OTHER },
		{ "z", SIP_HEADER_OTHER },
		{ "@", SIP_HEADER_OTHER },
		{ "", SIP_HEADER_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sip_header_of(slice_of(rows[i].form)),
				 rows[i].id);
}

static void a_name_that_is_nearly_known_is_another(void **state)
{
	static const char *const names[] = { "Vio", "Call_ID", "Call-IDs",
					     "P-Preferred-Identit",
					     "P-Preferred-Identityy" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(sip_header_of(slice_of(names[i])),
				 SIP_HEADER_OTHER);
}

static void a_walk_gives_each_field_once(void **state)
{
	static const struct field want[] = {
		{ SIP_HEADER_VIA, "v", "SIP/2.0/UDP a" },
		{ SIP_HEADER_OTHER, "X-Y", "" },
		{ SIP_HEADER_TO, "TO", "<sip:b>" },
	};

	(void)state;
	EXPECT_FIELDS("v: SIP/2.0/UDP a\r\nX-Y:\r\nTO \t:  <sip:b>  \r\n",
		      want);
}

static void a_folded_field_is_one(void **state)
{
	static const struct field want[] = {
		{ SIP_HEADER_SUBJECT, "Subject", "one\r\n two\n\tthree" },
		{ SIP_HEADER_FROM, "From", "<sip:b>" },
	};

	(void)state;
	EXPECT_FIELDS("Subject:\r\n one\r\n two\n\tthree\r\nFrom:<sip:b>",
		      want);
}

static void lines_may_end_with_lf_or_cr_alone(void **state)
{
	static const struct field want[] = {
		{ SIP_HEADER_TO, "To", "a" },
		{ SIP_HEADER_FROM, "From", "b" },
		{ SIP_HEADER_CSEQ, "CSeq", "c" },
		{ SIP_HEADER_VIA, "Via", "d" },
	};

	(void)state;
	EXPECT_FIELDS("To: a\nFrom: b\rCSeq: c\r\r\nVia: d\r", want);
}

static void a_line_without_a_colon_has_no_name(void **state)
{
	static const struct field want[] = {
		{ SIP_HEADER_OTHER, "", "no field at all" },
		{ SIP_HEADER_TO, "To", "a" },
	};

	(void)state;
	EXPECT_FIELDS("no field at all\r\nTo: a\r\n", want);
}

static void commas_part_values_but_not_in_quotes_or_brackets(void **state)
{
	static const char *const want[] = {
		"\"a,\\\"b\" <sip:c,d@e>",
		"<sip:f>",
		"",
		/* an open quote hides nothing */
		"\"open",
		"g",
	};
	struct slice rest =
		SLICE("\"a,\\\"b\" <sip:c,d@e> , <sip:f>,,\"open, g");
	struct slice value;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_true(sip_value_next(&rest, &value));
		assert_true(slice_eq(value, slice_of(want[i])));
	}
	assert_false(sip_value_next(&rest, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found_whatever_its_case),
		cmocka_unit_test(compact_forms_are_those_of_the_registry),
		cmocka_unit_test(a_name_that_is_nearly_known_is_another),
		cmocka_unit_test(a_walk_gives_each_field_once),
		cmocka_unit_test(a_folded_field_is_one),
		cmocka_unit_test(lines_may_end_with_lf_or_cr_alone),
		cmocka_unit_test(a_line_without_a_colon_has_no_name),
		cmocka_unit_test(
			commas_part_values_but_not_in_quotes_or_brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
