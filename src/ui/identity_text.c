#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "identity.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/table.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/panel.h"

#define LINE_BYTES   512
#define CLIP_BYTES   100 /* of what changed; more says no more */
#define FRONT_BYTES  20  /* of what is the same before it */
#define SPC_SHOWN    8   /* of the codes and numbers of a certificate */
#define SECONDS_MOST INT64_C(253402300799) /* year 9999 */

static const char *tr(const struct identity_screen *s, const char *english)
{
	return words(s->ctx->words, english);
}

/* Certificates are valid past the years that fit into nanoseconds. */
char *identity_time(int64_t seconds, char out[IDENTITY_TIME_BYTES])
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };

	if (seconds < 0 || seconds > SECONDS_MOST || gmtime_r(&t, &tm) == NULL)
		(void)snprintf(out, IDENTITY_TIME_BYTES, "%" PRId64, seconds);
	else
		(void)snprintf(out, IDENTITY_TIME_BYTES,
			       "%04d-%02d-%02d %02d:%02d:%02d",
			       tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			       tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

/* ---- the head: verdict, answer, what changed */

static void say_verdict(struct identity_screen *s, struct text_pane *p,
			enum verdict verdict, const char *before)
{
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = column_verdict_role(verdict),
				  .hang = 2 };
	char letter = column_verdict_letter(verdict, false);
	struct text_entry e;
	char head[LINE_BYTES];

	(void)snprintf(head, sizeof(head), "%s%s%c %s  ", before,
		       before[0] != '\0' ? ": " : "",
		       letter != '\0' ? letter : ' ', verdict_name(verdict));
	if (!catalogue_verdict(s->ctx->words, slice_of(verdict_name(verdict)),
			       &e))
		e.title = SLICE_NONE;
	text_pane_add(p, &look, slice_of(head), e.title);
}

static const char *answer_words(const struct identity_detail *d)
{
	if (d->seen_code == 0)
		return d->expected_code == 0
			       ? "a verifier lets it pass; no answer was seen"
			       : "a verifier should answer %1; no answer was "
				 "seen";
	return d->expected_code == 0
		       ? "a verifier lets it pass; seen: %2 from %3 %4"
		       : "a verifier should answer %1; seen: %2 from %3 %4";
}

static void say_answer(struct identity_screen *s, struct text_pane *p,
		       const struct identity_detail *d)
{
	static const char *const agreements[] = {
		[AGREES_UNKNOWN] = "",
		[AGREES_YES] = "(agrees)",
		[AGREES_NO] = "(does not agree)",
	};
	const struct view *v = s->ctx->view;
	const struct captured_msg *m = view_msg(v, d->seen_msg);
	const struct flow *hop = m == NULL ? NULL : view_hop(v, m->hop);
	struct phrase_number expected = phrase_number(d->expected_code);
	struct phrase_number seen = phrase_number(d->seen_code);
	char from[ENDPOINT_TEXT_BYTES] = "?";
	const char *values[] = { expected.text, seen.text, from,
				 tr(s, agreements[d->agrees]) };
	char text[LINE_BYTES];

	if (hop != NULL)
		endpoint_text(&hop->source, from);
	phrase(text, sizeof(text), tr(s, answer_words(d)), values, 4);
	panel_pair(p, slice_of(tr(s, "Answer")), slice_of(text));
}

/* Strangers' bytes, made safe and cut; without the first `skip` of them. */
static char *clip(struct slice text, size_t skip, char *out, size_t size)
{
	struct slice rest = slice_sub(text, skip, text.len);
	struct buf shown;

	buf_init(&shown, LINE_BYTES);
	if (skip > 0)
		buf_add_char(&shown, '~');
	utf8_show(&shown, slice_sub(rest, 0, CLIP_BYTES));
	if (rest.len > CLIP_BYTES)
		buf_add_char(&shown, '~');
	slice_copy(buf_slice(&shown), out, size);
	buf_free(&shown);
	return out;
}

/* Bytes that two long texts have in common and that need not be shown. */
static size_t same_front(struct slice a, struct slice b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	size_t n = 0;

	while (n < least && a.ptr[n] == b.ptr[n])
		n++;
	return n > CLIP_BYTES / 2 ? n - FRONT_BYTES : 0;
}

