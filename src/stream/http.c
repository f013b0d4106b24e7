#include "http.h"

#define METHOD  "GET "
#define VERSION "HTTP/1."

struct field {
	struct slice name;
	struct slice value;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Do the bytes begin with `word`, as far as there are any? */
static enum stream_begins begins_with(struct slice bytes, struct slice word)
{
	size_t n = bytes.len < word.len ? bytes.len : word.len;

	if (!slice_eq(slice_sub(bytes, 0, n), slice_sub(word, 0, n)))
		return STREAM_NO;
	return n < word.len ? STREAM_MORE : STREAM_YES;
}

/* The line without its end; false if it has none yet. */
static bool first_line(struct slice bytes, struct slice *line)
{
	size_t n = slice_find(bytes, '\n');

	*line = slice_trim(slice_sub(bytes, 0, n));
	return n < bytes.len;
}

enum stream_begins http_speaks(struct slice bytes)
{
	enum stream_begins get = begins_with(bytes, SLICE(METHOD));

	return get != STREAM_NO ? get : begins_with(bytes, SLICE(VERSION));
}

enum stream_begins http_begins(struct slice bytes)
{
	enum stream_begins get = begins_with(bytes, SLICE(METHOD));
	struct slice line;
	struct slice version;

	if (get == STREAM_NO)
		return begins_with(bytes, SLICE("HTTP/1.1 101"));
	if (get == STREAM_MORE || !first_line(bytes, &line))
		return STREAM_MORE;
	if (line.len < sizeof("GET / HTTP/1.1") - 1)
		return STREAM_NO;
	version = slice_sub(line, line.len - 9, 9);
	return slice_eq(version, SLICE(" HTTP/1.1")) ? STREAM_YES : STREAM_NO;
}

size_t http_head_length(struct slice bytes, uint32_t *scanned)
{
	size_t at = *scanned;

	/* Ends at an LF that follows an LF, a CR between them or not. */
	while (at < bytes.len && at < HTTP_HEAD_BYTES_MAX) {
		size_t n = slice_find(slice_sub(bytes, at, bytes.len), '\n');
		const char *p;

		at += n;
		if (at >= bytes.len || at >= HTTP_HEAD_BYTES_MAX)
			break;
		p = bytes.ptr + at++;
		if (at > 1 && p[-1] == '\r')
			p--;
		if (p > bytes.ptr && p[-1] == '\n')
			return at;
	}
	*scanned = (uint32_t)at;
	return 0;
}

/* The next field; a line that continues one (RFC 9112 section 5.2) is its. */
static bool next_field(struct slice *rest, struct field *out)
{
	struct slice whole = *rest;
	size_t n = 0;
	size_t colon;

	if (whole.len == 0)
		return false;
	do {
		n += slice_find(slice_sub(whole, n, whole.len), '\n');
		n += n < whole.len;
	} while (n < whole.len && is_blank(whole.ptr[n]));
	*rest = slice_sub(whole, n, whole.len);
	whole = slice_sub(whole, 0, n);
	colon = slice_find(whole, ':');
	out->name = slice_trim(slice_sub(whole, 0, colon));
	out->value = slice_trim(slice_sub(whole, colon + 1, whole.len));
	return true;
}

/* Does a list hold `word`, parameters behind it or not? */
static bool lists(struct slice list, char separator, struct slice word)
{
	while (list.len > 0) {
		struct slice one = slice_split(list, separator, &list);

		one = slice_trim(slice_split(one, '=', NULL));
		if (slice_eq_nocase(one, word))
			return true;
	}
	return false;
}

/* RFC 7692 section 5: of several offers or answers any may be it. */
static void read_extensions(struct http_head *out, struct slice value)
{
	while (value.len > 0) {
		struct slice one = slice_split(value, ',', &value);
		struct slice name = slice_trim(slice_split(one, ';', NULL));

		if (!slice_eq_nocase(name, SLICE("permessage-deflate")))
			continue;
		out->has_deflate = true;
		out->no_takeover[HTTP_CLIENT] =
			lists(one, ';', SLICE("client_no_context_takeover"));
		out->no_takeover[HTTP_SERVER] =
			lists(one, ';', SLICE("server_no_context_takeover"));
	}
}

static void read_field(struct http_head *out, const struct field *f)
{
	if (slice_eq_nocase(f->name, SLICE("Upgrade"))) {
		out->is_websocket |= lists(f->value, ',', SLICE("websocket"));
	} else if (slice_eq_nocase(f->name, SLICE("Sec-WebSocket-Protocol"))) {
		out->has_protocol = true;
		out->has_sip |= lists(f->value, ',', SLICE("sip"));
	} else if (slice_eq_nocase(f->name,
				   SLICE("Sec-WebSocket-Extensions"))) {
		read_extensions(out, f->value);
	}
}

void http_head_read(struct http_head *out, struct slice head)
{
	struct slice rest;
	struct slice line = slice_split(head, '\n', &rest);
	struct field f;

	*out = (struct http_head){
		.is_answer = begins_with(line, SLICE(VERSION)) == STREAM_YES
	};
	if (out->is_answer) {
		slice_split(line, ' ', &line);
		line = slice_split(slice_trim(line), ' ', NULL);
		if (!slice_to_u32(line, 999, &out->status))
			out->status = 0;
	}
	while (next_field(&rest, &f))
		read_field(out, &f);
}

/* Without a word about protocols, what is inside will tell. */
bool http_head_upgrades(const struct http_head *h)
{
	return h->is_websocket && (!h->has_protocol || h->has_sip) &&
	       (!h->is_answer || h->status == 101);
}
