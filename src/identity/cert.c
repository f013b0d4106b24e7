#include "cert.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "cert_pem.h"

/* ---- a signer's file */

/* The first block is the signer's and has to be good; of the others those that
 * are no certificate are left out, as are those past the limit. */
static enum err add_block(struct cert *cert, const struct pem_block *block)
{
	enum err err = ERR_MALFORMED;

	if (cert->count == IDENTITY_CHAIN_MAX)
		return ERR_OK;
	if (block->is_good)
		err = cert_link_new(&cert->links[cert->count], block->der,
				    NULL);
	if (!err)
		cert->count++;
	return err == ERR_MALFORMED && cert->count > 0 ? ERR_OK : err;
}

static enum err read_pem(struct cert *cert, struct slice rest)
{
	struct buf room;
	struct pem_block block;
	enum err err = ERR_OK;

	buf_init(&room, 2 * CERT_FILE_BYTES_MAX);
	while (!err && pem_next(&rest, &room, &block)) {
		if (block.kind == PEM_PRIVATE_KEY)
			cert->has_private_key = true;
		else if (block.kind == PEM_CERTIFICATE)
			err = add_block(cert, &block);
	}
	buf_free(&room);
	return err;
}

static enum err read_content(struct cert *cert, struct slice content)
{
	size_t used;
	enum err err;

	if (content.len > CERT_FILE_BYTES_MAX)
		return ERR_MALFORMED;
	err = cert_link_new(&cert->links[0], content, &used);
	if (!err) {
		cert->count = 1;
		return pem_is_blank(slice_sub(content, used, content.len))
			       ? ERR_OK
			       : ERR_MALFORMED;
	}
	if (err == ERR_MALFORMED)
		err = read_pem(cert, content);
	return !err && cert->count == 0 ? ERR_MALFORMED : err;
}

static enum err make_ready(struct cert *cert)
{
	enum err err = crypto_key_new(&cert->ready, cert_key(cert));

	return err == ERR_UNSUPPORTED ? ERR_OK : err;
}

enum err cert_new(struct cert **out, struct slice content, const char *source,
		  const char *file)
{
	struct cert *cert = calloc(1, sizeof(*cert));
	enum err err = ERR_NOMEM;

	if (cert == NULL)
		return ERR_NOMEM;
	cert->source = source;
	cert->bytes = content.len;
	cert->state = calloc(1, sizeof(*cert->state));
	if (file != NULL)
		cert->file = strdup(file);
	if (cert->state != NULL && (file == NULL || cert->file != NULL)) {
		cert->state->cert = cert;
		cert->state->references = 1;
		err = read_content(cert, content);
	}
	if (!err)
		err = make_ready(cert);
	if (err) {
		cert_free(cert);
		return err;
	}
	*out = cert;
	return ERR_OK;
}

void cert_free(struct cert *cert)
{
	if (cert == NULL)
		return;
	crypto_key_free(cert->ready);
	for (unsigned i = 0; i < cert->count; i++)
		cert_link_free(cert->links[i]);
	free(cert->state);
	free(cert->file);
	free(cert);
}

const char *cert_source(const struct cert *cert)
{
	return cert->source;
}

struct slice cert_file(const struct cert *cert)
{
	return slice_of(cert->file);
}

/* ---- the signer's certificate */

const struct cert_link *cert_leaf(const struct cert *cert)
{
	return cert->links[0];
}

const uint8_t *cert_fingerprint(const struct cert *cert)
{
	return cert->links[0]->sha256;
}

struct evp_pkey_st *cert_key(const struct cert *cert)
{
	struct evp_pkey_st *key = X509_get0_pubkey(cert->links[0]->x509);

	ERR_clear_error();
	return key;
}

const struct crypto_key *cert_ready_key(const struct cert *cert)
{
	return cert->ready;
}

bool cert_key_is_p256(const struct cert *cert)
{
	return cert->links[0]->is_p256;
}

bool cert_key_is_rsa(const struct cert *cert, unsigned *bits)
{
	EVP_PKEY *key = cert_key(cert);
	int n;

	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return false;
	n = EVP_PKEY_get_bits(key);
	*bits = n > 0 ? (unsigned)n : 0;
	return true;
}

struct slice cert_name(const struct cert *cert)
{
	return cert->links[0]->name;
}

struct slice cert_spc(const struct cert *cert)
{
	const struct tnauth *t = &cert->links[0]->tn;

	for (size_t i = 0; i < t->count; i++)
		if (t->entries[i].kind == TNAUTH_SPC)
			return t->entries[i].text;
	return SLICE_NONE;
}

