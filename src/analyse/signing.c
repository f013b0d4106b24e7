#include "sipmon/analyse/signing.h"

#include <stdlib.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/map.h"

/* Told apart; those that come later count together. */
#define PARTIES_MAX 1024

/* Requests of one call whose copies on later hops may still come. */
#define OPEN_REQUESTS 64

/* The year 2116. */
#define TIME_MAX_NS (INT64_MAX / 2)

struct tally {
	uint64_t requests;
	uint64_t valid;
	uint64_t failed;
	uint64_t unknown;
	uint64_t by_attest[4];
	uint32_t by_failure[VERDICTS];
};

/* A signer by his id, or a peer by its address. */
struct party {
	uint16_t signer;
	struct endpoint host; /* port 0 */
	struct tally tally;
};

struct parties {
	unsigned count;
	struct party list[PARTIES_MAX];
	struct tally rest;
};

struct signing {
	uint64_t seed;
	uint64_t requests;
	uint64_t signed_requests;
	uint64_t waiting;
	uint64_t by_attest[4];
	uint64_t by_verdict[VERDICTS];
	uint16_t signer_place[SIGNERS_MAX + 1]; /* 1 + index; 0: not yet seen */
	struct parties signers;
	struct map peer_places;
	struct parties peers;
	int64_t begin_ns;
	int64_t bin_ns; /* 0 before the first request */
	unsigned bin_count;
	struct signing_bin bins[SIGNING_BINS];
};

enum err signing_new(struct signing **out)
{
	struct signing *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	map_init(&s->peer_places);
	s->seed = hash_seed();
	*out = s;
	return ERR_OK;
}

void signing_free(struct signing *s)
{
	if (s == NULL)
		return;
	map_free(&s->peer_places);
	free(s);
}

/* ---- signers and peers */

static struct party *add_party(struct parties *p)
{
	return p->count < PARTIES_MAX ? &p->list[p->count++] : NULL;
}

static struct tally *tally_of_signer(struct signing *s, uint16_t id)
{
	struct party *p;

	if (id > SIGNERS_MAX)
		return &s->signers.rest;
	if (s->signer_place[id] != 0)
		return &s->signers.list[s->signer_place[id] - 1].tally;
	p = add_party(&s->signers);
	if (p == NULL)
		return &s->signers.rest;
	p->signer = id;
	s->signer_place[id] = (uint16_t)s->signers.count;
	return &p->tally;
}

struct host_key {
	const struct signing *signing;
	const struct endpoint *host;
};

static bool is_host(const void *ctx, uint32_t value)
{
	const struct host_key *key = ctx;

	return endpoint_same_host(&key->signing->peers.list[value - 1].host,
				  key->host);
}

static struct tally *tally_of_peer(struct signing *s,
				   const struct endpoint *source)
{
	struct host_key key = { s, source };
	struct slice address = { (const char *)source->address,
				 sizeof(source->address) };
	uint64_t hash = hash_bytes(s->seed, address);
	uint32_t place = map_find(&s->peer_places, hash, is_host, &key);
	struct party *p;

	if (place != 0)
		return &s->peers.list[place - 1].tally;
	if (s->peers.count == PARTIES_MAX ||
	    map_add(&s->peer_places, hash, s->peers.count + 1))
		return &s->peers.rest;
	p = add_party(&s->peers);
	p->host = *source;
	return &p->tally;
}

/* ---- bins */

static void double_bins(struct signing *s)
{
	for (size_t i = 0; i < SIGNING_BINS / 2; i++) {
		const struct signing_bin *a = &s->bins[2 * i];
		const struct signing_bin *b = &s->bins[2 * i + 1];

		s->bins[i] = (struct signing_bin){ a->requests + b->requests,
						   a->valid + b->valid,
						   a->failed + b->failed,
						   a->unknown + b->unknown };
	}
	memset(&s->bins[SIGNING_BINS / 2], 0,
	       (SIGNING_BINS - SIGNING_BINS / 2) * sizeof(s->bins[0]));
	s->bin_count = (s->bin_count + 1) / 2;
	s->bin_ns *= 2;
}

/* Moves the begin back to the bin that `time_ns`, which lies before it, is in;
 * calls come in the order of their first message, not of their requests. */
