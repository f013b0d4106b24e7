/* in_memory.h - a memory for each test, gone with it. */
#ifndef TESTS_UNIT_IDENTITY_IN_MEMORY_H
#define TESTS_UNIT_IDENTITY_IN_MEMORY_H

#include <stdlib.h>

#include "../../../src/identity/value.h"

struct test_memory {
	struct memory memory; /* first: the state of a test is this one */
	struct arena arena;
};

static int make_memory(void **state)
{
	struct test_memory *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return 1;
	t->memory = (struct memory){ &t->arena, arena_pool_new() };
	*state = t;
	return t->memory.pool == NULL;
}

static int drop_memory(void **state)
{
	struct test_memory *t = *state;

	arena_reset(&t->arena, t->memory.pool);
	arena_pool_free(t->memory.pool);
	free(t);
	return 0;
}

#define IN_MEMORY(test)                                                        \
	cmocka_unit_test_setup_teardown(test, make_memory, drop_memory)

#endif
