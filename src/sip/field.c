#include "field.h"

#include "sipmon/sip/auth.h"
#include "sipmon/sip/cseq.h"
#include "sipmon/sip/date.h"
#include "sipmon/sip/reason.h"

#define MAX_FORWARDS_MAX 255

/*
 * Reads a value, trimmed, into the message and answers where it breaks its
 * grammar, or NULL.  What the row of the field cannot say it notes itself.
 */
typedef const char *(*check_fn)(struct reading *r, struct slice value);

/* The place of an error that a parser told as an offset. */
static const char *place(enum err e, struct slice value, size_t at)
{
	return e == ERR_OK ? NULL : value.ptr + at;
}

static const char *check_via(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);
	struct sip_msg *m = r->m;
	struct sip_via later;

	do {
		const char *from = c.p;

		if (m->via_count < UINT16_MAX)
			m->via_count++;
		if (slice_is_set(m->via)) {
			scan_via(&c, &later);
			if (m->via_count == 2)
				m->branch_below = later.branch;
			continue;
		}
		scan_via(&c, &r->via);
		m->via = lex_trimmed(from, c.p);
	} while (cursor_more(&c));
	return c.bad;
}

/* Into `first` and `*whole`, unless the field was there before. */
static const char *check_party(struct slice value, struct slice *whole,
			       struct sip_nameaddr *first)
{
	struct cursor c = cursor_of(value);
	struct sip_nameaddr later;

	scan_nameaddr(&c, slice_is_set(*whole) ? &later : first);
	cursor_finish(&c);
	if (!slice_is_set(*whole))
		*whole = value;
	return c.bad;
}

static const char *check_from(struct reading *r, struct slice value)
{
	return check_party(value, &r->m->from, &r->from);
}

static const char *check_to(struct reading *r, struct slice value)
{
	return check_party(value, &r->m->to, &r->to);
}

/* callid = word [ "@" word ] */
static void scan_call_id(struct cursor *c)
{
	const char *from = c->p;

	c->p = lex_span(from, c->end, LEX_WORD);
	if (c->p == from)
		cursor_break(c, from);
	if (!cursor_at(c, '@'))
		return;
	from = c->p + 1;
	c->p = lex_span(from, c->end, LEX_WORD);
	if (c->p == from)
		cursor_break(c, from);
}

static const char *check_call_id(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	if (!slice_is_set(r->m->call_id))
		r->m->call_id = value;
	scan_call_id(&c);
	cursor_finish(&c);
	return c.bad;
}

static const char *check_cseq(struct reading *r, struct slice value)
{
	struct sip_cseq cseq;
	size_t at = 0;
	enum err e = sip_cseq_parse(&cseq, value, &at);

	if (!slice_is_set(r->cseq_method) && cseq.method.len > 0) {
		r->cseq_method = cseq.method;
		r->m->cseq = cseq.number;
		r->m->has_cseq = cseq.has_number;
	}
	if (e != ERR_LIMIT)
		return place(e, value, at);
	reading_defect(r, SIP_DEFECT_CSEQ_RANGE, value.ptr);
	return NULL;
}

static const char *number(struct slice value, uint32_t max, uint32_t *out)
{
	return lex_number(value.ptr, lex_end(value), max, out) ? NULL
							       : value.ptr;
}

static const char *check_max_forwards(struct reading *r, struct slice value)
{
	uint32_t n;

	(void)r;
	return number(value, MAX_FORWARDS_MAX, &n);
}

static const char *check_number(struct reading *r, struct slice value)
{
	uint32_t n;

	(void)r;
	return number(value, UINT32_MAX, &n);
}

static const char *check_content_length(struct reading *r, struct slice value)
{
	uint32_t n;
	const char *bad = number(value, UINT32_MAX, &n);

	if (bad != NULL)
		return bad;
	if (!r->has_content_length) {
		r->content_length = n;
		r->has_content_length = true;
	} else if (r->content_length != n) {
		reading_defect(r, SIP_DEFECT_CONTENT_LENGTH_DIFFERS, value.ptr);
	}
	return NULL;
}

/* ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static bool is_q(struct slice q)
{
	if (q.len == 0 || q.len > 5 || (q.ptr[0] != '0' && q.ptr[0] != '1'))
		return false;
	if (q.len > 1 && q.ptr[1] != '.')
		return false;
	for (size_t i = 2; i < q.len; i++)
		if (!lex_is(q.ptr[i], LEX_DIGIT) ||
		    (q.ptr[0] == '1' && q.ptr[i] != '0'))
			return false;
	return true;
}

static const char *check_contact(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);
	struct sip_nameaddr addr;
	uint32_t n;

	if (value.len == 1 && value.ptr[0] == '*')
		return NULL;
	do {
		scan_nameaddr(&c, &addr);
		if (addr.uri.is_sip && !slice_is_set(r->m->contact_host))
			r->m->contact_host = addr.uri.host;
		if (slice_is_set(addr.q) && !is_q(addr.q))
			reading_defect(r, SIP_DEFECT_CONTACT_Q, addr.q.ptr);
		if (slice_is_set(addr.expires) &&
		    number(addr.expires, UINT32_MAX, &n) != NULL)
			reading_defect(r, SIP_DEFECT_CONTACT_EXPIRES,
				       addr.expires.ptr);
	} while (c.bad == NULL && cursor_more(&c));
	return c.bad;
}

static const char *check_user_agent(struct reading *r, struct slice value)
{
	if (!slice_is_set(r->m->user_agent))
		r->m->user_agent = value;
	return NULL;
}

static const char *addresses(struct slice value, bool many, bool brackets)
{
	struct cursor c = cursor_of(value);
	struct sip_nameaddr addr;

	do {
		const char *from = c.p;

		scan_nameaddr(&c, &addr);
		if (brackets &&
		    (addr.uri_text.ptr == from || addr.uri_text.ptr == NULL ||
		     addr.uri_text.ptr[-1] != '<'))
			cursor_break(&c, from);
	} while (many && c.bad == NULL && cursor_more(&c));
	cursor_finish(&c);
	return c.bad;
}

static const char *check_address(struct reading *r, struct slice value)
{
	(void)r;
	return addresses(value, false, false);
}

static const char *check_addresses(struct reading *r, struct slice value)
{
	(void)r;
	return addresses(value, true, false);
}

static const char *check_bracketed(struct reading *r, struct slice value)
{
	(void)r;
	return addresses(value, true, true);
}

/* token *( "," token ) */
static const char *check_tokens(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	(void)r;
	do {
		cursor_token(&c);
	} while (cursor_more(&c));
	return c.bad;
}

static const char *check_tokens_or_none(struct reading *r, struct slice value)
{
	return value.len == 0 ? NULL : check_tokens(r, value);
}

static const char *check_token(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	(void)r;
	cursor_token(&c);
	cursor_finish(&c);
	return c.bad;
}

/* token *( ";" token [ "=" value ] ) */
static const char *check_token_params(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	(void)r;
	cursor_token(&c);
	scan_params(&c);
	cursor_finish(&c);
	return c.bad;
}

static const char *check_dialog_id(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	(void)r;
	scan_call_id(&c);
	scan_params(&c);
	cursor_finish(&c);
	return c.bad;
}

static void scan_media(struct cursor *c)
{
	cursor_token(c);
	if (!cursor_mark(c, '/'))
		cursor_break(c, c->p);
	cursor_token(c);
	scan_params(c);
}

static const char *check_content_type(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	if (!slice_is_set(r->m->content_type))
		r->m->content_type = value;
	scan_media(&c);
	cursor_finish(&c);
	return c.bad;
}

static const char *check_accept(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);

	(void)r;
	if (value.len == 0)
		return NULL;
	do {
		scan_media(&c);
	} while (cursor_more(&c));
	return c.bad;
}

static const char *check_date(struct reading *r, struct slice value)
{
	int64_t seconds;
	size_t at = 0;
	enum err e = sip_date_parse(&seconds, value, &at);

	(void)r;
	return place(e, value, at);
}

static const char *decimal(const char *p, const char *end)
{
	p = lex_span(p, end, LEX_DIGIT);
	return p < end && *p == '.' ? lex_span(p + 1, end, LEX_DIGIT) : p;
}

/* 1*DIGIT [ "." *DIGIT ] [ LWS delay ] */
static const char *check_timestamp(struct reading *r, struct slice value)
{
	const char *end = lex_end(value);
	const char *p = decimal(value.ptr, end);

	(void)r;
	if (value.len == 0 || !lex_is(value.ptr[0], LEX_DIGIT))
		return value.ptr;
	if (p < end && lex_is(*p, LEX_BLANK))
		p = decimal(lex_blanks(p, end), end);
	return p < end ? p : NULL;
}

/* 1*DIGIT "." 1*DIGIT */
static const char *check_mime_version(struct reading *r, struct slice value)
{
	const char *end = lex_end(value);
	const char *dot = lex_span(value.ptr, end, LEX_DIGIT);

	(void)r;
	if (dot == value.ptr || end - dot < 2 || *dot != '.' ||
	    lex_span(dot + 1, end, LEX_DIGIT) != end)
		return value.ptr;
	return NULL;
}

