/* What changed between two hops, and what the answer says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sipmon/identity/hops.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TEXT_BYTES  4096

/* ---- two copies */

/* What is left out is as in `usual`; "" leaves the line out. */
struct copy {
	const char *uri;
	const char *from;
	const char *to;
	const char *date;
	const char *contact;
	const char *identity; /* the whole of the lines */
	const char *more;     /* lines */
	const char *body;
	int length; /* Content-Length, if not that of the body */
	enum verdict verdict;
	uint64_t failed;
	uint32_t caveats;
};

#define FROM  "\"Alice\" <sip:+12155550121@a.example;user=phone>;tag=1"
#define TO    "<sip:+12155550131@b.example;user=phone>"
#define DATE  "Thu, 01 Jan 2026 12:00:00 GMT"
#define SDP   "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\n"
#define PRINT "a=fingerprint:sha-256 "
#define KEYS  PRINT "AB:CD\r\n" PRINT "01:02\r\n"

/* The base64 is of nothing: who compares does not verify. */
#define TOKEN    "eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjE3NjcyNjg4MDB9.c2lnbmF0dXJl"
#define INFO     ";info=<https://c.example/a.pem>"
#define PASSPORT "Identity: " TOKEN INFO ";alg=ES256;ppt=shaken\r\n"
#define LEGACY                                                                 \
	"Identity: \"c2lnbmF0dXJl\"\r\n"                                       \
	"Identity-Info: <https://c.example/a.cer>;alg=rsa-sha1\r\n"
#define COMPACT "Identity: ..c2lnbmF0dXJl" INFO "\r\n"

static void add_line(char *text, const char *name, const char *value)
{
	size_t n = strlen(text);

	if (value[0] != '\0')
		(void)snprintf(text + n, TEXT_BYTES - n, "%s: %s\r\n", name,
			       value);
}

static const char *or_else(const char *text, const char *other)
{
	return text != NULL ? text : other;
}

static void write_copy(char text[TEXT_BYTES], const struct copy *c)
{
	const char *body = or_else(c->body, SDP);
	size_t n;

	(void)snprintf(text, TEXT_BYTES,
		       "INVITE %s SIP/2.0\r\n"
		       "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\n",
		       or_else(c->uri, "sip:+12155550131@b.example"));
	add_line(text, "From", or_else(c->from, FROM));
	add_line(text, "To", or_else(c->to, TO));
	add_line(text, "Call-ID", "call@test");
	add_line(text, "CSeq", "1 INVITE");
	add_line(text, "Date", or_else(c->date, DATE));
	add_line(text, "Contact", or_else(c->contact, "<sip:alice@192.0.2.1>"));
	n = strlen(text);
	(void)snprintf(text + n, TEXT_BYTES - n,
		       "%s%sContent-Type: application/sdp\r\n"
		       "Content-Length: %zu\r\n\r\n%s",
		       or_else(c->identity, ""), or_else(c->more, ""),
		       c->length != 0 ? (size_t)c->length : strlen(body), body);
}

static const struct identity_party callee = { true, { "12155550131", 11 } };

/* As the judge would have read it, as far as hops look at it. */
static void describe(const struct copy *c, struct identity_header *h,
		     struct identity_detail *d)
{
	const char *identity = or_else(c->identity, "");

	*h = (struct identity_header){ .verdict = c->verdict,
				       .failed = c->failed };
	*d = (struct identity_detail){ .verdict = c->verdict,
				       .caveats = c->caveats,
				       .headers = h,
				       .header_count = identity[0] != '\0' };
	if (strstr(identity, "\"c2ln") != NULL) {
		h->scheme = IDENTITY_RFC4474;
		return;
	}
	h->compact = strstr(identity, "..") != NULL;
	if (strstr(identity, "ppt=") != NULL)
		h->ppt = SLICE("shaken");
	if (strstr(identity, "ppt=rph") != NULL)
		h->ppt = SLICE("rph");
	h->has_orig = true;
	h->orig = (struct identity_party){ true, SLICE("12155550121") };
	h->dest_count = 1;
	h->dest = &callee;
}

/* "name" or "name/kind" of each change, a blank between. */
static void summary(const struct identity_detail *d, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < d->change_count; i++)
		n += (size_t)snprintf(
			out + n, size - n, "%s%s%s%s", i > 0 ? " " : "",
			d->changes[i].name,
			d->changes[i].kind != NULL ? "/" : "",
			d->changes[i].kind != NULL ? d->changes[i].kind : "");
}

