#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_EVENTS                                                            \
	(IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)
#define NAME_EVENTS (IN_CREATE | IN_MOVED_TO)

/* Somebody who writes without end shall not keep us from reading. */
#define DRAIN_MAX 16

struct follow {
	char *path;
	int inotify;
	int watch;      /* of the file that is read, or -1 */
	int next;       /* the file that has the name now, if another; or -1 */
	int next_watch; /* of that */
	bool last;      /* the next has begun: what is read now is the end */
};

/* The folder that `path` lies in. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}

static enum err watch(struct follow *f)
{
	char *folder = folder_of(f->path);
	int watched;

	if (folder == NULL)
		return ERR_NOMEM;
	f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->inotify >= 0)
		f->watch = inotify_add_watch(f->inotify, f->path, FILE_EVENTS);
	watched = f->watch >= 0
			  ? inotify_add_watch(f->inotify, folder, NAME_EVENTS)
			  : -1;
	free(folder);
	return watched < 0 ? ERR_SYSTEM : ERR_OK;
}

enum err follow_new(struct follow **out, const char *path)
{
	struct follow *f = calloc(1, sizeof(*f));
	enum err err;

	if (f == NULL)
		return ERR_NOMEM;
	f->inotify = -1;
	f->watch = -1;
	f->next = -1;
	f->path = strdup(path);
	err = f->path == NULL ? ERR_NOMEM : watch(f);
	if (err) {
		int why = errno;

		follow_free(f);
		errno = why;
		return err;
	}
	*out = f;
	return ERR_OK;
}

void follow_free(struct follow *f)
{
	if (f == NULL)
		return;
	if (f->inotify >= 0)
		close(f->inotify);
	if (f->next >= 0)
		close(f->next);
	free(f->path);
	free(f);
}

int follow_fd(const struct follow *f)
{
	return f->inotify;
}

void follow_drain(struct follow *f)
{
	char events[4096];
	ssize_t got = 1;

	for (unsigned i = 0; i < DRAIN_MAX && got > 0; i++)
		got = read(f->inotify, events, sizeof(events));
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * Opens what has the name now.  False if that is nobody, or cannot be: then
 * errno is ENOENT or tells why.
 */
static bool next_open(struct follow *f)
{
	struct stat st;

	/* Whoever gave the name to a pipe shall not make us wait. */
	f->next = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (f->next < 0)
		return false;
	if (fstat(f->next, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(f->next);
		f->next = -1;
		errno = ENOTSUP;
		return false;
	}
	f->next_watch = inotify_add_watch(f->inotify, f->path, FILE_EVENTS);
	return true;
}

/* The end of the watch is an event too: FOLLOW_AGAIN takes it away. */
static void next_drop(struct follow *f)
{
	if (f->next_watch >= 0 && f->next_watch != f->watch)
		(void)inotify_rm_watch(f->inotify, f->next_watch);
	close(f->next);
	f->next = -1;
}

/* With another file under the name: has it begun? */
static enum follow_news look_at_next(struct follow *f, const struct stat *named)
{
	enum follow_news none = FOLLOW_NONE;
	struct stat next = { 0 };

	if (f->next >= 0 && fstat(f->next, &next) != 0)
		return FOLLOW_LOST;
	/* One that nobody wrote to before its name was taken too. */
	if (f->next >= 0 && next.st_size == 0 && named != NULL &&
	    !is_same(&next, named)) {
		next_drop(f);
		none = FOLLOW_AGAIN;
	}
	if (f->next < 0 && named != NULL) {
		if (!next_open(f))
			return errno == ENOENT ? none : FOLLOW_LOST;
		if (fstat(f->next, &next) != 0)
			return FOLLOW_LOST;
	}
	if (f->next < 0 || next.st_size == 0)
		return none;
	if (f->last)
		return FOLLOW_MOVED;
	f->last = true;
	return FOLLOW_AGAIN;
}

enum follow_news follow_look(struct follow *f, int fd, uint64_t done)
{
	struct stat here;
	struct stat named;
	bool has_name = stat(f->path, &named) == 0;

	if (!has_name && errno != ENOENT)
		return FOLLOW_LOST;
	if (fstat(fd, &here) != 0)
		return FOLLOW_LOST;
	if ((uint64_t)here.st_size < done)
		return FOLLOW_CUT;
	if (has_name && is_same(&here, &named)) {
		f->last = false;
		if (f->next < 0)
			return FOLLOW_NONE;
		next_drop(f);
		return FOLLOW_AGAIN;
	}
	return look_at_next(f, has_name ? &named : NULL);
}

int follow_take(struct follow *f)
{
	int fd = f->next;

	if (f->watch >= 0 && f->watch != f->next_watch)
		(void)inotify_rm_watch(f->inotify, f->watch);
	f->watch = f->next_watch;
	f->next = -1;
	f->last = false;
	return fd;
}
