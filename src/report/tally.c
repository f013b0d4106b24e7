#include "tally.h"

#include <string.h>

void tally_add(struct tally *t, const char *kind)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->kinds[i].kind == kind ||
		    strcmp(t->kinds[i].kind, kind) == 0) {
			t->kinds[i].n++;
			return;
		}
	if (t->count == TALLY_KINDS)
		return;
	t->kinds[t->count].kind = kind;
	t->kinds[t->count].n = 1;
	t->count++;
}