/* delta-seconds *( ";" param ) */
static const char *check_session_timer(struct reading *r, struct slice value)
{
	struct cursor c = cursor_of(value);
	uint32_t n;

	(void)r;
	c.p = lex_span(c.p, c.end, LEX_DIGIT);
	if (!lex_number(value.ptr, c.p, UINT32_MAX, &n))
		cursor_break(&c, value.ptr);
	scan_params(&c);
	cursor_finish(&c);
	return c.bad;
}

static const char *check_rack(struct reading *r, struct slice value)
{
	struct sip_rack rack;

	(void)r;
	return place(sip_rack_parse(&rack, value), value, 0);
}

/* The empty value behind a last comma, which a walk does not come to. */
static bool ends_with_comma(struct slice value)
{
	return value.len > 0 && value.ptr[value.len - 1] == ',';
}

static const char *check_reason(struct reading *r, struct slice value)
{
	struct slice rest = value;
	struct slice one = value;
	struct sip_reason reason;

	(void)r;
	do {
		if (!sip_value_next(&rest, &one) ||
		    sip_reason_parse(&reason, one) != ERR_OK)
			return one.ptr;
	} while (rest.len > 0);
	return ends_with_comma(value) ? lex_end(value) : NULL;
}

static const char *check_warning(struct reading *r, struct slice value)
{
	struct slice rest = value;
	struct slice one = value;
	struct sip_warning warning;

	(void)r;
	do {
		if (!sip_value_next(&rest, &one) ||
		    sip_warning_parse(&warning, one) != ERR_OK)
			return one.ptr;
	} while (rest.len > 0);
	return ends_with_comma(value) ? lex_end(value) : NULL;
}

static const char *check_retry_after(struct reading *r, struct slice value)
{
	uint32_t seconds;

	(void)r;
	return place(sip_retry_after_parse(&seconds, value), value, 0);
}

static const char *check_auth(struct reading *r, struct slice value)
{
	struct sip_auth auth;
	size_t at = 0;
	enum err e = sip_auth_parse(&auth, value, &at);

	(void)r;
	return place(e, value, at);
}

static const char *check_auth_info(struct reading *r, struct slice value)
{
	struct sip_auth auth;
	size_t at = 0;
	enum err e = sip_auth_info_parse(&auth, value, &at);

	(void)r;
	return place(e, value, at);
}

/*
 * A field without a check is text, as all others are.  `again`: it may stand
 * in a message several times though it is no list (RFC 3261 section 7.3.1,
 * RFC 8224 section 4).
 */
