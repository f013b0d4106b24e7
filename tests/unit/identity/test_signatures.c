/* Results of signatures seen before, in bounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "sipmon/identity/signatures.h"

static const uint8_t fingerprint[32] = { 1, 2, 3 };

static struct signature_key key_of(uint32_t n)
{
	struct slice number = { (const char *)&n, sizeof(n) };
	struct signature_key key;

	assert_true(signature_key_of(&key, fingerprint, number, SLICE("sig")));
	return key;
}

static void what_was_added_is_found(void **state)
{
	struct signatures *s = signatures_new(64);
	struct signature_key a = key_of(1);
	struct signature_key b = key_of(2);

	(void)state;
	assert_int_equal(signatures_find(s, &a), SIGNATURE_UNKNOWN);
	signatures_add(s, &a, SIGNATURE_VALID);
	signatures_add(s, &b, SIGNATURE_INVALID);
	assert_int_equal(signatures_find(s, &a), SIGNATURE_VALID);
	assert_int_equal(signatures_find(s, &b), SIGNATURE_INVALID);
	signatures_add(s, &a, SIGNATURE_INVALID);
	assert_int_equal(signatures_find(s, &a), SIGNATURE_INVALID);
	signatures_free(s);
}

/* Certificate, text and signature all belong to it, each with its bounds. */
static void a_key_tells_all_three_parts(void **state)
{
	static const uint8_t other[32] = { 1, 2, 4 };
	/* As many zeros as a length has octets. */
	const struct slice zeros_first = { "a\0\0\0\0\0\0\0\0b", 10 };
	const struct slice zeros_last = { "b\0\0\0\0\0\0\0\0c", 10 };
	struct signature_key keys[7];

	(void)state;
	assert_true(signature_key_of(&keys[0], fingerprint, SLICE("ab"),
				     SLICE("c")));
	assert_true(signature_key_of(&keys[1], fingerprint, SLICE("a"),
				     SLICE("bc")));
	assert_true(signature_key_of(&keys[2], other, SLICE("ab"), SLICE("c")));
	assert_true(signature_key_of(&keys[3], fingerprint, SLICE("ab"),
				     SLICE("d")));
	assert_true(signature_key_of(&keys[4], fingerprint, zeros_first,
				     SLICE("c")));
	assert_true(signature_key_of(&keys[5], fingerprint, SLICE("a"),
				     zeros_last));
	assert_true(signature_key_of(&keys[6], fingerprint, SLICE("ab"),
				     SLICE("c")));
	for (unsigned i = 0; i < 6; i++)
		for (unsigned k = i + 1; k < 6; k++)
			assert_memory_not_equal(&keys[i], &keys[k],
						sizeof(keys[i]));
	assert_memory_equal(&keys[0], &keys[6], sizeof(keys[0]));
}

static void new_ones_take_the_place_of_old_ones(void **state)
{
	struct signatures *s = signatures_new(16);
	uint32_t found = 0;

	(void)state;
	for (uint32_t n = 0; n < 1000; n++) {
		struct signature_key key = key_of(n);

		signatures_add(s, &key, SIGNATURE_VALID);
		assert_int_equal(signatures_find(s, &key), SIGNATURE_VALID);
	}
	for (uint32_t n = 0; n < 1000; n++) {
		struct signature_key key = key_of(n);

		found += signatures_find(s, &key) == SIGNATURE_VALID;
	}
	/* Each set is full after so many. */
	assert_int_equal(found, 16);
	signatures_free(s);
}

static void no_count_is_too_small(void **state)
{
	struct signatures *s = signatures_new(0);
	struct signature_key key = key_of(7);

	(void)state;
	assert_non_null(s);
	signatures_add(s, &key, SIGNATURE_VALID);
	assert_int_equal(signatures_find(s, &key), SIGNATURE_VALID);
	signatures_free(s);
}

#define THREADS 4
#define ROUNDS  2000

/* Even numbers are valid, odd ones are not. */
static enum signature_result result_of(uint32_t n)
{
	return n % 2 == 0 ? SIGNATURE_VALID : SIGNATURE_INVALID;
}

static void *add_and_find(void *ctx)
{
	struct signatures *s = ctx;
	uintptr_t wrong = 0;

	for (uint32_t n = 0; n < ROUNDS; n++) {
		struct signature_key key = key_of(n % 100);
		enum signature_result r = signatures_find(s, &key);

		wrong += r != SIGNATURE_UNKNOWN && r != result_of(n % 100);
		signatures_add(s, &key, result_of(n % 100));
	}
	return (void *)wrong;
}

static void threads_never_see_a_wrong_result(void **state)
{
	struct signatures *s = signatures_new(64);
	pthread_t threads[THREADS];

	(void)state;
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, add_and_find, s), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		void *wrong = s;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	signatures_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found),
		cmocka_unit_test(a_key_tells_all_three_parts),
		cmocka_unit_test(new_ones_take_the_place_of_old_ones),
		cmocka_unit_test(no_count_is_too_small),
		cmocka_unit_test(threads_never_see_a_wrong_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
