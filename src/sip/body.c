#include "sipmon/sip/body.h"

#include "cursor.h"
#include "line.h"
#include "sipmon/sip/header.h"

/* RFC 2046 section 5.1.1 */
#define BOUNDARY_MAX 70

struct collection {
	struct sip_part *out;
	unsigned count;
	unsigned room;
	bool broken;
};

/* type "/" subtype; `*params` (may be NULL) is what follows. */
static void media_type(struct slice content_type, struct slice *type,
		       struct slice *subtype, struct slice *params)
{
	struct cursor c = cursor_of(content_type);

	cursor_blanks(&c);
	*type = cursor_token(&c);
	*subtype = SLICE_NONE;
	if (cursor_mark(&c, '/'))
		*subtype = cursor_token(&c);
	if (params != NULL && cursor_mark(&c, ';'))
		*params = lex_slice(c.p, c.end);
}

static bool is_sdp(struct slice content_type)
{
	struct slice type;
	struct slice subtype;

	media_type(content_type, &type, &subtype, NULL);
	return LEX_IS_NAME(type, "application") && LEX_IS_NAME(subtype, "sdp");
}

/* The boundary of multipart; absent for everything else. */
static struct slice boundary_of(struct slice content_type, bool *multipart)
{
	struct slice params = SLICE_NONE;
	struct slice type;
	struct slice subtype;
	struct slice boundary;

	media_type(content_type, &type, &subtype, &params);
	*multipart = LEX_IS_NAME(type, "multipart");
	boundary = sip_param_find(params, SLICE("boundary"));
	if (boundary.len >= 2 && boundary.ptr[0] == '"' &&
	    boundary.ptr[boundary.len - 1] == '"')
		boundary = slice_sub(boundary, 1, boundary.len - 2);
	if (boundary.len == 0 || boundary.len > BOUNDARY_MAX)
		return SLICE_NONE;
	return boundary;
}

struct delimiter {
	const char
		*start;   /* of the line end in front of it, which is its own */
	const char *next; /* the line after it */
	bool closing;
};

/* Is the "--" at `p` the beginning of a delimiter line? */
static bool is_delimiter(struct slice body, const char *p,
			 struct slice boundary, struct delimiter *out)
{
	const char *end = lex_end(body);
	const char *text = p + 2 + boundary.len;

	if (end < text || (p > body.ptr && p[-1] != '\n' && p[-1] != '\r') ||
	    memcmp(p + 2, boundary.ptr, boundary.len) != 0)
		return false;
	out->closing = end - text >= 2 && text[0] == '-' && text[1] == '-';
	if (out->closing)
		text += 2;
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	if (text < end && *text != '\r' && *text != '\n')
		return false;
	if (text < end && *text == '\r')
		text++;
	if (text < end && *text == '\n')
		text++;
	out->next = text;
	out->start = p;
	if (out->start > body.ptr && out->start[-1] == '\n')
		out->start--;
	if (out->start > body.ptr && out->start[-1] == '\r')
		out->start--;
	return true;
}

static bool find_delimiter(struct slice body, const char *from,
			   struct slice boundary, struct delimiter *out)
{
	const char *end = body.ptr + body.len;

	while (end - from >= 2) {
		const char *p = memchr(from, '-', (size_t)(end - from - 1));

		if (p == NULL)
			return false;
		if (p[1] == '-' && is_delimiter(body, p, boundary, out))
			return true;
		from = p + 1;
	}
	return false;
}

/* Parts the fields of a part, if it has any, from its bytes. */
static void split_part(struct sip_part *part, struct slice text)
{
	const char *end = text.ptr + text.len;
	const char *p = text.ptr;
	struct sip_header h;
	struct slice rest;
	struct line l;

	part->headers = text;
	part->body = lex_slice(end, end);
	while (p < end) {
		line_read(&l, p, end);
		p = l.next;
		if (l.end != l.start)
			continue;
		part->headers = lex_slice(text.ptr, l.start);
		part->body = lex_slice(p, end);
		break;
	}
	part->content_type = part->content_id = SLICE_NONE;
	rest = part->headers;
	while (sip_header_next(&rest, &h)) {
		if (h.id == SIP_HEADER_CONTENT_TYPE)
			part->content_type = h.value;
		else if (slice_eq_nocase(h.name, SLICE("Content-ID")))
			part->content_id = h.value;
	}
}

/* Recursion ends at SIP_BODY_DEPTH_MAX. */
static void collect(struct collection *to, struct slice content_type,
		    struct slice body, unsigned depth)
{
	bool multipart;
	struct slice boundary = boundary_of(content_type, &multipart);
	struct delimiter here;
	struct delimiter next;

	if (!multipart || depth == SIP_BODY_DEPTH_MAX)
		return;
	if (!slice_is_set(boundary) ||
	    !find_delimiter(body, body.ptr, boundary, &here)) {
		to->broken = true;
		return;
	}
	while (!here.closing && to->count < to->room) {
		struct sip_part *part = &to->out[to->count++];
		bool found = find_delimiter(body, here.next, boundary, &next);
		const char *end = found ? next.start : body.ptr + body.len;

		/* two delimiters may share the line end between them */
		if (end < here.next)
			end = here.next;
		split_part(part, lex_slice(here.next, end));
		part->depth = depth;
		collect(to, part->content_type, part->body, depth + 1);
		if (!found) {
			to->broken = true;
			return;
		}
		here = next;
	}
}

unsigned sip_body_parts(struct slice content_type, struct slice body,
			struct sip_part *out, unsigned room, bool *broken)
{
	struct collection to = { out, 0, room, false };
	struct slice type;
	struct slice subtype;

	if (broken != NULL)
		*broken = false;
	if (body.len == 0 || room == 0)
		return 0;
	media_type(content_type, &type, &subtype, NULL);
	if (!LEX_IS_NAME(type, "multipart")) {
		*out = (struct sip_part){ .content_type = content_type,
					  .body = body };
		return 1;
	}
	collect(&to, content_type, body, 0);
	if (broken != NULL)
		*broken = to.broken;
	return to.count;
}

struct slice sip_body_sdp(struct slice content_type, struct slice body)
{
	struct sip_part parts[SIP_BODY_PARTS_MAX];
	unsigned count;

	if (body.len == 0)
		return SLICE_NONE;
	if (is_sdp(content_type))
		return body;
	count = sip_body_parts(content_type, body, parts, SIP_BODY_PARTS_MAX,
			       NULL);
	for (unsigned i = 0; i < count; i++)
		if (is_sdp(parts[i].content_type))
			return parts[i].body;
	return SLICE_NONE;
}
