#include "base64.h"

/* What each digit has, so that none of them is 0. */
#define DIGIT 64u

/* RFC 4648 section 4, and the two digits of section 5. */
static const uint8_t digits[256] = {
	['A'] = 64, 65,  66,          67,          68,          69,
	70,         71,  72,          73,          74,          75,
	76,         77,  78,          79,          80,          81,
	82,         83,  84,          85,          86,          87,
	88,         89,  ['a'] = 90,  91,          92,          93,
	94,         95,  96,          97,          98,          99,
	100,        101, 102,         103,         104,         105,
	106,        107, 108,         109,         110,         111,
	112,        113, 114,         115,         ['0'] = 116, 117,
	118,        119, 120,         121,         122,         123,
	124,        125, ['+'] = 126, ['-'] = 126, ['/'] = 127, ['_'] = 127,
};

static unsigned digit_of(char c)
{
	return digits[(unsigned char)c];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Digits to bytes: four make three, what is left over makes no byte. */
struct decoder {
	char *out;
	size_t len;
	uint32_t bits;
	unsigned count; /* of `bits` */
};

static void decoder_push(struct decoder *d, unsigned digit)
{
	d->bits = d->bits << 6 | (digit - DIGIT);
	d->count += 6;
	if (d->count < 8)
		return;
	d->count -= 8;
	d->out[d->len++] = (char)(unsigned char)(d->bits >> d->count & 0xff);
}

/* Groups of four digits, up to what is none; how many characters they are. */
static size_t decoder_take_groups(struct decoder *d, struct slice text)
{
	size_t i = 0;

	for (; text.len - i >= 4; i += 4) {
		unsigned v[4];
		uint32_t bits = 0;

		for (unsigned k = 0; k < 4; k++) {
			v[k] = digit_of(text.ptr[i + k]);
			bits = bits << 6 | (v[k] & (DIGIT - 1));
		}
		if ((v[0] & v[1] & v[2] & v[3] & DIGIT) == 0)
			break;
		d->out[d->len++] = (char)(unsigned char)(bits >> 16);
		d->out[d->len++] = (char)(unsigned char)(bits >> 8 & 0xff);
		d->out[d->len++] = (char)(unsigned char)(bits & 0xff);
	}
	return i;
}

/* Room for what `count` digits make; one byte at least, so that an empty
 * result is not an absent one. */
static bool decoder_init(struct decoder *d, const struct memory *m,
			 size_t count)
{
	*d = (struct decoder){ 0 };
	d->out = arena_alloc(m->arena, m->pool, count / 4 * 3 + 3);
	return d->out != NULL;
}

static bool has(struct slice text, char c)
{
	return slice_find(text, c) < text.len;
}

bool base64url_decode(const struct memory *m, struct slice text,
		      struct slice *out, bool *standard)
{
	struct decoder d;

	*out = SLICE_NONE;
	if (text.len % 4 == 1)
		return false;
	if (!decoder_init(&d, m, text.len))
		return true;
	for (size_t i = decoder_take_groups(&d, text); i < text.len; i++) {
		unsigned digit = digit_of(text.ptr[i]);

		if (digit == 0)
			return false;
		decoder_push(&d, digit);
	}
	if (standard != NULL)
		*standard = has(text, '+') || has(text, '/');
	*out = (struct slice){ d.out, d.len };
	return true;
}

struct slice base64url_encode(const struct memory *m, struct slice bytes)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	char *out = arena_alloc(m->arena, m->pool, bytes.len / 3 * 4 + 4);
	size_t len = 0;
	uint32_t bits = 0;
	unsigned count = 0;

	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < bytes.len; i++) {
		bits = bits << 8 | (unsigned char)bytes.ptr[i];
		for (count += 8; count >= 6; count -= 6)
			out[len++] = letters[bits >> (count - 6) & 63];
	}
	if (count > 0)
		out[len++] = letters[bits << (6 - count) & 63];
	return (struct slice){ out, len };
}

bool base64_decode(const struct memory *m, struct slice text, struct slice *out)
{
	struct decoder d;
	size_t count;
	size_t pads = 0;

	*out = SLICE_NONE;
	if (has(text, '-') || has(text, '_'))
		return false;
	if (!decoder_init(&d, m, text.len))
		return true;
	count = decoder_take_groups(&d, text);
	for (size_t i = count; i < text.len; i++) {
		unsigned digit = digit_of(text.ptr[i]);

		if (is_blank(text.ptr[i]))
			continue;
		if (text.ptr[i] == '=') {
			pads++;
			continue;
		}
		if (digit == 0 || pads > 0)
			return false;
		decoder_push(&d, digit);
		count++;
	}
	if (count % 4 == 1 || pads > 2 || (pads > 0 && (count + pads) % 4 != 0))
		return false;
	*out = (struct slice){ d.out, d.len };
	return true;
}
