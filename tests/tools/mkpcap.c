/*
 * mkpcap - turns a scenario (scenario.h) into a capture, over any wire.
 *
 * usage: mkpcap [options] SCENARIO CAPTURE
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carrier.h"
#include "packet.h"
#include "scenario.h"
#include "wire.h"

/* 2026-01-01T00:00:00Z: the begin of every scenario. */
#define BEGIN_NS   (INT64_C(1767225600) * 1000000000)
#define FRAME_MAX  (1U << 17)
#define SNAP_MAX   262144
#define REPEAT_MAX 10000000

/* One event of RTP, and how far it is. */
struct media {
	const struct scenario_event *event;
	struct scenario_rtp rtp;
	uint32_t sent;
	int64_t time_ns; /* of the next packet */
};

struct maker {
	FILE *file;
	enum wire wire;
	enum carrier carrier;
	struct carriage *carriage;
	int64_t now_ns; /* of the message that is being sent */
	bool pcapng;
	bool nanoseconds;
	bool big_endian;
	bool twice;
	uint32_t snap;
	uint32_t repeat;
	uint32_t every_us; /* from one repetition to the next */
	struct buf frame;
	struct buf payload;
	struct media *media;
	size_t media_count;
	uint16_t rtp_id; /* of IP */
};

/* ---- files */

static void put(struct maker *m, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (m->big_endian ? bytes - 1 - i : i);

		(void)fputc((int)(value >> shift & 0xff), m->file);
	}
}

static void put_frame(struct maker *m, uint32_t len)
{
	(void)fwrite(m->frame.ptr, 1, len, m->file);
}

static void pcap_begin(struct maker *m)
{
	put(m, m->nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4);
	put(m, 2, 2);
	put(m, 4, 2);
	put(m, 0, 8);
	put(m, m->snap, 4);
	put(m, wire_link_type(m->wire), 4);
}

static void pcap_record(struct maker *m, int64_t time_ns, uint32_t len)
{
	uint64_t below = (uint64_t)(time_ns % 1000000000);

	put(m, (uint64_t)(time_ns / 1000000000), 4);
	put(m, m->nanoseconds ? below : below / 1000, 4);
	put(m, len, 4);
	put(m, m->frame.len, 4);
	put_frame(m, len);
}

/* Section and interface; nanoseconds are option if_tsresol. */
static void pcapng_begin(struct maker *m)
{
	uint32_t len = m->nanoseconds ? 32 : 20;

	put(m, 0x0a0d0d0a, 4);
	put(m, 28, 4);
	put(m, 0x1a2b3c4d, 4);
	put(m, 1, 2);
	put(m, 0, 2);
	put(m, UINT64_MAX, 8);
	put(m, 28, 4);
	put(m, 1, 4);
	put(m, len, 4);
	put(m, wire_link_type(m->wire), 2);
	put(m, 0, 2);
	put(m, m->snap, 4);
	if (m->nanoseconds) {
		put(m, 9, 2);
		put(m, 1, 2);
		(void)fwrite("\x09\0\0\0", 1, 4, m->file);
		put(m, 0, 4);
	}
	put(m, len, 4);
}

static void pcapng_record(struct maker *m, int64_t time_ns, uint32_t len)
{
	uint64_t ticks = (uint64_t)time_ns / (m->nanoseconds ? 1 : 1000);
	uint32_t padding = (4 - len % 4) % 4;

	put(m, 6, 4);
	put(m, 32 + len + padding, 4);
	put(m, 0, 4);
	put(m, ticks >> 32, 4);
	put(m, ticks & 0xffffffff, 4);
	put(m, len, 4);
	put(m, m->frame.len, 4);
	put_frame(m, len);
	put(m, 0, padding);
	put(m, 32 + len + padding, 4);
}

/* A decryption secrets block with a key log. */
static void write_secrets(void *ctx, struct slice text)
{
	struct maker *m = ctx;
	uint32_t padding = (uint32_t)(4 - text.len % 4) % 4;
	uint32_t len = 20 + (uint32_t)text.len + padding;

	put(m, 0x0a, 4);
	put(m, len, 4);
	put(m, 0x544c534b, 4);
	put(m, text.len, 4);
	(void)fwrite(text.ptr, 1, text.len, m->file);
	put(m, 0, padding);
	put(m, len, 4);
}

