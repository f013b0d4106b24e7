#include "sipmon/capture/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ops.h"

/*
 * In order of arrival a member is asked for so many packets before the next
 * one has its turn: asking a quiet interface costs a system call.
 */
#define TURN_PACKETS 64

/* One of the sources that are joined. */
struct member {
	struct source *source;
	struct packet head; /* its next packet, while it stands in the heap */
	bool ended;
	int fd; /* in the set of descriptors, or -1 */
	enum err err;
	struct problem problem;
};

/*
 * In order of time `heap` holds the members whose next packet is known, and
 * `hungry` those that must be asked before the earliest can be told.  In order
 * of arrival neither is used.
 */
struct merge {
	struct source base;
	unsigned count;
	unsigned left; /* not ended */
	unsigned turn; /* member that is asked */
	unsigned turn_packets;
	int epoll; /* of the descriptors; only in order of arrival */
	unsigned heap_count;
	unsigned hungry_count;
	unsigned failed_count;
	unsigned failed_told;
	unsigned *heap;
	unsigned *hungry;
	unsigned *failed; /* members that failed, the first first */
	struct member members[];
};

static bool is_before(const struct merge *m, unsigned a, unsigned b)
{
	int64_t x = m->members[a].head.time_ns;
	int64_t y = m->members[b].head.time_ns;

	return x < y || (x == y && a < b);
}

static void heap_push(struct merge *m, unsigned member)
{
	unsigned i = m->heap_count++;

	while (i > 0 && is_before(m, member, m->heap[(i - 1) / 2])) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = member;
}

