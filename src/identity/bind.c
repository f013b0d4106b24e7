#include "bind.h"

#include "sipmon/sip/params.h"
#include "text.h"

#define PAI_MAX (sizeof(((struct binding *)0)->pai) / sizeof(struct slice))

/* A suffix that is shorter says nothing. */
#define SUFFIX_DIGITS_MIN 7

/* How many values of a claim a detail names. */
#define SHOWN_MAX 4

/* ---- verstat */

/* Is it `word`, or that with a suffix of its own ("-Diverted")? */
static bool begins(struct slice verstat, struct slice word)
{
	return slice_eq_nocase(slice_sub(verstat, 0, word.len), word) &&
	       (verstat.len == word.len || verstat.ptr[word.len] == '-');
}

static bool is_passed(struct slice verstat)
{
	return begins(verstat, SLICE("TN-Validation-Passed"));
}

static bool is_failed(struct slice verstat)
{
	return begins(verstat, SLICE("TN-Validation-Failed"));
}

/* Inside the URI, or behind one without brackets. */
static struct slice verstat_of(struct slice value)
{
	struct slice uri = addr_spec_of(value);
	struct slice found = canon_verstat(uri);
	struct slice rest;

	if (slice_is_set(found) || !slice_is_set(uri))
		return found;
	rest = slice_sub(value, (size_t)(uri.ptr - value.ptr) + uri.len,
			 value.len);
	slice_split(rest, ';', &rest);
	return sip_param_find(rest, SLICE("verstat"));
}

/* The first that is one of the two words. */
static void take_verstat(struct binding *b, struct slice values)
{
	struct slice value;

	while (!slice_is_set(b->verstat) && sip_value_next(&values, &value)) {
		struct slice verstat = verstat_of(value);

		if (is_passed(verstat) || is_failed(verstat))
			b->verstat = verstat;
	}
}

struct slice binding_verstat(const struct binding *b)
{
	return b->verstat;
}

bool verstat_contradicts(struct slice verstat, bool is_valid)
{
	return is_valid ? is_failed(verstat) : is_passed(verstat);
}

/* ---- the addresses of the message */

/* Of a field that is repeated the first counts. */
static void take_address(const struct binding *b, struct slice field,
			 struct slice *address)
{
	if (!slice_is_set(*address))
		*address = addr_spec_of(value_unfold(b->memory, field));
}

static void take_asserted(struct binding *b, struct slice values)
{
	struct slice value;

	while (b->pai_count < PAI_MAX && sip_value_next(&values, &value)) {
		struct slice uri = addr_spec_of(value_unfold(b->memory, value));

		if (uri.len > 0)
			b->pai[b->pai_count++] = uri;
	}
}

void binding_init(struct binding *b, const struct memory *m,
		  const struct identity_policy *policy,
		  const struct sip_msg *msg)
{
	struct slice fields = msg->headers;
	struct sip_header h;

	*b = (struct binding){ .memory = m, .policy = policy, .msg = msg };
	while (sip_header_next(&fields, &h)) {
		if (h.id == SIP_HEADER_TO) {
			take_address(b, h.value, &b->to);
		} else if (h.id == SIP_HEADER_FROM) {
			take_address(b, h.value, &b->from);
			take_verstat(b, h.value);
		} else if (h.id == SIP_HEADER_P_ASSERTED_IDENTITY) {
			take_asserted(b, h.value);
			take_verstat(b, h.value);
		}
	}
	if (!slice_is_set(b->from))
		b->from = SLICE("");
	if (!slice_is_set(b->to))
		b->to = SLICE("");
}

/* RFC 9970: inside the dialog the called party sends it backwards. */
static bool is_backwards(const struct binding *b, enum ppt ppt)
{
	return ppt == PPT_RSP && !b->msg->is_response;
}

static struct identity_party seen(const struct binding *b, bool is_tn,
				  struct slice uri)
{
	return canon_for(b->memory, is_tn, uri, b->policy->default_cc);
}

static bool matches(const struct binding *b, const struct identity_party *claim,
		    const struct identity_party *address)
{
	return canon_matches(b->memory, claim, address, b->policy->default_cc);
}

/* ---- orig */