static void begin_earlier(struct signing *s, int64_t time_ns)
{
	for (;;) {
		uint64_t back = (uint64_t)s->begin_ns - (uint64_t)time_ns;
		uint64_t bins = (back - 1) / (uint64_t)s->bin_ns + 1;

		if (bins > SIGNING_BINS - s->bin_count) {
			double_bins(s);
			continue;
		}
		memmove(&s->bins[bins], s->bins,
			s->bin_count * sizeof(s->bins[0]));
		memset(s->bins, 0, bins * sizeof(s->bins[0]));
		s->bin_count += (unsigned)bins;
		s->begin_ns = (int64_t)((uint64_t)s->begin_ns -
					bins * (uint64_t)s->bin_ns);
		return;
	}
}

static struct signing_bin *bin_at(struct signing *s, int64_t time_ns)
{
	uint64_t i;

	/* A nonsense time of a capture file must not make sums overflow. */
	if (time_ns < 0)
		time_ns = 0;
	if (time_ns > TIME_MAX_NS)
		time_ns = TIME_MAX_NS;
	if (s->bin_ns == 0) {
		s->bin_ns = CLOCK_SECOND_NS;
		s->begin_ns = time_ns;
	}
	if (time_ns < s->begin_ns)
		begin_earlier(s, time_ns);
	for (;;) {
		i = ((uint64_t)time_ns - (uint64_t)s->begin_ns) /
		    (uint64_t)s->bin_ns;
		if (i < SIGNING_BINS)
			break;
		double_bins(s);
	}
	if (i >= s->bin_count)
		s->bin_count = (unsigned)i + 1;
	return &s->bins[i];
}

/* ---- one request */

static void count_class(enum verdict v, uint64_t *valid, uint64_t *failed,
			uint64_t *unknown)
{
	enum verdict_class class = verdict_class(v);

	*valid += class == VERDICT_CLASS_GOOD;
	*failed += class == VERDICT_CLASS_BAD;
	*unknown += class == VERDICT_CLASS_UNKNOWN;
}

static void count_in(struct tally *t, const struct captured_msg *m,
		     const struct verdict_brief *b, enum verdict v)
{
	t->requests++;
	count_class(v, &t->valid, &t->failed, &t->unknown);
	if (verdict_class(v) == VERDICT_CLASS_BAD)
		t->by_failure[v]++;
	if (m->judged != 0)
		t->by_attest[b->attest]++;
}

static void count_request(struct signing *s, const struct view *v, uint32_t id)
{
	const struct captured_msg *m = view_msg(v, id);
	struct verdict_brief b = verdict_unpack(m->judged);
	enum verdict verdict = msg_verdict(m);
	struct signing_bin *bin = bin_at(s, m->time_ns);

	s->requests++;
	s->signed_requests += msg_is(m, MSG_IDENTITY);
	s->waiting += msg_waits_for_verdict(m);
	s->by_verdict[verdict] += verdict != VERDICT_NONE;
	if (m->judged != 0)
		s->by_attest[b.attest]++;
	bin->requests++;
	count_class(verdict, &bin->valid, &bin->failed, &bin->unknown);
	if (b.signer != 0)
		count_in(tally_of_signer(s, b.signer), m, &b, verdict);
	count_in(tally_of_peer(s, &view_hop(v, m->hop)->source), m, &b,
		 verdict);
}

/* ---- one call */

/* The copy of each request that counts, the latest requests only. */
struct open_requests {
	unsigned count;
	unsigned next;
	uint32_t msgs[OPEN_REQUESTS];
};

static uint32_t *find_open(struct open_requests *o, const struct view *v,
			   const struct captured_msg *m)
{
	for (unsigned i = 0; i < o->count; i++)
		if (msg_is_copy(view_msg(v, o->msgs[i]), m))
			return &o->msgs[i];
	return NULL;
}

static void take_request(struct signing *s, struct open_requests *o,
			 const struct view *v, uint32_t id)
{
	const struct captured_msg *m = view_msg(v, id);
	uint32_t *copy = find_open(o, v, m);

	if (copy != NULL) {
		/* The first hop behind who signed it. */
		if (!msg_is(view_msg(v, *copy), MSG_IDENTITY) &&
		    msg_is(m, MSG_IDENTITY))
			*copy = id;
		return;
	}
	if (o->count == OPEN_REQUESTS)
		count_request(s, v, o->msgs[o->next]);
	else
		o->count++;
	o->msgs[o->next] = id;
	o->next = (o->next + 1) % OPEN_REQUESTS;
}

