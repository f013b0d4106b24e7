/*
 * say.h - SIP messages from short words, filed as if they had been captured.
 *
 * Ends are letters: A is 192.0.2.1, B 192.0.2.2, both with port 5060; "A7" is
 * 192.0.2.1:5067.  A message goes from the first to the second of "A>B".
 */
#ifndef SIPMON_TESTS_CALL_SAY_H
#define SIPMON_TESTS_CALL_SAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/clock.h"
#include "sipmon/call/state.h"
#include "sipmon/call/store.h"
#include "sipmon/call/tracker.h"
#include "sipmon/call/view.h"
#include "sipmon/net/packet.h"

/* What is left out has the value behind the member. */
struct words {
	int64_t at_ms;
	const char *way;    /* "A>B" */
	const char *line;   /* "INVITE", or "180" for a response */
	const char *of;     /* method of CSeq; the request's own, INVITE */
	const char *id;     /* Call-ID, "one"; "" leaves it out */
	const char *branch; /* behind the cookie, "1"; behind "!" as it is,
			       "" leaves Via out */
	const char *from;   /* tag of From, "a"; "" leaves it out */
	const char *to;     /* tag of To; left out */
	const char *more;   /* header lines, each with CRLF */
	const char *body;
	int cseq; /* 1; -1 leaves CSeq out */
	enum transport transport;
	bool cut;
	bool in_file; /* at offset 0 of source 0; else in the store's log */
};

static inline const char *or_else(const char *text, const char *other)
{
	return text != NULL ? text : other;
}

static inline struct endpoint say_end(const char **p)
{
	struct endpoint e = { .family = 4, .port = 5060 };

	e.address[0] = 192;
	e.address[2] = 2;
	e.address[3] = (uint8_t)(*(*p)++ - 'A' + 1);
	for (unsigned n = 0; **p >= '0' && **p <= '9'; (*p)++) {
		n = n * 10 + (unsigned)(**p - '0');
		e.port = (uint16_t)(5060 + n);
	}
	return e;
}

static inline struct flow say_flow(const char *way, enum transport transport)
{
	struct flow f = { .transport = transport };

	f.source = say_end(&way);
	way++;
	f.destination = say_end(&way);
	return f;
}

static inline void say_tag(struct buf *b, const char *field, const char *user,
			   const char *tag)
{
	buf_add_format(b, "%s: <sip:%s@example.com>", field, user);
	if (tag != NULL && tag[0] != '\0')
		buf_add_format(b, ";tag=%s", tag);
	buf_add_text(b, "\r\n");
}

static inline void say_text(struct buf *b, const struct words *w)
{
	bool response = w->line[0] >= '0' && w->line[0] <= '9';
	const char *branch = or_else(w->branch, "1");
	const char *id = or_else(w->id, "one");
	const char *body = or_else(w->body, "");

	if (response)
		buf_add_format(b, "SIP/2.0 %s Word\r\n", w->line);
	else
		buf_add_format(b, "%s sip:bob@example.com SIP/2.0\r\n",
			       w->line);
	if (branch[0] == '!')
		buf_add_format(b, "Via: SIP/2.0/UDP host;branch=%s\r\n",
			       branch + 1);
	else if (branch[0] != '\0')
		buf_add_format(b, "Via: SIP/2.0/UDP host;branch=z9hG4bK%s\r\n",
			       branch);
	say_tag(b, "From", "alice", or_else(w->from, "a"));
	say_tag(b, "To", "bob", w->to);
	if (id[0] != '\0')
		buf_add_format(b, "Call-ID: %s\r\n", id);
	if (w->cseq >= 0)
		buf_add_format(b, "CSeq: %d %s\r\n", w->cseq == 0 ? 1 : w->cseq,
			       or_else(w->of, response ? "INVITE" : w->line));
	if (!response)
		buf_add_text(b, "Max-Forwards: 70\r\n");
	buf_add_text(b, or_else(w->more, ""));
	buf_add_format(b, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

static inline void push_text(struct store *s, struct slice text,
			     const struct flow *flow, const struct words *w)
{
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = flow,
			      .time_ns = w->at_ms * CLOCK_MS_NS,
			      .offset = w->in_file ? 0 : PACKET_NO_OFFSET,
			      .cut = w->cut };

	if (!sip_msg_parse(&msg, text))
		abort();
	tracker_push(s, &in);
}

static inline void say(struct store *s, struct words w)
{
	struct flow flow = say_flow(w.way, w.transport);
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	say_text(&b, &w);
	push_text(s, buf_slice(&b), &flow, &w);
	/* The store shall have copied what it keeps. */
	memset(b.ptr, '#', b.len);
	buf_free(&b);
}

#define SAY(store, ...) say(store, (struct words){ __VA_ARGS__ })

/* ---- for the set-up of a test: a store in `*state` */

static inline struct store *new_store_of(uint64_t memory_bytes)
{
	struct store_options o = { .memory_bytes = memory_bytes };
	struct store *s = NULL;

	if (store_new(&s, &o) != ERR_OK)
		abort();
	return s;
}

static inline int new_store(void **state)
{
	*state = new_store_of(0);
	return 0;
}

static inline int free_store(void **state)
{
	store_free(*state);
	return 0;
}

#define IN_STORE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, new_store, free_store)

/* ---- what came of it */

static inline const struct call *call_named(const struct store *s,
					    const char *id)
{
	return view_find(store_view(s), slice_of(id));
}

static inline const struct call *the_call(const struct store *s)
{
	return call_named(s, "one");
}

/* The `n`th transaction, message or dialog from 0; NULL if there are fewer. */
static inline const struct transaction *
transaction_nth(const struct store *s, const struct call *c, unsigned n)
{
	const struct view *v = store_view(s);
	const struct transaction *t = view_transaction(v, c->first_transaction);

	while (t != NULL && n-- > 0)
		t = view_transaction(v, t->next);
	return t;
}

static inline const struct captured_msg *
msg_nth(const struct store *s, const struct call *c, unsigned n)
{
	const struct view *v = store_view(s);
	const struct captured_msg *m = view_msg(v, c->first_msg);

	while (m != NULL && n-- > 0)
		m = view_msg(v, m->next);
	return m;
}

static inline const struct dialog *dialog_nth(const struct store *s,
					      const struct call *c, unsigned n)
{
	const struct view *v = store_view(s);
	const struct dialog *d = view_dialog(v, c->first_dialog);

	while (d != NULL && n-- > 0)
		d = view_dialog(v, d->next);
	return d;
}

/* Number of the transaction that message `n` was filed with, or -1. */
static inline int transaction_of(const struct store *s, const struct call *c,
				 unsigned n)
{
	const struct view *v = store_view(s);
	uint32_t id = msg_nth(s, c, n)->transaction;
	int number = 0;

	if (id == 0)
		return -1;
	for (uint32_t i = c->first_transaction; i != id;
	     i = view_transaction(v, i)->next)
		number++;
	return number;
}

static inline bool is_resent(const struct store *s, const struct call *c,
			     unsigned n)
{
	return msg_is(msg_nth(s, c, n), MSG_RETRANSMISSION);
}

static inline const char *state_of(const struct store *s, const char *id)
{
	return call_state_name(call_state(store_view(s), call_named(s, id)));
}

static inline unsigned final_of(const struct store *s)
{
	return call_final_code(store_view(s), the_call(s));
}

#endif
