/*
 * Messages that others signed, and bytes that others wrote, each with what is
 * true of it: vectors.h says where they are looked for.  Without them there is
 * nothing to compare, and the tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <openssl/evp.h>

#include "../../../src/identity/canon.h"
#include "../../../src/identity/compact.h"
#include "../../../src/identity/legacy.h"
#include "../../../src/identity/tnauth.h"
#include "sipmon/identity/hops.h"
#include "sipmon/identity/judge.h"
#include "sipmon/sip/framer.h"
#include "sipmon/sip/reason.h"
#include "vectors.h"

#define SECOND_NS INT64_C(1000000000)

struct bench {
	struct vectors v;
	struct vectors cases; /* cases.tsv, which other tables refer to */
	struct memory m;
	struct arena arena;
	struct buf bytes; /* of the message */
	struct buf reply;
	struct sip_msg msg;
	struct certs *certs;
	struct identity_policy policy;
	struct judge_case c;
	struct identity_detail detail;
	struct signer signer;
	struct buf text;
};

/* ---- a row of cases.tsv */

/* What a user names with --trust and its kin: files, with commas between. */
typedef enum err (*add_fn)(struct certs *c, const char *path,
			   struct problem *problem);

static void add_files(struct bench *b, struct slice names, add_fn add)
{
	while (names.len > 0) {
		struct slice name = slice_split(names, ',', &names);
		char path[VECTORS_PATH_BYTES];
		struct problem problem = { "" };

		if (add(b->certs, vectors_path(&b->cases, name, path),
			&problem))
			fail_msg("%s", problem.text);
	}
}

static void set_policy(struct bench *b, struct slice settings)
{
	while (settings.len > 0) {
		struct slice setting = slice_split(settings, ';', &settings);
		struct slice value;
		struct slice key = slice_split(setting, '=', &value);
		struct problem problem = { "" };

		if (slice_eq(key, SLICE("untrusted")))
			add_files(b, value, certs_add_untrusted);
		else if (slice_eq(key, SLICE("crl_anchors")))
			add_files(b, value, certs_add_crl_trust);
		else if (identity_policy_set(&b->policy, setting, &problem))
			fail_msg("%s", problem.text);
	}
}

static void configure(struct bench *b, size_t row)
{
	struct vectors *v = &b->cases;
	struct slice store = vectors_cell(v, row, "store");
	char path[VECTORS_PATH_BYTES];
	struct problem problem = { "" };

	certs_free(b->certs);
	b->certs = NULL;
	assert_int_equal(certs_new(&b->certs), ERR_OK);
	b->policy = (struct identity_policy)IDENTITY_POLICY_DEFAULT;
	if (slice_is_set(store) &&
	    certs_set_folder(b->certs, vectors_path(v, store, path), &problem))
		fail_msg("%s", problem.text);
	add_files(b, vectors_cell(v, row, "anchors"), certs_add_trust);
	add_files(b, vectors_cell(v, row, "crls"), certs_add_crl);
	set_policy(b, vectors_cell(v, row, "policy"));
}

/* On a stream the framer says where a message ends, and cuts what is too long;
 * a datagram comes whole. */
static void read_message(struct bench *b, struct slice file, bool stream)
{
	struct slice bytes;
	size_t len;

	vectors_read(&b->cases, file, &b->bytes);
	bytes = buf_slice(&b->bytes);
	if (stream) {
		struct sip_framer f = { 0 };

		assert_int_equal(sip_framer_next(&f, bytes, true, &len),
				 SIP_FRAME_MESSAGE);
		bytes = slice_sub(bytes, 0, len);
	}
	assert_true(sip_msg_parse(&b->msg, bytes));
	b->c.trailing = bytes.len - (size_t)(b->msg.raw.ptr - bytes.ptr) -
			b->msg.raw.len;
}

static int64_t seconds_of(struct slice text)
{
	uint32_t seconds = 0;

	assert_true(slice_to_u32(text, UINT32_MAX, &seconds));
	return seconds;
}

static void judge_row(struct bench *b, size_t row)
{
	struct judge judge = { &b->policy, NULL, NULL };

	arena_reset(&b->arena, b->m.pool);
	configure(b, row);
	judge.certs = b->certs;
	b->c = (struct judge_case){
		.msg = &b->msg,
		.time_ns = seconds_of(vectors_cell(&b->cases, row, "time")) *
			   SECOND_NS,
	};
	read_message(b, vectors_cell(&b->cases, row, "file"),
		     slice_eq(vectors_cell(&b->cases, row, "transport"),
			      SLICE("tcp")));
	b->detail = (struct identity_detail){ 0 };
	assert_int_equal(judge_message(&judge, &b->c, &b->arena, b->m.pool,
				       &b->detail, &b->signer),
			 ERR_OK);
}

