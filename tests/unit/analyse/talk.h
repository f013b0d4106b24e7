/*
 * talk.h - calls for tests: a table of who says what, when, pushed through
 * the parser and the tracker.  Message ids are 1, 2, 3 in that order.
 */
#ifndef TESTS_ANALYSE_TALK_H
#define TESTS_ANALYSE_TALK_H

#include <stdio.h>
#include <string.h>

#include "sipmon/call/tracker.h"
#include "sipmon/net/packet.h"

#define TALK_BEGIN_NS INT64_C(1767225600000000000)
#define TALK_MS(ms)   (TALK_BEGIN_NS + (ms)*INT64_C(1000000))

/* One message.  A word of digits is a response. */
struct said {
	int64_t ms;
	char from; /* 'A', 'B', 'C' ...: 192.0.2.1, .2, .3 */
	char to;
	const char *what; /* "INVITE", "180" */
	const char *cseq; /* "1 INVITE" */
	const char *branch;
	const char *to_tag;   /* NULL: none */
	const char *extra;    /* header lines, each with its CRLF; or NULL */
	const char *from_tag; /* NULL: "f1" */
	const char *call_id;
};

/* A row of a table: ms, from, to, what, cseq, branch, and what else there is.
 */
#define SAY(...) SAY_IN("call@test", __VA_ARGS__)
#define SAY_IN(id, ...)                                                        \
	{                                                                      \
		__VA_ARGS__, .call_id = (id)                                   \
	}

static inline struct endpoint talk_endpoint(char name)
{
	struct endpoint e = { .address = { 192, 0, 2 },
			      .port = 5060,
			      .family = 4 };

	e.address[3] = (uint8_t)(name - 'A' + 1);
	return e;
}

static inline void talk_push(struct store *s, const struct said *m,
			     const char *text)
{
	struct flow flow = { talk_endpoint(m->from), talk_endpoint(m->to),
			     TRANSPORT_UDP };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = TALK_MS(m->ms),
			      .offset = PACKET_NO_OFFSET };

	if (sip_msg_parse(&msg, slice_of(text)))
		tracker_push(s, &in);
}

static inline void talk_say(struct store *s, const struct said *m)
{
	bool response = m->what[0] >= '0' && m->what[0] <= '9';
	const char *extra = m->extra != NULL ? m->extra : "";
	const char *from_tag = m->from_tag != NULL ? m->from_tag : "f1";
	char text[2048];

	(void)snprintf(text, sizeof(text),
		       "%s%s%s\r\n"
		       "Via: SIP/2.0/UDP host.example:5060;branch=z9hG4bK%s\r\n"
		       "Max-Forwards: 70\r\n"
		       "From: <sip:alice@example.com>;tag=%s\r\n"
		       "To: <sip:bob@example.com>%s%s\r\n"
		       "Call-ID: %s\r\n"
		       "CSeq: %s\r\n"
		       "Contact: <sip:alice@192.0.2.1>\r\n"
		       "%s"
		       "Content-Length: 0\r\n\r\n",
		       response ? "SIP/2.0 " : "", m->what,
		       response ? " Word" : " sip:bob@example.com SIP/2.0",
		       m->branch, from_tag, m->to_tag != NULL ? ";tag=" : "",
		       m->to_tag != NULL ? m->to_tag : "", m->call_id, m->cseq,
		       extra);
	talk_push(s, m, text);
}

/* A store with all that was said, at the time `now_ms`; NULL: no memory. */
static inline struct store *talk_store(const struct said *list, size_t count,
				       int64_t now_ms)
{
	struct store_options options = { .memory_bytes = 0 };
	struct store *s = NULL;

	if (store_new(&s, &options) != ERR_OK)
		return NULL;
	for (size_t i = 0; i < count; i++)
		talk_say(s, &list[i]);
	store_set_now(s, TALK_MS(now_ms));
	return s;
}

#endif
