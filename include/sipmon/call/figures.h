/*
 * figures.h - what many calls tell together, as readers show it: the metrics
 * of RFC 6076, delays, who answered how, and when.
 *
 * Gathered by the room `analyse` from the calls that a filter lets through.  An
 * INVITE call is a Call-ID whose first request is an INVITE; it is measured on
 * the caller's first hop and counts once, on however many hops it was seen.
 *
 * Filters are expressions of query.h that list the calls behind a row; "" where
 * no expression can say it.  Names hold strangers' bytes: escape them.
 */
#ifndef SIPMON_CALL_FIGURES_H
#define SIPMON_CALL_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/finding.h"

#define FIGURES_ROWS           32 /* of each table; the rest is one row more */
#define FIGURES_BINS           60
#define FIGURES_HISTOGRAM_BINS 40
#define FIGURES_CODES          64
#define FIGURES_METHODS        24
#define FIGURES_FINDINGS       128
#define FIGURES_NAME_BYTES     116 /* "2001:db8::1 > 2001:db8::2" */
#define FIGURES_FILTER_BYTES   200

/* Times in nanoseconds; not set while `n` is 0.  Of mean, least and greatest
 * nothing is lost; percentiles are off by less than the error that is told. */
struct figures_spread {
	uint64_t n;
	int64_t mean_ns;
	int64_t min_ns;
	int64_t max_ns;
	int64_t p50_ns;
	int64_t p95_ns;
	int64_t p99_ns;
};

/* `part` of `whole`; undefined, never 0 %, while `whole` is 0. */
struct figures_ratio {
	uint64_t part;
	uint64_t whole;
};

/* ---- delays (timing.h), in this order */

enum figures_delay_kind {
	FIGURES_TRYING = 0,
	FIGURES_PDD,
	FIGURES_TO_180,
	FIGURES_TO_181,
	FIGURES_TO_182,
	FIGURES_TO_183,
	FIGURES_TO_199,
	FIGURES_SETUP,
	FIGURES_FAILURE,
	FIGURES_RING,
	FIGURES_EARLY_MEDIA,
	FIGURES_FIRST_RTP,
	FIGURES_TALK,
	FIGURES_TEARDOWN,
	FIGURES_PRACK,
	FIGURES_UPDATE,
	FIGURES_DELAYS
};

/* Values from bounds[i] on and below bounds[i + 1]; bins grow by a constant
 * factor, about, so that they are of equal width on a logarithmic axis. */
struct figures_histogram {
	unsigned bin_count; /* 0: no values */
	int64_t bounds_ns[FIGURES_HISTOGRAM_BINS + 1];
	uint64_t counts[FIGURES_HISTOGRAM_BINS];
};

struct figures_delay {
	const char *key;   /* "pdd", of JSON as "pdd_ms"; lives as long as the
			      program */
	const char *title; /* "PDD", a key of words() */
	const char *field; /* of a filter, in seconds: "pdd"; NULL: there is
			      none */
	struct figures_spread spread;
	struct figures_histogram histogram;
};

/* ---- RFC 6076 */

struct figures_metrics {
	struct figures_spread rrd;
	struct figures_ratio ira;
	struct figures_spread srd_ok;
	struct figures_spread srd_failed;
	struct figures_spread sdd; /* BYE to its 2xx */
	uint64_t sdd_refused;      /* BYEs that another final response ended */
	uint64_t sdd_unanswered;   /* BYEs that nobody answered for 32 s */
	struct figures_spread sdt; /* 2xx to BYE */
	struct figures_spread sdt_failed; /* 2xx to the timeout of that BYE */
	struct figures_ratio ser;
	struct figures_ratio seer;
	struct figures_ratio isa;
	struct figures_ratio scr;
};

/* ---- tables */

/* A peer, a trunk, a user agent: its INVITE calls. */
struct figures_row {
	char name[FIGURES_NAME_BYTES]; /* "": all others */
	char filter[FIGURES_FILTER_BYTES];
	uint64_t members;     /* how many it stands for: 1, or the others */
	bool members_or_more; /* past a number the others are not told apart */
	uint64_t calls;       /* that the filter lists */
	uint64_t answered;    /* with a 2xx */
	uint64_t failed;      /* with 400 to 699, or without any answer */
	uint64_t no_answer;   /* of the failed ones: no final response for 32 s
				 after the last INVITE */
	uint64_t
		by_class[7]; /* final responses: [2] answered, [3] redirected */
	struct figures_ratio ser;
	struct figures_ratio seer;
	struct figures_ratio isa;
	struct figures_spread pdd; /* error: row_error_percent */
	struct figures_spread srd; /* of answered ones */
	uint16_t worst_code;       /* failure that came most often; 0: none */
	uint64_t worst_calls;
};

