#include "story.h"

#include "sipmon/sip/method.h"

/* Repetitions of one provisional response. */
struct series {
	uint16_t code;
	unsigned copies;
	int64_t last_ns;
	int64_t gap_ns;
	bool irregular;
};

static void count_copy(struct story *s, uint32_t id,
		       const struct captured_msg *m)
{
	s->last_copy = id;
	s->last_copy_ns = m->time_ns;
}

/* Only what is byte for byte the same was sent again. */
static void count_gap(struct story *s, unsigned *fast, bool same,
		      int64_t gap_ns)
{
	if (!same || gap_ns >= FAST_GAP_NS)
		return;
	if (s->fast_gap_ns == 0 || gap_ns < s->fast_gap_ns)
		s->fast_gap_ns = gap_ns;
	(*fast)++;
}

static void add_request(struct story *s, uint32_t id,
			const struct captured_msg *m)
{
	if (s->last_request == 0) {
		/* A request behind its response says nothing about delays. */
		if (s->first_response == 0)
			s->request = id;
	} else if (m->time_ns - s->last_request_ns < AUDIT_COPY_NS) {
		return;
	} else {
		s->request_copies++;
		count_gap(s, &s->fast_requests,
			  m->content == s->request_content,
			  m->time_ns - s->last_request_ns);
		count_copy(s, id, m);
	}
	s->last_request = id;
	s->request_content = m->content;
	s->last_request_ns = m->time_ns;
}

/*
 * A user agent may say 180 every few seconds.  A retransmission of a reliable
 * response comes at gaps that double (RFC 3262 section 3), and only a series
 * like that counts.
 */
static void add_provisional(struct story *s, struct series *p, uint32_t id,
			    const struct captured_msg *m)
{
	int64_t gap = m->time_ns - p->last_ns;

	if (m->status != p->code || !msg_is(m, MSG_RETRANSMISSION)) {
		*p = (struct series){ .code = m->status,
				      .last_ns = m->time_ns };
		return;
	}
	if (p->irregular || gap < AUDIT_COPY_NS)
		return;
	if (p->gap_ns != 0 && gap < p->gap_ns / 2 * 3) {
		p->irregular = true;
		return;
	}
	p->gap_ns = gap;
	p->last_ns = m->time_ns;
	if (++p->copies > s->provisional_copies)
		s->provisional_copies = p->copies;
	count_copy(s, id, m);
}

/* The 2xx of another fork, or a second opinion. */
static bool is_other_final(const struct story *s, const struct captured_msg *m)
{
	return m->status != s->final_code ||
	       (m->status < 300 && m->dialog != s->final_dialog);
}

static void add_final(struct story *s, uint32_t id,
		      const struct captured_msg *m)
{
	if (s->final == 0 || (s->final_code >= 300 && m->status < 300)) {
		s->final = id;
		s->final_ns = m->time_ns;
		s->final_code = m->status;
		s->final_dialog = m->dialog;
		s->final_copies = 0;
		s->final_copies_after_ack = 0;
	} else if (is_other_final(s, m) ||
		   m->time_ns - s->last_final_ns < AUDIT_COPY_NS) {
		return;
	} else {
		s->final_copies++;
		s->final_copies_after_ack += s->ack != 0;
		count_gap(s, &s->fast_finals, msg_is(m, MSG_RETRANSMISSION),
			  m->time_ns - s->last_final_ns);
		count_copy(s, id, m);
	}
	s->last_final = id;
	s->last_final_ns = m->time_ns;
}

static void add_response(struct story *s, struct series *p, uint32_t id,
			 const struct captured_msg *m)
{
	if (s->first_response == 0) {
		s->first_response = id;
		s->first_response_ns = m->time_ns;
		s->first_response_code = m->status;
	}
	if (m->status >= 200)
		add_final(s, id, m);
	else if (m->status > 100 && s->final == 0)
		add_provisional(s, p, id, m);
}

void story_of(const struct view *v, const struct transaction *t,
	      struct story *out)
{
	struct series p = { .code = 0 };

	*out = (struct story){ .request = 0 };
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (msg_is(m, MSG_RESPONSE)) {
			add_response(out, &p, id, m);
		} else if (m->method != SIP_METHOD_ACK) {
			add_request(out, id, m);
		} else if (out->ack == 0) {
			out->ack = id;
			out->ack_ns = m->time_ns;
		}
		id = m->next_in_transaction;
	}
}
