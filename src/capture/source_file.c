#include "sipmon/capture/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static const struct file_format *const formats[] = { &file_pcap, &file_pcapng };

/* What people give to a reader of captures, and how to say that it is not. */
static const struct {
	const char *magic;
	size_t len;
	const char *is;
} foreign[] = {
	{ "\x1f\x8b", 2, "is compressed (gzip); unpack it first" },
	{ "\x28\xb5\x2f\xfd", 4, "is compressed (zstd); unpack it first" },
	{ "BZh", 3, "is compressed (bzip2); unpack it first" },
	{ "\xfd\x37\x7a\x58", 4, "is compressed (xz); unpack it first" },
	{ "\x04\x22\x4d\x18", 4, "is compressed (lz4); unpack it first" },
	{ "PK\x03\x04", 4, "is a zip archive; unpack it first" },
	{ "snoo", 4, "is a snoop capture; convert it to pcapng first" },
};

enum err file_stopped(struct file *f, enum err err, const char *what,
		      struct problem *problem)
{
	uint64_t offset = input_offset(&f->input);

	if (err == ERR_TRUNCATED)
		problem_set(problem,
			    "%s: stops inside the %s at offset %" PRIu64,
			    f->name, what, offset);
	if (err == ERR_SYSTEM)
		problem_set(problem,
			    "%s: cannot be read at offset %" PRIu64 ": %s",
			    f->name, f->input.end_offset, strerror(errno));
	return err;
}

enum err file_malformed(struct file *f, const char *what, const char *why,
			struct problem *problem)
{
	problem_set(problem, "%s: the %s at offset %" PRIu64 " %s", f->name,
		    what, input_offset(&f->input), why);
	return ERR_MALFORMED;
}

enum err file_length_lie(struct file *f, const char *what, uint32_t len,
			 struct problem *problem)
{
	problem_set(problem,
		    "%s: the %s at offset %" PRIu64 " claims to have %" PRIu32
		    " bytes",
		    f->name, what, input_offset(&f->input), len);
	return ERR_MALFORMED;
}

