/*
 * Any bytes as a capture file.  The law: a packet lies within the file and can
 * be read again, lengths and times stay in their bounds, an error comes with a
 * line of text, and read through a pipe the file gives the same packets.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sipmon/capture/source.h"

#define PACKET_MAX 262144
#define PIPE_MAX   60000 /* what a pipe takes at once */

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_text(const struct problem *problem)
{
	size_t len = strnlen(problem->text, sizeof(problem->text));

	require(len > 0 && len < sizeof(problem->text));
	require(strchr(problem->text, '\n') == NULL);
}

static void require_sane(const struct source *s, const struct packet *p,
			 size_t size)
{
	static uint8_t again[PACKET_MAX];

	require(p->len <= PACKET_MAX && p->wire_len >= p->len);
	require(p->time_ns >= 0 && p->time_ns <= INT64_MAX / 2);
	require(p->offset <= size && p->len <= size - p->offset);
	require(source_reread(s, 7, p->offset, again, p->len));
	require(memcmp(again, p->data, p->len) == 0);
}

static struct source *opened(int fd)
{
	char path[32];
	struct problem problem = { "" };
	struct source *s = NULL;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (source_file_open(&s, path, NULL, 7, &problem) != ERR_OK) {
		require(s == NULL);
		require_text(&problem);
	}
	return s;
}

/* Both to their end: packet by packet the same. */
static void compare(struct source *file, struct source *pipe_, size_t size)
{
	struct problem problem = { "" };
	struct packet a;
	struct packet b;
	enum err err;

	do {
		err = source_next(file, &a, &problem);
		if (err == ERR_OK)
			require_sane(file, &a, size);
		if (pipe_ != NULL) {
			require(source_next(pipe_, &b, &problem) == err);
			require(err ||
				(a.len == b.len && a.time_ns == b.time_ns &&
				 memcmp(a.data, b.data, a.len) == 0));
			require(err || b.offset == PACKET_NO_OFFSET);
		}
	} while (err == ERR_OK || err == ERR_AGAIN);
	if (err != ERR_END)
		require_text(&problem);
	require(source_next(file, &a, &problem) == ERR_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/sipmon-fuzz-XXXXXX";
	int fd = mkstemp(path);
	int ends[2] = { -1, -1 };
	struct source *file;
	struct source *through = NULL;

	require(fd >= 0 && unlink(path) == 0);
	require(write(fd, data, size) == (ssize_t)size);
	file = opened(fd);
	if (size <= PIPE_MAX) {
		require(pipe(ends) == 0);
		require(write(ends[1], data, size) == (ssize_t)size);
		close(ends[1]);
		through = opened(ends[0]);
		require((file == NULL) == (through == NULL));
	}
	if (file != NULL)
		compare(file, through, size);
	source_free(file);
	source_free(through);
	close(fd);
	if (ends[0] >= 0)
		close(ends[0]);
	return 0;
}
