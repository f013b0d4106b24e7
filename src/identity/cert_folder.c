#include "cert_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cert_pem.h"

#define INDEX_NAME      "index.tsv"
#define INDEX_BYTES_MAX ((size_t)16 * 1024 * 1024) /* 100 000 signers */
#define URL_WRITTEN_MAX 2048
#define FILE_CHARS_MAX  255 /* NAME_MAX */

/* A line of the index: its file lies in `names`. */
struct row {
	struct cert_url url;
	size_t name_at;
	size_t name_len;
};

struct cert_folder {
	int fd;
	char *path;
	struct map map; /* from URL to place in `rows`, plus 1 */
	uint64_t seed;
	struct row *rows;
	uint32_t row_count;
	uint32_t row_room;
	struct buf names;
	unsigned bad_line;
};

/* ---- the index */

/* A file of the folder, or of one below it: it must not lead out. */
static bool is_inside(struct slice name)
{
	if (!slice_is_set(name) || slice_find(name, '\0') < name.len)
		return false;
	while (slice_is_set(name)) {
		struct slice part = slice_split(name, '/', &name);

		if (part.len == 0 || part.len > FILE_CHARS_MAX ||
		    slice_eq(part, SLICE(".")) || slice_eq(part, SLICE("..")))
			return false;
	}
	return true;
}

struct wanted {
	const struct cert_folder *folder;
	const struct cert_url *url;
};

static bool is_url(const void *ctx, uint32_t value)
{
	const struct wanted *w = ctx;

	return memcmp(&w->folder->rows[value - 1].url, w->url,
		      sizeof(*w->url)) == 0;
}

static uint64_t hash_of(const struct cert_folder *f, const struct cert_url *url)
{
	return hash_bytes(f->seed, (struct slice){ (const char *)url->sha256,
						   sizeof(url->sha256) });
}

static struct row *find_row(const struct cert_folder *f,
			    const struct cert_url *url)
{
	struct wanted w = { f, url };
	uint32_t place = map_find(&f->map, hash_of(f, url), is_url, &w);

	return place == 0 ? NULL : &f->rows[place - 1];
}

static enum err add_row(struct cert_folder *f, const struct cert_url *url,
			struct row **out)
{
	enum err err;

	if (f->row_count == f->row_room) {
		uint32_t room = f->row_room == 0 ? 64 : f->row_room * 2;
		struct row *rows = realloc(f->rows, room * sizeof(*rows));

		if (rows == NULL)
			return ERR_NOMEM;
		f->rows = rows;
		f->row_room = room;
	}
	err = map_add(&f->map, hash_of(f, url), f->row_count + 1);
	if (err)
		return err;
	*out = &f->rows[f->row_count++];
	(*out)->url = *url;
	return ERR_OK;
}

/* Of several lines of a URL the last one counts: new ones are put behind. */
static enum err set_row(struct cert_folder *f, const struct cert_url *url,
			struct slice name)
{
	struct row *row = find_row(f, url);
	enum err err = row != NULL ? ERR_OK : add_row(f, url, &row);

	if (err)
		return err;
	row->name_at = f->names.len;
	row->name_len = name.len;
	buf_add(&f->names, name);
	buf_add_char(&f->names, '\0');
	return f->names.failed ? ERR_NOMEM : ERR_OK;
}

static enum err read_index(struct cert_folder *f, struct slice text)
{
	unsigned number = 0;
	enum err err = ERR_OK;

	while (!err && text.len > 0) {
		struct slice line = slice_trim(slice_split(text, '\n', &text));
		struct slice rest;
		struct slice url = slice_split(line, '\t', &rest);
		struct slice name = slice_trim(slice_split(rest, '\t', NULL));
		struct cert_url key;

		number++;
		if (line.len == 0 || line.ptr[0] == '#' ||
		    (number == 1 &&
		     slice_eq(slice_sub(url, 0, 3), SLICE("url"))))
			continue;
		key = cert_url_of(slice_trim(url));
		if (is_inside(name))
			err = set_row(f, &key, name);
		else if (f->bad_line == 0)
			f->bad_line = number;
	}
	return err;
}

static enum err load_index(struct cert_folder *f, struct problem *problem)
{
	struct buf text;
	enum err err = file_read_at(f->fd, INDEX_NAME, O_NOFOLLOW,
				    INDEX_BYTES_MAX, &text);

	if (!err)
		err = read_index(f, buf_slice(&text));
	else if (err == ERR_UNSUPPORTED)
		err = ERR_OK; /* files named by the hash alone will do */
	else if (err == ERR_LIMIT)
		problem_set(problem, "%s/%s: more than %zu bytes", f->path,
			    INDEX_NAME, INDEX_BYTES_MAX);
	else
		problem_set(problem, "%s/%s: %s", f->path, INDEX_NAME,
			    strerror(errno));
	buf_free(&text);
	return err == ERR_LIMIT ? ERR_MALFORMED : err;
}

enum err cert_folder_open(struct cert_folder **out, const char *path,
			  struct problem *problem)
{
	struct cert_folder *f = calloc(1, sizeof(*f));
	enum err err;

	if (f == NULL)
		return ERR_NOMEM;
	map_init(&f->map);
	buf_init(&f->names, INDEX_BYTES_MAX * 2);
	f->seed = hash_seed();
	f->path = strdup(path);
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->path == NULL) {
		err = ERR_NOMEM;
	} else if (f->fd < 0) {
		problem_set(problem, "%s: %s", path, strerror(errno));
		err = ERR_SYSTEM;
	} else {
		err = load_index(f, problem);
	}
	if (err) {
		cert_folder_close(f);
		return err;
	}
	*out = f;
	return ERR_OK;
}

