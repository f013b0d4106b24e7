/* Bytes to messages (RFC 3261 sections 7, 8.1.1, 18.3, 20 and 25). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sipmon/sip/message.h"

#define TEXT_MAX 4096

static const char invite[] =
	"INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
	"Via: SIP/2.0/UDP pc33.example.com:5066;branch=z9hG4bKnashds8\r\n"
	"v: SIP/2.0/TCP p1.example.com;branch=z9hG4bK1, SIP/2.0/TCP p2\r\n"
	"Max-Forwards: 70\r\n"
	"To: Bob <sip:bob@biloxi.example.com>\r\n"
	"From: \"Alice\" <sip:alice@atlanta.example.com>;tag=1928301774\r\n"
	"Call-ID: a84b4c76e66710@pc33\r\n"
	"CSeq: 314159 INVITE\r\n"
	"Contact: <sip:alice@pc33.example.com>\r\n"
	"X-Own: anything at all\r\n"
	"Content-Type: application/sdp\r\n"
	"Content-Length: 4\r\n"
	"\r\n"
	"v=0\nmore than is said";

static bool is(struct slice s, const char *text)
{
	return slice_is_set(s) && slice_eq(s, slice_of(text));
}

static void a_request_comes_apart(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, slice_of(invite)));
	assert_int_equal(m.defects.count, 0);
	assert_int_equal(m.method, SIP_METHOD_INVITE);
	assert_true(is(m.request_uri, "sip:bob@biloxi.example.com"));
	assert_true(is(m.call_id, "a84b4c76e66710@pc33"));
	assert_true(is(m.from_uri, "sip:alice@atlanta.example.com"));
	assert_true(is(m.from_user, "alice"));
	assert_true(is(m.from_host, "atlanta.example.com"));
	assert_true(is(m.from_tag, "1928301774"));
	assert_true(is(m.to, "Bob <sip:bob@biloxi.example.com>"));
	assert_true(is(m.to_user, "bob"));
	assert_false(slice_is_set(m.to_tag));
	assert_true(is(m.branch, "z9hG4bKnashds8"));
	assert_true(is(m.via_sent_by, "pc33.example.com:5066"));
	assert_int_equal(m.via_count, 3);
	assert_true(m.has_cseq);
	assert_int_equal(m.cseq, 314159);
	assert_true(is(m.content_type, "application/sdp"));
	assert_true(sip_msg_has(&m, SIP_HEADER_CONTACT));
	assert_false(sip_msg_has(&m, SIP_HEADER_EXPIRES));
}

static void a_body_ends_where_its_length_says(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, slice_of(invite)));
	assert_true(is(m.body, "v=0\n"));
	assert_int_equal(m.raw.len, sizeof(invite) - 1 - 17);
	assert_ptr_equal(m.raw.ptr, invite);
}

static void a_response_has_the_method_of_its_cseq(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, SLICE("SIP/2.0 180 Ringing\r\n"
					    "CSeq: 1 PRACK\r\n\r\n")));
	assert_int_equal(m.method, SIP_METHOD_PRACK);
	assert_true(is(m.method_name, "PRACK"));
}

static void fields_are_found_by_number(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, slice_of(invite)));
	assert_true(is(sip_msg_field(&m, SIP_HEADER_VIA, 1),
		       "SIP/2.0/TCP p1.example.com;branch=z9hG4bK1, "
		       "SIP/2.0/TCP p2"));
	assert_false(slice_is_set(sip_msg_field(&m, SIP_HEADER_VIA, 2)));
	assert_false(slice_is_set(sip_msg_field(&m, SIP_HEADER_EXPIRES, 0)));
}

/* A good OPTIONS, of which single lines are taken out or put in. */
static const char *const lines[] = {
	"OPTIONS sip:b@example.com SIP/2.0",
	"Via: SIP/2.0/UDP host;branch=z9hG4bK1",
	"From: <sip:a@example.com>;tag=1",
	"To: <sip:b@example.com>",
	"Call-ID: 1@host",
	"CSeq: 1 OPTIONS",
	"Max-Forwards: 70",
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

/* Without the lines that begin like `without`, with the line `with`. */
static struct slice built(char out[TEXT_MAX], const char *without,
			  const char *with)
{
	size_t len = 0;

	for (size_t i = 0; i <= LINES; i++) {
		const char *line = i < LINES ? lines[i] : with;
		size_t n = line == NULL ? 0 : strlen(line);

		if (line == NULL ||
		    (i < LINES && without != NULL &&
		     strncmp(line, without, strlen(without)) == 0))
			continue;
		assert_true(len + n + 4 < TEXT_MAX);
		memcpy(out + len, line, n);
		memcpy(out + len + n, "\r\n", 2);
		len += n + 2;
	}
	memcpy(out + len, "\r\n", 2);
	return (struct slice){ out, len + 2 };
}

static bool has(const struct sip_msg *m, enum sip_defect_kind kind)
{
	for (uint32_t i = 0; i < m->defects.count && i < SIP_DEFECT_ROOM; i++)
		if (m->defects.list[i].kind == kind)
			return true;
	return false;
}

static void a_missing_field_is_a_defect(void **state)
{
	static const struct {
		const char *without;
		enum sip_defect_kind kind;
	} rows[] = {
		{ "Via", SIP_DEFECT_MISSING_VIA },
		{ "From", SIP_DEFECT_MISSING_FROM },
		{ "To", SIP_DEFECT_MISSING_TO },
		{ "Call-ID", SIP_DEFECT_MISSING_CALL_ID },
		{ "CSeq", SIP_DEFECT_MISSING_CSEQ },
		{ "Max-Forwards", SIP_DEFECT_MISSING_MAX_FORWARDS },
	};
	char text[TEXT_MAX];
	struct sip_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(
			sip_msg_parse(&m, built(text, rows[i].without, NULL)));
		assert_int_equal(m.defects.count, 1);
		assert_int_equal(m.defects.list[0].kind, rows[i].kind);
	}
}

