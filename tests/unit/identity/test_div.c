/* Chains of diversion (RFC 8946), on claims written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/div.h"
#include "memory.h"

#define BROKEN  VERDICT_BIT(VERDICT_DIV_CHAIN_BROKEN)
#define CHANGED VERDICT_BIT(VERDICT_DIV_ORIG_CHANGED)
#define BAD     VERDICT_BIT(VERDICT_SIGNATURE_INVALID)
#define STALE   VERDICT_BIT(VERDICT_IAT_STALE)

#define NODES_MAX 4

/* One value; numbers, or URIs where there is a colon. */
struct sketch {
	enum ppt ppt;
	const char *orig;
	const char *dest;
	const char *div; /* NULL: none */
	uint64_t failed;

	/* What comes of it. */
	bool is_linked;
	bool is_outermost;
	uint64_t chain_failed;
};

static struct identity_party party(const char *text)
{
	struct slice s = slice_of(text);

	return (struct identity_party){ slice_find(s, ':') == s.len, s };
}

struct cast {
	unsigned count;
	struct claims claims[NODES_MAX];
	struct identity_party dest[NODES_MAX][2];
	struct div_node nodes[NODES_MAX];
};

static void draw(struct cast *out, const struct sketch *rows, unsigned count)
{
	*out = (struct cast){ .count = count };
	for (unsigned i = 0; i < count; i++) {
		struct claims *c = &out->claims[i];

		/* what is wanted stands behind another */
		out->dest[i][0] = party("15550000000");
		out->dest[i][1] = party(rows[i].dest);
		c->has_orig = true;
		c->orig = party(rows[i].orig);
		c->dest_count = 2;
		c->dest = out->dest[i];
		c->has_div = rows[i].div != NULL;
		if (c->has_div)
			c->div = party(rows[i].div);
		out->nodes[i] = (struct div_node){ .is_usable = true,
						   .ppt = rows[i].ppt,
						   .claims = c,
						   .failed = rows[i].failed };
	}
}

static void check(void **state, const struct sketch *rows, unsigned count,
		  const char *cc)
{
	struct cast cast;

	draw(&cast, rows, count);
	div_links(*state, cast.nodes, count, cc);
	div_chains(*state, cast.nodes, count, cc);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(cast.nodes[i].is_linked, rows[i].is_linked);
		assert_int_equal(cast.nodes[i].is_outermost,
				 rows[i].is_outermost);
		assert_int_equal(cast.nodes[i].chain_failed,
				 rows[i].chain_failed);
	}
}

#define CHECK(rows, cc) check(state, rows, sizeof(rows) / sizeof((rows)[0]), cc)

#define A "12155551212"
#define B "12155551213"
#define C "12155551214"
#define D "12155551215"

static void a_chain_holds_in_any_order(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_DIV, A, D, C, 0, false, true, 0 },
		{ PPT_SHAKEN, A, B, NULL, 0, true, false, 0 },
		{ PPT_DIV, A, C, B, 0, true, false, 0 },
		{ PPT_SHAKEN, A, D, NULL, 0, false, false, 0 },
	};

	CHECK(rows, "");
}

static void a_div_without_what_it_diverts_is_broken(void **state)
{
	static const struct sketch lone[] = {
		{ PPT_DIV, A, C, B, 0, false, true, BROKEN },
	};
	static const struct sketch gap[] = {
		{ PPT_SHAKEN, A, B, NULL, 0, false, false, 0 },
		{ PPT_DIV, A, D, C, 0, false, true, BROKEN },
	};
	/* it does not stand on itself either */
	static const struct sketch self[] = {
		{ PPT_DIV, A, B, B, 0, false, true, BROKEN },
	};

	CHECK(lone, "");
	CHECK(gap, "");
	CHECK(self, "");
}