static void say_change(struct identity_screen *s, struct text_pane *p,
		       const struct identity_change *c, const char *element)
{
	const char *none = tr(s, "nothing");
	struct phrase_number byte =
		phrase_number(c->offset > 0 ? (uint64_t)c->offset : 0);
	size_t skip = same_front(c->before, c->after);
	char before[LINE_BYTES];
	char after[LINE_BYTES];
	const char *values[] = { element,
				 c->name,
				 clip(c->before, skip, before, sizeof(before)),
				 clip(c->after, skip, after, sizeof(after)),
				 c->kind != NULL ? tr(s, c->kind) : "",
				 byte.text };
	struct buf text;
	char part[LINE_BYTES * 3];

	if (!slice_is_set(c->before))
		values[2] = none;
	if (!slice_is_set(c->after))
		values[3] = none;
	buf_init(&text, sizeof(part) * 2);
	buf_add_text(&text,
		     phrase(part, sizeof(part),
			    tr(s, element[0] != '\0' ? "%1 altered %2 after "
						       "signing: %3 became %4"
						     : "%2: %3 became %4"),
			    values, 6));
	if (c->kind != NULL)
		buf_add_text(&text,
			     phrase(part, sizeof(part), " (%5)", values, 6));
	if (c->offset >= 0)
		buf_add_text(&text,
			     phrase(part, sizeof(part),
				    tr(s, ", from byte %6 on"), values, 6));
	panel_pair(p, slice_of(tr(s, "Changed")), buf_slice(&text));
	buf_free(&text);
}

static void say_reason(struct identity_screen *s, struct text_pane *p,
		       const struct identity_reason *r)
{
	struct phrase_number cause = phrase_number(r->cause);
	struct phrase_number header =
		phrase_number(r->header >= 0 ? (uint64_t)r->header + 1 : 0);
	char text[LINE_BYTES];
	char line[LINE_BYTES * 2];
	const char *values[] = { cause.text,
				 clip(r->text, 0, text, sizeof(text)),
				 header.text };
	const char *english = "%1 \"%2\"";

	if (!r->is_set)
		return;
	if (r->header >= 0)
		english = "%1 \"%2\", about Identity %3";
	else if (r->header == -2)
		english = "%1 \"%2\", about a token that is not in this "
			  "request";
	panel_pair(p, SLICE("Reason"),
		   slice_of(phrase(line, sizeof(line), tr(s, english), values,
				   3)));
}

void identity_head(struct identity_screen *s, struct text_pane *p,
		   const struct identity_detail *d)
{
	struct broken broken;
	char before[LINE_BYTES];
	const struct identity_header *h = identity_value(s, d);
	struct phrase_number value = phrase_number(s->value + 1);
	struct phrase_number count = phrase_number(s->value_count);
	const char *values[] = { value.text, count.text };

	say_verdict(s, p, d->verdict, "");
	if (h != NULL && s->value_count > 1)
		say_verdict(s, p, h->verdict,
			    phrase(before, sizeof(before),
				   tr(s, "Identity %1 of %2"), values, 2));
	say_answer(s, p, d);
	broken_of(&broken, s->ctx, d->msg, d);
	for (unsigned i = 0; i < d->change_count && i < IDENTITY_CHANGES_MAX;
	     i++)
		say_change(s, p, &d->changes[i], broken.element);
	if (d->change_count == 0 && broken.is_known) {
		char text[LINE_BYTES];

		panel_pair(p, slice_of(tr(s, "Changed")),
			   slice_of(broken_text(&broken, s->ctx, text,
						sizeof(text))));
	}
	if (d->path_note != NULL)
		panel_pair(p, slice_of(tr(s, "Path")),
			   slice_of(tr(s, d->path_note)));
	say_reason(s, p, &d->reason);
}

/* ---- the checks */

static const struct {
	const char *word;
	enum style role;
} results[] = {
	[CHECK_SKIP] = { "skip", STYLE_DIM },
	[CHECK_PASS] = { "pass", STYLE_SUCCESS },
	[CHECK_FAIL] = { "FAIL", STYLE_PROBLEM },
};

/* Where the names of the checks begin. */
static int check_tab(const struct identity_screen *s)
{
	size_t most = 0;

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct slice word = slice_of(tr(s, results[i].word));

		if (utf8_shown_cells(word) > most)
			most = utf8_shown_cells(word);
	}
	return (int)most + 4;
}

static void say_check(struct identity_screen *s, struct text_pane *p,
		      const struct identity_check *c, int tab)
{
	bool failed = c->result == CHECK_FAIL;
	struct text_look look = { .role = failed ? STYLE_PROBLEM : STYLE_TEXT,
				  .head_role = results[c->result].role,
				  .indent = 2,
				  .hang = tab,
				  .tab = tab };
	struct buf text;

	if (failed && c->verdict != VERDICT_NONE)
		look.tag = IDENTITY_TAG_VERDICT | (uint32_t)c->verdict;
	buf_init(&text, 4096);
	buf_add_text(&text, tr(s, c->name != NULL ? c->name : ""));
	if (c->detail.len > 0) {
		buf_add_text(&text, ": ");
		buf_add(&text, c->detail);
	}
	text_pane_add(p, &look, slice_of(tr(s, results[c->result].word)),
		      buf_slice(&text));
	buf_free(&text);
}

