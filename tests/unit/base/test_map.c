/* From a hash to numbers; held against a plain array that does the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sipmon/base/map.h"

static bool is_number(const void *ctx, uint32_t value)
{
	return *(const uint32_t *)ctx == value;
}

static bool is_any(const void *ctx, uint32_t value)
{
	(void)ctx;
	return value != 0;
}

static uint32_t find(const struct map *m, uint64_t hash, uint32_t number)
{
	return map_find(m, hash, is_number, &number);
}

static void an_empty_map_finds_nothing(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	assert_int_equal(map_find(&m, 7, is_any, NULL), 0);
	map_remove(&m, 7, 1);
	assert_int_equal(map_bytes(&m), 0);
	assert_int_equal(m.count, 0);
	map_free(&m);
}

static void one_hash_may_have_several_numbers(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	assert_int_equal(map_add(&m, 5, 1), ERR_OK);
	assert_int_equal(map_add(&m, 5, 2), ERR_OK);
	assert_int_equal(map_add(&m, 5, 3), ERR_OK);
	assert_int_equal(find(&m, 5, 2), 2);
	map_remove(&m, 5, 2);
	assert_int_equal(find(&m, 5, 2), 0);
	assert_int_equal(find(&m, 5, 1), 1);
	assert_int_equal(find(&m, 5, 3), 3);
	map_remove(&m, 5, 2);
	map_remove(&m, 6, 1);
	assert_int_equal(m.count, 2);
	map_free(&m);
}

static void gaps_at_the_end_of_the_table_close_over_to_the_front(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	/* all of them want the last place of 64; the chain goes on at 0 */
	for (uint32_t i = 1; i <= 10; i++)
		assert_int_equal(map_add(&m, 63, i), ERR_OK);
	assert_int_equal(map_add(&m, 2, 100), ERR_OK);
	assert_int_equal(map_add(&m, 0, 101), ERR_OK);
	for (uint32_t i = 1; i <= 10; i++) {
		map_remove(&m, 63, i);
		assert_int_equal(find(&m, 63, i), 0);
		for (uint32_t j = i + 1; j <= 10; j++)
			assert_int_equal(find(&m, 63, j), j);
		assert_int_equal(find(&m, 2, 100), 100);
		assert_int_equal(find(&m, 0, 101), 101);
	}
	assert_int_equal(m.count, 2);
	map_free(&m);
}

/* xorshift32: the same numbers in each run */
static uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static void a_map_does_what_an_array_does(void **state)
{
	enum { NUMBERS = 3000 };
	uint64_t *hash = calloc(NUMBERS, sizeof(*hash));
	bool *there = calloc(NUMBERS, sizeof(*there));
	uint32_t count = 0;
	uint32_t x = 1;
	struct map m;

	(void)state;
	assert_non_null(hash);
	assert_non_null(there);
	map_init(&m);
	for (unsigned step = 0; step < 60000; step++) {
		uint32_t i = next_random(&x) % (NUMBERS - 1) + 1;

		if (there[i]) {
			map_remove(&m, hash[i], i);
			count--;
		} else {
			/* few hashes: long chains */
			hash[i] = next_random(&x) % 700;
			assert_int_equal(map_add(&m, hash[i], i), ERR_OK);
			count++;
		}
		there[i] = !there[i];
		assert_int_equal(m.count, count);
	}
	for (uint32_t i = 1; i < NUMBERS; i++)
		assert_int_equal(find(&m, hash[i], i), there[i] ? i : 0);
	map_free(&m);
	free(hash);
	free(there);
}

static void a_hash_depends_on_seed_bytes_and_length(void **state)
{
	(void)state;
	assert_int_equal(hash_bytes(1, SLICE("abc")),
			 hash_bytes(1, SLICE("abc")));
	assert_int_not_equal(hash_bytes(1, SLICE("abc")),
			     hash_bytes(2, SLICE("abc")));
	assert_int_not_equal(hash_bytes(1, SLICE("abc")),
			     hash_bytes(1, SLICE("abd")));
	assert_int_not_equal(hash_bytes(1, SLICE("a")),
			     hash_bytes(1, SLICE("a\0")));
	assert_int_equal(hash_bytes(1, SLICE_NONE), hash_bytes(1, SLICE("")));
	assert_int_not_equal(hash_mix(1, 2), hash_mix(2, 1));
	assert_int_not_equal(hash_mix(1, 2), hash_mix(1, 3));
	assert_int_not_equal(hash_seed(), hash_seed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_finds_nothing),
		cmocka_unit_test(one_hash_may_have_several_numbers),
		cmocka_unit_test(
			gaps_at_the_end_of_the_table_close_over_to_the_front),
		cmocka_unit_test(a_map_does_what_an_array_does),
		cmocka_unit_test(a_hash_depends_on_seed_bytes_and_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
