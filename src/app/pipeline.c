#include "pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/call/store.h"
#include "sipmon/call/tracker.h"
#include "sipmon/capture/inside.h"
#include "sipmon/capture/source.h"
#include "sipmon/decap/decap.h"
#include "sipmon/export/pcap_out.h"
#include "sipmon/sip/framer.h"
#include "sipmon/sip/message.h"
#include "sipmon/stream/stream.h"

/* Packets between two looks at the clock. */
#define BATCH 256

/*
 * Shares of --memory for what waits: fragments of IP, connections.  They are
 * part of it; what is kept of messages has the rest.
 */
#define FRAGMENT_SHARE(bytes) ((bytes) / 50)
#define STREAM_SHARE(bytes)   ((bytes) / 10)

struct pipeline {
	struct source *source;
	struct inside *inside; /* NULL: the capture filter was not widened */
	struct decap *decap;
	struct keys *keys;
	struct stream *stream;
	struct store *store;
	struct judging *judging;
	struct pcap_out *save;
	struct counters counters;
	struct problem trouble;
	bool has_trouble;
	bool save_failed; /* told once; nothing is saved any more */
	bool live;
	bool grows;
	int64_t asked_ns;  /* when the kernel was asked for its losses */
	int64_t packet_ns; /* when a packet came last, on the clock of here */
};

static bool reread(void *ctx, uint16_t source, uint64_t offset, void *out,
		   uint32_t len)
{
	const struct pipeline *p = ctx;

	return source_reread(p->source, source, offset, out, len);
}

static enum err open_inside(struct pipeline *p, const struct options *o,
			    struct problem *problem)
{
	if (o->bpf.len <= 1 || !inside_is_wanted(o->bpf.ptr))
		return ERR_OK;
	p->inside = inside_new(o->bpf.ptr);
	if (p->inside != NULL)
		return ERR_OK;
	problem_set(problem, "out of memory");
	return ERR_NOMEM;
}

static void take_secrets(void *ctx, struct slice text)
{
	const struct pipeline *p = ctx;

	keys_add_log(p->keys, text);
}

static enum err open_keys(struct pipeline *p, const struct options *o,
			  struct problem *problem)
{
	enum err e = keys_new(&p->keys);

	if (e)
		problem_set(problem, "out of memory");
	for (unsigned i = 0; i < o->secret_count && e == ERR_OK; i++) {
		const char *name = o->secrets[i].name;

		if (o->secrets[i].is_private)
			e = keys_open_private(p->keys, name, problem);
		else
			e = keys_open_log(p->keys, name, problem);
	}
	return e;
}

/* The first thing that is told: more is captured than was asked for. */
static void note_wide(struct pipeline *p)
{
	problem_set(&p->trouble,
		    "the capture filter was widened: fragments, tunnels and "
		    "tagged packets pass too, and count if it fits what is "
		    "inside");
	p->has_trouble = true;
}

static enum err open_one(struct pipeline *p, struct source **out,
			 const struct options *o, unsigned i,
			 struct problem *problem)
{
	const struct source_options how = {
		.filter = o->bpf.len > 1 ? o->bpf.ptr : NULL,
		.number = (uint16_t)i,
		.follow = o->follow,
		.secrets = take_secrets,
		.ctx = p,
	};
	const char *name = o->sources[i].name;

	switch (o->sources[i].kind) {
	case SOURCE_INTERFACE:
		p->live = true;
		if (p->inside != NULL && !p->has_trouble)
			note_wide(p);
		return source_live_open(out, name, &how, problem);
	case SOURCE_HEP:
		p->live = true;
		return source_hep_open(out, name, &how, problem);
	case SOURCE_FILE:
		p->grows |= o->follow;
		return source_file_open(out, name, &how, problem);
	}
	return ERR_UNSUPPORTED;
}

static enum err open_sources(struct pipeline *p, const struct options *o,
			     struct problem *problem)
{
	struct source *list[SOURCES_MAX] = { NULL };
	enum err e = ERR_OK;
	unsigned n = 0;

