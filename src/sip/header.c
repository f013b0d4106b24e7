#include "sipmon/sip/header.h"

#include "lexer.h"
#include "line.h"

#define NAME_BYTES_MAX 20

struct row {
	const char *name;
	uint8_t len;
	bool is_list;
};

static const struct row rows[SIP_HEADERS] = {
	[SIP_HEADER_OTHER] = { "", 0, false },
#define SIP_HEADER(id, name, compact, is_list)                                 \
	[SIP_HEADER_##id] = { name, sizeof(name) - 1, is_list },
#include "sipmon/sip/headers.def"
#undef SIP_HEADER
};

/* In both tables a later row overrides the one before it: that is meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

/* The last row of each length; the others of that length stand before it. */
static const uint8_t last_of_length[NAME_BYTES_MAX + 1] = {
#define SIP_HEADER(id, name, compact, is_list)                                 \
	[sizeof(name) - 1] = SIP_HEADER_##id,
#include "sipmon/sip/headers.def"
#undef SIP_HEADER
};

/* [0] gathers those without a compact form. */
static const uint8_t of_compact[128] = {
#define SIP_HEADER(id, name, compact, is_list) [compact] = SIP_HEADER_##id,
#include "sipmon/sip/headers.def"
#undef SIP_HEADER
};

#pragma GCC diagnostic pop

enum sip_header_id sip_header_of(struct slice name)
{
	unsigned id;

	if (name.len == 0 || name.len > NAME_BYTES_MAX)
		return SIP_HEADER_OTHER;
	if (name.len == 1) {
		if (!lex_is(name.ptr[0], LEX_ALPHA))
			return SIP_HEADER_OTHER;
		return (enum sip_header_id)of_compact[name.ptr[0] | 0x20];
	}
	for (id = last_of_length[name.len]; rows[id].len == name.len; id--)
		if (lex_same_name(rows[id].name, name.ptr, name.len))
			return (enum sip_header_id)id;
	return SIP_HEADER_OTHER;
}

const char *sip_header_name(enum sip_header_id id)
{
	return id < SIP_HEADERS ? rows[id].name : "";
}

bool sip_header_is_list(enum sip_header_id id)
{
	return id < SIP_HEADERS && rows[id].is_list;
}

bool sip_header_next(struct slice *rest, struct sip_header *out)
{
	const char *end = lex_end(*rest);
	const char *colon;
	struct line l;

	if (rest->len == 0)
		return false;
	line_read(&l, rest->ptr, end);
	*rest = lex_slice(l.next, end);
	out->line = lex_slice(l.start, l.end);
	colon = memchr(l.start, ':', out->line.len);
	if (colon == NULL) {
		out->id = SIP_HEADER_OTHER;
		out->name = lex_slice(l.start, l.start);
		out->value = slice_trim(out->line);
		return true;
	}
	out->name = slice_trim(lex_slice(l.start, colon));
	out->id = sip_header_of(out->name);
	out->value = slice_trim(lex_slice(colon + 1, l.end));
	return true;
}

bool sip_value_next(struct slice *rest, struct slice *value)
{
	const char *end = lex_end(*rest);
	const char *comma;

	if (rest->len == 0)
		return false;
	comma = lex_comma(rest->ptr, end);
	*value = slice_trim(lex_slice(rest->ptr, comma));
	*rest = lex_slice(comma < end ? comma + 1 : end, end);
	return true;
}
