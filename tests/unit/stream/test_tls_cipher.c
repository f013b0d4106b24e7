/*
 * Keys and records whose bytes were reckoned elsewhere: RFC 8448, and for the
 * rest Python with its `hmac` and `cryptography`.  There the master secret is
 * 00 01 02 .. 2f, the client random 32 times 11 and the server's 22.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/stream/tls_cipher.h"
#include "hex.h"

#define RECORD_MAX 128

static const uint8_t client_random[TLS_RANDOM_BYTES] = {
	0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
};
static const uint8_t server_random[TLS_RANDOM_BYTES] = {
	0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
	0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
	0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
};

/* A whole record in hexadecimal. */
static enum err open_hex(struct tls_cipher *c, const char *record,
			 struct buf *out, uint8_t *content)
{
	uint8_t bytes[RECORD_MAX];
	size_t len = bytes_of_hex(record, bytes, sizeof(bytes));

	return tls_cipher_open(
		c, bytes,
		(struct slice){ (const char *)bytes + TLS_RECORD_HEADER,
				len - TLS_RECORD_HEADER },
		out, content);
}

static void assert_opens(struct tls_cipher *c, const char *record,
			 struct slice text, uint8_t type)
{
	struct buf out;
	uint8_t content = 0;

	buf_init(&out, TLS_FRAGMENT_MAX);
	assert_int_equal(open_hex(c, record, &out, &content), ERR_OK);
	assert_int_equal(content, type);
	assert_int_equal(out.len, text.len);
	if (text.len > 0)
		assert_memory_equal(out.ptr, text.ptr, text.len);
	buf_free(&out);
}

static void assert_closed(struct tls_cipher *c, const char *record)
{
	struct buf out;
	uint8_t content = 99;

	buf_init(&out, TLS_FRAGMENT_MAX);
	assert_int_equal(open_hex(c, record, &out, &content), ERR_MALFORMED);
	assert_int_equal(out.len, 0);
	assert_int_equal(content, 99);
	buf_free(&out);
}

static struct tls_secret secret_of(const char *hex)
{
	struct tls_secret s = { .len = 0 };

	s.len = bytes_of_hex(hex, s.bytes, sizeof(s.bytes));
	return s;
}

static struct tls_cipher *of_13(uint16_t suite, const char *traffic)
{
	struct tls_secret s = secret_of(traffic);
	struct tls_cipher *c = NULL;

	assert_int_equal(tls_cipher_new_13(&c, tls_suite_find(suite), &s),
			 ERR_OK);
	return c;
}

static struct tls_agreed agreed_on(uint16_t suite, uint16_t version)
{
	struct tls_agreed a = { .suite = tls_suite_find(suite),
				.version = version,
				.client_random = client_random,
				.server_random = server_random };

	a.master.len = 48;
	for (uint8_t i = 0; i < 48; i++)
		a.master.bytes[i] = i;
	return a;
}

static struct tls_cipher *of_12(uint16_t suite, uint16_t version,
				bool of_client)
{
	struct tls_agreed a = agreed_on(suite, version);
	struct tls_cipher *c = NULL;

	assert_int_equal(tls_cipher_new(&c, &a, of_client), ERR_OK);
	return c;
}

/* ---- RFC 8448 section 3 */

#define CLIENT_HANDSHAKE                                                       \
	"b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"
#define CLIENT_TRAFFIC                                                         \
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
#define SERVER_TRAFFIC                                                         \
	"a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643"

/* 00 01 02 .. 31 */
static struct slice fifty_bytes(char out[50])
{
	for (int i = 0; i < 50; i++)
		out[i] = (char)i;
	return (struct slice){ out, 50 };
}

static void the_finished_of_rfc_8448_opens(void **state)
{
	struct tls_cipher *c = of_13(0x1301, CLIENT_HANDSHAKE);
	uint8_t finished[36];

	(void)state;
	bytes_of_hex("14000020a8ec436d677634ae525ac1fcebe11a039ec17694"
		     "fac6e98527b642f2edd5ce61",
		     finished, sizeof(finished));
	assert_opens(c,
		     "1703030035"
		     "75ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44"
		     "d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546",
		     (struct slice){ (const char *)finished, sizeof(finished) },
		     TLS_HANDSHAKE);
	tls_cipher_free(c);
}

