/*
 * Any bytes as a TNAuthList and as claim constraints.  The law: entries lie
 * within the bytes; a number that is listed is covered, and the one before and
 * the one past a range are not because of it; an element that is taken makes
 * the rest shorter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/identity/cert_der.h"
#include "../../src/identity/constraints.h"
#include "../../src/identity/tnauth.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

static bool lies_in(struct slice part, struct slice whole)
{
	return part.ptr >= whole.ptr &&
	       part.ptr + part.len <= whole.ptr + whole.len;
}

static uint64_t value_of(struct slice digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (uint64_t)(digits.ptr[i] - '0');
	return value;
}

/* The law of one range, alone: others might cover its neighbours. */
static void check_range(const struct tnauth_entry *e)
{
	struct tnauth alone = { .is_there = true, .count = 1 };
	struct tnauth_entry copy = *e;
	uint64_t first = value_of(e->text);
	char tn[32];

	alone.entries = &copy;
	require(e->count >= 2 && e->text.len >= 1 && e->text.len <= 15);
	for (int i = -1; i < 2; i++) {
		/* the one before, the last, the one past it */
		uint64_t n =
			i < 0 ? first - 1 : first + e->count - 1 + (uint64_t)i;
		bool wanted = i == 0;

		if (i < 0 && first == 0)
			continue;
		(void)snprintf(tn, sizeof(tn), "%0*llu", (int)e->text.len,
			       (unsigned long long)n);
		require((tnauth_covers(&alone, slice_of(tn)) ==
			 CERT_COVERS_YES) == wanted);
	}
}

static void check_list(struct slice der, const struct tnauth *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct tnauth_entry *e = &t->entries[i];

		require(lies_in(e->text, der));
		if (e->kind == TNAUTH_RANGE)
			check_range(e);
		if (e->kind == TNAUTH_SPC)
			require(tnauth_covers(t, SLICE("1")) != CERT_COVERS_NO);
		else
			require(tnauth_covers(t, e->text) == CERT_COVERS_YES);
	}
}

static void check_constraints(struct slice der, bool enhanced)
{
	struct constraints c;
	json_t *payload = json_object();

	constraints_read(der, enhanced, &c);
	require(!slice_is_set(c.must_include) || lies_in(c.must_include, der));
	require(!slice_is_set(c.permitted) || lies_in(c.permitted, der));
	require(enhanced || !slice_is_set(c.must_exclude));
	/* no claims: only one that must be there can be missed */
	require(constraints_allow(&c, payload, NULL) ==
		(!c.is_malformed && c.must_include.len == 0));
	(void)json_object_set_new(payload, "a", json_integer(1));
	(void)json_object_set_new(payload, "b", json_string("x"));
	(void)constraints_allow(&c, payload, NULL);
	json_decref(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice der = { (const char *)data, size };
	struct slice rest = der;
	struct der_element e;
	struct tnauth t;

	require(tnauth_read(der, &t) == ERR_OK);
	require(t.is_there && t.is_malformed == (t.count == 0));
	check_list(der, &t);
	tnauth_free(&t);
	check_constraints(der, false);
	check_constraints(der, true);
	while (der_next(&rest, &e)) {
		require(lies_in(e.content, der));
		require(rest.len < size);
		size = rest.len;
	}
	return 0;
}