uint64_t cert_check_signer(const struct cert *cert, bool needs_tn,
			   const char **why)
{
	const struct cert_link *link = cert->links[0];
	const char *text = NULL;
	uint64_t failed = 0;

	if (link->tn.is_malformed || (needs_tn && !link->tn.is_there)) {
		text = link->tn.is_there ? "its TNAuthList does not decode"
					 : "it has no TNAuthList";
		failed |= VERDICT_BIT(VERDICT_CERT_PROFILE);
	}
	if ((link->key_usage & KU_DIGITAL_SIGNATURE) == 0) {
		text = "its key usage lacks digitalSignature";
		failed |= VERDICT_BIT(VERDICT_CERT_BAD_USAGE);
	}
	if (link->is_ca) {
		text = "it is a CA certificate";
		failed |= VERDICT_BIT(VERDICT_CERT_BAD_USAGE);
	}
	if (text != NULL && why != NULL)
		*why = text;
	return failed;
}

bool cert_allows_claims(const struct cert *cert, const struct json_t *payload,
			const char **why)
{
	const struct cert_link *link = cert->links[0];

	return constraints_allow(&link->constraints, payload, why) &&
	       constraints_allow(&link->enhanced, payload, why);
}

/* ---- what it covers */

enum cert_covers cert_covers_number(const struct cert_path *path,
				    const struct cert *cert, struct slice tn)
{
	enum cert_covers covers = tnauth_covers(&cert->links[0]->tn, tn);

	/* RFC 9060 section 7: nobody hands on numbers that it does not hold. */
	for (unsigned i = 1; i < path->count; i++) {
		const struct tnauth *t = &path->links[i]->tn;

		if (t->is_there && tnauth_covers(t, tn) == CERT_COVERS_NO)
			return CERT_COVERS_NO;
	}
	return covers;
}

/* The domain of "sip:example.com": RFC 5922 section 7.1 takes no other scheme,
 * and none with a user. */
static struct slice sip_domain(struct slice uri)
{
	struct slice scheme = SLICE("sip:");
	size_t end = 0;

	if (!slice_eq_nocase(slice_sub(uri, 0, scheme.len), scheme) ||
	    slice_find(uri, '@') < uri.len)
		return SLICE_NONE;
	uri = slice_sub(uri, scheme.len, uri.len);
	if (uri.len > 0 && uri.ptr[0] == '[') /* IPv6: its colons are inside */
		end = slice_find(uri, ']');
	while (end < uri.len && uri.ptr[end] != ':' && uri.ptr[end] != ';' &&
	       uri.ptr[end] != '?')
		end++;
	return slice_sub(uri, 0, end);
}

/* Without its first label, from the dot on; absent if it has but one. */
static struct slice parent_of(struct slice name)
{
	size_t dot = slice_find(name, '.');

	return dot > 0 && dot + 1 < name.len ? slice_sub(name, dot, name.len)
					     : SLICE_NONE;
}

/* RFC 2818 section 3.1, of which we take "*." and no more. */
static bool name_is(struct slice name, struct slice host, bool wildcards,
		    bool *used)
{
	if (slice_find(name, '*') == name.len)
		return slice_eq_nocase(name, host);
	if (!wildcards || !slice_eq(slice_sub(name, 0, 2), SLICE("*.")) ||
	    !slice_is_set(parent_of(host)) || name.len < 3 ||
	    !slice_eq_nocase(slice_sub(name, 1, name.len), parent_of(host)))
		return false;
	if (used != NULL)
		*used = true;
	return true;
}

static struct slice name_of(const GENERAL_NAME *name)
{
	const ASN1_IA5STRING *text = name->d.ia5;
	struct slice s;

	if (name->type != GEN_DNS && name->type != GEN_URI)
		return SLICE_NONE;
	s = (struct slice){ (const char *)ASN1_STRING_get0_data(text),
			    (size_t)ASN1_STRING_length(text) };
	return name->type == GEN_URI ? sip_domain(s) : s;
}

bool cert_covers_host(const struct cert *cert, struct slice host,
		      bool wildcards, bool *used)
{
	const struct cert_link *link = cert->links[0];
	bool any = false;

	if (host.len == 0)
		return false;
	for (int i = 0; i < sk_GENERAL_NAME_num(link->san); i++) {
		struct slice name =
			name_of(sk_GENERAL_NAME_value(link->san, i));

		if (slice_is_set(name) && name_is(name, host, wildcards, used))
			return true;
		any = any || slice_is_set(name);
	}
	/* RFC 2818 asks for a dNSName, RFC 5922 for any SAN at all. */
	if (wildcards ? any : link->has_san)
		return false;
	return link->cn != NULL && name_is(link->name, host, wildcards, used);
}