/* The busiest first. */
struct figures_table {
	unsigned count; /* rows, the one of the others among them */
	struct figures_row rows[FIGURES_ROWS + 1];
};

/* Who failed most often; by `failed`. */
struct figures_fault {
	char name[FIGURES_NAME_BYTES];
	char filter[FIGURES_FILTER_BYTES]; /* lists the failed ones */
	uint64_t calls;
	uint64_t failed;
	uint16_t worst_code;
	uint64_t worst_calls;
};

struct figures_method {
	char name[32];
	char filter[FIGURES_FILTER_BYTES];
	uint64_t requests; /* of all messages, whatever the filter */
	uint64_t calls;    /* whose first request is of it */
};

struct figures_code {
	uint16_t code;
	char filter[FIGURES_FILTER_BYTES];
	uint64_t responses; /* of all messages, whatever the filter */
	uint64_t calls;     /* INVITE calls that it ended */
};

/* What INVITE calls got on the caller's hop; a call may count in several. */
enum figures_answer_kind {
	FIGURES_GOT_100 = 0,
	FIGURES_GOT_180,
	FIGURES_GOT_181,
	FIGURES_GOT_182,
	FIGURES_GOT_183,
	FIGURES_GOT_199,
	FIGURES_GOT_2XX,
	FIGURES_GOT_3XX,
	FIGURES_GOT_4XX,
	FIGURES_GOT_5XX,
	FIGURES_GOT_6XX,
	FIGURES_GOT_NONE, /* no final response for 32 s */
	FIGURES_ANSWERS
};

struct figures_answer {
	const char *name; /* "180", "2xx", "none" */
	char filter[FIGURES_FILTER_BYTES];
	uint64_t calls;
};

struct figures_finding {
	const char *kind;
	enum finding_severity severity; /* the worst that was seen */
	char filter[FIGURES_FILTER_BYTES];
	uint64_t calls;
};

/* ---- over time */

/* Calls count when they begin, messages when they came. */
struct figures_bin {
	uint64_t calls;   /* of all methods */
	uint64_t invites; /* INVITE calls */
	uint64_t answered;
	uint64_t failed;
	uint64_t messages;
	uint64_t pdd_n;
	int64_t pdd_p95_ns; /* while pdd_n > 0; error: row_error_percent */
};

/* Of equal length; empty where bin_count is 0. */
struct figures_series {
	int64_t begin_ns;
	int64_t bin_ns;
	unsigned bin_count;
	struct figures_bin bins[FIGURES_BINS];
};

/* ---- the whole */

struct figures {
	/* How far: calls looked at, and how many there are; equal when done. */
	uint64_t looked_at;
	uint64_t there_are;
	bool is_complete;

	int64_t begin_ns; /* the first and the last message of its calls */
	int64_t end_ns;
	int64_t window_ns; /* only calls that began so lately; 0: all */
	uint64_t calls;
	uint64_t invites;  /* INVITE calls */
	uint64_t answered; /* of them */
	uint64_t failed;
	uint64_t messages; /* of its calls */

	/* Of all messages since the start, whatever the filter (view.h). */
	uint64_t all_messages;
	uint64_t all_requests;
	uint64_t all_responses;
	uint64_t responses_by_class[7];
	double messages_per_second; /* `messages` over begin to end; 0: no time
				     * has passed */
	double calls_per_second;

	double error_percent;     /* of percentiles of all calls */
	double row_error_percent; /* of those of rows and bins */

	struct figures_metrics metrics;
	struct figures_delay delays[FIGURES_DELAYS];
	struct figures_answer answers[FIGURES_ANSWERS];
	unsigned method_count; /* the busiest first */
	struct figures_method methods[FIGURES_METHODS];
	unsigned code_count; /* by code */
	struct figures_code codes[FIGURES_CODES];

	struct figures_table by_peer;  /* the host that answers */
	struct figures_table by_trunk; /* "source > destination", hosts */
	struct figures_table by_agent; /* User-Agent of the first request */
	unsigned fault_count;          /* the worst first */
	struct figures_fault faults[FIGURES_ROWS]; /* peers by failures */

	bool has_findings;      /* somebody looked for them */
	unsigned finding_count; /* the most frequent first */
	struct figures_finding findings[FIGURES_FINDINGS];

	struct figures_series by_time;   /* from the first call on */
	struct figures_series last_hour; /* minutes, up to the latest packet */
};

/* Given by `app` to those who print and draw; false: out of memory.  The
 * struct is large (over 100 KB): allocate it. */
typedef bool (*figures_fn)(void *ctx, struct figures *out);

/* Who walks over the calls anyway hands them out, one by one, each once: then
 * the figures that are asked for behind the last are those of these calls. */
typedef void (*figures_take_fn)(void *ctx, const struct call *c);

#endif