struct pair {
	struct copy before;
	struct copy after;
	struct identity_policy policy;
};

/* `see` looks at what came of it, while the texts still live. */
typedef void (*see_fn)(const struct identity_detail *d, const void *ctx);

static void compare(const struct memory *m, const struct pair *pair, see_fn see,
		    const void *ctx)
{
	char texts[2][TEXT_BYTES];
	struct sip_msg msgs[2];
	struct identity_header headers[2];
	struct identity_detail details[2];
	struct hop_copy copies[2];
	const struct copy *list[] = { &pair->before, &pair->after };

	for (size_t i = 0; i < 2; i++) {
		write_copy(texts[i], list[i]);
		assert_true(sip_msg_parse(&msgs[i], slice_of(texts[i])));
		describe(list[i], &headers[i], &details[i]);
		copies[i] = (struct hop_copy){ &msgs[i], &details[i] };
	}
	hops_changes(&copies[0], &copies[1], &pair->policy, m->arena, m->pool,
		     &details[1]);
	see(&details[1], ctx);
}

struct expected {
	const char *changes;
	const char *note; /* NULL: none */
	size_t row;
};

static void see_summary(const struct identity_detail *d, const void *ctx)
{
	const struct expected *e = ctx;
	char text[512];

	summary(d, text, sizeof(text));
	if (strcmp(text, e->changes) != 0)
		fail_msg("row %zu: \"%s\", not \"%s\"", e->row, text,
			 e->changes);
	if ((d->path_note == NULL) != (e->note == NULL) ||
	    (e->note != NULL && strcmp(d->path_note, e->note) != 0))
		fail_msg("row %zu: note %s", e->row,
			 or_else(d->path_note, "none"));
}

struct row {
	struct pair pair;
	const char *changes;
	const char *note;
};

static void all_as_expected(const struct memory *m, const struct row *rows,
			    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct expected e = { rows[i].changes, rows[i].note, i };

		compare(m, &rows[i].pair, see_summary, &e);
	}
}

#define HELD(...)                                                              \
	{                                                                      \
		.verdict = VERDICT_VALID, __VA_ARGS__                          \
	}
#define LOST(...)                                                              \
	{                                                                      \
		.verdict = VERDICT_SIGNATURE_INVALID, __VA_ARGS__              \
	}
#define WAS(what, ...)                                                         \
	{                                                                      \
		.verdict = (what), __VA_ARGS__                                 \
	}
#define ROW(earlier, later, text)                                              \
	{                                                                      \
		.pair = { .before = earlier, .after = later },                 \
		.changes = (text)                                              \
	}
#define ROW_NOTE(earlier, later, what)                                         \
	{                                                                      \
		.pair = { .before = earlier, .after = later }, .changes = "",  \
		.note = (what)                                                 \
	}
#define ROW_POLICY(earlier, later, text, ...)                                  \
	{                                                                      \
		.pair = { earlier, later, { __VA_ARGS__ } }, .changes = (text) \
	}

/* ---- RFC 4474 section 9: seven fields, byte for byte */

#define IN_LEGACY .identity = LEGACY

static void rfc4474_covers_seven_fields(void **state)
{
	static const struct row rows[] = {
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .from = "\"Bob\" "
					    "<sip:+12155550121@a.example;user="
					    "phone>;tag=9"),
		    ""),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .from = "<sip:+1215-555-0121@a.example;"
					    "user=phone>;tag=1"),
		    "From"),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY,
			 .to = "<sip:+12155550131@B.example;user=phone>"),
		    "To"),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .date = "thu,  1 Jan 2026 12:00:00 gmt"),
		    ""),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .date = "Thu, 01 Jan 2026 12:00:01 GMT"),
		    "Date"),
		ROW(HELD(IN_LEGACY), LOST(IN_LEGACY, .date = ""), "Date"),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY,
			 .contact = "<sip:alice@192.0.2.1>;q=0.5, <sip:b@c>"),
		    ""),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .contact = "<sip:alice@192.0.2.1:5062>"),
		    "Contact"),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .uri = "sip:carol@c.example",
			 .more = "Subject: x\r\n"),
		    ""),
		ROW(HELD(IN_LEGACY), LOST(IN_LEGACY, .body = "v=0\r\n"),
		    "body"),
		ROW(HELD(IN_LEGACY),
		    LOST(.identity =
				 "Identity: \"c2lnbmF0dXJm\"\r\nIdentity-Info: "
				 "<https://c.example/b.cer>;alg=rsa-sha1\r\n"),
		    "Identity-Info Identity"),
		ROW(HELD(IN_LEGACY),
		    LOST(.identity =
				 "Identity: \"c2lnbmF0\r\n "
				 "dXJl\"\r\nIdentity-Info: "
				 "<https://c.example/a.cer>;alg=rsa-sha1\r\n"),
		    ""),
		ROW(HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .from = "<sip:x@y>;tag=1",
			 .to = "<sip:y@z>", .body = ""),
		    "From To body"),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