/* clang-format off */
static const struct {
	const char *without, *with;
	enum sip_defect_kind kind; /* NONE: it does not */
} fields[] = {
	{ "From", "From: <sip:a@b>", SIP_DEFECT_MISSING_FROM_TAG },
	{ "CSeq", "CSeq: 1 INVITE", SIP_DEFECT_CSEQ_METHOD },
	{ "CSeq", "CSeq: 2147483648 OPTIONS", SIP_DEFECT_CSEQ_RANGE },
	{ "CSeq", "CSeq: OPTIONS", SIP_DEFECT_CSEQ },
	{ "Max", "Max-Forwards: 0255", SIP_DEFECT_NONE },
	{ "Max", "Max-Forwards: 256", SIP_DEFECT_MAX_FORWARDS },
	{ "Call", "Call-ID: a@b@c", SIP_DEFECT_CALL_ID },
	{ "Call", "i: ()<>:\\\"/[]?{}@x", SIP_DEFECT_NONE },
	{ "Via", "Via: SIP/2.0/UDP h;branch=z9hG4bK1,",
	  SIP_DEFECT_VIA },
	{ "", "Contact: *", SIP_DEFECT_NONE },
	{ "", "Contact: *;q=1", SIP_DEFECT_CONTACT },
	{ "", "m: <sip:a@b>;q=0.123, sip:c@d;q=1.000",
	  SIP_DEFECT_NONE },
	{ "", "Contact: sip:a@b, sip:c@d", SIP_DEFECT_NONE },
	{ "", "Contact: <sip:a@b>;q=1.001", SIP_DEFECT_CONTACT_Q },
	{ "", "Contact: <sip:a@b>;expires=4294967296",
	  SIP_DEFECT_CONTACT_EXPIRES },
	{ "", "Route: sip:a@b", SIP_DEFECT_ROUTE },
	{ "", "Route: <sip:a@b;lr>,<sip:c@d>;x=y", SIP_DEFECT_NONE },
	{ "", "Record-Route: <sip:a@b>,", SIP_DEFECT_ROUTE },
	{ "", "Expires: -1", SIP_DEFECT_EXPIRES },
	{ "", "Min-Expires: 4294967295", SIP_DEFECT_NONE },
	{ "", "Date: today", SIP_DEFECT_DATE },
	{ "", "Timestamp: 54.2 0.1", SIP_DEFECT_NONE },
	{ "", "Timestamp: x", SIP_DEFECT_TIMESTAMP },
	{ "", "Reason: SIP;cause=200, Q.850;cause=16",
	  SIP_DEFECT_NONE },
	{ "", "Reason: SIP;cause=200,", SIP_DEFECT_REASON },
	{ "", "Warning: 1812 a \"b\"", SIP_DEFECT_WARNING },
	{ "", "Warning: 301 a \"b, c\", 302 a \"d\"", SIP_DEFECT_NONE },
	{ "", "Retry-After: 4294967296", SIP_DEFECT_RETRY_AFTER },
	{ "", "Supported:", SIP_DEFECT_NONE },
	{ "", "k: 100rel, timer", SIP_DEFECT_NONE },
	{ "", "Require:", SIP_DEFECT_TOKEN_LIST },
	{ "", "Allow: INVITE ACK", SIP_DEFECT_TOKEN_LIST },
	{ "", "Accept: text/*;q=0.5, */*", SIP_DEFECT_NONE },
	{ "", "Accept: text", SIP_DEFECT_ACCEPT },
	{ "", "WWW-Authenticate: Digest", SIP_DEFECT_AUTH },
	{ "", "Authentication-Info: nc=1", SIP_DEFECT_NONE },
	{ "", "P-Asserted-Identity: <tel:+1>, sip:a@b",
	  SIP_DEFECT_NONE },
	{ "", "Refer-To: sip:a@b?x=y", SIP_DEFECT_ADDRESS },
	{ "", "History-Info: <sip:a@b>;index=1.1", SIP_DEFECT_NONE },
	{ "", "Content-Type: text", SIP_DEFECT_CONTENT_TYPE },
	{ "", "c: text/plain;charset=\"x y\"", SIP_DEFECT_NONE },
	{ "", "MIME-Version: 1", SIP_DEFECT_CONTENT_FIELD },
	{ "", "Content-Disposition: session;",
	  SIP_DEFECT_CONTENT_FIELD },
	{ "", "Event: dialog;id=7", SIP_DEFECT_NONE },
	{ "", "Event: ;id=7", SIP_DEFECT_TOKEN_PARAMS },
	{ "", "Privacy: id;critical", SIP_DEFECT_NONE },
	{ "", "x: 1800;refresher=uac", SIP_DEFECT_NONE },
	{ "", "Min-SE: soon", SIP_DEFECT_SESSION_TIMER },
	{ "", "RSeq: 1 INVITE", SIP_DEFECT_RELIABLE },
	{ "", "RAck: 1 2 INVITE", SIP_DEFECT_NONE },
	{ "", "Replaces: a@b;to-tag=1;from-tag=2", SIP_DEFECT_NONE },
	{ "", "Join: ;to-tag=1", SIP_DEFECT_DIALOG_ID },
	{ "", "Content-Length: 1", SIP_DEFECT_CONTENT_LENGTH_OVER },
	{ "", "Content-Length: -1", SIP_DEFECT_CONTENT_LENGTH },
	{ "", "l: 00", SIP_DEFECT_NONE },
	{ "", "Subject:", SIP_DEFECT_NONE },
	{ "", "Subject: \xd0\xbf\tx", SIP_DEFECT_NONE },
	{ "", "Subject: \xff", SIP_DEFECT_UTF8 },
	{ "", "Subject: \x1b[2J", SIP_DEFECT_CONTROL_CHARACTER },
	{ "", "X-Own: \x7f", SIP_DEFECT_CONTROL_CHARACTER },
	{ "", "no colon", SIP_DEFECT_FIELD_LINE },
	{ "", ": no name", SIP_DEFECT_FIELD_LINE },
	{ "", "no name: x", SIP_DEFECT_FIELD_LINE },
	{ "", "X-Own: a\r\n folded", SIP_DEFECT_NONE },
	{ "", "X-Own: a\nX-Other: b", SIP_DEFECT_LINE_END },
	{ "", "To: <sip:b@example.com>", SIP_DEFECT_FIELD_REPEATED },
	{ "", "Max-Forwards: 70", SIP_DEFECT_FIELD_REPEATED },
	{ "", "v: SIP/2.0/UDP h", SIP_DEFECT_NONE },
	{ "", "Identity: a\r\nIdentity: b", SIP_DEFECT_NONE },
};
/* clang-format on */