/* ---- what came out, in the words of the table */

static void add_code(struct buf *out, uint16_t code)
{
	if (code != 0)
		buf_add_uint(out, code);
}

static uint32_t caveats_of(struct bench *b, struct slice names)
{
	uint32_t set = 0;

	while (names.len > 0) {
		struct slice name = slice_split(names, ',', &names);
		unsigned i = 0;

		while (i < CAVEATS &&
		       !slice_eq(name, slice_of(caveat_name((enum caveat)i))))
			i++;
		if (i == CAVEATS)
			vectors_fault(&b->cases, name, "a warning", SLICE(""),
				      SLICE("known"));
		else
			set |= CAVEAT_BIT(i);
	}
	return set;
}

static void add_caveats(struct buf *out, uint32_t set)
{
	for (unsigned i = 0; i < CAVEATS; i++)
		if ((set & CAVEAT_BIT(i)) != 0)
			buf_add_format(out, "%s%s", out->len > 0 ? "," : "",
				       caveat_name((enum caveat)i));
}

static void compare_caveats(struct bench *b, struct slice id,
			    struct slice names)
{
	if (caveats_of(b, names) == b->detail.caveats)
		return;
	buf_clear(&b->text);
	add_caveats(&b->text, b->detail.caveats);
	vectors_fault(&b->cases, id, "warnings", buf_slice(&b->text), names);
}

static void add_headers(struct buf *out, const struct identity_detail *d)
{
	for (unsigned i = 0; i < d->header_count; i++) {
		const struct identity_header *h = &d->headers[i];

		buf_add_format(out, "%s%s/", i > 0 ? "|" : "",
			       verdict_name(h->verdict));
		if (h->expected_code != 0)
			buf_add_uint(out, h->expected_code);
		else
			buf_add_char(out, '-');
		buf_add_format(out, "/%s", signature_name(h->signature));
	}
}

static void compare_row(struct bench *b, size_t row)
{
	const struct identity_detail *d = &b->detail;
	struct vectors *v = &b->cases;
	struct slice id = vectors_cell(v, row, "id");
	struct slice headers = vectors_cell(v, row, "headers");

	vectors_compare(v, id, "verdict", slice_of(verdict_name(d->verdict)),
			vectors_cell(v, row, "verdict"));
	buf_clear(&b->text);
	add_code(&b->text, d->expected_code);
	vectors_compare(v, id, "code", buf_slice(&b->text),
			vectors_cell(v, row, "code"));
	vectors_compare(v, id, "signature",
			slice_of(signature_name(d->signature)),
			vectors_cell(v, row, "signature"));
	compare_caveats(b, id, vectors_cell(v, row, "warnings"));
	if (slice_is_set(headers)) {
		buf_clear(&b->text);
		add_headers(&b->text, d);
		vectors_compare(v, id, "each", buf_slice(&b->text), headers);
	}
	v->checked++;
}

static void every_message_gets_the_verdict_of_its_row(void **state)
{
	struct bench *b = *state;

	if (b->cases.corpus == NULL)
		skip();
	for (size_t row = 0; row < table_rows(b->cases.table); row++) {
		judge_row(b, row);
		compare_row(b, row);
	}
	vectors_finish(&b->cases, 340);
}

/* What a reader leaves out, or knows already, changes no verdict. */
static void a_second_look_in_haste_says_the_same(void **state)
{
	struct bench *b = *state;

	if (b->cases.corpus == NULL)
		skip();
	for (size_t row = 0; row < table_rows(b->cases.table); row++) {
		struct judge judge = { &b->policy, NULL, NULL };
		struct verdict_brief brief;

		judge_row(b, row);
		brief = judge_brief(&b->detail);
		brief = verdict_unpack(verdict_pack(&brief));
		memcpy(b->c.known, brief.signatures, sizeof(b->c.known));
		b->c.brief = true;
		judge.certs = b->certs;
		b->detail = (struct identity_detail){ 0 };
		assert_int_equal(judge_message(&judge, &b->c, &b->arena,
					       b->m.pool, &b->detail,
					       &b->signer),
				 ERR_OK);
		compare_row(b, row);
	}
	vectors_finish(&b->cases, 340);
}

