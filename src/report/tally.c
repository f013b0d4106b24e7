#include "tally.h"

#include <string.h>

static void add(struct tally *t, const char *kind, uint64_t n)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->kinds[i].kind == kind ||
		    strcmp(t->kinds[i].kind, kind) == 0) {
			t->kinds[i].n += n;
			return;
		}
	if (t->count == TALLY_KINDS)
		return;
	t->kinds[t->count].kind = kind;
	t->kinds[t->count].n = n;
	t->count++;
}

void tally_add(struct tally *t, const char *kind)
{
	add(t, kind, 1);
}

void tally_add_capture(struct tally *t, const struct counters *n)
{
	for (unsigned i = 0; i < UNDECODED_REASONS; i++) {
		const char *kind = undecoded_finding((enum undecoded)i);

		if (kind != NULL && n->undecoded[i] > 0)
			add(t, kind, n->undecoded[i]);
	}
}
