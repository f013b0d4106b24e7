#include "sipmon/report/quality.h"

#include "sipmon/base/clock.h"
#include "sipmon/media/codec.h"

/* Events alone: a digit is sent again and again (RFC 4733 section 2.5.1.4),
 * with one timestamp, so that nothing is heard of a packet less. */
static bool is_of_events(const struct stream_quality *q)
{
	return codec_find(slice_of(q->codec)) == CODEC_EVENT;
}

struct stream_quality stream_quality_of(const struct view *v,
					const struct call_media *m)
{
	const struct media_stream *s = m->stream;
	struct stream_quality q = { .lost = media_stream_lost(s),
				    .jitter_ns = -1 };
	uint32_t clock = call_media_codec(v, m, q.codec, sizeof(q.codec));

	if (is_of_events(&q))
		return q;
	if (q.lost > 0)
		q.loss_percent = 100.0 * (double)q.lost /
				 ((double)s->packets + (double)q.lost);
	q.jitter_ns = media_stream_jitter_ns(s, clock);
	if (q.jitter_ns >= 0)
		q.mos = codec_mos(codec_find(slice_of(q.codec)), q.loss_percent,
				  (double)q.jitter_ns / (double)CLOCK_MS_NS);
	return q;
}

struct call_quality call_quality_of(const struct view *v, const struct call *c)
{
	struct call_media list[CALL_MEDIA_ROOM];
	struct call_quality worst = { .jitter_ns = -1 };

	worst.streams = call_media_list(v, c, list, CALL_MEDIA_ROOM);
	for (unsigned i = 0; i < worst.streams; i++) {
		struct stream_quality q = stream_quality_of(v, &list[i]);

		if (is_of_events(&q))
			continue;
		if (q.loss_percent > worst.loss_percent)
			worst.loss_percent = q.loss_percent;
		if (q.jitter_ns > worst.jitter_ns)
			worst.jitter_ns = q.jitter_ns;
		if (q.mos > 0 && (worst.mos <= 0 || q.mos < worst.mos))
			worst.mos = q.mos;
	}
	return worst;
}