/* ---- the work */

static void write_record(struct maker *m, int64_t time_ns)
{
	uint32_t len =
		m->frame.len < m->snap ? (uint32_t)m->frame.len : m->snap;

	if (m->pcapng)
		pcapng_record(m, time_ns, len);
	else
		pcap_record(m, time_ns, len);
}

/* One packet of those that carry a message. */
static void write_packet(void *ctx, struct slice ip_packet)
{
	struct maker *m = ctx;

	buf_clear(&m->frame);
	wire_frame(m->wire, m->big_endian, ip_packet, &m->frame);
	write_record(m, m->now_ns);
	if (m->twice)
		write_record(m, m->now_ns);
}

static bool write_event(struct maker *m, const struct scenario_event *e,
			unsigned repetition)
{
	struct carried_message message = { .source = e->source,
					   .destination = e->destination };

	m->now_ns = BEGIN_NS + e->time_ns +
		    (int64_t)repetition * m->every_us * 1000;
	buf_clear(&m->payload);
	scenario_render(e, repetition, &m->payload);
	message.bytes = buf_slice(&m->payload);
	message.time_ns = m->now_ns;
	return !m->payload.failed && carriage_send(m->carriage, &message) &&
	       !m->frame.failed;
}

/* ---- RTP: datagrams of their own, whatever carries the messages */

static bool write_rtp(struct maker *m, struct media *x, unsigned repetition)
{
	struct packet_ends ends = { .source = x->event->source,
				    .destination = x->event->destination };
	struct buf packet;
	struct buf udp;

	buf_clear(&m->payload);
	scenario_render_rtp(&x->rtp, x->sent++, repetition, &m->payload);
	if (m->payload.len == 0)
		return true;
	m->now_ns = BEGIN_NS + x->time_ns +
		    (int64_t)repetition * m->every_us * 1000;
	buf_init(&udp, FRAME_MAX);
	buf_init(&packet, FRAME_MAX);
	put_udp(&udp, &ends, buf_slice(&m->payload));
	put_ip(&packet, &ends, PROTOCOL_UDP, m->rtp_id++, buf_slice(&udp));
	write_packet(m, buf_slice(&packet));
	m->frame.failed |= udp.failed || packet.failed;
	buf_free(&udp);
	buf_free(&packet);
	return !m->frame.failed;
}

/* The one whose next packet comes first; NULL if there is none before
 * `until_ns`. */
static struct media *next_media(struct maker *m, int64_t until_ns)
{
	struct media *found = NULL;

	for (size_t i = 0; i < m->media_count; i++) {
		struct media *x = &m->media[i];

		if (x->sent == x->rtp.count)
			continue;
		x->time_ns = scenario_rtp_time(x->event, &x->rtp, x->sent);
		if (x->time_ns < until_ns &&
		    (found == NULL || x->time_ns < found->time_ns))
			found = x;
	}
	return found;
}

static bool write_media(struct maker *m, int64_t until_ns, unsigned repetition)
{
	struct media *x;

	while ((x = next_media(m, until_ns)) != NULL)
		if (!write_rtp(m, x, repetition))
			return false;
	return true;
}

static void begin_media(struct maker *m, const struct scenario *s)
{
	m->media_count = 0;
	for (size_t i = 0; i < s->count; i++) {
		struct media *x = &m->media[m->media_count];

		if (!scenario_is_rtp(&s->events[i], &x->rtp))
			continue;
		x->event = &s->events[i];
		x->sent = 0;
		m->media_count++;
	}
}

/* ---- all */

/* One repetition: messages as they stand there, RTP between them by time. */
static bool write_once(struct maker *m, const struct scenario *s,
		       unsigned repetition)
{
	begin_media(m, s);
	for (size_t i = 0; i < s->count; i++) {
		const struct scenario_event *e = &s->events[i];

		if (scenario_is_rtp(e, NULL))
			continue;
		if (!write_media(m, e->time_ns, repetition) ||
		    !write_event(m, e, repetition))
			return false;
	}
	return write_media(m, INT64_MAX, repetition);
}

