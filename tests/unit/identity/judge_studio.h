/*
 * judge_studio.h - signers, their certificates in a folder, and signed
 * messages; for the tests of the judge.
 *
 * All in 2026; the signers may speak for 12155550121 or, by a code, for any.
 */
#ifndef TEST_IDENTITY_JUDGE_STUDIO_H
#define TEST_IDENTITY_JUDGE_STUDIO_H

#include <stdlib.h>

#include "../../tools/pki.h"
#include "../../tools/sign.h"
#include "sipmon/identity/judge.h"

#define IAT      INT64_C(1767268800) /* Thu, 01 Jan 2026 12:00:00 GMT */
#define IAT_TEXT "1767268800"
#define DATE     "Thu, 01 Jan 2026 12:00:00 GMT"
#define YEAR_S   INT64_C(31536000)

#define CALLER "12155550121"
#define CALLED "12155550131"
#define OTHER  "12155550141"

#define URL_OF(name) "https://cert.example.org/" name

enum signer_id {
	SIGNER_SP = 0,  /* by its code */
	SIGNER_CALLER,  /* lists CALLER */
	SIGNER_CALLED,  /* lists CALLED */
	SIGNER_EXPIRED, /* as SP, a year ago */
	SIGNER_RSA,     /* atlanta.example.com */
	SIGNERS
};

static const char *const signer_files[SIGNERS] = { "sp.pem", "caller.pem",
						   "called.pem", "expired.pem",
						   "rsa.pem" };

struct studio {
	struct pki root;
	struct pki signers[SIGNERS];
	char folder[PKI_PATH_BYTES];
	struct certs *certs;
	struct identity_policy policy;
	struct judge judge;
	struct arena_pool *pool;
	struct arena arena;
	struct buf text; /* of the message */
	struct sip_msg msg;
	struct judge_case c;
	struct identity_detail detail;
	struct signer signer;
};

static inline void studio_make_signers(struct studio *s)
{
	static const struct pki_tn spc = { PKI_SPC, "709J", 0 };
	static const struct pki_tn caller = { PKI_ONE, CALLER, 0 };
	static const struct pki_tn called = { PKI_ONE, CALLED, 0 };
	const struct pki_options options[SIGNERS] = {
		{ .cn = "SHAKEN 709J", .tn = &spc, .tn_count = 1 },
		{ .cn = "Caller", .tn = &caller, .tn_count = 1 },
		{ .cn = "Called", .tn = &called, .tn_count = 1 },
		{ .cn = "Late",
		  .tn = &spc,
		  .tn_count = 1,
		  .not_after_s = IAT - YEAR_S },
		{ .cn = "Atlanta",
		  .key_kind = "RSA-2048",
		  .san = "DNS:atlanta.example.com" },
	};

	assert_true(pki_make(&s->root, &(struct pki_options){ .cn = "Root",
							      .is_ca = true }));
	for (unsigned i = 0; i < SIGNERS; i++) {
		struct pki_options o = options[i];

		o.issuer = &s->root;
		assert_true(pki_make(&s->signers[i], &o));
	}
}

static inline void studio_write_folder(struct studio *s)
{
	struct problem problem;
	struct buf index;
	char path[PKI_PATH_BYTES];

	assert_true(pki_folder_new(s->folder));
	buf_init(&index, SIGN_BYTES_MAX);
	for (unsigned i = 0; i < SIGNERS; i++) {
		X509 *const list[] = { s->signers[i].cert, NULL };

		assert_true(pki_write_certs(s->folder, signer_files[i], list));
		buf_add_format(&index,
			       "https://cert.example.org/%s\t%s\n"
			       "http://cert.example.org/%s\t%s\n",
			       signer_files[i], signer_files[i],
			       signer_files[i], signer_files[i]);
	}
	assert_true(pki_write(s->folder, "index.tsv", buf_slice(&index)));
	buf_free(&index);
	assert_true(pki_write_certs(s->folder, "root.crt",
				    (X509 *const[]){ s->root.cert, NULL }));
	assert_int_equal(certs_set_folder(s->certs, s->folder, &problem),
			 ERR_OK);
	assert_int_equal(certs_add_trust(s->certs,
					 pki_path(path, s->folder, "root.crt"),
					 &problem),
			 ERR_OK);
}

