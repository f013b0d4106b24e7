#include "sipmon/sip/framer.h"

#include "lexer.h"
#include "line.h"
#include "sipmon/sip/header.h"
#include "sipmon/sip/message.h"
#include "start_line.h"

/* What servers take of a request line (RFC 9112 section 3); we need a bound. */
#define LINE_BYTES_MAX 8192

/* A length above is no length: nobody will ever send so much. */
#define LENGTH_MAX (UINT32_C(1) << 31)

enum flag {
	MIDLINE = 1 << 0, /* what stands before the next line end is no start
			     line */
	IN_HEAD = 1 << 1, /* the start line was found, at the first byte */
	CLAIMED = 1 << 2, /* the length of the body is known */
	HOLDS = 1 << 3,   /* the body may hold messages of its own */
	FIELDS = 1 << 4,  /* the first field was seen */
	TELLS = 1 << 5,   /* `line` is where fields may tell of the body */
};

static bool is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* Gives `n` bytes away; `flags` are for what follows. */
static enum sip_frame give(struct sip_framer *f, enum sip_frame kind, size_t n,
			   size_t *len, uint32_t flags)
{
	*f = (struct sip_framer){ .flags = flags };
	*len = n;
	return kind;
}

/* For what follows `n` bytes that were given up, whatever line they stop in. */
static uint32_t behind(struct slice bytes, size_t n)
{
	return is_line_end(bytes.ptr[n - 1]) ? 0 : MIDLINE;
}

static enum sip_frame more(size_t need, size_t *len)
{
	*len = need;
	return SIP_FRAME_MORE;
}

/* May the line that stops at `end` become a start line? */
static bool is_hopeful(const char *p, const char *end)
{
	return p == end ||
	       (end - p <= LINE_BYTES_MAX && *p > ' ' && *p != 0x7f);
}

/*
 * Looks for a start line from `f->line` on.  True if there is one: it begins
 * at `f->line` and ends at `f->scanned`.  Else `f->line` is where the line
 * begins that the bytes stop in, and MIDLINE tells that it is hopeless.
 */
static bool find_start_line(struct sip_framer *f, const char *bytes,
			    const char *end)
{
	const char *from = bytes + f->line;
	const char *p = bytes + f->scanned;
	bool found = false;
	struct line l;

	while (p < end) {
		line_read_single(&l, p, end);
		p = l.end;
		if ((f->flags & MIDLINE) == 0 && !is_hopeful(from, p))
			f->flags |= MIDLINE;
		if (p == end)
			break;
		found = (f->flags & MIDLINE) == 0 && start_line_is(from, p);
		if (found)
			break;
		f->flags &= ~(uint32_t)MIDLINE;
		from = p = start_line_skip(p, end);
	}
	f->line = (uint32_t)(from - bytes);
	f->scanned = (uint32_t)(p - bytes);
	return found;
}

/*
 * May Content-Length or Content-Type begin here, or a compact form of them?
 * Yes if too few bytes came.
 */
static bool may_tell(const char *p, const char *end)
{
	char c = (char)(*p | 0x20);

	if (end - p < 8)
		return true;
	return (c == 'c' || c == 'l') &&
	       (!lex_is(p[1], LEX_ALPHA) ||
		lex_load8(p) == lex_load8("content-"));
}

/*
 * A line of the head begins at `p` < `end`.  The first that may tell of the
 * body is kept: those before it, nearly all, are not read again.  One that
 * begins with a blank continues another, unless it is the first of all.
 */
static void note_field(struct sip_framer *f, const char *bytes, const char *p,
		       const char *end)
{
	bool first = (f->flags & FIELDS) == 0;

	f->flags |= FIELDS;
	if ((f->flags & TELLS) != 0 ||
	    !(*p == ' ' || *p == '\t' ? first : may_tell(p, end)))
		return;
	f->flags |= TELLS;
	f->line = (uint32_t)(p - bytes);
}

/*
 * Where the head ends, 0 if it does not yet: behind a line end that follows a
 * line end, as line_read has them.  With `whole` nothing else belongs to it.
 *
 * A row of CRs tells what it is by what follows: with LF one line end, and
 * without it the first CR is one and the second an empty line.  `f->scanned`
 * stops at the end of such a row, so that none is walked along twice.
 */
static size_t find_head_end(struct sip_framer *f, const char *bytes,
			    const char *end, bool whole)
{
	const char *p = bytes + f->scanned;

	while (p < end || whole) {
		const char *row;
		struct line l;
		bool lf;

		if (p < end && p[-1] == '\n')
			note_field(f, bytes, p, end);
		if (p < end && p[-1] != '\r') {
			line_read_single(&l, p, end);
			p = l.end;
		}
		while (p < end && *p == '\r')
			p++;
		if (p == end && !whole)
			break;
		for (row = p; row[-1] == '\r';)
			row--;
		lf = p < end && *p == '\n';
		if (row[-1] == '\n' && (lf || row < p))
			return (size_t)((lf ? p : row) + 1 - bytes);
		if (!lf && p - row > 1)
			return (size_t)(row + 2 - bytes);
		if (p == end)
			return 0;
		if (!lf) /* a lone CR: the next line begins at once */
			note_field(f, bytes, p, end);
		p += 1;
	}
	f->scanned = (uint32_t)(p - bytes);
	return 0;
}

/* Types whose bodies are messages, or parts that may be (RFC 2046, 5621). */
static bool holds_messages(struct slice content_type)
{
	struct slice type = slice_trim(slice_split(content_type, '/', NULL));

	return LEX_IS_NAME(type, "message") || LEX_IS_NAME(type, "multipart");
}