static bool write_all(struct maker *m, const struct scenario *s)
{
	if (m->pcapng)
		pcapng_begin(m);
	else
		pcap_begin(m);
	/* One more than there are: the place that was looked at last. */
	m->media = calloc(s->count + 1, sizeof(*m->media));
	if (m->media == NULL)
		return false;
	for (unsigned n = 0; n < m->repeat; n++)
		if (!write_once(m, s, n))
			return false;
	return true;
}

static int make(struct maker *m, const char *from, const char *to)
{
	struct scenario s;
	struct problem problem = { "" };
	bool good;

	if (scenario_read(&s, from, &problem)) {
		(void)fprintf(stderr, "mkpcap: %s\n", problem.text);
		scenario_free(&s);
		return EXIT_FAILURE;
	}
	m->file = strcmp(to, "-") == 0 ? stdout : fopen(to, "wb");
	if (m->file == NULL) {
		(void)fprintf(stderr, "mkpcap: %s: %s\n", to, strerror(errno));
		scenario_free(&s);
		return EXIT_FAILURE;
	}
	buf_init(&m->frame, FRAME_MAX);
	buf_init(&m->payload, FRAME_MAX);
	m->carriage = carriage_new(m->carrier, write_packet, write_secrets, m);
	good = m->carriage != NULL && write_all(m, &s);
	carriage_free(m->carriage);
	free(m->media);
	if (!good)
		(void)fprintf(stderr,
			      "mkpcap: %s: a message is too long, or there "
			      "are too many connections\n",
			      from);
	if (fclose(m->file) != 0)
		good = false;
	buf_free(&m->frame);
	buf_free(&m->payload);
	scenario_free(&s);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int usage(void)
{
	(void)fputs("usage: mkpcap [options] SCENARIO CAPTURE\n"
		    "  -w WIRE      ethernet, vlan, sll, sll2, null, raw; "
		    "mpls, pppoe, ipip,\n"
		    "               gre, erspan, vxlan, geneve, gtpu, tzsp, "
		    "l2tp\n"
		    "  -t CARRIER   udp, fragments, tcp, tcp-cut, tcp-mixed, "
		    "ws, ws-cut, sctp,\n"
		    "               sctp-cut, hep, hep-tcp; with -g: tls12, "
		    "tls13, wss\n"
		    "  -g           pcapng\n"
		    "  -n           nanoseconds\n"
		    "  -b           big-endian\n"
		    "  -2           each frame twice\n"
		    "  -s BYTES     cut frames behind so many\n"
		    "  -r COUNT     repeat the scenario; {n} counts\n"
		    "  -e MICROSECONDS  from one repetition to the next\n",
		    stderr);
	return 2;
}

static bool number(const char *text, uint32_t max, uint32_t *out)
{
	return slice_to_u32(slice_of(text), max, out);
}

static bool take(struct maker *m, int option)
{
	switch (option) {
	case 'w':
		return wire_find(optarg, &m->wire);
	case 't':
		return carrier_find(optarg, &m->carrier);
	case 'g':
		m->pcapng = true;
		return true;
	case 'n':
		m->nanoseconds = true;
		return true;
	case 'b':
		m->big_endian = true;
		return true;
	case '2':
		m->twice = true;
		return true;
	case 's':
		return number(optarg, SNAP_MAX, &m->snap);
	case 'r':
		return number(optarg, REPEAT_MAX, &m->repeat);
	case 'e':
		return number(optarg, UINT32_MAX, &m->every_us);
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct maker m = { .snap = SNAP_MAX, .repeat = 1 };
	int option;

	while ((option = getopt(argc, argv, "w:t:gnb2s:r:e:")) != -1)
		if (!take(&m, option))
			return usage();
	/* Secrets have a place in pcapng only. */
	if (argc - optind != 2 || (m.carrier >= CARRIER_TLS12 && !m.pcapng))
		return usage();
	return make(&m, argv[optind], argv[optind + 1]);
}
