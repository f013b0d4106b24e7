#include "sipmon/sip/session_id.h"

#include "lexer.h"
#include "sipmon/sip/params.h"

static bool is_uuid(struct slice s)
{
	const char *end = lex_end(s);

	return s.len == SIP_UUID_BYTES && lex_span(s.ptr, end, LEX_HEX) == end;
}

/* session-id-value = local-uuid *( SEMI sess-id-param ) */
enum err sip_session_id_parse(struct sip_session_id *out, struct slice value)
{
	struct slice rest;
	struct slice remote;

	*out = (struct sip_session_id){ SLICE_NONE, SLICE_NONE };
	out->local = slice_trim(slice_split(value, ';', &rest));
	if (!is_uuid(out->local))
		return ERR_MALFORMED;
	/* so it is written nearly always */
	if (slice_eq(slice_sub(rest, 0, 7), SLICE("remote=")) &&
	    rest.len == 7 + SIP_UUID_BYTES)
		remote = slice_sub(rest, 7, SIP_UUID_BYTES);
	else
		remote = sip_param_find(rest, SLICE("remote"));
	if (is_uuid(remote))
		out->remote = remote;
	return ERR_OK;
}

bool sip_uuid_is_nil(struct slice uuid)
{
	for (size_t i = 0; i < uuid.len; i++)
		if (uuid.ptr[i] != '0')
			return false;
	return true;
}
