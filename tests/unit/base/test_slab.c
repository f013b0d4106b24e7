/* Objects of one size reached by number; numbers given back come again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/slab.h"

struct thing {
	uint64_t a;
	uint32_t b;
};

static void numbers_begin_at_one_and_rise(void **state)
{
	struct slab s;
	uint32_t n = 0;

	(void)state;
	slab_init(&s, sizeof(struct thing));
	for (uint32_t i = 1; i <= 3 * SLAB_BLOCK; i++) {
		struct thing *t = slab_take(&s, &n);

		assert_non_null(t);
		assert_int_equal(n, i);
		assert_ptr_equal(slab_at(&s, n), t);
		assert_int_equal(t->a, 0);
		assert_int_equal(t->b, 0);
		*t = (struct thing){ i, ~i };
	}
	/* objects never move */
	for (uint32_t i = 1; i <= 3 * SLAB_BLOCK; i++) {
		const struct thing *t = slab_at(&s, i);

		assert_int_equal(t->a, i);
		assert_int_equal(t->b, ~i);
	}
	assert_int_equal(s.used, 3 * SLAB_BLOCK);
	slab_free(&s);
}

static void what_was_given_back_is_taken_first_and_clean(void **state)
{
	struct slab s;
	uint32_t n = 0;
	struct thing *t;

	(void)state;
	slab_init(&s, sizeof(struct thing));
	for (int i = 0; i < 5; i++) {
		t = slab_take(&s, &n);
		*t = (struct thing){ UINT64_MAX, UINT32_MAX };
	}
	slab_give(&s, 2);
	slab_give(&s, 4);
	assert_int_equal(s.used, 3);
	assert_int_equal(slab_bytes(&s), 3 * sizeof(struct thing));
	t = slab_take(&s, &n);
	assert_int_equal(n, 4);
	assert_int_equal(t->a, 0);
	assert_int_equal(t->b, 0);
	t = slab_take(&s, &n);
	assert_int_equal(n, 2);
	assert_int_equal(t->a, 0);
	(void)slab_take(&s, &n);
	assert_int_equal(n, 6);
	slab_free(&s);
}

static void a_slab_can_be_used_again_after_it_was_freed(void **state)
{
	struct slab s;
	uint32_t n = 0;

	(void)state;
	slab_init(&s, 1);
	for (int i = 0; i < 2000; i++)
		(void)slab_take(&s, &n);
	slab_free(&s);
	assert_int_equal(slab_bytes(&s), 0);
	assert_non_null(slab_take(&s, &n));
	assert_int_equal(n, 1);
	slab_free(&s);
}

static void tiny_objects_hold_the_chain_too(void **state)
{
	struct slab s;
	uint32_t n = 0;

	(void)state;
	slab_init(&s, 1);
	for (int i = 0; i < 10; i++)
		(void)slab_take(&s, &n);
	for (uint32_t i = 1; i <= 10; i++)
		slab_give(&s, i);
	assert_int_equal(s.used, 0);
	for (uint32_t i = 10; i >= 1; i--) {
		(void)slab_take(&s, &n);
		assert_int_equal(n, i);
	}
	slab_free(&s);
}

static void blocks_that_are_empty_are_given_back_but_one(void **state)
{
	struct slab s;
	uint32_t n = 0;

	(void)state;
	slab_init(&s, 8);
	for (uint32_t i = 0; i < 3 * SLAB_BLOCK - 1; i++)
		assert_non_null(slab_take(&s, &n));
	assert_int_equal(s.held, 3);
	for (uint32_t i = 1; i < 3 * SLAB_BLOCK; i++)
		slab_give(&s, i);
	assert_int_equal(s.used, 0);
	assert_int_equal(s.held, 1);
	assert_false(slab_holds(&s, 1) && slab_holds(&s, SLAB_BLOCK));
	for (uint32_t i = 0; i < 3 * SLAB_BLOCK - 1; i++) {
		assert_non_null(slab_take(&s, &n));
		assert_int_not_equal(n, 0);
		assert_true(slab_holds(&s, n));
	}
	assert_int_equal(s.held, 3);
	slab_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_begin_at_one_and_rise),
		cmocka_unit_test(blocks_that_are_empty_are_given_back_but_one),
		cmocka_unit_test(what_was_given_back_is_taken_first_and_clean),
		cmocka_unit_test(a_slab_can_be_used_again_after_it_was_freed),
		cmocka_unit_test(tiny_objects_hold_the_chain_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
