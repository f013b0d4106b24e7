/* Small memory freed all at once; chunks go from one arena to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/arena.h"

static int new_pool(void **state)
{
	*state = arena_pool_new();
	return *state == NULL;
}

static int free_pool(void **state)
{
	arena_pool_free(*state);
	return 0;
}

static void memory_is_zeroed_and_aligned(void **state)
{
	struct arena_pool *pool = *state;
	struct arena a = { NULL };

	for (size_t size = 1; size < 600; size += 7) {
		unsigned char *p = arena_alloc(&a, pool, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
		/* the next one shall not begin aligned by itself */
		(void)arena_copy(&a, pool, SLICE("x"));
	}
	arena_reset(&a, pool);
	/* used chunks come back dirty, and are zeroed again */
	for (int i = 0; i < 10; i++) {
		unsigned char *p = arena_alloc(&a, pool, 200);

		for (size_t n = 0; n < 200; n++)
			assert_int_equal(p[n], 0);
	}
	arena_reset(&a, pool);
}

static void copies_do_not_touch_each_other(void **state)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz";
	struct arena_pool *pool = *state;
	struct arena a = { NULL };
	struct slice copies[200];

	for (size_t i = 0; i < 200; i++) {
		struct slice s = { text + i % 13, i % 13 + 1 };

		copies[i] = arena_copy(&a, pool, s);
		assert_ptr_not_equal(copies[i].ptr, s.ptr);
	}
	for (size_t i = 0; i < 200; i++)
		assert_true(slice_eq(copies[i], (struct slice){ text + i % 13,
								i % 13 + 1 }));
	arena_reset(&a, pool);
}

static void absent_stays_absent_and_empty_stays_present(void **state)
{
	struct arena_pool *pool = *state;
	struct arena a = { NULL };

	assert_false(slice_is_set(arena_copy(&a, pool, SLICE_NONE)));
	assert_true(slice_is_set(arena_copy(&a, pool, SLICE(""))));
	arena_reset(&a, pool);
}

static void bytes_are_counted_while_they_are_used(void **state)
{
	struct arena_pool *pool = *state;
	struct arena a = { NULL };
	struct arena b = { NULL };
	uint64_t one;

	assert_int_equal(arena_pool_bytes(pool), 0);
	(void)arena_copy(&a, pool, SLICE("x"));
	one = arena_pool_bytes(pool);
	assert_true(one > 0);
	assert_non_null(arena_alloc(&b, pool, 100000));
	assert_true(arena_pool_bytes(pool) >= one + 100000);
	arena_reset(&b, pool);
	assert_int_equal(arena_pool_bytes(pool), one);
	arena_reset(&a, pool);
	assert_int_equal(arena_pool_bytes(pool), 0);
	assert_null(a.last);
	arena_reset(&a, pool);
	assert_int_equal(arena_pool_bytes(pool), 0);
}

static void what_one_arena_gave_back_the_next_one_takes(void **state)
{
	struct arena_pool *pool = *state;
	struct arena a = { NULL };
	struct arena b = { NULL };
	const char *first = arena_copy(&a, pool, SLICE("x")).ptr;

	arena_reset(&a, pool);
	assert_ptr_equal(arena_copy(&b, pool, SLICE("y")).ptr, first);
	arena_reset(&b, pool);
}

static void a_size_that_cannot_be_is_refused(void **state)
{
	struct arena_pool *pool = *state;
	struct arena a = { NULL };

	assert_null(arena_alloc(&a, pool, SIZE_MAX));
	assert_null(arena_alloc(&a, pool, SIZE_MAX - 32));
	assert_int_equal(arena_pool_bytes(pool), 0);
	arena_pool_free(NULL);
}

#define IN_POOL(test) cmocka_unit_test_setup_teardown(test, new_pool, free_pool)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POOL(memory_is_zeroed_and_aligned),
		IN_POOL(copies_do_not_touch_each_other),
		IN_POOL(absent_stays_absent_and_empty_stays_present),
		IN_POOL(bytes_are_counted_while_they_are_used),
		IN_POOL(what_one_arena_gave_back_the_next_one_takes),
		IN_POOL(a_size_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