/* Does From say who calls, in the terms of the claim? */
static bool from_is_usable(const struct binding *b, bool is_tn)
{
	const struct slice end = SLICE("@anonymous.invalid");
	struct identity_party from = seen(b, is_tn, b->from);

	if (is_tn)
		return from.is_tn;
	return from.text.len > 0 &&
	       (from.text.len < end.len ||
		!slice_eq(
			slice_sub(from.text, from.text.len - end.len, end.len),
			end));
}

enum bind_source bind_source_of(const struct binding *b, enum ppt ppt,
				bool is_tn)
{
	bool pai_first =
		ppt == PPT_SHAKEN || ppt == PPT_DIV || ppt == PPT_DIV_O;

	if (ppt == PPT_RSP || b->pai_count == 0)
		return BIND_FROM;
	switch (b->policy->orig_source) {
	case ORIG_SOURCE_DEFAULT:
		return pai_first ? BIND_PAI : BIND_FROM;
	case ORIG_SOURCE_PAI_THEN_FROM:
		return BIND_PAI;
	case ORIG_SOURCE_FROM:
		return BIND_FROM;
	case ORIG_SOURCE_FROM_THEN_PAI:
		return from_is_usable(b, is_tn) ? BIND_FROM : BIND_PAI;
	case ORIG_SOURCE_ANY:
		return BIND_BOTH;
	}
	return BIND_FROM;
}

/* National format, or a dial prefix. */
static bool is_suffix(const struct identity_party *a,
		      const struct identity_party *b)
{
	struct slice shorter = a->text.len < b->text.len ? a->text : b->text;
	struct slice longer = a->text.len < b->text.len ? b->text : a->text;

	return a->is_tn && b->is_tn && shorter.len >= SUFFIX_DIGITS_MIN &&
	       slice_eq(
		       slice_sub(longer, longer.len - shorter.len, shorter.len),
		       shorter);
}

struct orig_search {
	const struct binding *binding;
	const struct identity_party *orig;
	bool found;
	bool suffix;
	struct words words;
};

/* One address that may be the caller; those that do not fit are all told. */
static void try_orig(struct orig_search *s, const char *name, struct slice uri)
{
	struct identity_party address = seen(s->binding, s->orig->is_tn, uri);

	if (s->found)
		return;
	s->found = matches(s->binding, s->orig, &address);
	s->suffix = s->suffix || is_suffix(s->orig, &address);
	if (s->found)
		s->words.count = 0;
	if (!s->binding->brief)
		words_add_named(&s->words, name, address.text);
}

static struct slice orig_detail(const struct binding *b, const struct claims *c,
				const struct words *found)
{
	struct words w = { 0 };

	words_add_named(&w, "orig", c->orig.text);
	words_add_text(&w, ", ");
	for (unsigned i = 0; i < found->count; i++)
		words_add(&w, found->parts[i]);
	return words_join(b->memory, &w);
}

void bind_orig(const struct binding *b, enum ppt ppt, const struct claims *c,
	       struct bind_result *out)
{
	bool backwards = is_backwards(b, ppt);
	struct slice from = backwards ? b->to : b->from;
	struct orig_search s = { .binding = b, .orig = &c->orig };
	struct identity_party caller;
	enum bind_source source;

	*out = (struct bind_result){ 0 };
	if (!c->has_orig)
		return;
	source = bind_source_of(b, ppt, c->orig.is_tn);
	if (source != BIND_PAI)
		try_orig(&s, backwards ? "To" : "From", from);
	for (unsigned i = 0; source != BIND_FROM && i < b->pai_count; i++)
		try_orig(&s, "P-Asserted-Identity", b->pai[i]);
	if (!b->brief)
		out->detail = orig_detail(b, c, &s.words);
	if (s.found)
		return;
	out->failed = VERDICT_BIT(VERDICT_ORIG_MISMATCH);
	if (s.suffix)
		out->caveats |= CAVEAT_BIT(CAVEAT_TN_SUFFIX_MATCH);
	caller = seen(b, c->orig.is_tn, from);
	if (matches(b, &c->orig, &caller))
		out->caveats |= CAVEAT_BIT(CAVEAT_ORIG_MATCHES_FROM);
}

/* ---- dest */

/* An address of the message, for the kinds of claims that dest has. */
struct place {
	struct identity_party as_tn;
	struct identity_party as_uri;
};

static struct place place_of(const struct binding *b, const struct claims *c,
			     struct slice uri)
{
	struct place p = { 0 };

