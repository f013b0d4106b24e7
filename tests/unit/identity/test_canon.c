/* Numbers and URIs in canonical form (RFC 8224 section 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/canon.h"
#include "memory.h"

struct row {
	const char *uri;
	const char *text;
	bool is_tn;
};

static void assert_text(struct slice s, const char *text)
{
	char copy[512];

	assert_string_equal(slice_copy(s, copy, sizeof(copy)), text);
}

static void check(void **state, const struct row *rows, size_t count, bool lax,
		  const char *cc)
{
	for (size_t i = 0; i < count; i++) {
		struct identity_party p =
			canon_address(*state, slice_of(rows[i].uri), lax, cc);

		assert_text(p.text, rows[i].text);
		assert_int_equal(p.is_tn, rows[i].is_tn);
	}
}

#define CHECK(rows, lax, cc)                                                   \
	check(state, rows, sizeof(rows) / sizeof((rows)[0]), lax, cc)

static void a_number_says_that_it_is_one(void **state)
{
	static const struct row rows[] = {
		/* RFC 3966 sections 3, 6 and 5.1.5 */
		{ "tel:+1-201-555-0123", "12015550123", true },
		{ "TEL:+358-555-1234567;postd=pp22", "3585551234567", true },
		{ "tel:863-1234;phone-context=+1-914-555", "19145558631234",
		  true },
		{ "tel:7042;phone-context=example.com", "7042", true },
		{ "tel:8631234;phone-context=1914", "8631234", true },
		{ "tel:*67;phone-context=+1", "*67", true },
		{ "tel:+1(201)555.0123", "12015550123", true },
		/* RFC 3261 section 19.1.6 */
		{ "sip:+358-555-1234567;postd=pp22@foo.com;user=phone",
		  "3585551234567", true },
		{ "sips:1201;npdi;rn=+1999@a.example;USER=Phone", "1201",
		  true },
		{ "sip:+12015550123@a.example", "12015550123", true },
		{ "sip:%2B1201%20555%2D0123@a.example", "12015550123", true },
		{ "sip:%23999@a.example;user=phone", "#999", true },
		{ "sip:+12015550123:secret@a.example", "12015550123", true },
		{ " sip:911@a.example;user=phone ", "911", true },
	};

	CHECK(rows, false, "");
}

static void what_is_no_number_is_a_uri(void **state)
{
	static const struct row rows[] = {
		{ "sip:12015550123@a.example", "sip:12015550123@a.example",
		  false },
		{ "sip:112@a.example;user=dialstring", "sip:112@a.example",
		  false },
		{ "sip:+1201x@a.example;user=phone", "sip:+1201x@a.example",
		  false },
		{ "sip:++1201@a.example", "sip:++1201@a.example", false },
		{ "sip:1+201@a.example;user=phone", "sip:1+201@a.example",
		  false },
		{ "sip:+@a.example;user=phone", "sip:+@a.example", false },
		{ "sip:+1201%00@a.example", "sip:+1201%00@a.example", false },
		{ "tel:+1201EXT", "tel:+1201ext", false },
		{ "tel:", "tel:", false },
	};

	CHECK(rows, false, "");
}

static void a_claim_of_a_number_looks_at_any_user_part(void **state)
{
	static const struct row rows[] = {
		{ "sip:12015550123@a.example", "12015550123", true },
		{ "sip:1-201@a.example", "1201", true },
		{ "sip:alice@a.example", "sip:alice@a.example", false },
		{ "sip:a.example", "sip:a.example", false },
		{ "urn:service:sos", "urn:service:sos", false },
	};

	CHECK(rows, true, "");
}

static void a_country_code_stands_before_national_numbers(void **state)
{
	static const struct row america[] = {
		{ "tel:2015550123", "12015550123", true },
		{ "tel:12015550123", "12015550123", true },
		{ "tel:+442079460123", "442079460123", true },
		{ "tel:1201555", "11201555", true },
		{ "tel:120155501234", "1120155501234", true },
		{ "tel:911", "911", true },
		{ "tel:555012", "555012", true },
		{ "tel:*2015550123", "*2015550123", true },
		{ "sip:2015550123@a.example;user=phone", "12015550123", true },
		{ "tel:863-1234;phone-context=+1-914-555", "19145558631234",
		  true },
	};
	static const struct row britain[] = {
		{ "tel:02079460123", "442079460123", true },
		{ "tel:442079460123", "442079460123", true },
		/* 44 of an area, and too short to be the country */
		{ "tel:44123456", "4444123456", true },
	};
	static const struct row italy[] = {
		{ "tel:0612345678", "390612345678", true },
	};

	CHECK(america, false, "1");
	CHECK(britain, false, "44");
	CHECK(italy, false, "39");
}

