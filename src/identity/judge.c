#include "sipmon/identity/judge.h"

#include "div.h"
#include "judging.h"
#include "roll_up.h"
#include "sipmon/base/clock.h"

#define BIT(id) VERDICT_BIT(VERDICT_##id)

static enum extent extent_of(const struct sip_msg *msg)
{
	if (!msg->is_response)
		return EXTENT_REQUEST;
	if (msg->status > 100 && msg->status < 300)
		return EXTENT_RESPONSE;
	return msg->status >= 300 && msg->status < 400 ? EXTENT_REDIRECT
						       : EXTENT_NOTHING;
}

/* RFC 8224 section 6.2: only what opens a dialog, or stands alone. */
static bool lacks_identity(const struct sip_msg *msg)
{
	return !msg->is_response && !slice_is_set(msg->to_tag) &&
	       !sip_msg_has(msg, SIP_HEADER_IDENTITY) &&
	       (msg->method == SIP_METHOD_INVITE ||
		msg->method == SIP_METHOD_MESSAGE);
}

static int64_t seconds_of(int64_t ns)
{
	int64_t s = ns / CLOCK_SECOND_NS;

	return ns % CLOCK_SECOND_NS < 0 ? s - 1 : s;
}

static void begin(struct judging *j, const struct judge *judge,
		  const struct judge_case *c, struct arena *arena,
		  struct arena_pool *pool)
{
	const struct identity_policy *policy = judge->policy;

	*j = (struct judging){
		.judge = judge,
		.c = c,
		.memory = { arena, pool },
		.now_s = policy->has_at ? policy->at_s : seconds_of(c->time_ns),
		.has_part =
			!policy->has_at && c->time_ns % CLOCK_SECOND_NS != 0,
		.extent = extent_of(c->msg),
	};
	j->has_date = message_date(&j->memory, c->msg, &j->date_s, NULL);
	binding_init(&j->binding, &j->memory, policy, c->msg);
	j->binding.brief = c->brief;
}

/* ---- values */

static bool take_values(struct judging *j, struct identity_detail *out)
{
	struct memory *m = &j->memory;
	struct identity_value *values = arena_alloc(
		m->arena, m->pool, IDENTITY_VALUES_MAX * sizeof(*values));
	struct identity_header *headers;

	if (values == NULL)
		return false;
	j->count = identity_values(m, j->c->msg, values, IDENTITY_VALUES_MAX,
				   &out->values_left_out);
	if (j->count == 0)
		return true;
	headers = arena_alloc(m->arena, m->pool, j->count * sizeof(*headers));
	j->trials =
		arena_alloc(m->arena, m->pool, j->count * sizeof(*j->trials));
	if (headers == NULL || j->trials == NULL) {
		j->count = 0;
		return false;
	}
	for (unsigned i = 0; i < j->count; i++) {
		j->no_memory |= !slice_is_set(values[i].text);
		headers[i].value = values[i].text;
		j->trials[i].value = &values[i];
		j->trials[i].header = &headers[i];
		j->trials[i].index = i;
	}
	out->headers = headers;
	out->header_count = j->count;
	return true;
}

static void read_values(struct judging *j)
{
	for (unsigned i = 0; i < j->count; i++) {
		struct trial *t = &j->trials[i];

		if (t->value->is_legacy)
			legacy_take(j, t);
		else
			passport_read(j, t);
		j->has_div |= t->ppt == PPT_DIV || t->ppt == PPT_DIV_O;
	}
}

static void judge_values(struct judging *j)
{
	for (unsigned i = 0; i < j->count; i++) {
		struct trial *t = &j->trials[i];

		if (t->is_ignored)
			continue;
		if (t->value->is_legacy)
			legacy_judge(j, t);
		else
			passport_judge(j, t);
	}
}

/* ---- chains of diversion */

static void make_nodes(const struct judging *j, struct div_node *nodes)
{
	const uint64_t unread =
		BIT(MALFORMED_HEADER) | BIT(TOO_LARGE) | BIT(UNSUPPORTED_PPT);

	for (unsigned i = 0; i < j->count; i++) {
		const struct trial *t = &j->trials[i];

		nodes[i] = (struct div_node){
			.is_usable = !t->value->is_legacy && !t->is_ignored &&
				     (t->header->failed & unread) == 0 &&
				     (t->token.payload != NULL ||
				      t->header->is_rebuilt),
			.ppt = t->ppt,
			.claims = &t->claims,
		};
	}
}

static bool fits_target(struct judging *j, const struct trial *t)
{
	struct bind_result r = { 0 };

	bind_dest(&j->binding, t->ppt, &t->claims, false, true, true, &r);
	return r.failed == 0;
}

/*
 * Divs in a circle, a call that came back: none of them is the outermost.  One
 * must lead to the target all the same, or the circle could be sent anywhere.
 */
static void close_circle(struct judging *j, const struct div_node *nodes)
{
	bool found = false;

	for (unsigned i = 0; i < j->count; i++)
		found |= nodes[i].is_usable && nodes[i].ppt == PPT_DIV &&
			 (nodes[i].is_outermost ||
			  fits_target(j, &j->trials[i]));
	for (unsigned i = 0; i < j->count && !found; i++) {
		if (!nodes[i].is_usable || nodes[i].ppt != PPT_DIV)
			continue;
		j->trials[i].is_linked = false;
		j->trials[i].is_outermost = true;
	}
}

