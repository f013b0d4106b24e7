#include "capture.h"

#include "../tools/child.h"

#define SECOND_NS     1000000000
#define LINKTYPE_RAW  101
#define OUT_BYTES_MAX (512U << 20)
#define FRAGMENT      1480
#define SEGMENT       1400

enum { FIN = 0x01, SYN = 0x02, PSH = 0x08, ACK = 0x10 };

void capture_begin(struct capture *c)
{
	c->id = 0;
	buf_init(&c->out, OUT_BYTES_MAX);
	buf_init(&c->packet, 1U << 17);
	buf_init(&c->inside, 1U << 17);
	/* Big endian, times in nanoseconds. */
	put_u32(&c->out, 0xa1b23c4d);
	put_u16(&c->out, 2);
	put_u16(&c->out, 4);
	put_u32(&c->out, 0);
	put_u32(&c->out, 0);
	put_u32(&c->out, 262144);
	put_u32(&c->out, LINKTYPE_RAW);
}

void capture_free(struct capture *c)
{
	buf_free(&c->out);
	buf_free(&c->packet);
	buf_free(&c->inside);
}

/* What stands in `packet`. */
static void end_packet(struct capture *c, int64_t time_ns)
{
	put_u32(&c->out, (uint32_t)(time_ns / SECOND_NS));
	put_u32(&c->out, (uint32_t)(time_ns % SECOND_NS));
	put_u32(&c->out, (uint32_t)c->packet.len);
	put_u32(&c->out, (uint32_t)c->packet.len);
	buf_add(&c->out, buf_slice(&c->packet));
	buf_clear(&c->packet);
}

void capture_datagram(struct capture *c, const struct capture_msg *m)
{
	buf_clear(&c->inside);
	put_udp(&c->inside, &m->ends, m->bytes);
	put_ip(&c->packet, &m->ends, PROTOCOL_UDP, ++c->id,
	       buf_slice(&c->inside));
	end_packet(c, m->time_ns);
}

void capture_fragments(struct capture *c, const struct capture_msg *m)
{
	buf_clear(&c->inside);
	put_udp(&c->inside, &m->ends, m->bytes);
	c->id++;
	for (size_t at = 0; at < c->inside.len; at += FRAGMENT) {
		put_ip_fragment(&c->packet, &m->ends, PROTOCOL_UDP, c->id,
				slice_sub(buf_slice(&c->inside), at, FRAGMENT),
				at, at + FRAGMENT < c->inside.len);
		end_packet(c, m->time_ns);
	}
}

static void put_segment(struct capture *c, const struct capture_msg *m,
			unsigned flags, uint32_t sequence, struct slice bytes)
{
	buf_clear(&c->inside);
	put_tcp(&c->inside, &m->ends, sequence, 1, flags, bytes);
	put_ip(&c->packet, &m->ends, PROTOCOL_TCP, ++c->id,
	       buf_slice(&c->inside));
	end_packet(c, m->time_ns);
}

void capture_stream(struct capture *c, const struct capture_msg *m)
{
	put_segment(c, m, SYN, 0, SLICE(""));
	for (size_t at = 0; at < m->bytes.len; at += SEGMENT)
		put_segment(c, m, PSH | ACK, (uint32_t)at + 1,
			    slice_sub(m->bytes, at, SEGMENT));
	put_segment(c, m, FIN | ACK, (uint32_t)m->bytes.len + 1, SLICE(""));
}

bool capture_write(const struct capture *c, const char *path)
{
	return !c->out.failed && !c->packet.failed && !c->inside.failed &&
	       child_write_file(path, buf_slice(&c->out));
}

struct endpoint capture_host(unsigned number)
{
	return (struct endpoint){
		.address = { 198, (uint8_t)(18 + (number >> 16 & 1)),
			     (uint8_t)(number >> 8), (uint8_t)number },
		.port = 5060,
		.family = 4,
	};
}
