/*
 * made.h - calls built from messages written by hand, and what a format
 * prints of them.
 */
#ifndef SIPMON_TESTS_REPORT_MADE_H
#define SIPMON_TESTS_REPORT_MADE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/call/store.h"
#include "sipmon/call/tracker.h"
#include "sipmon/net/packet.h"
#include "sipmon/report/report.h"

/* 2026-01-01T00:00:00Z */
#define MADE_START_NS (INT64_C(1767225600) * CLOCK_SECOND_NS)

/* A message of `from` to `to`, hosts of 192.0.2.0/24, port 5060. */
struct made_step {
	int64_t ms;
	uint8_t from;
	uint8_t to;
	const char *text;
};

#define MADE_VIA(branch)                                                       \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK" branch "\r\n"
#define MADE_HEAD(start, branch, from, to, call_id, cseq)                      \
	start "\r\n" MADE_VIA(branch) "From: " from "\r\nTo: " to              \
				      "\r\nCall-ID: " call_id                  \
				      "\r\nCSeq: " cseq                        \
				      "\r\nMax-Forwards: 70\r\n"
#define MADE(start, branch, from, to, call_id, cseq)                           \
	MADE_HEAD(start, branch, from, to, call_id, cseq)                      \
	"Content-Length: 0\r\n\r\n"

#define ALICE       "\"Alice \\\"A\\\"\" <sip:alice@atlanta.example>;tag=a1"
#define BOB         "<sip:bob@biloxi.example>"
#define BOB_TAGGED  BOB ";tag=b9"
#define INVITE_LINE "INVITE sip:bob@192.0.2.2 SIP/2.0"

#define ANSWERED_ID "answered@192.0.2.1"

/* A call that is answered after 2.25 s and ends after 10 s. */
#define ANSWERED_CALL                                                          \
	{ 0, 1, 2,                                                             \
	  MADE(INVITE_LINE, "i1", ALICE, BOB, ANSWERED_ID, "1 INVITE") },      \
		{ 20, 2, 1,                                                    \
		  MADE("SIP/2.0 100 Trying", "i1", ALICE, BOB, ANSWERED_ID,    \
		       "1 INVITE") },                                          \
		{ 250, 2, 1,                                                   \
		  MADE("SIP/2.0 180 Ringing", "i1", ALICE, BOB_TAGGED,         \
		       ANSWERED_ID, "1 INVITE") },                             \
		{ 2250, 2, 1,                                                  \
		  MADE("SIP/2.0 200 OK", "i1", ALICE, BOB_TAGGED, ANSWERED_ID, \
		       "1 INVITE") },                                          \
		{ 2300, 1, 2,                                                  \
		  MADE("ACK sip:bob@192.0.2.2 SIP/2.0", "i2", ALICE,           \
		       BOB_TAGGED, ANSWERED_ID, "1 ACK") },                    \
		{ 10000, 1, 2,                                                 \
		  MADE("BYE sip:bob@192.0.2.2 SIP/2.0", "i3", ALICE,           \
		       BOB_TAGGED, ANSWERED_ID, "2 BYE") },                    \
	{                                                                      \
		10050, 2, 1,                                                   \
			MADE("SIP/2.0 200 OK", "i3", ALICE, BOB_TAGGED,        \
			     ANSWERED_ID, "2 BYE")                             \
	}

#define MADE_COUNT(steps) (sizeof(steps) / sizeof((steps)[0]))

static inline struct endpoint made_endpoint(uint8_t host)
{
	return (struct endpoint){ .address = { 192, 0, 2, host },
				  .port = 5060,
				  .family = 4 };
}

static inline struct store *made_store_of(const struct store_options *options,
					  const struct made_step *steps,
					  size_t count)
{
	struct store *s = NULL;

	if (store_new(&s, options))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct sip_msg msg;
		struct flow flow = { made_endpoint(steps[i].from),
				     made_endpoint(steps[i].to),
				     TRANSPORT_UDP };
		struct tracked in = {
			.msg = &msg,
			.flow = &flow,
			.time_ns = MADE_START_NS + steps[i].ms * CLOCK_MS_NS,
			.offset = PACKET_NO_OFFSET,
		};

		if (sip_msg_parse(&msg, slice_of(steps[i].text)))
			tracker_push(s, &in);
	}
	return s;
}

/* NULL if something went wrong. */
static inline struct store *made_store(const struct made_step *steps,
				       size_t count)
{
	struct store_options options = { 0 };

	return made_store_of(&options, steps, count);
}

static inline struct store *made_store_with_media(const struct made_step *steps,
						  size_t count)
{
	struct store_options options = { .media = true };

	return made_store_of(&options, steps, count);
}

/* What a format writes, terminated; the caller frees it. */
static inline char *made_report(const char *format,
				const struct report_input *in, size_t *len)
{
	const struct report_format *f = report_format_find(format);
	FILE *file = tmpfile();
	char *text = NULL;
	long size;

	*len = 0;
	if (f == NULL || file == NULL || f->write(in, file))
		return NULL;
	size = ftell(file);
	rewind(file);
	if (size >= 0)
		text = malloc((size_t)size + 1);
	if (text != NULL) {
		*len = fread(text, 1, (size_t)size, file);
		text[*len] = '\0';
	}
	(void)fclose(file);
	return text;
}

/* One finding for each call: stuck-in-trying, shown by its first messages. */
static inline unsigned made_find(void *ctx, const struct view *v,
				 const struct call *c, struct finding *out,
				 unsigned room)
{
	const struct captured_msg *first = view_msg(v, c->first_msg);

	(void)ctx;
	if (room == 0)
		return 0;
	out[0] = (struct finding){ .kind = "stuck-in-trying",
				   .severity = FINDING_ERROR,
				   .code = 100,
				   .lasted_ns = -1,
				   .message_count = 2,
				   .messages = { c->last_msg, first->next } };
	return 1;
}

#endif
