/*
 * catalogue.h - what things mean, in the words of the user.
 *
 * Facts and words are the tables of share/sipmon, compiled into the program,
 * so that a lone binary explains.  A site adds notes of its own to a code in
 * a file that `app` names.  All slices live as long as the catalogue.
 */
#ifndef SIPMON_CATALOGUE_CATALOGUE_H
#define SIPMON_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

enum language { LANGUAGE_EN = 0, LANGUAGE_VI, LANGUAGES };

struct catalogue;

/* Fails only if the tables are broken (a fault of the build) or no memory. */
MUST_CHECK enum err catalogue_new(struct catalogue **out, enum language lang,
				  struct problem *problem);
void catalogue_free(struct catalogue *c);

/* A table by name: "codes", and its Vietnamese words "vi/codes". */
struct catalogue_table {
	const char *name;
	struct slice text; /* as base/table.h reads it */
};

/*
 * The same from other tables than those compiled in; their text must outlive
 * the catalogue.  ERR_MALFORMED: a table or a column is missing, or a row is
 * broken; `*problem` names the table and, for a row, its line.  A missing
 * translation is no error: the text is English then.
 */
MUST_CHECK enum err catalogue_new_from(struct catalogue **out,
				       enum language lang,
				       const struct catalogue_table *tables,
				       size_t count, struct problem *problem);

enum language catalogue_language(const struct catalogue *c);

/* "en", "vi" and locale names that begin so; false for others. */
bool language_of(struct slice name, enum language *out);

/*
 * Reads a site's notes: lines "code TAB text", '#' for a comment.  The text is
 * copied; several notes on one code are joined with "; ".  A broken line (no
 * code, no text, controls in it) is a problem with its number; the
 * lines before it count.
 */
MUST_CHECK enum err catalogue_add_notes(struct catalogue *c, struct slice text,
					const char *name,
					struct problem *problem);

/*
 * The program's own words: `english` in the language of the user; itself if
 * there is no translation.  `english` must outlive the catalogue.
 */
const char *words(const struct catalogue *c, const char *english);

/* A term of terms.tsv (kind "label", key "fix"); the key itself if unknown. */
struct slice catalogue_term(const struct catalogue *c, const char *kind,
			    struct slice key);

struct code_entry {
	uint16_t code;
	bool known; /* false: explained by its class (RFC 3261 8.1.3.2) */
	struct slice phrase; /* absent if unknown */
	struct slice reference;
	struct slice class_text; /* "4xx Client Failure" */
	struct slice aliases;    /* list cells: see table_item_next() */
	struct slice sent_by;    /* keys, blank between; absent if unknown */
	struct slice methods;
	struct slice headers; /* list */
	struct slice ends;    /* key */
	struct slice retry;   /* key */
	struct slice related; /* codes, blank between */
	struct slice status;
	struct slice description;
	struct slice when; /* list */
	struct slice fix;  /* list */
	struct slice note; /* the site's own; absent if none */
};

/* False for what is no code: outside 100..699 and not in the table (stacks
 * have numbers of their own, such as 701). */
bool catalogue_code(const struct catalogue *c, uint16_t code,
		    struct code_entry *out);

/* Codes of the table, in order: the `i`th, or 0 at the end. */
uint16_t catalogue_code_at(const struct catalogue *c, unsigned i);

/* The paragraph written for a pair that people confuse; `use_a` is for the
 * first code as given, whatever its order in the table. */
struct pair_entry {
	struct slice summary;
	struct slice use_a;
	struct slice use_b;
	struct slice watch; /* absent if none */
};

bool catalogue_pair(const struct catalogue *c, uint16_t a, uint16_t b,
		    struct pair_entry *out);

struct reason_entry {
	struct slice text; /* "User busy" */
	struct slice meaning;
	struct slice fix;
	struct slice sip; /* codes, blank between */
};

/* A cause of the Reason header; the protocol's case is ignored. */
bool catalogue_reason(const struct catalogue *c, struct slice protocol,
		      uint32_t cause, struct reason_entry *out);

/* The location parameter of a Q.850 cause (RFC 8606); absent if unknown. */
struct slice catalogue_location(const struct catalogue *c, struct slice value);

struct text_entry {
	struct slice title;     /* name or registered text */
	struct slice reference; /* absent if none */
	struct slice severity;  /* findings only */
	struct slice meaning;
	struct slice when; /* list; of a finding its evidence */
	struct slice fix;  /* list; of a header what is often wrong */
};

bool catalogue_warning(const struct catalogue *c, uint32_t code,
		       struct text_entry *out);
bool catalogue_method(const struct catalogue *c, struct slice name,
		      struct text_entry *out);
bool catalogue_header(const struct catalogue *c, struct slice name,
		      struct text_entry *out);
bool catalogue_finding(const struct catalogue *c, struct slice kind,
		       struct text_entry *out);

/* A timer by its key ("timer-a"): its name, what it is for (`meaning`) and
 * what should happen (`when`, a list). */
bool catalogue_timer(const struct catalogue *c, struct slice key,
		     struct text_entry *out);

bool catalogue_state(const struct catalogue *c, struct slice state,
		     struct text_entry *out);

/* What a verdict on an Identity means ("SIGNATURE_INVALID"), and a caveat
 * ("BODY_TRAILING"); title is a short form of the meaning. */
bool catalogue_verdict(const struct catalogue *c, struct slice name,
		       struct text_entry *out);
bool catalogue_caveat(const struct catalogue *c, struct slice name,
		      struct text_entry *out);

/* A vendor's meaning of a code, the `n`th: its name, sub-code and words. */
bool catalogue_vendor(const struct catalogue *c, uint16_t code, unsigned n,
		      struct slice *vendor, struct slice *sub_code,
		      struct slice *meaning, struct slice *action);

#endif