/* ---- what the answer says of it */

/* A plain 403 says nothing of an Identity. */
static const char *phrase_of(struct slice code)
{
	return slice_eq(code, SLICE("403")) ? "Stale Date" : "Refused";
}

static void answer(struct bench *b, struct slice code, struct slice reason)
{
	struct sip_msg response;

	buf_clear(&b->reply);
	buf_add_format(&b->reply,
		       "SIP/2.0 %.*s %s\r\n"
		       "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
		       "From: <sip:a@a.example>;tag=1\r\n"
		       "To: <sip:b@b.example>;tag=2\r\n"
		       "Call-ID: a\r\nCSeq: 1 INVITE\r\n",
		       SLICE_ARG(code), phrase_of(code));
	if (slice_is_set(reason))
		buf_add_format(&b->reply, "Reason: %.*s\r\n",
			       SLICE_ARG(reason));
	buf_add_text(&b->reply, "Content-Length: 0\r\n\r\n");
	assert_true(sip_msg_parse(&response, buf_slice(&b->reply)));
	hops_answer(&response, &b->arena, b->m.pool, &b->detail);
}

static void no_code_that_servers_send_is_called_wrong(void **state)
{
	struct bench *b = *state;
	struct vectors *v = &b->cases;

	if (v->corpus == NULL)
		skip();
	for (size_t row = 0; row < table_rows(v->table); row++) {
		struct slice id = vectors_cell(v, row, "id");
		struct slice code = vectors_cell(v, row, "code");
		struct slice codes = vectors_cell(v, row, "codes_ok");

		judge_row(b, row);
		if (slice_is_set(code)) {
			answer(b, code, SLICE_NONE);
			if (b->detail.agrees != AGREES_YES)
				vectors_fault(v, id, "the answer", code,
					      SLICE("agreed with"));
		}
		while (codes.len > 0) {
			code = slice_split(codes, ',', &codes);
			if (slice_eq(code, SLICE("-")))
				continue;
			answer(b, code, SLICE_NONE);
			if (b->detail.agrees == AGREES_NO)
				vectors_fault(v, id, "the answer", code,
					      SLICE("called wrong by nobody"));
			v->checked++;
		}
	}
	vectors_finish(v, 200);
}

/* The index of the value that a ppi means, as struct identity_reason has it. */
static int header_of(struct slice ppi, struct slice header)
{
	uint32_t index;

	if (slice_eq(ppi, SLICE("none")))
		return -1;
	return slice_to_u32(header, IDENTITY_VALUES_MAX, &index) ? (int)index
								 : -2;
}

/* "none", "compact", "full" */
static const char *form_of(struct slice ppi)
{
	if (!slice_is_set(ppi))
		return "none";
	return slice_eq(slice_sub(ppi, 0, 3), SLICE("\"..")) ? "compact"
							     : "full";
}

static void compare_reason(struct bench *b, size_t row)
{
	struct vectors *v = &b->v;
	struct slice value = vectors_cell(v, row, "value");
	struct slice protocol = vectors_cell(v, row, "protocol");
	struct slice cause = vectors_cell(v, row, "cause");
	struct slice ppi = vectors_cell(v, row, "ppi");
	struct sip_reason r;

	assert_int_equal(sip_reason_parse(&r, value), ERR_OK);
	if (!slice_eq_nocase(r.protocol, protocol))
		vectors_fault(v, value, "protocol", r.protocol, protocol);
	buf_clear(&b->text);
	if (r.has_cause)
		buf_add_uint(&b->text, r.cause);
	vectors_compare(v, value, "cause", buf_slice(&b->text), cause);
	vectors_compare(v, value, "ppi", slice_of(form_of(r.ppi)), ppi);
	/* What speaks of an Identity is kept with the answer (RFC 9410). */
	answer(b, SLICE("200"), value);
	if (slice_eq(protocol, SLICE("Q.850"))) {
		if (b->detail.reason.is_set)
			vectors_fault(v, value, "kept", SLICE("yes"),
				      SLICE("no"));
	} else {
		vectors_compare(v, value, "text", b->detail.reason.text,
				vectors_cell(v, row, "text"));
		if (b->detail.reason.header !=
		    header_of(ppi, vectors_cell(v, row, "header")))
			vectors_fault(v, value, "header", SLICE("another"),
				      vectors_cell(v, row, "header"));
	}
	v->checked++;
}

