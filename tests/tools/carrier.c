#include "carrier.h"

#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "sipmon/net/payload.h"
#include "tls_talk.h"

#define PACKET_MAX      (1U << 17)
#define DATAGRAM_MAX    65507 /* of UDP in IPv4 */
#define SEGMENT_MAX     60000
#define CONNECTIONS_MAX 256
#define FRAGMENT_BYTES  160
#define CHUNK_BYTES     100
#define FRAME_BYTES     60

/* Sequence numbers begin so that they wrap soon. */
#define SEQUENCE_BEGIN (UINT32_MAX - 300)

#define HEP_AGENT     "\xc0\0\2\x63" /* 192.0.2.99 */
#define HEP_COLLECTOR "\xc0\0\2\x64"
#define HEP_PORT      9060

#define MASK "\x37\xfa\x21\x3d"

/* One connection or association; its client has spoken first. */
struct connection {
	struct endpoint client;
	struct endpoint server;
	uint32_t next[2]; /* sequence number of client and server */
	struct tls_talk *tls;
	size_t pieces; /* of it that were sent */
};

struct carriage {
	enum carrier kind;
	carrier_fn emit;
	carrier_secrets_fn secrets;
	void *ctx;
	uint16_t id;
	unsigned count;
	struct connection connections[CONNECTIONS_MAX];
	struct buf packet;
	struct buf inside; /* of the packet */
	struct buf text;   /* what is carried, framed */
};

static const char *const names[CARRIERS] = {
	[CARRIER_UDP] = "udp",
	[CARRIER_FRAGMENTS] = "fragments",
	[CARRIER_TCP] = "tcp",
	[CARRIER_TCP_CUT] = "tcp-cut",
	[CARRIER_TCP_MIXED] = "tcp-mixed",
	[CARRIER_WS] = "ws",
	[CARRIER_WS_CUT] = "ws-cut",
	[CARRIER_SCTP] = "sctp",
	[CARRIER_SCTP_CUT] = "sctp-cut",
	[CARRIER_HEP] = "hep",
	[CARRIER_HEP_TCP] = "hep-tcp",
	[CARRIER_TLS12] = "tls12",
	[CARRIER_TLS13] = "tls13",
	[CARRIER_WSS] = "wss",
};

bool carrier_find(const char *name, enum carrier *out)
{
	for (int i = 0; i < CARRIERS; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum carrier)i;
			return true;
		}
	}
	return false;
}

struct carriage *carriage_new(enum carrier kind, carrier_fn emit,
			      carrier_secrets_fn secrets, void *ctx)
{
	struct carriage *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->kind = kind;
	c->emit = emit;
	c->secrets = secrets;
	c->ctx = ctx;
	c->id = 1;
	buf_init(&c->packet, PACKET_MAX);
	buf_init(&c->inside, PACKET_MAX);
	buf_init(&c->text, PACKET_MAX);
	return c;
}

void carriage_free(struct carriage *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->count; i++)
		tls_talk_free(c->connections[i].tls);
	buf_free(&c->packet);
	buf_free(&c->inside);
	buf_free(&c->text);
	free(c);
}

/* Sends what stands in `inside`. */
static void send_packet(struct carriage *c, const struct packet_ends *ends,
			unsigned protocol)
{
	buf_clear(&c->packet);
	put_ip(&c->packet, ends, protocol, c->id++, buf_slice(&c->inside));
	c->emit(c->ctx, buf_slice(&c->packet));
}

/* ---- UDP and fragments */

static void send_udp(struct carriage *c, const struct packet_ends *ends,
		     struct slice bytes)
{
	buf_clear(&c->inside);
	put_udp(&c->inside, ends, bytes);
	send_packet(c, ends, PROTOCOL_UDP);
}

