/*
 * Signed messages that mean harm, through the whole program: too deep, too
 * long, with too many values, or with bytes in them that a terminal obeys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "forge.h"
#include "outcome.h"

static void add_many(struct buf *out, const char *text, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		buf_add_text(out, text);
}

/* A message whose Identity is what stands in `value`, behind other fields. */
static void tell_value(struct forge *f, const char *call, const char *lines)
{
	struct buf all;

	buf_init(&all, FORGE_BYTES_MAX);
	buf_add_text(&all, lines);
	buf_add_text(&all, "Identity: ");
	buf_add(&all, buf_slice(&f->value));
	buf_add_text(&all, "\r\n");
	forge_tell(f, &(struct forge_message){ .call = call,
					       .lines = buf_slice(&all) });
	buf_free(&all);
}

static void send_value(struct forge *f, const char *call, enum forge_way way)
{
	tell_value(f, call, "");
	forge_send(f, way);
}

static void a_plain_call_holds(void **state)
{
	struct forge *f = *state;
	json_t *report;
	unsigned complaints;

	forge_call(f, "plain", &(struct forge_token){ .jose = NULL });
	report = forge_report(f, NULL, &complaints);
	forge_expect(report, "plain", "VALID/-/valid");
	assert_int_equal(complaints, 0);
	json_decref(report);
}

/* ---- nesting */

/* {"a":[[[...]]]} in front of what else stands there. */
static void nest(struct buf *out, const char *before, const char *open,
		 const char *inner, const char *close, unsigned depth,
		 const char *after)
{
	buf_clear(out);
	buf_add_text(out, before);
	add_many(out, open, depth);
	buf_add_text(out, inner);
	add_many(out, close, depth);
	buf_add_text(out, after);
	buf_add_char(out, '\0');
	assert_false(out->failed);
}

#define CLAIMS_REST                                                            \
	",\"attest\":\"A\",\"dest\":{\"tn\":[\"12155550199\"]},"               \
	"\"iat\":" FORGE_TIME ",\"orig\":{\"tn\":\"12155550101\"},"            \
	"\"origid\":\"123e4567-e89b-12d3-a456-426655440000\"}"
#define JOSE_REST                                                              \
	",\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":\"passport\","          \
	"\"x5u\":\"" FORGE_URL "\"}"

