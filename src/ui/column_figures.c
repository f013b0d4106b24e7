#include "column_figures.h"

#include <stdio.h>

#include "sipmon/base/clock.h"
#include "sipmon/call/leg.h"

/* Turns signed numbers into unsigned ones of the same order. */
#define SIGN_BIT (UINT64_C(1) << 63)

/* Messages of a call that are looked at for its hops, and hosts among them. */
#define HOP_MESSAGES_MAX 1024
#define HOP_HOSTS_MAX    64

/* Delays, in seconds */

static struct slice seconds_text(int64_t ns, char out[COLUMN_TEXT_BYTES])
{
	double seconds = (double)ns / (double)CLOCK_SECOND_NS;

	if (ns == TIMING_NONE)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%.*f", seconds < 100 ? 3 : 1,
		       seconds);
	return slice_of(out);
}

#define DELAY(name)                                                            \
	struct slice column_##name##_text(const struct column_facts *f,        \
					  char out[COLUMN_TEXT_BYTES])         \
	{                                                                      \
		return seconds_text(f->timing.name##_ns, out);                 \
	}                                                                      \
                                                                               \
	uint64_t column_##name##_key(const struct column_facts *f)             \
	{                                                                      \
		return (uint64_t)f->timing.name##_ns ^ SIGN_BIT;               \
	}

DELAY(trying)
DELAY(pdd)
DELAY(to_180)
DELAY(to_183)
DELAY(ring)
DELAY(early_media)
DELAY(setup)
DELAY(first_rtp)
DELAY(teardown)

/* The longest provisional phase: "183 1.915" */

void column_look_at_phases(struct column_facts *f)
{
	struct phase list[PHASE_ROOM];
	unsigned n = phase_list_call(f->ctx->view, f->call, list, PHASE_ROOM);

	f->worst = (struct phase){ 0 };
	for (unsigned i = 0; i < n; i++)
		if (f->worst.code == 0 ||
		    list[i].end_ns - list[i].begin_ns >
			    f->worst.end_ns - f->worst.begin_ns)
			f->worst = list[i];
}

struct slice column_worst_text(const struct column_facts *f,
			       char out[COLUMN_TEXT_BYTES])
{
	char lasted[COLUMN_TEXT_BYTES / 2];
	int64_t ns = f->worst.end_ns - f->worst.begin_ns;
	double seconds = (double)ns / (double)CLOCK_SECOND_NS;

	if (f->worst.code == 0)
		return SLICE_NONE;
	(void)snprintf(lasted, sizeof(lasted), "%.*f", seconds < 100 ? 3 : 1,
		       seconds);
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%u %s", f->worst.code, lasted);
	return slice_of(out);
}

uint64_t column_worst_key(const struct column_facts *f)
{
	if (f->worst.code == 0)
		return 0;
	return (uint64_t)(f->worst.end_ns - f->worst.begin_ns) ^ SIGN_BIT;
}

enum style column_worst_role(const struct column_facts *f)
{
	if (f->worst.code != 0 && phase_is_stuck(&f->worst, &f->ctx->limits))
		return STYLE_PROBLEM;
	return STYLE_TEXT;
}

/* Media: the worst of the streams */

void column_look_at_media(struct column_facts *f)
{
	f->media = call_quality_of(f->ctx->view, f->call);
}

struct slice column_loss_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	if (f->media.streams == 0)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%.1f", f->media.loss_percent);
	return slice_of(out);
}

/* In parts of a million, 0 for what is not known. */
uint64_t column_loss_key(const struct column_facts *f)
{
	if (f->media.streams == 0)
		return 0;
	return (uint64_t)(f->media.loss_percent * 10000) + 1;
}

struct slice column_jitter_text(const struct column_facts *f,
				char out[COLUMN_TEXT_BYTES])
{
	if (f->media.streams == 0 || f->media.jitter_ns < 0)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%.1f",
		       (double)f->media.jitter_ns / (double)CLOCK_MS_NS);
	return slice_of(out);
}

uint64_t column_jitter_key(const struct column_facts *f)
{
	if (f->media.streams == 0 || f->media.jitter_ns < 0)
		return 0;
	return (uint64_t)f->media.jitter_ns + 1;
}

struct slice column_mos_text(const struct column_facts *f,
			     char out[COLUMN_TEXT_BYTES])
{
	if (f->media.mos <= 0)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%.1f", f->media.mos);
	return slice_of(out);
}

uint64_t column_mos_key(const struct column_facts *f)
{
	return f->media.mos > 0 ? (uint64_t)(f->media.mos * 1000) : 0;
}

/* Legs and hops */

void column_look_at_legs(struct column_facts *f)
{
	struct leg list[LEG_ROOM];

	f->legs = leg_list(f->ctx->view, f->call, list, LEG_ROOM);
}

struct slice column_legs_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	if (f->legs == 0)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%u", f->legs + 1);
	return slice_of(out);
}

uint64_t column_legs_key(const struct column_facts *f)
{
	return f->legs;
}

/* A host that requests of the call came to or left. */
struct hop_host {
	struct endpoint host; /* port 0 */
	bool came;
	bool left;
};

static void note_host(struct hop_host *hosts, unsigned *count,
		      struct endpoint e, bool left)
{
	unsigned i = 0;

	e.port = 0;
	while (i < *count && !endpoint_eq(&hosts[i].host, &e))
		i++;
	if (i == HOP_HOSTS_MAX)
		return;
	if (i == *count)
		hosts[(*count)++] = (struct hop_host){ .host = e };
	hosts[i].left |= left;
	hosts[i].came |= !left;
}

/*
 * Elements that passed on the request which the call began with: its copies,
 * of the same method and CSeq, came to them and left them.
 */
void column_look_at_hops(struct column_facts *f)
{
	const struct view *v = f->ctx->view;
	const struct captured_msg *first = NULL;
	struct hop_host hosts[HOP_HOSTS_MAX];
	unsigned count = 0;
	uint32_t id = f->call->first_msg;

	f->hops = 0;
	f->hops_known = false;
	for (unsigned i = 0; id != 0 && i < HOP_MESSAGES_MAX; i++) {
		const struct captured_msg *m = view_msg(v, id);
		const struct flow *hop = view_hop(v, m->hop);

		id = m->next;
		if (msg_is(m, MSG_RESPONSE) || hop == NULL)
			continue;
		if (first == NULL)
			first = m;
		if (m->method != first->method || m->cseq != first->cseq)
			continue;
		note_host(hosts, &count, hop->source, true);
		note_host(hosts, &count, hop->destination, false);
		f->hops_known = true;
	}
	for (unsigned i = 0; i < count; i++)
		f->hops += hosts[i].came && hosts[i].left;
}

struct slice column_hops_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	if (!f->hops_known)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%u", f->hops);
	return slice_of(out);
}

uint64_t column_hops_key(const struct column_facts *f)
{
	return f->hops_known ? (uint64_t)f->hops + 1 : 0;
}
