/* memory.h - memory, and parsed messages, for the tests of this folder. */
#ifndef TEST_IDENTITY_MEMORY_H
#define TEST_IDENTITY_MEMORY_H

#include "../../../src/identity/value.h"

static inline int make_memory(void **state)
{
	static struct arena arena;
	static struct memory m;

	arena = (struct arena){ 0 };
	m = (struct memory){ &arena, arena_pool_new() };
	*state = &m;
	return m.pool == NULL;
}

static inline int drop_memory(void **state)
{
	struct memory *m = *state;

	arena_reset(m->arena, m->pool);
	arena_pool_free(m->pool);
	return 0;
}

#define IN_MEMORY(test)                                                        \
	cmocka_unit_test_setup_teardown(test, make_memory, drop_memory)

/* The message lives as long as `text`. */
static inline struct sip_msg parsed(const char *text)
{
	struct sip_msg msg = { 0 };

	if (!sip_msg_parse(&msg, slice_of(text)))
		msg.raw = SLICE_NONE;
	return msg;
}

#endif
