/*
 * scenario.h - who sends what to whom and when, as readable text.
 *
 *     # before the first message: for people
 *     @ 0.250 192.0.2.2:5060 > 192.0.2.1:5060
 *     SIP/2.0 180 Ringing
 *     Content-Length: auto
 *
 * The lines up to the next `@` are the message; each is sent with CRLF, the
 * empty line between header and body as well.  `Content-Length: auto` becomes
 * the length of the body.  In a line that begins with `!` the mark is dropped
 * and \\ \r \n \t \0 \xHH stand for bytes; \c at its end leaves out the CRLF.
 * {n} is the number of the repetition, from 0.  Time is in seconds.
 */
#ifndef SIPMON_TESTS_SCENARIO_H
#define SIPMON_TESTS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/net/endpoint.h"

struct scenario_event {
	int64_t time_ns; /* since the begin of the scenario */
	struct endpoint source;
	struct endpoint destination;
	struct slice text; /* as written, within scenario.file */
};

struct scenario {
	struct buf file;
	struct scenario_event *events;
	size_t count;
};

/* ERR_SYSTEM: cannot be read; ERR_MALFORMED: `*problem` names the line. */
MUST_CHECK enum err scenario_read(struct scenario *s, const char *path,
				  struct problem *problem);
void scenario_free(struct scenario *s);

/* The bytes of one message in its `repetition`th time, after those of `out`.
 */
void scenario_render(const struct scenario_event *e, unsigned repetition,
		     struct buf *out);

#endif
