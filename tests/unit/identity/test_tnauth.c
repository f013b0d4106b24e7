/*
 * TNAuthList, written by hand after the module of RFC 8226 section 9 (explicit
 * tags, X.690 for the DER).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/tnauth.h"
#include "../../tools/pki.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* DER in hexadecimal digits; `out` has room for half of them. */
static struct slice der_of(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; hex[2 * n] != '\0'; n++) {
		const char digits[] = "0123456789abcdef";

		out[n] = (uint8_t)((strchr(digits, hex[2 * n]) - digits) * 16 +
				   (strchr(digits, hex[2 * n + 1]) - digits));
	}
	return (struct slice){ (const char *)out, n };
}

static void a_list_that_breaks_a_rule_is_malformed(void **state)
{
	static const struct {
		const char *hex;
		bool good;
	} cases[] = {
		{ "3008a006160431323334", true },    /* spc 1234 */
		{ "3008a00616043132333400", false }, /* an octet behind it */
		{ "3008a0061604313233", false },     /* cut */
		{ "3000", false },                   /* SIZE (1..MAX) */
		{ "", false },
		{ "308108a006160431323334", false },   /* length not shortest */
		{ "3080a0061604313233340000", false }, /* indefinite */
		{ "a006160431323334", false },         /* no list around it */
		{ "3006800431323334", false },         /* implicit tag */
		{ "3008a0060c0431323334", false },     /* UTF8String */
		{ "3008a0061604313233ff", false },     /* not IA5 */
		{ "3008a3061604313233ff", false },     /* no such choice */
		{ "3007bf83061604313233", false },     /* long tag */
		{ "3009a00716043132333400", false },   /* two in a choice */
		{ "3005a203160139", true },            /* one: 9 */
		{ "3005a20316012a", true },            /* one: * */
		{ "3004a2021600", false },             /* TN SIZE (1..15) */
		{ "3005a203160178", false },           /* x */
		{ "3006a20416022b39", false },         /* + */
		/* 15 digits, 16 digits */
		{ "3013a211160f313233343536373839303132333435", true },
		{ "3014a212161031323334353637383930313233343536", false },
	};
	uint8_t room[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tnauth t;

		assert_int_equal(tnauth_read(der_of(cases[i].hex, room), &t),
				 ERR_OK);
		assert_true(t.is_there);
		if (t.is_malformed == cases[i].good)
			fail_msg("%s", cases[i].hex);
		assert_int_equal(t.count, cases[i].good ? 1 : 0);
		tnauth_free(&t);
	}
}

/* RFC 8226 section 9: "0000" and 10000, or "10" and 91, grow in length; the sum
 * of both is a number of as many digits. */
static void a_range_stays_within_the_digits_of_its_start(void **state)
{
	static const struct {
		const char *hex; /* of start and count, without the tags */
		bool good;
	} cases[] = {
		{ "300ba109300716023130020159", true },  /* 10 + 89 */
		{ "300ba10930071602313002015a", false }, /* 10 + 90 */
		{ "300ba10930071602313002015b", false },
		{ "300ea10c300a16043030303002022710", false },
		{ "300ea10c300a1604303030300202270f", true },
		{ "300ba109300716023130020102", true },  /* + 2 */
		{ "300ba109300716023130020101", false }, /* + 1 */
		{ "300ba109300716023130020100", false },
		{ "300ba1093007160231300201ff", false },   /* negative */
		{ "300ca10a3008160231300202000a", false }, /* 10 as 00 0a */
		{ "300aa10830061602313002 00", false },
		{ "300ba1093007160223300201 0a", false },
		{ "3012a110300e16023130020800000000000000 0a", false },
		/* 2^63 - 1, far past the digits */
		{ "3012a110300e160231300208 7fffffffffffffff", false },
		/* 2^64 + 1: no wrap */
		{ "3013a111300f1602313002090100000000000000 02", false },
		/* an extension of the sequence (it ends in "...") */
		{ "300ea10c300a1602313002010a020107", true },
		{ "300da10b30091602313002010a0201", false },
		/* count before start */
		{ "300ba1093007020102160231 30", false },
	};
	uint8_t room[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char hex[128];
		size_t n = 0;
		struct tnauth t;

		for (const char *p = cases[i].hex; *p != '\0'; p++)
			if (*p != ' ')
				hex[n++] = *p;
		hex[n] = '\0';
		assert_int_equal(tnauth_read(der_of(hex, room), &t), ERR_OK);
		if (t.is_malformed == cases[i].good)
			fail_msg("%s", cases[i].hex);
		tnauth_free(&t);
	}
}

