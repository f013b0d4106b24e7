#include "guess.h"

/* Three packets of the usual 20 ms. */
#define YOUNG_NS INT64_C(60000000)

/* How far `a` is in front of it, by its sequence number. */
static uint16_t step_from(const struct guess *g, const struct arrival *a)
{
	return (uint16_t)(a->rtp.sequence - g->sequence);
}

/* One of the key of `a` that lies `step` behind it. */
static struct guess *find(struct guess_set *set, const struct arrival *a,
			  uint16_t step)
{
	for (unsigned i = 0; i < GUESSES; i++) {
		struct guess *g = &set->places[i];

		if (g->hash == a->hash && step_from(g, a) == step)
			return g;
	}
	return NULL;
}

/*
 * A free place, or the one that waits for longest.  NULL while all of them are
 * young: a capture that begins amid more streams than there are places would
 * else drive out each before its second packet comes.
 */
static struct guess *place_for(struct guess_set *set, int64_t now_ns)
{
	struct guess *into = &set->places[0];
	int64_t age_ns;

	for (unsigned i = 0; i < GUESSES; i++) {
		struct guess *g = &set->places[i];

		if (g->hash == 0)
			return g;
		if (g->time_ns < into->time_ns)
			into = g;
	}
	age_ns = since_ns(now_ns, into->time_ns);
	return age_ns < 0 || age_ns >= YOUNG_NS ? into : NULL;
}

/* What else came of its key. */
static void take_others(struct guess_set *set, const struct arrival *a,
			struct proof *out)
{
	for (unsigned i = 0; i < GUESSES; i++) {
		struct guess *g = &set->places[i];
		uint16_t step = step_from(g, a);

		if (g->hash != a->hash || step >= DROPOUT_MAX ||
		    since_ns(a->time_ns, g->time_ns) >= SILENCE_NS)
			continue;
		out->others += 1 + g->copies;
		if (step > out->behind + 1)
			out->behind = (uint16_t)(step - 1);
		if (g->time_ns < out->begin_ns)
			out->begin_ns = g->time_ns;
		g->hash = 0;
	}
}

bool guess_proves(struct guess_set *sets, const struct arrival *a,
		  struct proof *out)
{
	struct guess_set *set = &sets[a->hash >> (64 - GUESS_BITS)];
	struct guess *g = find(set, a, 1);

	if (g != NULL) {
		*out = (struct proof){ .first = *g,
				       .begin_ns = g->time_ns,
				       .others = g->copies };
		g->hash = 0;
		take_others(set, a, out);
		return true;
	}
	g = find(set, a, 0);
	if (g != NULL) {
		g->copies += g->copies < UINT16_MAX;
		return false;
	}
	g = place_for(set, a->time_ns);
	if (g != NULL)
		*g = (struct guess){ .hash = a->hash,
				     .time_ns = a->time_ns,
				     .timestamp = a->rtp.timestamp,
				     .sequence = a->rtp.sequence,
				     .type = a->rtp.type,
				     .is_event = a->is_event };
	return false;
}