static void a_break_runs_up_the_chain(void **state)
{
	static const struct sketch bad[] = {
		{ PPT_SHAKEN, A, B, NULL, BAD | STALE, true, false, 0 },
		{ PPT_DIV, A, C, B, 0, true, false, BROKEN },
		{ PPT_DIV, A, D, C, 0, false, true, BROKEN },
	};
	/* one good PASSporT is enough to stand on */
	static const struct sketch spare[] = {
		{ PPT_SHAKEN, A, B, NULL, BAD, true, false, 0 },
		{ PPT_BASELINE, A, B, NULL, 0, true, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, 0 },
	};

	CHECK(bad, "");
	CHECK(spare, "");
}

static void age_alone_breaks_no_chain(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_SHAKEN, A, B, NULL, STALE, true, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, 0 },
	};

	CHECK(rows, "");
}

static void a_circle_stands_on_nothing(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_DIV, A, C, B, 0, true, false, BROKEN },
		{ PPT_DIV, A, B, C, 0, true, false, BROKEN },
	};
	/* and with a way in it does */
	static const struct sketch entered[] = {
		{ PPT_DIV, A, C, B, 0, true, false, 0 },
		{ PPT_DIV, A, B, C, 0, true, false, 0 },
		{ PPT_SHAKEN, A, B, NULL, 0, true, false, 0 },
	};

	CHECK(rows, "");
	CHECK(entered, "");
}

static void another_orig_fails_on_both_sides(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_SHAKEN, A, B, NULL, 0, true, false, CHANGED },
		{ PPT_DIV, D, C, B, 0, true, false, CHANGED },
		{ PPT_DIV, D, D, C, 0, false, true, BROKEN },
	};

	CHECK(rows, "");
}

static void parties_compare_in_canonical_form(void **state)
{
	static const struct sketch uris[] = {
		{ PPT_BASELINE, "sip:Al%69ce@a.example", "sip:b@B.example:5060",
		  NULL, 0, true, false, 0 },
		{ PPT_DIV, "sip:alice@A.example", C, "sip:B@b.example", 0,
		  false, true, 0 },
	};
	static const struct sketch national[] = {
		{ PPT_SHAKEN, "2155551212", B, NULL, 0, true, false, 0 },
		{ PPT_DIV, A, C, "2155551213", 0, false, true, 0 },
	};

	CHECK(uris, "");
	CHECK(national, "1");
}

static void what_is_no_div_links_to_nothing(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_SHAKEN, A, B, NULL, 0, false, false, 0 },
		{ PPT_BASELINE, A, C, B, 0, false, false, 0 },
		{ PPT_DIV, A, C, NULL, 0, false, true, 0 },
		{ PPT_UNKNOWN, A, B, B, 0, false, false, 0 },
	};

	CHECK(rows, "");
}

static void a_div_o_brings_its_own_ground(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_DIV_O, A, C, B, 0, true, false, 0 },
		{ PPT_DIV, A, D, C, 0, false, true, 0 },
	};
	static const struct sketch bad[] = {
		{ PPT_DIV_O, A, C, B, BAD, true, false, 0 },
		{ PPT_DIV, A, D, C, 0, false, true, BROKEN },
	};

	static const struct sketch beside[] = {
		{ PPT_DIV_O, A, C, B, 0, false, true, 0 },
		{ PPT_SHAKEN, A, B, NULL, 0, true, false, 0 },
	};

	CHECK(rows, "");
	CHECK(bad, "");
	CHECK(beside, "");
}

static void a_type_that_nobody_knows_is_no_ground(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_UNKNOWN, A, B, NULL, 0, false, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, BROKEN },
	};

	CHECK(rows, "");
}

/* B signs both, and A never called anybody. */
static void who_answers_is_no_ground_for_a_caller(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_RSP, A, B, NULL, 0, false, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, BROKEN },
	};
	/* nor who grants a priority */
	static const struct sketch priority[] = {
		{ PPT_RPH, A, B, NULL, 0, false, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, BROKEN },
	};

	CHECK(rows, "");
	CHECK(priority, "");
}

