/*
 * screen.h - what every screen can do.
 *
 * A screen is one constant of struct screen_ops and a state of its own.  It
 * draws what is visible, never what is stored, and changes nothing: a key is
 * answered with a request that ui.c or `app` carries out.
 */
#ifndef SIPMON_UI_SCREEN_H
#define SIPMON_UI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/audit.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/query.h"
#include "sipmon/call/signing.h"
#include "sipmon/call/view.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/net/counters.h"
#include "sipmon/ui/canvas.h"
#include "sipmon/ui/keymap.h"

enum ui_source_kind {
	UI_SOURCE_LIVE = 0,
	UI_SOURCE_LOADING, /* a file, not yet read to its end */
	UI_SOURCE_FILE,    /* a file, read */
	UI_SOURCE_STOPPED, /* a file, reading was stopped by the user */
	UI_SOURCE_GONE,    /* the device or pipe went away */
};

/* The state of the program that screens show; `app` keeps it up to date. */
struct ui_status {
	enum ui_source_kind source;
	const char *source_name;    /* "eth0,eth1", "call.pcap" */
	const char *capture_filter; /* BPF, "" if none */
	uint64_t file_done;         /* bytes, while loading */
	uint64_t file_size;
	uint64_t messages_per_second;
	uint64_t memory_limit; /* bytes; 0: none */
	int64_t wall_ns;     /* present time, for the clock in the first row */
	const char *warning; /* a line for the bottom of the list, or NULL */
};

/* What all screens may look at. */
struct ui_context {
	const struct view *view;
	const struct counters *counters;
	const struct catalogue *words;
	const struct ui_status *status;
	finding_list_fn find;
	void *find_ctx;
	audit_list_fn audit; /* NULL: nothing is said of timers */
	void *audit_ctx;
	const struct identity_reader *identity; /* NULL: nothing is judged */
	signing_figures_fn signing;             /* of all calls */
	void *signing_ctx;
	struct phase_limits limits;
	bool utc;
};

enum ui_action_kind {
	UI_NONE = 0, /* stay; the screen may have changed */
	UI_BACK,     /* close this screen; closing the last one quits */
	UI_QUIT,
	UI_OPEN,  /* open the screen `screen` with `argument` */
	UI_CLEAR, /* forget all calls (the screen has asked) */
	UI_STOP_LOADING,
	UI_SUSPEND,
	UI_REDRAW,
	UI_LANGUAGE, /* switch to the other language */
	UI_COPY,     /* `text` to the clipboard of the terminal */
};

enum screen_id {
	SCREEN_CALL_LIST = 0,
	SCREEN_CALL_FLOW,
	SCREEN_MESSAGE,
	SCREEN_EXPLAIN,
	SCREEN_COMPARE,
	SCREEN_IDENTITY, /* of the message, or of the call's first request */
	SCREEN_STATISTICS,
	SCREEN_HELP,
	SCREENS
};

/* What a screen is opened on; fields that do not apply are 0. */
struct screen_argument {
	uint64_t call;    /* id */
	bool legs;        /* of a call flow: with the call's other legs */
	uint32_t msg;     /* id of the selected message */
	uint16_t code;    /* code to explain, first of a comparison */
	uint16_t code_b;  /* second; 0: ask for it */
	char finding[40]; /* kind to explain instead of a code */
	char word[64]; /* method, header, verdict or caveat to explain instead
			* of a code */
	enum screen_id about; /* whose keys the help shows */
	const char *filter;   /* of the call list at its start, or NULL */
};

struct ui_request {
	enum ui_action_kind kind;
	enum screen_id screen;
	struct screen_argument argument;
	struct slice text; /* lives until the next key */
};

struct screen_ops {
	const char *name; /* "call-list" */
	enum screen_id id;
	/* NULL when out of memory. */
	void *(*open)(const struct ui_context *ctx,
		      const struct screen_argument *argument);
	/* On a canvas that is clear. */
	void (*draw)(void *screen, struct canvas *canvas);
	/* `key` as term.h gives it, `action` what the key table makes of it. */
	struct ui_request (*key)(void *screen, int32_t key,
				 enum ui_action action);
	/* Work in slices: at most about `budget_ns`; true if more is left.
	 * May be NULL. */
	bool (*work)(void *screen, int64_t budget_ns);
	void (*close)(void *screen);
	/* True while typed keys are text: no action is looked up.  May be NULL.
	 */
	bool (*typing)(const void *screen);
	/* Another argument for a screen that is open.  May be NULL. */
	void (*take)(void *screen, const struct screen_argument *argument);
};

/* One constant for each screen, in screen_<name>.c. */
extern const struct screen_ops screen_call_list;
extern const struct screen_ops screen_call_flow;
extern const struct screen_ops screen_message;
extern const struct screen_ops screen_explain;
extern const struct screen_ops screen_compare;
extern const struct screen_ops screen_identity;
extern const struct screen_ops screen_statistics;
extern const struct screen_ops screen_help;

#endif
