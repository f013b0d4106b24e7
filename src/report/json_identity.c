#include "json_identity.h"

#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "sipmon/base/clock.h"

static void code_member(struct json *j, const char *key, uint16_t code)
{
	if (code == 0)
		json_put_null(j, key);
	else
		json_put_uint(j, key, code);
}

static void endpoint_member(struct json *j, const char *key,
			    const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_BYTES];

	if (e->family == 0)
		json_put_null(j, key);
	else
		json_put_text(j, key, endpoint_text(e, text));
}

static void seconds_member(struct json *j, const char *key, int64_t seconds)
{
	char text[CLOCK_TEXT_BYTES];

	/* A certificate may name years that nanoseconds cannot. */
	if (seconds > INT64_MAX / CLOCK_SECOND_NS ||
	    seconds < INT64_MIN / CLOCK_SECOND_NS)
		json_put_null(j, key);
	else
		json_put_text(j, key,
			      clock_rfc3339(seconds * CLOCK_SECOND_NS, text));
}

static void name_member(struct json *j, const char *key, const char *name)
{
	json_put_text(j, key, name[0] != '\0' ? name : NULL);
}

static void write_warnings(struct json *j, uint32_t caveats)
{
	json_put_array(j, "warnings");
	for (unsigned i = 0; i < CAVEATS; i++)
		if ((caveats & CAVEAT_BIT(i)) != 0)
			json_put_text(j, NULL, caveat_name((enum caveat)i));
	json_put_array_end(j);
}

static void write_slices(struct json *j, const char *key,
			 const struct slice *list, unsigned n)
{
	json_put_array(j, key);
	for (unsigned i = 0; i < n; i++)
		json_put_slice(j, NULL, list[i]);
	json_put_array_end(j);
}

/* ---- what a message says of itself, and what is the matter with it */

static void write_outcome(struct json *j, enum verdict verdict, uint16_t code,
			  enum signature_result signature, uint32_t caveats)
{
	name_member(j, "verdict", verdict_name(verdict));
	code_member(j, "expected_code", code);
	/* What was never looked at is as unchecked as what has no key. */
	json_put_text(j, "signature",
		      signature_name(signature == SIGNATURE_UNKNOWN
					     ? SIGNATURE_UNCHECKED
					     : signature));
	write_warnings(j, caveats);
}

/* {"tn": "12155550121"} or {"uri": "sip:alice@example.com"} */
static void write_party(struct json *j, const char *key, bool there,
			const struct identity_party *p)
{
	if (!there) {
		json_put_null(j, key);
		return;
	}
	json_put_object(j, key);
	json_put_slice(j, p->is_tn ? "tn" : "uri", p->text);
	json_put_object_end(j);
}

static void write_dest_kind(struct json *j, const struct identity_header *h,
			    bool is_tn)
{
	json_put_array(j, is_tn ? "tn" : "uri");
	for (unsigned i = 0; i < h->dest_count; i++)
		if (h->dest[i].is_tn == is_tn)
			json_put_slice(j, NULL, h->dest[i].text);
	json_put_array_end(j);
}

static void write_dest(struct json *j, const struct identity_header *h)
{
	if (h->dest_count == 0) {
		json_put_null(j, "dest");
		return;
	}
	json_put_object(j, "dest");
	write_dest_kind(j, h, true);
	write_dest_kind(j, h, false);
	json_put_object_end(j);
}

static void write_certificate(struct json *j, const char *key,
			      const struct identity_certificate *c,
			      const char *source)
{
	json_put_object(j, key);
	json_put_slice(j, "subject", c->subject);
	json_put_slice(j, "issuer", c->issuer);
	json_put_slice(j, "serial", c->serial);
	seconds_member(j, "not_before", c->not_before_s);
	seconds_member(j, "not_after", c->not_after_s);
	json_put_slice(j, "sha256", c->sha256);
	json_put_slice(j, "key", c->key);
	write_slices(j, "spc", c->spc, c->spc_count);
	write_slices(j, "tn", c->tn, c->tn_count);
	write_slices(j, "names", c->names, c->name_count);
	json_put_bool(j, "ca", c->is_ca);
	json_put_bool(j, "anchor", c->is_anchor);
	json_put_text(j, "source", source);
	json_put_object_end(j);
}

static void write_chain(struct json *j, const struct identity_header *h)
{
	if (h->chain_count == 0)
		json_put_null(j, "certificate");
	else
		write_certificate(j, "certificate", &h->chain[0], h->source);
	json_put_array(j, "chain");
	for (unsigned i = 1; i < h->chain_count; i++)
		write_certificate(j, NULL, &h->chain[i], NULL);
	json_put_array_end(j);
}

