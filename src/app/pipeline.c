#include "pipeline.h"

#include <stdlib.h>

#include "sipmon/base/clock.h"
#include "sipmon/call/store.h"
#include "sipmon/call/tracker.h"
#include "sipmon/capture/source.h"
#include "sipmon/decap/decap.h"
#include "sipmon/export/pcap_out.h"
#include "sipmon/sip/message.h"

/* Packets between two looks at the clock. */
#define BATCH 256

struct pipeline {
	struct source *source;
	struct decap *decap;
	struct store *store;
	struct pcap_out *save;
	struct counters counters;
	struct problem trouble;
	bool has_trouble;
	bool save_failed; /* told once; nothing is saved any more */
	bool live;
	int64_t asked_ns; /* when the kernel was asked for its losses */
};

static bool reread(void *ctx, uint16_t source, uint64_t offset, void *out,
		   uint32_t len)
{
	const struct pipeline *p = ctx;

	return source_reread(p->source, source, offset, out, len);
}

static enum err open_one(struct source **out, const struct options *o,
			 unsigned i, struct problem *problem)
{
	const struct source_options how = {
		.filter = o->bpf.len > 1 ? o->bpf.ptr : NULL,
		.number = (uint16_t)i,
	};
	const char *name = o->sources[i].name;

	if (o->sources[i].live)
		return source_live_open(out, name, &how, problem);
	return source_file_open(out, name, &how, problem);
}

static enum err open_sources(struct pipeline *p, const struct options *o,
			     struct problem *problem)
{
	struct source *list[SOURCES_MAX] = { NULL };
	enum err e = ERR_OK;
	unsigned n = 0;

	for (; n < o->source_count && e == ERR_OK; n++) {
		p->live |= o->sources[n].live;
		e = open_one(&list[n], o, n, problem);
	}
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

enum err pipeline_open(struct pipeline **out, const struct options *o,
		       uint64_t memory_bytes, struct problem *problem)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	struct store_options keep = { .memory_bytes = memory_bytes,
				      .reread = reread,
				      .reread_ctx = p };
	struct decap_options peel = { .counters = &p->counters,
				      .keep_duplicates = o->keep_duplicates };
	enum err e;

	if (p == NULL) {
		problem_set(problem, "out of memory");
		return ERR_NOMEM;
	}
	e = open_sources(p, o, problem);
	if (e == ERR_OK &&
	    (decap_new(&p->decap, &peel) ||
	     store_new(&p->store, &keep))) {
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
	store_free(p->store);
	decap_free(p->decap);
	source_free(p->source);
	free(p);
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

	if (!sip_msg_parse(&msg, d->bytes))
		return;
	if (in.cut)
		p->counters.undecoded[UNDECODED_CUT_SIP]++;
	if (in.offset != PACKET_NO_OFFSET)
		in.offset += (uint64_t)(msg.raw.ptr - d->bytes.ptr);
	tracker_push(p->store, &in);
}

static void save_packet(struct pipeline *p, const struct packet *packet)
{
	struct problem problem;

	problem.text[0] = '\0';
	if (pcap_out_packet(p->save, packet, &problem) == ERR_SYSTEM)
		save_trouble(p, &problem);
}

static void take_packet(struct pipeline *p, const struct packet *packet)
{
	struct counters *k = &p->counters;
	struct payload d;

	if (k->packets == 0)
		k->start_ns = packet->time_ns;
	if (packet->time_ns < k->start_ns)
		k->start_ns = packet->time_ns;
	if (packet->time_ns > k->end_ns)
		k->end_ns = packet->time_ns;
	k->packets++;
	k->bytes += packet->len;
	k->truncated += packet->len < packet->wire_len;
	store_set_now(p->store, packet->time_ns);
	if (p->save != NULL && !p->save_failed)
		save_packet(p, packet);
	if (decap_packet(p->decap, packet, &d) && !packet->inside &&
	    d.kind == PAYLOAD_DATAGRAM && sip_recognise(d.bytes))
		file_message(p, &d);
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
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct packet packet;

		for (unsigned i = 0; i < BATCH && e == ERR_OK; i++) {
			e = source_next(p->source, &packet, &problem);
			if (e == ERR_OK)
				take_packet(p, &packet);
		}
		if (e == ERR_OK && clock_monotonic_ns() >= end)
			break;
	}
	if (p->live)
		count_losses(p);
	if (e == ERR_OK || e == ERR_AGAIN || e == ERR_END)
		return e;
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
		return NULL;
	p->has_trouble = false;
	return p->trouble.text;
}

bool pipeline_is_live(const struct pipeline *p)
{
	return p->live;
}

void pipeline_set_now(struct pipeline *p, int64_t now_ns)
{
	store_set_now(p->store, now_ns);
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
