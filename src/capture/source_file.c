#include "sipmon/capture/source.h"

#include <errno.h>
#include <fcntl.h>
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

/*
 * A pipe is asked first whether it has something: its readers never wait.
 * What is followed has no end, and after one it says when it has more.
 */
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
	if (got == 0 && f->follow != NULL) {
		follow_drain(f->follow);
		got = read(f->fd, out, size);
		if (got == 0) {
			errno = EAGAIN;
			return -1;
		}
	}
	return got;
}

static void allow(struct file *f, uint64_t bytes)
{
	f->input.allowance = bytes;
	if (f->inflate != NULL)
		inflate_allow(f->inflate, bytes);
}

static void format_close(struct file *f)
{
	if (f->format != NULL && f->format->close != NULL)
		f->format->close(f);
	f->format = NULL;
	f->opened = false;
	f->has_link_type = false;
}

static void file_free(struct source *s)
{
	struct file *f = (struct file *)s;

	format_close(f);
	filter_free(f->filter);
	follow_free(f->follow);
	inflate_free(f->inflate);
	input_release(&f->input);
	if (f->fd > STDIN_FILENO)
		close(f->fd);
	free(f->name);
	free(f);
}

static enum err no_format(struct file *f, struct problem *problem)
{
	const char *is = "is no pcap or pcapng file";

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (memcmp(f->input.at, foreign[i].magic, foreign[i].len) == 0)
			is = foreign[i].is;
	return file_unsupported(f, is, problem);
}

static enum err no_bytes(struct file *f, enum err err, struct problem *problem)
{
	if (err != ERR_END)
		return file_stopped(f, err, "file header", problem);
	(void)file_unsupported(f, "is empty", problem);
	return ERR_TRUNCATED;
}

/* What was the input becomes that of the unpacking, once. */
static enum err unpack(struct file *f, struct problem *problem)
{
	uint64_t allowance = f->input.allowance;
	bool wait = f->input.wait;
	enum err err;

	if (f->follow != NULL)
		return file_unsupported(
			f, "is compressed and cannot be followed", problem);
	err = inflate_new(&f->inflate, &f->input);
	if (!err)
		err = input_init(&f->input, inflate_read, f->inflate, 0);
	if (err) {
		problem_set(problem, "%s: out of memory", f->name);
		return err;
	}
	f->input.wait = wait;
	allow(f, allowance);
	return ERR_OK;
}

static enum err recognise(struct file *f, struct problem *problem)
{
	enum err err = input_need(&f->input, 4);

	if (!err && f->inflate == NULL &&
	    inflate_recognise(f->input.at) != NULL) {
		err = unpack(f, problem);
		if (err)
			return err;
		err = input_need(&f->input, 4);
	}
	if (err)
		return no_bytes(f, err, problem);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->recognise(f->input.at))
			f->format = formats[i];
	return f->format == NULL ? no_format(f, problem) : ERR_OK;
}

/* An expression may be wrong for one link type and right for another. */
static enum err check_filter(struct file *f, struct problem *problem)
{
	if (f->filter == NULL || f->filter_checked || !f->has_link_type)
		return ERR_OK;
	f->filter_checked = true;
	return filter_compile(f->filter, f->link_type, problem);
}

static enum err open_format(struct file *f, struct problem *problem)
{
	enum err err = ERR_OK;

	if (f->format == NULL)
		err = recognise(f, problem);
	if (!err)
		err = f->format->open(f, problem);
	f->opened = err == ERR_OK;
	return err ? err : check_filter(f, problem);
}

static enum err next_wanted(struct file *f, struct packet *out,
			    struct problem *problem)
{
	enum err err = f->opened ? ERR_OK : open_format(f, problem);

	/* Each turn goes on in the file, and the allowance has an end. */
	while (!err) {
		err = f->format->next(f, out, problem);
		if (!err)
			err = check_filter(f, problem);
		if (!err &&
		    (f->filter == NULL || filter_matches(f->filter, out)))
			break;
	}
	return err;
}

/* From the first byte of the file `fd`, which may be of another format. */
static enum err begin_again(struct file *f, int fd, struct problem *problem)
{
	if (fd != f->fd)
		close(f->fd);
	f->fd = fd;
	format_close(f);
	input_restart(&f->input);
	f->input.paused = true;
	if (lseek(fd, 0, SEEK_SET) == 0)
		return ERR_AGAIN;
	problem_set(problem, "%s: cannot be read again: %s", f->name,
		    strerror(errno));
	return ERR_SYSTEM;
}

