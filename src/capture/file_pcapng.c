/*
 * draft-ietf-opsawg-pcapng: sections of blocks, each with its length before
 * and behind it.  A section has its own byte order and its own interfaces, an
 * interface its own link type and unit of time.
 */
#include "file.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MAGIC      0x1a2b3c4d
#define SECTION_VERSION_MAJOR 1

/* As libpcap: a longer block is taken for a lie. */
#define BLOCK_MAX      ((uint32_t)16 * 1024 * 1024)
#define BLOCK_FRAME    12 /* type, length; length */
#define INTERFACES_MAX 65536

/* Decryption secrets: their type, and how much is handed on at once. */
#define SECRETS_TLS_KEY_LOG 0x544c534b
#define SECRETS_HEAD        16 /* of the block, before the secrets */
#define SECRETS_PIECE       ((uint32_t)64 * 1024)

#define OPTION_END         0
#define OPTION_IF_TSRESOL  9
#define OPTION_IF_TSOFFSET 14

/* Times stay within this, so that the difference of any two fits too. */
#define TIME_MAX (INT64_MAX / 2)

/* A tick is multiplier / divisor nanoseconds; or, with `shift`, 2^-shift s. */
struct interface {
	uint16_t link_type;
	uint8_t shift;
	uint32_t snaplen;
	uint64_t multiplier;
	uint64_t divisor;
	uint64_t ticks_max; /* the multiplication holds up to this */
	int64_t offset_ns;
};

struct pcapng {
	bool big_endian;
	struct interface *interfaces;
	uint32_t count;
	uint32_t room;
	int64_t last_ns; /* for packets without a time */
	/* Of a block of secrets that is being read. */
	uint32_t secrets_left;
	uint32_t behind_secrets; /* padding, options, length */
};

struct block {
	const uint8_t *at; /* its first byte, the type */
	uint32_t type;
	uint32_t len;
};

typedef enum err (*block_fn)(struct file *f, const struct block *b,
			     struct packet *out, struct problem *problem);

struct block_kind {
	uint32_t type;
	uint32_t bytes_min; /* of the whole block */
	bool holds_packet;  /* then `read` fills `out` */
	block_fn read;
};

#define TYPE_SECTION 0x0a0d0d0a
#define TYPE_SECRETS 0x0000000a

static uint32_t u32(const struct file *f, const uint8_t *p)
{
	return file_u32(f->pcapng->big_endian, p);
}

static uint16_t u16(const struct file *f, const uint8_t *p)
{
	return file_u16(f->pcapng->big_endian, p);
}

static enum err read_section(struct file *f, const struct block *b,
			     struct packet *out, struct problem *problem)
{
	(void)out;
	if (u16(f, b->at + 12) != SECTION_VERSION_MAJOR)
		return file_malformed(f, "section", "is of an unknown version",
				      problem);
	f->pcapng->count = 0;
	return ERR_OK;
}

/* The value of if_tsresol; false if no time can be counted like that. */
static bool set_resolution(struct interface *i, uint8_t resolution)
{
	uint8_t exponent = resolution & 0x7f;

	i->multiplier = 1;
	i->divisor = 1;
	i->shift = 0;
	if ((resolution & 0x80) != 0 && exponent > 0) {
		i->shift = exponent;
		return exponent < 64;
	}
	if (exponent > 19)
		return false;
	for (unsigned n = exponent; n < 9; n++)
		i->multiplier *= 10;
	for (unsigned n = 9; n < exponent; n++)
		i->divisor *= 10;
	i->ticks_max = (uint64_t)TIME_MAX / i->multiplier;
	return true;
}

static void set_offset(struct interface *i, uint64_t seconds)
{
	const int64_t most = TIME_MAX / NS_PER_S;
	int64_t s = (int64_t)seconds;

	if (s > most)
		s = most;
	if (s < -most)
		s = -most;
	i->offset_ns = s * NS_PER_S;
}

static uint64_t u64(const struct file *f, const uint8_t *p)
{
	if (f->pcapng->big_endian)
		return (uint64_t)be32(p) << 32 | be32(p + 4);
	return (uint64_t)le32(p + 4) << 32 | le32(p);
}

