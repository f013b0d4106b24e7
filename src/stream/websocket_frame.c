#include "websocket_frame.h"

#include "sipmon/base/bytes.h"
#include "websocket_inflate.h"

#define FIN    0x80
#define RSV1   0x40
#define RSV23  0x30
#define OPCODE 0x0f
#define MASK   0x80

/* What the 7 bits of the length say if it stands behind them. */
#define LENGTH_16 126
#define LENGTH_64 127

/* RFC 6455 section 5.5 */
#define CONTROL_BYTES_MAX 125

/* Begin of a message that tells SIP: a start line, or most of it. */
#define BEGIN_BYTES 256

/* So much of a compressed one makes that many bytes, or nothing of use. */
#define PACKED_BYTES 512

static bool is_opcode(uint8_t opcode)
{
	return opcode <= WEBSOCKET_BINARY ||
	       (opcode >= WEBSOCKET_CLOSE && opcode <= WEBSOCKET_PONG);
}

/* The first two bytes; false if they begin no frame. */
static bool read_bits(struct websocket_frame *out, uint8_t a, uint8_t b)
{
	out->fin = (a & FIN) != 0;
	out->compressed = (a & RSV1) != 0;
	out->opcode = a & OPCODE;
	out->masked = (b & MASK) != 0;
	out->length = b & ~MASK & 0xff;
	if ((a & RSV23) != 0 || !is_opcode(out->opcode))
		return false;
	if (websocket_frame_is_control(out) &&
	    (!out->fin || out->length > CONTROL_BYTES_MAX))
		return false;
	/* only the first frame of a message tells, and no control frame */
	return !out->compressed || out->opcode == WEBSOCKET_TEXT ||
	       out->opcode == WEBSOCKET_BINARY;
}

enum err websocket_frame_read(struct websocket_frame *out, struct slice bytes)
{
	struct bytes b = bytes_of(bytes.ptr, bytes.len);
	uint8_t first = bytes_u8(&b);
	uint8_t second = bytes_u8(&b);
	const uint8_t *key;

	*out = (struct websocket_frame){ .header = 2 };
	if (b.failed)
		return ERR_AGAIN;
	if (!read_bits(out, first, second))
		return ERR_MALFORMED;
	out->shortest = true;
	out->header = out->masked ? 6 : 2;
	if (out->length == LENGTH_16) {
		out->header += 2;
		out->length = bytes_be16(&b);
		out->shortest = out->length >= LENGTH_16;
	} else if (out->length == LENGTH_64) {
		out->header += 8;
		out->length = (uint64_t)bytes_be32(&b) << 32;
		out->length |= bytes_be32(&b);
		out->shortest = out->length > UINT16_MAX;
	}
	key = out->masked ? bytes_take(&b, 4) : NULL;
	if (b.failed)
		return ERR_AGAIN;
	if (key != NULL)
		memcpy(out->key, key, 4);
	return out->length >> 63 != 0 ? ERR_MALFORMED : ERR_OK;
}

void websocket_unmask(char *out, struct slice payload,
		      const uint8_t key[static 4], uint64_t at)
{
	uint8_t turned[8];
	uint64_t mask;
	size_t i = 0;

	for (unsigned k = 0; k < sizeof(turned); k++)
		turned[k] = key[(at + k) % 4];
	memcpy(&mask, turned, sizeof(mask));
	for (; payload.len - i >= sizeof(mask); i += sizeof(mask)) {
		uint64_t x;

		memcpy(&x, payload.ptr + i, sizeof(x));
		x ^= mask;
		memcpy(out + i, &x, sizeof(x));
	}
	for (; i < payload.len; i++)
		out[i] = (char)((unsigned char)payload.ptr[i] ^ turned[i % 8]);
}

/* The first bytes of the message, as far as they came, in `text`. */
static struct slice begin_of(const struct websocket_frame *f,
			     struct slice payload,
			     char text[static BEGIN_BYTES])
{
	char packed[PACKED_BYTES];
	size_t max = f->compressed ? PACKED_BYTES : BEGIN_BYTES;

	payload = slice_sub(payload, 0, max);
	if (!f->compressed) {
		websocket_unmask(text, payload, f->key, 0);
		return (struct slice){ text, payload.len };
	}
	websocket_unmask(packed, payload, f->key, 0);
	return (struct slice){ text,
			       websocket_inflate_begin(
				       (struct slice){ packed, payload.len },
				       text, BEGIN_BYTES) };
}

/* FIN or not, RSV1 or not, text or binary. */
static bool begins_message(char c)
{
	uint8_t bits = (unsigned char)c & (RSV23 | OPCODE);

	return bits == WEBSOCKET_TEXT || bits == WEBSOCKET_BINARY;
}

/* Bytes in front of the first that belongs to no line of printable ASCII. */
static size_t text_length(struct slice s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7f)
		n++;
	return n < s.len && (s.ptr[n] == '\r' || s.ptr[n] == '\n') ? s.len : n;
}

enum stream_begins
websocket_frame_begins(enum stream_begins (*begins)(struct slice bytes),
		       struct slice bytes)
{
	char text[BEGIN_BYTES];
	struct websocket_frame f;
	enum stream_begins answer;
	struct slice payload;
	struct slice shown;
	size_t text_len;
	size_t max;
	bool is_all;
	enum err e;

	if (bytes.len == 0)
		return STREAM_MORE;
	if (!begins_message(bytes.ptr[0]))
		return STREAM_NO;
	e = websocket_frame_read(&f, bytes);
	if (e)
		return e == ERR_AGAIN ? STREAM_MORE : STREAM_NO;
	if (f.length == 0 || f.length > WEBSOCKET_FRAME_BYTES_MAX ||
	    !f.shortest)
		return STREAM_NO;
	payload = slice_sub(bytes, f.header, (size_t)f.length);
	shown = begin_of(&f, payload, text);
	text_len = text_length(shown);
	answer = begins(slice_sub(shown, 0, text_len));
	max = f.compressed ? PACKED_BYTES : BEGIN_BYTES;
	is_all = payload.len >= max || payload.len == f.length ||
		 shown.len == BEGIN_BYTES || text_len < shown.len;
	return answer == STREAM_MORE && is_all ? STREAM_NO : answer;
}
