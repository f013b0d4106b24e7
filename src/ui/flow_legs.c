#include <stdio.h>
#include <string.h>

#include "flow.h"
#include "sipmon/base/phrase.h"

/* Numbers of legs that one line names. */
#define NUMBERS_NAMED 6

/* Numbers by first message: the same whichever leg was opened. */
static void number_legs(struct flow_leg *legs, const int64_t *starts,
			unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned before = 0;

		for (unsigned k = 0; k < count; k++)
			if (starts[k] < starts[i] ||
			    (k < i && starts[k] == starts[i]))
				before++;
		legs[i].number = (uint16_t)(before + 1);
	}
}

static bool is_listed(const struct flow_leg *legs, unsigned count, uint64_t id)
{
	for (unsigned i = 0; i < count; i++)
		if (legs[i].call == id)
			return true;
	return false;
}

static bool legs_eq(const struct flow_leg *a, const struct flow_leg *b,
		    unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (a[i].call != b[i].call || a[i].messages != b[i].messages ||
		    a[i].number != b[i].number || a[i].tie != b[i].tie)
			return false;
	return true;
}

bool flow_look_at_legs(struct flow_screen *f, const struct call *call)
{
	const struct view *v = f->ctx->view;
	struct flow_leg legs[FLOW_LEGS_MAX];
	int64_t starts[FLOW_LEGS_MAX];
	struct leg list[LEG_ROOM];
	unsigned listed = leg_list(v, call, list, LEG_ROOM);
	unsigned count = 1;
	bool same;

	legs[0] = (struct flow_leg){ .call = call->id,
				     .messages = call->message_count };
	starts[0] = call->start_ns;
	for (unsigned i = 0; i < listed && i < LEG_ROOM; i++) {
		const struct call *c = view_call(v, list[i].call);

		if (c == NULL || is_listed(legs, count, c->id))
			continue;
		legs[count] = (struct flow_leg){ .call = c->id,
						 .messages = c->message_count,
						 .tie = (uint16_t)list[i].tie };
		starts[count++] = c->start_ns;
	}
	number_legs(legs, starts, count);
	same = count == f->leg_count && legs_eq(legs, f->legs, count);
	memcpy(f->legs, legs, count * sizeof(legs[0]));
	f->leg_count = count;
	return !same;
}

bool flow_has_legs(const struct flow_screen *f)
{
	return flow_shown_legs(f) > 1;
}

unsigned flow_shown_legs(const struct flow_screen *f)
{
	return f->legs_on ? f->leg_count : f->leg_count > 0;
}

bool flow_leg_is_gone(const struct flow_screen *f)
{
	for (unsigned i = 1; i < flow_shown_legs(f); i++)
		if (view_call(f->ctx->view, f->legs[i].call) == NULL)
			return true;
	return false;
}

const struct call *flow_call_of(const struct flow_screen *f, uint32_t row)
{
	if (f->gone || row >= f->ladder.row_count ||
	    f->ladder.rows[row].leg >= f->leg_count)
		return NULL;
	return view_call(f->ctx->view, f->legs[f->ladder.rows[row].leg].call);
}

char *flow_number(const struct flow_screen *f, uint16_t leg, uint32_t number,
		  char *out, size_t size)
{
	if (flow_has_legs(f) && leg < f->leg_count)
		(void)snprintf(out, size, "%u.%u", f->legs[leg].number, number);
	else
		(void)snprintf(out, size, "%u", number);
	return out;
}

/* Is the leg of this number the call that was opened, or joined to it so? */
static bool is_of_tie(const struct flow_screen *f, unsigned number,
		      unsigned tie)
{
	for (unsigned i = 0; i < f->leg_count; i++)
		if (f->legs[i].number == number)
			return f->legs[i].tie == 0 || f->legs[i].tie == tie;
	return false;
}

/* "1/2/5" */
static void numbers_of(const struct flow_screen *f, unsigned tie, char *out,
		       size_t size)
{
	unsigned named = 0;
	size_t len = 0;

	out[0] = '\0';
	for (unsigned n = 1; n <= f->leg_count && len + 16 < size; n++) {
		if (!is_of_tie(f, n, tie))
			continue;
		if (named == NUMBERS_NAMED) {
			(void)snprintf(out + len, size - len, "/..");
			return;
		}
		(void)snprintf(out + len, size - len, "%s%u",
			       named == 0 ? "" : "/", n);
		len += strlen(out + len);
		named++;
	}
}

/* clang-format off */
static const char *const tie_words[LEG_TIES] = {
	[LEG_SESSION_ID] = "Session-ID",
	[LEG_HEADER]     = "a header that names the other Call-ID",
	[LEG_REPLACES]   = "Replaces",
	[LEG_REFER]      = "REFER",
	[LEG_ICID]       = "the icid of P-Charging-Vector",
	[LEG_GUESS]      = "numbers and time (a guess)",
};
/* clang-format on */

static bool has_tie(const struct flow_screen *f, unsigned tie)
{
	for (unsigned i = 1; i < f->leg_count; i++)
		if (f->legs[i].tie == tie)
			return true;
	return false;
}

void flow_draw_legs(struct flow_screen *f, struct canvas *c, int row)
{
	int x = 1;

	for (unsigned tie = 1; tie < LEG_TIES; tie++) {
		const char *values[2];
		char numbers[64];
		char text[256];

		if (!has_tie(f, tie))
			continue;
		numbers_of(f, tie, numbers, sizeof(numbers));
		values[0] = numbers;
		values[1] = words(f->ctx->words, tie_words[tie]);
		phrase(text, sizeof(text),
		       words(f->ctx->words, "Legs %1 joined by %2"), values, 2);
		x = canvas_put_text(c, row, x, -1,
				    tie == LEG_GUESS ? STYLE_NOTE : STYLE_TEXT,
				    text);
		x += 2;
	}
}