static int open_studio(void **state)
{
	struct studio *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return 1;
	assert_int_equal(certs_new(&s->certs), ERR_OK);
	studio_make_signers(s);
	studio_write_folder(s);
	s->pool = arena_pool_new();
	buf_init(&s->text, SIGN_BYTES_MAX);
	*state = s;
	return s->pool == NULL;
}

static int close_studio(void **state)
{
	struct studio *s = *state;

	arena_reset(&s->arena, s->pool);
	arena_pool_free(s->pool);
	buf_free(&s->text);
	certs_free(s->certs);
	pki_folder_remove(s->folder);
	for (unsigned i = 0; i < SIGNERS; i++)
		pki_free(&s->signers[i]);
	pki_free(&s->root);
	free(s);
	return 0;
}

/* What is left over from the test before is gone. */
static int clear_studio(void **state)
{
	struct studio *s = *state;

	arena_reset(&s->arena, s->pool);
	buf_clear(&s->text);
	s->policy = (struct identity_policy)IDENTITY_POLICY_DEFAULT;
	s->judge = (struct judge){ .policy = &s->policy, .certs = s->certs };
	s->c = (struct judge_case){ .msg = &s->msg,
				    .time_ns = (IAT + 1) * 1000000000 };
	return 0;
}

#define IN_STUDIO(test) cmocka_unit_test_setup(test, clear_studio)

/* ---- PASSporTs */

/* What is not said is that of a shaken PASSporT which holds. */
struct making {
	enum signer_id by;
	const char *url;     /* of x5u and info */
	const char *ppt;     /* "" for the baseline */
	const char *jose;    /* the whole header */
	const char *payload; /* the whole payload */
	const char *params;  /* behind the token */
	enum signer_id key;  /* that signs, if has_key */
	bool has_key;
	bool compact;
};

#define CLAIMS(dest, more)                                                     \
	"{" more "\"dest\":{\"tn\":[\"" dest "\"]},\"iat\":" IAT_TEXT          \
	",\"orig\":{\"tn\":\"" CALLER "\"}}"
#define SHAKEN_CLAIMS                                                          \
	"{\"attest\":\"A\",\"dest\":{\"tn\":[\"" CALLED                        \
	"\"]},\"iat\":" IAT_TEXT ",\"orig\":{\"tn\":\"" CALLER                 \
	"\"},\"origid\":\"123e4567-e89b-12d3-a456-426655440000\"}"

static inline void add_jose(struct buf *out, const struct making *m,
			    const char *ppt, const char *url)
{
	if (m->jose != NULL)
		buf_add_text(out, m->jose);
	else if (*ppt == '\0')
		buf_add_format(out,
			       "{\"alg\":\"ES256\",\"typ\":\"passport\","
			       "\"x5u\":\"%s\"}",
			       url);
	else
		buf_add_format(out,
			       "{\"alg\":\"ES256\",\"ppt\":\"%s\","
			       "\"typ\":\"passport\",\"x5u\":\"%s\"}",
			       ppt, url);
	buf_add_char(out, '\0');
}

/* Appends the token alone. */
static inline void add_token(struct studio *s, struct buf *out,
			     const struct making *m)
{
	const char *ppt = m->ppt != NULL ? m->ppt : "shaken";
	const char *payload = m->payload != NULL ? m->payload : SHAKEN_CLAIMS;
	EVP_PKEY *key = s->signers[m->has_key ? m->key : m->by].key;
	char usual[128];
	const char *url = m->url != NULL ? m->url : usual;
	struct buf jose;

	(void)snprintf(usual, sizeof(usual), "https://cert.example.org/%s",
		       signer_files[m->by]);
	buf_init(&jose, SIGN_BYTES_MAX);
	add_jose(&jose, m, ppt, url);
	assert_true((m->compact ? sign_compact
				: sign_passport)(out, key, jose.ptr, payload));
	buf_free(&jose);
}