static void a_reason_finds_the_passport_it_speaks_of(void **state)
{
	struct bench *b = *state;
	const struct table *cases = b->cases.table;

	if (b->v.corpus == NULL)
		skip();
	vectors_table(&b->v, "reason.tsv");
	for (size_t row = 0; row < table_rows(b->v.table); row++) {
		struct slice id = vectors_cell(&b->v, row, "case");
		size_t found = 0;

		if (slice_is_set(id))
			found = table_find(cases, table_column(cases, "id"),
					   id);
		assert_true(found < table_rows(cases));
		judge_row(b, found);
		compare_reason(b, row);
	}
	vectors_finish(&b->v, 8);
}

/* ---- the bytes that are signed */

static void compare_digest_string(struct bench *b, struct slice id,
				  struct slice want)
{
	struct identity_value values[IDENTITY_VALUES_MAX];
	struct legacy l = { .failed = 0 };
	uint32_t left_out;
	unsigned count = identity_values(&b->m, &b->msg, values,
					 IDENTITY_VALUES_MAX, &left_out);
	unsigned i = 0;

	while (i < count && !values[i].is_legacy)
		i++;
	if (i < count)
		legacy_read(&b->m, &b->msg, values[i].text, b->c.trailing, &l);
	vectors_compare(&b->v, id, "digest-string", l.digest_string, want);
}

static void compare_compact(struct bench *b, struct slice id, struct slice want)
{
	struct identity_value values[1];
	struct compact c = { .failed = 0 };
	uint32_t left_out;

	assert_int_equal(identity_values(&b->m, &b->msg, values, 1, &left_out),
			 1);
	compact_build(&b->m, &b->msg, values[0].info, "", &c);
	buf_clear(&b->text);
	buf_add(&b->text, c.jose);
	buf_add_char(&b->text, '.');
	buf_add(&b->text, c.payload);
	vectors_compare(&b->v, id, "compact form", buf_slice(&b->text), want);
}

/* Of OpenSSL, which fills up to whole triples with NUL. */
static struct slice decoded(struct slice base64, struct buf *out)
{
	char *here;
	int n;

	buf_clear(out);
	here = buf_reserve(out, base64.len + 4);
	assert_non_null(here);
	n = EVP_DecodeBlock((unsigned char *)here,
			    (const unsigned char *)base64.ptr, (int)base64.len);
	assert_true(n >= 0);
	out->len = (size_t)n;
	for (size_t i = base64.len; i > 0 && base64.ptr[i - 1] == '='; i--)
		out->len--;
	return buf_slice(out);
}

static void the_signed_bytes_are_rebuilt_to_the_last(void **state)
{
	struct bench *b = *state;
	const struct table *cases = b->cases.table;
	struct buf room;

	if (b->v.corpus == NULL)
		skip();
	buf_init(&room, VECTORS_BYTES_MAX);
	vectors_table(&b->v, "rebuilt.tsv");
	for (size_t row = 0; row < table_rows(b->v.table); row++) {
		struct slice id = vectors_cell(&b->v, row, "id");
		size_t found = table_find(cases, table_column(cases, "id"), id);
		struct slice want =
			decoded(vectors_cell(&b->v, row, "base64"), &room);

		assert_true(found < table_rows(cases));
		judge_row(b, found);
		if (slice_eq(vectors_cell(&b->v, row, "kind"),
			     SLICE("digest-string")))
			compare_digest_string(b, id, want);
		else
			compare_compact(b, id, want);
		b->v.checked++;
	}
	buf_free(&room);
	vectors_finish(&b->v, 40);
}

/* ---- numbers and URIs */

static void addresses_have_the_form_in_which_they_are_compared(void **state)
{
	struct bench *b = *state;
	struct vectors *v = &b->v;

	if (v->corpus == NULL)
		skip();
	vectors_table(v, "canon.tsv");
	for (size_t row = 0; row < table_rows(v->table); row++) {
		struct slice uri = vectors_cell(v, row, "addr_spec");
		struct slice kind = vectors_cell(v, row, "kind");
		char cc[4];
		struct identity_party p;

		slice_copy(vectors_cell(v, row, "default_cc"), cc, sizeof(cc));
		p = canon_address(&b->m, uri, false, cc);
		vectors_compare(v, uri, "canonical form", p.text,
				vectors_cell(v, row, "canonical"));
		if (p.is_tn != slice_eq(kind, SLICE("tn")))
			vectors_fault(v, uri, "kind", SLICE("another"), kind);
		v->checked++;
	}
	vectors_finish(v, 32);
}

