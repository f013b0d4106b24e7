#include "sipmon/analyse/timers.h"

#include "sipmon/sip/method.h"
#include "watch.h"

/* In order of time; those that begin together stay as they were found. */
static void sort(struct audit *list, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		struct audit a = list[i];
		unsigned at = i;

		while (at > 0 && list[at - 1].begin_ns > a.begin_ns) {
			list[at] = list[at - 1];
			at--;
		}
		list[at] = a;
	}
}

static void audit_transactions(struct watch *w)
{
	const struct transaction *t =
		view_transaction(w->view, w->call->first_transaction);

	for (unsigned i = 0;
	     t != NULL && i < WATCH_TRANSACTIONS && w->asked < WATCH_ASKED;
	     i++) {
		struct exchange x;

		exchange_of(&x, w->view, t);
		if (x.sure) {
			timers_client(w, &x);
			timers_server(w, &x);
			timers_wait(w, &x);
			timers_again(w, &x);
		}
		t = view_transaction(w->view, t->next);
	}
}

unsigned timers_audit(void *ctx, const struct view *v, const struct call *c,
		      struct audit *out, unsigned room)
{
	struct watch w = { .view = v,
			   .call = c,
			   .now_ns = view_now_ns(v),
			   .out = out,
			   .room = room };

	(void)ctx;
	buf_init(&w.raw, (size_t)2 * SIP_MESSAGE_BYTES_MAX);
	audit_transactions(&w);
	timers_session(&w);
	timers_registration(&w);
	buf_free(&w.raw);
	sort(out, w.count);
	return w.count;
}
