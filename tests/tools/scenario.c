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
#define RTP_COUNT_MAX     1000000
#define RTP_SIZE_MAX      1400

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

/* ---- RTP */

/* "26" or "0x1a" */
static bool parse_number(struct slice s, uint32_t max, uint32_t *out)
{
	char text[16];
	char *end;
	unsigned long value;

	if (s.len < 3 || s.ptr[0] != '0' || s.ptr[1] != 'x')
		return slice_to_u32(s, max, out);
	if (s.len >= sizeof(text))
		return false;
	value = strtoul(slice_copy(s, text, sizeof(text)), &end, 16);
	*out = (uint32_t)value;
	return *end == '\0' && value <= max;
}

/* The numbers of "10-12,30" at its front. */
static bool parse_range(struct slice *rest, uint32_t *from, uint32_t *to)
{
	struct slice last;
	struct slice first =
		slice_split(slice_split(*rest, ',', rest), '-', &last);

	if (!slice_to_u32(first, UINT32_MAX, from))
		return false;
	*to = *from;
	return !slice_is_set(last) || slice_to_u32(last, UINT32_MAX, to);
}

static bool parse_ranges(struct slice s)
{
	uint32_t from;
	uint32_t to;

	while (s.len > 0)
		if (!parse_range(&s, &from, &to))
			return false;
	return true;
}

static bool parse_rtp_word(struct slice word, struct scenario_rtp *rtp)
{
	struct slice value;
	struct slice name = slice_split(word, '=', &value);
	uint32_t number;

	if (slice_eq(name, SLICE("every")))
		return parse_time(value, &rtp->every_ns);
	if (slice_eq(name, SLICE("late")))
		return parse_time(value, &rtp->late_ns);
	if (slice_eq(name, SLICE("lose"))) {
		rtp->lose = value;
		return parse_ranges(value);
	}
	if (!parse_number(value, UINT32_MAX, &number))
		return false;
	if (slice_eq(name, SLICE("type")) && number < 256)
		rtp->type = (uint8_t)number;
	else if (slice_eq(name, SLICE("sequence")) && number <= UINT16_MAX)
		rtp->sequence = (uint16_t)number;
	else if (slice_eq(name, SLICE("ssrc")))
		rtp->ssrc = number;
	else if (slice_eq(name, SLICE("timestamp")))
		rtp->timestamp = number;
	else if (slice_eq(name, SLICE("step")))
		rtp->step = number;
	else if (slice_eq(name, SLICE("size")) && number <= RTP_SIZE_MAX)
		rtp->size = number;
	else if (slice_eq(name, SLICE("count")) && number <= RTP_COUNT_MAX)
		rtp->count = number;
	else
		return false;
	return true;
}

/* False at a word that says nothing; what stood before it was read. */
static bool parse_rtp(struct slice text, struct scenario_rtp *rtp)
{
	*rtp = (struct scenario_rtp){ .ssrc = 0x1234,
				      .timestamp = 16000,
				      .step = 160,
				      .count = 50,
				      .size = 160,
				      .sequence = 100,
				      .type = 8,
				      .every_ns = SECOND_NS / 50 };
	while (text.len > 0) {
		struct slice line = slice_trim(slice_split(text, '\n', &text));

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (!slice_eq(slice_split(line, ' ', &line), SLICE("rtp")))
			return false;
		while (line.len > 0) {
			struct slice word = slice_split(line, ' ', &line);

			if (word.len > 0 && !parse_rtp_word(word, rtp))
				return false;
		}
	}
	return true;
}

bool scenario_is_rtp(const struct scenario_event *e, struct scenario_rtp *out)
{
	struct slice line = slice_split(e->text, '\n', NULL);

	if (!slice_eq(slice_split(line, ' ', NULL), SLICE("rtp")))
		return false;
	if (out != NULL)
		(void)parse_rtp(e->text, out);
	return true;
}

static enum err check_rtp(const struct scenario *s, const char *path,
			  struct problem *problem)
{
	struct scenario_rtp rtp;

	for (size_t i = 0; i < s->count; i++) {
		const struct scenario_event *e = &s->events[i];

		if (!scenario_is_rtp(e, NULL) || parse_rtp(e->text, &rtp))
			continue;
		problem_set(problem, "%s: rtp of event %zu cannot be read",
			    path, i + 1);
		return ERR_MALFORMED;
	}
	return ERR_OK;
}

/* ---- reading a scenario */

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
	if (e == ERR_OK)
		e = check_rtp(s, path, problem);
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

/* ---- writing RTP */

int64_t scenario_rtp_time(const struct scenario_event *e,
			  const struct scenario_rtp *rtp, uint32_t n)
{
	return e->time_ns + n * rtp->every_ns + (n % 2 == 1 ? rtp->late_ns : 0);
}

static bool is_lost(const struct scenario_rtp *rtp, uint32_t n)
{
	struct slice rest = rtp->lose;
	uint32_t from;
	uint32_t to;

	while (rest.len > 0 && parse_range(&rest, &from, &to))
		if (n >= from && n <= to)
			return true;
	return false;
}

static void add_be32(struct buf *out, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(out, (char)(value >> shift & 0xff));
}

void scenario_render_rtp(const struct scenario_rtp *rtp, uint32_t n,
			 unsigned repetition, struct buf *out)
{
	uint16_t sequence = (uint16_t)(rtp->sequence + n);

	if (is_lost(rtp, n))
		return;
	add_be32(out,
		 UINT32_C(0x80) << 24 | (uint32_t)rtp->type << 16 | sequence);
	add_be32(out, rtp->timestamp + n * rtp->step);
	add_be32(out, rtp->ssrc + repetition);
	for (uint32_t i = 0; i < rtp->size; i++)
		buf_add_char(out, '\xd5');
}
