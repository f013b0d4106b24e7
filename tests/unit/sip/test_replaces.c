/* Replaces (the examples of RFC 3891 section 6.1) and headers of URIs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/sip/replaces.h"

static void assert_slice(struct slice s, const char *text)
{
	if (text == NULL) {
		assert_false(slice_is_set(s));
		return;
	}
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.ptr, text, s.len);
}

static void a_dialog_is_named_by_call_id_and_tags(void **state)
{
	static const struct {
		const char *value;
		const char *call_id;
		const char *to_tag;
		const char *from_tag;
		bool early_only;
	} cases[] = {
		{ "98732@sip.example.com\r\n ;from-tag=r33th4x0r\r\n "
		  ";to-tag=ff87ff",
		  "98732@sip.example.com", "ff87ff", "r33th4x0r", false },
		{ "12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only",
		  "12adf2f34456gs5", "12345", "54321", true },
		{ "87134@171.161.34.23;to-tag=24796;from-tag=0",
		  "87134@171.161.34.23", "24796", "0", false },
		{ " a@b ", "a@b", NULL, NULL, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sip_replaces r;

		assert_int_equal(
			sip_replaces_parse(&r, slice_of(cases[i].value)),
			ERR_OK);
		assert_slice(r.call_id, cases[i].call_id);
		assert_slice(r.to_tag, cases[i].to_tag);
		assert_slice(r.from_tag, cases[i].from_tag);
		assert_int_equal(r.early_only, cases[i].early_only);
	}
	(void)state;
}

static void without_call_id_it_is_malformed(void **state)
{
	struct sip_replaces r;

	assert_int_equal(sip_replaces_parse(&r, SLICE("")), ERR_MALFORMED);
	assert_int_equal(sip_replaces_parse(&r, SLICE(" ;to-tag=1")),
			 ERR_MALFORMED);
	assert_int_equal(sip_replaces_parse(&r, SLICE_NONE), ERR_MALFORMED);
	(void)state;
}

static void a_header_of_a_uri_is_read_without_escapes(void **state)
{
	static const struct {
		const char *headers;
		const char *value; /* NULL: ERR_MALFORMED */
	} cases[] = {
		{ "Replaces=425928%40bobster.example.org%3Bto-tag%3D7743"
		  "%3Bfrom-tag%3D6472",
		  "425928@bobster.example.org;to-tag=7743;from-tag=6472" },
		{ "Require=replaces&replaces=a%3bb&Subject=x", "a;b" },
		{ "REPLACES=plain", "plain" },
		{ "Replaces=a=b", "a=b" },
		{ "Replaces=", "" },
		{ "Replaces=%00", "" }, /* one byte, a zero */
		{ "&&Replaces=x&&", "x" },
		{ "Replaces", "" },
		{ "", NULL },
		{ "Replacesx=1&xReplaces=2", NULL },
		{ "Replaces=%", NULL },
		{ "Replaces=%4", NULL },
		{ "Replaces=%4&x=1", NULL },
		{ "Replaces=%g0", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];
		struct slice value;
		enum err e = sip_uri_header(slice_of(cases[i].headers),
					    SLICE("Replaces"), text,
					    sizeof(text), &value);

		assert_int_equal(e, cases[i].value == NULL ? ERR_MALFORMED
							   : ERR_OK);
		if (e == ERR_OK && i != 5)
			assert_slice(value, cases[i].value);
		if (i == 5)
			assert_true(value.len == 1 && value.ptr[0] == '\0');
	}
	(void)state;
}

static void what_does_not_fit_is_over_the_limit(void **state)
{
	char text[4];
	struct slice value;

	assert_int_equal(sip_uri_header(SLICE("Replaces=%41bcd"),
					SLICE("Replaces"), text, sizeof(text),
					&value),
			 ERR_OK);
	assert_slice(value, "Abcd");
	assert_int_equal(sip_uri_header(SLICE("Replaces=%41bcde"),
					SLICE("Replaces"), text, sizeof(text),
					&value),
			 ERR_LIMIT);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dialog_is_named_by_call_id_and_tags),
		cmocka_unit_test(without_call_id_it_is_malformed),
		cmocka_unit_test(a_header_of_a_uri_is_read_without_escapes),
		cmocka_unit_test(what_does_not_fit_is_over_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
