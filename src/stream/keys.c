#include "sipmon/stream/keys.h"

#include <stdlib.h>
#include <string.h>

#include "keys_find.h"
#include "keys_log.h"
#include "keys_private.h"
#include "keys_store.h"

/* A busy server makes some thousand secrets a minute; so many are 90 MB. */
#define SECRETS_MAX  1000000
#define SESSIONS_MAX 4096
#define FILES_MAX    16
#define PRIVATE_MAX  64 /* each may be tried on each RSA exchange */

#define RSA_NAME_BYTES 8

struct keys {
	struct keys_store secrets;
	struct keys_store sessions;
	struct keys_lines lines;
	struct keys_file *files[FILES_MAX];
	size_t file_count;
	struct keys_private *privates[PRIVATE_MAX];
	size_t private_count;
};

enum err keys_new(struct keys **out)
{
	struct keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return ERR_NOMEM;
	keys_store_init(&k->secrets, SECRETS_MAX);
	keys_store_init(&k->sessions, SESSIONS_MAX);
	*out = k;
	return ERR_OK;
}

void keys_free(struct keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->file_count; i++)
		keys_file_close(k->files[i]);
	for (size_t i = 0; i < k->private_count; i++)
		keys_private_free(k->privates[i]);
	keys_store_free(&k->secrets);
	keys_store_free(&k->sessions);
	keys_lines_cleanse(&k->lines);
	free(k);
}

void keys_add_log(struct keys *k, struct slice text)
{
	keys_lines_add(&k->lines, text, &k->secrets);
}

enum err keys_open_log(struct keys *k, const char *path,
		       struct problem *problem)
{
	enum err err;

	if (k->file_count == FILES_MAX) {
		problem_set(problem, "%s: more than %d key logs", path,
			    FILES_MAX);
		return ERR_LIMIT;
	}
	err = keys_file_open(&k->files[k->file_count], path, &k->secrets,
			     problem);
	if (!err)
		k->file_count++;
	return err;
}

enum err keys_open_private(struct keys *k, const char *path,
			   struct problem *problem)
{
	enum err err;

	if (k->private_count == PRIVATE_MAX) {
		problem_set(problem, "%s: more than %d private keys", path,
			    PRIVATE_MAX);
		return ERR_LIMIT;
	}
	err = keys_private_open(&k->privates[k->private_count], path, problem);
	if (!err)
		k->private_count++;
	return err;
}

bool keys_has_any(const struct keys *k)
{
	return k->file_count > 0 || k->private_count > 0 ||
	       k->secrets.generation > 0;
}

/* ---- looked up */

static void look(struct keys *k)
{
	for (size_t i = 0; i < k->file_count; i++)
		keys_file_look(k->files[i], &k->secrets);
}

/* Among those of key logs; files are looked at if it is missing. */
static bool find(struct keys *k, const struct keys_name *name,
		 struct tls_secret *out)
{
	uint64_t before = k->secrets.generation;

	if (keys_store_find(&k->secrets, name, out))
		return true;
	look(k);
	return k->secrets.generation != before &&
	       keys_store_find(&k->secrets, name, out);
}

bool keys_find(struct keys *k, enum keys_label label,
	       const uint8_t client_random[TLS_RANDOM_BYTES],
	       struct tls_secret *out)
{
	struct keys_name name = { .label = (uint8_t)label };

	memcpy(name.bytes, client_random, TLS_RANDOM_BYTES);
	return find(k, &name, out);
}

bool keys_find_session(struct keys *k, struct slice session_id,
		       struct tls_secret *out)
{
	struct keys_name name;

	return session_id.len > 0 && keys_name_session(&name, session_id) &&
	       (keys_store_find(&k->sessions, &name, out) ||
		find(k, &name, out));
}

void keys_remember_session(struct keys *k, struct slice session_id,
			   const struct tls_secret *master)
{
	struct keys_name name;

	if (session_id.len > 0 && master->len <= KEYS_SECRET_BYTES &&
	    keys_name_session(&name, session_id))
		keys_store_put(&k->sessions, &name, master->bytes, master->len);
}

bool keys_find_premaster(struct keys *k, struct slice encrypted,
			 uint16_t version, struct tls_secret *out)
{
	struct keys_name name = { .label = KEYS_PREMASTER };

	if (encrypted.len < RSA_NAME_BYTES)
		return false;
	memcpy(name.bytes, encrypted.ptr, RSA_NAME_BYTES);
	if (find(k, &name, out))
		return true;
	for (size_t i = 0; i < k->private_count; i++)
		if (keys_private_decrypt(k->privates[i], encrypted, version,
					 out))
			return true;
	return false;
}

uint64_t keys_generation(struct keys *k)
{
	look(k);
	return k->secrets.generation;
}
