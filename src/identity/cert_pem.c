#include "cert_pem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#define BEGIN      SLICE("-----BEGIN ")
#define END        SLICE("-----END ")
#define DASHES     SLICE("-----")
#define READ_BYTES 65536

static bool begins_with(struct slice s, struct slice part)
{
	return s.len >= part.len && slice_eq(slice_sub(s, 0, part.len), part);
}

static void skip(struct slice *s, size_t n)
{
	*s = slice_sub(*s, n, s->len);
}

bool pem_is_blank(struct slice text)
{
	return slice_trim(text).len == 0;
}

static enum pem_kind kind_of(struct slice label)
{
	struct slice key = SLICE("PRIVATE KEY");

	if (slice_eq(label, SLICE("CERTIFICATE")) ||
	    slice_eq(label, SLICE("X509 CERTIFICATE")))
		return PEM_CERTIFICATE;
	if (slice_eq(label, SLICE("X509 CRL")))
		return PEM_CRL;
	return slice_search(label, key, false) < label.len ? PEM_PRIVATE_KEY
							   : PEM_OTHER;
}

/* OpenSSL's decoder takes white space anywhere, and stops at nothing else: a
 * dash, which it would take for the end, is not in `text`. */
static bool decode(struct slice text, struct buf *room, struct slice *der)
{
	EVP_ENCODE_CTX *ctx;
	char *out;
	int n = 0;
	int tail = 0;
	bool good;

	buf_clear(room);
	if (text.len > INT_MAX / 2)
		return false;
	out = buf_reserve(room, text.len + 4);
	ctx = EVP_ENCODE_CTX_new();
	if (out == NULL || ctx == NULL) {
		EVP_ENCODE_CTX_free(ctx);
		return false;
	}
	EVP_DecodeInit(ctx);
	good = EVP_DecodeUpdate(ctx, (unsigned char *)out, &n,
				(const unsigned char *)text.ptr,
				(int)text.len) >= 0 &&
	       EVP_DecodeFinal(ctx, (unsigned char *)out + n, &tail) == 1;
	EVP_ENCODE_CTX_free(ctx);
	*der = (struct slice){ out, (size_t)n + (size_t)tail };
	return good && der->len > 0;
}

bool pem_next(struct slice *rest, struct buf *room, struct pem_block *out)
{
	struct slice label;
	struct slice text;

	*out = (struct pem_block){ .kind = PEM_OTHER };
	skip(rest, slice_search(*rest, BEGIN, false));
	if (rest->len == 0)
		return false;
	skip(rest, BEGIN.len);
	label = slice_sub(*rest, 0, slice_find(*rest, '-'));
	skip(rest, label.len);
	if (!begins_with(*rest, DASHES))
		return true;
	out->kind = kind_of(label);
	skip(rest, DASHES.len);
	/* No dash is base64: the first one begins the end. */
	text = slice_sub(*rest, 0, slice_find(*rest, '-'));
	skip(rest, text.len);
	if (!begins_with(*rest, END) ||
	    !begins_with(slice_sub(*rest, END.len, rest->len), label))
		return true;
	if (out->kind == PEM_CERTIFICATE || out->kind == PEM_CRL)
		out->is_good = decode(text, room, &out->der);
	return true;
}

static enum err read_all(int fd, size_t max, struct buf *out)
{
	for (;;) {
		char *here = buf_reserve(out, READ_BYTES);
		ssize_t n;

		if (here == NULL)
			return ERR_NOMEM;
		n = read(fd, here, READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_SYSTEM;
		if (n == 0)
			return ERR_OK;
		out->len += (size_t)n;
		if (out->len > max)
			return ERR_LIMIT;
	}
}

enum err file_read_at(int folder, const char *name, int flags, size_t max,
		      struct buf *out)
{
	/* A pipe without a writer must not hold us up. */
	int fd = openat(folder, name,
			flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	enum err err = ERR_SYSTEM;

	buf_init(out, max + (size_t)2 * READ_BYTES);
	if (fd < 0)
		return errno == ENOENT ? ERR_UNSUPPORTED : ERR_SYSTEM;
	if (fstat(fd, &st) != 0)
		err = ERR_SYSTEM;
	else if (!S_ISREG(st.st_mode))
		errno = EINVAL;
	else if (st.st_size > (off_t)max)
		err = ERR_LIMIT;
	else
		err = read_all(fd, max, out);
	(void)close(fd);
	return err;
}

/* The folder `name` in `above`, which is closed unless it is `keep`; -1. */
static int step_into(int above, int keep, struct slice name)
{
	char text[NAME_MAX + 1];
	int below = openat(above, slice_copy(name, text, sizeof(text)),
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error = errno;

	if (above != keep)
		(void)close(above);
	errno = error;
	return below;
}

enum err file_read_below(int folder, const char *path, size_t max,
			 struct buf *out)
{
	const char *slash;
	int here = folder;
	enum err err;

	while (here >= 0 && (slash = strchr(path, '/')) != NULL) {
		struct slice part = { path, (size_t)(slash - path) };

		here = step_into(here, folder, part);
		path = slash + 1;
	}
	if (here < 0) {
		buf_init(out, max);
		return errno == ENOENT ? ERR_UNSUPPORTED : ERR_SYSTEM;
	}
	err = file_read_at(here, path, O_NOFOLLOW, max, out);
	if (here != folder) {
		int error = errno;

		(void)close(here);
		errno = error;
	}
	return err;
}