	for (; n < o->source_count && e == ERR_OK; n++)
		e = open_one(p, &list[n], o, n, problem);
	if (e == ERR_OK && n == 1) {
		p->source = list[0];
		return ERR_OK;
	}
	if (e == ERR_OK) {
		e = source_merge_open(&p->source, list, n);
		if (e == ERR_OK)
			return ERR_OK;
		problem_set(problem, "out of memory");
	}
	for (unsigned i = 0; i < n; i++)
		source_free(list[i]);
	return e;
}

static void file_message(struct pipeline *p, const struct payload *d)
{
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &d->flow,
			      .time_ns = d->time_ns,
			      .offset = d->offset,
			      .print = d->print,
			      .source = d->source,
			      .cut = payload_is_cut(d) };
	uint32_t id;

	if (!sip_msg_parse(&msg, d->bytes))
		return;
	in.trailing = (uint32_t)(d->bytes.len - msg.raw.len -
				 (size_t)(msg.raw.ptr - d->bytes.ptr));
	if (in.cut)
		p->counters.undecoded[UNDECODED_CUT_SIP]++;
	if (in.offset != PACKET_NO_OFFSET)
		in.offset += (uint64_t)(msg.raw.ptr - d->bytes.ptr);
	id = tracker_push(p->store, &in);
	if (id != 0 && sip_msg_has(&msg, SIP_HEADER_IDENTITY))
		judging_note(p->judging, id);
}

/* ---- SIP in streams */

static void take_message(void *ctx, const struct payload *message)
{
	struct pipeline *p = ctx;

	if (sip_recognise(message->bytes))
		file_message(p, message);
	else if (message->flow.transport == TRANSPORT_UDP)
		store_push_rtp(p->store, message);
}

static enum stream_begins begins(struct slice bytes)
{
	switch (sip_framer_begins(bytes)) {
	case SIP_BEGINS_NO:
		return STREAM_NO;
	case SIP_BEGINS_YES:
		return STREAM_YES;
	case SIP_BEGINS_MORE:
		return STREAM_MORE;
	}
	return STREAM_NO;
}

/* One that was cut by a hole tells that more was sent than came. */
static void take_frame(struct pipeline *p, const struct payload *stream,
		       size_t at, size_t len, bool is_cut)
{
	struct payload one = *stream;

	one.bytes = slice_sub(stream->bytes, at, len);
	one.sent = (uint32_t)len + is_cut;
	if (one.offset != PACKET_NO_OFFSET)
		one.offset += at;
	file_message(p, &one);
}

/* A message whose head never came whole is worth a number. */
static void count_lost(struct pipeline *p, const struct stream_bytes *in,
		       struct slice rest)
{
	if (in->last && sip_framer_begins(rest) == SIP_BEGINS_YES)
		p->counters.undecoded[UNDECODED_CUT_SIP]++;
}

static size_t take_bytes(void *ctx, struct stream_bytes *in)
{
	struct slice all = in->payload.bytes;
	struct sip_framer framer;
	size_t done = 0;

	_Static_assert(sizeof(framer) <=
			       STREAM_READER_WORDS * sizeof(*in->memory),
		       "a framer must fit");
	memcpy(&framer, in->memory, sizeof(framer));
	while (done < all.len) {
		struct slice rest = slice_sub(all, done, all.len - done);
		size_t len = 0;
		enum sip_frame kind =
			sip_framer_next(&framer, rest, in->last, &len);

		if (kind == SIP_FRAME_MORE) {
			in->need = len;
			break;
		}
		if (kind == SIP_FRAME_OTHER)
			count_lost(ctx, in, rest);
		else
			take_frame(ctx, &in->payload, done, len,
				   kind == SIP_FRAME_CUT);
		done += len;
	}
	memcpy(in->memory, &framer, sizeof(framer));
	return done;
}

/* ---- the machine put together */