/* A pipe is asked first whether it has something: its readers never wait. */
static ssize_t read_descriptor(void *ctx, void *out, size_t size, bool wait)
{
	const struct file *f = ctx;
	struct pollfd ready = { .fd = f->fd, .events = POLLIN };
	ssize_t got;

	if (!f->regular && !wait && poll(&ready, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	got = read(f->fd, out, size);
	if (got < 0 && errno == EAGAIN && wait) {
		/* A pipe that its owner made non-blocking. */
		if (poll(&ready, 1, -1) > 0)
			got = read(f->fd, out, size);
	}
	if (got < 0 && errno == EINTR && !wait)
		errno = EAGAIN;
	return got;
}

static void file_free(struct source *s)
{
	struct file *f = (struct file *)s;

	if (f->format != NULL && f->format->close != NULL)
		f->format->close(f);
	filter_free(f->filter);
	input_release(&f->input);
	if (f->fd > STDIN_FILENO)
		close(f->fd);
	free(f->name);
	free(f);
}

static enum err file_next(struct source *s, struct packet *out,
			  struct problem *problem)
{
	struct file *f = (struct file *)s;
	enum err err;

	if (f->ended)
		return ERR_END;
	for (unsigned i = 0; i < FILE_PASS_OVER_MAX; i++) {
		err = f->format->next(f, out, problem);
		if (err) {
			f->ended = err != ERR_AGAIN;
			return err;
		}
		if (f->filter == NULL || filter_matches(f->filter, out))
			return ERR_OK;
	}
	return ERR_AGAIN;
}

/* As next, where the packets of a pipe have no place to be read again. */
static enum err pipe_next(struct source *s, struct packet *out,
			  struct problem *problem)
{
	enum err err = file_next(s, out, problem);

	out->offset = PACKET_NO_OFFSET;
	return err;
}

static int pipe_fd(const struct source *s)
{
	const struct file *f = (const struct file *)s;

	return f->ended ? -1 : f->fd;
}

static void file_progress(const struct source *s, uint64_t *done,
			  uint64_t *size)
{
	const struct file *f = (const struct file *)s;

	*done = input_offset(&f->input);
	*size = f->size > *done ? f->size : *done;
}

static bool file_reread(const struct source *s, uint16_t source,
			uint64_t offset, void *out, uint32_t len)
{
	const struct file *f = (const struct file *)s;
	uint32_t done = 0;

	if (source != s->number || offset > INT64_MAX - (uint64_t)len)
		return false;
	while (done < len) {
		ssize_t got = pread(f->fd, (char *)out + done, len - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (uint32_t)got;
	}
	return true;
}

static const struct source_ops file_ops = {
	.next = file_next,
	.progress = file_progress,
	.reread = file_reread,
	.free = file_free,
};

static const struct source_ops pipe_ops = {
	.next = pipe_next,
	.fd = pipe_fd,
	.free = file_free,
};

/* A name of any length and any bytes, fit for one line. */
static char *name_for_people(const char *path)
{
	enum { NAME_MAX_BYTES = 256 };
	bool standard = strcmp(path, "-") == 0;
	size_t len = strlen(path);
	char *name;

	if (len > NAME_MAX_BYTES)
		path += len - NAME_MAX_BYTES;
	name = strdup(standard ? "standard input" : path);
	for (char *c = name; c != NULL && *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return name;
}

static enum err open_descriptor(struct file *f, const char *path,
				struct problem *problem)
{
	struct stat st;
	off_t here = 0;

	f->fd = STDIN_FILENO;
	if (strcmp(path, "-") != 0)
		f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		problem_set(problem, "%s: %s", f->name, strerror(errno));
		return ERR_SYSTEM;
	}
	if (S_ISDIR(st.st_mode)) {
		problem_set(problem, "%s: is a directory", f->name);
		return ERR_UNSUPPORTED;
	}
	f->regular = S_ISREG(st.st_mode);
	f->base.ops = f->regular ? &file_ops : &pipe_ops;
	if (f->regular) {
		f->size = (uint64_t)st.st_size;
		/* Standard input may have been read from before. */
		here = lseek(f->fd, 0, SEEK_CUR);
		(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return input_init(&f->input, read_descriptor, f,
			  here < 0 ? 0 : (uint64_t)here);
}

static enum err no_format(struct file *f, struct problem *problem)
{
	const char *is = "is no pcap or pcapng file";

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (memcmp(f->input.at, foreign[i].magic, foreign[i].len) == 0)
			is = foreign[i].is;
	problem_set(problem, "%s: %s", f->name, is);
	return ERR_UNSUPPORTED;
}

static enum err open_format(struct file *f, struct problem *problem)
{
	enum err err = input_need(&f->input, 4);

	if (err == ERR_END) {
		problem_set(problem, "%s: is empty", f->name);
		return ERR_TRUNCATED;
	}
	if (err)
		return file_stopped(f, err, "file header", problem);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->recognise(f->input.at))
			f->format = formats[i];
	if (f->format == NULL)
		return no_format(f, problem);
	return f->format->open(f, problem);
}

static enum err open_filter(struct file *f, const char *expression,
			    struct problem *problem)
{
	enum err err;

	if (expression == NULL)
		return ERR_OK;
	err = filter_new(&f->filter, expression);
	if (!err && f->has_link_type)
		err = filter_compile(f->filter, f->link_type, problem);
	return err;
}

enum err source_file_open(struct source **out, const char *path,
			  const char *filter, uint16_t number,
			  struct problem *problem)
{
	struct file *f = calloc(1, sizeof(*f));
	enum err err;

	problem_set(problem, "out of memory");
	if (f == NULL)
		return ERR_NOMEM;
	f->base.number = number;
	f->fd = -1;
	f->name = name_for_people(path);
	if (f->name == NULL) {
		free(f);
		return ERR_NOMEM;
	}
	err = open_descriptor(f, path, problem);
	f->input.wait = true;
	if (!err)
		err = open_format(f, problem);
	f->input.wait = false;
	if (!err)
		err = open_filter(f, filter, problem);
	if (err) {
		file_free(&f->base);
		return err;
	}
	*out = &f->base;
	return ERR_OK;
}
