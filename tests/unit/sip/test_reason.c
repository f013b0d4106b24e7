/* Reason, Warning and Retry-After. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/reason.h"

/* RFC 3326 section 2, RFC 8606 section 4 */
static void a_reason_comes_apart(void **state)
{
	struct sip_reason r;

	(void)state;
	assert_int_equal(
		sip_reason_parse(&r, SLICE("Q.850 ;cause=16 ;text=\"Term; x\""
					   ";location=LN")),
		ERR_OK);
	assert_true(slice_eq(r.protocol, SLICE("Q.850")));
	assert_true(r.has_cause);
	assert_int_equal(r.cause, 16);
	assert_true(slice_eq(r.text, SLICE("\"Term; x\"")));
	assert_true(slice_eq(r.location, SLICE("LN")));
	assert_int_equal(sip_reason_parse(&r, SLICE("preemption")), ERR_OK);
	assert_false(r.has_cause);
	assert_false(slice_is_set(r.text));
}

/* RFC 9410 section 5.2: the full form in quotes, or "..signature". */
static void a_reason_may_name_a_passport(void **state)
{
	static const struct {
		const char *text;
		const char *ppi;
	} rows[] = {
		{ "STIR ;cause=436 ;text=\"Bad Identity Info\" "
		  ";ppi=\"..q7-_A\"",
		  "\"..q7-_A\"" },
		{ "STIR;PPI=\"eyJ.eyI.q7-_A\";cause=437", "\"eyJ.eyI.q7-_A\"" },
		{ "STIR;cause=438;ppi=..q7", "..q7" },
		{ "STIR;cause=438;text=\"a;ppi=b, c\"", NULL },
	};
	struct sip_reason r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sip_reason_parse(&r, slice_of(rows[i].text)),
				 ERR_OK);
		assert_true(r.has_cause);
		assert_int_equal(slice_is_set(r.ppi), rows[i].ppi != NULL);
		assert_true(slice_eq(r.ppi, slice_of(rows[i].ppi)));
	}
}

static void a_broken_reason_is_malformed(void **state)
{
	static const char *const rows[] = {
		"",          ";cause=16",    "SIP;cause=",  "SIP;cause=busy",
		"SIP;cause", "SIP;text=\"a", "SIP cause=16"
	};
	struct sip_reason r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sip_reason_parse(&r, slice_of(rows[i])),
				 ERR_MALFORMED);
}

/* RFC 3261 section 20.43 */
static void a_warning_comes_apart(void **state)
{
	struct sip_warning w;

	(void)state;
	assert_int_equal(sip_warning_parse(&w, SLICE("307 isi.edu:5060 \"Se, "
						     "p\"")),
			 ERR_OK);
	assert_int_equal(w.code, 307);
	assert_true(slice_eq(w.agent, SLICE("isi.edu:5060")));
	assert_true(slice_eq(w.text, SLICE("\"Se, p\"")));
}

static void a_broken_warning_is_malformed(void **state)
{
	static const char *const rows[] = {
		"",          "307",     "1812 a \"b\"", "37 a \"b\"",
		"307 \"b\"", "307 a b", "307 a \"b",    "307 a \"b\" c"
	};
	struct sip_warning w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sip_warning_parse(&w, slice_of(rows[i])),
				 ERR_MALFORMED);
}

/* RFC 3261 section 20.33 */
static void retry_after_is_seconds(void **state)
{
	static const struct {
		const char *text;
		enum err result;
		uint32_t seconds;
	} rows[] = {
		{ "18000;duration=3600", ERR_OK, 18000 },
		{ "120 (I'm in a meeting)", ERR_OK, 120 },
		{ "0", ERR_OK, 0 },
		{ "4294967295", ERR_OK, 4294967295u },
		{ "4294967296", ERR_MALFORMED, 1 },
		{ "soon", ERR_MALFORMED, 1 },
		{ "", ERR_MALFORMED, 1 },
		{ "12s", ERR_MALFORMED, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t seconds = 1;

		assert_int_equal(
			sip_retry_after_parse(&seconds, slice_of(rows[i].text)),
			rows[i].result);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_comes_apart),
		cmocka_unit_test(a_reason_may_name_a_passport),
		cmocka_unit_test(a_broken_reason_is_malformed),
		cmocka_unit_test(a_warning_comes_apart),
		cmocka_unit_test(a_broken_warning_is_malformed),
		cmocka_unit_test(retry_after_is_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
