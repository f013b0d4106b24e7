#include "sipmon/base/json.h"

#include <math.h>

#include "sipmon/base/utf8.h"

void json_init(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
}

static void add_escape(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	switch (c) {
	case '"':
	case '\\':
		buf_add(out,
			(struct slice){ (const char[]){ '\\', (char)c }, 2 });
		break;
	case '\n':
		buf_add(out, SLICE("\\n"));
		break;
	case '\r':
		buf_add(out, SLICE("\\r"));
		break;
	case '\t':
		buf_add(out, SLICE("\\t"));
		break;
	default:
		buf_add(out, (struct slice){ text, sizeof(text) });
	}
}

/* One UTF-16 unit. */
static void add_unit(struct buf *out, uint32_t unit)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\',
			 'u',
			 hex[unit >> 12 & 15],
			 hex[unit >> 8 & 15],
			 hex[unit >> 4 & 15],
			 hex[unit & 15] };

	buf_add(out, (struct slice){ text, sizeof(text) });
}

/* What would turn text round or hide in it keeps its value, but not its
 * effect on who looks at the file in a terminal. */
static void add_unsafe(struct buf *out, uint32_t cp)
{
	if (cp < 0x10000) {
		add_unit(out, cp);
		return;
	}
	cp -= 0x10000;
	add_unit(out, 0xd800 | cp >> 10);
	add_unit(out, 0xdc00 | (cp & 0x3ff));
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void add_string(struct buf *out, struct slice s)
{
	buf_add_char(out, '"');
	while (s.len > 0) {
		size_t n = 0;
		struct slice before;
		int32_t cp;

		while (n < s.len && is_plain((unsigned char)s.ptr[n]))
			n++;
		buf_add(out, slice_sub(s, 0, n));
		s = slice_sub(s, n, s.len);
		if (s.len == 0)
			break;
		before = s;
		cp = utf8_next(&s);
		if (cp < 0)
			buf_add(out, SLICE("\xef\xbf\xbd"));
		else if (cp < 0xa0) /* C1 controls are no text either */
			add_escape(out, (unsigned char)cp);
		else if (utf8_is_unsafe((uint32_t)cp))
			add_unsafe(out, (uint32_t)cp);
		else
			buf_add(out, slice_sub(before, 0, before.len - s.len));
	}
	buf_add_char(out, '"');
}

static void begin(struct json *j, const char *key)
{
	if (j->comma)
		buf_add_char(j->out, ',');
	j->comma = true;
	if (key != NULL) {
		buf_add_char(j->out, '"');
		buf_add_text(j->out, key);
		buf_add(j->out, SLICE("\":"));
	}
}

void json_put_object(struct json *j, const char *key)
{
	begin(j, key);
	buf_add_char(j->out, '{');
	j->comma = false;
}

void json_put_object_end(struct json *j)
{
	buf_add_char(j->out, '}');
	j->comma = true;
}

void json_put_array(struct json *j, const char *key)
{
	begin(j, key);
	buf_add_char(j->out, '[');
	j->comma = false;
}

void json_put_array_end(struct json *j)
{
	buf_add_char(j->out, ']');
	j->comma = true;
}

void json_put_key(struct json *j, struct slice key)
{
	begin(j, NULL);
	add_string(j->out, key);
	buf_add_char(j->out, ':');
	j->comma = false;
}

void json_put_slice(struct json *j, const char *key, struct slice value)
{
	begin(j, key);
	if (slice_is_set(value))
		add_string(j->out, value);
	else
		buf_add(j->out, SLICE("null"));
}

void json_put_text(struct json *j, const char *key, const char *value)
{
	json_put_slice(j, key, slice_of(value));
}

/* The size of a negative number fits 64 bits without a sign. */
static uint64_t size_of(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
	begin(j, key);
	if (value < 0)
		buf_add_char(j->out, '-');
	buf_add_uint(j->out, size_of(value));
}

void json_put_uint(struct json *j, const char *key, uint64_t value)
{
	begin(j, key);
	buf_add_uint(j->out, value);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	buf_add_text(j->out, value ? "true" : "false");
}

void json_put_null(struct json *j, const char *key)
{
	begin(j, key);
	buf_add(j->out, SLICE("null"));
}

void json_put_ms(struct json *j, const char *key, int64_t ns)
{
	uint64_t size = size_of(ns);
	uint32_t rest = (uint32_t)(size % 1000000);
	char digits[6];
	size_t n = sizeof(digits);

	begin(j, key);
	if (ns < 0)
		buf_add_char(j->out, '-');
	buf_add_uint(j->out, size / 1000000);
	if (rest == 0)
		return;
	for (size_t i = sizeof(digits); i > 0; i--) {
		digits[i - 1] = (char)('0' + rest % 10);
		rest /= 10;
	}
	while (digits[n - 1] == '0')
		n--;
	buf_add_char(j->out, '.');
	buf_add(j->out, (struct slice){ digits, n });
}

void json_put_double(struct json *j, const char *key, double value)
{
	begin(j, key);
	/* printf follows LC_NUMERIC, which the program leaves at "C". */
	if (isfinite(value))
		buf_add_format(j->out, "%.6g", value);
	else
		buf_add(j->out, SLICE("null"));
}
