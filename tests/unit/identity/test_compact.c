/* The compact form rebuilt (RFC 8224 section 4.1), keys of the SDP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/compact.h"
#include "memory.h"

static void assert_text(struct slice s, const char *text)
{
	char copy[2048];

	assert_true(slice_is_set(s));
	assert_string_equal(slice_copy(s, copy, sizeof(copy)), text);
}

#define INFO SLICE("https://cert.example.org/passport.cer")

/* Of RFC 8225 section 5.2.2 */
#define KEY_4A                                                                 \
	"4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:"                     \
	"19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1"
#define KEY_02                                                                 \
	"02:1A:CC:54:27:AB:EB:9C:53:3F:3E:4B:65:2E:7D:46:"                     \
	"3F:54:42:CD:54:F1:7A:03:A2:7D:F9:B0:7F:46:19:B2"
#define DIG_4A                                                                 \
	"4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1"
#define DIG_02                                                                 \
	"021ACC5427ABEB9C533F3E4B652E7D463F5442CD54F17A03A27DF9B07F4619B2"

static void the_message_gives_header_and_payload(void **state)
{
	/* RFC 8224 section 4.1 */
	struct sip_msg msg =
		parsed("INVITE sip:alice@example.com SIP/2.0\r\n"
		       "To: Alice <sip:alice@example.com>\r\n"
		       "From: Bob <sip:12155551212@example.com;user=phone>"
		       ";tag=1928301774\r\n"
		       "Date: Fri, 25 Sep 2015 19:12:25 GMT\r\n\r\n");
	struct compact c;

	compact_build(*state, &msg, INFO, "", &c);
	assert_int_equal(c.failed, 0);
	assert_true(c.date_s == 1443208345); /* as printed in section 4 */
	assert_true(c.orig.is_tn);
	assert_text(c.orig.text, "12155551212");
	assert_false(c.dest.is_tn);
	assert_text(c.jose, "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":"
			    "\"https://cert.example.org/passport.cer\"}");
	assert_text(c.payload,
		    "{\"dest\":{\"uri\":[\"sip:alice@example.com\"]},"
		    "\"iat\":1443208345,\"orig\":{\"tn\":\"12155551212\"}}");
	/* python3 -c 'base64.urlsafe_b64encode(...)' */
	assert_text(c.signing_input,
		    "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0c"
		    "HM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9.eyJkZXN0I"
		    "jp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6MT"
		    "Q0MzIwODM0NSwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19");
}

#define DATED                                                                  \
	"INVITE sip:b@b.example SIP/2.0\r\n"                                   \
	"Date: Fri, 25 Sep 2015 19:12:25 GMT\r\n"                              \
	"From: <tel:2015550123>\r\nTo: <sip:B@B.example>\r\n"

static void fingerprints_stand_between_iat_and_orig(void **state)
{
	struct sip_msg msg =
		parsed(DATED "Content-Type: application/sdp\r\n\r\n"
			     "v=0\r\na=fingerprint:SHA-256 " KEY_4A "\r\n"
			     "m=audio 1 RTP/AVP 0\n"
			     "a=fingerprint:sha-256 " KEY_02 "\n");
	struct compact c;

	compact_build(*state, &msg, INFO, "1", &c);
	assert_text(c.payload, "{\"dest\":{\"uri\":[\"sip:b@b.example\"]},"
			       "\"iat\":1443208345,\"mky\":["
			       "{\"alg\":\"sha-256\",\"dig\":\"" DIG_02 "\"},"
			       "{\"alg\":\"sha-256\",\"dig\":\"" DIG_4A "\"}],"
			       "\"orig\":{\"tn\":\"12015550123\"}}");
}

static void only_what_must_is_escaped(void **state)
{
	struct sip_msg msg = parsed(DATED "\r\n");
	struct compact c;

	compact_build(*state, &msg,
		      SLICE("a/\"\\\b\t\n\f\r\x01\x1f\x7f\xc3\xa9"), "", &c);
	/* RFC 8785 section 3.2.2.2 has the same rule */
	assert_text(c.jose,
		    "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":"
		    "\"a/\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\xc3\xa9\"}");
}

static void a_date_before_1970_is_a_number_too(void **state)
{
	struct sip_msg msg = parsed("OPTIONS sip:b@b.example SIP/2.0\r\n"
				    "Date: Wed, 31 Dec 1969 23:59:59 GMT\r\n"
				    "\r\n");
	struct compact c;

	compact_build(*state, &msg, INFO, "", &c);
	assert_text(c.payload, "{\"dest\":{\"uri\":[\"\"]},\"iat\":-1,"
			       "\"orig\":{\"uri\":\"\"}}");
}

static void without_a_date_there_is_no_token(void **state)
{
	struct sip_msg msg = parsed("OPTIONS sip:b@b.example SIP/2.0\r\n\r\n");
	struct compact c;

	compact_build(*state, &msg, INFO, "", &c);
	assert_int_equal(c.failed, VERDICT_BIT(VERDICT_DATE_MISSING));
	assert_false(slice_is_set(c.signing_input));
	assert_false(slice_is_set(c.payload));
}

static void keys_come_from_every_sdp_once_and_sorted(void **state)
{
	struct sip_msg msg =
		parsed("INVITE sip:b@b.example SIP/2.0\r\n"
		       "Content-Type: multipart/mixed;boundary=b\r\n\r\n"
		       "--b\r\nContent-Type: application/sdp\r\n\r\n"
		       "a=fingerprint:sha-256 " KEY_4A "\r\n"
		       "a=fingerprint:sha-256 " KEY_4A "\r\n"
		       "a=fingerprint:sha-512\r\n"
		       "--b\r\nContent-Type: text/plain\r\n\r\n"
		       "a=fingerprint:sha-256 AA:BB\r\n"
		       "--b\r\nContent-Type: application/sdp\r\n\r\n"
		       "a=fingerprint:SHA-1 ab:cd\r\n"
		       "a=fingerprint:sha-256 " KEY_02 "\r\n"
		       "--b--\r\n");
	const struct media_key *keys;

	assert_int_equal(media_keys(*state, &msg, &keys), 3);
	assert_text(keys[0].alg, "sha-1");
	assert_text(keys[0].dig, "ABCD");
	assert_text(keys[1].dig, DIG_02);
	assert_text(keys[2].dig, DIG_4A);
}

static void a_message_without_sdp_has_no_keys(void **state)
{
	struct sip_msg msg = parsed("MESSAGE sip:b@b.example SIP/2.0\r\n"
				    "Content-Type: text/plain\r\n\r\n"
				    "a=fingerprint:sha-256 AA:BB\r\n");
	const struct media_key *keys;

	assert_int_equal(media_keys(*state, &msg, &keys), 0);
	assert_null(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(the_message_gives_header_and_payload),
		IN_MEMORY(fingerprints_stand_between_iat_and_orig),
		IN_MEMORY(only_what_must_is_escaped),
		IN_MEMORY(a_date_before_1970_is_a_number_too),
		IN_MEMORY(without_a_date_there_is_no_token),
		IN_MEMORY(keys_come_from_every_sdp_once_and_sorted),
		IN_MEMORY(a_message_without_sdp_has_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
