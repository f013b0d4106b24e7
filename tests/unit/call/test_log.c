/* The bytes of messages in blocks that are used again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/call/log.h"

#define RECORDS 40000

/* What a record of `owner` holds: its number, then its last byte. */
static char block[LOG_BLOCK_BYTES];

static struct slice bytes_of(uint32_t owner, uint32_t len)
{
	memset(block, (int)(owner % 251), len);
	if (len >= sizeof(owner))
		memcpy(block, &owner, sizeof(owner));
	return (struct slice){ block, len };
}

static uint32_t len_of(uint32_t owner)
{
	return owner * 7919 % 1500;
}

static void holds(const struct msg_log *l, uint32_t owner, uint64_t where)
{
	uint32_t len = len_of(owner);

	assert_memory_equal(log_at(l, where), bytes_of(owner, len).ptr, len);
}

static void bytes_are_read_back(void **state)
{
	uint64_t where[200];
	struct msg_log l;

	(void)state;
	log_init(&l);
	for (uint32_t i = 1; i < 200; i++)
		assert_true(
			log_append(&l, i, bytes_of(i, len_of(i)), &where[i]));
	for (uint32_t i = 1; i < 200; i++)
		holds(&l, i, where[i]);
	log_free(&l);
	assert_int_equal(l.bytes, 0);
}

static void a_block_is_full_to_its_last_byte(void **state)
{
	const uint32_t most = LOG_BLOCK_BYTES - 8;
	struct msg_log l;
	uint64_t where;

	(void)state;
	log_init(&l);
	assert_true(log_append(&l, 1, (struct slice){ block, most }, &where));
	assert_int_equal(l.bytes, LOG_BLOCK_BYTES);
	assert_false(
		log_append(&l, 2, (struct slice){ block, most + 1 }, &where));
	assert_true(log_append(&l, 2, SLICE(""), &where));
	assert_true(log_append(&l, 3, SLICE("x"), &where));
	assert_int_equal(log_at(&l, where)[0], 'x');
	assert_int_equal(l.bytes, 2 * LOG_BLOCK_BYTES);
	log_free(&l);
}

static void an_empty_block_goes_back_and_its_number_comes_again(void **state)
{
	struct msg_log l;
	uint64_t a;
	uint64_t b;

	(void)state;
	log_init(&l);
	assert_true(log_append(&l, 1, bytes_of(1, 200000), &a));
	assert_true(log_append(&l, 2, bytes_of(2, 200000), &b));
	assert_int_equal(a >> 32, 0);
	assert_int_equal(b >> 32, 1);
	log_remove(&l, a);
	assert_int_equal(l.bytes, LOG_BLOCK_BYTES);
	/* the open one too */
	log_remove(&l, b);
	assert_int_equal(l.bytes, 0);
	assert_int_equal(l.live, 0);
	assert_true(log_append(&l, 3, bytes_of(3, 100), &a));
	assert_int_equal(a >> 32, 0);
	assert_int_equal(l.bytes, LOG_BLOCK_BYTES);
	log_free(&l);
}

struct places {
	uint64_t where[RECORDS];
	unsigned moved;
};

static void note_place(void *ctx, uint32_t owner, uint64_t where)
{
	struct places *p = ctx;

	p->where[owner] = where;
	p->moved++;
}

static void waste_is_cleared_out_and_what_lives_moves(void **state)
{
	struct places *p = calloc(1, sizeof(*p));
	struct msg_log l;

	(void)state;
	assert_non_null(p);
	log_init(&l);
	for (uint32_t i = 1; i < RECORDS; i++)
		assert_true(log_append(&l, i, bytes_of(i, len_of(i)),
				       &p->where[i]));
	log_tidy(&l, note_place, p);
	assert_int_equal(p->moved, 0);
	/* one in twenty stays */
	for (uint32_t i = 1; i < RECORDS; i++) {
		if (i % 20 == 0)
			continue;
		log_remove(&l, p->where[i]);
		log_tidy(&l, note_place, p);
	}
	assert_true(p->moved > 0);
	for (uint32_t i = 20; i < RECORDS; i += 20)
		holds(&l, i, p->where[i]);
	assert_true(l.bytes <= 2 * l.live + 8 * (uint64_t)LOG_BLOCK_BYTES);
	for (uint32_t i = 20; i < RECORDS; i += 20)
		log_remove(&l, p->where[i]);
	assert_int_equal(l.bytes, 0);
	assert_int_equal(l.live, 0);
	log_free(&l);
	free(p);
}

static void a_small_log_is_left_in_peace(void **state)
{
	struct places *p = calloc(1, sizeof(*p));
	struct msg_log l;

	(void)state;
	assert_non_null(p);
	log_init(&l);
	log_tidy(&l, note_place, p);
	for (uint32_t i = 1; i < 8; i++)
		assert_true(
			log_append(&l, i, bytes_of(i, 200000), &p->where[i]));
	for (uint32_t i = 1; i < 7; i++)
		log_remove(&l, p->where[i]);
	log_tidy(&l, note_place, p);
	assert_int_equal(p->moved, 0);
	log_free(&l);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_read_back),
		cmocka_unit_test(a_block_is_full_to_its_last_byte),
		cmocka_unit_test(
			an_empty_block_goes_back_and_its_number_comes_again),
		cmocka_unit_test(waste_is_cleared_out_and_what_lives_moves),
		cmocka_unit_test(a_small_log_is_left_in_peace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
