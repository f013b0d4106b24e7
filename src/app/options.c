#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_DEFAULT   (UINT64_C(512) << 20)
#define MEMORY_LEAST     (UINT64_C(4) << 20)
#define FILTER_BYTES_MAX 65536

/* getopt_long() values of options without a letter start here. */
#define LONG_ONLY 256

static const struct option_row rows[OPTIONS] = {
#define OPTION(id, letter, name, argument, use, help)                          \
	[OPTION_##id] = { letter, name, argument, use, help },
#include "options.def"
#undef OPTION
};

const struct option_row *option_row(enum option_id id)
{
	return &rows[id];
}

void options_init(struct options *o)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES",
						 "LANG" };

	*o = (struct options){ .limits = PHASE_LIMITS_DEFAULT,
			       .memory_bytes = MEMORY_DEFAULT,
			       .policy = IDENTITY_POLICY_DEFAULT };
	buf_init(&o->bpf, FILTER_BYTES_MAX);
	for (size_t i = 0; i < 3; i++) {
		const char *value = getenv(variables[i]);

		if (value == NULL || value[0] == '\0')
			continue;
		(void)language_of(slice_of(value), &o->lang);
		break;
	}
}

void options_free(struct options *o)
{
	buf_free(&o->bpf);
}

/* ---- values */

/* What a value is set to, found by its word. */
struct word_value {
	const char *word;
	int value;
};

static bool find_word(const struct word_value *list, size_t n, const char *word,
		      int *out)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].word, word) == 0) {
			*out = list[i].value;
			return true;
		}
	}
	return false;
}

static bool set_colour(struct options *o, const char *value)
{
	static const struct word_value list[] = {
		{ "auto", TERM_COLOUR_AUTO },
		{ "never", TERM_COLOUR_NEVER },
		{ "always", TERM_COLOUR_ALWAYS },
	};
	int found;

	if (!find_word(list, 3, value, &found))
		return false;
	o->colour = (enum term_colour)found;
	return true;
}

static bool set_theme(struct options *o, const char *value)
{
	static const struct word_value list[] = {
		{ "auto", TERM_THEME_AUTO },
		{ "dark", TERM_THEME_DARK },
		{ "light", TERM_THEME_LIGHT },
		{ "contrast", TERM_THEME_CONTRAST },
		{ "mono", TERM_THEME_MONO },
	};
	int found;

	if (!find_word(list, 5, value, &found))
		return false;
	o->theme = (enum term_theme)found;
	return true;
}

static bool set_duplicates(struct options *o, const char *value)
{
	static const struct word_value list[] = { { "drop", 0 },
						  { "keep", 1 } };
	int found;

	if (!find_word(list, 2, value, &found))
		return false;
	o->keep_duplicates = found != 0;
	return true;
}

/* Seconds with a fraction, up to a day. */
static bool set_stuck(struct options *o, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end != '\0' || !(seconds > 0) || seconds > 86400)
		return false;
	o->limits.trying_ns = (int64_t)(seconds * 1e9);
	o->limits.ringing_ns = o->limits.trying_ns;
	return true;
}

/* "512M": bytes, or with K, M, G. */
static bool set_memory(struct options *o, const char *value)
{
	size_t n = strlen(value);
	unsigned shift = 0;
	uint32_t count;

	if (n > 0 && strchr("Kk", value[n - 1]) != NULL)
		shift = 10;
	else if (n > 0 && strchr("Mm", value[n - 1]) != NULL)
		shift = 20;
	else if (n > 0 && strchr("Gg", value[n - 1]) != NULL)
		shift = 30;
	if (!slice_to_u32((struct slice){ value, n - (shift > 0) }, UINT32_MAX,
			  &count))
		return false;
	o->memory_bytes = (uint64_t)count << shift;
	return o->memory_bytes >= MEMORY_LEAST;
}

static bool set_format(struct options *o, const char *value)
{
	o->format = value;
	return report_format_find(value) != NULL;
}