static void link_values(struct judging *j, struct div_node *nodes)
{
	make_nodes(j, nodes);
	div_links(&j->memory, nodes, j->count, j->judge->policy->default_cc);
	for (unsigned i = 0; i < j->count; i++) {
		j->trials[i].is_linked = nodes[i].is_linked;
		j->trials[i].is_outermost = nodes[i].is_outermost;
	}
	close_circle(j, nodes);
}

static void judge_chains(struct judging *j, struct div_node *nodes)
{
	for (unsigned i = 0; i < j->count; i++)
		nodes[i].failed = j->trials[i].header->failed;
	div_chains(&j->memory, nodes, j->count, j->judge->policy->default_cc);
	for (unsigned i = 0; i < j->count; i++) {
		struct trial *t = &j->trials[i];
		bool is_div = t->ppt == PPT_DIV || t->ppt == PPT_DIV_O;

		if (nodes[i].is_usable && (is_div || nodes[i].is_linked))
			note_made(t, CHECK_CHAIN, nodes[i].chain_failed,
				  SLICE_NONE);
	}
}

/* ---- who signed */

/* A certificate in the message itself is anybody's until a path is seen. */
static bool has_signer(const struct trial *t)
{
	return t->cert != NULL && !t->is_ignored &&
	       (t->path.failed == 0 || !url_is_part(t->header->url));
}

/* That of the value which decided, else of the first that has one. */
static void name_signer(const struct judging *j,
			const struct identity_header *deciding,
			struct signer *out)
{
	static const char hex[] = "0123456789abcdef";
	const struct trial *by = NULL;
	struct slice name;

	*out = (struct signer){ 0 };
	for (unsigned i = 0; i < j->count; i++) {
		const struct trial *t = &j->trials[i];

		if (has_signer(t) && (by == NULL || t->header == deciding))
			by = t;
	}
	if (by == NULL)
		return;
	memcpy(out->sha256, cert_fingerprint(by->cert), sizeof(out->sha256));
	slice_copy(cert_spc(by->cert), out->spc, sizeof(out->spc));
	name = cert_name(by->cert);
	slice_copy(name, out->name, sizeof(out->name));
	/* A certificate without a name is one by its fingerprint. */
	for (size_t i = 0; name.len == 0 && i < 8; i++) {
		out->name[2 * i] = hex[out->sha256[i] >> 4];
		out->name[2 * i + 1] = hex[out->sha256[i] & 15];
	}
}

/* ---- all of it */

static void sum_up(struct judging *j, struct identity_detail *out,
		   struct signer *signer)
{
	const struct identity_header *deciding;

	for (unsigned i = 0; i < j->count; i++)
		notes_settle(j, &j->trials[i]);
	deciding = roll_up(out, j->has_div);
	name_signer(j, deciding, signer);
	if (deciding == NULL) {
		if (lacks_identity(j->c->msg)) {
			out->verdict = VERDICT_NO_IDENTITY;
			out->expected_code = verdict_code(VERDICT_NO_IDENTITY);
		}
		return;
	}
	if (verstat_contradicts(binding_verstat(&j->binding),
				out->verdict == VERDICT_VALID))
		out->caveats |= CAVEAT_BIT(CAVEAT_VERSTAT_CONTRADICTS);
}

void trial_free(struct judging *j, struct trial *t)
{
	token_free(&t->token);
	json_decref(t->rebuilt);
	if (t->cert != NULL)
		cert_release(j->judge->certs, t->cert);
	t->cert = NULL;
}

enum err judge_message(const struct judge *j, const struct judge_case *c,
		       struct arena *arena, struct arena_pool *pool,
		       struct identity_detail *out, struct signer *signer)
{
	struct div_node nodes[IDENTITY_VALUES_MAX];
	struct judging now;

	out->verdict = VERDICT_NONE;
	out->expected_code = 0;
	out->signature = SIGNATURE_UNCHECKED;
	out->caveats = 0;
	out->header_count = 0;
	out->headers = NULL;
	out->values_left_out = 0;
	*signer = (struct signer){ 0 };
	if (c->msg->method == SIP_METHOD_CANCEL)
		return ERR_OK;
	begin(&now, j, c, arena, pool);
	if (!take_values(&now, out))
		return ERR_NOMEM;
	read_values(&now);
	if (now.extent == EXTENT_REQUEST)
		link_values(&now, nodes);
	judge_values(&now);
	if (now.extent == EXTENT_REQUEST)
		judge_chains(&now, nodes);
	sum_up(&now, out, signer);
	for (unsigned i = 0; i < now.count; i++)
		trial_free(&now, &now.trials[i]);
	return now.no_memory ? ERR_NOMEM : ERR_OK;
}

static enum attestation attest_of(struct slice letter)
{
	for (unsigned a = ATTEST_A; a <= ATTEST_C; a++)
		if (slice_eq(letter,
			     slice_of(attest_name((enum attestation)a))))
			return (enum attestation)a;
	return ATTEST_NONE;
}

struct verdict_brief judge_brief(const struct identity_detail *d)
{
	struct verdict_brief b = { .verdict = d->verdict };

	for (unsigned i = 0; i < d->header_count; i++) {
		if (i < VERDICT_SIGNATURES)
			b.signatures[i] = d->headers[i].signature;
		if (b.attest == ATTEST_NONE)
			b.attest = attest_of(d->headers[i].attest);
	}
	return b;
}