static void the_client_of_rfc_8448_is_heard(void **state)
{
	struct tls_cipher *c = of_13(0x1301, CLIENT_TRAFFIC);
	char bytes[50];

	(void)state;
	assert_opens(c,
		     "1703030043"
		     "a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b"
		     "9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e"
		     "3deae63aeebb21694915e4",
		     fifty_bytes(bytes), TLS_APPLICATION_DATA);
	assert_opens(c, "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3",
		     (struct slice){ "\1\0", 2 }, TLS_ALERT);
	tls_cipher_free(c);
}

/* Its first record is the NewSessionTicket. */
static void a_record_behind_a_lost_one_opens_after_a_skip(void **state)
{
	static const char record[] =
		"1703030043"
		"2e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e3"
		"0efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2ab"
		"f332540dd032e167c2955d";
	struct tls_cipher *c = of_13(0x1301, SERVER_TRAFFIC);
	char bytes[50];

	(void)state;
	assert_closed(c, record);
	assert_closed(c, record);
	tls_cipher_skip(c, 1);
	assert_opens(c, record, fifty_bytes(bytes), TLS_APPLICATION_DATA);
	assert_closed(c, record);
	assert_opens(c, "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9",
		     (struct slice){ "\1\0", 2 }, TLS_ALERT);
	tls_cipher_free(c);
}

static void a_traffic_secret_has_the_length_of_the_hash(void **state)
{
	struct tls_secret s = secret_of(CLIENT_TRAFFIC);
	struct tls_cipher *c = NULL;

	(void)state;
	assert_int_equal(tls_cipher_new_13(&c, tls_suite_find(0x1302), &s),
			 ERR_MALFORMED);
	s.len = 31;
	assert_int_equal(tls_cipher_new_13(&c, tls_suite_find(0x1301), &s),
			 ERR_MALFORMED);
	assert_null(c);
}

/* ---- TLS 1.0 and 1.2 */

static void triple_des_opens_in_tls_1_2(void **state)
{
	struct tls_cipher *c = of_12(0x000a, TLS_1_2, true);

	(void)state;
	assert_opens(c,
		     "1703030020010203040506070821"
		     "18ae81aad5871bf8ffb568bfa7250cfde45d1aa7813d37",
		     SLICE("one"), TLS_APPLICATION_DATA);
	assert_opens(c,
		     "1703030020010203040506070869"
		     "b4020f0f800cd747df4f946fca725a7a7f6845a9a766dd",
		     SLICE("two"), TLS_APPLICATION_DATA);
	tls_cipher_free(c);
}

#define CHAIN_ONE "170301001898bd4cb97d86e3759998259d98a8b3ed16fbb401a1ef6ed8"
#define CHAIN_TWO "1703010018e068ddc1014c5f6d539f88c9808da4cbda36fc12f99d523f"

static void blocks_of_tls_1_0_follow_those_before(void **state)
{
	struct tls_cipher *c = of_12(0x000a, TLS_1_0, true);

	(void)state;
	assert_closed(c, CHAIN_TWO);
	assert_opens(c, CHAIN_ONE, SLICE("one"), TLS_APPLICATION_DATA);
	assert_opens(c, CHAIN_TWO, SLICE("two"), TLS_APPLICATION_DATA);
	tls_cipher_free(c);
}

static void tls_1_0_goes_on_behind_a_record_that_was_passed_over(void **state)
{
	struct tls_cipher *c = of_12(0x000a, TLS_1_0, true);

	(void)state;
	/* Without the record itself its last block is not known. */
	tls_cipher_skip(c, 1);
	assert_closed(c, CHAIN_TWO);
	tls_cipher_free(c);

	c = of_12(0x000a, TLS_1_0, true);
	tls_cipher_pass(c, (struct slice){ "short", 5 });
	tls_cipher_free(c);

	c = of_12(0x000a, TLS_1_0, true);
	{
		uint8_t bytes[RECORD_MAX];
		size_t len = bytes_of_hex(CHAIN_ONE, bytes, sizeof(bytes));

		tls_cipher_pass(
			c, (struct slice){ (const char *)bytes + 5, len - 5 });
	}
	assert_opens(c, CHAIN_TWO, SLICE("two"), TLS_APPLICATION_DATA);
	tls_cipher_free(c);
}

static struct tls_cipher *mac_outside(uint16_t version)
{
	struct tls_agreed a = agreed_on(0x000a, version);
	struct tls_cipher *c = NULL;