static void a_field_may_break_its_grammar(void **state)
{
	char text[TEXT_MAX];
	struct sip_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *without =
			fields[i].without[0] == '\0' ? NULL : fields[i].without;
		uint32_t count = fields[i].kind == SIP_DEFECT_NONE ? 0 : 1;

		assert_true(sip_msg_parse(
			&m, built(text, without, fields[i].with)));
		if (m.defects.count != count ||
		    (count == 1 && m.defects.list[0].kind != fields[i].kind))
			fail_msg("%s: %u, %s", fields[i].with, m.defects.count,
				 sip_defect_name(m.defects.list[0].kind));
	}
}

static void a_defect_tells_its_byte(void **state)
{
	char text[TEXT_MAX];
	struct slice s = built(text, "Max", "Max-Forwards: 256");
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, s));
	assert_int_equal(m.defects.list[0].offset,
			 slice_search(s, SLICE("256"), false));
}

/* RFC 2543 had no cookie, and neither Max-Forwards nor a tag were asked for. */
static void a_sender_of_rfc_2543_may_leave_more_out(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, SLICE("OPTIONS sip:b@c SIP/2.0\r\n"
					    "Via: SIP/2.0/UDP h\r\n"
					    "From: sip:a@b\r\n"
					    "To: sip:b@c\r\n"
					    "Call-ID: 1\r\n"
					    "CSeq: 1 OPTIONS\r\n\r\n")));
	assert_int_equal(m.defects.count, 0);
}

