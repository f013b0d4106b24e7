/* RFC 4474: the pair of fields, the digest-string, the Date. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/legacy.h"
#include "memory.h"

#define BIT(v) VERDICT_BIT(VERDICT_##v)

static void assert_text(struct slice s, const char *text)
{
	char copy[1024];

	assert_true(slice_is_set(s));
	assert_string_equal(slice_copy(s, copy, sizeof(copy)), text);
}

/* RFC 4474 section 10.2; the signature is another. */
#define BYE_HEAD                                                               \
	"BYE sip:alice@pc33.atlanta.example.com SIP/2.0\r\n"                   \
	"Via: SIP/2.0/TLS 192.0.2.4;branch=z9hG4bKnashds10\r\n"                \
	"Max-Forwards: 70\r\n"                                                 \
	"From: Bob <sip:bob@biloxi.example.org>;tag=a6c85cf\r\n"               \
	"To: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\n"
#define BYE_REST                                                               \
	"Call-ID: a84b4c76e66710\r\n"                                          \
	"CSeq: 231 BYE\r\n"                                                    \
	"Content-Length: 0\r\n"
#define BYE_DATE "Date: Thu, 21 Feb 2002 14:19:51 GMT\r\n"
#define BYE_INFO                                                               \
	"Identity-Info: <https://biloxi.example.org/biloxi.cer>"               \
	";alg=rsa-sha1\r\n"
#define BYE_SIGNED                                                             \
	"sip:bob@biloxi.example.org|sip:alice@atlanta.example.com|"            \
	"a84b4c76e66710|231 BYE|Thu, 21 Feb 2002 14:19:51 GMT||"

static void the_example_of_the_rfc_signs_these_bytes(void **state)
{
	struct sip_msg msg = parsed(BYE_HEAD BYE_DATE BYE_REST BYE_INFO "\r\n");
	struct legacy l;

	legacy_read(*state, &msg, SLICE("\"Zm9v YmFy\""), 0, &l);
	assert_int_equal(l.failed, 0);
	assert_int_equal(l.caveats, 0);
	assert_text(l.signature, "foobar");
	assert_text(l.url, "https://biloxi.example.org/biloxi.cer");
	assert_text(l.alg, "rsa-sha1");
	assert_true(l.has_date);
	assert_true(l.date_s == 1014301191); /* date -u -d ... +%s */
	assert_text(l.digest_string, BYE_SIGNED);
	assert_false(slice_is_set(l.longer_string));
}

static void every_field_has_its_own_form(void **state)
{
	struct sip_msg msg = parsed(
		"INVITE sip:b@b.example SIP/2.0\r\n"
		"f: \"<sip:eve@e.example>\" <sip:A%61@A.example;lr>;tag=1\r\n"
		"t: sip:b@b.example;tag=2\r\n"
		"i:  one@two \r\n"
		"CSeq: 0007 \t\r\n INVITE\r\n"
		"m: \"x, y\" <sip:a@1.example;ob>;q=1, <sip:a@2.example>\r\n"
		"dAtE:  tHU,21 feb\t2002   14:19:51  gmt\r\n"
		"n: <http://a.example/c;d?e=f>; ALG = RSA-SHA1\r\n"
		"l: 3\r\n"
		"\r\n"
		"\n|\r");
	struct legacy l;

	legacy_read(*state, &msg, SLICE("\"Zg==\""), 0, &l);
	assert_int_equal(l.failed, 0);
	assert_int_equal(l.caveats, 0);
	assert_text(l.url, "http://a.example/c;d?e=f");
	assert_text(l.digest_string,
		    "sip:A%61@A.example;lr|sip:b@b.example|one@two|7 INVITE|"
		    "Thu, 21 Feb 2002 14:19:51 GMT|sip:a@1.example;ob|\n|\r");
}

