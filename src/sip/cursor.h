/*
 * cursor.h - reading a field from left to right.
 *
 * A reader takes what it knows and leaves the rest.  Where the grammar breaks
 * it notes the first place in `bad` and goes on as well as it can.
 */
#ifndef SIPMON_SIP_CURSOR_H
#define SIPMON_SIP_CURSOR_H

#include "lexer.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/params.h"
#include "sipmon/sip/uri.h"
#include "sipmon/sip/via.h"

struct cursor {
	const char *p;
	const char *end;
	const char *bad; /* NULL while all is well */
};

static inline struct cursor cursor_of(struct slice s)
{
	const char *p = s.ptr == NULL ? "" : s.ptr;

	return (struct cursor){ p, p + s.len, NULL };
}

static inline void cursor_break(struct cursor *c, const char *at)
{
	if (c->bad == NULL)
		c->bad = at;
}

static inline void cursor_blanks(struct cursor *c)
{
	c->p = lex_blanks(c->p, c->end);
}

/* Is the next character `ch`?  It is not taken. */
static inline bool cursor_at(const struct cursor *c, char ch)
{
	return c->p < c->end && *c->p == ch;
}

/* Takes `ch` and the blanks around it, if it is next. */
static inline bool cursor_mark(struct cursor *c, char ch)
{
	const char *p = lex_blanks(c->p, c->end);

	if (p == c->end || *p != ch)
		return false;
	c->p = lex_blanks(p + 1, c->end);
	return true;
}

/* A token, empty and a break if there is none. */
static inline struct slice cursor_token(struct cursor *c)
{
	const char *from = c->p;

	c->p = lex_span(from, c->end, LEX_TOKEN);
	if (c->p == from)
		cursor_break(c, from);
	return lex_slice(from, c->p);
}

/* After the last value: anything but blanks is a break. */
static inline void cursor_finish(struct cursor *c)
{
	cursor_blanks(c);
	if (c->p < c->end)
		cursor_break(c, c->p);
}

/*
 * After a value of a list: true if another one follows.  What is neither
 * comma nor end is a break and ends the list.
 */
static inline bool cursor_more(struct cursor *c)
{
	if (cursor_mark(c, ','))
		return true;
	cursor_finish(c);
	return false;
}

/* The ERR_ and offset that the parsers of one value answer with. */
static inline enum err cursor_result(struct cursor *c, struct slice text,
				     size_t *at)
{
	cursor_finish(c);
	if (c->bad == NULL)
		return ERR_OK;
	if (at != NULL)
		*at = text.len == 0 ? 0 : (size_t)(c->bad - text.ptr);
	return ERR_MALFORMED;
}

/* A quoted string, quotes kept; `c->p` is at the opening quote. */
static inline struct slice cursor_quoted(struct cursor *c)
{
	const char *from = c->p;
	const char *to = lex_quoted(from, c->end);

	if (to == NULL) {
		cursor_break(c, from);
		to = c->end;
	}
	c->p = to;
	return lex_slice(from, to);
}

/* A host, and a port if a colon follows: RFC 3261 section 25.1 "hostport". */
void scan_host(struct cursor *c, struct slice *host);
void scan_port(struct cursor *c, struct slice *port);

/* Any URI; stops at the first character that cannot belong to it. */
void scan_uri(struct cursor *c, struct sip_uri *out);

/* `c->p` is at "name", behind the ';' or ','; `extra` is allowed in a value. */
void scan_param(struct cursor *c, struct sip_param *out, unsigned extra);

/* ";name=value" if that is next. */
static inline bool scan_next_param(struct cursor *c, struct sip_param *out)
{
	if (!cursor_mark(c, ';'))
		return false;
	scan_param(c, out, 0);
	return true;
}

/* Past all parameters; they are only looked at for their grammar. */
void scan_params(struct cursor *c);

/* One value of From, Contact, Route and kin with its parameters. */
void scan_nameaddr(struct cursor *c, struct sip_nameaddr *out);

/* One value of Via. */
void scan_via(struct cursor *c, struct sip_via *out);

#endif