static void send_fragment(struct carriage *c, const struct packet_ends *ends,
			  size_t at)
{
	struct slice all = buf_slice(&c->inside);

	buf_clear(&c->packet);
	put_ip_fragment(&c->packet, ends, PROTOCOL_UDP, c->id,
			slice_sub(all, at, FRAGMENT_BYTES), at,
			at + FRAGMENT_BYTES < all.len);
	c->emit(c->ctx, buf_slice(&c->packet));
}

static void send_fragments(struct carriage *c, const struct packet_ends *ends,
			   struct slice bytes)
{
	size_t at;

	buf_clear(&c->inside);
	put_udp(&c->inside, ends, bytes);
	at = (c->inside.len - 1) / FRAGMENT_BYTES * FRAGMENT_BYTES;
	send_fragment(c, ends, at);
	for (; at > 0; at -= FRAGMENT_BYTES)
		send_fragment(c, ends, at - FRAGMENT_BYTES);
	c->id++;
}

/* ---- connections */

static struct connection *connection_of(struct carriage *c,
					const struct packet_ends *ends)
{
	for (unsigned i = 0; i < c->count; i++) {
		struct connection *k = &c->connections[i];

		if ((endpoint_eq(&k->client, &ends->source) &&
		     endpoint_eq(&k->server, &ends->destination)) ||
		    (endpoint_eq(&k->client, &ends->destination) &&
		     endpoint_eq(&k->server, &ends->source)))
			return k;
	}
	return NULL;
}

/* NULL if there are too many. */
static struct connection *connection_open(struct carriage *c,
					  const struct packet_ends *ends)
{
	struct connection *k;

	if (c->count == CONNECTIONS_MAX)
		return NULL;
	k = &c->connections[c->count++];
	*k = (struct connection){
		.client = ends->source,
		.server = ends->destination,
		.next = { SEQUENCE_BEGIN, SEQUENCE_BEGIN - 5000 },
	};
	return k;
}

/* A segment whose first byte stands `at` behind what was sent before. */
static void send_segment(struct carriage *c, const struct connection *k,
			 bool of_client, unsigned flags, size_t at,
			 struct slice bytes)
{
	struct packet_ends ends = { k->client, k->server };

	if (!of_client)
		ends = (struct packet_ends){ k->server, k->client };
	buf_clear(&c->inside);
	put_tcp(&c->inside, &ends, k->next[!of_client] + (uint32_t)at,
		k->next[of_client], flags, bytes);
	send_packet(c, &ends, PROTOCOL_TCP);
}

static struct connection *tcp_open(struct carriage *c,
				   const struct packet_ends *ends)
{
	struct connection *k = connection_open(c, ends);

	if (k == NULL)
		return NULL;
	send_segment(c, k, true, TCP_SYN, 0, SLICE_NONE);
	k->next[0]++;
	send_segment(c, k, false, TCP_SYN | TCP_ACK, 0, SLICE_NONE);
	k->next[1]++;
	send_segment(c, k, true, TCP_ACK, 0, SLICE_NONE);
	return k;
}

/* In segments of `size` bytes. */
static void tcp_say(struct carriage *c, struct connection *k, bool of_client,
		    struct slice bytes, size_t size)
{
	for (size_t at = 0; at < bytes.len; at += size)
		send_segment(c, k, of_client, TCP_ACK | TCP_PSH, at,
			     slice_sub(bytes, at, size));
	k->next[!of_client] += (uint32_t)bytes.len;
	/* The other side has it. */
	send_segment(c, k, !of_client, TCP_ACK, 0, SLICE_NONE);
}