	for (unsigned i = 0; i < c->dest_count; i++) {
		bool is_tn = c->dest[i].is_tn;
		struct identity_party *as = is_tn ? &p.as_tn : &p.as_uri;

		if (!slice_is_set(as->text))
			*as = seen(b, is_tn, uri);
	}
	return p;
}

/* The identity of dest that is this address; NULL if there is none. */
static const struct identity_party *find_dest(const struct binding *b,
					      const struct claims *c,
					      const struct place *p)
{
	for (unsigned i = 0; i < c->dest_count; i++)
		if (matches(b, &c->dest[i],
			    c->dest[i].is_tn ? &p->as_tn : &p->as_uri))
			return &c->dest[i];
	return NULL;
}

/* Is the Request-URI a number, by the rule that the claims ask for? */
static bool is_number(const struct binding *b, const struct claims *c,
		      const struct place *ruri)
{
	for (unsigned i = 0; i < c->dest_count; i++)
		if (c->dest[i].is_tn)
			return ruri->as_tn.is_tn;
	return canon_address(b->memory, b->msg->request_uri, false,
			     b->policy->default_cc)
		.is_tn;
}

static void add_dests(struct words *w, const struct claims *c)
{
	words_add_named(w, "dest", c->dest[0].text);
	for (unsigned i = 1; i < c->dest_count && i < SHOWN_MAX; i++) {
		words_add_text(w, ", ");
		words_add_clipped(w, c->dest[i].text);
	}
	if (c->dest_count > SHOWN_MAX)
		words_add_text(w, ", ...");
}

struct dest_search {
	struct place to;
	struct place ruri;
	bool has_ruri;
	const struct identity_party *in_to;
	const struct identity_party *in_ruri;
};

static struct slice dest_detail(const struct binding *b, enum ppt ppt,
				const struct claims *c, bool outermost,
				const struct dest_search *s)
{
	bool asks_to = !outermost;
	bool shows_to = asks_to && (s->in_to != NULL || s->in_ruri == NULL);
	bool shows_ruri = s->has_ruri && !(asks_to && s->in_to != NULL);
	const struct identity_party *found =
		asks_to && s->in_to != NULL ? s->in_to : s->in_ruri;
	bool is_tn = found != NULL ? found->is_tn : c->dest[0].is_tn;
	struct words w = { 0 };

	if (found != NULL)
		words_add_named(&w, "dest", found->text);
	else
		add_dests(&w, c);
	if (shows_to)
		words_add_named(&w, is_backwards(b, ppt) ? "From" : "To",
				is_tn ? s->to.as_tn.text : s->to.as_uri.text);
	if (shows_ruri)
		words_add_named(&w, "Request-URI",
				is_tn ? s->ruri.as_tn.text
				      : s->ruri.as_uri.text);
	return words_join(b->memory, &w);
}

static struct slice linked_detail(const struct binding *b,
				  const struct claims *c)
{
	struct words w = { 0 };

	add_dests(&w, c);
	words_add_text(&w, ", a div links to it");
	return words_join(b->memory, &w);
}

void bind_dest(const struct binding *b, enum ppt ppt, const struct claims *c,
	       bool linked, bool outermost, bool has_div,
	       struct bind_result *out)
{
	struct dest_search s = { 0 };
	bool fits;

	*out = (struct bind_result){ 0 };
	if (c->dest_count == 0)
		return;
	if (linked) {
		if (!b->brief)
			out->detail = linked_detail(b, c);
		return;
	}
	s.to = place_of(b, c, is_backwards(b, ppt) ? b->from : b->to);
	s.in_to = find_dest(b, c, &s.to);
	s.has_ruri = ppt != PPT_RSP && slice_is_set(b->msg->request_uri);
	if (s.has_ruri) {
		s.ruri = place_of(b, c, b->msg->request_uri);
		s.in_ruri = find_dest(b, c, &s.ruri);
	}
	if (!b->brief)
		out->detail = dest_detail(b, ppt, c, outermost, &s);
	fits = s.in_ruri != NULL || (s.in_to != NULL && !outermost);
	if (!fits)
		out->failed = VERDICT_BIT(VERDICT_DEST_MISMATCH);
	if (!fits || has_div || !s.has_ruri)
		return;
	if (s.in_to == NULL)
		out->caveats = CAVEAT_BIT(CAVEAT_TO_DIFFERS);
	else if (s.in_ruri == NULL && is_number(b, c, &s.ruri))
		out->caveats = CAVEAT_BIT(CAVEAT_RURI_DIFFERS);
}