void identity_checks(struct identity_screen *s, struct text_pane *p,
		     const struct identity_header *h)
{
	struct phrase_number hop = phrase_number(s->cursor + 1);
	const char *values[] = { hop.text };
	char title[LINE_BYTES];
	int tab = check_tab(s);

	phrase(title, sizeof(title),
	       tr(s, s->hop_count > 1 ? "Checks on hop %1, in order"
				      : "Checks, in order"),
	       values, 1);
	panel_heading(p, slice_of(title));
	for (unsigned i = 0; i < h->check_count && i < IDENTITY_CHECKS_MAX; i++)
		say_check(s, p, &h->checks[i], tab);
}

/* ---- what it means */

void identity_meaning(struct identity_screen *s, struct text_pane *p,
		      enum verdict verdict)
{
	const struct catalogue *w = s->ctx->words;
	struct text_entry e;

	if (!catalogue_verdict(w, slice_of(verdict_name(verdict)), &e))
		return;
	panel_heading(p, slice_of(tr(s, "What it means")));
	panel_paragraph(p, STYLE_TEXT, e.meaning);
	if (verdict_class(verdict) != VERDICT_CLASS_GOOD)
		panel_list(p, w, SLICE("fix"), e.fix);
}

static void say_caveat(struct identity_screen *s, struct text_pane *p,
		       enum caveat caveat)
{
	struct text_look look = { .role = STYLE_NOTE,
				  .head_role = STYLE_NOTE,
				  .hang = 2,
				  .tag = IDENTITY_TAG_CAVEAT |
					 (uint32_t)caveat };
	struct slice name = slice_of(caveat_name(caveat));
	struct text_entry e;
	struct slice item;
	struct buf title;

	buf_init(&title, 1024);
	buf_add(&title, name);
	if (!catalogue_caveat(s->ctx->words, name, &e))
		e = (struct text_entry){ 0 };
	if (e.title.len > 0) {
		buf_add_text(&title, "  ");
		buf_add(&title, e.title);
	}
	text_pane_add(p, &look, SLICE("i "), buf_slice(&title));
	panel_paragraph(p, STYLE_TEXT, e.meaning);
	while (table_item_next(&e.fix, &item))
		panel_item(p, item);
	buf_free(&title);
}

void identity_caveats(struct identity_screen *s, struct text_pane *p,
		      uint32_t caveats)
{
	if (caveats == 0)
		return;
	panel_heading(p, slice_of(tr(s, "Warnings")));
	for (unsigned i = 0; i < CAVEATS; i++)
		if ((caveats & CAVEAT_BIT(i)) != 0)
			say_caveat(s, p, (enum caveat)i);
}

/* ---- the token */

static void say_party(struct text_pane *p, const char *name,
		      const struct identity_party *party)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_add_text(&text, party->is_tn ? "tn " : "uri ");
	buf_add(&text, party->text);
	panel_pair(p, slice_of(name), buf_slice(&text));
	buf_free(&text);
}

static void say_iat(struct identity_screen *s, struct text_pane *p, int64_t iat)
{
	int64_t now = s->hops[s->cursor].time_ns / CLOCK_SECOND_NS;
	/* Strangers choose the number; the difference may not overflow. */
	bool sane = iat > -SECONDS_MOST && iat < SECONDS_MOST;
	int64_t age = sane ? now - iat : 0;
	struct phrase_number seconds =
		phrase_number((uint64_t)(age < 0 ? -age : age));
	char time[IDENTITY_TIME_BYTES];
	const char *values[] = { identity_time(iat, time), seconds.text };
	const char *english = "%1 UTC, %2 s before it was seen";
	char text[LINE_BYTES];

	if (!sane)
		english = "%1";
	else if (age < 0)
		english = "%1 UTC, %2 s after it was seen";
	panel_pair(p, SLICE("iat"),
		   slice_of(phrase(text, sizeof(text), tr(s, english), values,
				   2)));
}

