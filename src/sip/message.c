#include "sipmon/sip/message.h"

#include "field.h"
#include "start_line.h"

#define BIT(id) (UINT64_C(1) << SIP_HEADER_##id)

/* RFC 3261 sections 8.1.1 and 8.2.6.2 */
static const struct {
	enum sip_header_id id;
	enum sip_defect_kind kind;
} mandatory[] = {
	{ SIP_HEADER_VIA, SIP_DEFECT_MISSING_VIA },
	{ SIP_HEADER_FROM, SIP_DEFECT_MISSING_FROM },
	{ SIP_HEADER_TO, SIP_DEFECT_MISSING_TO },
	{ SIP_HEADER_CALL_ID, SIP_DEFECT_MISSING_CALL_ID },
	{ SIP_HEADER_CSEQ, SIP_DEFECT_MISSING_CSEQ },
};

/* From the first header line to the first byte of the body. */
static const char *read_headers(struct reading *r, const char *p)
{
	struct sip_msg *m = r->m;
	unsigned count = 0;
	bool crlf = true;
	struct line l;

	m->headers = lex_slice(p, p);
	while (p < r->end) {
		line_read(&l, p, r->end);
		if (!l.crlf && crlf) {
			reading_defect(r, SIP_DEFECT_LINE_END, l.end);
			crlf = false;
		}
		p = l.next;
		if (l.end == l.start)
			return p;
		if (++count == SIP_HEADERS_MAX + 1)
			reading_defect(r, SIP_DEFECT_TOO_MANY_FIELDS, l.start);
		if (count > SIP_HEADERS_MAX)
			continue;
		field_read(r, &l);
		m->headers.len = (size_t)(p - m->headers.ptr);
	}
	reading_defect(r, SIP_DEFECT_NO_EMPTY_LINE, p);
	return NULL;
}

/*
 * RFC 3261 section 18.3: what is behind the length of a datagram is no part
 * of the message, and a body that is too short is an error.
 */
static void read_body(struct reading *r, const char *p)
{
	struct sip_msg *m = r->m;
	size_t len = (size_t)(r->end - p);

	if (r->has_content_length && r->content_length <= len)
		len = r->content_length;
	else if (r->has_content_length && !r->cut)
		reading_defect(r, SIP_DEFECT_CONTENT_LENGTH_OVER, p);
	m->body = (struct slice){ p, len };
	m->raw = lex_slice(m->raw.ptr, p + len);
	if (len > 0 && !sip_msg_has(m, SIP_HEADER_CONTENT_TYPE))
		reading_defect(r, SIP_DEFECT_MISSING_CONTENT_TYPE, p);
}

static void check_mandatory(struct reading *r)
{
	const uint64_t all =
		BIT(VIA) | BIT(FROM) | BIT(TO) | BIT(CALL_ID) | BIT(CSEQ);
	struct sip_msg *m = r->m;
	/* RFC 2543 knew neither the cookie nor what is asked for below. */
	bool is_old = sip_msg_has(m, SIP_HEADER_VIA) &&
		      !sip_branch_has_cookie(m->branch);

	for (size_t i = 0; (m->present & all) != all &&
			   i < sizeof(mandatory) / sizeof(mandatory[0]);
	     i++)
		if (!sip_msg_has(m, mandatory[i].id))
			reading_defect(r, mandatory[i].kind, m->raw.ptr);
	if (m->is_response || is_old)
		return;
	if (!sip_msg_has(m, SIP_HEADER_MAX_FORWARDS))
		reading_defect(r, SIP_DEFECT_MISSING_MAX_FORWARDS, m->raw.ptr);
	if (slice_is_set(m->from) && m->from_tag.len == 0)
		reading_defect(r, SIP_DEFECT_MISSING_FROM_TAG, m->from.ptr);
}

static void check_cseq_method(struct reading *r)
{
	struct sip_msg *m = r->m;

	if (!slice_is_set(r->cseq_method))
		return;
	if (m->is_response) {
		m->method_name = r->cseq_method;
		m->method = sip_method_of(m->method_name);
	} else if (!slice_eq(m->method_name, r->cseq_method)) {
		reading_defect(r, SIP_DEFECT_CSEQ_METHOD, r->cseq_method.ptr);
	}
}

/* The parts of the fields that were kept aside. */
static void take_parts(struct reading *r)
{
	struct sip_msg *m = r->m;

	if (slice_is_set(m->via)) {
		m->branch = r->via.branch;
		m->via_sent_by = r->via.sent_by;
	}
	if (slice_is_set(m->from)) {
		m->from_uri = r->from.uri_text;
		m->from_user = r->from.uri.user;
		m->from_host = r->from.uri.host;
		m->from_tag = r->from.tag;
	}
	if (slice_is_set(m->to)) {
		m->to_uri = r->to.uri_text;
		m->to_user = r->to.uri.user;
		m->to_host = r->to.uri.host;
		m->to_tag = r->to.tag;
	}
}

bool sip_msg_parse(struct sip_msg *out, struct slice bytes)
{
	struct reading r;
	const char *p;

	r.m = out;
	r.end = lex_end(bytes);
	r.cseq_method = SLICE_NONE;
	r.has_content_length = r.cut = false;
	p = start_line_skip(bytes.ptr, r.end);
	/* the list of defects is not read past their number */
	memset(out, 0, offsetof(struct sip_msg, defects));
	out->defects.count = 0;
	if (r.end - p > SIP_MESSAGE_BYTES_MAX) {
		r.end = p + SIP_MESSAGE_BYTES_MAX;
		r.cut = true;
	}
	out->raw = lex_slice(p, r.end);
	p = start_line_read(&r, p);
	if (p == NULL)
		return false;
	p = read_headers(&r, p);
	if (p != NULL)
		read_body(&r, p);
	else
		out->body = lex_slice(r.end, r.end);
	take_parts(&r);
	check_cseq_method(&r);
	check_mandatory(&r);
	if (r.cut)
		reading_defect(&r, SIP_DEFECT_TOO_LONG, r.end);
	return true;
}

struct slice sip_msg_field(const struct sip_msg *m, enum sip_header_id id,
			   unsigned n)
{
	struct slice rest = m->headers;
	struct sip_header h;

	if (!sip_msg_has(m, id))
		return SLICE_NONE;
	while (sip_header_next(&rest, &h))
		if (h.id == id && n-- == 0)
			return h.value;
	return SLICE_NONE;
}
