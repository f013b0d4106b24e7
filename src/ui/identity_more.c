#include <stdio.h>

#include "identity.h"
#include "json_lines.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/ui/panel.h"

#define LINE_BYTES     512
#define JSON_BYTES_MAX (1U << 20)
#define PRINT_GROUP    4 /* digits of a fingerprint that stand together */

static const char *tr(const struct identity_screen *s, const char *english)
{
	return words(s->ctx->words, english);
}

/* False, and says so, if there is no Identity to look at. */
static bool is_there(struct identity_screen *s, const struct identity_header *h)
{
	if (h == NULL)
		panel_paragraph(s->left, STYLE_DIM,
				slice_of(tr(s, "This copy carries no "
					       "Identity.")));
	return h != NULL;
}

/* ---- the chain */

static void say_print(struct identity_screen *s, struct slice hex)
{
	struct buf text;

	buf_init(&text, LINE_BYTES);
	for (size_t i = 0; i < hex.len; i++) {
		if (i > 0 && i % PRINT_GROUP == 0)
			buf_add_char(&text, ' ');
		buf_add_char(&text, hex.ptr[i]);
	}
	panel_pair(s->left, SLICE("sha256"), buf_slice(&text));
	buf_free(&text);
}

static void say_all(struct identity_screen *s, const char *name,
		    const struct slice *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		panel_pair(s->left, i == 0 ? slice_of(name) : SLICE(" "),
			   list[i]);
}

/* What was so at the time of capture, in the style of a problem if it was not
 * valid then. */
static void say_validity(struct identity_screen *s,
			 const struct identity_certificate *c)
{
	int64_t now = s->hops[s->cursor].time_ns / CLOCK_SECOND_NS;
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = STYLE_DIM,
				  .hang = 14,
				  .tab = 14 };
	char from[IDENTITY_TIME_BYTES];
	char to[IDENTITY_TIME_BYTES];
	const char *values[] = { identity_time(c->not_before_s, from),
				 identity_time(c->not_after_s, to) };
	const char *english = "%1 .. %2 UTC";
	char text[LINE_BYTES];

	if (now < c->not_before_s)
		english = "%1 .. %2 UTC: not yet valid when captured";
	else if (now > c->not_after_s)
		english = "%1 .. %2 UTC: expired when captured";
	if (now < c->not_before_s || now > c->not_after_s)
		look.role = STYLE_PROBLEM;
	text_pane_add(s->left, &look, slice_of(tr(s, "valid")),
		      slice_of(phrase(text, sizeof(text), tr(s, english),
				      values, 2)));
}

static void say_link(struct identity_screen *s,
		     const struct identity_certificate *c, unsigned n,
		     unsigned count)
{
	struct phrase_number number = phrase_number(n + 1);
	struct phrase_number all = phrase_number(count);
	const char *values[] = { number.text, all.text };
	const char *english = "%1 of %2: issuer";
	char title[LINE_BYTES];

	if (n == 0)
		english = "%1 of %2: the signer";
	else if (c->is_anchor)
		english = "%1 of %2: your trust anchor";
	panel_heading(s->left, slice_of(phrase(title, sizeof(title),
					       tr(s, english), values, 2)));
	panel_pair(s->left, slice_of(tr(s, "subject")), c->subject);
	panel_pair(s->left, slice_of(tr(s, "issuer")), c->issuer);
	panel_pair(s->left, slice_of(tr(s, "serial")), c->serial);
	say_validity(s, c);
	panel_pair(s->left, slice_of(tr(s, "key")), c->key);
	panel_pair(s->left, slice_of(tr(s, "CA")),
		   slice_of(tr(s, c->is_ca ? "yes" : "no")));
	say_all(s, "SPC", c->spc, c->spc_count);
	say_all(s, tr(s, "numbers"), c->tn, c->tn_count);
	if (c->tn_malformed)
		panel_pair(s->left, slice_of(tr(s, "numbers")),
			   slice_of(tr(s, "the list does not decode")));
	panel_pair(s->left, slice_of(tr(s, "numbers at")), c->tn_url);
	say_all(s, tr(s, "names"), c->names, c->name_count);
	panel_pair(s->left, SLICE("CRL"), c->crl_url);
	say_print(s, c->sha256);
}

void identity_chain(struct identity_screen *s, const struct identity_header *h)
{
	if (!is_there(s, h))
		return;
	panel_pair(s->left, slice_of(tr(s, "asked for")), h->url);
	if (h->source != NULL)
		panel_pair(s->left, slice_of(tr(s, "from")),
			   slice_of(tr(s, h->source)));
	panel_pair(s->left, slice_of(tr(s, "file")), h->file);
	if (h->chain_count == 0)
		panel_paragraph(s->left, STYLE_DIM,
				slice_of(tr(s, "The certificate is not at "
					       "hand.")));
	for (unsigned i = 0; i < h->chain_count && i < IDENTITY_CHAIN_MAX; i++)
		say_link(s, &h->chain[i], i, h->chain_count);
}

/* ---- the token as JSON */

static void say_json(struct identity_screen *s, const char *title,
		     struct slice json)
{
	struct text_look look = { .role = STYLE_TEXT, .hang = 8 };
	struct buf lines;
	struct slice rest;

	if (json.len == 0)
		return;
	buf_init(&lines, JSON_BYTES_MAX);
	json_lines(json, &lines);
	panel_heading(s->left, slice_of(tr(s, title)));
	rest = buf_slice(&lines);
	while (slice_is_set(rest))
		text_pane_add(s->left, &look, SLICE_NONE,
			      slice_split(rest, '\n', &rest));
	buf_free(&lines);
}

void identity_json(struct identity_screen *s, const struct identity_header *h)
{
	if (!is_there(s, h))
		return;
	if (h->scheme == IDENTITY_RFC4474)
		panel_paragraph(s->left, STYLE_DIM,
				slice_of(tr(s, "RFC 4474 has no token: the "
					       "signature is over parts of the "
					       "message (b).")));
	else if (h->compact)
		panel_paragraph(s->left, STYLE_DIM,
				slice_of(tr(s, "The compact form leaves header "
					       "and claims out: they are "
					       "rebuilt from the message "
					       "(b).")));
	say_json(s, "Header", h->jose);
	say_json(s, "Claims", h->payload);
	panel_heading(s->left, slice_of(tr(s, "As it came")));
	panel_paragraph(s->left, STYLE_DIM, h->value);
}