static void nesting_without_end_is_no_json(void **state)
{
	static const struct {
		const char *call;
		const char *open;
		const char *inner;
		const char *close;
		unsigned depth;
		bool in_jose;
		const char *want;
	} cases[] = {
		/* The object around it is one level of 64. */
		{ "arrays-63", "[", "", "]", 63, false, "VALID/-/valid" },
		{ "arrays-64", "[", "", "]", 64, false,
		  "MALFORMED_TOKEN/438/valid" },
		{ "objects-63", "{\"a\":", "1", "}", 63, false,
		  "VALID/-/valid" },
		{ "arrays", "[", "", "]", 10000, false,
		  "MALFORMED_TOKEN/438/valid" },
		{ "objects", "{\"a\":", "1", "}", 5000, false,
		  "MALFORMED_TOKEN/438/valid" },
		{ "open", "[", "", "", 10000, false,
		  "MALFORMED_TOKEN/438/valid" },
		{ "jose", "[", "", "]", 10000, true,
		  "MALFORMED_TOKEN/438/unchecked" },
		{ "jose-open", "{\"a\":", "", "", 5000, true,
		  "MALFORMED_TOKEN/438/unchecked" },
	};
	size_t count = sizeof(cases) / sizeof(cases[0]);
	struct forge *f = *state;
	struct buf text;
	json_t *report;

	buf_init(&text, FORGE_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct forge_token t = { .jose = NULL };

		nest(&text, "{\"a\":", cases[i].open, cases[i].inner,
		     cases[i].close, cases[i].depth,
		     cases[i].in_jose ? JOSE_REST : CLAIMS_REST);
		*(cases[i].in_jose ? &t.jose : &t.claims) = text.ptr;
		forge_sign(f, &t);
		send_value(f, cases[i].call, FORGE_STREAM);
	}
	report = forge_report(f, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		forge_expect(report, cases[i].call, cases[i].want);
	json_decref(report);
	buf_free(&text);
}

/* ---- length */

/* Claims that are `len` longer than they must be. */
static void long_claims(struct buf *out, size_t len)
{
	nest(out, "{\"a\":\"", "x", "", "", (unsigned)len, "\"" CLAIMS_REST);
}

static void a_token_over_the_ceiling_is_told_and_passed_over(void **state)
{
	struct forge *f = *state;
	struct buf claims;
	json_t *report;

	buf_init(&claims, FORGE_BYTES_MAX);
	long_claims(&claims, 1000000);
	forge_sign(f, &(struct forge_token){ .claims = claims.ptr });
	tell_value(f, "long", "");
	/* Behind it on the same connection stands one that is read. */
	forge_sign(f, &(struct forge_token){ .jose = NULL });
	tell_value(f, "behind", "");
	forge_send(f, FORGE_STREAM);
	nest(&f->value, "", ".", "", "", 1000000, "");
	send_value(f, "dots", FORGE_STREAM);
	nest(&f->value, "a", "\r\n ", "", "", 300000, ".b.c");
	send_value(f, "folds", FORGE_STREAM);
	report = forge_report(f, NULL, NULL);
	forge_expect(report, "long", "TOO_LARGE/438/unchecked");
	forge_expect(report, "behind", "VALID/-/valid");
	forge_expect(report, "dots", "TOO_LARGE/438/unchecked");
	forge_expect(report, "folds", "TOO_LARGE/438/unchecked");
	json_decref(report);
	buf_free(&claims);
}

static void what_came_in_forty_fragments_is_whole(void **state)
{
	struct forge *f = *state;
	struct buf claims;
	json_t *report;
	size_t at;

	buf_init(&claims, FORGE_BYTES_MAX);
	long_claims(&claims, 44000); /* a third more in base64 */
	forge_sign(f, &(struct forge_token){ .claims = claims.ptr });
	assert_in_range(f->value.len, 58000, 65000);
	send_value(f, "whole", FORGE_FRAGMENTS);
	/* "xxx" becomes "txx". */
	at = slice_search(buf_slice(&f->value), SLICE("eHh4eHh4"), false);
	assert_true(at < f->value.len);
	f->value.ptr[at + 40000] = 'd';
	send_value(f, "changed", FORGE_FRAGMENTS);
	report = forge_report(f, NULL, NULL);
	forge_expect(report, "whole", "VALID/-/valid");
	forge_expect(report, "changed", "SIGNATURE_INVALID/438/invalid");
	json_decref(report);
	buf_free(&claims);
}

/* ---- number */

static size_t headers_of(json_t *report, const char *call)
{
	json_t *found = outcome_find_call(report, slice_of(call));
	json_t *element = json_array_get(json_object_get(found, "identity"), 0);

	return json_array_size(json_object_get(element, "headers"));
}

#define GARBAGE "Identity: a.b.c;info=<https://x.example/a>\r\n"

static void of_many_values_the_first_are_judged(void **state)
{
	struct forge *f = *state;
	struct buf lines;
	json_t *report;

	buf_init(&lines, FORGE_BYTES_MAX);
	forge_sign(f, &(struct forge_token){ .jose = NULL });
	add_many(&lines, GARBAGE, 15);
	buf_add_char(&lines, '\0');
	tell_value(f, "sixteenth", lines.ptr);
	forge_send(f, FORGE_DATAGRAM);
	buf_clear(&lines);
	add_many(&lines, GARBAGE, 199);
	buf_add_char(&lines, '\0');
	tell_value(f, "last-of-200", lines.ptr);
	forge_send(f, FORGE_STREAM);
	buf_clear(&lines);
	buf_add_text(&lines, "Identity: ");
	add_many(&lines, "a.b.c;info=<https://x.example/a>,", 500);
	buf_add_text(&lines, "x\r\n");
	buf_add_char(&lines, '\0');
	tell_value(f, "with-commas", lines.ptr);
	forge_send(f, FORGE_FRAGMENTS);
	buf_clear(&lines);
	add_many(&lines, "Identity: \"aGVsbG8=\"\r\n", 200);
	buf_add_text(&lines, "Identity-Info: <https://x.example/a>\r\n");
	buf_add_char(&lines, '\0');
	tell_value(f, "legacy", lines.ptr);
	forge_send(f, FORGE_DATAGRAM);
	report = forge_report(f, NULL, NULL);
	forge_expect(report, "sixteenth", "VALID/-/valid");
	assert_int_equal(headers_of(report, "sixteenth"), 16);
	forge_expect(report, "last-of-200", "MALFORMED_TOKEN/438/unchecked");
	assert_int_equal(headers_of(report, "last-of-200"), 16);
	forge_expect(report, "with-commas", "MALFORMED_TOKEN/438/unchecked");
	assert_int_equal(headers_of(report, "with-commas"), 16);
	forge_expect(report, "legacy", "MALFORMED_HEADER/438/unchecked");
	assert_int_equal(headers_of(report, "legacy"), 16);
	json_decref(report);
	buf_free(&lines);
}

/* ---- bytes that are no text */

static void nul_and_what_is_no_utf8_are_refused(void **state)
{
	static const struct {
		const char *call;
		const char *claims;
		const char *want;
	} cases[] = {
		{ "overlong", FORGE_CLAIMS("\"a\":\"\xc0\xaf\",", ""),
		  "MALFORMED_TOKEN/438/valid" },
		{ "surrogate", FORGE_CLAIMS("\"a\":\"\\ud800\",", ""),
		  "MALFORMED_TOKEN/438/valid" },
		{ "cut", FORGE_CLAIMS("\"a\":\"\xe2\x82\",", ""),
		  "MALFORMED_TOKEN/438/valid" },
		{ "too-high", FORGE_CLAIMS("\"a\":\"\xf5\x80\x80\x80\",", ""),
		  "MALFORMED_TOKEN/438/valid" },
		{ "raw-escape", FORGE_CLAIMS("\"a\":\"\x1b[31m\",", ""),
		  "MALFORMED_TOKEN/438/valid" },
		{ "mark", "\xef\xbb\xbf" FORGE_CLAIMS("", ""),
		  "MALFORMED_TOKEN/438/valid" },
		/* A string of C would end before it. */
		{ "nul-in-number",
		  "{\"attest\":\"A\",\"dest\":{\"tn\":[\"12155550199\"]},"
		  "\"iat\":" FORGE_TIME
		  ",\"orig\":{\"tn\":\"12155550101\\u0000\"},"
		  "\"origid\":\"x\"}",
		  "CLAIM_MALFORMED/438/valid" },
		{ "nul-in-name", FORGE_CLAIMS("\"attest\\u0000\":\"B\",", ""),
		  "VALID/-/valid" },
		{ "nul-in-attest",
		  "{\"attest\":\"A\\u0000\",\"dest\":{\"tn\":["
		  "\"12155550199\"]},\"iat\":" FORGE_TIME
		  ",\"orig\":{\"tn\":\"12155550101\"},"
		  "\"origid\":\"x\"}",
		  "CLAIM_MALFORMED/438/valid" },
	};
	size_t count = sizeof(cases) / sizeof(cases[0]);
	struct forge *f = *state;
	json_t *report;

	for (size_t i = 0; i < count; i++)
		forge_call(f, cases[i].call,
			   &(struct forge_token){ .claims = cases[i].claims });
	forge_sign(f, &(struct forge_token){ .jose = NULL });
	f->value.ptr[20] = '\0';
	send_value(f, "nul-in-token", FORGE_DATAGRAM);
	forge_sign(f, &(struct forge_token){ .more = ";x=\"\xff\xfe\"" });
	send_value(f, "no-utf8-in-parameter", FORGE_DATAGRAM);
	buf_add_char(&f->value, '\0');
	send_value(f, "nul-at-end", FORGE_DATAGRAM);
	buf_clear(&f->value);
	buf_add(&f->value, SLICE("\xff\xfe.\x80.\0;info=<\0>"));
	send_value(f, "nothing-else", FORGE_DATAGRAM);
	report = forge_report(f, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		forge_expect(report, cases[i].call, cases[i].want);
	forge_expect(report, "nul-in-token", "MALFORMED_HEADER/438/unchecked");
	forge_expect(report, "no-utf8-in-parameter", "VALID/-/valid");
	forge_expect(report, "nul-at-end", "MALFORMED_HEADER/438/unchecked");
	forge_expect(report, "nothing-else", "MALFORMED_HEADER/438/unchecked");
	json_decref(report);
}

/* ---- bytes that a terminal obeys */

/* As JSON, and as it is: colours, a title, the eight-bit form, a text that
 * runs backwards, and a line of its own. */
#define ODD "\\u001b[31m\\u001b]0;x\\u0007\\u009b5m\\u202e\\u007f\\r\\nINJECTED"
#define RAW                                                                    \
	"\x1b[31m\x1b]0;x\x07\xc2\x9b"                                         \
	"5m\xe2\x80\xae\x7f"

#define ODD_TN(orig, dest)                                                     \
	"\"dest\":{\"tn\":[\"" dest "\"]},\"iat\":" FORGE_TIME                 \
	",\"orig\":{\"tn\":\"" orig "\"}"
#define ODD_URI                                                                \
	"\"dest\":{\"uri\":[\"sip:" ODD "@b\"]},\"iat\":" FORGE_TIME           \
	",\"orig\":{\"uri\":\"sip:" ODD "@a\"}"
#define GOOD_TN ODD_TN("12155550101", "12155550199")

static void send_odd_claims(struct forge *f)
{
	static const struct forge_token tokens[] = {
		{ .claims = "{\"attest\":\"" ODD "\"," GOOD_TN
			    ",\"origid\":\"x\"}" },
		{ .claims = "{\"attest\":\"A\"," GOOD_TN ",\"origid\":\"" ODD
			    "\"}" },
		{ .claims = "{\"attest\":\"A\"," ODD_TN(
			  ODD, "12155550199") ",\"origid\":\"x\"}" },
		{ .claims = "{\"attest\":\"A\"," ODD_TN(
			  "12155550101", ODD) ",\"origid\":\"x\"}" },
		{ .claims = "{" ODD_URI "}", .ppt = "" },
		{ .claims = "{" GOOD_TN ",\"iat\":\"" ODD "\"}", .ppt = "" },
		{ .claims = "{\"div\":{\"tn\":\"" ODD "\"}," GOOD_TN "}",
		  .ppt = "div" },
		{ .claims = "{\"div\":{\"uri\":\"sip:" ODD "\"}," GOOD_TN "}",
		  .ppt = "div" },
		{ .claims = "{" GOOD_TN ",\"rcd\":{\"nam\":\"" ODD "\"}}",
		  .ppt = "rcd" },
		{ .claims = "{" GOOD_TN ",\"rph\":{\"auth\":[\"" ODD "\"]}}",
		  .ppt = "rph" },
		{ .claims = "{" GOOD_TN ",\"mky\":[{\"alg\":\"" ODD
			    "\",\"dig\":\"" ODD "\"}]}",
		  .ppt = "" },
		{ .claims = "{\"" ODD "\":\"" ODD "\"," GOOD_TN "}",
		  .ppt = "" },
		{ .jose = "{\"alg\":\"" ODD "\",\"typ\":\"" ODD
			  "\",\"ppt\":\"" ODD "\",\"x5u\":\"" ODD "\"}" },
		{ .ppt = RAW },
		{ .url = "https://x.example/" RAW },
		{ .more = ";alg=" RAW },
	};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		char call[16];

		(void)snprintf(call, sizeof(call), "claims-%zu", i);
		forge_call(f, call, &tokens[i]);
	}
}

/* Everything in it that is a word is odd, and it is trusted. */
static void make_odd_certificate(struct forge *f, struct pki *root,
				 struct pki *odd)
{
	static const struct pki_tn code = { PKI_SPC,
					    "12"
					    "\x1b[31m\x07\nINJECTED",
					    0 };
	struct buf pem;

	assert_true(pki_make(root, &(struct pki_options){ .cn = "R" RAW,
							  .o = "O" RAW,
							  .is_ca = true }));
	assert_true(pki_make(
		odd, &(struct pki_options){
			     .cn = "C" RAW "\nINJECTED",
			     .o = "O" RAW,
			     .issuer = root,
			     .san = "DNS:d\x1b[31m\x07,URI:sip:u\x1b[31m\x7f",
			     .crl_url = "http://c\x1b[31m",
			     .tn_list_url = "http://t\x1b[31m",
			     .tn = &code,
			     .tn_count = 1 }));
	buf_init(&pem, FORGE_BYTES_MAX);
	pki_add_pem(&pem, odd->cert);
	pki_add_key_pem(&pem, odd->key); /* that is worth a line */
	forge_file(f, "odd\x1b[31m\x07.pem", buf_slice(&pem));
	forge_line(f, FORGE_HOST "odd.pem", "odd\x1b[31m\x07.pem");
	forge_line(f, FORGE_HOST "none", "../" RAW);
	buf_free(&pem);
}

static void answer_oddly(struct forge *f, const char *call, unsigned from,
			 unsigned to)
{
	forge_tell(f,
		   &(struct forge_message){
			   .call = call,
			   .start = "SIP/2.0 438 Invalid" RAW,
			   .lines = SLICE("Reason: STIR;cause=438;text=\"" RAW
					  "\";ppi=\"" RAW "\"\r\n"
					  "Server: " RAW "\r\n") });
	forge_pass(f, from, to);
}

/* One that holds, then a copy in which a hop changed what it could. */
static void send_odd_hops(struct forge *f, const struct pki *odd)
{
	const struct forge_token t = { .by = odd, .url = FORGE_HOST "odd.pem" };

	forge_sign(f, &t);
	tell_value(f, "hops", "");
	forge_pass(f, 90000, 90001);
	forge_sign(f, &t);
	buf_add_text(&f->value, RAW);
	forge_tell(f, &(struct forge_message){
			      .call = "hops",
			      .start = "INVITE sip:" RAW "@b SIP/2.0",
			      .from = "\"" RAW "\" <sip:" RAW "@" RAW ">;tag=1",
			      .to = "<sip:" RAW "@b>",
			      .lines = SLICE("Contact: <sip:" RAW ">\r\n"
					     "User-Agent: " RAW "\r\n") });
	f->bytes.len -= sizeof("Content-Length: 0\r\n\r\n") - 1;
	buf_add_text(&f->bytes, "Identity: ");
	buf_add(&f->bytes, buf_slice(&f->value));
	buf_add_text(&f->bytes, "\r\n\r\n");
	forge_pass(f, 90001, 90002);
	answer_oddly(f, "hops", 90002, 90001);
}

/* Where a byte stands that a terminal would obey; NULL if nowhere. */
static const char *find_obeyed(struct slice text, bool lines_of_two)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.ptr[i];

		if (c == '\n' || (lines_of_two && c == '\r'))
			continue;
		if (c < ' ' || c == 0x7f)
			return text.ptr + i;
	}
	return NULL;
}

