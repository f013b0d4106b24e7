#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>

#include "cert_pem.h"
#include "cert_set.h"

/* All roots of a system are 250 KiB. */
#define LIST_FILE_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define FOLDER_FILES_MAX    65536

/* Takes what a file holds; ERR_MALFORMED if nothing of use. */
typedef enum err (*take_fn)(struct certs *c, struct slice content,
			    const char *path);

struct wish {
	take_fn take;
	size_t bytes_max; /* of a file */
	const char *what; /* "a certificate" */
};

static enum err take_file(struct certs *c, const char *path,
			  const struct wish *w, struct problem *problem)
{
	struct buf content;
	enum err err = file_read_at(AT_FDCWD, path, 0, w->bytes_max, &content);

	if (err == ERR_UNSUPPORTED || err == ERR_SYSTEM) {
		problem_set(problem, "%s: %s", path, strerror(errno));
		err = ERR_SYSTEM;
	} else if (err == ERR_LIMIT) {
		problem_set(problem, "%s: more than %zu MiB", path,
			    w->bytes_max >> 20);
	} else if (!err) {
		err = w->take(c, buf_slice(&content), path);
		if (err == ERR_MALFORMED)
			problem_set(problem, "%s: holds no %s", path, w->what);
		else if (err == ERR_LIMIT)
			problem_set(problem,
				    "%s: too much of it: no more %s "
				    "can be taken",
				    path, w->what);
	}
	if (err == ERR_NOMEM)
		problem_set(problem, "%s: out of memory", path);
	buf_free(&content);
	return err;
}

static int compare_names(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

struct names {
	char **at;
	size_t count;
	size_t room;
};

static bool add_name(struct names *n, const char *name)
{
	if (n->count == n->room) {
		size_t room = n->room == 0 ? 64 : n->room * 2;
		char **at = realloc(n->at, room * sizeof(char *));

		if (at == NULL)
			return false;
		n->at = at;
		n->room = room;
	}
	n->at[n->count] = strdup(name);
	return n->at[n->count] != NULL && ++n->count > 0;
}

static void free_names(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->at[i]);
	free(n->at);
}

static enum err list_names(DIR *folder, struct names *out)
{
	const struct dirent *e;

	while ((e = readdir(folder)) != NULL) {
		struct stat st;

		if (fstatat(dirfd(folder), e->d_name, &st, 0) != 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (out->count == FOLDER_FILES_MAX)
			return ERR_LIMIT;
		if (!add_name(out, e->d_name))
			return ERR_NOMEM;
	}
	if (out->count > 0)
		qsort(out->at, out->count, sizeof(char *), compare_names);
	return ERR_OK;
}

/* In a folder anything may lie: what is of no use is left out, and told if it
 * could have been. */
static enum err take_names(struct certs *c, const char *path,
			   const struct names *names, const struct wish *w,
			   struct problem *problem)
{
	bool any = false;

	for (size_t i = 0; i < names->count; i++) {
		struct buf file;
		enum err err = ERR_NOMEM;

		buf_init(&file, 2 * sizeof(problem->text) + PATH_MAX);
		buf_add_text(&file, path);
		buf_add_char(&file, '/');
		buf_add_text(&file, names->at[i]);
		buf_add_char(&file, '\0');
		if (!file.failed)
			err = take_file(c, file.ptr, w, problem);
		buf_free(&file);
		if (err == ERR_NOMEM)
			return err;
		if (err == ERR_LIMIT || err == ERR_SYSTEM)
			certs_add_caution(c, problem->text);
		any = any || err == ERR_OK;
	}
	if (any)
		return ERR_OK;
	problem_set(problem, "%s: no file in it holds a %s", path, w->what);
	return ERR_MALFORMED;
}

static enum err take(struct certs *c, const char *path, const struct wish *w,
		     struct problem *problem)
{
	DIR *folder = opendir(path);
	struct names names = { .at = NULL };
	enum err err;

	c->generation++;
	crls_set_changed(c->crls);
	if (folder == NULL)
		return take_file(c, path, w, problem);
	err = list_names(folder, &names);
	(void)closedir(folder);
	if (!err)
		err = take_names(c, path, &names, w, problem);
	else
		problem_set(problem, "%s: %s", path,
			    err == ERR_LIMIT ? "too many files"
					     : "out of memory");
	free_names(&names);
	return err;
}

static enum err take_into(struct certs *c, struct cert_list *list,
			  struct slice content, const char *path,
			  struct cert_list_added *added)
{
	enum err err = cert_list_add(list, content, added);

	if (added->has_private_key)
		certs_add_private_key(c, path);
	return err;
}

static enum err take_trust(struct certs *c, struct slice content,
			   const char *path)
{
	struct cert_list_added added;
	enum err err = take_into(c, &c->trust, content, path, &added);

	for (size_t i = added.first; i < c->trust.count; i++) {
		struct cert_link *link = c->trust.links[i];

		link->is_anchor = true;
		if (X509_STORE_add_cert(c->store, link->x509) != 1)
			err = ERR_NOMEM;
	}
	ERR_clear_error();
	return err;
}

static enum err take_crl_trust(struct certs *c, struct slice content,
			       const char *path)
{
	struct cert_list_added added;

	return take_into(c, &c->crl_trust, content, path, &added);
}

static enum err take_untrusted(struct certs *c, struct slice content,
			       const char *path)
{
	struct cert_list_added added;

	return take_into(c, &c->untrusted, content, path, &added);
}

static enum err take_crl(struct certs *c, struct slice content,
			 const char *path)
{
	(void)path;
	return crls_add(c->crls, content);
}

enum err certs_add_trust(struct certs *c, const char *path,
			 struct problem *problem)
{
	static const struct wish w = { take_trust, LIST_FILE_BYTES_MAX,
				       "certificate" };

	return take(c, path, &w, problem);
}

enum err certs_add_crl(struct certs *c, const char *path,
		       struct problem *problem)
{
	static const struct wish w = { take_crl, CRL_BYTES_MAX,
				       "revocation list" };

	return take(c, path, &w, problem);
}

enum err certs_add_crl_trust(struct certs *c, const char *path,
			     struct problem *problem)
{
	static const struct wish w = { take_crl_trust, LIST_FILE_BYTES_MAX,
				       "certificate" };

	return take(c, path, &w, problem);
}

enum err certs_add_untrusted(struct certs *c, const char *path,
			     struct problem *problem)
{
	static const struct wish w = { take_untrusted, LIST_FILE_BYTES_MAX,
				       "certificate" };

	return take(c, path, &w, problem);
}