static void uris_that_are_the_same_look_the_same(void **state)
{
	static const struct row rows[] = {
		/* RFC 3261 section 19.1.4 */
		{ "sip:%61lice@atlanta.com;transport=TCP",
		  "sip:alice@atlanta.com", false },
		{ "SIP:alice@AtLanTa.CoM;Transport=tcp",
		  "sip:alice@atlanta.com", false },
		{ "sip:%41l%69ce:x@a.example:5060;lr?Subject=hi@there",
		  "sip:alice@a.example", false },
		{ "sip:a%2Fb%7e@a.example", "sip:a%2fb~@a.example", false },
		{ "sip:a%4@a.example", "sip:a%4@a.example", false },
		{ "sip:a%2541@a.example", "sip:a%2541@a.example", false },
		{ "sip:alice;day=tuesday@a.example",
		  "sip:alice;day=tuesday@a.example", false },
		{ "sips:alice@[2001:DB8::1]:5061", "sips:alice@[2001:db8::1]",
		  false },
		{ "sip:alice@[2001:db8", "sip:alice@[2001:db8", false },
		{ "sip:a.example?x=y", "sip:a.example", false },
		/* what follows the first @ is the host, and no other */
		{ "sip:alice@evil.example@a.example",
		  "sip:alice@evil.example@a.example", false },
		{ "URN:Service:SOS.fire", "urn:service:sos.fire", false },
		{ "alice@A.example", "alice@a.example", false },
		{ "", "", false },
	};

	CHECK(rows, false, "");
}

static void nothing_is_read_behind_the_end(void **state)
{
	const struct memory *m = *state;
	struct slice uri = SLICE("sip:a@b%41");

	assert_text(canon_uri(m, slice_sub(uri, 0, uri.len - 1)), "sip:a@b%4");
	assert_text(canon_uri(m, slice_sub(uri, 0, uri.len - 2)), "sip:a@b%");
}

static void a_uri_is_made_of_a_number_too(void **state)
{
	const struct memory *m = *state;

	assert_text(canon_uri(m, SLICE("sip:+1-201@A.example;user=phone")),
		    "sip:+1-201@a.example");
	assert_text(canon_uri(m, SLICE_NONE), "");
}

static void a_claim_compares_as_it_is_and_by_country(void **state)
{
	static const struct {
		const char *claim;
		const char *address;
		const char *cc;
		bool is_tn;
		bool same;
	} rows[] = {
		{ "12015550123", "sip:+12015550123@a.example", "", true, true },
		{ "2015550123", "sip:+12015550123@a.example", "1", true, true },
		{ "2015550123", "sip:+12015550123@a.example", "", true, false },
		/* a number of abroad is none of this country */
		{ "12015550123", "tel:+12015550123", "33", true, true },
		{ "12015550124", "tel:+12015550123", "1", true, false },
		{ "sip:Bob@A.example", "sip:bob@a.example:5060", "", false,
		  true },
		{ "sip:+1201@a.example", "sip:+1201@a.example;user=phone", "",
		  false, true },
		{ "sip:bob@a.example", "sips:bob@a.example", "", false, false },
		{ "", "", "", false, false },
	};
	const struct memory *m = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_party claim = { rows[i].is_tn,
						slice_of(rows[i].claim) };
		struct identity_party address =
			canon_for(m, rows[i].is_tn, slice_of(rows[i].address),
				  rows[i].cc);

		assert_int_equal(canon_matches(m, &claim, &address, rows[i].cc),
				 rows[i].same);
	}
}

static void verstat_stands_in_either_place(void **state)
{
	static const struct {
		const char *uri;
		const char *verstat;
	} rows[] = {
		{ "sip:+1201;verstat=TN-Validation-Passed@a.example;user=phone",
		  "TN-Validation-Passed" },
		{ "sip:+1201@a.example;user=phone;Verstat=No-TN-Validation",
		  "No-TN-Validation" },
		{ "tel:+1201;verstat=TN-Validation-Failed-A",
		  "TN-Validation-Failed-A" },
		{ "sip:+1201@a.example;user=phone", "" },
		{ "urn:x;verstat=y", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_text(canon_verstat(slice_of(rows[i].uri)),
			    rows[i].verstat);
}

static void an_addr_spec_is_taken_byte_for_byte(void **state)
{
	static const struct {
		const char *value;
		const char *addr_spec;
	} rows[] = {
		{ "Alice <sip:Al%69ce@A.example;lr?x=y>;tag=1",
		  "sip:Al%69ce@A.example;lr?x=y" },
		{ "\"a \\\"<sip:eve@evil.example>\\\"\" <sip:a@b>;tag=1",
		  "sip:a@b" },
		{ "sip:a@b;tag=1", "sip:a@b" },
		{ " sip:a@b , <sip:c@d>", "sip:c@d" },
		{ "sip:a@b,sip:c@d", "sip:a@b" },
		{ "sip:a@b\t;tag=1", "sip:a@b" },
		{ "  sip:a@b", "sip:a@b" },
		{ "*", "*" },
		{ "<sip:a@b", "sip:a@b" },
		/* a quote that is never closed */
		{ "\"Alice <sip:a@b>", "sip:a@b" },
		{ "\"\\\"\\\"\\\"<sip:a@b>", "sip:a@b" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_text(addr_spec_of(slice_of(rows[i].value)),
			    rows[i].addr_spec);
	assert_false(slice_is_set(addr_spec_of(SLICE_NONE)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(a_number_says_that_it_is_one),
		IN_MEMORY(what_is_no_number_is_a_uri),
		IN_MEMORY(a_claim_of_a_number_looks_at_any_user_part),
		IN_MEMORY(a_country_code_stands_before_national_numbers),
		IN_MEMORY(uris_that_are_the_same_look_the_same),
		IN_MEMORY(nothing_is_read_behind_the_end),
		IN_MEMORY(a_uri_is_made_of_a_number_too),
		IN_MEMORY(a_claim_compares_as_it_is_and_by_country),
		IN_MEMORY(verstat_stands_in_either_place),
		IN_MEMORY(an_addr_spec_is_taken_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