/* ---- TNAuthList */

static unsigned digit_of(char c)
{
	assert_true((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static struct slice bytes_of(struct slice hex, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i + 1 < hex.len; i += 2)
		buf_add_char(out, (char)(digit_of(hex.ptr[i]) << 4 |
					 digit_of(hex.ptr[i + 1])));
	return buf_slice(out);
}

/* "spc:709J range:12155550100+100 one:12025550999" */
static void add_entries(struct buf *out, const struct tnauth *t)
{
	static const char *const kinds[TNAUTH_KINDS] = {
		[TNAUTH_SPC] = "spc",
		[TNAUTH_RANGE] = "range",
		[TNAUTH_ONE] = "one",
	};

	for (size_t i = 0; i < t->count; i++) {
		const struct tnauth_entry *e = &t->entries[i];

		buf_add_format(out, "%s%s:%.*s", i > 0 ? " " : "",
			       kinds[e->kind], SLICE_ARG(e->text));
		if (e->kind == TNAUTH_RANGE) {
			buf_add_char(out, '+');
			buf_add_uint(out, e->count);
		}
	}
}

static void lists_of_numbers_decode_and_cover(void **state)
{
	static const char *const answers[] = {
		[CERT_COVERS_NO] = "no",
		[CERT_COVERS_YES] = "yes",
		[CERT_COVERS_BY_SPC] = "spc",
	};
	struct bench *b = *state;
	struct vectors *v = &b->v;

	if (v->corpus == NULL)
		skip();
	vectors_table(v, "tnauthlist.tsv");
	for (size_t row = 0; row < table_rows(v->table); row++) {
		struct slice hex = vectors_cell(v, row, "der_hex");
		struct slice query = vectors_cell(v, row, "query");
		struct tnauth t;

		assert_int_equal(tnauth_read(bytes_of(hex, &b->bytes), &t),
				 ERR_OK);
		assert_true(t.is_there);
		vectors_compare(v, hex, "result",
				slice_of(t.is_malformed ? "malformed" : "ok"),
				vectors_cell(v, row, "result"));
		buf_clear(&b->text);
		add_entries(&b->text, &t);
		vectors_compare(v, hex, "decoded", buf_slice(&b->text),
				vectors_cell(v, row, "decoded"));
		if (slice_is_set(query))
			vectors_compare(
				v, hex, "cover",
				slice_of(answers[tnauth_covers(&t, query)]),
				vectors_cell(v, row, "covered"));
		tnauth_free(&t);
		v->checked++;
	}
	vectors_finish(v, 34);
}

/* ---- */

static int open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return -1;
	vectors_open(&b->v);
	vectors_open(&b->cases);
	b->m = (struct memory){ &b->arena, arena_pool_new() };
	buf_init(&b->bytes, VECTORS_BYTES_MAX);
	buf_init(&b->reply, VECTORS_BYTES_MAX);
	buf_init(&b->text, VECTORS_BYTES_MAX);
	if (b->cases.corpus != NULL)
		vectors_table(&b->cases, "cases.tsv");
	*state = b;
	return b->m.pool != NULL ? 0 : -1;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	certs_free(b->certs);
	arena_reset(&b->arena, b->m.pool);
	arena_pool_free(b->m.pool);
	buf_free(&b->bytes);
	buf_free(&b->reply);
	buf_free(&b->text);
	vectors_close(&b->v);
	vectors_close(&b->cases);
	free(b);
	return 0;
}

#define ON_BENCH(test)                                                         \
	cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BENCH(every_message_gets_the_verdict_of_its_row),
		ON_BENCH(a_second_look_in_haste_says_the_same),
		ON_BENCH(no_code_that_servers_send_is_called_wrong),
		ON_BENCH(a_reason_finds_the_passport_it_speaks_of),
		ON_BENCH(the_signed_bytes_are_rebuilt_to_the_last),
		ON_BENCH(addresses_have_the_form_in_which_they_are_compared),
		ON_BENCH(lists_of_numbers_decode_and_cover),
	};

	if (getenv("SIPMON_CORPUS") == NULL)
		print_message("SIPMON_CORPUS is not set: skipped\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