static enum err open_stages(struct pipeline *p, const struct options *o,
			    uint64_t memory_bytes)
{
	const struct store_options keep = {
		.memory_bytes = memory_bytes - FRAGMENT_SHARE(memory_bytes) -
				STREAM_SHARE(memory_bytes),
		.reread = reread,
		.reread_ctx = p,
		.media = !o->no_media,
		.leg_headers = o->leg_headers,
		.leg_header_count = o->leg_header_count,
	};
	const struct decap_options peel = {
		.counters = &p->counters,
		.keep_duplicates = o->keep_duplicates,
		.fragment_bytes = FRAGMENT_SHARE(memory_bytes),
	};
	const struct stream_options join = {
		.reader = { .ctx = p,
			    .begins = begins,
			    .seek = sip_framer_seek,
			    .bytes = take_bytes,
			    .message = take_message },
		.keys = p->keys,
		.counters = &p->counters,
		.memory_bytes = STREAM_SHARE(memory_bytes),
	};
	enum err e = decap_new(&p->decap, &peel);

	if (e == ERR_OK)
		e = stream_new(&p->stream, &join);
	if (e == ERR_OK)
		e = store_new(&p->store, &keep);
	if (e == ERR_OK)
		judging_attach(p->judging, p->store);
	return e;
}

enum err pipeline_open(struct pipeline **out, const struct options *o,
		       uint64_t memory_bytes, struct problem *problem)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	enum err e;

	if (p == NULL) {
		problem_set(problem, "out of memory");
		return ERR_NOMEM;
	}
	e = open_inside(p, o, problem);
	if (e == ERR_OK)
		e = open_keys(p, o, problem);
	if (e == ERR_OK)
		e = judging_open(&p->judging, o, problem);
	if (e == ERR_OK)
		e = open_sources(p, o, problem);
	if (e == ERR_OK && open_stages(p, o, memory_bytes)) {
		problem_set(problem, "out of memory");
		e = ERR_NOMEM;
	}
	if (e == ERR_OK && o->write != NULL)
		e = pcap_out_open(&p->save, o->write, problem);
	if (e) {
		pipeline_free(p);
		return e;
	}
	*out = p;
	return ERR_OK;
}

static void set_trouble(struct pipeline *p, const struct problem *problem)
{
	p->trouble = *problem;
	p->has_trouble = true;
}

static void save_trouble(struct pipeline *p, const struct problem *problem)
{
	if (!p->save_failed)
		set_trouble(p, problem);
	p->save_failed = true;
}

bool pipeline_finish_save(struct pipeline *p)
{
	struct problem problem = { "" };
	uint64_t left_out;

	if (p->save == NULL)
		return true;
	left_out = pcap_out_left_out(p->save);
	if (pcap_out_close(p->save, &problem))
		save_trouble(p, &problem);
	p->save = NULL;
	if (left_out > 0 && !p->save_failed) {
		problem_set(&problem,
			    "%llu packets of another link type than the first "
			    "were not saved",
			    (unsigned long long)left_out);
		set_trouble(p, &problem);
	}
	return !p->save_failed;
}

void pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	(void)pipeline_finish_save(p);
	stream_free(p->stream);
	judging_free(p->judging);
	store_free(p->store);
	decap_free(p->decap);
	keys_free(p->keys);
	inside_free(p->inside);
	source_free(p->source);
	free(p);
}

static void save_packet(struct pipeline *p, const struct packet *packet)
{
	struct problem problem;

	problem.text[0] = '\0';
	if (pcap_out_packet(p->save, packet, &problem) == ERR_SYSTEM)
		save_trouble(p, &problem);
}

static void count_packet(struct counters *k, const struct packet *packet)
{
	if (k->packets == 0)
		k->start_ns = packet->time_ns;
	if (packet->time_ns < k->start_ns)
		k->start_ns = packet->time_ns;
	if (packet->time_ns > k->end_ns)
		k->end_ns = packet->time_ns;
	k->packets++;
	k->bytes += packet->len;
	k->truncated += packet->len < packet->wire_len;
}

static bool peel(struct pipeline *p, const struct packet *packet,
		 struct payload *out)
{
	count_packet(&p->counters, packet);
	return decap_packet(p->decap, packet, out);
}

