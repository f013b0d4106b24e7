/* Claim constraints (RFC 8226 section 8, RFC 9118). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/constraints.h"
#include "../../tools/pki.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct question {
	const char *payload;
	bool allowed;
};

static void ask(const struct pki_constraints *c, const struct question *q,
		size_t count)
{
	struct constraints read;
	struct buf der;

	buf_init(&der, 4096);
	pki_constraints_der(&der, c);
	constraints_read(buf_slice(&der),
			 c->enhanced || c->must_exclude != NULL, &read);
	assert_false(read.is_malformed);
	for (size_t i = 0; i < count; i++) {
		json_t *payload = json_loads(q[i].payload, 0, NULL);
		const char *why = NULL;

		assert_non_null(payload);
		if (constraints_allow(&read, payload, &why) != q[i].allowed)
			fail_msg("%s", q[i].payload);
		assert_int_equal(why == NULL, q[i].allowed);
		json_decref(payload);
	}
	buf_free(&der);
}

static void a_claim_that_must_be_is_there(void **state)
{
	static const char *const names[] = { "attest", "origid", NULL };
	static const struct pki_constraints c = { .must_include = names };
	static const struct question questions[] = {
		{ "{\"attest\":\"A\",\"origid\":\"x\"}", true },
		{ "{\"attest\":\"A\",\"origid\":null}", true },
		{ "{\"attest\":\"A\"}", false },
		{ "{\"attest\":\"A\",\"x\":{\"origid\":1}}", false },
		{ "{}", false },
	};

	(void)state;
	ask(&c, questions, COUNT(questions));
}

/* Section 8: "If the claim name is present, the claim MUST contain one of the
 * listed values." */
static void a_claim_has_a_value_that_is_listed_or_is_absent(void **state)
{
	static const char *const letters[] = { "B", "C", NULL };
	static const char *const rcd[] = { "{\"nam\": \"Q\", \"apn\": \"1\"}",
					   NULL };
	static const char *const numbers[] = { "7", "[1,2]", "true", NULL };
	static const struct pki_permitted permitted[] = {
		{ "attest", letters },
		{ "rcd", rcd },
		{ "n", numbers },
		{ NULL, NULL },
	};
	static const struct pki_constraints c = { .permitted = permitted };
	static const struct question questions[] = {
		{ "{\"attest\":\"B\"}", true },
		{ "{\"attest\":\"C\"}", true },
		{ "{\"attest\":\"A\"}", false },
		{ "{\"attest\":\"b\"}", false },
		{ "{\"attest\":\"\"}", false },
		{ "{\"attest\":[\"B\"]}", false },
		{ "{\"other\":\"A\"}", true },
		{ "{\"rcd\":{\"apn\":\"1\",\"nam\":\"Q\"}}", true },
		{ "{\"rcd\":{\"apn\":\"1\",\"nam\":\"R\"}}", false },
		{ "{\"rcd\":{\"nam\":\"Q\"}}", false },
		{ "{\"n\":7}", true },
		{ "{\"n\":\"7\"}", true },
		{ "{\"n\":70}", false },
		{ "{\"n\":[1,2]}", true },
		{ "{\"n\":[2,1]}", false },
		{ "{\"n\":true}", true },
		{ "{\"n\":null}", false },
	};

	(void)state;
	ask(&c, questions, COUNT(questions));
}

static void a_claim_that_is_excluded_is_not_there(void **state)
{
	static const char *const names[] = { "rcd", "rcdi", NULL };
	static const struct pki_constraints c = { .must_exclude = names };
	static const struct question questions[] = {
		{ "{\"attest\":\"A\"}", true },
		{ "{\"attest\":\"A\",\"rcdi\":{}}", false },
	};

	(void)state;
	ask(&c, questions, COUNT(questions));
}

/* RFC 9118 section 3: "iat", "orig" and "dest" MUST NOT be listed. */
static void an_extension_that_excludes_iat_counts_for_nothing(void **state)
{
	static const char *const must[] = { "attest", NULL };
	static const char *const names[] = { "rcd", "iat", NULL };
	static const struct pki_constraints c = { .must_include = must,
						  .must_exclude = names };
	static const struct question questions[] = {
		{ "{\"iat\":1}", true },
		{ "{\"rcd\":{}}", true },
	};

	(void)state;
	ask(&c, questions, COUNT(questions));
}

static void what_does_not_decode_allows_nothing(void **state)
{
	static const struct {
		const char *der;
		size_t len;
		bool enhanced;
		bool good;
	} cases[] = {
		/* { [0] { "a" } } */
		{ "\x30\x07\xa0\x05\x30\x03\x16\x01\x61", 9, false, true },
		{ "\x30\x07\xa0\x05\x30\x03\x16\x01\x61", 9, true, true },
		{ "\x30\x07\xa0\x05\x30\x03\x16\x01\x61\x00", 10, false,
		  false },
		{ "\x30\x07\xa0\x05\x30\x03\x16\x01", 8, false, false },
		{ "\x30\x07\xa0\x05\x30\x03\x0c\x01\x61", 9, false, false },
		{ "\x30\x04\xa0\x02\x30\x00", 6, false, false },
		{ "\x30\x00", 2, false, false },
		{ "", 0, false, false },
		/* [2] is only of RFC 9118 */
		{ "\x30\x07\xa2\x05\x30\x03\x16\x01\x61", 9, false, false },
		{ "\x30\x07\xa2\x05\x30\x03\x16\x01\x61", 9, true, true },
		/* [1] { { "a", { "b" } } }, and without a value */
		{ "\x30\x0e\xa1\x0c\x30\x0a\x30\x08\x16\x01\x61\x30\x03\x0c"
		  "\x01\x62",
		  16, false, true },
		{ "\x30\x0b\xa1\x09\x30\x07\x30\x05\x16\x01\x61\x30\x00", 13,
		  false, false },
		/* [1] before [0] */
		{ "\x30\x15\xa1\x0c\x30\x0a\x30\x08\x16\x01\x61\x30\x03\x0c"
		  "\x01\x62\xa0\x05\x30\x03\x16\x01\x61",
		  23, false, false },
	};
	json_t *payload = json_object();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct constraints c;

		constraints_read((struct slice){ cases[i].der, cases[i].len },
				 cases[i].enhanced, &c);
		assert_true(c.is_there);
		if (c.is_malformed == cases[i].good)
			fail_msg("case %zu", i);
		if (!cases[i].good)
			assert_false(constraints_allow(&c, payload, NULL));
	}
	json_decref(payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_that_must_be_is_there),
		cmocka_unit_test(
			a_claim_has_a_value_that_is_listed_or_is_absent),
		cmocka_unit_test(a_claim_that_is_excluded_is_not_there),
		cmocka_unit_test(
			an_extension_that_excludes_iat_counts_for_nothing),
		cmocka_unit_test(what_does_not_decode_allows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
