/* certs_made.h - a root, an intermediate and a signer for tests, in a temporary
 * folder beside whatever else a test writes. */
#ifndef SIPMON_TESTS_CERTS_MADE_H
#define SIPMON_TESTS_CERTS_MADE_H

#include <stdlib.h>

#include "../../tools/pki.h"
#include "sipmon/identity/certs.h"

#define MADE_URL  SLICE("https://cert.example.org/sp.pem")
#define MADE_TIME 1767268801 /* 2026-01-01T12:00:01Z */

struct made {
	char folder[PKI_PATH_BYTES];
	struct pki root;
	struct pki middle;
	struct pki leaf;
	struct certs *certs;
	struct problem problem;
};

static inline void made_check(bool truth)
{
	if (!truth)
		abort();
}

/* root.pem, and sp.pem under MADE_URL. */
static inline int made_new(void **state)
{
	static const struct pki_tn spc[] = { { PKI_SPC, "709J", 0 } };
	struct made *m = calloc(1, sizeof(*m));

	made_check(m != NULL);
	made_check(pki_folder_new(m->folder));
	made_check(pki_make(&m->root, &(struct pki_options){ .cn = "Root",
							     .is_ca = true }));
	made_check(pki_make(&m->middle,
			    &(struct pki_options){ .cn = "Middle",
						   .is_ca = true,
						   .serial = 2,
						   .issuer = &m->root }));
	made_check(
		pki_make(&m->leaf, &(struct pki_options){ .cn = "SHAKEN 709J",
							  .serial = 3,
							  .issuer = &m->middle,
							  .tn = spc,
							  .tn_count = 1 }));
	made_check(pki_write_certs(m->folder, "root.pem",
				   (X509 *[]){ m->root.cert, NULL }));
	made_check(pki_write_certs(
		m->folder, "sp.pem",
		(X509 *[]){ m->leaf.cert, m->middle.cert, NULL }));
	made_check(
		pki_write(m->folder, "index.tsv",
			  SLICE("url\tfile\n"
				"https://cert.example.org/sp.pem\tsp.pem\n")));
	made_check(certs_new(&m->certs) == ERR_OK);
	*state = m;
	return 0;
}

static inline int made_free(void **state)
{
	struct made *m = *state;

	certs_free(m->certs);
	pki_folder_remove(m->folder);
	pki_free(&m->leaf);
	pki_free(&m->middle);
	pki_free(&m->root);
	free(m);
	return 0;
}

/* What one of the functions that take a path says to `name` of the folder. */
static inline enum err made_add(struct made *m,
				enum err (*add)(struct certs *, const char *,
						struct problem *),
				const char *name)
{
	char path[PKI_PATH_BYTES];

	return add(m->certs, pki_path(path, m->folder, name), &m->problem);
}

static inline void made_set_folder(struct made *m)
{
	made_check(certs_set_folder(m->certs, m->folder, &m->problem) ==
		   ERR_OK);
}

/* Writes the certificates (up to NULL) as one file and reads it again as that
 * of a signer. */
static inline const struct cert *made_read(struct made *m, X509 *const *certs)
{
	const struct cert *cert = NULL;
	struct buf text;

	buf_init(&text, (size_t)1 << 20);
	for (; *certs != NULL; certs++)
		pki_add_pem(&text, *certs);
	made_check(certs_of_body(m->certs, buf_slice(&text), &cert) == ERR_OK);
	buf_free(&text);
	return cert;
}

#define WITH_CERTS(test)                                                       \
	cmocka_unit_test_setup_teardown(test, made_new, made_free)

#endif
