/*
 * rtp.h - packets of RTP, as if they had been captured; beside say.h.
 *
 * Ends are those of say.h, with ports of 40000 and more: "A" is
 * 192.0.2.1:40000, "A7" is 192.0.2.1:40007.
 */
#ifndef SIPMON_TESTS_CALL_RTP_H
#define SIPMON_TESTS_CALL_RTP_H

#include "say.h"

/* Of `at_ms` to `at_ms` + 20 * (`count` - 1). */
struct rtp_words {
	int64_t at_ms;
	const char *way; /* "A>B" */
	uint32_t ssrc;
	unsigned type;
	unsigned count; /* 2 are needed to tell it from chance */
	unsigned sequence;
	bool to_port_0;
};

static inline struct flow rtp_flow(const char *way)
{
	struct flow f = say_flow(way, TRANSPORT_UDP);

	f.source.port = (uint16_t)(f.source.port - 5060 + 40000);
	f.destination.port = (uint16_t)(f.destination.port - 5060 + 40000);
	return f;
}

static inline void rtp(struct store *s, struct rtp_words w)
{
	uint8_t bytes[12 + 160] = { 0x80, (uint8_t)w.type };
	struct payload p = {
		.flow = rtp_flow(w.way),
		.bytes = { (const char *)bytes, sizeof(bytes) },
		.sent = sizeof(bytes),
		.offset = PACKET_NO_OFFSET,
	};

	bytes[11] = (uint8_t)w.ssrc;
	if (w.to_port_0)
		p.flow.destination.port = 0;
	for (unsigned i = 0; i < w.count; i++) {
		unsigned sequence = w.sequence + i;
		unsigned timestamp = 160 * i;

		bytes[2] = (uint8_t)(sequence >> 8);
		bytes[3] = (uint8_t)sequence;
		bytes[6] = (uint8_t)(timestamp >> 8);
		bytes[7] = (uint8_t)timestamp;
		p.time_ns = (w.at_ms + 20 * (int64_t)i) * CLOCK_MS_NS;
		store_push_rtp(s, &p);
	}
}

#define RTP(store, ...) rtp(store, (struct rtp_words){ __VA_ARGS__ })

#define SDP_TYPE "Content-Type: application/sdp\r\n"
#define SDP_OF(address)                                                        \
	"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 " address "\r\nt=0 0\r\n"
#define AUDIO_AT(address, port) SDP_OF(address) "m=audio " port " RTP/AVP 8\r\n"

#define SDP_A AUDIO_AT("192.0.2.1", "40000")
#define SDP_B AUDIO_AT("192.0.2.2", "40000")

/* The setup of a test: a store that counts RTP, in `*state`. */
static inline int new_media_store(void **state)
{
	struct store_options o = { .media = true };
	struct store *s = NULL;

	if (store_new(&s, &o) != ERR_OK)
		abort();
	*state = s;
	return 0;
}

#define IN_MEDIA_STORE(test)                                                   \
	cmocka_unit_test_setup_teardown(test, new_media_store, free_store)

/* A call from A to B between `at_ms` and 1 s later; with a BYE 10 s later. */
static inline void say_talk(struct store *s, const char *id, int64_t at_ms,
			    bool ends)
{
	SAY(s, .at_ms = at_ms, .way = "A>B", .line = "INVITE", .id = id,
	    .more = SDP_TYPE, .body = SDP_A);
	SAY(s, .at_ms = at_ms + 1000, .way = "B>A", .line = "200", .id = id,
	    .to = "b", .more = SDP_TYPE, .body = SDP_B);
	if (ends)
		SAY(s, .at_ms = at_ms + 10000, .way = "A>B", .line = "BYE",
		    .id = id, .branch = "2", .to = "b", .cseq = 2);
}

#endif
