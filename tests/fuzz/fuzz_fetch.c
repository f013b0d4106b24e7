/*
 * Any bytes as a URL to download, as a list of hosts, as what either end of the
 * downloader hears, and as a header of the answer.  The laws: a URL that is
 * good is made of harmless characters, its host is a name and no address in
 * any notation, and read again it is the same; what is written is read as it
 * was; an answer is kept between a day and a month.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/buf.h"
#include "sipmon/identity/fetch_url.h"
#include "sipmon/identity/fetch_wire.h"

/* The downloader is no part of the library. */
#include "../../src/fetch/keep.c"

static void require(int truth)
{
	if (!truth)
		abort();
}

static void look_at_url(struct slice text)
{
	static const char host_chars[] = "abcdefghijklmnopqrstuvwxyz"
					 "0123456789.-";
	struct fetch_url again;
	struct fetch_url u;
	struct in_addr address;
	struct buf b;

	if (fetch_url_parse(text, &u) != FETCH_GOOD)
		return;
	require(strspn(u.host, host_chars) == strlen(u.host));
	require(strchr(u.host, '.') != NULL);
	require(inet_aton(u.host, &address) == 0);
	require(u.path.len > 0 && u.path.ptr[0] == '/');
	for (size_t i = 0; i < u.path.len; i++)
		require(u.path.ptr[i] > ' ' && u.path.ptr[i] < 0x7f &&
			strchr("?#;\\\"<>", u.path.ptr[i]) == NULL);
	buf_init(&b, 2 * FETCH_URL_BYTES_MAX);
	buf_add_format(&b, "https://%s:%u", u.host, (unsigned)u.port);
	buf_add(&b, u.path);
	if (b.len <= FETCH_URL_BYTES_MAX) {
		require(fetch_url_parse(buf_slice(&b), &again) == FETCH_GOOD);
		require(strcmp(again.host, u.host) == 0);
		require(again.port == u.port && slice_eq(again.path, u.path));
	}
	buf_free(&b);
}

static void look_at_list(struct slice text)
{
	if (fetch_url_list_is_valid(text))
		(void)fetch_url_list_has(text, "cert.example.com");
}

static void look_at_frames(struct slice text)
{
	struct fetch_hello hello;
	struct fetch_request request;
	struct fetch_reply reply;
	uint8_t bytes[FETCH_HELLO_BYTES];
	size_t used = 0;
	struct buf b;

	buf_init(&b, FETCH_REPLY_BYTES_MAX);
	if (fetch_wire_take_request(text, &request, &used) == ERR_OK) {
		fetch_wire_add_request(&b, &request);
		require(slice_eq(buf_slice(&b), slice_sub(text, 0, used)));
	}
	buf_clear(&b);
	if (fetch_wire_take_reply(text, &reply, &used) == ERR_OK) {
		char why[FETCH_REASON_BYTES];

		fetch_wire_add_reply(&b, &reply);
		require(slice_eq(buf_slice(&b), slice_sub(text, 0, used)));
		require(strlen(fetch_wire_reason(reply.reason, reply.detail,
						 why)) < sizeof(why));
	}
	if (fetch_wire_take_hello(text, &hello, &used) == ERR_OK) {
		fetch_wire_hello(&hello, bytes);
		require(used == sizeof(bytes) &&
			memcmp(text.ptr, bytes, sizeof(bytes)) == 0);
	}
	buf_free(&b);
}

static void look_at_header(struct slice text)
{
	struct keep k = { .has_date = false };
	uint32_t s;

	while (text.len > 0) {
		struct slice value;
		struct slice line = slice_split(text, '\n', &text);
		struct slice name = slice_split(line, ':', &value);

		keep_field(&k, name, slice_trim(value));
	}
	s = keep_seconds(&k);
	require(s >= KEEP_MIN_S && s <= KEEP_MAX_S);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };

	look_at_url(text);
	look_at_list(text);
	look_at_frames(text);
	look_at_header(text);
	return 0;
}