/* The second half, the first third, all but the begin, and all again. */
static void tcp_say_mixed(struct carriage *c, struct connection *k,
			  bool of_client, struct slice bytes)
{
	const size_t n = bytes.len;
	const size_t parts[][2] = {
		{ n / 2, n },
		{ 0, n / 3 },
		{ n / 4, n },
		{ 0, n },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		send_segment(c, k, of_client, TCP_ACK | TCP_PSH, parts[i][0],
			     slice_sub(bytes, parts[i][0],
				       parts[i][1] - parts[i][0]));
	k->next[!of_client] += (uint32_t)n;
	send_segment(c, k, !of_client, TCP_ACK, 0, SLICE_NONE);
}

static bool send_tcp(struct carriage *c, const struct packet_ends *ends,
		     struct slice bytes)
{
	struct connection *k = connection_of(c, ends);
	bool of_client;

	if (k == NULL)
		k = tcp_open(c, ends);
	if (k == NULL)
		return false;
	of_client = endpoint_eq(&k->client, &ends->source);
	switch (c->kind) {
	case CARRIER_TCP_CUT:
		tcp_say(c, k, of_client, bytes, 1);
		break;
	case CARRIER_TCP_MIXED:
		tcp_say_mixed(c, k, of_client, bytes);
		break;
	case CARRIER_TCP:
		tcp_say(c, k, of_client, bytes, SEGMENT_MAX);
		/* Keep-alive and its answer, RFC 5626 section 4.4.1. */
		tcp_say(c, k, of_client, SLICE("\r\n\r\n"), SEGMENT_MAX);
		tcp_say(c, k, !of_client, SLICE("\r\n"), SEGMENT_MAX);
		break;
	default:
		tcp_say(c, k, of_client, bytes, SEGMENT_MAX);
		break;
	}
	return true;
}

/* ---- TLS */

static void send_pieces(struct carriage *c, struct connection *k)
{
	size_t count;
	const struct tls_talk_piece *pieces = tls_talk_pieces(k->tls, &count);

	for (; k->pieces < count; k->pieces++)
		tcp_say(c, k, pieces[k->pieces].of_client,
			pieces[k->pieces].bytes, SEGMENT_MAX);
}

static struct connection *tls_open(struct carriage *c,
				   const struct packet_ends *ends)
{
	const struct tls_talk_options options = {
		.version = c->kind == CARRIER_TLS12 ? 0x0303 : 0x0304,
	};
	struct connection *k = tcp_open(c, ends);

	if (k == NULL)
		return NULL;
	k->tls = tls_talk_new_quick();
	if (k->tls == NULL || !tls_talk_set(k->tls, &options) ||
	    !tls_talk_open(k->tls))
		return NULL;
	c->secrets(c->ctx, tls_talk_key_log(k->tls));
	send_pieces(c, k);
	return k;
}

/* Over the connection, inside of TLS where it is talked. */
static bool say(struct carriage *c, struct connection *k, bool of_client,
		struct slice bytes, size_t size)
{
	if (k->tls == NULL) {
		tcp_say(c, k, of_client, bytes, size);
		return true;
	}
	if (!tls_talk_say(k->tls, of_client, bytes))
		return false;
	send_pieces(c, k);
	return true;
}

static bool send_tls(struct carriage *c, const struct packet_ends *ends,
		     struct slice bytes)
{
	struct connection *k = connection_of(c, ends);

	if (k == NULL)
		k = tls_open(c, ends);
	if (k == NULL)
		return false;
	return bytes.len == 0 ||
	       say(c, k, endpoint_eq(&k->client, &ends->source), bytes,
		   SEGMENT_MAX);
}

/* ---- WebSocket, RFC 6455 and RFC 7118 */

static void put_frame(struct buf *out, unsigned first, bool masked,
		      struct slice bytes)
{
	unsigned bit = masked ? 0x80 : 0;

	put_u8(out, first);
	if (bytes.len < 126) {
		put_u8(out, bit | (unsigned)bytes.len);
	} else {
		put_u8(out, bit | 126);
		put_u16(out, (unsigned)bytes.len);
	}
	if (masked)
		put_bytes(out, MASK, 4);
	for (size_t i = 0; i < bytes.len; i++)
		put_u8(out, (uint8_t)bytes.ptr[i] ^
				    (masked ? (uint8_t)MASK[i % 4] : 0U));
}

/* Text frames with a ping between the first two. */
static void put_frames(struct buf *out, bool masked, struct slice bytes,
		       size_t size)
{
	for (size_t at = 0; at < bytes.len; at += size) {
		unsigned last = at + size < bytes.len ? 0 : 0x80;

		put_frame(out, last | (at == 0 ? 1U : 0U), masked,
			  slice_sub(bytes, at, size));
		if (at == 0 && last == 0)
			put_frame(out, 0x89, masked, SLICE("are you there"));
	}
}

static struct connection *ws_open(struct carriage *c,
				  const struct packet_ends *ends)
{
	const struct slice request =
		SLICE("GET / HTTP/1.1\r\nHost: ws.example.com\r\n"
		      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		      "Sec-WebSocket-Protocol: sip\r\n"
		      "Sec-WebSocket-Version: 13\r\n\r\n");
	const struct slice answer =
		SLICE("HTTP/1.1 101 Switching Protocols\r\n"
		      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
		      "Sec-WebSocket-Protocol: sip\r\n\r\n");
	struct connection *k =
		c->kind == CARRIER_WSS ? tls_open(c, ends) : tcp_open(c, ends);

	if (k == NULL || !say(c, k, true, request, SEGMENT_MAX) ||
	    !say(c, k, false, answer, SEGMENT_MAX))
		return NULL;
	return k;
}

static bool send_ws(struct carriage *c, const struct packet_ends *ends,
		    struct slice bytes)
{
	struct connection *k = connection_of(c, ends);
	bool of_client;

	if (k == NULL)
		k = ws_open(c, ends);
	if (k == NULL || bytes.len > UINT16_MAX)
		return false;
	of_client = endpoint_eq(&k->client, &ends->source);
	buf_clear(&c->text);
	put_frames(&c->text, of_client, bytes,
		   c->kind == CARRIER_WS_CUT ? FRAME_BYTES : UINT16_MAX);
	return say(c, k, of_client, buf_slice(&c->text),
		   c->kind == CARRIER_WS_CUT ? 7 : SEGMENT_MAX);
}

/* ---- SCTP, RFC 9260 and RFC 4168 */

enum { DATA_END = 1, DATA_BEGIN = 2 };

static void send_chunk(struct carriage *c, const struct connection *k,
		       bool of_client, uint32_t tsn, unsigned flags,
		       struct slice bytes)
{
	struct packet_ends ends = { k->client, k->server };

	if (!of_client)
		ends = (struct packet_ends){ k->server, k->client };
	buf_clear(&c->inside);
	put_u16(&c->inside, ends.source.port);
	put_u16(&c->inside, ends.destination.port);
	put_u32(&c->inside, of_client ? 0x11111111 : 0x22222222);
	put_u32(&c->inside, 0); /* the checksum is not looked at */
	put_u8(&c->inside, 0);  /* DATA */
	put_u8(&c->inside, flags);
	put_u16(&c->inside, (unsigned)(16 + bytes.len));
	put_u32(&c->inside, tsn);
	put_u16(&c->inside, 1); /* stream */
	put_u16(&c->inside, 0);
	put_u32(&c->inside, 0);
	buf_add(&c->inside, bytes);
	while (c->inside.len % 4 != 0)
		put_u8(&c->inside, 0);
	send_packet(c, &ends, PROTOCOL_SCTP);
}

static bool send_sctp(struct carriage *c, const struct packet_ends *ends,
		      struct slice bytes)
{
	struct connection *k = connection_of(c, ends);
	size_t size = c->kind == CARRIER_SCTP_CUT ? CHUNK_BYTES : SEGMENT_MAX;
	size_t chunks = (bytes.len + size - 1) / size;
	bool of_client;

	if (k == NULL)
		k = connection_open(c, ends);
	if (k == NULL || bytes.len == 0)
		return k != NULL;
	of_client = endpoint_eq(&k->client, &ends->source);
	for (size_t n = chunks; n-- > 0;)
		send_chunk(c, k, of_client, k->next[!of_client] + (uint32_t)n,
			   (n == 0 ? DATA_BEGIN : 0U) |
				   (n + 1 == chunks ? DATA_END : 0U),
			   slice_sub(bytes, n * size, size));
	k->next[!of_client] += (uint32_t)chunks;
	return true;
}

/* ---- HEP, version 3 */

static void put_chunk(struct buf *out, unsigned type, struct slice value)
{
	put_u16(out, 0); /* vendor */
	put_u16(out, type);
	put_u16(out, (unsigned)(6 + value.len));
	buf_add(out, value);
}

static void put_chunk_number(struct buf *out, unsigned type, uint32_t value,
			     size_t bytes)
{
	const char digits[] = { (char)(value >> 24), (char)(value >> 16),
				(char)(value >> 8), (char)value };

	put_chunk(out, type, (struct slice){ digits + 4 - bytes, bytes });
}

static void put_hep(struct buf *out, const struct carried_message *m)
{
	bool is_ipv4 = m->source.family == 4;
	size_t address_len = is_ipv4 ? 4 : 16;
	size_t begin = out->len;

	put_bytes(out, "HEP3\0\0", 6);
	put_chunk_number(out, 1, is_ipv4 ? 2 : 10, 1);
	put_chunk_number(out, 2, PROTOCOL_UDP, 1);
	put_chunk(
		out, is_ipv4 ? 3 : 5,
		(struct slice){ (const char *)m->source.address, address_len });
	put_chunk(out, is_ipv4 ? 4 : 6,
		  (struct slice){ (const char *)m->destination.address,
				  address_len });
	put_chunk_number(out, 7, m->source.port, 2);
	put_chunk_number(out, 8, m->destination.port, 2);
	put_chunk_number(out, 9, (uint32_t)(m->time_ns / 1000000000), 4);
	put_chunk_number(out, 10, (uint32_t)(m->time_ns % 1000000000 / 1000),
			 4);
	put_chunk_number(out, 11, 1, 1); /* SIP */
	put_chunk_number(out, 12, 2001, 4);
	put_chunk(out, 15, m->bytes);
	set_u16(out, begin + 4, (unsigned)(out->len - begin));
}

static bool send_hep(struct carriage *c, const struct carried_message *m)
{
	struct packet_ends ends = {
		.source = { .family = 4, .port = 40000 },
		.destination = { .family = 4, .port = HEP_PORT },
	};

	if (m->bytes.len > SEGMENT_MAX)
		return false;
	memcpy(ends.source.address, HEP_AGENT, 4);
	memcpy(ends.destination.address, HEP_COLLECTOR, 4);
	buf_clear(&c->text);
	put_hep(&c->text, m);
	if (c->kind == CARRIER_HEP_TCP)
		return send_tcp(c, &ends, buf_slice(&c->text));
	send_udp(c, &ends, buf_slice(&c->text));
	return true;
}

/* ---- all of them */

bool carriage_send(struct carriage *c, const struct carried_message *m)
{
	struct packet_ends ends = { m->source, m->destination };

	if (m->bytes.len > DATAGRAM_MAX)
		return false;
	switch (c->kind) {
	case CARRIER_UDP:
		send_udp(c, &ends, m->bytes);
		return true;
	case CARRIER_FRAGMENTS:
		send_fragments(c, &ends, m->bytes);
		return true;
	case CARRIER_TCP:
	case CARRIER_TCP_CUT:
	case CARRIER_TCP_MIXED:
		return send_tcp(c, &ends, m->bytes);
	case CARRIER_TLS12:
	case CARRIER_TLS13:
		return send_tls(c, &ends, m->bytes);
	case CARRIER_WS:
	case CARRIER_WS_CUT:
	case CARRIER_WSS:
		return send_ws(c, &ends, m->bytes);
	case CARRIER_SCTP:
	case CARRIER_SCTP_CUT:
		return send_sctp(c, &ends, m->bytes);
	case CARRIER_HEP:
	case CARRIER_HEP_TCP:
		return send_hep(c, m);
	case CARRIERS:
		break;
	}
	return false;
}
