#include "log.h"

#include <stdlib.h>
#include <string.h>

/* Before the bytes of each message. */
struct record {
	uint32_t owner; /* 0: removed */
	uint32_t len;
};

void log_init(struct msg_log *l)
{
	*l = (struct msg_log){ .blocks = NULL };
}

void log_free(struct msg_log *l)
{
	for (uint32_t i = 0; i < l->count; i++)
		free(l->blocks[i].ptr);
	free(l->blocks);
	log_init(l);
}

/* Records begin at multiples of 4. */
static uint32_t record_bytes(uint32_t len)
{
	return (uint32_t)sizeof(struct record) + ((len + 3U) & ~3U);
}

static bool add_block(struct msg_log *l)
{
	uint32_t n = 0;
	char *ptr;

	while (n < l->count && l->blocks[n].ptr != NULL)
		n++;
	if (n == l->room) {
		uint32_t room = l->room == 0 ? 64 : l->room * 2;
		struct log_block *blocks =
			realloc(l->blocks, room * sizeof(*blocks));

		if (blocks == NULL)
			return false;
		l->blocks = blocks;
		l->room = room;
	}
	ptr = malloc(LOG_BLOCK_BYTES);
	if (ptr == NULL)
		return false;
	l->blocks[n] = (struct log_block){ .ptr = ptr };
	if (n == l->count)
		l->count++;
	l->open = n;
	l->has_open = true;
	l->bytes += LOG_BLOCK_BYTES;
	return true;
}

bool log_append(struct msg_log *l, uint32_t owner, struct slice bytes,
		uint64_t *where)
{
	struct record head = { owner, (uint32_t)bytes.len };
	struct log_block *b;
	uint32_t size;

	if (bytes.len > LOG_BLOCK_BYTES - sizeof(head))
		return false;
	size = record_bytes(head.len);
	if (!l->has_open || LOG_BLOCK_BYTES - l->blocks[l->open].used < size)
		if (!add_block(l))
			return false;
	b = &l->blocks[l->open];
	memcpy(b->ptr + b->used, &head, sizeof(head));
	if (bytes.len > 0)
		memcpy(b->ptr + b->used + sizeof(head), bytes.ptr, bytes.len);
	*where = (uint64_t)l->open << 32 | b->used;
	b->used += size;
	b->live += size;
	l->live += size;
	return true;
}

const char *log_at(const struct msg_log *l, uint64_t where)
{
	return l->blocks[where >> 32].ptr + (uint32_t)where +
	       sizeof(struct record);
}

static void drop_block(struct msg_log *l, uint32_t n)
{
	free(l->blocks[n].ptr);
	l->blocks[n] = (struct log_block){ .ptr = NULL };
	l->bytes -= LOG_BLOCK_BYTES;
	if (l->has_open && l->open == n)
		l->has_open = false;
}

void log_remove(struct msg_log *l, uint64_t where)
{
	uint32_t n = (uint32_t)(where >> 32);
	struct log_block *b = &l->blocks[n];
	struct record head;
	uint32_t size;

	memcpy(&head, b->ptr + (uint32_t)where, sizeof(head));
	size = record_bytes(head.len);
	head.owner = 0;
	memcpy(b->ptr + (uint32_t)where, &head, sizeof(head));
	b->live -= size;
	l->live -= size;
	if (b->live == 0)
		drop_block(l, n);
}

static void clear_out(struct msg_log *l, uint32_t n, log_moved_fn moved,
		      void *ctx)
{
	uint32_t at = 0;

	/* Each step is at least the size of a record's head. */
	while (at < l->blocks[n].used) {
		const char *from = l->blocks[n].ptr + at;
		struct record head;
		uint64_t where;

		memcpy(&head, from, sizeof(head));
		if (head.owner != 0) {
			struct slice bytes = { from + sizeof(head), head.len };

			if (!log_append(l, head.owner, bytes, &where))
				return; /* what was moved is removed below */
			l->blocks[n].live -= record_bytes(head.len);
			l->live -= record_bytes(head.len);
			memset(l->blocks[n].ptr + at, 0, sizeof(head.owner));
			moved(ctx, head.owner, where);
		}
		at += record_bytes(head.len);
	}
	drop_block(l, n);
}

void log_tidy(struct msg_log *l, log_moved_fn moved, void *ctx)
{
	uint32_t best = UINT32_MAX;

	if (l->bytes < 8 * (uint64_t)LOG_BLOCK_BYTES || l->live * 2 > l->bytes)
		return;
	for (uint32_t i = 0; i < l->count; i++)
		if (l->blocks[i].ptr != NULL &&
		    !(l->has_open && i == l->open) &&
		    (best == UINT32_MAX ||
		     l->blocks[i].live < l->blocks[best].live))
			best = i;
	if (best != UINT32_MAX)
		clear_out(l, best, moved, ctx);
}
