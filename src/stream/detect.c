#include "level.h"

/* Who is asked, after SIP itself, in this order. */
/* clang-format off */
static const struct {
	const struct layer_ops *ops;
	uint8_t depth_max; /* how deep it may lie */
	/* How often it may find that it was wrong: HTTP may be upgraded late,
	 * but a connection that began with TLS is TLS to its end. */
	uint8_t chances;
} layers[LAYERS] = {
	{ .ops = &layer_tls,       .depth_max = 0, .chances = 1 },
	{ .ops = &layer_websocket, .depth_max = 1, .chances = 16 },
	{ .ops = &layer_hep,       .depth_max = 1, .chances = 1 },
};
/* clang-format on */

const struct layer_ops *detect_layer(unsigned layer)
{
	return layers[layer].ops;
}

static size_t bound(const struct line *line)
{
	return line->sip_port || line->sip ? LAYER_ASK_BYTES_SIP
					   : LAYER_ASK_BYTES;
}

/*
 * With more bytes than the bound the answer is that for as many: so it is the
 * same however they were cut.
 */
static enum stream_begins bounded(enum stream_begins answer, struct slice bytes,
				  const struct line *line)
{
	if (answer == STREAM_MORE && bytes.len >= bound(line))
		return STREAM_NO;
	return answer;
}

static enum stream_begins begins(const struct levels *levels,
				 const struct line *line, struct slice bytes)
{
	struct slice shown = slice_sub(bytes, 0, bound(line));

	return bounded(levels->reader.begins(shown), bytes, line);
}

enum speaks detect(const struct levels *levels, const struct line *line,
		   const struct level *level, struct slice bytes, bool last,
		   unsigned *layer)
{
	const struct layer_place place = { .begins = levels->reader.begins,
					   .keys = levels->keys,
					   .counters = levels->counters,
					   .sip_port = line->sip_port };
	struct slice shown = slice_sub(bytes, 0, bound(line));
	enum stream_begins answer = begins(levels, line, bytes);

	if (answer == STREAM_YES)
		return SPEAKS_SIP;
	/* Who would know if there were more is waited for. */
	if (answer == STREAM_MORE && !last)
		return SPEAKS_NEW;
	for (unsigned i = 0; i < LAYERS && !level->sip; i++) {
		if (level->depth > layers[i].depth_max ||
		    level->closed[i] >= layers[i].chances)
			continue;
		answer = layers[i].ops->begins(&place, shown);
		answer = bounded(answer, bytes, line);
		if (answer == STREAM_NO || (answer == STREAM_MORE && last))
			continue;
		*layer = i;
		return answer == STREAM_YES ? SPEAKS_CARRIER : SPEAKS_NEW;
	}
	return SPEAKS_UNKNOWN;
}

static bool is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* Where the next line begins, bytes.len if none does. */
static size_t next_line(struct slice bytes, size_t from)
{
	while (from < bytes.len && !is_line_end(bytes.ptr[from]))
		from++;
	while (from < bytes.len && is_line_end(bytes.ptr[from]))
		from++;
	return from;
}

enum speaks detect_search(const struct levels *levels, const struct line *line,
			  struct slice bytes, size_t *at)
{
	size_t from = 0;

	/* Each turn is at least a line further on. */
	while (from < bytes.len) {
		struct slice rest = slice_sub(bytes, from, bytes.len);
		enum stream_begins b;

		*at = from + levels->reader.seek(rest);
		if (*at >= bytes.len)
			break;
		b = begins(levels, line, slice_sub(bytes, *at, bytes.len));
		if (b != STREAM_NO)
			return b == STREAM_YES ? SPEAKS_SIP : SPEAKS_NEW;
		from = next_line(bytes, *at);
	}
	*at = bytes.len;
	return SPEAKS_UNKNOWN;
}