/* Appends the line of a header. */
static inline void add_identity(struct studio *s, struct buf *out,
				const struct making *m)
{
	const char *ppt = m->ppt != NULL ? m->ppt : "shaken";

	buf_add_text(out, "Identity: ");
	add_token(s, out, m);
	if (m->params != NULL)
		buf_add_text(out, m->params);
	else if (m->url != NULL)
		buf_add_format(out, ";info=<%s>;alg=ES256", m->url);
	else
		buf_add_format(out,
			       ";info=<https://cert.example.org/%s>;alg=ES256",
			       signer_files[m->by]);
	if (m->params == NULL && *ppt != '\0')
		buf_add_format(out, ";ppt=%s", ppt);
	buf_add_text(out, "\r\n");
}

/* ---- messages */

#define FROM "\"A\" <sip:+" CALLER "@example.com;user=phone>;tag=1"
#define TO   "<sip:+" CALLED "@example.net;user=phone>"

/* What is not said is that of an INVITE which opens a dialog. */
struct telling {
	const char *start;
	const char *method; /* of CSeq */
	const char *from;
	const char *to;
	const char *date; /* "" for none */
	const char *more; /* other lines */
	const char *body;
};

/* Puts the message together and parses it. */
static inline void tell(struct studio *s, const struct telling *t,
			const struct making *makings, unsigned count)
{
	const char *body = t->body != NULL ? t->body : "";
	const char *date = t->date != NULL ? t->date : DATE;

	buf_clear(&s->text);
	buf_add_format(
		&s->text,
		"%s\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
		"From: %s\r\nTo: %s\r\nCall-ID: a@192.0.2.1\r\nCSeq: 1 %s\r\n",
		t->start != NULL ? t->start
				 : "INVITE sip:+" CALLED
				   "@example.net;user=phone SIP/2.0",
		t->from != NULL ? t->from : FROM, t->to != NULL ? t->to : TO,
		t->method != NULL ? t->method : "INVITE");
	if (*date != '\0')
		buf_add_format(&s->text, "Date: %s\r\n", date);
	if (t->more != NULL)
		buf_add_text(&s->text, t->more);
	for (unsigned i = 0; i < count; i++)
		add_identity(s, &s->text, &makings[i]);
	buf_add_format(&s->text, "Content-Length: %zu\r\n\r\n%s", strlen(body),
		       body);
	assert_false(s->text.failed);
	assert_true(sip_msg_parse(&s->msg, buf_slice(&s->text)));
}

/* The first check that failed is the verdict, and the last word of all. */
static inline void check_order(const struct identity_header *h)
{
	enum verdict first = VERDICT_NONE;

	for (unsigned i = 0; i < h->check_count; i++) {
		const struct identity_check *c = &h->checks[i];

		assert_non_null(c->name);
		assert_int_equal(c->verdict != VERDICT_NONE,
				 c->result == CHECK_FAIL);
		if (first == VERDICT_NONE)
			first = c->verdict;
	}
	if (h->verdict != VERDICT_NONE)
		assert_int_equal(h->verdict,
				 first == VERDICT_NONE ? VERDICT_VALID : first);
}

static inline void judge(struct studio *s)
{
	s->detail = (struct identity_detail){ 0 };
	assert_int_equal(judge_message(&s->judge, &s->c, &s->arena, s->pool,
				       &s->detail, &s->signer),
			 ERR_OK);
	for (unsigned i = 0; i < s->detail.header_count; i++)
		check_order(&s->detail.headers[i]);
}

#endif
