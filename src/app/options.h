/*
 * options.h - the command line and sipmonrc, one table for both (options.def).
 */
#ifndef SIPMON_APP_OPTIONS_H
#define SIPMON_APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/store.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/identity/policy.h"
#include "sipmon/report/report.h"
#include "sipmon/ui/term.h"

#define SOURCES_MAX 16
#define SECRETS_MAX 16
#define WORDS_MAX   2
/* Roots and lists that stand in files of their own are given as a folder. */
#define IDENTITY_FILES_MAX 64

enum option_use {
	FOR_SCREEN = 1,
	FOR_REPORT = 2,
	FOR_EXPLAIN = 4,
	FOR_AGENT = 8,
	FOR_CAPTURE = FOR_SCREEN | FOR_REPORT | FOR_AGENT,
	FOR_ALL = 15,
	FOR_RC = 16, /* also a word of sipmonrc */
};

enum option_id {
	OPTION_NONE = 0,
#define OPTION(id, letter, name, argument, use, help) OPTION_##id,
#include "options.def"
#undef OPTION
	OPTIONS
};

struct option_row {
	int letter;
	const char *name;
	const char *argument;
	unsigned use;
	const char *help;
};

/* Files and folders for Identity. */
enum identity_kind {
	IDENTITY_CERTS,
	IDENTITY_TRUST,
	IDENTITY_CRL,
	IDENTITY_CRL_TRUST,
	IDENTITY_UNTRUSTED,
};

struct identity_file {
	enum identity_kind kind;
	const char *name;
};

enum source_kind { SOURCE_FILE, SOURCE_INTERFACE, SOURCE_HEP };

/* Row of an option; `id` from 1 to OPTIONS - 1. */
const struct option_row *option_row(enum option_id id);

struct options {
	unsigned command; /* one bit of enum option_use */
	bool help;
	bool version;
	unsigned source_count;
	struct {
		enum source_kind kind;
		const char *name;
	} sources[SOURCES_MAX];
	bool follow;
	unsigned secret_count; /* files with keys of TLS */
	struct {
		bool is_private; /* a private key; else a key log */
		const char *name;
	} secrets[SECRETS_MAX];
	unsigned leg_header_count;
	const char *leg_headers[LEG_HEADERS_MAX];
	const char *write;
	const char *format; /* NULL: text */
	const char *filter;
	const char *fail_on;
	struct buf bpf; /* terminated; empty: none */
	bool keep_duplicates;
	bool no_media;
	struct phase_limits limits;
	uint64_t memory_bytes;
	enum language lang;
	enum term_colour colour;
	enum term_theme theme;
	bool utc;
	unsigned identity_file_count;
	struct identity_file identity_files[IDENTITY_FILES_MAX];
	struct identity_policy policy;
	bool fetch;
	const char *fetch_from; /* hosts; NULL: any */
	unsigned word_count;    /* of explain */
	const char *words[WORDS_MAX];
};

/* What holds before anything is read: defaults, and the locale's language. */
void options_init(struct options *o);
void options_free(struct options *o);

/*
 * Reads the command line behind the name of the command.  ERR_MALFORMED: wrong
 * use, `*problem` has the line.  Strings are those of `argv`.
 */
MUST_CHECK enum err options_parse(struct options *o, int argc, char **argv,
				  struct problem *problem);

/*
 * One setting of sipmonrc: the long name of an option marked for it, and its
 * value.  ERR_MALFORMED as above, without file and line.
 */
MUST_CHECK enum err options_set(struct options *o, const char *name,
				const char *value, struct problem *problem);

/* The text of --help. */
void options_help(struct buf *out);

#endif