static const struct {
	check_fn check;
	enum sip_defect_kind kind;
	bool again;
} rows[SIP_HEADERS] = {
/* clang-format off */
#define ROW(id, check, kind) \
	[SIP_HEADER_##id] = { check, SIP_DEFECT_##kind, false }
#define ROW_AGAIN(id, check, kind) \
	[SIP_HEADER_##id] = { check, SIP_DEFECT_##kind, true }
	ROW_AGAIN(OTHER, NULL, NONE),
	ROW(VIA, check_via, VIA),
	ROW(FROM, check_from, FROM),
	ROW(TO, check_to, TO),
	ROW(CALL_ID, check_call_id, CALL_ID),
	ROW(CSEQ, check_cseq, CSEQ),
	ROW(MAX_FORWARDS, check_max_forwards, MAX_FORWARDS),
	ROW(CONTACT, check_contact, CONTACT),
	ROW(ROUTE, check_bracketed, ROUTE),
	ROW(RECORD_ROUTE, check_bracketed, ROUTE),
	ROW(PATH, check_bracketed, ROUTE),
	ROW(SERVICE_ROUTE, check_bracketed, ROUTE),
	ROW(USER_AGENT, check_user_agent, NONE),
	ROW(CONTENT_TYPE, check_content_type, CONTENT_TYPE),
	ROW(CONTENT_LENGTH, check_content_length, CONTENT_LENGTH),
	ROW(CONTENT_ENCODING, check_tokens, CONTENT_FIELD),
	ROW(CONTENT_DISPOSITION, check_token_params, CONTENT_FIELD),
	ROW(MIME_VERSION, check_mime_version, CONTENT_FIELD),
	ROW(EXPIRES, check_number, EXPIRES),
	ROW(MIN_EXPIRES, check_number, EXPIRES),
	ROW(DATE, check_date, DATE),
	ROW(TIMESTAMP, check_timestamp, TIMESTAMP),
	ROW(REASON, check_reason, REASON),
	ROW(WARNING, check_warning, WARNING),
	ROW(RETRY_AFTER, check_retry_after, RETRY_AFTER),
	ROW(REQUIRE, check_tokens, TOKEN_LIST),
	ROW(PROXY_REQUIRE, check_tokens, TOKEN_LIST),
	ROW(SUPPORTED, check_tokens_or_none, TOKEN_LIST),
	ROW(UNSUPPORTED, check_tokens, TOKEN_LIST),
	ROW(ALLOW, check_tokens_or_none, TOKEN_LIST),
	ROW(ALLOW_EVENTS, check_tokens, TOKEN_LIST),
	ROW(RESOURCE_PRIORITY, check_tokens, TOKEN_LIST),
	ROW(ACCEPT, check_accept, ACCEPT),
	ROW_AGAIN(AUTHORIZATION, check_auth, AUTH),
	ROW_AGAIN(PROXY_AUTHORIZATION, check_auth, AUTH),
	ROW_AGAIN(WWW_AUTHENTICATE, check_auth, AUTH),
	ROW_AGAIN(PROXY_AUTHENTICATE, check_auth, AUTH),
	ROW(AUTHENTICATION_INFO, check_auth_info, AUTH),
	ROW(P_ASSERTED_IDENTITY, check_addresses, ADDRESS),
	ROW(P_PREFERRED_IDENTITY, check_addresses, ADDRESS),
	ROW(REMOTE_PARTY_ID, check_addresses, ADDRESS),
	ROW(DIVERSION, check_addresses, ADDRESS),
	ROW(HISTORY_INFO, check_bracketed, ADDRESS),
	ROW(REFER_TO, check_address, ADDRESS),
	ROW(REFERRED_BY, check_address, ADDRESS),
	ROW(GEOLOCATION, check_bracketed, ADDRESS),
	ROW(CALL_INFO, check_bracketed, ADDRESS),
	ROW(ALERT_INFO, check_bracketed, ADDRESS),
	ROW_AGAIN(IDENTITY, NULL, NONE),
	ROW_AGAIN(IDENTITY_INFO, check_bracketed, ADDRESS),
	ROW(PRIVACY, check_token_params, TOKEN_PARAMS),
	ROW(SESSION_ID, check_token_params, TOKEN_PARAMS),
	ROW(EVENT, check_token_params, TOKEN_PARAMS),
	ROW(SUBSCRIPTION_STATE, check_token_params, TOKEN_PARAMS),
	ROW(SIP_ETAG, check_token, TOKEN_PARAMS),
	ROW(SIP_IF_MATCH, check_token, TOKEN_PARAMS),
	ROW(SESSION_EXPIRES, check_session_timer, SESSION_TIMER),
	ROW(MIN_SE, check_session_timer, SESSION_TIMER),
	ROW(RSEQ, check_number, RELIABLE),
	ROW(RACK, check_rack, RELIABLE),
	ROW(REPLACES, check_dialog_id, DIALOG_ID),
	ROW(JOIN, check_dialog_id, DIALOG_ID),
#undef ROW
#undef ROW_AGAIN
	/* clang-format on */
};

void field_check_bytes(struct reading *r, const char *from, const char *to)
{
	const char *at;
	enum lex_odd odd = lex_odd(from, to, &at);

	if (odd == LEX_ODD_CONTROL)
		reading_defect(r, SIP_DEFECT_CONTROL_CHARACTER, at);
	else if (odd == LEX_ODD_UTF8)
		reading_defect(r, SIP_DEFECT_UTF8, at);
}

/*
 * Where the name ends and the colon stands, as sip_header_next has it: with no
 * colon the name is empty and the value begins at once.
 */
static struct slice read_name(struct reading *r, const struct line *l,
			      const char **value)
{
	const char *from = l->start;
	const char *to = lex_span(from, l->end, LEX_TOKEN);
	const char *p = to;

	while (p < l->end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < l->end && *p == ':' && to > from) {
		*value = p + 1;
		return lex_slice(from, to);
	}
	reading_defect(r, SIP_DEFECT_FIELD_LINE, p);
	p = memchr(from, ':', (size_t)(l->end - from));
	*value = p == NULL ? from : p + 1;
	return slice_trim(lex_slice(from, p == NULL ? from : p));
}

void field_read(struct reading *r, const struct line *l)
{
	const char *from;
	struct slice name = read_name(r, l, &from);
	enum sip_header_id id = sip_header_of(name);
	uint64_t bit = UINT64_C(1) << id;
	const char *bad;

	if (!l->plain)
		field_check_bytes(r, l->start, l->end);
	from = lex_blanks(from, l->end);
	if ((r->m->present & bit) != 0 && !rows[id].again &&
	    !sip_header_is_list(id))
		reading_defect(r, SIP_DEFECT_FIELD_REPEATED, l->start);
	r->m->present |= bit;
	if (rows[id].check == NULL)
		return;
	bad = rows[id].check(r, lex_trimmed(from, l->end));
	if (bad != NULL)
		reading_defect(r, rows[id].kind, bad);
}
