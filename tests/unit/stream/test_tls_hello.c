/* Messages of the TLS handshake, written by hand after RFC 5246 and 8446. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/stream/tls_hello.h"
#include "hex.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define RANDOM                                                                 \
	"000102030405060708090a0b0c0d0e0f"                                     \
	"101112131415161718191a1b1c1d1e1f"

/* RFC 8446 section 4.1.3. */
#define RETRY                                                                  \
	"cf21ad74e59a6111be1d8c021e65b891"                                     \
	"c2a211167abb8c5e079e09e2c8a8339c"

/* A session id of 2 bytes, a suite, a compression method. */
#define CLIENT                                                                 \
	"0303" RANDOM "02abcd"                                                 \
	"0002c02f"                                                             \
	"0100"
#define SERVER                                                                 \
	"0303" RANDOM "02abcd"                                                 \
	"c02f"                                                                 \
	"00"

static struct slice bytes_in(uint8_t *room, size_t size, const char *hex)
{
	return (struct slice){ (const char *)room,
			       bytes_of_hex(hex, room, size) };
}

static void a_client_hello_tells_what_it_offers(void **state)
{
	/* server_name "sip.example.net", session_ticket "tick", alpn "sip/2",
	 * early_data */
	static const char hex[] = CLIENT "0035"
					 "00000014"
					 "0012"
					 "00"
					 "000f"
					 "7369702e6578616d706c652e6e6574"
					 "00230004"
					 "7469636b"
					 "00100008"
					 "0006"
					 "05"
					 "7369702f32"
					 "002a0000"
					 "ff010001"
					 "00";
	uint8_t room[256];
	struct slice body = bytes_in(room, sizeof(room), hex);
	struct tls_client_hello hello;

	(void)state;
	assert_true(tls_client_hello_parse(&hello, body));
	assert_int_equal(hello.version, 0x0303);
	assert_ptr_equal(hello.random, room + 2);
	assert_int_equal(hello.session_id.len, 2);
	assert_true(slice_eq(hello.name, SLICE("sip.example.net")));
	assert_true(slice_eq(hello.ticket, SLICE("tick")));
	assert_true(slice_eq(hello.alpn, SLICE("\5sip/2")));
	assert_true(hello.early_data);
}

static void a_hello_without_extensions_is_whole(void **state)
{
	uint8_t room[128];
	struct tls_client_hello client;
	struct tls_server_hello server;

	(void)state;
	assert_true(tls_client_hello_parse(
		&client, bytes_in(room, sizeof(room), CLIENT)));
	assert_false(slice_is_set(client.ticket));
	assert_false(client.early_data);
	assert_false(tls_client_hello_is_sip(&client));
	assert_true(tls_server_hello_parse(
		&server, bytes_in(room, sizeof(room), SERVER)));
	assert_int_equal(server.suite, 0xc02f);
	assert_int_equal(server.version, 0x0303);
	assert_false(server.extended_master);
}

static void a_hello_that_breaks_off_anywhere_is_none(void **state)
{
	static const char *const hellos[] = {
		CLIENT "0008"
		       "00230004"
		       "7469636b",
		SERVER "000a"
		       "00170000"
		       "002b0002"
		       "0304",
	};
	uint8_t room[128];

	(void)state;
	for (size_t i = 0; i < COUNT(hellos); i++) {
		struct slice whole = bytes_in(room, sizeof(room), hellos[i]);

		for (size_t n = 0; n < whole.len; n++) {
			struct slice cut = slice_sub(whole, 0, n);
			struct tls_client_hello client;
			struct tls_server_hello server;
			size_t bare = i == 0 ? 43 : 40;
			bool good =
				i == 0 ? tls_client_hello_parse(&client, cut)
				       : tls_server_hello_parse(&server, cut);

			assert_int_equal(good, n == bare);
		}
	}
}

static void the_version_is_that_of_the_extension(void **state)
{
	static const char hex[] = SERVER "0012"
					 "00170000"
					 "00160000"
					 "002b0002"
					 "0304"
					 "002a0000";
	uint8_t room[128];
	struct tls_server_hello hello;

	(void)state;
	assert_true(tls_server_hello_parse(&hello,
					   bytes_in(room, sizeof(room), hex)));
	assert_int_equal(hello.version, 0x0304);
	assert_true(hello.extended_master);
	assert_true(hello.encrypt_then_mac);
	assert_false(hello.retry);
}

static void a_retry_is_known_by_its_random(void **state)
{
	uint8_t room[128];
	struct tls_server_hello hello;

	(void)state;
	assert_true(tls_server_hello_parse(&hello, bytes_in(room, sizeof(room),
							    "0303" RETRY "00"
							    "1301"
							    "00")));
	assert_true(hello.retry);
}

static void a_long_session_id_is_refused(void **state)
{
	uint8_t room[160];
	struct tls_client_hello hello;

	(void)state;
	assert_false(tls_client_hello_parse(&hello, bytes_in(room, sizeof(room),
							     "0303" RANDOM
							     "21" RANDOM "00"
							     "0002c02f"
							     "0100")));
}

static void sip_is_known_by_alpn_or_name(void **state)
{
	static const struct {
		const char *name;
		const char *alpn;
		bool is_sip;
	} cases[] = {
		{ "sip.example.net", "", true },
		{ "SIPS.example.net", "", true },
		{ "sip2.example.net", "", true },
		{ "sip-tls.example.net", "", true },
		{ "sipping.example.net", "", false },
		{ "www.example.net", "", false },
		{ "sip", "", false },
		{ "www.example.net", "\x02h2\x05sip/2", true },
		{ "", "\x02h2\x08http/1.1", false },
		{ "", "\x09sip/2", false },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tls_client_hello hello = {
			.name = slice_of(cases[i].name),
			.alpn = slice_of(cases[i].alpn),
		};

		assert_int_equal(tls_client_hello_is_sip(&hello),
				 cases[i].is_sip);
	}
}

static void other_bodies_are_read_within_their_bounds(void **state)
{
	uint8_t room[64];
	struct slice s;

	(void)state;
	s = bytes_in(room, sizeof(room),
		     "0008"
		     "002a0000"
		     "00100000");
	assert_true(tls_accepts_early_data(s));
	assert_false(tls_accepts_early_data(slice_sub(s, 0, 5)));
	s = bytes_in(room, sizeof(room),
		     "0004"
		     "00100000");
	assert_false(tls_accepts_early_data(s));
	s = bytes_in(room, sizeof(room),
		     "00000e10"
		     "0004"
		     "7469636b");
	assert_true(slice_eq(tls_ticket_of(s), SLICE("tick")));
	assert_false(slice_is_set(tls_ticket_of(slice_sub(s, 0, 9))));
	s = bytes_in(room, sizeof(room),
		     "00000e10"
		     "0000");
	assert_false(slice_is_set(tls_ticket_of(s)));
	s = bytes_in(room, sizeof(room),
		     "0003"
		     "616263");
	assert_true(slice_eq(tls_premaster_of(s), SLICE("abc")));
	assert_false(slice_is_set(tls_premaster_of(slice_sub(s, 0, 4))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_hello_tells_what_it_offers),
		cmocka_unit_test(a_hello_without_extensions_is_whole),
		cmocka_unit_test(a_hello_that_breaks_off_anywhere_is_none),
		cmocka_unit_test(the_version_is_that_of_the_extension),
		cmocka_unit_test(a_retry_is_known_by_its_random),
		cmocka_unit_test(a_long_session_id_is_refused),
		cmocka_unit_test(sip_is_known_by_alpn_or_name),
		cmocka_unit_test(other_bodies_are_read_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