/* A claim of a token that does not hold is nobody's word. */
static void say_attest(struct identity_screen *s, struct text_pane *p,
		       const struct identity_header *h)
{
	struct slice attest = h->attest;
	static const struct {
		const char *letter;
		const char *meaning;
	} known[] = {
		{ "A", "the signer knows the caller, who may use the number" },
		{ "B", "the signer knows the caller, not whether the number is "
		       "theirs" },
		{ "C", "the signer only let the call in, the caller is "
		       "unknown" },
	};
	struct buf text;

	if (attest.len == 0)
		return;
	buf_init(&text, 1024);
	buf_add(&text, slice_sub(attest, 0, CLIP_BYTES));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_eq(attest, slice_of(known[i].letter)))
			buf_add_format(&text, "  %s", tr(s, known[i].meaning));
	panel_pair(p, SLICE("attest"), buf_slice(&text));
	buf_free(&text);
}

static void token_title(struct identity_screen *s, struct text_pane *p,
			const struct identity_header *h)
{
	struct buf title;

	buf_init(&title, 1024);
	buf_add_text(&title, h->scheme == IDENTITY_RFC4474
				     ? tr(s, "Identity of RFC 4474")
				     : tr(s, "Token"));
	buf_add_text(&title, " (");
	if (h->scheme == IDENTITY_PASSPORT) {
		if (h->ppt.len > 0)
			buf_add(&title, slice_sub(h->ppt, 0, CLIP_BYTES));
		else
			buf_add_text(&title, tr(s, "no type"));
		buf_add_text(&title, ", ");
		if (h->compact) {
			buf_add_text(&title, tr(s, "compact"));
			buf_add_text(&title, ", ");
		}
	}
	buf_add(&title, slice_sub(h->alg, 0, CLIP_BYTES));
	buf_add_char(&title, ')');
	panel_heading(p, buf_slice(&title));
	buf_free(&title);
}

void identity_token(struct identity_screen *s, struct text_pane *p,
		    const struct identity_header *h)
{
	token_title(s, p, h);
	if (h->has_iat)
		say_iat(s, p, h->iat);
	say_attest(s, p, h);
	if (h->has_orig)
		say_party(p, "orig", &h->orig);
	for (unsigned i = 0; i < h->dest_count; i++)
		say_party(p, "dest", &h->dest[i]);
	if (h->has_div)
		say_party(p, "div", &h->div);
	panel_pair(p, SLICE("origid"), h->origid);
	panel_pair(p,
		   slice_of(h->scheme == IDENTITY_RFC4474 ? "Identity-Info"
							  : "info"),
		   h->url);
	if (h->x5u.len > 0 && !slice_eq(h->x5u, h->url))
		panel_pair(p, SLICE("x5u"), h->x5u);
	panel_pair(p, slice_of(tr(s, "Signature")),
		   slice_of(tr(s, signature_name(h->signature))));
}

/* ---- the certificate */

/* "1234, 5678" with how many more there are. */
static void say_list(struct text_pane *p, const char *name,
		     const struct slice *list, unsigned count)
{
	struct buf text;

	buf_init(&text, 16384);
	for (unsigned i = 0; i < count && i < SPC_SHOWN; i++) {
		if (i > 0)
			buf_add_text(&text, ", ");
		buf_add(&text, slice_sub(list[i], 0, CLIP_BYTES));
	}
	if (count > SPC_SHOWN)
		buf_add_format(&text, " +%u", count - SPC_SHOWN);
	panel_pair(p, slice_of(name), buf_slice(&text));
	buf_free(&text);
}

void identity_certificate(struct identity_screen *s, struct text_pane *p,
			  const struct identity_header *h)
{
	const struct identity_certificate *c = h->chain;
	char from[IDENTITY_TIME_BYTES];
	char to[IDENTITY_TIME_BYTES];
	char text[LINE_BYTES];

	panel_heading(p, slice_of(tr(s, "Certificate")));
	if (h->chain_count == 0) {
		panel_paragraph(p, STYLE_DIM, slice_of(tr(s, "Not at hand.")));
		return;
	}
	panel_pair(p, slice_of(tr(s, "subject")), c->subject);
	panel_pair(p, slice_of(tr(s, "issuer")), c->issuer);
	(void)snprintf(text, sizeof(text), "%.10s .. %.10s",
		       identity_time(c->not_before_s, from),
		       identity_time(c->not_after_s, to));
	panel_pair(p, slice_of(tr(s, "valid")), slice_of(text));
	say_list(p, "SPC", c->spc, c->spc_count);
	say_list(p, tr(s, "numbers"), c->tn, c->tn_count);
	say_list(p, tr(s, "names"), c->names, c->name_count);
	panel_pair(p, slice_of(tr(s, "key")), c->key);
	panel_pair(p, SLICE("sha256"), c->sha256);
	if (h->source != NULL)
		panel_pair(p, slice_of(tr(s, "from")),
			   slice_of(tr(s, h->source)));
	panel_pair(p, slice_of(tr(s, "file")), h->file);
}