/* One that counts only if the filter wants what is inside of it: else there is
 * no word of it, whatever is wrong with it. */
static bool peel_inside(struct pipeline *p, const struct packet *packet,
			struct payload *out)
{
	struct counters before = p->counters;

	if (decap_packet(p->decap, packet, out) &&
	    inside_matches(p->inside, out)) {
		count_packet(&p->counters, packet);
		return true;
	}
	p->counters = before;
	return false;
}

static void take_packet(struct pipeline *p, const struct packet *packet)
{
	struct payload d;

	store_set_now(p->store, packet->time_ns);
	if (p->save != NULL && !p->save_failed)
		save_packet(p, packet);
	if (packet->inside ? !peel_inside(p, packet, &d) : !peel(p, packet, &d))
		return;
	if (d.kind == PAYLOAD_DATAGRAM)
		take_message(p, &d);
	else
		stream_push(p->stream, &d);
}

void pipeline_finish(struct pipeline *p)
{
	decap_finish(p->decap);
	stream_finish(p->stream);
}

/* The answer costs system calls: it is wanted each half second at most. */
static void count_losses(struct pipeline *p)
{
	int64_t now = clock_monotonic_ns();

	if (now - p->asked_ns < CLOCK_SECOND_NS / 2)
		return;
	p->asked_ns = now;
	p->counters.dropped = source_dropped(p->source);
}

enum err pipeline_run(struct pipeline *p, int64_t budget_ns)
{
	int64_t end = clock_monotonic_ns() + budget_ns;
	struct problem problem = { "" };
	uint64_t before = p->counters.packets;
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct packet packet;

		for (unsigned i = 0; i < BATCH && e == ERR_OK; i++) {
			e = source_next(p->source, &packet, &problem);
			if (e == ERR_OK)
				take_packet(p, &packet);
		}
		judging_work(p->judging);
		if (e == ERR_OK && clock_monotonic_ns() >= end)
			break;
	}
	if (p->counters.packets != before)
		p->packet_ns = clock_monotonic_ns();
	if (p->live)
		count_losses(p);
	if (e == ERR_OK || e == ERR_AGAIN)
		return e;
	pipeline_finish(p);
	if (e != ERR_END)
		set_trouble(p, &problem);
	return ERR_END;
}

int pipeline_fd(const struct pipeline *p)
{
	return source_fd(p->source);
}

const char *pipeline_trouble(struct pipeline *p)
{
	enum err e;

	if (!p->has_trouble && !source_problem(p->source, &e, &p->trouble))
		return judging_trouble(p->judging);
	p->has_trouble = false;
	return p->trouble.text;
}

bool pipeline_is_live(const struct pipeline *p)
{
	return p->live;
}

static void set_now(struct pipeline *p, int64_t now_ns)
{
	store_set_now(p->store, now_ns);
	stream_set_now(p->stream, now_ns);
}

void pipeline_tick(struct pipeline *p)
{
	int64_t quiet = clock_monotonic_ns() - p->packet_ns;

	if (p->live)
		set_now(p, clock_now_ns());
	else if (p->grows && p->counters.packets > 0)
		set_now(p, p->counters.end_ns + quiet);
}

const struct view *pipeline_view(const struct pipeline *p)
{
	return store_view(p->store);
}

const struct counters *pipeline_counters(const struct pipeline *p)
{
	return &p->counters;
}

void pipeline_progress(const struct pipeline *p, uint64_t *done, uint64_t *size)
{
	source_progress(p->source, done, size);
}

void pipeline_clear(struct pipeline *p)
{
	store_clear(p->store);
	judging_clear(p->judging);
}

struct judging *pipeline_judging(const struct pipeline *p)
{
	return p->judging;
}

void pipeline_flush(struct pipeline *p)
{
	struct problem problem = { "" };

	p->asked_ns = 0;
	if (p->live)
		count_losses(p);
	if (p->save != NULL && pcap_out_flush(p->save, &problem))
		save_trouble(p, &problem);
}
