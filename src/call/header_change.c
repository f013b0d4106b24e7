#include "number.h"
#include "sipmon/call/passage.h"
#include "sipmon/sip/nameaddr.h"

/* Fields that are compared, and values of one name: what a message has beyond
 * them would seem to come and go. */
#define FIELDS_MAX 128
#define VALUES_MAX 128

struct field {
	struct slice name;
	struct slice value;
	enum sip_header_id id;
};

struct fields {
	unsigned count;
	struct field of[FIELDS_MAX];
};

struct list {
	struct header_change *out;
	unsigned room;
	unsigned count;
	bool is_response;
};

/* ---- telling what is in order */

static bool user_of(struct slice value, struct slice *user)
{
	struct sip_nameaddr a;

	if (sip_nameaddr_parse(&a, value, NULL))
		return false;
	*user = a.uri.user;
	return user->len > 0;
}

/*
 * A proxy that knows where a user is writes the new URI (RFC 3261 section
 * 16.5); another number in it is another matter.
 */
static bool is_resolved(struct slice before, struct slice after)
{
	struct slice a;
	struct slice b;

	return !user_of(before, &a) || !user_of(after, &b) || slice_eq(a, b) ||
	       !(number_agrees(a, a, 5) && number_agrees(b, b, 5));
}

static bool is_counted_down(const struct header_change *c)
{
	uint32_t before;
	uint32_t after;

	return slice_to_u32(c->before, UINT32_MAX, &before) &&
	       slice_to_u32(c->after, UINT32_MAX, &after) && after < before;
}

/* What a proxy does to every message (RFC 3261 sections 16.6 and 16.7). */
static bool is_expected(const struct list *l, enum sip_header_id id,
			const struct header_change *c)
{
	enum header_change_kind taken =
		l->is_response ? HEADER_ADDED : HEADER_REMOVED;

	switch ((unsigned)id) {
	case SIP_HEADER_VIA: /* changed: received, rport */
		return c->kind != taken;
	case SIP_HEADER_MAX_FORWARDS:
		return c->kind == HEADER_ADDED ||
		       (c->kind == HEADER_CHANGED && is_counted_down(c));
	case SIP_HEADER_ROUTE:
		return true;
	case SIP_HEADER_RECORD_ROUTE: /* in a response rewritten: 16.7.8 */
		return c->kind != HEADER_REMOVED;
	}
	return false;
}

static bool is_number_form(const struct header_change *c)
{
	struct slice a;
	struct slice b;

	return c->kind == HEADER_CHANGED && user_of(c->before, &a) &&
	       user_of(c->after, &b) && number_form_differs(a, b);
}

static void tell(struct list *l, struct slice name, struct slice before,
		 struct slice after, enum sip_header_id id)
{
	struct header_change *c;

	if (l->count == l->room)
		return;
	c = &l->out[l->count++];
	*c = (struct header_change){ .name = name,
				     .kind = HEADER_CHANGED,
				     .before = before,
				     .after = after };
	if (!slice_is_set(before))
		c->kind = HEADER_ADDED;
	else if (!slice_is_set(after))
		c->kind = HEADER_REMOVED;
	c->expected = is_expected(l, id, c);
	c->number_form = is_number_form(c);
}

/* ---- one name */