static bool add_source(struct options *o, enum source_kind kind,
		       const char *name)
{
	if (o->source_count == SOURCES_MAX || name[0] == '\0')
		return false;
	o->sources[o->source_count].kind = kind;
	o->sources[o->source_count].name = name;
	o->source_count++;
	return true;
}

static bool add_secret(struct options *o, bool is_private, const char *name)
{
	if (o->secret_count == SECRETS_MAX || name[0] == '\0')
		return false;
	o->secrets[o->secret_count].is_private = is_private;
	o->secrets[o->secret_count].name = name;
	o->secret_count++;
	return true;
}

/* A token (RFC 3261 section 25.1), without the colon. */
static bool add_leg_header(struct options *o, const char *name)
{
	size_t len = strlen(name);

	if (o->leg_header_count == LEG_HEADERS_MAX || len == 0 ||
	    len >= LEG_HEADER_BYTES || strpbrk(name, ": \t,;") != NULL)
		return false;
	o->leg_headers[o->leg_header_count++] = name;
	return true;
}

static bool add_identity_file(struct options *o, enum option_id id,
			      const char *name)
{
	static const struct {
		enum option_id option;
		enum identity_kind kind;
	} kinds[] = {
		{ OPTION_CERTS, IDENTITY_CERTS },
		{ OPTION_TRUST, IDENTITY_TRUST },
		{ OPTION_CRL, IDENTITY_CRL },
		{ OPTION_CRL_TRUST, IDENTITY_CRL_TRUST },
		{ OPTION_UNTRUSTED, IDENTITY_UNTRUSTED },
	};
	struct identity_file *f = &o->identity_files[o->identity_file_count];

	if (o->identity_file_count == IDENTITY_FILES_MAX || name[0] == '\0')
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].option == id)
			f->kind = kinds[i].kind;
	f->name = name;
	o->identity_file_count++;
	return true;
}

/* False if `value` is none for it. */
static bool apply(struct options *o, enum option_id id, const char *value)
{
	switch (id) {
	case OPTION_INTERFACE:
		return add_source(o, SOURCE_INTERFACE, value);
	case OPTION_READ:
	case OPTION_READ_TOO:
		return add_source(o, SOURCE_FILE, value);
	case OPTION_HEP_LISTEN:
		return add_source(o, SOURCE_HEP, value);
	case OPTION_LEG_HEADER:
		return add_leg_header(o, value);
	case OPTION_KEYLOG:
	case OPTION_PRIVATE_KEY:
		return add_secret(o, id == OPTION_PRIVATE_KEY, value);
	case OPTION_CERTS:
	case OPTION_TRUST:
	case OPTION_CRL:
	case OPTION_CRL_TRUST:
	case OPTION_UNTRUSTED:
		return add_identity_file(o, id, value);
	case OPTION_AT:
		return !identity_policy_set_at(&o->policy, slice_of(value));
	case OPTION_FETCH_FROM:
		o->fetch_from = value;
		return true;
	case OPTION_WRITE:
		o->write = value;
		return true;
	case OPTION_FORMAT:
		return set_format(o, value);
	case OPTION_FILTER:
		o->filter = value;
		return true;
	case OPTION_FAIL_ON:
		o->fail_on = value;
		return true;
	case OPTION_DUPLICATES:
		return set_duplicates(o, value);
	case OPTION_STUCK:
		return set_stuck(o, value);
	case OPTION_MEMORY:
		return set_memory(o, value);
	case OPTION_LANG:
		return strlen(value) == 2 &&
		       language_of(slice_of(value), &o->lang);
	case OPTION_COLOR:
		return set_colour(o, value);
	case OPTION_THEME:
		return set_theme(o, value);
	default:
		return true;
	}
}

/* Options without a value. */
static void apply_flag(struct options *o, enum option_id id)
{
	if (id == OPTION_HELP)
		o->help = true;
	if (id == OPTION_VERSION)
		o->version = true;
	if (id == OPTION_UTC)
		o->utc = true;
	if (id == OPTION_FOLLOW)
		o->follow = true;
	if (id == OPTION_FETCH)
		o->fetch = true;
	if (id == OPTION_NO_MEDIA)
		o->no_media = true;
}

