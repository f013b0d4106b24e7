/*
 * dial.h - calls with SDP and RTP for tests of rules: a table of messages
 * whose addresses matter, one of RTP streams, and what is found of them.
 */
#ifndef TESTS_ANALYSE_DIAL_H
#define TESTS_ANALYSE_DIAL_H

#include <stdio.h>
#include <string.h>

#include "sipmon/analyse/diagnosis.h"
#include "sipmon/call/tracker.h"
#include "sipmon/net/packet.h"

#define DIAL_BEGIN_NS INT64_C(1767225600000000000)
#define DIAL_MS(ms)   (DIAL_BEGIN_NS + (ms)*INT64_C(1000000))
#define DIAL_BYTES    2048

/* One message.  A word of digits is a response. */
struct dialled {
	int64_t ms;
	char from;
	char to;
	const char *what;     /* "INVITE", "200" */
	const char *cseq;     /* "1 INVITE" */
	const char *tag;      /* of To; NULL: none */
	const char *extra;    /* header lines, each with its CRLF; or NULL */
	const char *body;     /* SDP; or NULL */
	const char *branch;   /* NULL: the CSeq */
	const char *via;      /* with its parameters; NULL: the sender */
	const char *user;     /* of To; NULL: "bob" */
	const char *call_id;  /* NULL: "call@test" */
	const char *from_tag; /* NULL: "f1" */
	const char *type;     /* of the body; NULL: "application/sdp" */
	char end;
};

/* A row of a table: ms, from, to, what, cseq, and what else there is. */
#define SEND(...)                                                              \
	{                                                                      \
		__VA_ARGS__, .end = 0                                          \
	}

/* Packets of one stream, from `begin_ms` to `end_ms`. */
struct spoken {
	int64_t begin_ms;
	int64_t end_ms;
	char from;
	uint16_t from_port;
	char to;
	uint16_t to_port;
	uint8_t type;
	uint8_t ssrc;
	int64_t gap_ms; /* 0: 200 */
};

#define DIAL_SDP_MORE(address, port, types, more)                              \
	"v=0\r\no=- 1 1 IN IP4 " address "\r\ns=-\r\nc=IN IP4 " address        \
	"\r\nt=0 0\r\nm=audio " port " RTP/AVP " types "\r\n" more
#define DIAL_SDP(address, port, types) DIAL_SDP_MORE(address, port, types, "")

/* Hosts by letter: large ones are public, small ones are not. */
static inline struct endpoint dial_host(char name, uint16_t port)
{
	static const struct {
		char name;
		uint8_t address[4];
	} hosts[] = {
		{ 'A', { 192, 0, 2, 1 } },    { 'B', { 203, 0, 113, 20 } },
		{ 'C', { 203, 0, 113, 30 } }, { 'R', { 198, 51, 100, 10 } },
		{ 'a', { 10, 0, 0, 1 } },     { 'b', { 10, 0, 0, 2 } },
		{ 'l', { 127, 0, 0, 1 } },
	};
	struct endpoint e = { .port = port, .family = 4 };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (hosts[i].name == name)
			memcpy(e.address, hosts[i].address, 4);
	return e;
}

static inline void dial_write(const struct dialled *d, char *out, size_t size)
{
	bool response = d->what[0] >= '0' && d->what[0] <= '9';
	const char *user = d->user != NULL ? d->user : "bob";
	const char *body = d->body != NULL ? d->body : "";
	const char *type = d->type != NULL   ? d->type
			   : d->body != NULL ? "application/sdp"
					     : "";
	struct endpoint source = dial_host(d->from, 5060);
	char via[ENDPOINT_TEXT_BYTES];
	char branch[32];

	(void)endpoint_text(&source, via);
	(void)snprintf(branch, sizeof(branch), "%s",
		       d->branch != NULL ? d->branch : d->cseq);
	if (strchr(branch, ' ') != NULL)
		*strchr(branch, ' ') = '-';
	(void)snprintf(out, size,
		       "%s%s%s%s%s\r\n"
		       "Via: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\n"
		       "Max-Forwards: 70\r\n"
		       "From: <sip:alice@example.com>;tag=%s\r\n"
		       "To: <sip:%s@example.com>%s%s\r\n"
		       "Call-ID: %s\r\nCSeq: %s\r\n%s%s%s%s"
		       "Content-Length: %zu\r\n\r\n%s",
		       response ? "SIP/2.0 " : "", d->what,
		       response ? " Word" : " sip:", response ? "" : user,
		       response ? "" : "@example.com SIP/2.0",
		       d->via != NULL ? d->via : via, branch,
		       d->from_tag != NULL ? d->from_tag : "f1", user,
		       d->tag != NULL ? ";tag=" : "",
		       d->tag != NULL ? d->tag : "",
		       d->call_id != NULL ? d->call_id : "call@test", d->cseq,
		       d->extra != NULL ? d->extra : "",
		       d->body != NULL ? "Content-Type: " : "", type,
		       d->body != NULL ? "\r\n" : "", strlen(body), body);
}

