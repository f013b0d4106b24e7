#include "cert_crl.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "cert_pem.h"

/* Signers' own copies of the issuer that were tried on a list. */
#define TRIED_MAX 8

enum signature_state { NOT_TRIED = 0, GOOD, BAD };

struct tried {
	uint8_t sha256[32];
	enum signature_state state;
};

struct crl {
	X509_CRL *crl;
	bool is_indirect;
	bool has_next_update;
	int64_t next_update_s;
	enum signature_state state; /* by the certificates of the user */
	struct tried tried[TRIED_MAX];
	unsigned tried_next;
};

struct crls {
	pthread_mutex_t lock; /* of the states */
	size_t bytes;
	size_t count;
	size_t room;
	struct crl *lists;
};

enum err crls_new(struct crls **out)
{
	struct crls *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return ERR_NOMEM;
	if (pthread_mutex_init(&all->lock, NULL) != 0) {
		free(all);
		return ERR_SYSTEM;
	}
	*out = all;
	return ERR_OK;
}

void crls_free(struct crls *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->count; i++)
		X509_CRL_free(all->lists[i].crl);
	(void)pthread_mutex_destroy(&all->lock);
	free(all->lists);
	free(all);
}

size_t crls_count(const struct crls *all)
{
	return all->count;
}

void crls_set_changed(struct crls *all)
{
	for (size_t i = 0; i < all->count; i++)
		all->lists[i].state = NOT_TRIED;
}

/* ---- read */

static bool is_indirect(const X509_CRL *crl)
{
	ISSUING_DIST_POINT *point = X509_CRL_get_ext_d2i(
		crl, NID_issuing_distribution_point, NULL, NULL);
	bool indirect = point != NULL && point->indirectCRL > 0;

	ISSUING_DIST_POINT_free(point);
	return indirect;
}

/* OpenSSL sorts a list when it is first asked: now, before there is more than
 * one thread. */
static void sort(X509_CRL *crl)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	X509_REVOKED *entry = NULL;

	if (serial != NULL)
		(void)X509_CRL_get0_by_serial(crl, &entry, serial);
	ASN1_INTEGER_free(serial);
}

static enum err make_room(struct crls *all)
{
	size_t room = all->room == 0 ? 16 : all->room * 2;
	struct crl *lists;

	if (all->count < all->room)
		return ERR_OK;
	if (all->count == CRL_COUNT_MAX)
		return ERR_LIMIT;
	lists = realloc(all->lists, room * sizeof(*lists));
	if (lists == NULL)
		return ERR_NOMEM;
	all->lists = lists;
	all->room = room;
	return ERR_OK;
}

static enum err add_der(struct crls *all, struct slice der)
{
	const unsigned char *p = (const unsigned char *)der.ptr;
	struct crl c = { .crl = NULL };
	enum err err = make_room(all);

	if (err)
		return err;
	c.crl = d2i_X509_CRL(NULL, &p, (long)der.len);
	if (c.crl == NULL) {
		ERR_clear_error();
		return ERR_MALFORMED;
	}
	c.is_indirect = is_indirect(c.crl);
	c.has_next_update =
		cert_time(X509_CRL_get0_nextUpdate(c.crl), &c.next_update_s);
	sort(c.crl);
	ERR_clear_error();
	all->lists[all->count++] = c;
	return ERR_OK;
}

static enum err add_pem(struct crls *all, struct slice rest)
{
	struct buf room;
	struct pem_block block;
	enum err err = ERR_OK;

	buf_init(&room, rest.len * 2 + 64);
	while (!err && pem_next(&rest, &room, &block)) {
		if (block.kind != PEM_CRL || !block.is_good)
			continue;
		err = add_der(all, block.der);
		if (err == ERR_MALFORMED)
			err = ERR_OK;
	}
	buf_free(&room);
	return err;
}

enum err crls_add(struct crls *all, struct slice content)
{
	size_t before = all->count;
	enum err err;

	if (content.len > CRL_BYTES_MAX - all->bytes)
		return ERR_LIMIT;
	err = add_der(all, content);
	if (err == ERR_MALFORMED)
		err = add_pem(all, content);
	if (!err && all->count == before)
		return ERR_MALFORMED;
	if (!err)
		all->bytes += content.len;
	return err;
}

/* ---- who signed it */

static bool is_issuer(const struct cert_link *link, const X509_CRL *crl)
{
	return X509_NAME_cmp(X509_get_subject_name(link->x509),
			     X509_CRL_get_issuer(crl)) == 0;
}

static bool is_signed_by(X509_CRL *crl, const struct cert_link *link)
{
	EVP_PKEY *key = X509_get0_pubkey(link->x509);
	bool good = key != NULL && X509_CRL_verify(crl, key) == 1;

	ERR_clear_error();
	return good;
}

static enum signature_state try_lists(X509_CRL *crl,
				      const struct crl_signers *signers)
{
	size_t n = sizeof(signers->lists) / sizeof(signers->lists[0]);

	for (size_t i = 0; i < n; i++) {
		const struct cert_list *list = signers->lists[i];

		for (size_t k = 0; k < list->count; k++)
			if (is_issuer(list->links[k], crl) &&
			    is_signed_by(crl, list->links[k]))
				return GOOD;
	}
	return BAD;
}