void signing_add(struct signing *s, const struct view *v, const struct call *c)
{
	struct open_requests open = { .count = 0 };
	unsigned oldest;

	for (uint32_t id = c->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (!msg_is(m, MSG_RESPONSE) && msg_wants_verdict(m))
			take_request(s, &open, v, id);
		id = m->next;
	}
	oldest = open.count == OPEN_REQUESTS ? open.next : 0;
	for (unsigned i = 0; i < open.count; i++)
		count_request(s, v, open.msgs[(oldest + i) % OPEN_REQUESTS]);
}

/* ---- what came of it */

static void add_tally(struct tally *to, const struct tally *t)
{
	to->requests += t->requests;
	to->valid += t->valid;
	to->failed += t->failed;
	to->unknown += t->unknown;
	for (unsigned i = 0; i < 4; i++)
		to->by_attest[i] += t->by_attest[i];
	for (unsigned i = 0; i < VERDICTS; i++)
		to->by_failure[i] += t->by_failure[i];
}

static void read_tally(const struct tally *t, struct signing_row *out)
{
	uint32_t most = 0;

	*out = (struct signing_row){ .requests = t->requests,
				     .valid = t->valid,
				     .failed = t->failed,
				     .unknown = t->unknown };
	memcpy(out->by_attest, t->by_attest, sizeof(out->by_attest));
	for (unsigned i = 0; i < VERDICTS; i++) {
		if (t->by_failure[i] <= most)
			continue;
		most = t->by_failure[i];
		out->most = (enum verdict)i;
	}
}

static void name_signer(const struct view *v, const struct party *p,
			struct signing_row *out)
{
	static const char digits[] = "0123456789abcdef";
	const struct signer *signer = view_signer(v, p->signer);

	if (signer == NULL)
		return;
	(void)slice_copy(slice_of(signer->name), out->name, sizeof(out->name));
	(void)slice_copy(slice_of(signer->spc), out->spc, sizeof(out->spc));
	for (size_t i = 0; i < sizeof(signer->sha256); i++) {
		out->sha256[2 * i] = digits[signer->sha256[i] >> 4];
		out->sha256[2 * i + 1] = digits[signer->sha256[i] & 0xf];
	}
}

static void name_peer(const struct view *v, const struct party *p,
		      struct signing_row *out)
{
	(void)v;
	(void)endpoint_host_text(&p->host, out->name);
}

/* The busiest that was not taken yet; of equal ones who came first. */
static unsigned find_busiest(const struct parties *p, const bool *taken)
{
	unsigned best = p->count;

	for (unsigned i = 0; i < p->count; i++)
		if (!taken[i] &&
		    (best == p->count ||
		     p->list[i].tally.requests > p->list[best].tally.requests))
			best = i;
	return best;
}

typedef void (*name_fn)(const struct view *v, const struct party *p,
			struct signing_row *out);

static unsigned read_parties(const struct parties *p, const struct view *v,
			     name_fn name, struct signing_row *out)
{
	bool taken[PARTIES_MAX] = { false };
	struct tally rest = p->rest;
	unsigned n = 0;

	while (n < SIGNING_ROWS) {
		unsigned i = find_busiest(p, taken);

		if (i == p->count)
			break;
		taken[i] = true;
		read_tally(&p->list[i].tally, &out[n]);
		name(v, &p->list[i], &out[n++]);
	}
	for (unsigned i = 0; i < p->count; i++)
		if (!taken[i])
			add_tally(&rest, &p->list[i].tally);
	if (rest.requests > 0)
		read_tally(&rest, &out[n++]);
	return n;
}

void signing_read(const struct signing *s, const struct view *v,
		  struct signing_figures *out)
{
	memset(out, 0, sizeof(*out));
	out->requests = s->requests;
	out->signed_requests = s->signed_requests;
	out->waiting = s->waiting;
	memcpy(out->by_attest, s->by_attest, sizeof(out->by_attest));
	memcpy(out->by_verdict, s->by_verdict, sizeof(out->by_verdict));
	out->signer_count =
		read_parties(&s->signers, v, name_signer, out->signers);
	out->peer_count = read_parties(&s->peers, v, name_peer, out->peers);
	out->begin_ns = s->begin_ns;
	out->bin_ns = s->bin_ns;
	out->bin_count = s->bin_count;
	memcpy(out->bins, s->bins, sizeof(out->bins));
	out->has_clock_offset = view_clock_offset(v, &out->clock_offset_s);
}

bool signing_of_calls(const struct view *v, const struct query *filter,
		      struct signing_figures *out)
{
	struct signing *s;

	if (signing_new(&s))
		return false;
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		if (filter == NULL || query_matches(filter, v, c))
			signing_add(s, v, c);
	signing_read(s, v, out);
	signing_free(s);
	return true;
}
