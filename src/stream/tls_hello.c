#include "tls_hello.h"

#include "keys_find.h"
#include "sipmon/base/bytes.h"

/* Numbers of IANA: "TLS ExtensionType Values". */
enum extension {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_ALPN = 16,
	EXTENSION_ENCRYPT_THEN_MAC = 22,
	EXTENSION_EXTENDED_MASTER = 23,
	EXTENSION_SESSION_TICKET = 35,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_SUPPORTED_VERSIONS = 43,
};

/* RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[TLS_RANDOM_BYTES] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static struct bytes reader(struct slice s)
{
	return bytes_of(s.ptr, s.len);
}

/* The next `n` bytes; absent if there are fewer. */
static struct slice take(struct bytes *b, size_t n)
{
	const uint8_t *p = bytes_take(b, n);

	return p == NULL ? SLICE_NONE : (struct slice){ (const char *)p, n };
}

/* A vector with a length of one byte, and of two (RFC 8446 section 3.4). */
static struct slice vector8(struct bytes *b)
{
	return take(b, bytes_u8(b));
}

static struct slice vector16(struct bytes *b)
{
	return take(b, bytes_be16(b));
}

/* The next extension; false behind the last one, or when it breaks off. */
static bool next_extension(struct bytes *list, uint16_t *type,
			   struct slice *body)
{
	if (list->len == 0)
		return false;
	*type = bytes_be16(list);
	*body = vector16(list);
	return !list->failed;
}

/* RFC 6066 section 3: a list of names, of which type 0 is a host. */
static struct slice host_name(struct slice body)
{
	struct bytes b = reader(body);

	(void)bytes_be16(&b);
	if (bytes_u8(&b) != 0)
		return SLICE_NONE;
	return vector16(&b);
}

static void client_extension(struct tls_client_hello *hello, uint16_t type,
			     struct slice body)
{
	struct bytes b = reader(body);

	switch (type) {
	case EXTENSION_SERVER_NAME:
		hello->name = host_name(body);
		break;
	case EXTENSION_ALPN:
		hello->alpn = vector16(&b);
		break;
	case EXTENSION_SESSION_TICKET:
		hello->ticket = body.len > 0 ? body : SLICE_NONE;
		break;
	case EXTENSION_EARLY_DATA:
		hello->early_data = true;
		break;
	}
}

bool tls_client_hello_parse(struct tls_client_hello *out, struct slice body)
{
	struct bytes b = reader(body);
	struct bytes list;
	struct slice extension;
	uint16_t type;

	*out = (struct tls_client_hello){ .version = bytes_be16(&b) };
	out->random = bytes_take(&b, TLS_RANDOM_BYTES);
	out->session_id = vector8(&b);
	(void)vector16(&b); /* suites */
	(void)vector8(&b);  /* compression methods */
	if (b.failed || out->session_id.len > TLS_SESSION_ID_MAX)
		return false;
	if (b.len == 0)
		return true; /* before RFC 3546 there were no extensions */
	list = reader(vector16(&b));
	while (!b.failed && next_extension(&list, &type, &extension))
		client_extension(out, type, extension);
	return !b.failed && !list.failed;
}

static void server_extension(struct tls_server_hello *hello, uint16_t type,
			     struct slice body)
{
	switch (type) {
	case EXTENSION_ENCRYPT_THEN_MAC:
		hello->encrypt_then_mac = true;
		break;
	case EXTENSION_EXTENDED_MASTER:
		hello->extended_master = true;
		break;
	case EXTENSION_SUPPORTED_VERSIONS:
		if (body.len == 2)
			hello->version = be16((const uint8_t *)body.ptr);
		break;
	}
}

bool tls_server_hello_parse(struct tls_server_hello *out, struct slice body)
{
	struct bytes b = reader(body);
	struct bytes list;
	struct slice extension;
	uint16_t type;

	*out = (struct tls_server_hello){ .version = bytes_be16(&b) };
	out->random = bytes_take(&b, TLS_RANDOM_BYTES);
	out->session_id = vector8(&b);
	out->suite = bytes_be16(&b);
	(void)bytes_u8(&b); /* compression method */
	if (b.failed || out->session_id.len > TLS_SESSION_ID_MAX)
		return false;
	out->retry = memcmp(out->random, retry_random, TLS_RANDOM_BYTES) == 0;
	if (b.len == 0)
		return true;
	list = reader(vector16(&b));
	while (!b.failed && next_extension(&list, &type, &extension))
		server_extension(out, type, extension);
	return !b.failed && !list.failed;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "sip.example.net", "sips.", "sip2.", "sip-tls."; but not "sipping.". */
static bool names_sip(struct slice name)
{
	if (!slice_eq_nocase(slice_sub(name, 0, 3), SLICE("sip")))
		return false;
	name = slice_sub(name, 3, name.len);
	if (name.len > 0 && (name.ptr[0] == 's' || name.ptr[0] == 'S'))
		name = slice_sub(name, 1, name.len);
	return name.len > 0 && !is_letter(name.ptr[0]);
}

/* IANA, "TLS ALPN Protocol IDs": "sip/2". */
bool tls_client_hello_is_sip(const struct tls_client_hello *hello)
{
	struct bytes list = reader(hello->alpn);

	while (list.len > 0 && !list.failed)
		if (slice_eq_nocase(slice_sub(vector8(&list), 0, 4),
				    SLICE("sip/")))
			return true;
	return names_sip(hello->name);
}

bool tls_accepts_early_data(struct slice body)
{
	struct bytes b = reader(body);
	struct bytes list = reader(vector16(&b));
	struct slice extension;
	uint16_t type;

	while (next_extension(&list, &type, &extension))
		if (type == EXTENSION_EARLY_DATA)
			return true;
	return false;
}

struct slice tls_ticket_of(struct slice body)
{
	struct bytes b = reader(body);
	struct slice ticket;

	(void)bytes_be32(&b); /* lifetime */
	ticket = vector16(&b);
	return ticket.len > 0 ? ticket : SLICE_NONE;
}

struct slice tls_premaster_of(struct slice body)
{
	struct bytes b = reader(body);

	return vector16(&b);
}
