#include "sipmon/ui/column.h"

/* From this rank on a column comes only when the others are comfortable. */
#define RANK_LUXURY 10

static int digits_of(uint64_t n)
{
	int digits = 1;

	while (n >= 10) {
		n /= 10;
		digits++;
	}
	return digits;
}

static int least_of(enum column_id id, uint64_t calls)
{
	int digits = digits_of(calls);

	if (id == COLUMN_NUMBER && digits > column_at(id)->least)
		return digits;
	return column_at(id)->least;
}

static enum column_id ranked(unsigned rank)
{
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++)
		if (column_at((enum column_id)i)->rank == rank)
			return (enum column_id)i;
	return COLUMN_STATE;
}

/* What is left goes in turns to those that have less than they want (or may
 * have), the first ranks first; numbers need no more than their digits. */
static int share_turns(int left, int widths[COLUMNS_OF_CALLS], bool wanted)
{
	bool taken = true;

	while (left > 0 && taken) {
		taken = false;
		for (unsigned r = 0; r < COLUMNS_OF_CALLS && left > 0; r++) {
			enum column_id id = ranked(r);
			int most = wanted ? column_at(id)->want
					  : column_at(id)->most;

			if (widths[id] == 0 || id == COLUMN_NUMBER ||
			    widths[id] >= most)
				continue;
			widths[id]++;
			left--;
			taken = true;
		}
	}
	return left;
}

/* The finding gets what it wants, it is what one looks for; then the others. */
static void share_out(int left, int widths[COLUMNS_OF_CALLS])
{
	int *finding = &widths[COLUMN_FINDING];

	while (*finding > 0 && *finding < column_at(COLUMN_FINDING)->want &&
	       left > 0) {
		(*finding)++;
		left--;
	}
	left = share_turns(left, widths, true);
	(void)share_turns(left, widths, false);
}

/* Cells that those who are there still want. */
static int lacking(const int widths[COLUMNS_OF_CALLS])
{
	int cells = 0;

	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++)
		if (widths[i] > 0 &&
		    widths[i] < column_at((enum column_id)i)->want)
			cells += column_at((enum column_id)i)->want - widths[i];
	return cells;
}

/* The `i`th column that gets its room; `first` overtakes those behind the
 * state. */
static enum column_id turn(unsigned i, enum column_id first)
{
	unsigned rank = column_at(first)->rank;

	if (i == 0 || rank == 0 || i > rank)
		return ranked(i);
	return i == 1 ? first : ranked(i - 1);
}

static bool is_luxury(enum column_id id, enum column_id first)
{
	return column_at(id)->rank >= RANK_LUXURY && id != first;
}

unsigned column_layout(int from, int width, uint64_t calls,
		       enum column_id first, struct column_place *out)
{
	int widths[COLUMNS_OF_CALLS] = { 0 };
	int left = width - from + 1; /* no blank behind the last one */
	unsigned count = 0;
	int column = from;

	for (unsigned r = 0; r < COLUMNS_OF_CALLS; r++) {
		enum column_id id = turn(r, first);
		int need = least_of(id, calls) + 1;

		/* The state is there even where it is cut. */
		if (r == 0 && left > 1 && need > left)
			need = left;
		if (need + (is_luxury(id, first) ? lacking(widths) : 0) > left)
			break;
		widths[id] = need - 1;
		left -= need;
	}
	share_out(left, widths);
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++) {
		if (widths[i] == 0)
			continue;
		out[count++] = (struct column_place){ (enum column_id)i, column,
						      widths[i] };
		column += widths[i] + 1;
	}
	return count;
}
