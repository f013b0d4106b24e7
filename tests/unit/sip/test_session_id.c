/* Session-ID: the examples of RFC 7989 section 5 and of RFC 7329, and what is
 * near to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/sip/session_id.h"

#define A   "ab30317f1a784dc48ff824d0d3715d86"
#define B   "47755a9de7794ba387653f2099600ef2"
#define NIL "00000000000000000000000000000000"

static void assert_slice(struct slice s, const char *text)
{
	if (text == NULL) {
		assert_false(slice_is_set(s));
		return;
	}
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.ptr, text, s.len);
}

static void both_uuids_are_read(void **state)
{
	static const struct {
		const char *value;
		const char *local;
		const char *remote;
	} cases[] = {
		{ A ";remote=" B, A, B },
		{ A ";remote=" NIL, A, NIL },
		{ A, A, NULL },
		{ "  " A " ; Remote = " B " ;x=y", A, B },
		{ A ";logme;remote=" B, A, B },
		{ "AB30317F1A784DC48FF824D0D3715D86",
		  "AB30317F1A784DC48FF824D0D3715D86", NULL },
		{ A ";remote", A, NULL },
		{ A ";remote=", A, NULL },
		{ A ";remote=" A "0", A, NULL },
		{ A ";remote=\"" B "\"", A, NULL },
		{ A ";;;", A, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sip_session_id id;

		assert_int_equal(
			sip_session_id_parse(&id, slice_of(cases[i].value)),
			ERR_OK);
		assert_slice(id.local, cases[i].local);
		assert_slice(id.remote, cases[i].remote);
	}
	(void)state;
}

static void what_does_not_begin_with_a_uuid_is_malformed(void **state)
{
	static const char *const cases[] = {
		"",
		";remote=" B,
		A "0",
		"ab30317f1a784dc48ff824d0d3715d8",
		"ab30317f1a784dc48ff824d0d3715d8g",
		"ab30317f-1a78-4dc4-8ff8-24d0d3715d86",
		"\"" A "\"",
	};
	struct sip_session_id id;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(sip_session_id_parse(&id, slice_of(cases[i])),
				 ERR_MALFORMED);
	assert_int_equal(sip_session_id_parse(&id, SLICE_NONE), ERR_MALFORMED);
	(void)state;
}

static void the_nil_uuid_is_all_zeros(void **state)
{
	assert_true(sip_uuid_is_nil(SLICE(NIL)));
	assert_false(sip_uuid_is_nil(SLICE(A)));
	assert_false(
		sip_uuid_is_nil(SLICE("00000000000000000000000000000001")));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_uuids_are_read),
		cmocka_unit_test(what_does_not_begin_with_a_uuid_is_malformed),
		cmocka_unit_test(the_nil_uuid_is_all_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