	a.encrypt_then_mac = true;
	assert_int_equal(tls_cipher_new(&c, &a, true), ERR_OK);
	return c;
}

static void blocks_with_the_mac_outside_are_a_chain_too(void **state)
{
	static const char one[] =
		"170301001c"
		"dd27f3830c76b5852d9d4d132199aafbac5085ef8cec4253c84a5770";
	static const char two[] =
		"170301001c"
		"36fa1deaa39e63f375c7370570cf658d7ce63d4681dc983497e30f55";
	struct tls_cipher *c = mac_outside(TLS_1_0);
	uint8_t bytes[RECORD_MAX];
	size_t len = bytes_of_hex(one, bytes, sizeof(bytes));

	(void)state;
	assert_opens(c, one, SLICE("one"), TLS_APPLICATION_DATA);
	assert_opens(c, two, SLICE("two"), TLS_APPLICATION_DATA);
	tls_cipher_free(c);

	c = mac_outside(TLS_1_0);
	tls_cipher_pass(c, (struct slice){ (const char *)bytes + 5, len - 5 });
	assert_opens(c, two, SLICE("two"), TLS_APPLICATION_DATA);
	tls_cipher_free(c);
}

/* A good MAC of no blocks at all, and of an IV and no blocks. */
static void a_record_without_blocks_is_malformed(void **state)
{
	struct tls_cipher *c = mac_outside(TLS_1_0);

	(void)state;
	assert_closed(c, "17030100148cbcd9b31351c3d8cda151ae50a3bcd164487167");
	tls_cipher_free(c);
	c = mac_outside(TLS_1_2);
	assert_closed(c, "1703030014df321948e573ba6d452c7377b15896408cc31c55");
	assert_closed(c, "170303001c0001020304050607"
			 "62ac662f750565702ab0bee4c11b0f25d93d2a92");
	tls_cipher_free(c);
}

static void an_empty_record_of_ccm_is_verified(void **state)
{
	static const struct {
		uint16_t suite;
		const char *empty;
		const char *forged;
		const char *next;
	} cases[] = {
		{ 0xc09c,
		  "1703030018"
		  "00000000000000073cb6320d38fd9578189a2c4e717bab86",
		  "1703030018"
		  "00000000000000073cb6320d38fd9578189a2c4e717bab87",
		  "1703030019"
		  "0000000000000008cec93eaf6f240a1779bfac576fc87cdc9e" },
		{ 0xc0a0, "17030300100000000000000007b75a7b63d448f61b",
		  "17030300100000000000000007b75a7b63d448f65b",
		  "17030300110000000000000008ce80caee195a349d0c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_cipher *c = of_12(cases[i].suite, TLS_1_2, false);

		assert_closed(c, cases[i].forged);
		assert_opens(c, cases[i].empty, SLICE(""),
			     TLS_APPLICATION_DATA);
		assert_opens(c, cases[i].next, SLICE("x"),
			     TLS_APPLICATION_DATA);
		tls_cipher_free(c);
	}
}

static void suites_and_versions_must_fit(void **state)
{
	static const struct {
		uint16_t suite;
		uint16_t version;
	} cases[] = {
		{ 0x1301, TLS_1_2 }, { 0x009c, TLS_1_1 }, { 0xcca8, TLS_1_0 },
		{ 0x002f, TLS_1_3 }, { 0x002f, 0x0300 },
	};
	struct tls_cipher *c = NULL;
	struct tls_secret s = secret_of(CLIENT_TRAFFIC);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_agreed a =
			agreed_on(cases[i].suite, cases[i].version);

		assert_int_equal(tls_cipher_new(&c, &a, true), ERR_UNSUPPORTED);
	}
	assert_int_equal(tls_cipher_new_13(&c, tls_suite_find(0x009c), &s),
			 ERR_UNSUPPORTED);
	assert_null(c);
	c = of_12(0x009c, TLS_1_2, true);
	assert_int_equal(tls_cipher_update(c), ERR_UNSUPPORTED);
	tls_cipher_free(c);
}