static void a_number_is_no_uri_of_the_same_letters(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_SHAKEN, A, B, NULL, 0, true, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, 0 },
	};
	struct cast cast;

	draw(&cast, rows, 2);
	cast.claims[1].div.is_tn = false;
	div_links(*state, cast.nodes, 2, "");
	assert_false(cast.nodes[0].is_linked);
}

static void what_cannot_be_read_takes_no_part(void **state)
{
	static const struct sketch rows[] = {
		{ PPT_SHAKEN, A, B, NULL, 0, true, false, 0 },
		{ PPT_DIV, A, C, B, 0, false, true, 0 },
	};
	struct cast cast;

	draw(&cast, rows, 2);
	cast.nodes[0].is_usable = false;
	cast.nodes[0].claims = NULL;
	div_links(*state, cast.nodes, 2, "");
	div_chains(*state, cast.nodes, 2, "");
	assert_false(cast.nodes[0].is_linked);
	assert_int_equal(cast.nodes[1].chain_failed, BROKEN);
	draw(&cast, rows, 2);
	cast.nodes[1].is_usable = false;
	cast.nodes[1].claims = NULL;
	div_links(*state, cast.nodes, 2, "");
	div_chains(*state, cast.nodes, 2, "");
	assert_false(cast.nodes[0].is_linked);
	assert_false(cast.nodes[1].is_outermost);
	assert_int_equal(cast.nodes[1].chain_failed, 0);
}

static void the_token_inside_a_div_o_must_fit(void **state)
{
	static const struct {
		struct sketch outer;
		struct sketch inner;
		uint64_t failed;
	} rows[] = {
		{ { .orig = A, .dest = C, .div = B },
		  { .orig = A, .dest = B, .failed = STALE },
		  0 },
		{ { .orig = A, .dest = C, .div = B },
		  { .orig = A, .dest = B, .failed = BAD },
		  BROKEN },
		{ { .orig = A, .dest = C, .div = B },
		  { .orig = D, .dest = B },
		  BROKEN },
		{ { .orig = A, .dest = C, .div = B },
		  { .orig = A, .dest = D },
		  BROKEN },
		{ { .orig = A, .dest = C }, { .orig = A, .dest = B }, BROKEN },
		/* whose signer is not that of A */
		{ { .orig = A, .dest = C, .div = B },
		  { .ppt = PPT_DIV, .orig = A, .dest = B, .div = D },
		  BROKEN },
		{ { .orig = A, .dest = C, .div = B },
		  { .ppt = PPT_RSP, .orig = A, .dest = B },
		  BROKEN },
		{ { .orig = A, .dest = C, .div = B },
		  { .ppt = PPT_DIV_O, .orig = A, .dest = B, .div = D },
		  0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sketch both[] = { rows[i].outer, rows[i].inner };
		struct cast cast;

		draw(&cast, both, 2);
		assert_int_equal(
			div_opt(*state, &cast.claims[0], &cast.nodes[1], ""),
			rows[i].failed);
		cast.nodes[1].is_usable = false;
		assert_int_equal(
			div_opt(*state, &cast.claims[0], &cast.nodes[1], ""),
			BROKEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(a_chain_holds_in_any_order),
		IN_MEMORY(a_div_without_what_it_diverts_is_broken),
		IN_MEMORY(a_break_runs_up_the_chain),
		IN_MEMORY(age_alone_breaks_no_chain),
		IN_MEMORY(a_circle_stands_on_nothing),
		IN_MEMORY(another_orig_fails_on_both_sides),
		IN_MEMORY(parties_compare_in_canonical_form),
		IN_MEMORY(what_is_no_div_links_to_nothing),
		IN_MEMORY(a_div_o_brings_its_own_ground),
		IN_MEMORY(a_type_that_nobody_knows_is_no_ground),
		IN_MEMORY(who_answers_is_no_ground_for_a_caller),
		IN_MEMORY(a_number_is_no_uri_of_the_same_letters),
		IN_MEMORY(what_cannot_be_read_takes_no_part),
		IN_MEMORY(the_token_inside_a_div_o_must_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