/* A list may be long to hash: what was tried is remembered. */
static bool is_good_by_user(struct crls *all, struct crl *c,
			    const struct crl_signers *signers)
{
	enum signature_state state;

	(void)pthread_mutex_lock(&all->lock);
	state = c->state;
	(void)pthread_mutex_unlock(&all->lock);
	if (state == NOT_TRIED) {
		state = try_lists(c->crl, signers);
		(void)pthread_mutex_lock(&all->lock);
		c->state = state;
		(void)pthread_mutex_unlock(&all->lock);
	}
	return state == GOOD;
}

static enum signature_state find_tried(const struct crl *c,
				       const struct cert_link *link)
{
	for (unsigned i = 0; i < TRIED_MAX; i++)
		if (memcmp(c->tried[i].sha256, link->sha256,
			   sizeof(link->sha256)) == 0)
			return c->tried[i].state;
	return NOT_TRIED;
}

static void add_tried(struct crl *c, const struct cert_link *link,
		      enum signature_state state)
{
	struct tried *t = &c->tried[c->tried_next];

	c->tried_next = (c->tried_next + 1) % TRIED_MAX;
	memcpy(t->sha256, link->sha256, sizeof(t->sha256));
	t->state = state;
}

static bool is_good_by_link(struct crls *all, struct crl *c,
			    const struct cert_link *link)
{
	enum signature_state state;

	(void)pthread_mutex_lock(&all->lock);
	state = find_tried(c, link);
	(void)pthread_mutex_unlock(&all->lock);
	if (state == NOT_TRIED) {
		state = is_signed_by(c->crl, link) ? GOOD : BAD;
		(void)pthread_mutex_lock(&all->lock);
		add_tried(c, link, state);
		(void)pthread_mutex_unlock(&all->lock);
	}
	return state == GOOD;
}

static bool is_good(struct crls *all, struct crl *c,
		    const struct crl_signers *signers,
		    const struct cert_path *path)
{
	if (is_good_by_user(all, c, signers))
		return true;
	for (unsigned i = 0; i < path->count; i++)
		if (is_issuer(path->links[i], c->crl) &&
		    is_good_by_link(all, c, path->links[i]))
			return true;
	return false;
}

/* ---- what it says */

void cert_memo_narrow(struct cert_memo *memo, int64_t time_s, int64_t at_s)
{
	if (at_s <= time_s && at_s > memo->from_s)
		memo->from_s = at_s;
	if (at_s > time_s && at_s < memo->until_s)
		memo->until_s = at_s;
}

/* One entry of a list: revoked, or later than the capture. */
static void apply_entry(const X509_REVOKED *entry, int64_t time_s,
			struct cert_memo *memo)
{
	struct cert_path *path = &memo->path;
	int64_t date_s = time_s; /* a broken date is not in its favour */

	if (cert_time(X509_REVOKED_get0_revocationDate(entry), &date_s))
		cert_memo_narrow(memo, time_s, date_s);
	if (date_s > time_s) {
		path->caveats |= CAVEAT_BIT(CAVEAT_REVOKED_LATER);
		return;
	}
	if ((path->failed & VERDICT_BIT(VERDICT_CERT_REVOKED)) == 0 ||
	    date_s < path->revoked_s)
		path->revoked_s = date_s;
	path->failed |= VERDICT_BIT(VERDICT_CERT_REVOKED);
}

static void apply(struct crl *c, const struct cert_link *link, int64_t time_s,
		  struct cert_memo *memo)
{
	X509_REVOKED *entry = NULL;

	memo->path.crl_checked = true;
	if (c->has_next_update) {
		cert_memo_narrow(memo, time_s, c->next_update_s + 1);
		if (c->next_update_s < time_s)
			memo->path.caveats |= CAVEAT_BIT(CAVEAT_CRL_STALE);
	}
	/* 2 would be "removed from the list" */
	if (X509_CRL_get0_by_cert(c->crl, &entry, link->x509) == 1 &&
	    entry != NULL)
		apply_entry(entry, time_s, memo);
}

/* Certificates seldom say by whom an indirect list of theirs is issued
 * (ATIS-1000080 wants it): each one is tried. */
static bool speaks_of(const struct crl *c, const struct cert_link *link)
{
	return c->is_indirect ||
	       X509_NAME_cmp(X509_CRL_get_issuer(c->crl),
			     X509_get_issuer_name(link->x509)) == 0;
}

void crls_check(struct crls *all, const struct crl_signers *signers,
		int64_t time_s, struct cert_memo *memo)
{
	struct cert_path *path = &memo->path;

	for (size_t i = 0; i < all->count; i++) {
		struct crl *c = &all->lists[i];

		for (unsigned k = 0; k < path->count; k++) {
			const struct cert_link *link = path->links[k];

			if (link->is_anchor || !speaks_of(c, link))
				continue;
			if (is_good(all, c, signers, path))
				apply(c, link, time_s, memo);
			else
				path->caveats |= CAVEAT_BIT(CAVEAT_CRL_INVALID);
		}
	}
	ERR_clear_error();
	if ((path->failed & VERDICT_BIT(VERDICT_CERT_REVOKED)) != 0)
		path->caveats &= ~CAVEAT_BIT(CAVEAT_REVOKED_LATER);
}
