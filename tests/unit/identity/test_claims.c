/* The claims of a PASSporT, by type: RFC 8225, 8588, 8946, 8443, 9795, 9475. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/claims.h"
#include "in_memory.h"

#define MISSING   VERDICT_BIT(VERDICT_CLAIM_MISSING)
#define MALFORMED VERDICT_BIT(VERDICT_CLAIM_MALFORMED)
#define C(c)      CAVEAT_BIT(CAVEAT_##c)

#define IAT  "\"iat\":1443208345"
#define ORIG "\"orig\":{\"tn\":\"12155551212\"}"
#define DEST "\"dest\":{\"tn\":[\"12155551213\"]}"
#define BASE DEST "," IAT "," ORIG
#define UUID "\"origid\":\"123e4567-e89b-12d3-a456-426655440000\""

static void read_text(const struct memory *m, const char *text, enum ppt ppt,
		      struct claims *c)
{
	json_t *payload = json_loads(text, JSON_ALLOW_NUL, NULL);

	assert_non_null(payload);
	claims_read(m, payload, ppt, c);
	json_decref(payload);
	assert_false(c->no_memory);
	assert_int_equal(c->failed != 0, c->why != NULL);
}

/* What a set of claims comes to. */
struct row {
	const char *text;
	uint64_t failed;
	uint32_t caveats;
};

static void check_rows(const struct memory *m, enum ppt ppt,
		       const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct claims c;

		read_text(m, rows[i].text, ppt, &c);
		if (c.failed != rows[i].failed || c.caveats != rows[i].caveats)
			print_error("%s\n", rows[i].text);
		assert_true(c.failed == rows[i].failed);
		assert_int_equal(c.caveats, rows[i].caveats);
	}
}

#define CHECK_ROWS(m, ppt, rows)                                               \
	check_rows(m, ppt, rows, sizeof(rows) / sizeof((rows)[0]))