static unsigned heap_pop(struct merge *m)
{
	unsigned first = m->heap[0];
	unsigned last = m->heap[--m->heap_count];
	unsigned i = 0;

	for (unsigned child = 1; child < m->heap_count; child = 2 * i + 1) {
		if (child + 1 < m->heap_count &&
		    is_before(m, m->heap[child + 1], m->heap[child]))
			child++;
		if (!is_before(m, m->heap[child], last))
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = last;
	return first;
}

static void member_end(struct merge *m, unsigned number, enum err err)
{
	struct member *member = &m->members[number];

	member->ended = true;
	m->left--;
	if (member->fd >= 0)
		(void)epoll_ctl(m->epoll, EPOLL_CTL_DEL, member->fd, NULL);
	if (err == ERR_END)
		return;
	member->err = err;
	m->failed[m->failed_count++] = number;
}

static enum err next_by_time(struct source *s, struct packet *out,
			     struct problem *problem)
{
	struct merge *m = (struct merge *)s;

	(void)problem;
	while (m->hungry_count > 0) {
		unsigned number = m->hungry[m->hungry_count - 1];
		struct member *member = &m->members[number];
		enum err err = source_next(member->source, &member->head,
					   &member->problem);

		if (err == ERR_AGAIN)
			return err;
		m->hungry_count--;
		if (err)
			member_end(m, number, err);
		else
			heap_push(m, number);
	}
	if (m->heap_count == 0)
		return ERR_END;
	/* Its bytes live until it is asked again: at the next call. */
	m->hungry[m->hungry_count++] = heap_pop(m);
	*out = m->members[m->hungry[0]].head;
	return ERR_OK;
}

static enum err next_by_arrival(struct source *s, struct packet *out,
				struct problem *problem)
{
	struct merge *m = (struct merge *)s;

	(void)problem;
	for (unsigned asked = 0; asked <= m->count && m->left > 0; asked++) {
		struct member *member = &m->members[m->turn];
		enum err err = ERR_AGAIN;

		if (!member->ended && m->turn_packets < TURN_PACKETS)
			err = source_next(member->source, out,
					  &member->problem);
		if (err == ERR_OK) {
			m->turn_packets++;
			return err;
		}
		if (err != ERR_AGAIN)
			member_end(m, m->turn, err);
		m->turn = m->turn + 1 < m->count ? m->turn + 1 : 0;
		m->turn_packets = 0;
	}
	return m->left > 0 ? ERR_AGAIN : ERR_END;
}

/* The one that is waited for, and nothing else that has something to say. */
static int fd_by_time(const struct source *s)
{
	const struct merge *m = (const struct merge *)s;

	if (m->hungry_count == 0)
		return -1;
	return source_fd(m->members[m->hungry[m->hungry_count - 1]].source);
}

static int fd_by_arrival(const struct source *s)
{
	const struct merge *m = (const struct merge *)s;

	for (unsigned i = 0; i < m->count; i++)
		if (!m->members[i].ended &&
		    (m->members[i].fd < 0 ||
		     source_fd(m->members[i].source) < 0))
			return -1;
	return m->epoll;
}

static uint64_t merge_dropped(struct source *s)
{
	struct merge *m = (struct merge *)s;
	uint64_t sum = 0;

	for (unsigned i = 0; i < m->count; i++)
		sum += source_dropped(m->members[i].source);
	return sum;
}

static void merge_progress(const struct source *s, uint64_t *done,
			   uint64_t *size)
{
	const struct merge *m = (const struct merge *)s;

	for (unsigned i = 0; i < m->count; i++) {
		uint64_t one_done;
		uint64_t one_size;

		source_progress(m->members[i].source, &one_done, &one_size);
		*done += one_done;
		*size += one_size;
	}
}

static bool merge_reread(const struct source *s, uint16_t source,
			 uint64_t offset, void *out, uint32_t len)
{
	const struct merge *m = (const struct merge *)s;

	for (unsigned i = 0; i < m->count; i++)
		if (m->members[i].source->number == source)
			return source_reread(m->members[i].source, source,
					     offset, out, len);
	return false;
}

static bool merge_problem(struct source *s, enum err *err,
			  struct problem *problem)
{
	struct merge *m = (struct merge *)s;
	const struct member *member;

	if (m->failed_told == m->failed_count)
		return false;
	member = &m->members[m->failed[m->failed_told++]];
	*err = member->err;
	*problem = member->problem;
	return true;
}

static void merge_release(struct merge *m)
{
	if (m->epoll >= 0)
		close(m->epoll);
	free(m->heap);
	free(m->hungry);
	free(m->failed);
	free(m);
}

static void merge_free(struct source *s)
{
	struct merge *m = (struct merge *)s;

	for (unsigned i = 0; i < m->count; i++)
		source_free(m->members[i].source);
	merge_release(m);
}

static const struct source_ops by_time = {
	.next = next_by_time,
	.fd = fd_by_time,
	.dropped = merge_dropped,
	.progress = merge_progress,
	.reread = merge_reread,
	.problem = merge_problem,
	.free = merge_free,
};

static const struct source_ops by_arrival = {
	.next = next_by_arrival,
	.fd = fd_by_arrival,
	.dropped = merge_dropped,
	.progress = merge_progress,
	.reread = merge_reread,
	.problem = merge_problem,
	.free = merge_free,
};

/* One descriptor that is ready when any of the members' is. */
static enum err epoll_open(struct merge *m)
{
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (m->epoll < 0)
		return ERR_SYSTEM;
	for (unsigned i = 0; i < m->count; i++) {
		struct member *member = &m->members[i];
		struct epoll_event event = { .events = EPOLLIN };

		event.data.u32 = i;
		member->fd = source_fd(member->source);
		if (member->fd < 0)
			continue;
		if (epoll_ctl(m->epoll, EPOLL_CTL_ADD, member->fd, &event) == 0)
			continue;
		/* EPERM: always ready, such as a file given to a pipe. */
		if (errno != EPERM)
			return ERR_SYSTEM;
		member->fd = -1;
	}
	return ERR_OK;
}

static enum err merge_fill(struct merge *m, struct source **sources,
			   unsigned count)
{
	m->heap = calloc(count, sizeof(*m->heap));
	m->hungry = calloc(count, sizeof(*m->hungry));
	m->failed = calloc(count, sizeof(*m->failed));
	if (m->heap == NULL || m->hungry == NULL || m->failed == NULL)
		return ERR_NOMEM;
	m->base.ops = &by_time;
	m->count = count;
	m->left = count;
	for (unsigned i = 0; i < count; i++) {
		m->members[i].source = sources[i];
		m->members[i].fd = -1;
		m->base.live = m->base.live || sources[i]->live;
		/* The last in the list is asked first. */
		m->hungry[i] = count - 1 - i;
	}
	m->hungry_count = count;
	if (!m->base.live)
		return ERR_OK;
	m->base.ops = &by_arrival;
	return epoll_open(m);
}

enum err source_merge_open(struct source **out, struct source **sources,
			   unsigned count)
{
	struct merge *m;
	enum err err;

	if (count == 1) {
		*out = sources[0];
		return ERR_OK;
	}
	m = calloc(1, sizeof(*m) + count * sizeof(m->members[0]));
	if (m == NULL)
		return ERR_NOMEM;
	m->epoll = -1;
	err = merge_fill(m, sources, count);
	if (err) {
		merge_release(m);
		return err;
	}
	*out = &m->base;
	return ERR_OK;
}