static void a_number_is_covered_by_value_and_by_length(void **state)
{
	static const struct pki_tn entries[] = {
		{ PKI_ONE, "12025550999", 0 },
		{ PKI_RANGE, "12155550100", 100 },
		{ PKI_RANGE, "0000", 9999 },
		{ PKI_ONE, "*67", 0 },
		{ PKI_RANGE, "999999999999900", 99 },
	};
	static const struct {
		const char *tn;
		enum cert_covers covers;
	} cases[] = {
		{ "12025550999", CERT_COVERS_YES },
		{ "2025550999", CERT_COVERS_NO },
		{ "012025550999", CERT_COVERS_NO },
		{ "12155550099", CERT_COVERS_NO },
		{ "12155550100", CERT_COVERS_YES },
		{ "12155550199", CERT_COVERS_YES },
		{ "12155550200", CERT_COVERS_NO },
		{ "121555501000", CERT_COVERS_NO },
		{ "0007", CERT_COVERS_YES },
		{ "7", CERT_COVERS_NO },
		{ "9999", CERT_COVERS_NO },
		{ "*67", CERT_COVERS_YES },
		{ "000#", CERT_COVERS_NO },
		{ "999999999999998", CERT_COVERS_YES },
		{ "999999999999999", CERT_COVERS_NO },
		{ "", CERT_COVERS_NO },
	};
	struct buf der;
	struct tnauth t;

	(void)state;
	buf_init(&der, 4096);
	pki_tn_der(&der, entries, COUNT(entries));
	assert_int_equal(tnauth_read(buf_slice(&der), &t), ERR_OK);
	assert_int_equal(t.count, COUNT(entries));
	for (size_t i = 0; i < COUNT(cases); i++)
		if (tnauth_covers(&t, slice_of(cases[i].tn)) != cases[i].covers)
			fail_msg("%s", cases[i].tn);
	assert_int_equal(tnauth_covers(&t, (struct slice){ "*67\0", 4 }),
			 CERT_COVERS_NO);
	tnauth_free(&t);
	buf_free(&der);
}

static void a_code_stands_for_numbers_that_nobody_lists(void **state)
{
	static const struct pki_tn entries[] = {
		{ PKI_SPC, "709J", 0 },
		{ PKI_ONE, "12025550999", 0 },
	};
	struct buf der;
	struct tnauth t;

	(void)state;
	buf_init(&der, 4096);
	pki_tn_der(&der, entries, COUNT(entries));
	assert_int_equal(tnauth_read(buf_slice(&der), &t), ERR_OK);
	assert_int_equal(tnauth_covers(&t, SLICE("12025550999")),
			 CERT_COVERS_YES);
	assert_int_equal(tnauth_covers(&t, SLICE("12155550150")),
			 CERT_COVERS_BY_SPC);
	tnauth_free(&t);
	buf_free(&der);
}

static void without_a_list_nothing_is_covered(void **state)
{
	struct tnauth t = { .is_there = false };

	(void)state;
	assert_int_equal(tnauth_covers(&t, SLICE("1")), CERT_COVERS_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_breaks_a_rule_is_malformed),
		cmocka_unit_test(a_range_stays_within_the_digits_of_its_start),
		cmocka_unit_test(a_number_is_covered_by_value_and_by_length),
		cmocka_unit_test(a_code_stands_for_numbers_that_nobody_lists),
		cmocka_unit_test(without_a_list_nothing_is_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
