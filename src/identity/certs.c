#include "sipmon/identity/certs.h"

#include <stdlib.h>
#include <string.h>

#include "cert_set.h"

enum err certs_new(struct certs **out)
{
	struct certs *c = calloc(1, sizeof(*c));
	enum err err;

	if (c == NULL)
		return ERR_NOMEM;
	c->generation = 1;
	cert_cache_init(&c->cache);
	if (pthread_mutex_init(&c->lock, NULL) != 0) {
		free(c);
		return ERR_SYSTEM;
	}
	err = crls_new(&c->crls);
	c->store = X509_STORE_new();
	if (!err && c->store == NULL)
		err = ERR_NOMEM;
	if (err) {
		certs_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}

void certs_free(struct certs *c)
{
	if (c == NULL)
		return;
	cert_cache_free(&c->cache);
	cert_folder_close(c->folder);
	crls_free(c->crls);
	X509_STORE_free(c->store);
	cert_list_free(&c->trust);
	cert_list_free(&c->untrusted);
	cert_list_free(&c->crl_trust);
	for (unsigned i = 0; i < c->caution_count; i++)
		free(c->cautions[i]);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- cautions */

void certs_add_caution(struct certs *c, const char *text)
{
	if (c->caution_count == CAUTIONS_MAX)
		return;
	c->cautions[c->caution_count] = strdup(text);
	if (c->cautions[c->caution_count] != NULL)
		c->caution_count++;
}

void certs_add_private_key(struct certs *c, const char *path)
{
	struct problem p = { "" };

	problem_set(&p,
		    "%s: holds a private key: it belongs to nobody but the "
		    "signer",
		    path);
	certs_add_caution(c, p.text);
}

const char *certs_caution(struct certs *c)
{
	const char *text = NULL;

	(void)pthread_mutex_lock(&c->lock);
	if (c->caution_told < c->caution_count)
		text = c->cautions[c->caution_told++];
	(void)pthread_mutex_unlock(&c->lock);
	return text;
}

/* ---- the folder */

enum err certs_set_folder(struct certs *c, const char *path,
			  struct problem *problem)
{
	struct cert_folder *folder = NULL;
	enum err err = cert_folder_open(&folder, path, problem);

	if (err)
		return err;
	if (cert_folder_bad_line(folder) != 0) {
		struct problem p = { "" };

		problem_set(&p, "%s/index.tsv:%u: names no file of the folder",
			    path, cert_folder_bad_line(folder));
		certs_add_caution(c, p.text);
	}
	cert_folder_close(c->folder);
	c->folder = folder;
	cert_cache_forget_missing(&c->cache);
	return ERR_OK;
}

bool certs_has_trust(const struct certs *c)
{
	return c->trust.count > 0;
}

bool certs_has_crls(const struct certs *c)
{
	return crls_count(c->crls) > 0;
}

/* ---- by URL */

/* Looks into the folder and keeps what comes of it; the lock is held. */
static enum err look(struct certs *c, const struct cert_url *url,
		     struct cert **out)
{
	struct cert *cert = NULL;
	struct problem problem;
	enum err result = ERR_UNSUPPORTED;
	enum err err;

	if (c->folder != NULL) {
		result = cert_folder_find(c->folder, url, &cert, &problem);
		if (problem.text[0] != '\0')
			certs_add_caution(c, problem.text);
	}
	if (result == ERR_NOMEM)
		return result;
	if (cert != NULL && cert->has_private_key)
		certs_add_private_key(c, cert->file);
	err = cert_cache_put(&c->cache, url, result, cert);
	*out = cert;
	return err ? err : result;
}

enum err certs_find(struct certs *c, struct slice url, const struct cert **out)
{
	struct cert_url key = cert_url_of(url);
	const struct cert_cache_entry *known;
	struct cert *cert = NULL;
	enum err err;

	(void)pthread_mutex_lock(&c->lock);
	known = cert_cache_find(&c->cache, &key);
	if (known != NULL) {
		err = known->result;
		cert = known->cert;
	} else {
		err = look(c, &key, &cert);
	}
	if (!err) {
		cert->state->references++;
		*out = cert;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return err;
}

enum err certs_of_body(struct certs *c, struct slice der,
		       const struct cert **out)
{
	struct cert *cert = NULL;
	enum err err = cert_new(&cert, der, "message body", NULL);

	(void)c;
	if (!err)
		*out = cert;
	return err;
}

/* Keeps it for the URL, in the place of what was known; the lock is held. */
static enum err keep(struct certs *c, struct slice url, struct slice content,
		     const char *file)
{
	struct cert_url key = cert_url_of(url);
	struct cert *cert = NULL;
	enum err result = cert_new(&cert, content, "downloaded", file);
	enum err err;

	if (result == ERR_NOMEM)
		return result;
	if (cert != NULL && cert->has_private_key)
		certs_add_private_key(c, file != NULL ? file : "a download");
	err = cert_cache_put(&c->cache, &key, result, cert);
	return err ? err : result;
}

enum err certs_put(struct certs *c, struct slice url, struct slice content,
		   struct problem *problem)
{
	char name[CERT_FILE_NAME_BYTES];
	enum err err;

	(void)pthread_mutex_lock(&c->lock);
	err = keep(c, url, content, NULL);
	if (!err && c->folder != NULL) {
		err = cert_folder_write(c->folder, url, content, name, problem);
		if (!err)
			err = keep(c, url, content, name);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return err;
}

void cert_release(struct certs *c, const struct cert *cert)
{
	if (cert == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	cert_unref(cert->state->cert);
	(void)pthread_mutex_unlock(&c->lock);
}
