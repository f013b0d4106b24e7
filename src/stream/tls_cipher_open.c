#include "tls_cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "tls_cipher_inner.h"

#define EXPLICIT_IV   8 /* of GCM and CCM in TLS 1.2: RFC 5288 section 3 */
#define TAG_MAX       16
#define SEQUENCE      8
#define ADDITIONAL_12 (SEQUENCE + TLS_RECORD_HEADER)

/* One record on its way. */
struct record {
	const uint8_t *header;
	const uint8_t *ptr;
	size_t len;
	uint8_t *out; /* room for `len` bytes */
	size_t out_len;
};

static void put_sequence(uint8_t *p, uint64_t sequence)
{
	for (int i = SEQUENCE - 1; i >= 0; i--) {
		p[i] = (uint8_t)sequence;
		sequence >>= 8;
	}
}

/*
 * Sequence number, type, version, and the length of what is protected: what
 * goes before the content into a MAC (RFC 5246 section 6.2.3.1) and beside it
 * into an AEAD cipher (6.2.3.3).
 */
static void put_additional(const struct tls_cipher *c, const struct record *r,
			   size_t len, uint8_t out[ADDITIONAL_12])
{
	put_sequence(out, c->sequence);
	memcpy(out + SEQUENCE, r->header, 3);
	out[SEQUENCE + 3] = (uint8_t)(len >> 8);
	out[SEQUENCE + 4] = (uint8_t)len;
}

/* Is `expected` the MAC of the `len` bytes? */
static bool mac_is(struct tls_cipher *c, const struct record *r,
		   const uint8_t *bytes, size_t len, const uint8_t *expected)
{
	uint8_t additional[ADDITIONAL_12];
	uint8_t mac[EVP_MAX_MD_SIZE];
	size_t mac_len = 0;

	put_additional(c, r, len, additional);
	/* The key is that of the last time. */
	return EVP_MAC_init(c->mac, NULL, 0, NULL) == 1 &&
	       EVP_MAC_update(c->mac, additional, sizeof(additional)) == 1 &&
	       EVP_MAC_update(c->mac, bytes, len) == 1 &&
	       EVP_MAC_final(c->mac, mac, &mac_len, sizeof(mac)) == 1 &&
	       mac_len == c->bulk->tag &&
	       CRYPTO_memcmp(mac, expected, mac_len) == 0;
}

static bool open_null(struct tls_cipher *c, struct record *r)
{
	size_t tag = c->bulk->tag;

	if (r->len < tag ||
	    !mac_is(c, r, r->ptr, r->len - tag, r->ptr + r->len - tag))
		return false;
	r->out_len = r->len - tag;
	memcpy(r->out, r->ptr, r->out_len);
	return true;
}

/*
 * The bytes of padding and their length (RFC 5246 section 6.2.3.2); 0 if they
 * are none.  Who watches need not hide how long it looked.
 */
static size_t padding_of(const uint8_t *bytes, size_t len)
{
	size_t n = bytes[len - 1] + (size_t)1;

	if (n > len)
		return 0;
	for (size_t i = len - n; i < len; i++)
		if (bytes[i] != bytes[len - 1])
			return 0;
	return n;
}

/*
 * A block at least to `r->out`, and off with the padding.  OpenSSL gives fewer
 * bytes than it got if the last block is not whole.
 */
static bool decrypt_blocks(struct tls_cipher *c, struct record *r,
			   const uint8_t *iv, const uint8_t *blocks, size_t len)
{
	size_t padding;
	int n = 0;

	if (EVP_DecryptInit_ex2(c->cipher, NULL, NULL, iv, NULL) != 1 ||
	    EVP_DecryptUpdate(c->cipher, r->out, &n, blocks, (int)len) != 1 ||
	    (size_t)n != len)
		return false;
	padding = padding_of(r->out, len);
	r->out_len = len - padding;
	return padding > 0;
}

/* RFC 5246 section 6.2.3.2, RFC 7366, and the IV of RFC 2246. */
static bool open_cbc(struct tls_cipher *c, struct record *r)
{
	size_t block = c->bulk->iv;
	size_t tag = c->bulk->tag;
	size_t len = r->len;
	size_t lead = c->version > TLS_1_0 ? block : 0;
	const uint8_t *iv = lead > 0 ? r->ptr : c->iv;
	bool astray =
		lead == 0 && !c->iv_is_next && c->sequence != c->iv_sequence;

	if (c->encrypt_then_mac) {
		if (len < tag ||
		    !mac_is(c, r, r->ptr, len - tag, r->ptr + len - tag))
			return false;
		len -= tag;
	}
	if (len < lead + block ||
	    !decrypt_blocks(c, r, iv, r->ptr + lead, len - lead))
		return false;
	if (!c->encrypt_then_mac) {
		if (r->out_len < tag)
			return false;
		r->out_len -= tag;
		if (!mac_is(c, r, r->out, r->out_len, r->out + r->out_len))
			return false;
	}
	/* The MAC outside says nothing about the first block: it is a record,
	 * and what is in it belongs to what was lost. */
	if (astray && c->encrypt_then_mac)
		r->out_len = 0;
	if (lead == 0) {
		memcpy(c->iv, r->ptr + len - block, block);
		c->iv_sequence = c->sequence + 1;
		c->iv_is_next = false;
	}
	return true;
}

/* The fixed part and the sequence number: RFC 7905 section 2, RFC 8446 5.3. */
static void mix_nonce(const struct tls_cipher *c,
		      uint8_t nonce[TLS_NONCE_BYTES])
{
	uint8_t sequence[SEQUENCE];

	put_sequence(sequence, c->sequence);
	memcpy(nonce, c->iv, TLS_NONCE_BYTES);
	for (size_t i = 0; i < SEQUENCE; i++)
		nonce[TLS_NONCE_BYTES - SEQUENCE + i] ^= sequence[i];
}