/* How long the body is: the first length that is a number counts. */
static void read_head(struct sip_framer *f, const char *bytes)
{
	bool tells = (f->flags & TELLS) != 0;
	struct slice rest = { bytes + f->line, tells ? f->head - f->line : 0 };
	bool has_type = false;
	struct sip_header h;

	while (sip_header_next(&rest, &h)) {
		if (h.id == SIP_HEADER_CONTENT_LENGTH &&
		    (f->flags & CLAIMED) == 0 &&
		    lex_number(h.value.ptr, lex_end(h.value), LENGTH_MAX,
			       &f->body))
			f->flags |= CLAIMED;
		if (h.id == SIP_HEADER_CONTENT_TYPE && !has_type) {
			has_type = true;
			if (holds_messages(h.value))
				f->flags |= HOLDS;
		}
	}
	if (!has_type)
		f->flags |= CLAIMED;
}

static enum sip_frame next_body(struct sip_framer *f, struct slice bytes,
				bool last, size_t *len)
{
	bool claimed = (f->flags & CLAIMED) != 0;
	uint64_t whole = (uint64_t)f->head + (claimed ? f->body : LENGTH_MAX);
	size_t n = whole < SIP_MESSAGE_BYTES_MAX ? (size_t)whole
						 : SIP_MESSAGE_BYTES_MAX;
	size_t there = n < bytes.len ? n : bytes.len;
	bool opaque = claimed && (f->flags & HOLDS) != 0;

	if (!opaque && find_start_line(f, bytes.ptr, bytes.ptr + there))
		return give(f, SIP_FRAME_MESSAGE, f->line, len, 0);
	if (there == n) {
		give(f, SIP_FRAME_MESSAGE, n, len,
		     claimed ? 0 : behind(bytes, n));
		f->left = claimed ? whole - n : 0;
		return SIP_FRAME_MESSAGE;
	}
	if (last)
		return give(f, claimed ? SIP_FRAME_CUT : SIP_FRAME_MESSAGE,
			    bytes.len, len, 0);
	return more(opaque ? n : 0, len);
}

static enum sip_frame next_head(struct sip_framer *f, struct slice bytes,
				bool last, size_t *len)
{
	bool full = bytes.len >= SIP_MESSAGE_BYTES_MAX;
	size_t n = full ? SIP_MESSAGE_BYTES_MAX : bytes.len;
	size_t head = find_head_end(f, bytes.ptr, bytes.ptr + n, full || last);

	/* One field of it is larger than a message may be (a token of 1 MB):
	 * what came before it still tells whose it is. */
	if (head == 0 && full)
		return give(f, SIP_FRAME_MESSAGE, n, len, behind(bytes, n));
	if (head == 0 && last)
		return give(f, SIP_FRAME_OTHER, n, len, behind(bytes, n));
	if (head == 0)
		return more(0, len);
	f->head = (uint32_t)head;
	read_head(f, bytes.ptr);
	f->line = f->scanned = f->head;
	/* a fragment of a message (RFC 3420) is not the next one */
	if ((f->flags & (CLAIMED | HOLDS)) == HOLDS)
		f->flags |= MIDLINE;
	return next_body(f, bytes, last, len);
}

static enum sip_frame next_other(struct sip_framer *f, size_t n, size_t *len)
{
	uint32_t scanned = f->scanned - (uint32_t)n;
	enum sip_frame frame =
		give(f, SIP_FRAME_OTHER, n, len, f->flags & MIDLINE);

	f->scanned = scanned;
	return frame;
}

enum sip_frame sip_framer_next(struct sip_framer *f, struct slice bytes,
			       bool last, size_t *len)
{
	if (bytes.len == 0)
		return more(0, len);
	if (bytes.len > LENGTH_MAX) {
		bytes.len = LENGTH_MAX;
		last = false;
	}
	if (f->left > 0) {
		*len = f->left < bytes.len ? (size_t)f->left : bytes.len;
		f->left -= *len;
		return SIP_FRAME_OTHER;
	}
	if (f->head > 0)
		return next_body(f, bytes, last, len);
	if ((f->flags & IN_HEAD) != 0)
		return next_head(f, bytes, last, len);
	if (!find_start_line(f, bytes.ptr, bytes.ptr + bytes.len)) {
		if (last || (f->flags & MIDLINE) != 0)
			return next_other(f, bytes.len, len);
		return f->line > 0 ? next_other(f, f->line, len) : more(0, len);
	}
	if (f->line > 0)
		return next_other(f, f->line, len);
	f->flags |= IN_HEAD;
	f->line = f->scanned;
	return next_head(f, bytes, last, len);
}

enum sip_begins sip_framer_begins(struct slice bytes)
{
	const char *end = lex_end(bytes);
	struct line l;

	if (bytes.len == 0)
		return SIP_BEGINS_MORE;
	if (start_line_begins(bytes.ptr, end))
		return SIP_BEGINS_YES;
	line_read_single(&l, bytes.ptr, end);
	if (!is_hopeful(l.start, l.end))
		return SIP_BEGINS_NO;
	if (l.end == end)
		return SIP_BEGINS_MORE;
	return start_line_is(l.start, l.end) ? SIP_BEGINS_YES : SIP_BEGINS_NO;
}

size_t sip_framer_seek(struct slice bytes)
{
	struct sip_framer f = { .flags = 0 };

	bytes = slice_sub(bytes, 0, LENGTH_MAX);
	if (!find_start_line(&f, bytes.ptr, lex_end(bytes)) &&
	    (f.flags & MIDLINE) != 0)
		return bytes.len;
	return f.line;
}
