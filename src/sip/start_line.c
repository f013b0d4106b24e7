#include "start_line.h"

#include "cursor.h"

#define VERSION     "SIP/2.0"
#define VERSION_LEN (sizeof(VERSION) - 1)
#define STATUS_MIN  100
#define STATUS_MAX  699

static const char *blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

static const char *word(const char *p, const char *end)
{
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	return p;
}

/* Does "sip/" and a digit stand at `p`, whatever the version is? */
static bool is_version(const char *p, const char *end)
{
	return end - p >= 5 &&
	       slice_eq_nocase(lex_slice(p, p + 4), SLICE("SIP/")) &&
	       lex_is(p[4], LEX_DIGIT);
}

/* Does a version end the line, blanks after it or not?  Then its start. */
static const char *version_at_end(const char *p, const char *end)
{
	const char *from;

	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (from = end; from > p && from[-1] != ' ' && from[-1] != '\t';)
		from--;
	return from > p && is_version(from, end) ? from : NULL;
}

/* "sip:" and its kin, perhaps in brackets that do not belong there. */
static bool is_sip_uri(const char *p, const char *end)
{
	static const struct slice schemes[] = { { "sip:", 4 },
						{ "sips:", 5 },
						{ "tel:", 4 } };

	if (p < end && *p == '<')
		p++;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if ((size_t)(end - p) >= schemes[i].len &&
		    slice_eq_nocase(schemes[i],
				    lex_slice(p, p + schemes[i].len)))
			return true;
	return false;
}

/* Method names that are ours whatever the case of their letters. */
static bool is_known_method(struct slice name)
{
	if (sip_method_of(name) != SIP_METHOD_OTHER)
		return true;
	for (unsigned i = SIP_METHOD_NONE + 1; i < SIP_METHOD_OTHER; i++)
		if (slice_eq_nocase(name, slice_of(sip_method_name(
						  (enum sip_method)i))))
			return true;
	return false;
}

/* "SIP/" version, blanks, digits, or as far as the bytes go. */
static bool recognise_response(const char *p, const char *end)
{
	const char *to = word(p, end);

	p = blanks(to, end);
	return p == end || lex_is(*p, LEX_DIGIT);
}

/*
 * A line is a request if it ends with a version of SIP and begins with a
 * method that is known or with two words, the second a URI.  Without the
 * version, the packet may be cut or the line broken: then a known method and
 * the URI of a telephone must stand there.
 */
static bool recognise_request(const char *p, const char *end, bool ended)
{
	const char *method_end = word(p, end);
	const char *uri = blanks(method_end, end);
	bool is_uri = is_sip_uri(uri, end);
	bool known = is_known_method(lex_slice(p, method_end));
	const char *version;
	const char *to;

	if (uri == method_end)
		return false;
	if (known && is_uri)
		return true;
	version = version_at_end(p, end);
	if (version == NULL)
		return false;
	if (known || is_uri)
		return true;
	to = word(uri, end);
	return ended && uri < version && blanks(to, end) == version &&
	       memchr(uri, ':', (size_t)(to - uri)) != NULL;
}

const char *start_line_skip(const char *p, const char *end)
{
	while (p < end && (*p == '\r' || *p == '\n'))
		p++;
	return p;
}

static bool recognise(const char *p, const char *end)
{
	struct line l;

	/* Most packets that are no SIP end here: RTP begins with 0x80. */
	if (p == end || *p <= ' ' || *p == 0x7f)
		return false;
	line_read_single(&l, p, end);
	if (is_version(l.start, l.end))
		return recognise_response(l.start, l.end);
	return recognise_request(l.start, l.end, l.ended);
}

bool start_line_begins(const char *p, const char *end)
{
	const char *to = lex_span(p, end, LEX_TOKEN);

	if (end - p > 9 && memcmp(p, VERSION " ", VERSION_LEN + 1) == 0)
		return lex_is(p[VERSION_LEN + 1], LEX_DIGIT);
	return end - to > 5 && memcmp(to, " sip:", 5) == 0 &&
	       sip_method_of(lex_slice(p, to)) != SIP_METHOD_OTHER;
}

bool sip_recognise(struct slice bytes)
{
	const char *end = lex_end(bytes);
	const char *p = start_line_skip(bytes.ptr, end);

	return start_line_begins(p, end) || recognise(p, end);
}

bool start_line_is(const char *p, const char *end)
{
	if (p == end || *p <= ' ' || *p == 0x7f)
		return false;
	if (is_version(p, end))
		return recognise_response(p, end);
	/* what no request is without; nearly all lines end here */
	return (is_sip_uri(blanks(word(p, end), end), end) ||
		version_at_end(p, end) != NULL) &&
	       recognise_request(p, end, true);
}

static bool is_exact_version(const char *p, const char *end)
{
	return (size_t)(end - p) == VERSION_LEN &&
	       slice_eq_nocase(lex_slice(p, end), SLICE(VERSION));
}

static void set_method(struct sip_msg *m, const char *from, const char *to)
{
	m->method_name = lex_slice(from, to);
	m->method = sip_method_of(m->method_name);
}