static void wrong_value(struct problem *problem, const char *name,
			const char *value, const char *wanted)
{
	if (strchr(wanted, '|') != NULL)
		problem_set(problem, "%s: '%s' is none of %s", name, value,
			    wanted);
	else
		problem_set(problem, "%s: '%s' is no usable %s", name, value,
			    wanted);
}

/* It says itself which key is wrong. */
static enum err set_policy(struct options *o, const char *value,
			   struct problem *problem)
{
	struct problem why = { "" };

	if (identity_policy_set(&o->policy, slice_of(value), &why) == ERR_OK)
		return ERR_OK;
	problem_set(problem, "policy: %s", why.text);
	return ERR_MALFORMED;
}

static enum err take(struct options *o, enum option_id id, const char *value,
		     struct problem *problem)
{
	const struct option_row *row = &rows[id];

	if (!(row->use & o->command)) {
		if (row->name == NULL)
			problem_set(problem, "-%c is not for this command",
				    row->letter);
		else
			problem_set(problem, "--%s is not for this command",
				    row->name);
		return ERR_MALFORMED;
	}
	if (value == NULL) {
		apply_flag(o, id);
		return ERR_OK;
	}
	if (id == OPTION_POLICY)
		return set_policy(o, value, problem);
	if (apply(o, id, value))
		return ERR_OK;
	wrong_value(problem, row->name != NULL ? row->name : "read", value,
		    row->argument);
	return ERR_MALFORMED;
}

enum err options_set(struct options *o, const char *name, const char *value,
		     struct problem *problem)
{
	for (int i = 1; i < OPTIONS; i++) {
		const struct option_row *row = &rows[i];

		if (!(row->use & FOR_RC) || strcmp(row->name, name) != 0)
			continue;
		if (row->argument == NULL) {
			apply_flag(o, (enum option_id)i);
			return ERR_OK;
		}
		if (value[0] != '\0' && apply(o, (enum option_id)i, value))
			return ERR_OK;
		wrong_value(problem, name, value, row->argument);
		return ERR_MALFORMED;
	}
	problem_set(problem, "unknown setting '%s'", name);
	return ERR_MALFORMED;
}

/* ---- command line */

struct getopt_tables {
	char letters[2 * OPTIONS + 2];
	struct option longs[OPTIONS + 1];
};

static void make_tables(struct getopt_tables *g)
{
	size_t n = 0;
	size_t k = 0;

	g->letters[n++] =
		':'; /* a missing value is told from an unknown option */
	for (int i = 1; i < OPTIONS; i++) {
		const struct option_row *row = &rows[i];

		if (row->letter != 0)
			g->letters[n++] = (char)row->letter;
		if (row->letter != 0 && row->argument != NULL)
			g->letters[n++] = ':';
		if (row->name != NULL)
			g->longs[k++] =
				(struct option){ row->name,
						 row->argument != NULL
							 ? required_argument
							 : no_argument,
						 NULL, LONG_ONLY + i };
	}
	g->letters[n] = '\0';
	g->longs[k] = (struct option){ NULL, 0, NULL, 0 };
}

static enum option_id id_of(int value)
{
	if (value > LONG_ONLY)
		return (enum option_id)(value - LONG_ONLY);
	for (int i = 1; i < OPTIONS; i++)
		if (rows[i].letter == value)
			return (enum option_id)i;
	return OPTION_NONE;
}

static void wrong_option(int c, char **argv, struct problem *problem)
{
	/* getopt leaves the letter here, or 0 for a long option. */
	const char *word = optind > 0 ? argv[optind - 1] : "";

	if (c == ':')
		problem_set(problem, "%s needs a value", word);
	else if (optopt > 0 && optopt < LONG_ONLY)
		problem_set(problem, "unknown option -%c", optopt);
	else if (optopt > LONG_ONLY)
		problem_set(problem, "%s takes no value", word);
	else
		problem_set(problem, "unknown option %s", word);
}