static void write_checks(struct json *j, const struct identity_header *h)
{
	static const char *const results[] = {
		[CHECK_SKIP] = "skip",
		[CHECK_PASS] = "pass",
		[CHECK_FAIL] = "fail",
	};

	json_put_array(j, "checks");
	for (unsigned i = 0; i < h->check_count && i < IDENTITY_CHECKS_MAX;
	     i++) {
		const struct identity_check *c = &h->checks[i];

		json_put_object(j, NULL);
		json_put_text(j, "name", c->name);
		json_put_text(j, "result", results[c->result]);
		json_put_slice(j, "detail", c->detail);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void write_failed(struct json *j, uint64_t failed)
{
	json_put_array(j, "failed");
	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++)
		if ((failed & VERDICT_BIT(i)) != 0)
			json_put_text(j, NULL, verdict_name((enum verdict)i));
	json_put_array_end(j);
}

static void write_header(struct json *j, const struct identity_header *h)
{
	json_put_object(j, NULL);
	json_put_text(j, "scheme",
		      h->scheme == IDENTITY_RFC4474 ? "rfc4474" : "passport");
	json_put_bool(j, "compact", h->compact);
	json_put_slice(j, "ppt", h->ppt);
	json_put_slice(j, "alg", h->alg);
	write_outcome(j, h->verdict, h->expected_code, h->signature,
		      h->caveats);
	write_failed(j, h->failed);
	json_put_slice(j, "attest", h->attest);
	write_party(j, "orig", h->has_orig, &h->orig);
	write_dest(j, h);
	write_party(j, "div", h->has_div, &h->div);
	json_put_slice(j, "origid", h->origid);
	if (h->has_iat)
		json_put_int(j, "iat", h->iat);
	else
		json_put_null(j, "iat");
	json_put_slice(j, "x5u", h->x5u);
	json_put_slice(j, "url", h->url);
	write_chain(j, h);
	write_checks(j, h);
	json_put_object_end(j);
}

/* ---- against the answer, and the hop before */

static void write_reason(struct json *j, const struct identity_reason *r)
{
	if (!r->is_set) {
		json_put_null(j, "reason");
		return;
	}
	json_put_object(j, "reason");
	code_member(j, "cause", r->cause);
	json_put_slice(j, "text", r->text);
	if (r->header >= 0)
		json_put_int(j, "header", r->header);
	else
		json_put_null(j, "header");
	/* False: its ppi is of a PASSporT that this request does not carry. */
	if (r->header == -1)
		json_put_null(j, "in_request");
	else
		json_put_bool(j, "in_request", r->header >= 0);
	json_put_object_end(j);
}

static void write_answer(struct json *j, const struct identity_detail *d)
{
	if (d->agrees == AGREES_UNKNOWN)
		json_put_null(j, "agrees");
	else
		json_put_bool(j, "agrees", d->agrees == AGREES_YES);
	code_member(j, "seen_code", d->seen_code);
	write_reason(j, &d->reason);
}

static bool is_named_before(const struct identity_detail *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(d->changes[i].name, d->changes[n].name) == 0)
			return true;
	return false;
}

static unsigned changes_of(const struct identity_detail *d)
{
	return d->change_count < IDENTITY_CHANGES_MAX ? d->change_count
						      : IDENTITY_CHANGES_MAX;
}