/* False if the unit of time is beyond us.  A broken option ends the list. */
static bool read_options(const struct file *f, struct bytes options,
			 struct interface *i)
{
	while (options.len >= 4) {
		const uint8_t *at = bytes_take(&options, 4);
		uint16_t code = u16(f, at);
		uint16_t len = u16(f, at + 2);
		const uint8_t *value =
			bytes_take(&options, ((size_t)len + 3) & ~(size_t)3);

		if (code == OPTION_END || value == NULL)
			break;
		if (code == OPTION_IF_TSOFFSET && len == 8)
			set_offset(i, u64(f, value));
		if (code == OPTION_IF_TSRESOL && len == 1 &&
		    !set_resolution(i, value[0]))
			return false;
	}
	return true;
}

static struct interface *interface_add(struct pcapng *ng)
{
	uint32_t room = ng->room == 0 ? 4 : ng->room * 2;
	struct interface *grown;

	if (ng->count == ng->room) {
		grown = realloc(ng->interfaces, room * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		ng->interfaces = grown;
		ng->room = room;
	}
	return &ng->interfaces[ng->count++];
}

static enum err read_interface(struct file *f, const struct block *b,
			       struct packet *out, struct problem *problem)
{
	struct bytes options = bytes_of(b->at + 16, b->len - 20);
	struct interface *i;

	(void)out;
	if (f->pcapng->count == INTERFACES_MAX)
		return file_malformed(f, "interface", "is one too many",
				      problem);
	i = interface_add(f->pcapng);
	if (i == NULL) {
		problem_set(problem, "%s: out of memory", f->name);
		return ERR_NOMEM;
	}
	*i = (struct interface){ .link_type = u16(f, b->at + 8),
				 .snaplen = u32(f, b->at + 12) };
	(void)set_resolution(i, 6);
	if (!read_options(f, options, i))
		return file_malformed(f, "interface",
				      "has an unknown unit of time", problem);
	if (!f->has_link_type) {
		f->link_type = i->link_type;
		f->has_link_type = true;
	}
	return ERR_OK;
}

static int64_t time_of(const struct interface *i, uint64_t ticks)
{
	int64_t ns;

	if (i->shift != 0) {
		uint64_t whole = ticks >> i->shift;
		uint64_t part = ticks - (whole << i->shift);
		unsigned fine = i->shift > 32 ? i->shift - 32u : 0;

		if (whole > (uint64_t)(TIME_MAX / NS_PER_S) - 1)
			whole = (uint64_t)(TIME_MAX / NS_PER_S) - 1;
		part = ((part >> fine) * NS_PER_S) >> (i->shift - fine);
		ns = (int64_t)(whole * NS_PER_S + part);
	} else {
		ticks /= i->divisor;
		if (ticks > i->ticks_max)
			ticks = i->ticks_max;
		ns = (int64_t)(ticks * i->multiplier);
	}
	ns += i->offset_ns;
	if (ns < 0)
		return 0;
	return ns > TIME_MAX ? TIME_MAX : ns;
}

static void packet_set(struct file *f, const uint8_t *data, uint32_t captured,
		       uint32_t original, struct packet *out)
{
	out->data = data;
	out->len = captured;
	out->wire_len = original > captured ? original : captured;
	out->source = f->base.number;
	out->inside = false;
	out->offset = input_offset(&f->input) + (uint64_t)(data - f->input.at);
}

/* Enhanced and old packet block differ in the number of the interface only. */
static enum err read_timed(struct file *f, const struct block *b,
			   uint32_t number, struct packet *out,
			   struct problem *problem)
{
	struct pcapng *ng = f->pcapng;
	uint64_t ticks =
		(uint64_t)u32(f, b->at + 12) << 32 | u32(f, b->at + 16);
	uint32_t captured = u32(f, b->at + 20);