static void what_is_longer_than_a_record_is_refused(void **state)
{
	struct tls_cipher *c = of_12(0x0002, TLS_1_2, true);
	char *bytes = calloc(1, TLS_FRAGMENT_MAX + 1);
	struct buf out;
	uint8_t content;

	(void)state;
	buf_init(&out, TLS_FRAGMENT_MAX * 2);
	assert_non_null(bytes);
	assert_int_equal(
		tls_cipher_open(c, (const uint8_t *)"\x17\3\3\xff\xff",
				(struct slice){ bytes, TLS_FRAGMENT_MAX + 1 },
				&out, &content),
		ERR_MALFORMED);
	assert_int_equal(out.room, 0);
	buf_free(&out);
	buf_init(&out, 100);
	assert_int_equal(tls_cipher_open(c, (const uint8_t *)"\x17\3\3\0\xff",
					 (struct slice){ bytes, 255 }, &out,
					 &content),
			 ERR_NOMEM);
	buf_free(&out);
	free(bytes);
	tls_cipher_free(c);
}

/* ---- suites and master secrets */

static void suites_that_are_not_opened_have_no_row(void **state)
{
	/* RC4, anonymous, PSK, GREASE, the signal of renegotiation. */
	static const uint16_t none[] = { 0x0000, 0x0005, 0x0034, 0x008c, 0x0a0a,
					 0x00ff, 0x1300, 0x1306, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_null(tls_suite_find(none[i]));
}

static void master_secrets_are_those_of_the_rfc(void **state)
{
	static const struct {
		uint16_t suite;
		uint16_t version;
		size_t session_hash; /* bytes of 33 */
		const char *master;
	} cases[] = {
		{ 0x009c, TLS_1_2, 0,
		  "674f57692819f5b43c0363f3ae9bd93986acf50e580500c4"
		  "40778a68d1ec6024dc0b2b7db9615acae681ad71cc30ab1c" },
		{ 0x002f, TLS_1_2, 32,
		  "1a91b37b02c08a778ccfcd7fb289518a736d122565a7e73a"
		  "e4b6fabee44e6cd904c801e58afed3220ea537ce5d82151e" },
		{ 0x009d, TLS_1_2, 0,
		  "cc91ae6ab563acd76f15011e88ccda0e6caaa7572ef4af39"
		  "6896ed853b2a238cb3844265cba010a23f663c8f52b493a6" },
		{ 0x002f, TLS_1_0, 0,
		  "24e0f7f73ac3f83463974acd13e1215ed396c6a4bfed9ac0"
		  "cc52aff05a70efee31a8645835936edcf8f127295b350a51" },
		{ 0x002f, TLS_1_1, 36,
		  "cad55d1263a23a9f0247351269ccfca01d2caaf0c36d60f1"
		  "498c657ee82f160dada6190bb311af51aa65b7cb8d9760ee" },
	};
	struct tls_secret premaster = { { 3, 3 }, 48 };
	char hash[36];

	(void)state;
	memset(hash, 0x33, sizeof(hash));
	for (uint8_t i = 0; i < 46; i++)
		premaster.bytes[i + 2] = i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_secret expected = secret_of(cases[i].master);
		struct tls_secret got = { .len = 0 };
		struct slice of_session = { hash, cases[i].session_hash };

		if (of_session.len == 0)
			of_session = SLICE_NONE;
		assert_int_equal(tls_master_of(tls_suite_find(cases[i].suite),
					       cases[i].version, &premaster,
					       client_random, server_random,
					       of_session, &got),
				 ERR_OK);
		assert_int_equal(got.len, 48);
		assert_memory_equal(got.bytes, expected.bytes, 48);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_finished_of_rfc_8448_opens),
		cmocka_unit_test(the_client_of_rfc_8448_is_heard),
		cmocka_unit_test(a_record_behind_a_lost_one_opens_after_a_skip),
		cmocka_unit_test(a_traffic_secret_has_the_length_of_the_hash),
		cmocka_unit_test(triple_des_opens_in_tls_1_2),
		cmocka_unit_test(blocks_of_tls_1_0_follow_those_before),
		cmocka_unit_test(
			tls_1_0_goes_on_behind_a_record_that_was_passed_over),
		cmocka_unit_test(blocks_with_the_mac_outside_are_a_chain_too),
		cmocka_unit_test(a_record_without_blocks_is_malformed),
		cmocka_unit_test(an_empty_record_of_ccm_is_verified),
		cmocka_unit_test(suites_and_versions_must_fit),
		cmocka_unit_test(what_is_longer_than_a_record_is_refused),
		cmocka_unit_test(suites_that_are_not_opened_have_no_row),
		cmocka_unit_test(master_secrets_are_those_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