/* At what is the end now. */
static enum err at_present_end(struct file *f, struct problem *problem)
{
	switch (follow_look(f->follow, f->fd, f->input.end_offset)) {
	case FOLLOW_NONE:
		break;
	case FOLLOW_AGAIN:
		f->input.paused = true;
		break;
	case FOLLOW_CUT:
		return begin_again(f, f->fd, problem);
	case FOLLOW_MOVED:
		return begin_again(f, follow_take(f->follow), problem);
	case FOLLOW_LOST:
		problem_set(problem,
			    "%s: another file has this name now and cannot be "
			    "read: %s",
			    f->name, strerror(errno));
		return ERR_SYSTEM;
	}
	return ERR_AGAIN;
}

/* Can a packet be read again where it was? */
static bool stays(const struct file *f)
{
	return f->regular && f->inflate == NULL && f->follow == NULL;
}

static enum err file_next(struct source *s, struct packet *out,
			  struct problem *problem)
{
	struct file *f = (struct file *)s;
	enum err err;

	if (f->ended)
		return ERR_END;
	allow(f, FILE_CALL_BYTES);
	err = next_wanted(f, out, problem);
	if (err == ERR_AGAIN && f->follow != NULL && !f->input.paused)
		err = at_present_end(f, problem);
	f->ended = err != ERR_OK && err != ERR_AGAIN;
	if (!stays(f))
		out->offset = PACKET_NO_OFFSET;
	return err;
}

static int file_fd(const struct source *s)
{
	const struct file *f = (const struct file *)s;

	if (f->ended || f->input.paused)
		return -1;
	if (f->follow != NULL)
		return follow_fd(f->follow);
	return f->regular ? -1 : f->fd;
}

static void file_progress(const struct source *s, uint64_t *done,
			  uint64_t *size)
{
	const struct file *f = (const struct file *)s;

	if (!f->regular || f->follow != NULL)
		return;
	*done = f->inflate != NULL ? inflate_offset(f->inflate)
				   : input_offset(&f->input);
	*size = f->size > *done ? f->size : *done;
}

static bool file_reread(const struct source *s, uint16_t source,
			uint64_t offset, void *out, uint32_t len)
{
	const struct file *f = (const struct file *)s;
	uint32_t done = 0;

	if (!stays(f) || source != s->number ||
	    offset > INT64_MAX - (uint64_t)len)
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
	.fd = file_fd,
	.progress = file_progress,
	.reread = file_reread,
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
	if (f->regular) {
		f->size = (uint64_t)st.st_size;
		/* Standard input may have been read from before. */
		here = lseek(f->fd, 0, SEEK_CUR);
		(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return input_init(&f->input, read_descriptor, f,
			  here < 0 ? 0 : (uint64_t)here);
}

static enum err open_follow(struct file *f, const char *path,
			    struct problem *problem)
{
	enum err err = follow_new(&f->follow, path);

	if (err) {
		problem_set(problem, "%s: cannot be followed: %s", f->name,
			    err == ERR_NOMEM ? "out of memory"
			    : errno == ENOSPC
				    ? "too many files are being watched"
				    : strerror(errno));
		return err;
	}
	f->base.live = true;
	return ERR_OK;
}

static enum err open_all(struct file *f, const char *path,
			 const struct source_options *options,
			 struct problem *problem)
{
	enum err err = open_descriptor(f, path, problem);

	if (!err && options->filter != NULL)
		err = filter_new(&f->filter, options->filter);
	if (!err && options->follow && f->regular && strcmp(path, "-") != 0)
		err = open_follow(f, path, problem);
	if (err)
		return err;
	f->input.wait = true;
	allow(f, FILE_OPEN_BYTES);
	err = open_format(f, problem);
	f->input.wait = false;
	f->input.paused = false;
	/* The header is not there yet: who asks for packets waits for it. */
	return err == ERR_AGAIN ? ERR_OK : err;
}

enum err source_file_open(struct source **out, const char *path,
			  const struct source_options *options,
			  struct problem *problem)
{
	struct file *f = calloc(1, sizeof(*f));
	enum err err;

	problem_set(problem, "out of memory");
	if (f == NULL)
		return ERR_NOMEM;
	f->base.ops = &file_ops;
	f->base.number = options->number;
	f->secrets = options->secrets;
	f->secrets_ctx = options->ctx;
	f->fd = -1;
	f->name = name_for_people(path);
	err = f->name == NULL ? ERR_NOMEM : open_all(f, path, options, problem);
	if (err) {
		file_free(&f->base);
		return err;
	}
	*out = &f->base;
	return ERR_OK;
}