struct aead {
	uint8_t nonce[TLS_NONCE_BYTES];
	uint8_t additional[ADDITIONAL_12];
	int additional_len;
	const uint8_t *text;
	size_t len;
	const uint8_t *tag;
};

/* CCM verifies while it decrypts, and asks for the length before. */
static bool decrypt_ccm(struct tls_cipher *c, struct record *r,
			const struct aead *a)
{
	int n = 0;

	return EVP_DecryptUpdate(c->cipher, NULL, &n, NULL, (int)a->len) == 1 &&
	       EVP_DecryptUpdate(c->cipher, NULL, &n, a->additional,
				 a->additional_len) == 1 &&
	       EVP_DecryptUpdate(c->cipher, r->out, &n, a->text, (int)a->len) ==
		       1;
}

static bool decrypt_aead(struct tls_cipher *c, struct record *r,
			 const struct aead *a)
{
	uint8_t tag[TAG_MAX];
	int n = 0;

	memcpy(tag, a->tag, c->bulk->tag);
	r->out_len = a->len;
	if (EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_SET_TAG, c->bulk->tag,
				tag) != 1 ||
	    EVP_DecryptInit_ex2(c->cipher, NULL, NULL, a->nonce, NULL) != 1)
		return false;
	if (c->bulk->mode == TLS_MODE_CCM)
		return decrypt_ccm(c, r, a);
	return EVP_DecryptUpdate(c->cipher, NULL, &n, a->additional,
				 a->additional_len) == 1 &&
	       EVP_DecryptUpdate(c->cipher, r->out, &n, a->text, (int)a->len) ==
		       1 &&
	       (size_t)n == a->len &&
	       EVP_DecryptFinal_ex(c->cipher, r->out + n, &n) == 1;
}

static bool open_aead_12(struct tls_cipher *c, struct record *r)
{
	size_t lead = c->bulk->mode == TLS_MODE_CHACHA ? 0 : EXPLICIT_IV;
	struct aead a = { .additional_len = ADDITIONAL_12 };

	if (r->len < lead + c->bulk->tag)
		return false;
	a.text = r->ptr + lead;
	a.len = r->len - lead - c->bulk->tag;
	a.tag = a.text + a.len;
	if (lead > 0) {
		memcpy(a.nonce, c->iv, c->bulk->iv);
		memcpy(a.nonce + c->bulk->iv, r->ptr, lead);
	} else {
		mix_nonce(c, a.nonce);
	}
	put_additional(c, r, a.len, a.additional);
	return decrypt_aead(c, r, &a);
}

/* RFC 8446 section 5.2; the inner type stands before the zeros. */
static bool open_13(struct tls_cipher *c, struct record *r, uint8_t *content)
{
	struct aead a = { .additional_len = TLS_RECORD_HEADER };
	size_t n;

	if (r->len < c->bulk->tag + (size_t)1)
		return false;
	a.text = r->ptr;
	a.len = r->len - c->bulk->tag;
	a.tag = a.text + a.len;
	memcpy(a.additional, r->header, TLS_RECORD_HEADER);
	mix_nonce(c, a.nonce);
	if (!decrypt_aead(c, r, &a))
		return false;
	n = r->out_len;
	while (n > 0 && r->out[n - 1] == 0)
		n--;
	if (n == 0)
		return false;
	*content = r->out[n - 1];
	r->out_len = n - 1;
	return true;
}

static bool open_record(struct tls_cipher *c, struct record *r,
			uint8_t *content)
{
	if (c->version == TLS_1_3)
		return open_13(c, r, content);
	*content = r->header[0];
	switch (c->bulk->mode) {
	case TLS_MODE_NULL:
		return open_null(c, r);
	case TLS_MODE_CBC:
		return open_cbc(c, r);
	case TLS_MODE_GCM:
	case TLS_MODE_CCM:
	case TLS_MODE_CHACHA:
		break;
	}
	return open_aead_12(c, r);
}

enum err tls_cipher_open(struct tls_cipher *c, const uint8_t *header,
			 struct slice fragment, struct buf *out,
			 uint8_t *content)
{
	struct record r = { .header = header,
			    .ptr = (const uint8_t *)fragment.ptr,
			    .len = fragment.len };
	uint8_t type = 0;

	buf_clear(out);
	if (r.len == 0 || r.len > TLS_FRAGMENT_MAX)
		return ERR_MALFORMED;
	r.out = (uint8_t *)buf_reserve(out, r.len);
	if (r.out == NULL)
		return ERR_NOMEM;
	if (!open_record(c, &r, &type))
		return ERR_MALFORMED;
	out->len = r.out_len;
	*content = type;
	c->sequence++;
	return ERR_OK;
}

void tls_cipher_pass(struct tls_cipher *c, struct slice fragment)
{
	size_t tag = c->encrypt_then_mac ? c->bulk->tag : 0;
	size_t block = c->bulk->iv;

	c->sequence++;
	if (c->version != TLS_1_0 || c->bulk->mode != TLS_MODE_CBC ||
	    fragment.len < block + tag)
		return;
	memcpy(c->iv, fragment.ptr + fragment.len - tag - block, block);
	c->iv_is_next = true;
}

void tls_cipher_lost(struct tls_cipher *c)
{
	/* That of nobody, if it was that of a record which may be lost. */
	if (c->iv_is_next)
		c->iv_sequence = UINT64_MAX;
	c->iv_is_next = false;
}