/* What is no option: codes for explain, a BPF filter for the others. */
static enum err take_words(struct options *o, int count, char **words,
			   struct problem *problem)
{
	if (o->command == FOR_EXPLAIN) {
		if (count > WORDS_MAX) {
			problem_set(problem, "explain takes one code or two");
			return ERR_MALFORMED;
		}
		for (int i = 0; i < count; i++)
			o->words[o->word_count++] = words[i];
		return ERR_OK;
	}
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(&o->bpf, ' ');
		buf_add_text(&o->bpf, words[i]);
	}
	buf_add_char(&o->bpf, '\0');
	if (o->bpf.failed) {
		problem_set(problem, "the filter is too long");
		return ERR_MALFORMED;
	}
	return ERR_OK;
}

enum err options_parse(struct options *o, int argc, char **argv,
		       struct problem *problem)
{
	struct getopt_tables g;

	make_tables(&g);
	opterr = 0;
	for (;;) {
		int c = getopt_long(argc, argv, g.letters, g.longs, NULL);
		enum option_id id;
		enum err e;

		if (c == -1)
			break;
		if (c == '?' || c == ':') {
			wrong_option(c, argv, problem);
			return ERR_MALFORMED;
		}
		id = id_of(c);
		e = take(o, id, rows[id].argument != NULL ? optarg : NULL,
			 problem);
		if (e)
			return e;
	}
	return take_words(o, argc - optind, argv + optind, problem);
}

/* ---- help */

static void add_option(struct buf *out, const struct option_row *row)
{
	char left[64];
	int n;

	if (row->name == NULL)
		n = snprintf(left, sizeof(left), "  -%c %s", row->letter,
			     row->argument);
	else
		n = snprintf(left, sizeof(left), "  %c%c%s--%s%s%s",
			     row->letter != 0 ? '-' : ' ',
			     row->letter != 0 ? row->letter : ' ',
			     row->letter != 0 ? ", " : "  ", row->name,
			     row->argument != NULL ? " " : "",
			     row->argument != NULL ? row->argument : "");
	buf_add_text(out, left);
	if (n >= 30) {
		buf_add_char(out, '\n');
		n = 0;
	}
	buf_add_format(out, "%*s%s\n", 30 - n, "", row->help);
}

void options_help(struct buf *out)
{
	static const struct {
		const char *title;
		unsigned use;
	} groups[] = {
		{ "Everywhere", FOR_ALL },
		{ "Screen, report, agent", FOR_CAPTURE },
		{ "Screen, agent", FOR_SCREEN | FOR_AGENT },
		{ "Screen", FOR_SCREEN },
		{ "Report, explain", FOR_REPORT | FOR_EXPLAIN },
		{ "Report", FOR_REPORT },
	};

	buf_add_text(
		out,
		"sipmon - a terminal call-flow monitor for SIP that says "
		"why\n\n"
		"  sipmon [options] [BPF filter]         the screen: live "
		"(-i) or replay (-r)\n"
		"  sipmon report [options] [BPF filter]  no screen: analyse, "
		"print, leave\n"
		"  sipmon explain CODE [CODE]            what a code means; "
		"two: how they differ\n"
		"  sipmon agent [options] [BPF filter]   no screen, runs "
		"on: capture and save\n\n"
		"  sudo sipmon -i eth0      watch an interface\n"
		"  sipmon -r call.pcap      replay a capture\n"
		"  sipmon explain 100 438   the difference of two codes\n");
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		buf_add_format(out, "\n%s:\n", groups[g].title);
		for (int i = 1; i < OPTIONS; i++)
			if ((rows[i].use & FOR_ALL) == groups[g].use)
				add_option(out, &rows[i]);
	}
	buf_add_text(out, "\nOn every screen ? lists its keys, e explains, "
			  "q goes back.  The manual: man sipmon\n");
}