static void each_type_has_its_name(void **state)
{
	static const struct {
		const char *name;
		enum ppt ppt;
	} rows[] = {
		{ NULL, PPT_BASELINE },  { "shaken", PPT_SHAKEN },
		{ "div", PPT_DIV },      { "div-o", PPT_DIV_O },
		{ "rph", PPT_RPH },      { "rcd", PPT_RCD },
		{ "rsp", PPT_RSP },      { "msg", PPT_MSG },
		{ "", PPT_UNKNOWN },     { "SHAKEN", PPT_UNKNOWN },
		{ "msec", PPT_UNKNOWN }, { "passport", PPT_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ppt_of(slice_of(rows[i].name)), rows[i].ppt);
	assert_int_equal(ppt_of((struct slice){ "div\0", 4 }), PPT_UNKNOWN);
}

static void the_claims_of_a_baseline_are_read(void **state)
{
	struct claims c;

	read_text(*state,
		  "{\"dest\":{\"tn\":[\"1\",\"2\"],\"uri\":[\"sip:b@x\"]},"
		  "\"iat\":1443208345,\"orig\":{\"uri\":\"sip:a@x\"}}",
		  PPT_BASELINE, &c);
	assert_true(c.failed == 0);
	assert_true(c.has_iat);
	assert_true(c.iat == 1443208345);
	assert_true(c.has_orig);
	assert_false(c.orig.is_tn);
	assert_true(slice_eq(c.orig.text, SLICE("sip:a@x")));
	assert_int_equal(c.dest_count, 3);
	assert_true(c.dest[0].is_tn);
	assert_true(slice_eq(c.dest[0].text, SLICE("1")));
	assert_true(slice_eq(c.dest[1].text, SLICE("2")));
	assert_false(c.dest[2].is_tn);
	assert_true(slice_eq(c.dest[2].text, SLICE("sip:b@x")));
	assert_false(c.has_mky);
	assert_false(c.has_div);
	assert_false(c.has_rph);
	assert_int_equal(c.attest_letter, ATTEST_NONE);
	assert_false(slice_is_set(c.attest));
	assert_false(slice_is_set(c.msgi));
}

static void without_a_payload_nothing_fails(void **state)
{
	struct claims c;

	claims_read(*state, NULL, PPT_SHAKEN, &c);
	assert_true(c.failed == 0);
	assert_null(c.why);
	assert_false(c.has_iat);
	assert_false(c.has_orig);
	assert_int_equal(c.dest_count, 0);
}

#define WITH_IAT(iat) "{" DEST ",\"iat\":" iat "," ORIG "}"

static void iat_is_a_number_below_2_to_the_63rd(void **state)
{
	static const struct {
		const char *text;
		bool has_iat;
		int64_t iat;
		uint32_t caveats;
	} rows[] = {
		{ WITH_IAT("0"), true, 0, 0 },
		{ WITH_IAT("-1"), true, -1, 0 },
		{ WITH_IAT("9223372036854775807"), true, INT64_MAX, 0 },
		{ WITH_IAT("1443208345.9"), true, 1443208345,
		  C(NON_CANONICAL_JSON) },
		{ WITH_IAT("-1.5"), true, -1, C(NON_CANONICAL_JSON) },
		{ WITH_IAT("1e9"), true, 1000000000, C(NON_CANONICAL_JSON) },
		{ WITH_IAT("9223372036854775807.0"), false, 0, 0 },
		{ WITH_IAT("-9223372036854775807"), true, -INT64_MAX, 0 },
		{ WITH_IAT("-9223372036854775808"), false, 0, 0 },
		{ WITH_IAT("-1e300"), false, 0, 0 },
		{ WITH_IAT("true"), false, 0, 0 },
		{ WITH_IAT("null"), false, 0, 0 },
		{ WITH_IAT("\"1443208345\""), false, 0, 0 },
		{ WITH_IAT("[1443208345]"), false, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct claims c;

		read_text(*state, rows[i].text, PPT_BASELINE, &c);
		assert_true(c.failed == (rows[i].has_iat ? 0 : MALFORMED));
		assert_int_equal(c.has_iat, rows[i].has_iat);
		assert_true(c.iat == rows[i].iat);
		assert_int_equal(c.caveats, rows[i].caveats);
		assert_true(c.has_orig);
	}
}

static void a_claim_that_is_missing_is_told(void **state)
{
	static const struct row rows[] = {
		{ "{}", MISSING, 0 },
		{ "{" DEST "," ORIG "}", MISSING, 0 },
		{ "{" DEST "," IAT "}", MISSING, 0 },
		{ "{" IAT "," ORIG "}", MISSING, 0 },
		{ "{\"iat\":\"1\"}", MISSING | MALFORMED, 0 },
	};

	CHECK_ROWS(*state, PPT_BASELINE, rows);
}

#define WITH_ORIG(orig) "{" DEST "," IAT ",\"orig\":" orig "}"

static void orig_is_one_tn_or_one_uri(void **state)
{
	static const struct row rows[] = {
		{ WITH_ORIG("{\"tn\":\"*67#\"}"), 0, 0 },
		{ WITH_ORIG("{\"uri\":\"sip:a@x\"}"), 0, 0 },
		{ WITH_ORIG("{\"tn\":\"+1215\"}"), 0, C(TN_NOT_CANONICAL) },
		{ WITH_ORIG("{\"tn\":\"123456789012345\"}"), 0, 0 },
		{ WITH_ORIG("{\"tn\":\"1234567890123456\"}"), 0,
		  C(TN_NOT_E164) },
		{ WITH_ORIG("{\"tn\":\"+1234567890123456\"}"), 0,
		  C(TN_NOT_E164) | C(TN_NOT_CANONICAL) },
		{ WITH_ORIG("{}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"1\",\"uri\":\"sip:a@x\"}"), MALFORMED,
		  0 },
		{ WITH_ORIG("{\"tn\":\"1\",\"x\":1}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"x\":\"1\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"+\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"++1\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"1-2\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"12a\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\" 12\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":\"1\\u0000\"}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":1}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"tn\":[\"1\"]}"), MALFORMED, 0 },
		{ WITH_ORIG("{\"uri\":null}"), MALFORMED, 0 },
		{ WITH_ORIG("\"{\\\"tn\\\":\\\"1\\\"}\""), MALFORMED, 0 },
		{ WITH_ORIG("[\"tn\"]"), MALFORMED, 0 },
		{ WITH_ORIG("null"), MALFORMED, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_BASELINE, rows);
	read_text(*state, rows[2].text, PPT_BASELINE, &c);
	assert_true(c.orig.is_tn);
	assert_true(slice_eq(c.orig.text, SLICE("1215")));
	read_text(*state, WITH_ORIG("{\"uri\":\"a\\u0000b\"}"), PPT_BASELINE,
		  &c);
	assert_true(slice_eq(c.orig.text, (struct slice){ "a\0b", 3 }));
}

#define WITH_DEST(dest) "{\"dest\":" dest "," IAT "," ORIG "}"

static void dest_is_arrays_of_strings(void **state)
{
	static const struct row rows[] = {
		{ WITH_DEST("{\"uri\":[\"urn:service:sos\"]}"), 0, 0 },
		{ WITH_DEST("{\"tn\":[\"1\",\"+2\"]}"), 0,
		  C(TN_NOT_CANONICAL) },
		{ WITH_DEST("{}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[]}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[],\"uri\":[\"sip:a@x\"]}"), MALFORMED,
		  0 },
		{ WITH_DEST("{\"tn\":[\"1\"],\"uri\":[]}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[\"1\"],\"uri\":\"sip:a@x\"}"), MALFORMED,
		  0 },
		{ WITH_DEST("{\"tn\":\"1\"}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[1]}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[\"1\",\"\"]}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[\"1\",\"a\"]}"), MALFORMED, 0 },
		{ WITH_DEST("{\"tn\":[\"1\"],\"uri\":[null]}"), MALFORMED, 0 },
		{ WITH_DEST("[\"1\"]"), MALFORMED, 0 },
		{ WITH_DEST("\"{\\\"tn\\\":[\\\"1\\\"]}\""), MALFORMED, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_BASELINE, rows);
	read_text(*state, rows[10].text, PPT_BASELINE, &c);
	assert_int_equal(c.dest_count, 0);
	read_text(*state, rows[1].text, PPT_BASELINE, &c);
	assert_true(slice_eq(c.dest[1].text, SLICE("2")));
}

#define WITH_MKY(mky) "{" DEST "," IAT ",\"mky\":" mky "," ORIG "}"

static void mky_is_an_array_of_keys(void **state)
{
	static const struct row rows[] = {
		{ WITH_MKY("[]"), 0, 0 },
		{ WITH_MKY("[{\"alg\":\"SHA-256\",\"dig\":\"0A\"},"
			   "{\"alg\":\"sha-1\",\"dig\":\"0b\"}]"),
		  0, 0 },
		{ WITH_MKY("{\"alg\":\"sha-256\",\"dig\":\"0A\"}"), MALFORMED,
		  0 },
		{ WITH_MKY("[{\"alg\":\"sha-256\"}]"), MALFORMED, 0 },
		{ WITH_MKY("[{\"dig\":\"0A\"}]"), MALFORMED, 0 },
		{ WITH_MKY("[{\"alg\":1,\"dig\":\"0A\"}]"), MALFORMED, 0 },
		{ WITH_MKY("[\"sha-256\"]"), MALFORMED, 0 },
		{ WITH_MKY("null"), MALFORMED, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_BASELINE, rows);
	read_text(*state, rows[0].text, PPT_BASELINE, &c);
	assert_true(c.has_mky);
	assert_int_equal(c.mky_count, 0);
	read_text(*state, rows[1].text, PPT_BASELINE, &c);
	assert_int_equal(c.mky_count, 2);
	assert_true(slice_eq(c.mky[0].alg, SLICE("sha-256")));
	assert_true(slice_eq(c.mky[0].dig, SLICE("0A")));
	assert_true(slice_eq(c.mky[1].dig, SLICE("0b")));
	read_text(*state, rows[3].text, PPT_BASELINE, &c);
	assert_false(c.has_mky);
}

#define SHAKEN(attest) "{\"attest\":" attest "," BASE "," UUID "}"
#define ORIGID(origid) "{\"attest\":\"A\"," BASE ",\"origid\":" origid "}"

static void shaken_attests(void **state)
{
	static const struct row rows[] = {
		{ SHAKEN("\"A\""), 0, 0 },
		{ SHAKEN("\"B\""), 0, 0 },
		{ SHAKEN("\"C\""), 0, 0 },
		{ SHAKEN("\"D\""), MALFORMED, 0 },
		{ SHAKEN("\"a\""), MALFORMED, 0 },
		{ SHAKEN("\"AA\""), MALFORMED, 0 },
		{ SHAKEN("\"A\\u0000\""), MALFORMED, 0 },
		{ SHAKEN("\"\""), MALFORMED, 0 },
		{ SHAKEN("65"), MALFORMED, 0 },
		{ "{" BASE "," UUID "}", MISSING, 0 },
		{ "{\"attest\":\"A\"," BASE "}", MISSING, 0 },
		{ ORIGID("\"123E4567-E89B-12D3-A456-426655440000\""), 0, 0 },
		{ ORIGID("\"123e4567e89b12d3a456426655440000\""), 0,
		  C(ORIGID_NOT_UUID) },
		{ ORIGID("\"123e4567-e89b-12d3-a456-42665544000g\""), 0,
		  C(ORIGID_NOT_UUID) },
		{ ORIGID("\"123e4567-e89b-12d3-a456-426655440000 \""), 0,
		  C(ORIGID_NOT_UUID) },
		{ ORIGID("\"\""), 0, C(ORIGID_NOT_UUID) },
		{ ORIGID("1"), MALFORMED, 0 },
		{ "{\"attest\":\"A\"," DEST "," IAT
		  ",\"orig\":{\"uri\":\"sip:a@x\"}," UUID "}",
		  MALFORMED, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_SHAKEN, rows);
	for (unsigned i = 0; i < 3; i++) {
		read_text(*state, rows[i].text, PPT_SHAKEN, &c);
		assert_int_equal(c.attest_letter, ATTEST_A + i);
		assert_int_equal(c.origid.len, 36);
	}
	read_text(*state, rows[5].text, PPT_SHAKEN, &c);
	assert_int_equal(c.attest_letter, ATTEST_NONE);
	assert_true(slice_eq(c.attest, SLICE("AA")));
	read_text(*state, rows[0].text, PPT_BASELINE, &c);
	assert_int_equal(c.attest_letter, ATTEST_NONE);
}

#define DIV(div) "{" BASE ",\"div\":" div "}"

static void div_names_who_diverts(void **state)
{
	static const struct row rows[] = {
		{ DIV("{\"tn\":\"12155551213\"}"), 0, 0 },
		{ DIV("{\"uri\":\"sip:b@x\"}"), 0, 0 },
		{ DIV("{\"other\":1,\"tn\":\"12155551213\"}"), 0, 0 },
		{ DIV("{\"tn\":\"1\",\"uri\":\"sip:b@x\"}"), MALFORMED, 0 },
		{ DIV("{}"), MALFORMED, 0 },
		{ DIV("{\"tn\":[\"1\"]}"), MALFORMED, 0 },
		{ DIV("\"1\""), MALFORMED, 0 },
		{ DIV("{\"tn\":\"1\"},\"opt\":\"a.b.c\""), MALFORMED, 0 },
		{ "{" BASE "}", MISSING, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_DIV, rows);
	read_text(*state, rows[0].text, PPT_DIV, &c);
	assert_true(c.has_div);
	assert_true(c.div.is_tn);
	assert_true(slice_eq(c.div.text, SLICE("12155551213")));
	assert_false(slice_is_set(c.opt));
	read_text(*state, rows[0].text, PPT_BASELINE, &c);
	assert_false(c.has_div);
}

#define DIV_O(opt) "{" BASE ",\"div\":{\"tn\":\"1\"},\"opt\":" opt "}"

static void div_o_carries_the_original(void **state)
{
	static const struct row rows[] = {
		{ DIV_O("\"a.b.c\""), 0, 0 },
		{ DIV_O("\"..c\""), MALFORMED, 0 },
		{ DIV_O("\"a.b.\""), MALFORMED, 0 },
		{ DIV_O("\"a.b\""), MALFORMED, 0 },
		{ DIV_O("\"a.b.c.d\""), MALFORMED, 0 },
		{ DIV_O("\"\""), MALFORMED, 0 },
		{ DIV_O("[\"a.b.c\"]"), MALFORMED, 0 },
		{ "{" BASE ",\"div\":{\"tn\":\"1\"}}", MISSING, 0 },
		{ "{" BASE ",\"opt\":\"a.b.c\"}", MISSING, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_DIV_O, rows);
	read_text(*state, rows[0].text, PPT_DIV_O, &c);
	assert_true(slice_eq(c.opt, SLICE("a.b.c")));
	assert_true(c.has_div);
	read_text(*state, rows[3].text, PPT_DIV_O, &c);
	assert_false(slice_is_set(c.opt));
}

#define RPH(rph) "{" BASE ",\"rph\":" rph "}"

static void rph_has_an_array_auth(void **state)
{
	static const struct row rows[] = {
		{ RPH("{\"auth\":[\"ets.0\",\"wps.0\"]}"), 0, 0 },
		{ RPH("{\"auth\":[]}"), 0, 0 },
		{ RPH("{\"auth\":\"ets.0\"}"), MALFORMED, 0 },
		{ RPH("{\"auth\":[0]}"), MALFORMED, 0 },
		{ RPH("{}"), MALFORMED, 0 },
		{ RPH("[\"ets.0\"]"), MALFORMED, 0 },
		{ "{" BASE "}", MISSING, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_RPH, rows);
	read_text(*state, rows[0].text, PPT_RPH, &c);
	assert_true(c.has_rph);
	assert_int_equal(c.rph_count, 2);
	assert_true(slice_eq(c.rph[1], SLICE("wps.0")));
	read_text(*state, rows[3].text, PPT_RPH, &c);
	assert_false(c.has_rph);
}

#define RCD(more) "{" BASE "," more "}"

static void rcd_has_a_name(void **state)
{
	static const struct row rows[] = {
		{ RCD("\"rcd\":{\"nam\":\"Alice\"}"), 0, 0 },
		{ RCD("\"crn\":\"your order\""), 0, 0 },
		{ RCD("\"rcd\":{\"nam\":\"A\"},\"rcdi\":{}"), 0,
		  C(RCDI_UNCHECKED) },
		{ RCD("\"rcd\":{\"jcl\":\"https://x\"}"), MALFORMED, 0 },
		{ RCD("\"rcd\":{\"nam\":1},\"crn\":\"x\""), MALFORMED, 0 },
		{ RCD("\"rcd\":\"Alice\""), MALFORMED, 0 },
		{ "{" BASE "}", MISSING, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_RCD, rows);
	read_text(*state, rows[0].text, PPT_RCD, &c);
	assert_true(slice_eq(c.rcd_name, SLICE("Alice")));
}

static void rcd_may_ride_in_shaken(void **state)
{
	static const struct row rows[] = {
		{ "{\"attest\":\"A\"," BASE "," UUID
		  ",\"rcd\":{\"nam\":\"Alice\"}}",
		  0, 0 },
		{ "{\"attest\":\"A\"," BASE "," UUID ",\"rcd\":{}}", MALFORMED,
		  0 },
	};
	static const struct row unknown[] = {
		{ RCD("\"rcd\":1,\"rcdi\":1,\"msgi\":1,\"rph\":1,\"div\":1,"
		      "\"opt\":1,\"attest\":1,\"origid\":1,\"x\":[{}]"),
		  0, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_SHAKEN, rows);
	CHECK_ROWS(*state, PPT_BASELINE, unknown);
	CHECK_ROWS(*state, PPT_RSP, unknown);
	read_text(*state, rows[0].text, PPT_SHAKEN, &c);
	assert_true(slice_eq(c.rcd_name, SLICE("Alice")));
}

#define MSG(msgi) "{" BASE ",\"msgi\":" msgi "}"

static void msgi_is_a_digest(void **state)
{
	static const struct row rows[] = {
		{ "{" BASE "}", 0, 0 },
		{ MSG("\"sha256-ue/P9bl3JA2dP1gHlIE963aIq2n6vvZ7JTG44Tqu3o0="
		      "\""),
		  0, 0 },
		{ MSG("\"sha384-AAEC\""), 0, 0 },
		{ MSG("\"sha512-AAEC\""), 0, 0 },
		{ MSG("\"md5-AAEC\""), MALFORMED, 0 },
		{ MSG("\"SHA256-AAEC\""), MALFORMED, 0 },
		{ MSG("\"sha256-\""), MALFORMED, 0 },
		{ MSG("\"sha256-AA EC\""), MALFORMED, 0 },
		{ MSG("\"sha256-AAE*\""), MALFORMED, 0 },
		{ MSG("\"sha256AAEC\""), MALFORMED, 0 },
		{ MSG("\"\""), MALFORMED, 0 },
		{ MSG("1"), MALFORMED, 0 },
	};
	struct claims c;

	CHECK_ROWS(*state, PPT_MSG, rows);
	read_text(*state, rows[2].text, PPT_MSG, &c);
	assert_true(slice_eq(c.msgi, SLICE("sha384-AAEC")));
	/* RFC 9475 section 3: of no meaning elsewhere */
	read_text(*state, rows[2].text, PPT_BASELINE, &c);
	assert_false(slice_is_set(c.msgi));
}

static void the_first_failure_has_its_reason(void **state)
{
	struct claims c;

	read_text(*state, "{\"iat\":1,\"orig\":1}", PPT_SHAKEN, &c);
	assert_string_equal(c.why, "orig is not one tn or one uri");
	assert_true(c.failed == (MISSING | MALFORMED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_name),
		IN_MEMORY(the_claims_of_a_baseline_are_read),
		IN_MEMORY(without_a_payload_nothing_fails),
		IN_MEMORY(iat_is_a_number_below_2_to_the_63rd),
		IN_MEMORY(a_claim_that_is_missing_is_told),
		IN_MEMORY(orig_is_one_tn_or_one_uri),
		IN_MEMORY(dest_is_arrays_of_strings),
		IN_MEMORY(mky_is_an_array_of_keys),
		IN_MEMORY(shaken_attests),
		IN_MEMORY(div_names_who_diverts),
		IN_MEMORY(div_o_carries_the_original),
		IN_MEMORY(rph_has_an_array_auth),
		IN_MEMORY(rcd_has_a_name),
		IN_MEMORY(rcd_may_ride_in_shaken),
		IN_MEMORY(msgi_is_a_digest),
		IN_MEMORY(the_first_failure_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