	if (number >= ng->count)
		return file_malformed(f, "packet",
				      "is of an interface not described",
				      problem);
	if (captured > CAPTURED_MAX || captured > b->len - 32)
		return file_length_lie(f, "packet", captured, problem);
	packet_set(f, b->at + 28, captured, u32(f, b->at + 24), out);
	out->link_type = ng->interfaces[number].link_type;
	out->time_ns = time_of(&ng->interfaces[number], ticks);
	ng->last_ns = out->time_ns;
	return ERR_OK;
}

static enum err read_enhanced(struct file *f, const struct block *b,
			      struct packet *out, struct problem *problem)
{
	return read_timed(f, b, u32(f, b->at + 8), out, problem);
}

static enum err read_old_packet(struct file *f, const struct block *b,
				struct packet *out, struct problem *problem)
{
	return read_timed(f, b, u16(f, b->at + 8), out, problem);
}

/*
 * A packet of the first interface, without a time: it is given the time of the
 * packet before it, so that it keeps its place in a merge.
 */
static enum err read_simple(struct file *f, const struct block *b,
			    struct packet *out, struct problem *problem)
{
	const struct pcapng *ng = f->pcapng;
	uint32_t original = u32(f, b->at + 8);
	uint32_t captured = original;

	if (ng->count == 0)
		return file_malformed(f, "packet",
				      "is of an interface not described",
				      problem);
	if (ng->interfaces[0].snaplen != 0 &&
	    captured > ng->interfaces[0].snaplen)
		captured = ng->interfaces[0].snaplen;
	if (captured > CAPTURED_MAX || captured > b->len - 16)
		return file_length_lie(f, "packet", captured, problem);
	packet_set(f, b->at + 12, captured, original, out);
	out->link_type = ng->interfaces[0].link_type;
	out->time_ns = ng->last_ns;
	return ERR_OK;
}

/* The most frequent comes first; what is not here is passed over. */
static const struct block_kind kinds[] = {
	{ 0x00000006, 32, true, read_enhanced },
	{ 0x00000003, 16, true, read_simple },
	{ 0x00000002, 32, true, read_old_packet },
	{ 0x00000001, 20, false, read_interface },
	{ TYPE_SECTION, 28, false, read_section },
};

static const struct block_kind *kind_find(uint32_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

/* Type and length of the next block.  A section says in which byte order. */
static enum err block_begin(struct file *f, struct block *b,
			    struct problem *problem)
{
	enum err err = input_need(&f->input, BLOCK_FRAME);
	const uint8_t *at = f->input.at;

	if (err)
		return file_stopped(f, err, "block", problem);
	b->type = u32(f, at);
	if (b->type == TYPE_SECTION) {
		f->pcapng->big_endian = be32(at + 8) == BYTE_ORDER_MAGIC;
		if (u32(f, at + 8) != BYTE_ORDER_MAGIC)
			return file_malformed(f, "section", "has no byte order",
					      problem);
	}
	b->len = u32(f, at + 4);
	if (b->len < BLOCK_FRAME || b->len > BLOCK_MAX || b->len % 4 != 0)
		return file_length_lie(f, "block", b->len, problem);
	return ERR_OK;
}

/* Sees to it that all of the block is there, and that its lengths agree. */
static enum err block_whole(struct file *f, struct block *b,
			    struct problem *problem)
{
	enum err err;

	if (b->len > INPUT_WINDOW)
		return file_length_lie(f, "block", b->len, problem);
	err = input_need(&f->input, b->len);
	if (err)
		return file_stopped(f, err, "block", problem);
	b->at = f->input.at;
	if (u32(f, b->at + b->len - 4) != b->len)
		return file_malformed(f, "block", "has two lengths that differ",
				      problem);
	return ERR_OK;
}

/*
 * draft-ietf-opsawg-pcapng section 4.7.  Such a block may be longer than the
 * window of the input, so its text is handed on piece by piece; one of another
 * kind is passed over.
 */
static enum err secrets_begin(struct file *f, const struct block *b,
			      struct problem *problem)
{
	enum err err = input_need(&f->input, SECRETS_HEAD);
	const uint8_t *at = f->input.at;
	uint32_t len;

	if (err)
		return file_stopped(f, err, "block", problem);
	if (b->len < SECRETS_HEAD + 4)
		return file_length_lie(f, "block", b->len, problem);
	len = u32(f, at + 12);
	if (len > b->len - SECRETS_HEAD - 4)
		return file_length_lie(f, "secret", len, problem);
	if (f->secrets == NULL || len == 0 ||
	    u32(f, at + 8) != SECRETS_TLS_KEY_LOG) {
		input_skip(&f->input, b->len);
		return ERR_OK;
	}
	f->pcapng->secrets_left = len;
	f->pcapng->behind_secrets = b->len - SECRETS_HEAD - len;
	input_skip(&f->input, SECRETS_HEAD);
	return ERR_OK;
}

/* Pieces end with a line where they can; a block always does. */
static enum err secrets_piece(struct file *f, struct problem *problem)
{
	struct pcapng *ng = f->pcapng;
	bool last = ng->secrets_left <= SECRETS_PIECE;
	uint32_t len = last ? ng->secrets_left : SECRETS_PIECE;
	enum err err = input_need(&f->input, len);
	struct slice text = { (const char *)f->input.at, len };

	if (err)
		return file_stopped(f, err == ERR_END ? ERR_TRUNCATED : err,
				    "block", problem);
	while (!last && text.len > 0 && text.ptr[text.len - 1] != '\n')
		text.len--;
	if (text.len == 0)
		text.len = len;
	f->secrets(f->secrets_ctx, text);
	if (last && text.ptr[text.len - 1] != '\n')
		f->secrets(f->secrets_ctx, SLICE("\n"));
	input_skip(&f->input, text.len);
	ng->secrets_left -= (uint32_t)text.len;
	if (ng->secrets_left == 0)
		input_skip(&f->input, ng->behind_secrets);
	return ERR_OK;
}

/* One block, or a piece of one; with `*got` it held a packet. */
static enum err step(struct file *f, struct packet *out, bool *got,
		     struct problem *problem)
{
	const struct block_kind *kind;
	struct block b = { 0 };
	enum err err;

	*got = false;
	if (f->pcapng->secrets_left > 0)
		return secrets_piece(f, problem);
	err = block_begin(f, &b, problem);
	if (err)
		return err;
	if (b.type == TYPE_SECRETS)
		return secrets_begin(f, &b, problem);
	kind = kind_find(b.type);
	if (kind == NULL && b.len > INPUT_WINDOW) {
		input_skip(&f->input, b.len);
		return ERR_OK;
	}
	err = block_whole(f, &b, problem);
	if (err)
		return err;
	if (kind != NULL) {
		if (b.len < kind->bytes_min)
			return file_length_lie(f, "block", b.len, problem);
		err = kind->read(f, &b, out, problem);
		*got = kind->holds_packet;
	}
	if (err == ERR_OK)
		f->input.at += b.len;
	return err;
}

static enum err next_packet(struct file *f, struct packet *out,
			    struct problem *problem)
{
	bool got = false;
	enum err err = ERR_OK;

	/* Each step goes on in the file. */
	while (!err && !got)
		err = step(f, out, &got, problem);
	return err;
}

static bool recognise(const uint8_t *first)
{
	return be32(first) == TYPE_SECTION;
}

static enum err open_section(struct file *f, struct problem *problem)
{
	struct packet none;
	bool got;
	enum err err = ERR_OK;

	f->pcapng = calloc(1, sizeof(*f->pcapng));
	if (f->pcapng == NULL) {
		problem_set(problem, "%s: out of memory", f->name);
		return ERR_NOMEM;
	}
	/* Before an interface is described no packet is accepted. */
	while (!err && !f->has_link_type)
		err = step(f, &none, &got, problem);
	return err == ERR_END || err == ERR_AGAIN ? ERR_OK : err;
}

static void close_section(struct file *f)
{
	if (f->pcapng != NULL)
		free(f->pcapng->interfaces);
	free(f->pcapng);
	f->pcapng = NULL;
}

const struct file_format file_pcapng = {
	.recognise = recognise,
	.open = open_section,
	.next = next_packet,
	.close = close_section,
};
