#include "sipmon/sip/reason.h"

#include "cursor.h"

static void keep_param(struct cursor *c, struct sip_reason *out,
		       const struct sip_param *param)
{
	struct slice v = param->value;

	if (slice_eq_nocase(param->name, SLICE("cause"))) {
		out->has_cause =
			lex_number(v.ptr, lex_end(v), UINT32_MAX, &out->cause);
		if (!out->has_cause)
			cursor_break(c, param->name.ptr);
	} else if (slice_eq_nocase(param->name, SLICE("text"))) {
		out->text = v;
	} else if (slice_eq_nocase(param->name, SLICE("location"))) {
		out->location = v;
	} else if (slice_eq_nocase(param->name, SLICE("ppi"))) {
		out->ppi = v;
	}
}

/* reason-value = protocol *( ";" reason-params ) */
enum err sip_reason_parse(struct sip_reason *out, struct slice value)
{
	struct cursor c = cursor_of(value);
	struct sip_param param;

	*out = (struct sip_reason){ 0 };
	cursor_blanks(&c);
	out->protocol = cursor_token(&c);
	while (scan_next_param(&c, &param))
		keep_param(&c, out, &param);
	return cursor_result(&c, value, NULL);
}

/* warning-value = warn-code SP warn-agent SP warn-text */
enum err sip_warning_parse(struct sip_warning *out, struct slice value)
{
	struct slice v = slice_trim(value);
	struct cursor c = cursor_of(v);
	const char *digits = c.p;

	*out = (struct sip_warning){ 0 };
	c.p = lex_span(digits, c.end, LEX_DIGIT);
	if (c.p - digits != 3 || !lex_number(digits, c.p, 999, &out->code))
		cursor_break(&c, digits);
	cursor_blanks(&c);
	out->agent.ptr = c.p;
	/* hostport or a pseudonym: what stands there up to the next blank */
	while (c.p < c.end && !lex_is(*c.p, LEX_BLANK) && *c.p != '"')
		c.p++;
	out->agent.len = (size_t)(c.p - out->agent.ptr);
	if (out->agent.len == 0 || c.p == c.end || !lex_is(*c.p, LEX_BLANK))
		cursor_break(&c, c.p);
	cursor_blanks(&c);
	if (cursor_at(&c, '"'))
		out->text = cursor_quoted(&c);
	else
		cursor_break(&c, c.p);
	return cursor_result(&c, v, NULL);
}

/* delta-seconds [ comment ] *( ";" retry-param ) */
enum err sip_retry_after_parse(uint32_t *seconds, struct slice value)
{
	struct slice v = slice_trim(value);
	const char *end = lex_end(v);
	const char *p = lex_span(v.ptr, end, LEX_DIGIT);

	if (p < end && !lex_is(*p, LEX_BLANK) && *p != ';' && *p != '(')
		return ERR_MALFORMED;
	return lex_number(v.ptr, p, UINT32_MAX, seconds) ? ERR_OK
							 : ERR_MALFORMED;
}