static void a_body_wants_a_content_type(void **state)
{
	char text[TEXT_MAX];
	struct slice s = built(text, NULL, NULL);
	struct sip_msg m;

	(void)state;
	text[s.len++] = 'x';
	assert_true(sip_msg_parse(&m, s));
	assert_int_equal(m.defects.count, 1);
	assert_int_equal(m.defects.list[0].kind,
			 SIP_DEFECT_MISSING_CONTENT_TYPE);
	assert_true(is(m.body, "x"));
}

static void of_repeated_fields_the_first_counts(void **state)
{
	char text[TEXT_MAX];
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(
		&m, built(text, NULL,
			  "From: <sip:x@y>;tag=2\r\nTo: sip:z@y;tag=3\r\n"
			  "Call-ID: 2\r\nCSeq: 2 BYE\r\nVia: SIP/2.0/UDP q")));
	assert_true(is(m.from_tag, "1"));
	assert_true(is(m.to_user, "b"));
	assert_false(slice_is_set(m.to_tag));
	assert_true(is(m.call_id, "1@host"));
	assert_int_equal(m.cseq, 1);
	assert_true(is(m.via_sent_by, "host"));
	assert_int_equal(m.via_count, 2);
}

static void two_lengths_that_differ_are_told(void **state)
{
	char text[TEXT_MAX];
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(
		&m, built(text, NULL, "Content-Length: 0\r\nl: 5")));
	assert_true(has(&m, SIP_DEFECT_CONTENT_LENGTH_DIFFERS));
	assert_int_equal(m.body.len, 0);
}

