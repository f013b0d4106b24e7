#include "meter.h"

#include <math.h>

/* A step of the clock of the capture is no jitter. */
#define JITTER_MAX_S 10.0F

void meter_begin(struct meter *m, const struct stream_key *key,
		 const struct proof *proof)
{
	uint16_t base = (uint16_t)(proof->first.sequence - proof->behind);

	*m = (struct meter){ .stream = {
				     .source = key->source,
				     .destination = key->destination,
				     .ssrc = key->ssrc,
				     .first_ns = proof->begin_ns,
				     .last_ns = proof->begin_ns,
				     .type = proof->first.type,
				     .sequence_base = base,
				     /* What comes first moves it on to its
					place. */
				     .sequence_max = (uint64_t)base - 1,
			     } };
}

bool meter_expects(struct meter *m, const struct arrival *a)
{
	uint16_t step = (uint16_t)(a->rtp.sequence - m->sequence);

	if (step < DROPOUT_MAX) {
		m->sequence = a->rtp.sequence;
		m->stream.sequence_max += step;
		return true;
	}
	return step > UINT16_MAX - MISORDER_MAX &&
	       since_ns(a->time_ns, m->stream.last_ns) < SILENCE_NS;
}

bool meter_ended(const struct meter *m, const struct proof *proof)
{
	return since_ns(proof->begin_ns, m->stream.last_ns) >= SILENCE_NS;
}

/* ---- one packet */

static void add_jitter(struct media_stream *m, const struct arrival *a)
{
	/* 8000, 16000, 48000, 90000 */
	static const double tick_s[STREAM_CLOCKS] = { 1 / 8000.0, 1 / 16000.0,
						      1 / 48000.0,
						      1 / 90000.0 };
	double apart_s = (double)since_ns(a->time_ns, m->arrival_ns) * 1e-9;
	double ticks = (int32_t)(a->rtp.timestamp - m->last_timestamp);
	float share = 1 / (float)(m->packets - 1); /* the first has none */

	for (unsigned i = 0; i < STREAM_CLOCKS; i++) {
		float d = (float)fabs(apart_s - ticks * tick_s[i]);

		if (d < JITTER_MAX_S)
			m->jitter_s[i] += (d - m->jitter_s[i]) / 16;
		m->jitter_mean_s[i] +=
			(m->jitter_s[i] - m->jitter_mean_s[i]) * share;
	}
}

/*
 * The type of the stream is that of the first packet that is no event.  False
 * if the timestamp of this one says nothing: all packets of an event have that
 * of its begin (RFC 4733 section 2.2.1).
 */
static bool count_type(struct meter *meter, const struct arrival *a)
{
	struct media_stream *m = &meter->stream;
	uint8_t type = a->rtp.type;

	m->types[type >> 6] |= UINT64_C(1) << (type & 63);
	if (a->is_event) {
		m->events += type != m->type;
		return meter->is_settled && type == m->type;
	}
	if (!meter->is_settled) {
		if (type != m->type)
			m->events = m->packets;
		m->type = type;
		meter->is_settled = true;
	}
	return true;
}

/*
 * Silence that the sender tells of is no gap: comfort noise, and a marker at
 * the begin of a talkspurt (RFC 3551 section 4.1).  Video has one at the end of
 * each frame, so that there it may follow another one.
 */
static void count_delta(struct meter *meter, const struct arrival *a)
{
	struct media_stream *m = &meter->stream;
	int64_t apart_ns = since_ns(a->time_ns, m->last_ns);
	bool begins = a->rtp.marker && !meter->was_marked;

	if (!begins && !a->is_noise && !meter->was_noise &&
	    apart_ns > m->max_delta_ns)
		m->max_delta_ns = apart_ns;
	meter->was_marked = a->rtp.marker;
	meter->was_noise = a->is_noise;
}

static void count(struct meter *meter, const struct arrival *a, bool goes_on)
{
	struct media_stream *m = &meter->stream;
	bool is_timed = count_type(meter, a);

	m->packets++;
	count_delta(meter, a);
	if (a->time_ns > m->last_ns)
		m->last_ns = a->time_ns;
	if (a->time_ns < m->first_ns)
		m->first_ns = a->time_ns;
	if (!is_timed)
		return;
	if (goes_on)
		add_jitter(m, a);
	m->last_timestamp = a->rtp.timestamp;
	m->arrival_ns = a->time_ns;
}

void meter_count(struct meter *m, const struct arrival *a)
{
	count(m, a, true);
}

uint64_t meter_count_first(struct meter *m, const struct proof *proof,
			   const struct arrival *a)
{
	struct arrival before = *a;

	before.time_ns = proof->first.time_ns;
	before.is_event = proof->first.is_event;
	before.is_noise = false;
	before.rtp.marker = false;
	before.rtp.type = proof->first.type;
	before.rtp.timestamp = proof->first.timestamp;
	before.rtp.sequence = proof->first.sequence;
	count(m, &before, false);
	m->stream.packets += proof->others;
	count(m, a, true);
	m->sequence = a->rtp.sequence;
	m->stream.sequence_max += UINT64_C(2) + proof->behind;
	return UINT64_C(2) + proof->others;
}

/* ---- what readers ask */

int64_t media_stream_lost(const struct media_stream *m)
{
	uint64_t expected = m->sequence_max - m->sequence_base + 1;

	return (int64_t)(expected - m->packets);
}

int64_t media_stream_jitter_ns(const struct media_stream *m, uint32_t clock)
{
	static const uint32_t clocks[STREAM_CLOCKS] = { 8000, 16000, 48000,
							90000 };

	for (unsigned i = 0; i < STREAM_CLOCKS; i++)
		if (clocks[i] == clock)
			return (int64_t)((double)m->jitter_mean_s[i] * 1e9);
	return -1;
}
