#include "sipmon/sip/cseq.h"

#include "cursor.h"

/* 1*DIGIT LWS; false if there is no such thing. */
static bool scan_number(struct cursor *c, struct slice *digits)
{
	const char *from = c->p;

	c->p = lex_span(from, c->end, LEX_DIGIT);
	*digits = lex_slice(from, c->p);
	if (c->p == from || c->p == c->end || !lex_is(*c->p, LEX_BLANK)) {
		cursor_break(c, c->p);
		return false;
	}
	cursor_blanks(c);
	return true;
}

enum err sip_cseq_parse(struct sip_cseq *out, struct slice value, size_t *at)
{
	struct cursor c = cursor_of(value);
	struct slice digits;
	enum err e;

	*out = (struct sip_cseq){ 0 };
	scan_number(&c, &digits);
	out->has_number = lex_number(digits.ptr, digits.ptr + digits.len,
				     SIP_CSEQ_MAX, &out->number);
	if (c.p < c.end)
		out->method = cursor_token(&c);
	e = cursor_result(&c, value, at);
	if (e != ERR_OK || out->has_number)
		return e;
	if (at != NULL)
		*at = 0;
	return ERR_LIMIT;
}

enum err sip_rack_parse(struct sip_rack *out, struct slice value)
{
	struct cursor c = cursor_of(value);
	struct slice rseq;
	struct slice cseq;

	*out = (struct sip_rack){ 0 };
	if (!scan_number(&c, &rseq) || !scan_number(&c, &cseq) ||
	    !lex_number(rseq.ptr, rseq.ptr + rseq.len, UINT32_MAX,
			&out->rseq) ||
	    !lex_number(cseq.ptr, cseq.ptr + cseq.len, SIP_CSEQ_MAX,
			&out->cseq))
		return ERR_MALFORMED;
	out->method = cursor_token(&c);
	return cursor_result(&c, value, NULL);
}
