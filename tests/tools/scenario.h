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
 *
 *     @ 1.000 192.0.2.1:40000 > 192.0.2.2:50000
 *     rtp type=8 ssrc=0x1234 sequence=100 timestamp=16000 count=50
 *     rtp every=0.020 step=160 size=160 late=0.004 lose=10-12,30
 *
 * is so many packets of RTP from that time on, among the messages in order of
 * time.  Each word may be left out; without the last two it is as written
 * here.  `step` goes onto the timestamp, `size` is that of the payload (0xd5),
 * each second packet comes by `late` later, those that `lose` names (from 0)
 * are not sent, and the SSRC is higher by the number of the repetition.
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

struct scenario_rtp {
	uint32_t ssrc;
	uint32_t timestamp;
	uint32_t step;
	uint32_t count;
	uint32_t size;
	uint16_t sequence;
	uint8_t type;
	int64_t every_ns;
	int64_t late_ns;
	struct slice lose;
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

/* Is it RTP?  `*out` (may be NULL) says how much of it. */
bool scenario_is_rtp(const struct scenario_event *e, struct scenario_rtp *out);

/* Packet `n` of it: when it is sent, and its bytes after those of `out`; none
 * if it is lost. */
int64_t scenario_rtp_time(const struct scenario_event *e,
			  const struct scenario_rtp *rtp, uint32_t n);
void scenario_render_rtp(const struct scenario_rtp *rtp, uint32_t n,
			 unsigned repetition, struct buf *out);

#endif