static void a_number_of_zeros_is_one_zero(void **state)
{
	struct sip_msg msg = parsed("REGISTER sip:b.example SIP/2.0\r\n"
				    "Contact: *\r\n"
				    "CSeq: 000 REGISTER\r\n" BYE_DATE "\r\n");
	struct legacy l;

	legacy_read(*state, &msg, SLICE("\"Zg==\""), 0, &l);
	assert_text(l.digest_string,
		    "|||0 REGISTER|Thu, 21 Feb 2002 14:19:51 GMT|*|");
}

static void the_first_contact_is_signed_alone(void **state)
{
	struct sip_msg msg = parsed(
		"INVITE sip:b.example SIP/2.0\r\n"
		"Contact: sip:a@1.example;q=1, <sip:a@2.example>\r\n" BYE_DATE
		"\r\n");
	struct legacy l;

	legacy_read(*state, &msg, SLICE("\"Zg==\""), 0, &l);
	assert_text(l.digest_string,
		    "||| |Thu, 21 Feb 2002 14:19:51 GMT|sip:a@1.example|");
}

static void the_rest_of_a_datagram_makes_the_longer_string(void **state)
{
	const char *text = "MESSAGE sip:b@b.example SIP/2.0\r\n" BYE_DATE
			   "Content-Length: 2\r\n\r\nabcd";
	struct sip_msg msg = parsed(text);
	struct legacy l;

	legacy_read(*state, &msg, SLICE("\"Zg==\""), 2, &l);
	assert_text(l.digest_string, "||| |Thu, 21 Feb 2002 14:19:51 GMT||ab");
	assert_text(l.longer_string,
		    "||| |Thu, 21 Feb 2002 14:19:51 GMT||abcd");
}