static void write_changes(struct json *j, const struct identity_detail *d)
{
	unsigned n = changes_of(d);

	json_put_array(j, "changed");
	for (unsigned i = 0; i < n; i++)
		if (!is_named_before(d, i))
			json_put_text(j, NULL, d->changes[i].name);
	json_put_array_end(j);
	json_put_array(j, "changes");
	for (unsigned i = 0; i < n; i++) {
		const struct identity_change *c = &d->changes[i];

		json_put_object(j, NULL);
		json_put_text(j, "name", c->name);
		json_put_slice(j, "before", c->before);
		json_put_slice(j, "after", c->after);
		json_put_text(j, "kind", c->kind);
		if (c->offset >= 0)
			json_put_int(j, "offset", c->offset);
		else
			json_put_null(j, "offset");
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void write_message(struct json *j, const struct view *v,
			  const struct identity_detail *d, uint32_t place)
{
	const struct flow *hop = view_hop(v, view_msg(v, d->msg)->hop);

	json_put_object(j, NULL);
	json_put_uint(j, "message", place);
	endpoint_member(j, "source", &hop->source);
	endpoint_member(j, "destination", &hop->destination);
	write_outcome(j, d->verdict, d->expected_code, d->signature,
		      d->caveats);
	write_answer(j, d);
	json_put_array(j, "headers");
	for (unsigned i = 0; i < d->header_count; i++)
		write_header(j, &d->headers[i]);
	json_put_array_end(j);
	json_put_uint(j, "headers_left_out", d->values_left_out);
	if (d->has_broken_by)
		endpoint_member(j, "broken_by", &d->broken_by);
	else
		json_put_null(j, "broken_by");
	write_changes(j, d);
	json_put_text(j, "path", d->path_note);
	json_put_object_end(j);
}

void json_identity_call(struct json *j, struct sink *sink,
			const struct report_input *in, const struct call *c)
{
	const struct identity_reader *reader = in->identity;
	uint32_t id = reader == NULL ? 0 : c->first_msg;

	json_put_array(j, "identity");
	for (uint32_t i = 0; id != 0 && i < c->message_count; i++) {
		const struct captured_msg *m = view_msg(in->view, id);
		struct identity_detail d;

		/* NONE: a response that is shown and not judged. */
		if (msg_wants_verdict(m) &&
		    reader->detail(reader->ctx, id, &d) &&
		    d.verdict != VERDICT_NONE) {
			d.msg = id;
			write_message(j, in->view, &d, i);
			sink_pass(sink);
		}
		id = m->next;
	}
	json_put_array_end(j);
}

/* ---- figures over all calls */

static void write_attest(struct json *j, const uint64_t by_attest[4])
{
	json_put_object(j, "attest");
	for (unsigned i = ATTEST_A; i <= ATTEST_C; i++)
		json_put_uint(j, attest_name((enum attestation)i),
			      by_attest[i]);
	json_put_object_end(j);
}

static void write_counts(struct json *j, uint64_t requests, uint64_t valid,
			 uint64_t failed, uint64_t unknown)
{
	json_put_uint(j, "requests", requests);
	json_put_uint(j, "valid", valid);
	json_put_uint(j, "failed", failed);
	json_put_uint(j, "unknown", unknown);
}

/* A row without a name holds all the others together. */
static void write_rows(struct json *j, const char *key,
		       const struct signing_row *rows, unsigned n,
		       bool of_signers)
{
	json_put_array(j, key);
	for (unsigned i = 0; i < n && i <= SIGNING_ROWS; i++) {
		json_put_object(j, NULL);
		name_member(j, "name", rows[i].name);
		if (of_signers) {
			name_member(j, "spc", rows[i].spc);
			name_member(j, "sha256", rows[i].sha256);
		}
		write_counts(j, rows[i].requests, rows[i].valid, rows[i].failed,
			     rows[i].unknown);
		name_member(j, "most", verdict_name(rows[i].most));
		write_attest(j, rows[i].by_attest);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void write_over_time(struct json *j, const struct signing_figures *f)
{
	char text[CLOCK_TEXT_BYTES];

	json_put_object(j, "over_time");
	if (f->bin_count == 0) {
		json_put_null(j, "begin");
		json_put_null(j, "bin_ms");
	} else {
		json_put_text(j, "begin", clock_rfc3339(f->begin_ns, text));
		json_put_ms(j, "bin_ms", f->bin_ns);
	}
	json_put_array(j, "bins");
	for (unsigned i = 0; i < f->bin_count && i < SIGNING_BINS; i++) {
		const struct signing_bin *b = &f->bins[i];

		json_put_object(j, NULL);
		write_counts(j, b->requests, b->valid, b->failed, b->unknown);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_object_end(j);
}

static void write_figures(struct json *j, const struct signing_figures *f)
{
	json_put_object(j, "identity");
	json_put_uint(j, "requests", f->requests);
	json_put_uint(j, "signed", f->signed_requests);
	if (f->requests == 0)
		json_put_null(j, "signed_percent");
	else
		json_put_double(j, "signed_percent",
				100.0 * (double)f->signed_requests /
					(double)f->requests);
	write_attest(j, f->by_attest);
	json_put_object(j, "verdicts");
	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++)
		if (f->by_verdict[i] > 0)
			json_put_uint(j, verdict_name((enum verdict)i),
				      f->by_verdict[i]);
	json_put_object_end(j);
	json_put_uint(j, "not_judged", f->waiting);
	write_rows(j, "signers", f->signers, f->signer_count, true);
	write_rows(j, "peers", f->peers, f->peer_count, false);
	write_over_time(j, f);
	if (f->has_clock_offset)
		json_put_int(j, "clock_offset_s", f->clock_offset_s);
	else
		json_put_null(j, "clock_offset_s");
	json_put_object_end(j);
}

void json_identity_figures(struct json *j, const struct report_input *in)
{
	struct signing_figures *f = format_signing(in);

	if (f == NULL)
		json_put_null(j, "identity");
	else
		write_figures(j, f);
	free(f);
}