/* The line as the RFC has it, and nothing kept if it is not. */
static const char *fast_request(struct reading *r, const char *p)
{
	const char *to = lex_span(p, r->end, LEX_TOKEN);
	struct cursor c;
	struct sip_uri uri;

	if (to == p || r->end - to < 2 || *to != ' ')
		return NULL;
	c = (struct cursor){ to + 1, r->end, NULL };
	scan_uri(&c, &uri);
	if (c.bad != NULL || slice_is_set(uri.headers) ||
	    (size_t)(r->end - c.p) < VERSION_LEN + 3 ||
	    memcmp(c.p, " " VERSION "\r\n", VERSION_LEN + 3) != 0)
		return NULL;
	set_method(r->m, p, to);
	r->m->request_uri = lex_slice(to + 1, c.p);
	return c.p + VERSION_LEN + 3;
}

/* Takes the brackets away that may not be there. */
static struct slice bare_uri(struct reading *r, struct slice uri)
{
	if (uri.len == 0 || uri.ptr[0] != '<')
		return uri;
	reading_defect(r, SIP_DEFECT_REQUEST_URI_BRACKETS, uri.ptr);
	uri = slice_sub(uri, 1, uri.len - 1);
	if (uri.len > 0 && uri.ptr[uri.len - 1] == '>')
		uri.len--;
	return uri;
}

static void check_request_uri(struct reading *r, struct slice text)
{
	struct sip_uri uri;
	size_t at;

	if (sip_uri_parse(&uri, text, &at) != ERR_OK)
		reading_defect(r, SIP_DEFECT_REQUEST_URI, text.ptr + at);
	else if (slice_is_set(uri.headers))
		reading_defect(r, SIP_DEFECT_REQUEST_URI_HEADERS,
			       uri.headers.ptr - 1);
}

/*
 * The first blank that is neither the one behind the method nor the one in
 * front of the version; `uri` is what stands between them, without blanks.
 */
static const char *stray_blank(const char *method_end, struct slice uri,
			       const char *version, const char *end)
{
	const char *uri_end = uri.ptr + uri.len;

	if (*method_end != ' ' || uri.ptr != method_end + 1)
		return method_end;
	if (version == NULL)
		return NULL;
	if (*uri_end != ' ' || uri_end + 1 != version)
		return uri_end;
	return word(version, end) == end ? NULL : word(version, end);
}

static void slow_request(struct reading *r, const char *p, const char *end)
{
	struct sip_msg *m = r->m;
	const char *method_end = word(p, end);
	const char *from = blanks(method_end, end);
	const char *version = version_at_end(p, end);
	const char *to = version == NULL ? end : version;
	struct slice uri = lex_trimmed(from < to ? from : to, to);
	const char *stray = stray_blank(method_end, uri, version, end);

	if (lex_span(p, method_end, LEX_TOKEN) != method_end)
		reading_defect(r, SIP_DEFECT_METHOD, p);
	set_method(m, p, method_end);
	if (version == NULL)
		reading_defect(r, SIP_DEFECT_START_LINE, end);
	else if (!is_exact_version(version, word(version, end)))
		reading_defect(r, SIP_DEFECT_VERSION, version);
	if (stray != NULL)
		reading_defect(r, SIP_DEFECT_START_LINE_BLANKS, stray);
	m->request_uri = bare_uri(r, uri);
	check_request_uri(r, m->request_uri);
}

/* SIP-Version SP 3DIGIT SP Reason-Phrase; past the blank before the phrase. */
static void read_response(struct reading *r, const char *p, const char *end)
{
	struct sip_msg *m = r->m;
	const char *to = word(p, end);
	const char *code = blanks(to, end);
	uint32_t n = 0;

	m->is_response = true;
	if (!is_exact_version(p, to))
		reading_defect(r, SIP_DEFECT_VERSION, p);
	if (to == end)
		reading_defect(r, SIP_DEFECT_START_LINE, end);
	else if (code != to + 1 || *to != ' ')
		reading_defect(r, SIP_DEFECT_START_LINE_BLANKS, to);
	to = word(code, end);
	if (!lex_number(code, to, UINT16_MAX, &n) || to - code != 3 ||
	    n < STATUS_MIN || n > STATUS_MAX)
		reading_defect(r, SIP_DEFECT_STATUS_CODE, code);
	m->status = (uint16_t)n;
	if (to == end)
		reading_defect(r, SIP_DEFECT_START_LINE, end);
	m->phrase = lex_slice(to < end ? to + 1 : end, end);
}

const char *start_line_read(struct reading *r, const char *p)
{
	bool response = is_version(p, r->end);
	const char *next = response ? NULL : fast_request(r, p);
	struct line l;

	if (next != NULL)
		return next;
	if (!recognise(p, r->end))
		return NULL;
	line_read_single(&l, p, r->end);
	if (!l.crlf)
		reading_defect(r, SIP_DEFECT_LINE_END, l.end);
	if (!l.plain)
		field_check_bytes(r, l.start, l.end);
	if (response)
		read_response(r, l.start, l.end);
	else
		slow_request(r, l.start, l.end);
	return l.next;
}
