#include "proof.h"

#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/sip/message.h"

static void add_label(struct buf *out, const struct report_input *in,
		      const struct captured_msg *m)
{
	if (msg_is(m, MSG_RESPONSE))
		buf_add_uint(out, m->status);
	else
		utf8_show(out, view_method_name(in->view, m->method));
}

void proof_messages(struct buf *out, const struct report_input *in,
		    const struct call *c, const struct finding *f)
{
	bool first = true;

	for (unsigned i = 0; i < f->message_count; i++) {
		const struct captured_msg *m =
			view_msg(in->view, f->messages[i]);
		int64_t ms;

		if (m == NULL)
			continue;
		ms = (m->time_ns - c->start_ns) / CLOCK_MS_NS;
		if (!first)
			buf_add(out, SLICE(", "));
		first = false;
		buf_add_format(out, "%lld.%03lld ", (long long)(ms / 1000),
			       (long long)(ms % 1000));
		add_label(out, in, m);
	}
}

void proof_defect(struct buf *out, const struct report_input *in,
		  const struct finding *f)
{
	const struct captured_msg *m;
	struct sip_msg msg;
	struct buf raw;

	if (strcmp(f->kind, "malformed-message") != 0 || f->message_count == 0)
		return;
	m = view_msg(in->view, f->messages[0]);
	buf_init(&raw, (size_t)1 << 20);
	if (m != NULL && view_bytes(in->view, m, &raw) == ERR_OK &&
	    sip_msg_parse(&msg, buf_slice(&raw)) && msg.defects.count > 0) {
		enum sip_defect_kind kind = msg.defects.list[0].kind;

		buf_add_text(out, sip_defect_rule(kind));
		buf_add(out, SLICE(": "));
		buf_add_text(out, words(in->words, sip_defect_text(kind)));
	}
	buf_free(&raw);
}

/* Most elements need less than a millisecond, which is not nothing. */
static void add_delay(struct buf *out, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	if (ns < 10 * CLOCK_MS_NS)
		buf_add_format(out, "%.1f ms",
			       (double)ns / (double)CLOCK_MS_NS);
	else
		buf_add_text(out, clock_duration(ns, text));
}

bool proof_element(struct buf *out, const struct report_input *in,
		   const struct passage *list, unsigned count, unsigned at)
{
	char who[ENDPOINT_TEXT_BYTES];
	const char *values[] = { who };

	for (unsigned i = 0; i < at; i++)
		if (endpoint_same_host(&list[i].element, &list[at].element))
			return false;
	endpoint_host_text(&list[at].element, who);
	phrase_add(out, words(in->words, "%1 passed on:"), values, 1);
	for (unsigned i = at; i < count; i++) {
		if (!endpoint_same_host(&list[i].element, &list[at].element))
			continue;
		buf_add_text(out, i == at ? " " : ", ");
		add_label(out, in, view_msg(in->view, list[i].out));
		buf_add_char(out, ' ');
		add_delay(out, list[i].delay_ns);
		if (list[i].forked && list[i].delay_ns >= 100 * CLOCK_MS_NS)
			buf_add_format(out, " (%s)", words(in->words, "fork"));
	}
	return true;
}
