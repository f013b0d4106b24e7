#include <stdio.h>
#include <string.h>

#include "sipmon/base/phrase.h"

#include "call_list.h"

#define PART_BYTES 512

void call_list_look_at_verdict(struct call_list *l,
			       const struct column_facts *f)
{
	const struct ui_context *ctx = l->ctx;
	const struct captured_msg *m = view_msg(ctx->view, f->verdict_msg);
	struct call_list_verdict *v = &l->verdict;
	struct verdict_break pair;
	struct identity_detail d;
	bool known;

	if (m == NULL) {
		*v = (struct call_list_verdict){ .call = CALL_ID_NONE };
		return;
	}
	if (v->call == f->call->id && v->msg == f->verdict_msg &&
	    v->judged == m->judged && v->messages == f->call->message_count)
		return;
	*v = (struct call_list_verdict){ .call = f->call->id,
					 .msg = f->verdict_msg,
					 .judged = m->judged,
					 .messages = f->call->message_count };
	/* There is no more to tell of a request that nobody signed. */
	if (!msg_is(m, MSG_IDENTITY) &&
	    !verdict_find_break(ctx->view, f->verdict_msg, &pair))
		return;
	known = broken_detail(ctx, f->verdict_msg, &d);
	if (known)
		v->agrees = d.agrees;
	broken_of(&v->broken, ctx, f->verdict_msg, known ? &d : NULL);
}

char *call_list_verdict_text(const struct call_list *l,
			     const struct column_facts *f, char *out,
			     size_t size)
{
	static const char *const ours[] = {
		[AGREES_UNKNOWN] = "Our verdict: %1.",
		[AGREES_YES] = "Our verdict: %1 (agrees).",
		[AGREES_NO] = "Our verdict: %1 (the answer differs).",
	};
	const struct catalogue *w = l->ctx->words;
	const struct call_list_verdict *v = &l->verdict;
	const char *values[] = { verdict_name(f->verdict), v->broken.element,
				 v->broken.changed };
	const char *english = v->broken.changed[0] != '\0' ? "Broken by %2: %3."
							   : "Broken by %2.";
	char part[PART_BYTES];

	if (size > 0)
		out[0] = '\0';
	if (f->verdict == VERDICT_NONE || v->call != f->call->id)
		return out;
	if (f->verdict == VERDICT_NO_IDENTITY && !v->broken.is_known)
		return out;
	phrase(out, size, words(w, ours[v->agrees]), values, 3);
	if (!v->broken.is_known)
		return out;
	phrase(part, sizeof(part), words(w, english), values, 3);
	(void)snprintf(out + strlen(out), size - strlen(out), " %s", part);
	return out;
}