void cert_folder_close(struct cert_folder *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		(void)close(f->fd);
	map_free(&f->map);
	buf_free(&f->names);
	free(f->rows);
	free(f->path);
	free(f);
}

unsigned cert_folder_bad_line(const struct cert_folder *f)
{
	return f->bad_line;
}

/* ---- looked up */

/* A link could lead out of the folder: none is followed. */
static enum err read_cert(const struct cert_folder *f, const char *name,
			  struct cert **out, struct problem *problem)
{
	struct buf content;
	enum err err =
		file_read_below(f->fd, name, CERT_FILE_BYTES_MAX, &content);

	if (!err)
		err = cert_new(out, buf_slice(&content), "certificate folder",
			       name);
	else if (err == ERR_LIMIT)
		err = ERR_MALFORMED;
	else if (err == ERR_SYSTEM) {
		problem_set(problem, "%s/%s: %s", f->path, name,
			    strerror(errno));
		err = ERR_UNSUPPORTED;
	}
	buf_free(&content);
	return err;
}

static void hashed_name(const struct cert_url *url, const char *suffix,
			char name[CERT_FILE_NAME_BYTES])
{
	char hex[2 * SHA256_DIGEST_LENGTH + 1] = "";

	for (size_t i = 0; i < sizeof(url->sha256); i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", url->sha256[i]);
	(void)snprintf(name, CERT_FILE_NAME_BYTES, "%s%s", hex, suffix);
}

enum err cert_folder_find(const struct cert_folder *f,
			  const struct cert_url *url, struct cert **out,
			  struct problem *problem)
{
	static const char *const suffixes[] = { ".pem", ".crt", ".cer" };
	const struct row *row = find_row(f, url);
	char name[CERT_FILE_NAME_BYTES];
	enum err err = ERR_UNSUPPORTED;

	problem->text[0] = '\0';
	if (row != NULL)
		err = read_cert(f, f->names.ptr + row->name_at, out, problem);
	for (size_t i = 0; err == ERR_UNSUPPORTED &&
			   i < sizeof(suffixes) / sizeof(suffixes[0]);
	     i++) {
		hashed_name(url, suffixes[i], name);
		err = read_cert(f, name, out, problem);
	}
	return err;
}

/* ---- written */

static bool write_all(int fd, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = slice_sub(bytes, (size_t)n, bytes.len);
	}
	return true;
}

/* Under another name first: nobody sees half of it. */
static bool write_file(const struct cert_folder *f, const char *name,
		       struct slice content)
{
	char fresh[CERT_FILE_NAME_BYTES + 8];
	int fd;
	bool done;

	(void)snprintf(fresh, sizeof(fresh), ".%s.new", name);
	(void)unlinkat(f->fd, fresh, 0);
	fd = openat(f->fd, fresh,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	done = write_all(fd, content);
	done = close(fd) == 0 && done &&
	       renameat(f->fd, fresh, f->fd, name) == 0;
	if (!done)
		(void)unlinkat(f->fd, fresh, 0);
	return done;
}

/* What would break the line: the file is found by its name all the same. */
static bool fits_line(struct slice url)
{
	for (size_t i = 0; i < url.len; i++)
		if ((uint8_t)url.ptr[i] <= ' ' || url.ptr[i] == 0x7f)
			return false;
	return url.len > 0 && url.len <= URL_WRITTEN_MAX;
}

/* A line that somebody began and did not end stays as it is. */
static bool ends_open(const struct cert_folder *f, off_t size)
{
	int fd = openat(f->fd, INDEX_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char last = '\n';
	bool open_end;

	if (fd < 0)
		return false;
	open_end = pread(fd, &last, 1, size - 1) == 1 && last != '\n';
	(void)close(fd);
	return open_end;
}

static bool write_line(const struct cert_folder *f, struct slice url,
		       const char *name)
{
	int fd = openat(f->fd, INDEX_NAME,
			O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC |
				O_NONBLOCK,
			0644);
	struct buf line;
	off_t size;
	bool done;

	if (fd < 0)
		return false;
	buf_init(&line, (size_t)2 * URL_WRITTEN_MAX);
	size = lseek(fd, 0, SEEK_END);
	if (size == 0)
		buf_add_text(&line, "url\tfile\n");
	else if (size > 0 && ends_open(f, size))
		buf_add_char(&line, '\n');
	buf_add(&line, url);
	buf_add_format(&line, "\t%s\n", name);
	done = !line.failed && write_all(fd, buf_slice(&line));
	done = close(fd) == 0 && done;
	buf_free(&line);
	return done;
}

enum err cert_folder_write(struct cert_folder *f, struct slice url,
			   struct slice content,
			   char name[CERT_FILE_NAME_BYTES],
			   struct problem *problem)
{
	struct cert_url key = cert_url_of(url);
	const struct row *row = find_row(f, &key);
	bool is_der = content.len > 0 && content.ptr[0] == '\x30';
	bool done;

	hashed_name(&key, is_der ? ".cer" : ".pem", name);
	done = write_file(f, name, content);
	if (done && fits_line(url) &&
	    (row == NULL || strcmp(f->names.ptr + row->name_at, name) != 0)) {
		done = write_line(f, url, name);
		if (done && set_row(f, &key, slice_of(name)) != ERR_OK)
			return ERR_NOMEM;
	}
	if (done)
		return ERR_OK;
	problem_set(problem, "%s/%s: %s", f->path, name, strerror(errno));
	return ERR_SYSTEM;
}