/* Lists whose order says something. */
static bool is_ordered(enum sip_header_id id)
{
	return id == SIP_HEADER_VIA || id == SIP_HEADER_ROUTE ||
	       id == SIP_HEADER_RECORD_ROUTE || id == SIP_HEADER_PATH ||
	       id == SIP_HEADER_SERVICE_ROUTE ||
	       id == SIP_HEADER_HISTORY_INFO || id == SIP_HEADER_DIVERSION;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Past the blanks at `*i`; were there any? */
static bool skip_blanks(struct slice s, size_t *i)
{
	size_t from = *i;

	while (*i < s.len && is_blank(s.ptr[*i]))
		(*i)++;
	return *i > from;
}

/* A line that was folded, or blanks of another number, say the same. */
static bool same_text(struct slice a, struct slice b)
{
	size_t i = 0;
	size_t j = 0;

	while (i < a.len && j < b.len) {
		bool in_a = skip_blanks(a, &i);
		bool in_b = skip_blanks(b, &j);

		if (in_a != in_b)
			return false;
		if (i < a.len && j < b.len && a.ptr[i++] != b.ptr[j++])
			return false;
	}
	return i == a.len && j == b.len;
}

static bool same_name(const struct field *a, const struct field *b)
{
	if (a->id != SIP_HEADER_OTHER || b->id != SIP_HEADER_OTHER)
		return a->id == b->id;
	return slice_eq_nocase(a->name, b->name);
}

struct values {
	unsigned count;
	struct slice of[VALUES_MAX];
};

static void add_value(struct values *out, struct slice value)
{
	if (out->count < VALUES_MAX)
		out->of[out->count++] = value;
}

/* All values of the name of `like`; `*name` is how it is first written. */
static void collect(const struct fields *fields, const struct field *like,
		    struct values *out, struct slice *name)
{
	out->count = 0;
	for (unsigned i = 0; i < fields->count; i++) {
		const struct field *f = &fields->of[i];
		struct slice list = f->value;
		struct slice value;

		if (!same_name(f, like))
			continue;
		if (!slice_is_set(*name))
			*name = f->name;
		if (!sip_header_is_list(f->id))
			add_value(out, f->value);
		else
			while (sip_value_next(&list, &value))
				add_value(out, value);
	}
}

static void drop(struct values *v, unsigned i)
{
	for (v->count--; i < v->count; i++)
		v->of[i] = v->of[i + 1];
}

static bool find(const struct values *v, struct slice value, unsigned *at)
{
	for (unsigned i = 0; i < v->count; i++) {
		if (same_text(v->of[i], value)) {
			*at = i;
			return true;
		}
	}
	return false;
}

/* What both have, whatever its place. */
static void drop_common(struct values *a, struct values *b)
{
	unsigned i = 0;
	unsigned at;

	while (i < a->count) {
		if (find(b, a->of[i], &at)) {
			drop(a, i);
			drop(b, at);
		} else {
			i++;
		}
	}
}

/* What both have at their ends, then at their beginnings: elements add and
 * take on top. */
static void drop_ends(struct values *a, struct values *b)
{
	while (a->count > 0 && b->count > 0 &&
	       same_text(a->of[a->count - 1], b->of[b->count - 1])) {
		a->count--;
		b->count--;
	}
	while (a->count > 0 && b->count > 0 && same_text(a->of[0], b->of[0])) {
		drop(a, 0);
		drop(b, 0);
	}
}

/* Values that are left over are paired from the end: what was put on top is
 * added, and what was below it changed. */
static void tell_values(struct list *l, const struct field *like,
			const struct values *before, const struct values *after)
{
	unsigned n =
		before->count > after->count ? before->count : after->count;

	for (unsigned i = 0; i < n; i++) {
		unsigned from_end = n - i;
		struct slice a = SLICE_NONE;
		struct slice b = SLICE_NONE;

		if (from_end <= before->count)
			a = before->of[before->count - from_end];
		if (from_end <= after->count)
			b = after->of[after->count - from_end];
		tell(l, like->name, a, b, like->id);
	}
}

/* ---- all of a message */

struct pair {
	struct fields before;
	struct fields after;
};

static void compare_name(struct list *l, const struct pair *p,
			 const struct field *like)
{
	struct field shown = { SLICE_NONE, SLICE_NONE, like->id };
	struct values a;
	struct values b;

	collect(&p->before, like, &a, &shown.name);
	collect(&p->after, like, &b, &shown.name);
	if (is_ordered(like->id))
		drop_ends(&a, &b);
	else
		drop_common(&a, &b);
	tell_values(l, &shown, &a, &b);
}

/* A body of another length is told once, as the body. */
static void read_fields(const struct sip_msg *m, bool with_length,
			struct fields *out)
{
	struct slice rest = m->headers;
	struct sip_header h;

	out->count = 0;
	while (out->count < FIELDS_MAX && sip_header_next(&rest, &h))
		if (with_length || h.id != SIP_HEADER_CONTENT_LENGTH)
			out->of[out->count++] =
				(struct field){ h.name, h.value, h.id };
}

/* Does the name stand in the first `n` fields? */
static bool is_there(const struct fields *f, unsigned n,
		     const struct field *like)
{
	for (unsigned i = 0; i < n; i++)
		if (same_name(&f->of[i], like))
			return true;
	return false;
}

static void compare_fields(struct list *l, const struct sip_msg *before,
			   const struct sip_msg *after)
{
	bool same_body = slice_eq(before->body, after->body);
	struct pair p;

	read_fields(before, same_body, &p.before);
	read_fields(after, same_body, &p.after);
	for (unsigned i = 0; i < p.before.count; i++)
		if (!is_there(&p.before, i, &p.before.of[i]))
			compare_name(l, &p, &p.before.of[i]);
	for (unsigned i = 0; i < p.after.count; i++)
		if (!is_there(&p.after, i, &p.after.of[i]) &&
		    !is_there(&p.before, p.before.count, &p.after.of[i]))
			compare_name(l, &p, &p.after.of[i]);
}

static bool is_comparable(const struct sip_msg *m)
{
	struct slice rest = m->headers;
	unsigned fields = 0;
	unsigned values = 0;
	struct sip_header h;

	while (sip_header_next(&rest, &h)) {
		struct slice list = h.value;
		struct slice value;

		if (++fields > FIELDS_MAX)
			return false;
		if (sip_header_is_list(h.id))
			while (values <= VALUES_MAX &&
			       sip_value_next(&list, &value))
				values++;
	}
	return values <= VALUES_MAX;
}

bool header_changes_known(const struct sip_msg *before,
			  const struct sip_msg *after)
{
	return is_comparable(before) && is_comparable(after);
}

static void compare_uri(struct list *l, struct slice before, struct slice after)
{
	struct header_change *c;

	if (slice_eq(before, after) || l->room == 0)
		return;
	tell(l, SLICE("Request-URI"), before, after, SIP_HEADER_OTHER);
	c = &l->out[l->count - 1];
	c->expected = is_resolved(before, after);
}

static struct slice present(struct slice s)
{
	return s.len > 0 ? s : SLICE_NONE;
}

unsigned header_changes(const struct sip_msg *before,
			const struct sip_msg *after, struct header_change *out,
			unsigned room)
{
	struct list l = { out, room, 0, after->is_response };

	compare_uri(&l, before->request_uri, after->request_uri);
	if (header_changes_known(before, after))
		compare_fields(&l, before, after);
	if (!slice_eq(before->body, after->body))
		tell(&l, SLICE("body"), present(before->body),
		     present(after->body), SIP_HEADER_OTHER);
	return l.count;
}