static void a_message_that_was_cut_is_read_as_far_as_it_goes(void **state)
{
	struct sip_msg m;

	(void)state;
	for (size_t len = 14; len < sizeof(invite); len++) {
		char *copy = test_malloc(len);

		memcpy(copy, invite, len);
		assert_true(sip_msg_parse(&m, (struct slice){ copy, len }));
		assert_true(m.raw.len <= len);
		assert_ptr_equal(m.raw.ptr, copy);
		test_free(copy);
	}
	assert_true(sip_msg_parse(&m, (struct slice){ invite, 300 }));
	assert_true(has(&m, SIP_DEFECT_NO_EMPTY_LINE));
	assert_true(is(m.branch, "z9hG4bKnashds8"));
}

static void fields_past_the_ceiling_are_left_out(void **state)
{
	static const char field[] = "Q: y\r\n";
	size_t n = SIP_HEADERS_MAX + 40;
	size_t head = strlen(lines[0]) + 2;
	size_t size = head + n * (sizeof(field) - 1) + 3;
	char *text = test_malloc(size);
	struct slice rest;
	struct sip_header h;
	struct sip_msg m;
	unsigned count = 0;

	(void)state;
	memcpy(text, lines[0], head - 2);
	memcpy(text + head - 2, "\r\n", 2);
	for (size_t i = 0; i < n; i++)
		memcpy(text + head + i * (sizeof(field) - 1), field,
		       sizeof(field) - 1);
	memcpy(text + size - 3, "\r\nb", 3);
	assert_true(sip_msg_parse(&m, (struct slice){ text, size }));
	assert_true(has(&m, SIP_DEFECT_TOO_MANY_FIELDS));
	assert_true(is(m.body, "b"));
	rest = m.headers;
	while (sip_header_next(&rest, &h))
		count++;
	assert_int_equal(count, SIP_HEADERS_MAX);
	test_free(text);
}

static void a_message_past_the_ceiling_is_cut(void **state)
{
	size_t size = SIP_MESSAGE_BYTES_MAX + 100;
	char *text = test_malloc(size);
	struct sip_msg m;

	(void)state;
	memset(text, 'x', size);
	memcpy(text, invite, strlen(invite) - 21);
	assert_true(sip_msg_parse(&m, (struct slice){ text, size }));
	assert_true(m.raw.len <= SIP_MESSAGE_BYTES_MAX);
	assert_true(has(&m, SIP_DEFECT_TOO_LONG));
	test_free(text);
}

static void line_ends_in_front_are_not_of_the_message(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, SLICE("\r\n\r\nBYE sip:a SIP/2.0\r\n")));
	assert_int_equal(m.raw.ptr[0], 'B');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_comes_apart),
		cmocka_unit_test(a_body_ends_where_its_length_says),
		cmocka_unit_test(a_response_has_the_method_of_its_cseq),
		cmocka_unit_test(fields_are_found_by_number),
		cmocka_unit_test(a_missing_field_is_a_defect),
		cmocka_unit_test(a_field_may_break_its_grammar),
		cmocka_unit_test(a_defect_tells_its_byte),
		cmocka_unit_test(a_sender_of_rfc_2543_may_leave_more_out),
		cmocka_unit_test(a_body_wants_a_content_type),
		cmocka_unit_test(of_repeated_fields_the_first_counts),
		cmocka_unit_test(two_lengths_that_differ_are_told),
		cmocka_unit_test(
			a_message_that_was_cut_is_read_as_far_as_it_goes),
		cmocka_unit_test(fields_past_the_ceiling_are_left_out),
		cmocka_unit_test(a_message_past_the_ceiling_is_cut),
		cmocka_unit_test(line_ends_in_front_are_not_of_the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