static bool holds(struct slice text, struct slice part)
{
	return slice_search(text, part, false) < text.len;
}

static void check_output(const char *format, struct slice text)
{
	bool is_json = strncmp(format, "json", 4) == 0;
	const char *at = find_obeyed(text, strcmp(format, "csv") == 0);

	if (at != NULL)
		fail_msg("%s: byte 0x%02x behind \"%.*s\"", format,
			 (unsigned)(uint8_t)*at,
			 (int)(at - text.ptr < 60 ? at - text.ptr : 60),
			 at - (at - text.ptr < 60 ? at - text.ptr : 60));
	assert_false(holds(text, SLICE("\nINJECTED")));
	assert_false(holds(text, SLICE("\xc2\x9b")));
	/* JSON is for programs, which take it for a letter. */
	assert_false(!is_json && holds(text, SLICE("\xe2\x80\xae")));
}

static void nothing_that_a_terminal_obeys_comes_out(void **state)
{
	static const char *const formats[] = { "text", "json", "jsonl", "csv" };
	struct forge *f = *state;
	struct pki root;
	struct pki odd;
	char path[CHILD_PATH_BYTES];

	make_odd_certificate(f, &root, &odd);
	send_odd_claims(f);
	send_odd_hops(f, &odd);
	assert_true(pki_write_certs(f->folder, "odd.pem",
				    (X509 *const[]){ root.cert, NULL }));
	(void)child_file(path, f->folder, "odd.pem");
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const char *const options[] = { "--format", formats[i],
						"--trust", path, NULL };
		struct child c;

		forge_run(f, &c, options);
		assert_int_equal(c.status, 0);
		assert_true(c.out.len > 1000);
		check_output(formats[i], buf_slice(&c.out));
		/* The line of the index, and the private key. */
		assert_int_equal(child_lines(&c.err), 2);
		check_output("complaints", buf_slice(&c.err));
		child_free(&c);
	}
	pki_free(&odd);
	pki_free(&root);
}

/* ---- */

#define FORGED(test)                                                           \
	cmocka_unit_test_setup_teardown(test, forge_open, forge_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORGED(a_plain_call_holds),
		FORGED(nesting_without_end_is_no_json),
		FORGED(a_token_over_the_ceiling_is_told_and_passed_over),
		FORGED(what_came_in_forty_fragments_is_whole),
		FORGED(of_many_values_the_first_are_judged),
		FORGED(nul_and_what_is_no_utf8_are_refused),
		FORGED(nothing_that_a_terminal_obeys_comes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
