#include "sink.h"

#include <errno.h>

#define PORTION_BYTES ((size_t)64 * 1024)

/* One value of a report is a few messages long at most; this is far above. */
#define BUFFER_MAX ((size_t)64 * 1024 * 1024)

void sink_init(struct sink *s, FILE *out)
{
	*s = (struct sink){ .out = out };
	buf_init(&s->buf, BUFFER_MAX);
}

static void flush(struct sink *s)
{
	size_t len = s->buf.len;

	if (s->err == ERR_OK && s->buf.failed)
		s->err = ERR_NOMEM;
	if (s->err == ERR_OK && len > 0 &&
	    fwrite(s->buf.ptr, 1, len, s->out) != len) {
		s->err = ERR_SYSTEM;
		s->reason = errno;
	}
	buf_clear(&s->buf);
}

void sink_pass(struct sink *s)
{
	if (s->buf.len >= PORTION_BYTES || s->buf.failed)
		flush(s);
}

enum err sink_end(struct sink *s)
{
	flush(s);
	if (s->err == ERR_OK && fflush(s->out) != 0) {
		s->err = ERR_SYSTEM;
		s->reason = errno;
	}
	buf_free(&s->buf);
	errno = s->reason;
	return s->err;
}