struct body_row {
	struct pair pair;
	int64_t offset;
	const char *before;
	const char *after;
	const char *kind;
};

static void see_body(const struct identity_detail *d, const void *ctx)
{
	const struct body_row *e = ctx;
	const struct identity_change *c = &d->changes[0];

	assert_int_equal(d->change_count, 1);
	assert_string_equal(c->name, "body");
	assert_int_equal(c->offset, e->offset);
	assert_true(slice_eq(c->before, slice_of(e->before)));
	assert_true(slice_eq(c->after, slice_of(e->after)));
	assert_string_equal(or_else(c->kind, "none"), or_else(e->kind, "none"));
}

static void a_body_shows_where_it_begins_to_differ(void **state)
{
	/* "v=0\r\n" has 5 octets, "o=...\r\n" 26, and "c=IN IP4 192.0.2." 17 */
	static const struct body_row rows[] = {
		{ { HELD(IN_LEGACY),
		    LOST(IN_LEGACY,
			 .body = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"
				 "c=IN IP4 192.0.2.9\r\n"),
		    { 0 } },
		  48,
		  "c=IN IP4 192.0.2.1",
		  "c=IN IP4 192.0.2.9",
		  NULL },
		{ { HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .body = "v=0\no=- 1 1 IN IP4 192.0.2.1\n"
					    "c=IN IP4 192.0.2.1\n"),
		    { 0 } },
		  3,
		  "v=0",
		  "v=0",
		  "only line ends changed" },
		{ { HELD(IN_LEGACY),
		    LOST(IN_LEGACY, .length = 31,
			 .caveats = CAVEAT_BIT(CAVEAT_BODY_TRAILING)),
		    { 0 } },
		  31,
		  "c=IN IP4 192.0.2.1",
		  "",
		  "only Content-Length changed" },
		{ { HELD(IN_LEGACY), LOST(IN_LEGACY, .length = 31), { 0 } },
		  31,
		  "c=IN IP4 192.0.2.1",
		  "",
		  NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		compare(*state, &rows[i].pair, see_body, &rows[i]);
}

/* ---- compact form: From, To, Date, fingerprints in canonical form */

#define IN_COMPACT .identity = COMPACT, .body = SDP KEYS

static void the_compact_form_covers_what_it_is_rebuilt_from(void **state)
{
	static const struct row rows[] = {
		ROW(HELD(IN_COMPACT),
		    LOST(IN_COMPACT,
			 .from = "<sip:+1215-555-0121@z.example>;tag=1",
			 .to = "<tel:+12155550131>"),
		    ""),
		ROW(HELD(IN_COMPACT),
		    LOST(IN_COMPACT,
			 .from = "<sip:2155550121@a.example;user=phone>;tag=1"),
		    "From"),
		ROW(HELD(IN_COMPACT),
		    LOST(IN_COMPACT, .to = "<sip:12155550131@b.example>"),
		    "To"),
		ROW(HELD(IN_COMPACT),
		    LOST(IN_COMPACT, .date = "Thu, 01 Jan 2026 12:00:01 GMT",
			 .contact = "<sip:x@y>"),
		    "Date"),
		ROW(HELD(IN_COMPACT),
		    LOST(.identity = COMPACT,
			 .body = "c=IN IP4 198.51.100.1\r\n" PRINT
				 "01:02\r\n" PRINT "ab:cd\r\n"),
		    ""),
		ROW(HELD(IN_COMPACT),
		    LOST(.identity = COMPACT,
			 .body = SDP PRINT "AB:CD\r\n" PRINT "01:03\r\n"),
		    "body"),
		ROW(HELD(IN_COMPACT),
		    LOST(.body = SDP KEYS,
			 .identity = "Identity: "
				     "..c2lnbmF0dXJl;info=<https://d.example/"
				     "a.pem>\r\n"),
		    "Identity"),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

static void fingerprints_show_their_line(void **state)
{
	/* 51 octets of SDP; "a=fingerprint:sha-256 AB:CD\r\n" has 29 */
	static const struct body_row row = {
		{ HELD(IN_COMPACT),
		  LOST(.identity = COMPACT, .body = "s=x\r\n" SDP PRINT
						    "AB:CD\r\n" PRINT
						    "01:03\r\n"),
		  { 0 } },
		80,
		PRINT "01:02",
		PRINT "01:03",
		NULL,
	};

	compare(*state, &row.pair, see_body, &row);
}

/* ---- full form: what the claims are compared with */

#define IN_FULL .identity = PASSPORT

static void the_full_form_covers_what_it_is_compared_with(void **state)
{
	static const struct row rows[] = {
		/* Date, Contact and body are not compared */
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL, .date = "", .contact = "<sip:x@y>",
			 .body = "v=0\r\n"),
		    ""),
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL,
			 .from = "<sip:2155550121@a.example;user=phone>;tag=1"),
		    "From"),
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL, .from = "<tel:+1-215-555-0121>;tag=1"), ""),
		/* P-Asserted-Identity is compared where it is */
		ROW(HELD(IN_FULL,
			 .more = "P-Asserted-Identity: <tel:+12155550121>\r\n"),
		    LOST(IN_FULL,
			 .more = "P-Asserted-Identity: <tel:+12155550129>\r\n",
			 .from = "<sip:anonymous@anonymous.invalid>;tag=1"),
		    "P-Asserted-Identity"),
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL,
			 .more = "P-Asserted-Identity: <tel:+12155550129>\r\n"),
		    "P-Asserted-Identity"),
		ROW(HELD(IN_FULL,
			 .from = "<sip:anonymous@anonymous.invalid>;tag=1",
			 .more = "P-Asserted-Identity: <tel:+12155550121>\r\n"),
		    LOST(IN_FULL,
			 .from = "<sip:anonymous@anonymous.invalid>;tag=1"),
		    "P-Asserted-Identity"),
		ROW(HELD(IN_FULL,
			 .more = "P-Asserted-Identity: <tel:+12155550121>\r\n"),
		    LOST(IN_FULL,
			 .more = "P-Asserted-Identity: <sip:x@y>, "
				 "<sip:+12155550121@b;user=phone>\r\n"),
		    ""),
		/* the callee is To or the Request-URI */
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL,
			 .to = "<sip:+12155550139@b.example;user=phone>"),
		    ""),
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL, .uri = "sip:+12155550139@b.example"), ""),
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL,
			 .to = "<sip:+12155550139@b.example;user=phone>",
			 .uri = "sip:+12155550139@b.example"),
		    "To Request-URI"),
		ROW(HELD(IN_FULL, .uri = "sip:bob@192.0.2.2"),
		    LOST(IN_FULL, .uri = "sip:bob@192.0.2.3",
			 .to = "<sip:+12155550139@b.example;user=phone>"),
		    "To"),
		/* what a check found */
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL, .body = SDP KEYS,
			 .failed = VERDICT_BIT(VERDICT_MKY_MISMATCH)),
		    "body"),
		ROW(HELD(IN_FULL),
		    LOST(IN_FULL, .body = "x",
			 .failed = VERDICT_BIT(VERDICT_MSGI_MISMATCH)),
		    "body"),
		ROW(HELD(.identity = "Identity: " TOKEN INFO ";ppt=rph\r\n",
			 .more = "Resource-Priority: ets.0\r\n"),
		    LOST(.identity = "Identity: " TOKEN INFO ";ppt=rph\r\n",
			 .more = "Resource-Priority: ets.1\r\n",
			 .failed = VERDICT_BIT(VERDICT_RPH_MISMATCH)),
		    "Resource-Priority"),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

