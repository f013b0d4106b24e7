/*
 * sample.h - calls made of messages written by hand, and a screen to see them.
 */
#ifndef SIPMON_TEST_UI_SAMPLE_H
#define SIPMON_TEST_UI_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/call/tracker.h"
#include "sipmon/net/packet.h"
#include "sipmon/ui/ui.h"

#define SAMPLE_START (INT64_C(1795356131) * CLOCK_SECOND_NS)

struct sample {
	struct store *store;
	struct catalogue *words;
	struct counters counters;
	struct ui_status status;
	struct ui_context ctx;
};

static struct endpoint sample_host(uint8_t last)
{
	struct endpoint e = { .port = 5060, .family = 4 };

	e.address[0] = 192;
	e.address[2] = 2;
	e.address[3] = last;
	return e;
}

/* One request as it stands. */
static void sample_push_text(struct sample *s, struct slice text, int64_t at_ms)
{
	struct flow flow = { sample_host(1), sample_host(2), TRANSPORT_UDP };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = SAMPLE_START + at_ms * CLOCK_MS_NS,
			      .offset = PACKET_NO_OFFSET };

	assert_true(sip_msg_parse(&msg, text));
	tracker_push(s->store, &in);
}

/* One message of the call `n`: `start` is its first line, `at_ms` the time
 * since SAMPLE_START; answers travel back. */
static void sample_push(struct sample *s, unsigned n, const char *start,
			const char *cseq, int64_t at_ms)
{
	char text[1024];
	bool answer = strncmp(start, "SIP/2.0", 7) == 0;
	struct flow flow = { sample_host(answer ? 2 : 1),
			     sample_host(answer ? 1 : 2), TRANSPORT_UDP };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = SAMPLE_START + at_ms * CLOCK_MS_NS,
			      .offset = PACKET_NO_OFFSET };
	int len = snprintf(text, sizeof(text),
			   "%s\r\n"
			   "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%u%s\r\n"
			   "From: <sip:caller%u@example.com>;tag=a%u\r\n"
			   "To: <sip:callee%u@example.net>%s\r\n"
			   "Call-ID: call-%u@example.com\r\n"
			   "CSeq: %s\r\n"
			   "Content-Length: 0\r\n\r\n",
			   start, n, strstr(cseq, "BYE") != NULL ? "b" : "a", n,
			   n, 1000 - n % 1000, answer ? ";tag=b" : "", n, cseq);

	if (sip_msg_parse(&msg, (struct slice){ text, (size_t)len }))
		tracker_push(s->store, &in);
}

/* A call that was refused: INVITE, 100, `final`, ACK. */
static void sample_refused(struct sample *s, unsigned n, const char *final)
{
	sample_push(s, n, "INVITE sip:b@example.net SIP/2.0", "1 INVITE",
		    n * 10);
	sample_push(s, n, "SIP/2.0 100 Trying", "1 INVITE", n * 10 + 1);
	sample_push(s, n, final, "1 INVITE", n * 10 + 250);
	sample_push(s, n, "ACK sip:b@example.net SIP/2.0", "1 ACK",
		    n * 10 + 251);
}

static void sample_answered(struct sample *s, unsigned n)
{
	sample_push(s, n, "INVITE sip:b@example.net SIP/2.0", "1 INVITE",
		    n * 10);
	sample_push(s, n, "SIP/2.0 180 Ringing", "1 INVITE", n * 10 + 480);
	sample_push(s, n, "SIP/2.0 200 OK", "1 INVITE", n * 10 + 2000);
	sample_push(s, n, "ACK sip:b@example.net SIP/2.0", "1 ACK",
		    n * 10 + 2001);
	sample_push(s, n, "BYE sip:b@example.net SIP/2.0", "2 BYE",
		    n * 10 + 43000);
	sample_push(s, n, "SIP/2.0 200 OK", "2 BYE", n * 10 + 43010);
}

static void sample_open(struct sample *s, unsigned calls)
{
	struct store_options options = { 0 };
	struct problem problem;

	memset(s, 0, sizeof(*s));
	assert_int_equal(store_new(&s->store, &options), ERR_OK);
	assert_int_equal(catalogue_new(&s->words, LANGUAGE_EN, &problem),
			 ERR_OK);
	s->counters.start_ns = SAMPLE_START;
	s->status.source = UI_SOURCE_FILE;
	s->status.source_name = "sample.pcap";
	s->status.capture_filter = "";
	s->status.wall_ns = SAMPLE_START;
	s->ctx = (struct ui_context){ .view = store_view(s->store),
				      .counters = &s->counters,
				      .words = s->words,
				      .status = &s->status,
				      .limits = PHASE_LIMITS_DEFAULT,
				      .utc = true };
	for (unsigned n = 1; n <= calls; n++) {
		if (n % 3 == 0)
			sample_refused(s, n, "SIP/2.0 486 Busy Here");
		else if (n % 3 == 1)
			sample_answered(s, n);
		else
			sample_push(s, n, "REGISTER sip:example.com SIP/2.0",
				    "1 REGISTER", n * 10);
	}
}

static void sample_close(struct sample *s)
{
	catalogue_free(s->words);
	store_free(s->store);
}

#endif
