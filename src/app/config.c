#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

/* Nobody writes more settings or notes than this by hand. */
#define FILE_BYTES_MAX (1U << 20)
#define PATH_BYTES     1024
#define LINE_BYTES_MAX 1024

/* The `i`th folder that is looked into; false if there is none. */
static bool folder(unsigned i, const char *name, char *path, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int n;

	if (i == 0)
		n = snprintf(path, size, "/etc/sipmon/%s", name);
	else if (config != NULL && config[0] == '/')
		n = snprintf(path, size, "%s/sipmon/%s", config, name);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, size, "%s/.config/sipmon/%s", home, name);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

static bool is_trusted(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		complain("%s is no file and was left out", path);
	else if (st.st_uid != 0 && st.st_uid != getuid())
		complain("%s belongs to someone else and was left out", path);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		complain("%s may be written by others and was left out", path);
	else if (st.st_size > FILE_BYTES_MAX)
		complain("%s is larger than 1 MiB and was left out", path);
	else
		return true;
	return false;
}

/* Reads the file of folder `i`, if there is one that may be used. */
static bool read_file(unsigned i, const char *name, char *path, struct buf *out)
{
	int fd;
	ssize_t n = 1;

	buf_clear(out);
	if (!folder(i, name, path, PATH_BYTES))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			complain("%s: %s", path, strerror(errno));
		return false;
	}
	if (is_trusted(fd, path)) {
		while (n > 0) {
			char *here = buf_reserve(out, 4096);

			n = here == NULL ? -1 : read(fd, here, 4096);
			if (n > 0)
				out->len += (size_t)n;
		}
		if (n < 0)
			complain("%s cannot be read", path);
	} else {
		n = -1;
	}
	(void)close(fd);
	return n == 0;
}

/* The next word of a line, terminated in place; "" at the end. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t len = strcspn(word, " \t");

	*rest = word + len;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

static enum err read_line(struct options *o, struct slice line,
			  struct problem *problem)
{
	char text[LINE_BYTES_MAX];
	char *rest = text;
	const char *word;
	const char *name;

	if (line.len >= sizeof(text) || memchr(line.ptr, '\0', line.len)) {
		problem_set(problem, "the line is too long, or no text");
		return ERR_MALFORMED;
	}
	(void)slice_copy(slice_trim(line), text, sizeof(text));
	if (text[0] == '\0' || text[0] == '#')
		return ERR_OK;
	word = next_word(&rest);
	if (strcmp(word, "set") != 0) {
		problem_set(problem,
			    "unknown word '%s', expected: set NAME VALUE",
			    word);
		return ERR_MALFORMED;
	}
	name = next_word(&rest);
	return options_set(o, name, next_word(&rest), problem);
}

enum err config_read(struct options *o, struct problem *problem)
{
	char path[PATH_BYTES];
	struct buf text;
	enum err e = ERR_OK;

	buf_init(&text, FILE_BYTES_MAX + 8192);
	for (unsigned i = 0; i < 2 && e == ERR_OK; i++) {
		struct slice rest;
		unsigned number = 0;

		if (!read_file(i, "sipmonrc", path, &text))
			continue;
		rest = buf_slice(&text);
		while (rest.len > 0 && e == ERR_OK) {
			struct problem what = { "" };

			number++;
			e = read_line(o, slice_split(rest, '\n', &rest), &what);
			if (e)
				problem_set(problem, "%.300s:%u: %.180s", path,
					    number, what.text);
		}
	}
	buf_free(&text);
	return e;
}

void config_add_notes(struct catalogue *words)
{
	char path[PATH_BYTES];
	struct problem problem = { "" };
	struct buf text;

	buf_init(&text, FILE_BYTES_MAX + 8192);
	for (unsigned i = 0; i < 2; i++)
		if (read_file(i, "notes.tsv", path, &text) &&
		    catalogue_add_notes(words, buf_slice(&text), path,
					&problem))
			complain("%s", problem.text);
	buf_free(&text);
}
