#include "keys_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#define PORTION 16384
/* At the start all that fits into the ceiling of secrets, and at a look what
 * does not keep the packets waiting. */
#define PORTIONS_AT_START 16384
#define PORTIONS_AT_LOOK  64

#define RSA_NAME_BYTES    8
#define SESSION_BYTES_MAX 32

/* ---- lines */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* All of `text` in hexadecimal; false if it is not, or more than `max`. */
static bool from_hex(struct slice text, uint8_t *out, size_t max, size_t *len)
{
	if (text.len % 2 != 0 || text.len / 2 > max)
		return false;
	for (size_t i = 0; i < text.len; i += 2) {
		int high = digit_of(text.ptr[i]);
		int low = digit_of(text.ptr[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	*len = text.len / 2;
	return true;
}

struct line {
	struct keys_name name;
	uint8_t secret[KEYS_SECRET_BYTES];
	size_t secret_len;
};

typedef bool (*line_fn)(struct line *l, struct slice rest);

/* "<client random> <secret>" */
static bool secret_of(struct line *l, struct slice rest)
{
	struct slice secret;
	struct slice random = slice_split(rest, ' ', &secret);
	size_t n = 0;

	return from_hex(random, l->name.bytes, TLS_RANDOM_BYTES, &n) &&
	       n == TLS_RANDOM_BYTES &&
	       from_hex(slice_trim(secret), l->secret, KEYS_SECRET_BYTES,
			&l->secret_len);
}

/* A secret of TLS 1.3: of SHA-256 or SHA-384. */
static bool traffic_of(struct line *l, struct slice rest)
{
	return secret_of(l, rest) &&
	       (l->secret_len == 32 || l->secret_len == 48);
}

static bool master_of(struct line *l, struct slice rest)
{
	return secret_of(l, rest) && l->secret_len == KEYS_SECRET_BYTES;
}

/* "<8 bytes of the encrypted premaster secret> <premaster secret>" */
static bool premaster_of(struct line *l, struct slice rest)
{
	struct slice secret;
	struct slice name = slice_split(rest, ' ', &secret);
	size_t n = 0;

	return from_hex(name, l->name.bytes, RSA_NAME_BYTES, &n) &&
	       n == RSA_NAME_BYTES &&
	       from_hex(slice_trim(secret), l->secret, KEYS_SECRET_BYTES,
			&l->secret_len) &&
	       l->secret_len == KEYS_SECRET_BYTES;
}

/* "<session id> Master-Key:<master secret>", as s_client writes it. */
static bool session_of(struct line *l, struct slice rest)
{
	const struct slice word = SLICE("Master-Key:");
	uint8_t id[SESSION_BYTES_MAX];
	struct slice secret;
	struct slice session = slice_split(rest, ' ', &secret);
	size_t n = 0;

	if (!slice_eq(slice_sub(secret, 0, word.len), word) ||
	    !from_hex(session, id, sizeof(id), &n) || n == 0)
		return false;
	secret = slice_trim(slice_sub(secret, word.len, SIZE_MAX));
	return from_hex(secret, l->secret, KEYS_SECRET_BYTES, &l->secret_len) &&
	       l->secret_len == KEYS_SECRET_BYTES &&
	       keys_name_session(&l->name,
				 (struct slice){ (const char *)id, n });
}

struct label {
	struct slice word;
	line_fn parse;
	uint8_t label;
};

#define WORD(literal)                                                          \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

/* draft-ietf-tls-keylogfile section 2, and what NSS and OpenSSL wrote before.
 */
static const struct label labels[] = {
	{ WORD("CLIENT_RANDOM "), master_of, KEYS_MASTER },
	{ WORD("CLIENT_EARLY_TRAFFIC_SECRET "), traffic_of, KEYS_CLIENT_EARLY },
	{ WORD("CLIENT_HANDSHAKE_TRAFFIC_SECRET "), traffic_of,
	  KEYS_CLIENT_HANDSHAKE },
	{ WORD("SERVER_HANDSHAKE_TRAFFIC_SECRET "), traffic_of,
	  KEYS_SERVER_HANDSHAKE },
	{ WORD("CLIENT_TRAFFIC_SECRET_0 "), traffic_of, KEYS_CLIENT_TRAFFIC },
	{ WORD("SERVER_TRAFFIC_SECRET_0 "), traffic_of, KEYS_SERVER_TRAFFIC },
	{ WORD("RSA Session-ID:"), session_of, KEYS_SESSION },
	{ WORD("RSA "), premaster_of, KEYS_PREMASTER },
};

/* NULL if it begins with none. */
static const struct label *label_of(struct slice line)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (slice_eq(slice_sub(line, 0, labels[i].word.len),
			     labels[i].word))
			return &labels[i];
	return NULL;
}

/* False if it is no line of a key log. */
static bool add_line(struct slice text, struct keys_store *store)
{
	const struct label *label = label_of(text);
	struct line l = { .secret_len = 0 };
	bool good;

	if (label == NULL)
		return false;
	l.name.label = label->label;
	good = label->parse(&l, slice_sub(text, label->word.len, SIZE_MAX));
	if (good)
		keys_store_put(store, &l.name, l.secret, l.secret_len);
	OPENSSL_cleanse(&l, sizeof(l));
	return good;
}

/* Keeps the beginning of a line that goes on. */
static void keep(struct keys_lines *l, struct slice part)
{
	if (l->skipping || part.len > sizeof(l->line) - l->len) {
		l->skipping = true;
		l->len = 0;
		return;
	}
	memcpy(l->line + l->len, part.ptr, part.len);
	l->len += part.len;
}

static struct slice kept(const struct keys_lines *l)
{
	return (struct slice){ l->line, l->len };
}

void keys_lines_add(struct keys_lines *l, struct slice text,
		    struct keys_store *store)
{
	/* Each turn takes a line. */
	while (text.len > 0) {
		size_t end = slice_find(text, '\n');
		struct slice line = slice_sub(text, 0, end);
		bool ended = end < text.len;

		/* Blocks of secrets may lack the end of their last line. */
		if (l->len > 0 && label_of(line) != NULL)
			l->len = 0;
		if (l->len > 0 || l->skipping || !ended)
			keep(l, line);
		if (!l->skipping)
			(void)add_line(l->len > 0 ? kept(l) : line, store);
		if (ended) {
			l->len = 0;
			l->skipping = false;
		}
		text = slice_sub(text, ended ? end + 1 : end, SIZE_MAX);
	}
}

void keys_lines_cleanse(struct keys_lines *l)
{
	OPENSSL_cleanse(l, sizeof(*l));
}

/* ---- files */

/* A file that is there now is read from its beginning. */
static void restart(struct keys_file *f, const struct stat *now)
{
	f->lines.len = 0;
	f->lines.skipping = false;
	f->offset = 0;
	f->device = now->st_dev;
	f->inode = now->st_ino;
}

/* 0 at the end; -1 with errno. */
static ssize_t read_portion(struct keys_file *f, char *bytes, size_t size)
{
	ssize_t n;

	/* A signal comes between; none comes for ever. */
	do
		n = read(f->fd, bytes, size);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		f->offset += n;
	return n;
}

/* False if it cannot be read; errno tells. */
static bool read_on(struct keys_file *f, struct keys_store *store, int portions)
{
	char bytes[PORTION];
	ssize_t n = 0;

	for (int i = 0; i < portions; i++) {
		n = read_portion(f, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		keys_lines_add(&f->lines, (struct slice){ bytes, (size_t)n },
			       store);
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return n >= 0 || errno == EAGAIN;
}

/* The file may be a pipe whose other end is not there yet: no waiting. */
static int open_file(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static enum err open_and_read(struct keys_file *f, struct keys_store *store)
{
	struct stat now;

	f->fd = open_file(f->path);
	if (f->fd < 0 || fstat(f->fd, &now) != 0)
		return ERR_SYSTEM;
	restart(f, &now);
	return read_on(f, store, PORTIONS_AT_START) ? ERR_OK : ERR_SYSTEM;
}

enum err keys_file_open(struct keys_file **out, const char *path,
			struct keys_store *store, struct problem *problem)
{
	struct keys_file *f = calloc(1, sizeof(*f));
	enum err err;

	if (f != NULL) {
		f->fd = -1;
		f->path = strdup(path);
	}
	if (f == NULL || f->path == NULL) {
		keys_file_close(f);
		problem_set(problem, "%s: out of memory", path);
		return ERR_NOMEM;
	}
	err = open_and_read(f, store);
	if (err) {
		problem_set(problem, "%s: %s", path, strerror(errno));
		keys_file_close(f);
		return err;
	}
	*out = f;
	return ERR_OK;
}

void keys_file_close(struct keys_file *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		close(f->fd);
	keys_lines_cleanse(&f->lines);
	free(f->path);
	free(f);
}

/*
 * Follows the path if it names another file now.  One that may not be opened
 * (privileges were given up) leaves us with the old one.
 */
static void follow(struct keys_file *f)
{
	struct stat now;
	int fd;

	if (stat(f->path, &now) != 0 ||
	    (now.st_dev == f->device && now.st_ino == f->inode))
		return;
	fd = open_file(f->path);
	if (fd < 0)
		return;
	if (fstat(fd, &now) != 0) {
		close(fd);
		return;
	}
	close(f->fd);
	f->fd = fd;
	restart(f, &now);
}

void keys_file_look(struct keys_file *f, struct keys_store *store)
{
	struct stat now;

	follow(f);
	if (fstat(f->fd, &now) != 0)
		return;
	if (S_ISREG(now.st_mode)) {
		if (now.st_size == f->offset)
			return;
		if (now.st_size < f->offset && lseek(f->fd, 0, SEEK_SET) == 0)
			restart(f, &now);
	}
	(void)read_on(f, store, PORTIONS_AT_LOOK);
}
