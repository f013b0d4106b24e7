/* One verdict out of several values (RFC 8224 section 6.2.1 and 6.2.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/roll_up.h"

#define VALUES 4

/* Verdicts up to VERDICT_NONE at the end, and which of them decides. */
struct row {
	enum verdict verdicts[VALUES];
	int deciding;
};

/* The signature and the code of a header tell which one it is. */
static const struct identity_header *rolled(const struct row *row, bool has_div,
					    struct identity_detail *out,
					    struct identity_header *headers)
{
	*out = (struct identity_detail){ .headers = headers };
	for (unsigned i = 0; i < VALUES; i++) {
		headers[i] = (struct identity_header){
			.verdict = row->verdicts[i],
			.expected_code = (uint16_t)(i + 1),
			.caveats = UINT32_C(1) << i,
		};
		if (row->verdicts[i] != VERDICT_NONE)
			out->header_count = i + 1;
	}
	return roll_up(out, has_div);
}

static void check_rows(const struct row *rows, size_t count, bool has_div)
{
	struct identity_header headers[VALUES];
	struct identity_detail d;

	for (size_t i = 0; i < count; i++) {
		const struct identity_header *h =
			rolled(&rows[i], has_div, &d, headers);

		assert_ptr_equal(h, &headers[rows[i].deciding]);
		assert_int_equal(d.verdict, h->verdict);
		assert_int_equal(d.expected_code, rows[i].deciding + 1);
		assert_int_equal(d.caveats,
				 (UINT32_C(1) << d.header_count) - 1);
	}
}

#define V(id) VERDICT_##id

static void one_that_holds_is_enough_without_a_div(void **state)
{
	static const struct row rows[] = {
		{ { V(VALID) }, 0 },
		{ { V(SIGNATURE_INVALID), V(VALID) }, 1 },
		{ { V(CERT_UNAVAILABLE), V(VALID), V(VALID) }, 1 },
		{ { V(UNSUPPORTED_PPT), V(VALID) }, 1 },
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]), false);
}

static void with_a_div_all_must_hold(void **state)
{
	static const struct row rows[] = {
		{ { V(VALID), V(VALID) }, 0 },
		{ { V(VALID), V(DEST_MISMATCH) }, 1 },
		{ { V(UNSUPPORTED_PPT), V(VALID), V(VALID) }, 1 },
		{ { V(VALID), V(CERT_UNAVAILABLE) }, 1 },
		/* the cause before what it broke */
		{ { V(DIV_CHAIN_BROKEN), V(SIGNATURE_INVALID) }, 1 },
		{ { V(DIV_CHAIN_BROKEN), V(CERT_EXPIRED) }, 1 },
		{ { V(DIV_CHAIN_BROKEN), V(DIV_CHAIN_BROKEN) }, 0 },
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]), true);
}

static void a_failure_is_chosen_by_its_code(void **state)
{
	static const struct row rows[] = {
		{ { V(CERT_EXPIRED), V(SIGNATURE_INVALID) }, 1 },
		{ { V(IAT_STALE), V(CERT_EXPIRED) }, 0 },
		/* 436 is for all of them */
		{ { V(CERT_UNAVAILABLE), V(CERT_EXPIRED) }, 1 },
		{ { V(CERT_UNAVAILABLE), V(MISSING_INFO) }, 0 },
		{ { V(UNSUPPORTED_PPT), V(CERT_UNAVAILABLE) }, 1 },
		{ { V(UNSUPPORTED_PPT), V(UNSUPPORTED_PPT) }, 0 },
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]), false);
}

static void what_is_not_judged_decides_nothing(void **state)
{
	static const struct row row = { { V(NONE), V(VALID) }, 1 };
	struct identity_header headers[2] = { { 0 }, { 0 } };
	struct identity_detail d = { .headers = headers,
				     .header_count = 2,
				     .verdict = VERDICT_NO_IDENTITY };

	(void)state;
	check_rows(&row, 1, false);
	assert_null(roll_up(&d, false));
	assert_null(roll_up(&d, true));
	assert_int_equal(d.verdict, VERDICT_NO_IDENTITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_holds_is_enough_without_a_div),
		cmocka_unit_test(with_a_div_all_must_hold),
		cmocka_unit_test(a_failure_is_chosen_by_its_code),
		cmocka_unit_test(what_is_not_judged_decides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