static void what_is_wrong_with_the_pair_is_told(void **state)
{
	static const struct {
		const char *info; /* fields of it, and more */
		const char *value;
		uint64_t failed;
		uint32_t caveats;
	} rows[] = {
		{ BYE_INFO, "Zm9v", 0, CAVEAT_BIT(CAVEAT_UNQUOTED) },
		{ BYE_INFO, "\"Zm9v", BIT(MALFORMED_HEADER), 0 },
		{ BYE_INFO, "\"Zm9v\", \"Zm9v\"", BIT(MALFORMED_HEADER), 0 },
		{ BYE_INFO, "\"", BIT(MALFORMED_HEADER), 0 },
		{ BYE_INFO, "\"Zm.v\"", BIT(MALFORMED_HEADER), 0 },
		{ BYE_INFO, "\" \"", BIT(MALFORMED_HEADER), 0 },
		{ "", "\"Zm9v\"", BIT(MISSING_INFO), 0 },
		{ "Identity-Info: http://a.example/\r\n", "\"Zm9v\"",
		  BIT(MISSING_INFO), 0 },
		{ "Identity-Info: x<http://a.example/>\r\n", "\"Zm9v\"",
		  BIT(MISSING_INFO), 0 },
		{ "Identity-Info: <>;alg=rsa-sha1\r\n", "\"Zm9v\"",
		  BIT(MISSING_INFO), 0 },
		{ "Identity-Info: <http://a.example/>\r\n", "\"Zm9v\"", 0,
		  CAVEAT_BIT(CAVEAT_MISSING_ALG) },
		{ "Identity-Info: <http://a.example/>;alg=rsa-sha256\r\n",
		  "\"Zm9v\"", BIT(UNSUPPORTED_ALG), 0 },
		{ BYE_INFO BYE_INFO, "\"Zm9v\"", BIT(MALFORMED_HEADER), 0 },
		{ BYE_INFO "Identity: \"Zm9v\"\r\ny: \"Zm9v\"\r\n", "\"Zm9v\"",
		  BIT(MALFORMED_HEADER), 0 },
		/* a PASSporT beside it is none of this pair */
		{ BYE_INFO
		  "Identity: \"Zm9v\"\r\nIdentity: a.b.c;info=<x:>\r\n",
		  "\"Zm9v\"", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice parts[] = { SLICE(BYE_HEAD BYE_DATE BYE_REST),
					 slice_of(rows[i].info),
					 SLICE("\r\n") };
		char text[2048];
		size_t n = 0;
		struct sip_msg msg;
		struct legacy l;

		for (size_t k = 0; k < 3; k++) {
			slice_copy(parts[k], text + n, sizeof(text) - n);
			n += parts[k].len;
		}
		msg = parsed(text);
		legacy_read(*state, &msg, slice_of(rows[i].value), 0, &l);
		assert_int_equal(l.failed, rows[i].failed);
		assert_int_equal(l.caveats, rows[i].caveats);
		assert_int_equal(slice_is_set(l.signature),
				 (l.failed & BIT(MALFORMED_HEADER)) == 0);
		assert_text(l.digest_string, BYE_SIGNED);
	}
}

static void a_date_is_written_in_one_way(void **state)
{
	static const struct {
		const char *field;
		const char *canonical; /* NULL: it is none */
	} rows[] = {
		{ "Date: Thu, 21 Feb 2002 13:02:03 GMT\r\n",
		  "Thu, 21 Feb 2002 13:02:03 GMT" },
		{ "Date: THU ,\t 21  fEB\r\n 2002 13:02:03 Gmt\r\n",
		  "Thu, 21 Feb 2002 13:02:03 GMT" },
		{ "Date: Fri, 1 Mar 2002 00:00:00 GMT\r\n",
		  "Fri, 01 Mar 2002 00:00:00 GMT" },
		{ "Date: Thu 21 Feb 2002 13:02:03 GMT\r\n", NULL },
		{ "Date: Thu, 21Feb 2002 13:02:03 GMT\r\n", NULL },
		{ "Date: Thu, 21 Feb 02 13:02:03 GMT\r\n", NULL },
		{ "Date: Thu, 30 Feb 2002 13:02:03 GMT\r\n", NULL },
		{ "Date: Thu, 21 Feb 2002 13:02:03 EST\r\n", NULL },
		{ "Date: Thu, 21 Feb 2002 13:02:03 GMT+1\r\n", NULL },
		{ "Date: Thu, 21 Feb 2002 13:02\r\n", NULL },
		{ "Date:\r\n", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		struct slice head = SLICE("OPTIONS sip:a@b SIP/2.0\r\n");
		struct slice canonical = SLICE_NONE;
		struct sip_msg msg;
		int64_t seconds = 0;
		bool is_date;

		slice_copy(head, text, sizeof(text));
		slice_copy(slice_of(rows[i].field), text + head.len,
			   sizeof(text) - head.len);
		msg = parsed(text);
		is_date = message_date(*state, &msg, &seconds, &canonical);
		assert_int_equal(is_date, rows[i].canonical != NULL);
		if (is_date)
			assert_text(canonical, rows[i].canonical);
	}
}

static void without_a_date_nothing_can_be_rebuilt(void **state)
{
	struct sip_msg msg = parsed(BYE_HEAD BYE_REST BYE_INFO "\r\n");
	struct legacy l;

	legacy_read(*state, &msg, SLICE("\"Zm9v\""), 1, &l);
	assert_int_equal(l.failed, BIT(DATE_MISSING));
	assert_false(l.has_date);
	assert_false(slice_is_set(l.digest_string));
	assert_false(slice_is_set(l.longer_string));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(the_example_of_the_rfc_signs_these_bytes),
		IN_MEMORY(every_field_has_its_own_form),
		IN_MEMORY(a_number_of_zeros_is_one_zero),
		IN_MEMORY(the_first_contact_is_signed_alone),
		IN_MEMORY(the_rest_of_a_datagram_makes_the_longer_string),
		IN_MEMORY(what_is_wrong_with_the_pair_is_told),
		IN_MEMORY(a_date_is_written_in_one_way),
		IN_MEMORY(without_a_date_nothing_can_be_rebuilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