static inline void dial_push(struct store *s, const struct dialled *d)
{
	char text[DIAL_BYTES];
	struct flow flow = { dial_host(d->from, 5060), dial_host(d->to, 5060),
			     TRANSPORT_UDP };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = DIAL_MS(d->ms),
			      .offset = PACKET_NO_OFFSET };

	dial_write(d, text, sizeof(text));
	if (sip_msg_parse(&msg, slice_of(text)))
		(void)tracker_push(s, &in);
}

static inline void dial_speak(struct store *s, const struct spoken *k,
			      unsigned loses)
{
	int64_t gap_ms = k->gap_ms != 0 ? k->gap_ms : 200;
	unsigned i = 0;

	for (int64_t ms = k->begin_ms; ms <= k->end_ms; ms += gap_ms, i++) {
		char bytes[16] = { (char)0x80,
				   (char)k->type,
				   (char)(i >> 8),
				   (char)i,
				   0,
				   (char)(i >> 4),
				   (char)(i << 4),
				   0,
				   0,
				   0,
				   0,
				   (char)k->ssrc };
		struct payload p = { .flow = { dial_host(k->from, k->from_port),
					       dial_host(k->to, k->to_port),
					       TRANSPORT_UDP },
				     .bytes = { bytes, sizeof(bytes) },
				     .time_ns = DIAL_MS(ms),
				     .offset = PACKET_NO_OFFSET,
				     .sent = sizeof(bytes) };

		if (loses != 0 && i % loses == loses / 2)
			continue;
		store_push_rtp(s, &p);
	}
}

/* What a test has in its hands. */
struct dial {
	const struct dialled *messages;
	size_t message_count;
	const struct spoken *streams;
	size_t stream_count;
	unsigned loses; /* each so-manyth packet of a stream; 0: none */
	int64_t now_ms;
};

static inline struct store *dial_store(const struct dial *d)
{
	struct store_options options = { .media = true };
	struct store *s = NULL;

	if (store_new(&s, &options))
		return NULL;
	for (size_t i = 0; i < d->message_count; i++)
		dial_push(s, &d->messages[i]);
	for (size_t i = 0; i < d->stream_count; i++)
		dial_speak(s, &d->streams[i], d->loses);
	store_set_now(s, DIAL_MS(d->now_ms));
	return s;
}

/* Is `kind` found in `call_id`? */
static inline bool dial_finds(const struct dial *d, const char *call_id,
			      const char *kind, struct finding *out)
{
	struct diagnosis judge = { .limits = PHASE_LIMITS_DEFAULT };
	struct finding found[FINDING_ROOM];
	struct store *s = dial_store(d);
	const struct call *c;
	unsigned n = 0;
	bool has = false;

	if (s == NULL)
		return false;
	c = view_find(store_view(s), slice_of(call_id));
	if (c != NULL)
		n = diagnosis_findings(&judge, store_view(s), c, found,
				       FINDING_ROOM);
	for (unsigned i = 0; i < n && !has; i++) {
		has = strcmp(found[i].kind, kind) == 0;
		*out = found[i];
	}
	store_free(s);
	return has;
}

#define DIAL_COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DIAL(list, now)                                                        \
	(&(const struct dial){ .messages = (list),                             \
			       .message_count = DIAL_COUNT(list),              \
			       .now_ms = (now) })
#define DIAL_RTP(list, rtp, now)                                               \
	(&(const struct dial){ .messages = (list),                             \
			       .message_count = DIAL_COUNT(list),              \
			       .streams = (rtp),                               \
			       .stream_count = DIAL_COUNT(rtp),                \
			       .now_ms = (now) })
#define DIAL_LOSING(list, rtp, each, now)                                      \
	(&(const struct dial){ .messages = (list),                             \
			       .message_count = DIAL_COUNT(list),              \
			       .streams = (rtp),                               \
			       .stream_count = DIAL_COUNT(rtp),                \
			       .loses = (each),                                \
			       .now_ms = (now) })
#define FINDS(d, kind) dial_finds((d), "call@test", (kind), &f)

#endif
