/*
 * The format of tcpdump, draft-ietf-opsawg-pcap: a header of 24 bytes, then
 * records.  The first four bytes tell byte order and unit of time.
 */
#include "file.h"

#include <stddef.h>

#define HEADER_BYTES  24
#define VERSION_MAJOR 2

/* Numbers are given out below 400; far above them it is no link type. */
#define LINK_TYPE_LIMIT 1024

/* The link type is in the low 16 bits; above them the length of the FCS. */
#define LINK_TYPE_MASK 0xffff

struct magic {
	uint32_t value;
	uint32_t ns_per_tick;
	uint32_t record_bytes;
};

static const struct magic magics[] = {
	{ 0xa1b2c3d4, 1000, 16 },
	{ 0xa1b23c4d, 1, 16 },
	/* Kuznetzov's tcpdump: interface, protocol, direction after each */
	{ 0xa1b2cd34, 1000, 24 },
};

static const struct magic *magic_find(const uint8_t *first, bool *big_endian)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		*big_endian = magics[i].value == be32(first);
		if (*big_endian || magics[i].value == le32(first))
			return &magics[i];
	}
	return NULL;
}

static bool recognise(const uint8_t *first)
{
	bool big_endian;

	return magic_find(first, &big_endian) != NULL;
}

static enum err open_header(struct file *f, struct problem *problem)
{
	enum err err = input_need(&f->input, HEADER_BYTES);
	const uint8_t *at = f->input.at;
	const struct magic *magic;
	uint32_t link_type;

	if (err)
		return file_stopped(f, err, "file header", problem);
	magic = magic_find(at, &f->big_endian);
	f->ns_per_tick = magic->ns_per_tick;
	f->record_bytes = magic->record_bytes;
	if (file_u16(f->big_endian, at + 4) != VERSION_MAJOR)
		return file_malformed(f, "file header",
				      "is of an unknown version", problem);
	link_type = file_u32(f->big_endian, at + 20) & LINK_TYPE_MASK;
	if (link_type >= LINK_TYPE_LIMIT) {
		problem_set(problem, "%s: link type %u is not known", f->name,
			    link_type);
		return ERR_UNSUPPORTED;
	}
	f->link_type = (uint16_t)link_type;
	f->has_link_type = true;
	input_skip(&f->input, HEADER_BYTES);
	return ERR_OK;
}

static enum err next_record(struct file *f, struct packet *out,
			    struct problem *problem)
{
	struct input *in = &f->input;
	bool big = f->big_endian;
	enum err err = input_need(in, f->record_bytes);
	uint32_t captured;
	uint32_t original;

	if (err)
		return file_stopped(f, err, "packet", problem);
	captured = file_u32(big, in->at + 8);
	if (captured > CAPTURED_MAX)
		return file_length_lie(f, "packet", captured, problem);
	err = input_need(in, f->record_bytes + captured);
	if (err)
		return file_stopped(f, err, "packet", problem);
	original = file_u32(big, in->at + 12);
	out->time_ns = file_u32(big, in->at) * NS_PER_S +
		       (int64_t)file_u32(big, in->at + 4) * f->ns_per_tick;
	out->len = captured;
	out->wire_len = original > captured ? original : captured;
	out->link_type = f->link_type;
	out->source = f->base.number;
	out->inside = false;
	in->at += f->record_bytes;
	out->data = in->at;
	out->offset = input_offset(in);
	in->at += captured;
	return ERR_OK;
}

const struct file_format file_pcap = {
	.recognise = recognise,
	.open = open_header,
	.next = next_record,
};
