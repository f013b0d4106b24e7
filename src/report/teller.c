#include "teller.h"

#include "sipmon/base/utf8.h"

uint32_t teller_id(const struct teller *t)
{
	const struct call *c = view_call_of(t->view, t->m);
	uint32_t id = c != NULL ? c->first_msg : 0;

	while (id != 0 && view_msg(t->view, id) != t->m)
		id = view_msg(t->view, id)->next;
	return id;
}

void teller_begin(const struct teller *t, const char *label)
{
	buf_add_text(t->out, words(t->words, label));
	buf_add_char(t->out, '\t');
}

void teller_say(const struct teller *t, const char *english)
{
	buf_add_text(t->out, words(t->words, english));
}

void teller_end(const struct teller *t)
{
	buf_add_char(t->out, '\n');
}

void teller_show(const struct teller *t, struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		s = slice_sub(s, 1, s.len - 2);
	utf8_show(t->out, s);
}

void teller_values(const struct teller *t, enum sip_header_id id,
		   teller_value_fn tell)
{
	unsigned told = 0;

	for (unsigned n = 0; told < TELLER_VALUES_MAX; n++) {
		struct slice field = sip_msg_field(&t->msg, id, n);
		struct slice value;

		if (!slice_is_set(field))
			return;
		while (told < TELLER_VALUES_MAX &&
		       sip_value_next(&field, &value)) {
			tell(t, value);
			told++;
		}
	}
}
