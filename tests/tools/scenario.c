#include "scenario.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX    (64U << 20)
#define MESSAGE_BYTES_MAX 65536
#define SECOND_NS         INT64_C(1000000000)
#define EVENTS_AT_ONCE    64

/* ---- reading */

static enum err read_file(struct buf *out, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	size_t n;

	buf_init(out, FILE_BYTES_MAX);
	if (f == NULL)
		return ERR_SYSTEM;
	do {
		char *here = buf_reserve(out, 65536);

		n = here == NULL ? 0 : fread(here, 1, 65536, f);
		out->len += n;
	} while (n > 0);
	if (f != stdin)
		(void)fclose(f);
	return out->failed ? ERR_NOMEM : ERR_OK;
}

/* "12.250" in nanoseconds; at most nine digits behind the point count. */
static bool parse_time(struct slice s, int64_t *out)
{
	uint32_t seconds;
	int64_t unit = SECOND_NS / 10;
	struct slice rest;

	if (!slice_to_u32(slice_split(s, '.', &rest), 1000000000, &seconds))
		return false;
	*out = seconds * SECOND_NS;
	for (size_t i = 0; i < rest.len && i < 9; i++) {
		if (rest.ptr[i] < '0' || rest.ptr[i] > '9')
			return false;
		*out += (rest.ptr[i] - '0') * unit;
		unit /= 10;
	}
	return true;
}

/* "192.0.2.1:5060" or "[2001:db8::1]:5060" */
static bool parse_endpoint(struct slice s, struct endpoint *out)
{
	char text[64];
	size_t colon = s.len;
	struct slice host;
	uint32_t port;

	*out = (struct endpoint){ .family = 4 };
	while (colon > 0 && s.ptr[colon - 1] != ':')
		colon--;
	if (colon < 2 ||
	    !slice_to_u32(slice_sub(s, colon, s.len), 65535, &port))
		return false;
	host = slice_sub(s, 0, colon - 1);
	out->port = (uint16_t)port;
	if (host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
		host = slice_sub(host, 1, host.len - 2);
		out->family = 6;
	}
	return inet_pton(out->family == 6 ? AF_INET6 : AF_INET,
			 slice_copy(host, text, sizeof(text)),
			 out->address) == 1;
}

/* What follows the `@` of a line. */
static bool parse_event(struct slice line, struct scenario_event *e)
{
	struct slice rest;
	struct slice time = slice_split(slice_trim(line), ' ', &rest);
	struct slice to;
	struct slice from = slice_split(rest, '>', &to);

	return parse_time(time, &e->time_ns) && slice_is_set(to) &&
	       parse_endpoint(slice_trim(from), &e->source) &&
	       parse_endpoint(slice_trim(to), &e->destination) &&
	       e->source.family == e->destination.family;
}

static struct scenario_event *add_event(struct scenario *s)
{
	if (s->count % EVENTS_AT_ONCE == 0) {
		size_t room = s->count + EVENTS_AT_ONCE;
		struct scenario_event *more =
			realloc(s->events, room * sizeof(*more));

		if (more == NULL)
			return NULL;
		s->events = more;
	}
	return &s->events[s->count++];
}

static enum err parse_lines(struct scenario *s, const char *path,
			    struct problem *problem)
{
	struct slice rest = buf_slice(&s->file);
	struct scenario_event *e = NULL;

	for (unsigned number = 1; rest.len > 0; number++) {
		struct slice line = slice_split(rest, '\n', &rest);
		const char *end = line.ptr + line.len;

		if (line.len > 0 && line.ptr[0] == '@') {
			e = add_event(s);
			if (e == NULL)
				return ERR_NOMEM;
			if (!parse_event(slice_sub(line, 1, line.len), e)) {
				problem_set(problem,
					    "%s:%u: expected @ TIME A:PORT > "
					    "B:PORT",
					    path, number);
				return ERR_MALFORMED;
			}
			e->text = (struct slice){ end, 0 };
		} else if (e == NULL) {
			if (line.len == 0 || line.ptr[0] == '#')
				continue;
			problem_set(problem, "%s:%u: no message begins here",
				    path, number);
			return ERR_MALFORMED;
		} else {
			if (e->text.len == 0)
				e->text.ptr = line.ptr;
			e->text.len = (size_t)(end - e->text.ptr) + 1;
		}
	}
	return ERR_OK;
}

enum err scenario_read(struct scenario *s, const char *path,
		       struct problem *problem)
{
	enum err e;

	*s = (struct scenario){ .count = 0 };
	e = read_file(&s->file, path);
	if (e == ERR_OK)
		/* So that the last line ends within the buffer. */
		buf_add_char(&s->file, '\n');
	if (e == ERR_SYSTEM)
		problem_set(problem, "%s: %s", path, strerror(errno));
	else if (e != ERR_OK || s->file.failed)
		problem_set(problem, "%s: too large", path);
	if (e == ERR_OK) {
		s->file.len--;
		e = parse_lines(s, path, problem);
	}
	return e;
}

void scenario_free(struct scenario *s)
{
	free(s->events);
	buf_free(&s->file);
}

/* ---- writing */

static unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return (unsigned)(c | 0x20) - 'a' + 10;
}

/* The byte of an escape at `s`, behind its backslash; false: \c */
static bool unescape(struct slice s, size_t *used, struct buf *out)
{
	char c = '\\';

	*used = 1;
	if (s.len > 0)
		c = s.ptr[0];
	switch (c) {
	case 'c':
		return false;
	case 'r':
		c = '\r';
		break;
	case 'n':
		c = '\n';
		break;
	case 't':
		c = '\t';
		break;
	case '0':
		c = '\0';
		break;
	case 'x':
		if (s.len < 3)
			break;
		c = (char)(hex_digit(s.ptr[1]) << 4 | hex_digit(s.ptr[2]));
		*used = 3;
		break;
	default:
		break;
	}
	buf_add_char(out, c);
	return true;
}

static void render_line(struct slice line, unsigned repetition, struct buf *out)
{
	bool escapes = line.len > 0 && line.ptr[0] == '!';

	for (size_t i = escapes ? 1 : 0; i < line.len; i++) {
		size_t used = 0;

		if (line.len - i >= 3 && memcmp(line.ptr + i, "{n}", 3) == 0) {
			buf_add_format(out, "%u", repetition);
			i += 2;
		} else if (escapes && line.ptr[i] == '\\') {
			if (!unescape(slice_sub(line, i + 1, line.len), &used,
				      out))
				return;
			i += used;
		} else {
			buf_add_char(out, line.ptr[i]);
		}
	}
	buf_add_text(out, "\r\n");
}

void scenario_render(const struct scenario_event *e, unsigned repetition,
		     struct buf *out)
{
	struct slice auto_length = SLICE("Content-Length: auto");
	struct slice body = e->text;
	struct slice rest = e->text;
	struct buf rendered;
	bool in_head = true;

	while (body.len > 0 && slice_split(body, '\n', &body).len > 0)
		;
	buf_init(&rendered, MESSAGE_BYTES_MAX);
	while (slice_is_set(body) && body.len > 0)
		render_line(slice_split(body, '\n', &body), repetition,
			    &rendered);
	while (rest.len > 0 && in_head) {
		struct slice line = slice_split(rest, '\n', &rest);

		in_head = line.len > 0;
		if (slice_eq(line, auto_length))
			buf_add_format(out, "Content-Length: %zu\r\n",
				       rendered.len);
		else
			render_line(line, repetition, out);
	}
	buf_add(out, buf_slice(&rendered));
	if (rendered.failed)
		out->failed = true;
	buf_free(&rendered);
}