#define CALLER .more = "P-Asserted-Identity: <tel:+12155550121>\r\n"
#define NOBODY .from = "<sip:anonymous@anonymous.invalid>;tag=1"

static void the_policy_says_where_the_caller_stands(void **state)
{
	static const struct row rows[] = {
		ROW_POLICY(HELD(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+19>\r\n"),
			   LOST(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+18>\r\n",
				.from = "<tel:+17>"),
			   "From", .orig_source = ORIG_SOURCE_FROM),
		ROW_POLICY(HELD(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+19>\r\n"),
			   LOST(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+18>\r\n",
				.from = "<tel:+17>"),
			   "From P-Asserted-Identity",
			   .orig_source = ORIG_SOURCE_ANY),
		/* From alone, as long as it says who calls; else the other */
		ROW_POLICY(HELD(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+19>\r\n"),
			   LOST(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+18>\r\n",
				.from = "<tel:+17>"),
			   "From", .orig_source = ORIG_SOURCE_FROM_THEN_PAI),
		ROW_POLICY(HELD(IN_FULL),
			   LOST(IN_FULL, CALLER, .from = "<tel:+17>"), "From",
			   .orig_source = ORIG_SOURCE_FROM_THEN_PAI),
		ROW_POLICY(HELD(IN_FULL,
				.more = "P-Asserted-Identity: <tel:+19>\r\n"),
			   LOST(IN_FULL, NOBODY,
				.more = "P-Asserted-Identity: <tel:+19>\r\n"),
			   "From", .orig_source = ORIG_SOURCE_FROM_THEN_PAI),
		ROW_POLICY(HELD(IN_FULL, NOBODY, CALLER),
			   LOST(IN_FULL, NOBODY,
				.more = "P-Asserted-Identity: <tel:+18>\r\n"),
			   "P-Asserted-Identity",
			   .orig_source = ORIG_SOURCE_FROM_THEN_PAI),
		/* the country code makes them equal */
		ROW_POLICY(HELD(IN_FULL),
			   LOST(IN_FULL,
				.from = "<sip:2155550121@a.example>;tag=1"),
			   "", .default_cc = "1"),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

/* ---- the header itself */

static void a_header_is_gone_cut_or_written_again(void **state)
{
	static const struct row rows[] = {
		ROW(HELD(IN_FULL), WAS(VERDICT_NO_IDENTITY, .identity = ""),
		    "Identity/the header is gone"),
		/* whatever else was done to it: nothing is signed any more */
		ROW(HELD(IN_LEGACY),
		    WAS(VERDICT_NO_IDENTITY, .identity = "",
			.from = "<sip:x@y>;tag=1", .body = "v=0\r\n"),
		    "Identity/the header is gone"),
		/* inside of a parameter, and inside of the token */
		ROW(HELD(IN_FULL),
		    LOST(.identity = "Identity: " TOKEN
				     ";info=<https://c.exam\r\n"),
		    "Identity/the header was cut"),
		ROW(HELD(IN_FULL),
		    LOST(.identity =
				 "Identity: eyJhbGciOiJFUzI1NiJ9.eyJpYX\r\n"),
		    "Identity/the header was cut"),
		/* before a parameter: 61 + 31 octets, which is not round */
		ROW(HELD(IN_FULL),
		    LOST(.identity = "Identity: " TOKEN INFO "\r\n"),
		    "Identity/written again"),
		/* other white space does no harm, or breaks the grammar */
		ROW(HELD(IN_FULL),
		    LOST(.identity = "Identity: " TOKEN " ; info = "
				     "<https://c.example/a.pem>;ALG=ES256 "
				     ";ppt=\"shaken\"\r\n"),
		    ""),
		ROW(HELD(IN_FULL),
		    LOST(.identity = "Identity: " TOKEN " ; info = "
				     "<https://c.example/"
				     "a.pem>;alg=ES256;ppt=shaken\r\n",
			 .failed = VERDICT_BIT(VERDICT_MALFORMED_HEADER)),
		    "Identity/written again"),
		/* another signature over other claims; the same with other
		   claims */
		ROW(HELD(IN_FULL),
		    LOST(.identity = "Identity: "
				     "eyJhbGciOiJFUzI1NiJ9."
				     "eyJpYXQiOjE3NjcyNjg4MDF9.b3RoZXI" INFO
				     ";ppt=shaken\r\n"),
		    "Identity/signed again"),
		ROW(HELD(IN_FULL),
		    LOST(.identity =
				 "Identity: "
				 "eyJhbGciOiJFUzI1NiJ9."
				 "eyJpYXQiOjE3NjcyNjg4MDF9.c2lnbmF0dXJl" INFO
				 ";alg=ES256;ppt=shaken\r\n"),
		    "Identity"),
		/* of two values one */
		ROW(HELD(.identity = PASSPORT "Identity: a.b.c" INFO "\r\n"),
		    LOST(.identity = "Identity: a.b.c" INFO "\r\n"),
		    "Identity/the header is gone"),
		ROW(HELD(IN_FULL),
		    LOST(.identity = "Identity: a.b.c" INFO "\r\n" PASSPORT),
		    "Identity/a value was added"),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

/* A hundred octets of the value, though the cut fell between parameters. */
static void a_round_length_is_a_cut(void **state)
{
	static const struct row rows[] = {
		ROW(HELD(IN_FULL),
		    LOST(.identity =
				 "Identity: " TOKEN ";info=<https://c.example/"
				 "a.pem>;alg=ES256\r\n"),
		    "Identity/written again"),
		ROW(HELD(.identity =
				 "Identity: " TOKEN ";info=<https://c.example/"
				 "abc.pem>;q=abcdef;ppt=shaken\r\n"),
		    LOST(.identity =
				 "Identity: " TOKEN ";info=<https://c.example/"
				 "abc.pem>;q=abcdef\r\n"),
		    "Identity/the header was cut"),
	};

	assert_int_equal(
		strlen(TOKEN ";info=<https://c.example/abc.pem>;q=abcdef"),
		100);
	all_as_expected(*state, rows, COUNT(rows));
}

/* ---- the way as a whole */

static void what_holds_at_both_ends_has_no_change(void **state)
{
	static const struct row rows[] = {
		ROW(HELD(IN_FULL),
		    HELD(.identity = "Identity: a.b.c" INFO "\r\n",
			 .from = "<sip:x@y>"),
		    ""),
		ROW_NOTE(WAS(VERDICT_NO_IDENTITY, .identity = ""),
			 HELD(IN_FULL), "signed on the way"),
		ROW_NOTE(LOST(IN_FULL),
			 HELD(.identity = "Identity: a.b.d" INFO "\r\n"),
			 "signed again on the way"),
		ROW(LOST(IN_FULL), HELD(IN_FULL), ""),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

static void what_holds_nowhere_is_the_signers_fault(void **state)
{
	static const struct row rows[] = {
		ROW_NOTE(LOST(IN_FULL), LOST(IN_FULL),
			 "valid nowhere: the signer's fault"),
		ROW(LOST(IN_FULL), LOST(IN_FULL, .from = "<sip:x@y>;tag=1"),
		    "From"),
		ROW(WAS(VERDICT_IAT_STALE, IN_FULL),
		    WAS(VERDICT_IAT_STALE, IN_FULL), ""),
		ROW(WAS(VERDICT_IAT_STALE, IN_FULL), LOST(IN_FULL), ""),
		ROW(WAS(VERDICT_CERT_UNAVAILABLE, IN_FULL),
		    WAS(VERDICT_CERT_UNAVAILABLE, IN_FULL), ""),
		ROW_NOTE(HELD(.identity =
				      PASSPORT "Identity: a.b.c" INFO "\r\n"),
			 LOST(.identity =
				      "Identity: a.b.c" INFO "\r\n" PASSPORT),
			 "the Identity values stand in another order"),
	};

	all_as_expected(*state, rows, COUNT(rows));
}

/* ---- the answer (RFC 8224 section 6.2.2, RFC 9410) */

static struct sip_msg response_of(char text[TEXT_BYTES], const char *line,
				  const char *lines)
{
	struct sip_msg msg = { 0 };

	(void)snprintf(text, TEXT_BYTES,
		       "SIP/2.0 %s\r\n"
		       "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\n"
		       "From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>;tag=2\r\n"
		       "Call-ID: x\r\nCSeq: 1 INVITE\r\n%s"
		       "Content-Length: 0\r\n\r\n",
		       line, lines);
	assert_true(sip_msg_parse(&msg, slice_of(text)));
	return msg;
}

struct answer {
	enum verdict verdict;
	const char *line;
	const char *lines;
	enum agreement agrees;
	uint64_t failed;
	uint32_t caveats;
	const char *ppt;
};

static void all_agree(const struct memory *m, const struct answer *rows,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct identity_header h = { .verdict = rows[i].verdict,
					     .failed = rows[i].failed,
					     .ppt = slice_of(rows[i].ppt) };
		struct identity_detail d = {
			.verdict = rows[i].verdict,
			.caveats = rows[i].caveats,
			.headers = &h,
			.header_count = rows[i].verdict != VERDICT_NO_IDENTITY,
		};
		char text[TEXT_BYTES];
		struct sip_msg msg =
			response_of(text, rows[i].line, rows[i].lines);

		hops_answer(&msg, m->arena, m->pool, &d);
		if (d.agrees != rows[i].agrees)
			fail_msg("row %zu, %s: %d", i, rows[i].line,
				 (int)d.agrees);
	}
}

#define ANSWER(what, says, fits)                                               \
	{                                                                      \
		.verdict = (what), .line = (says), .lines = "",                \
		.agrees = (fits)                                               \
	}
#define ANSWER_WITH(what, says, reason, fits)                                  \
	{                                                                      \
		.verdict = (what), .line = (says), .lines = (reason),          \
		.agrees = (fits)                                               \
	}

static void the_code_of_the_answer_is_compared(void **state)
{
	static const struct answer rows[] = {
		ANSWER(VERDICT_SIGNATURE_INVALID, "438 Invalid Identity Header",
		       AGREES_YES),
		ANSWER(VERDICT_SIGNATURE_INVALID, "438 No", AGREES_YES),
		ANSWER(VERDICT_CERT_EXPIRED, "437 Unsupported Credential",
		       AGREES_YES),
		ANSWER(VERDICT_CERT_UNAVAILABLE, "436 Bad Identity Info",
		       AGREES_YES),
		ANSWER(VERDICT_IAT_STALE, "403 Stale Date", AGREES_YES),
		ANSWER(VERDICT_IAT_STALE, "403 stale date ", AGREES_YES),
		ANSWER(VERDICT_NO_IDENTITY, "428 Use Identity Header",
		       AGREES_YES),
		/* 403 with another phrase says nothing of an Identity */
		ANSWER(VERDICT_IAT_STALE, "403 Forbidden", AGREES_UNKNOWN),
		ANSWER(VERDICT_VALID, "403 Forbidden", AGREES_UNKNOWN),
		/* nor do these */
		ANSWER(VERDICT_SIGNATURE_INVALID, "200 OK", AGREES_UNKNOWN),
		ANSWER(VERDICT_SIGNATURE_INVALID, "603 Decline",
		       AGREES_UNKNOWN),
		ANSWER(VERDICT_SIGNATURE_INVALID, "607 Unwanted",
		       AGREES_UNKNOWN),
		ANSWER(VERDICT_NONE, "438 No", AGREES_UNKNOWN),
		/* servers in the field */
		ANSWER(VERDICT_CERT_EXPIRED, "438 No", AGREES_YES),
		ANSWER(VERDICT_CLAIM_MALFORMED, "403 Stale Date", AGREES_YES),
		ANSWER(VERDICT_MISSING_INFO, "438 No", AGREES_YES),
		ANSWER(VERDICT_COMPACT_NOT_ALLOWED, "428 No", AGREES_YES),
		/* another of the set may be meant, or cannot */
		ANSWER(VERDICT_ORIG_MISMATCH, "437 No", AGREES_UNKNOWN),
		ANSWER(VERDICT_ORIG_MISMATCH, "428 No", AGREES_NO),
		ANSWER(VERDICT_NO_IDENTITY, "438 No", AGREES_NO),
		{ VERDICT_CERT_UNTRUSTED, "403 Stale Date", "", AGREES_YES,
		  VERDICT_BIT(VERDICT_CERT_UNTRUSTED) |
			  VERDICT_BIT(VERDICT_IAT_STALE),
		  0, NULL },
		/* what is valid here */
		ANSWER(VERDICT_VALID, "438 Invalid Identity Header", AGREES_NO),
		ANSWER(VERDICT_VALID, "403 Stale Date", AGREES_NO),
		ANSWER(VERDICT_VALID, "428 No", AGREES_NO),
		{ VERDICT_VALID, "438 No", "", AGREES_UNKNOWN, 0,
		  CAVEAT_BIT(CAVEAT_TO_DIFFERS), NULL },
		{ VERDICT_VALID, "437 No", "", AGREES_NO, 0,
		  CAVEAT_BIT(CAVEAT_TO_DIFFERS), NULL },
		{ VERDICT_VALID, "428 No", "", AGREES_UNKNOWN, 0, 0, "div-o" },
	};

	all_agree(*state, rows, COUNT(rows));
}

static void a_reason_counts_like_the_code(void **state)
{
	static const struct answer rows[] = {
		ANSWER_WITH(VERDICT_CERT_EXPIRED, "200 OK",
			    "Reason: STIR;cause=437\r\n", AGREES_YES),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: stir ; cause=438\r\n", AGREES_NO),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: SIP;cause=438;text=\"x, y\"\r\n",
			    AGREES_NO),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: Q.850;cause=16, SIP;cause=438\r\n",
			    AGREES_NO),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: SIP;cause=403;text=\"Forbidden\"\r\n",
			    AGREES_UNKNOWN),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: SIP;cause=403;text=\"Stale Date\"\r\n",
			    AGREES_NO),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: SIP;cause=486\r\n", AGREES_UNKNOWN),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: Q.850;cause=438\r\n", AGREES_UNKNOWN),
		ANSWER_WITH(VERDICT_VALID, "200 OK",
			    "Reason: STIR;text=\"none\"\r\n", AGREES_UNKNOWN),
		ANSWER_WITH(VERDICT_VALID, "200 OK", "Reason: STIR;cause=\r\n",
			    AGREES_UNKNOWN),
		/* the code of the response itself goes first */
		ANSWER_WITH(VERDICT_ORIG_MISMATCH, "438 No",
			    "Reason: STIR;cause=428\r\n", AGREES_YES),
	};

	all_agree(*state, rows, COUNT(rows));
}

static void a_reason_names_the_value_that_it_means(void **state)
{
	const struct memory *m = *state;
	static const struct identity_header headers[] = {
		{ .scheme = IDENTITY_RFC4474, .value = { "\"Zm9v\"", 6 } },
		{ .value = { "H1.P1.S1;info=<https://x/a;b.c>", 31 } },
		{ .value = { "..S2 ;info=<https://x/y.z>", 26 } },
		{ .value = { "H1.P1.S 3;info=<https://x>", 26 } },
		{ .value = { "H1.P1.;info=<https://x>", 23 } },
	};
	static const struct {
		const char *lines;
		int header;
		uint16_t cause;
		const char *text;
	} rows[] = {
		{ "Reason: STIR;cause=436;text=\"Bad; Info\"\r\n", -1, 436,
		  "Bad; Info" },
		{ "Reason: STIR;cause=438;ppi=\"..S1\"\r\n", 1, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"H9.P9.S1\"\r\n", 1, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"H1.P1.S2\"\r\n", 2, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=..S3\r\n", 3, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"..s1\"\r\n", -2, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"..S12\"\r\n", -2, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"..S\"\r\n", -2, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"..\"\r\n", -2, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"\"\r\n", -2, 438, NULL },
		{ "Reason: STIR;cause=438;ppi=\"S1\"\r\n", -2, 438, NULL },
		{ "Reason: STIR;text=\"so\"\r\nReason: STIR;cause=437\r\n", -1,
		  437, NULL },
		{ "Reason: STIR;cause=437\r\nReason: STIR;cause=438\r\n", -1,
		  437, NULL },
		{ "Reason: STIR;cause=403;text=\"Stale Date, \\\"old\\\" "
		  "\\\\\"\r\n",
		  -1, 403, "Stale Date, \"old\" \\" },
		{ "Reason: STIR;cause=99999999\r\n", -1, 0, NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct identity_detail d = { .verdict = VERDICT_VALID,
					     .headers = headers,
					     .header_count = COUNT(headers) };
		char text[TEXT_BYTES];
		struct sip_msg msg = response_of(text, "200 OK", rows[i].lines);

		hops_answer(&msg, m->arena, m->pool, &d);
		if (!d.reason.is_set || d.reason.header != rows[i].header ||
		    d.reason.cause != rows[i].cause ||
		    !slice_eq(d.reason.text, slice_of(rows[i].text)))
			fail_msg("row %zu: %d %d", i, d.reason.header,
				 (int)d.reason.cause);
	}
}

static void without_an_answer_nothing_is_said(void **state)
{
	const struct memory *m = *state;
	struct identity_detail d = { .verdict = VERDICT_VALID,
				     .agrees = AGREES_YES,
				     .reason = { .is_set = true } };

	hops_answer(NULL, m->arena, m->pool, &d);
	assert_int_equal(d.agrees, AGREES_UNKNOWN);
	assert_false(d.reason.is_set);
	assert_int_equal(d.reason.header, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(rfc4474_covers_seven_fields),
		IN_MEMORY(a_body_shows_where_it_begins_to_differ),
		IN_MEMORY(the_compact_form_covers_what_it_is_rebuilt_from),
		IN_MEMORY(fingerprints_show_their_line),
		IN_MEMORY(the_full_form_covers_what_it_is_compared_with),
		IN_MEMORY(the_policy_says_where_the_caller_stands),
		IN_MEMORY(a_header_is_gone_cut_or_written_again),
		IN_MEMORY(a_round_length_is_a_cut),
		IN_MEMORY(what_holds_at_both_ends_has_no_change),
		IN_MEMORY(what_holds_nowhere_is_the_signers_fault),
		IN_MEMORY(the_code_of_the_answer_is_compared),
		IN_MEMORY(a_reason_counts_like_the_code),
		IN_MEMORY(a_reason_names_the_value_that_it_means),
		IN_MEMORY(without_an_answer_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
