/*
 * scene.h - calls written by hand, and what screens look at, for tests.
 */
#ifndef SIPMON_TEST_UI_SCENE_H
#define SIPMON_TEST_UI_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/call/store.h"
#include "sipmon/call/tracker.h"
#include "sipmon/net/packet.h"
#include "sipmon/ui/canvas.h"
#include "sipmon/ui/screen.h"

#define SCENE_TEXT 4096

struct scene {
	struct store *store;
	struct catalogue *words;
	struct counters counters;
	struct ui_status status;
	struct ui_context ctx;
	uint32_t found; /* message that the finding is about; 0: none */
};

static unsigned scene_find(void *ctx, const struct view *v,
			   const struct call *c, struct finding *out,
			   unsigned room)
{
	const struct scene *s = ctx;

	(void)v;
	(void)c;
	if (s->found == 0 || room == 0)
		return 0;
	out[0] = (struct finding){ .kind = "stuck-in-trying",
				   .severity = FINDING_ERROR,
				   .code = 100,
				   .lasted_ns = INT64_C(8000000000),
				   .message_count = 1,
				   .messages = { s->found } };
	return 1;
}

static inline struct scene *scene_new(enum language language)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct store_options options = { 0 };
	struct problem problem;

	assert_non_null(s);
	assert_int_equal(store_new(&s->store, &options), ERR_OK);
	assert_int_equal(catalogue_new(&s->words, language, &problem), ERR_OK);
	s->status = (struct ui_status){ .source = UI_SOURCE_FILE,
					.source_name = "call.pcap",
					.capture_filter = "" };
	s->ctx = (struct ui_context){ .view = store_view(s->store),
				      .counters = &s->counters,
				      .words = s->words,
				      .status = &s->status,
				      .find = scene_find,
				      .find_ctx = s,
				      .limits = PHASE_LIMITS_DEFAULT,
				      .utc = true };
	return s;
}

static inline void scene_free(struct scene *s)
{
	catalogue_free(s->words);
	store_free(s->store);
	free(s);
}

/* 192.0.2.`from` to 192.0.2.`to`, ports 5060, `ms` after 1 s of 1970. */
static inline void scene_push(struct scene *s, int64_t ms, uint8_t from,
			      uint8_t to, const char *text)
{
	struct flow flow = {
		.source = { { 192, 0, 2, from }, 5060, 4, 0 },
		.destination = { { 192, 0, 2, to }, 5060, 4, 0 },
	};
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = CLOCK_SECOND_NS + ms * CLOCK_MS_NS,
			      .offset = PACKET_NO_OFFSET };

	assert_true(sip_msg_parse(&msg, slice_of(text)));
	tracker_push(s->store, &in);
}

/* A message of the call `id`; `start` is its start line, `more` further
 * header lines, each with CRLF, `body` what follows the empty line. */
static inline void scene_msg(struct scene *s, int64_t ms, uint8_t from,
			     uint8_t to, const char *id, const char *start,
			     const char *branch, const char *cseq,
			     const char *more, const char *body)
{
	char text[SCENE_TEXT];

	(void)snprintf(text, sizeof(text),
		       "%s\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s\r\n"
		       "Max-Forwards: 70\r\n"
		       "From: \"Alice\" <sip:alice@example.com>;tag=1\r\n"
		       "To: <sip:bob@example.com>%s\r\n"
		       "Call-ID: %s\r\nCSeq: %s\r\n%s"
		       "Content-Length: %zu\r\n\r\n%s",
		       start, branch,
		       strncmp(start, "SIP", 3) == 0 ? ";tag=2" : "", id, cseq,
		       more, strlen(body), body);
	scene_push(s, ms, from, to, text);
}

#define SCENE_SDP                                                              \
	"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"     \
	"t=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"

/* INVITE over a proxy, ringing, sent again, refused with 486, ACK: nine
 * messages among three hosts. */
static inline uint64_t scene_busy_call(struct scene *s)
{
	static const char id[] = "busy@192.0.2.1";
	static const char invite[] = "INVITE sip:bob@example.com SIP/2.0";
	static const char sdp[] = "Content-Type: application/sdp\r\n";
	static const char why[] = "Reason: Q.850;cause=17\r\n";

	scene_msg(s, 0, 1, 2, id, invite, "a", "1 INVITE", sdp, SCENE_SDP);
	scene_msg(s, 12, 2, 1, id, "SIP/2.0 100 Trying", "a", "1 INVITE", "",
		  "");
	scene_msg(s, 15, 2, 3, id, invite, "b", "1 INVITE", sdp, SCENE_SDP);
	scene_msg(s, 250, 3, 2, id, "SIP/2.0 180 Ringing", "b", "1 INVITE", "",
		  "");
	scene_msg(s, 252, 2, 1, id, "SIP/2.0 180 Ringing", "a", "1 INVITE", "",
		  "");
	scene_msg(s, 752, 2, 1, id, "SIP/2.0 180 Ringing", "a", "1 INVITE", "",
		  "");
	scene_msg(s, 2000, 3, 2, id, "SIP/2.0 486 Busy Here", "b", "1 INVITE",
		  why, "");
	scene_msg(s, 2002, 2, 1, id, "SIP/2.0 486 Busy Here", "a", "1 INVITE",
		  why, "");
	scene_msg(s, 2010, 1, 2, id, "ACK sip:bob@example.com SIP/2.0", "a",
		  "1 ACK", "", "");
	return view_first(s->ctx.view)->id;
}

/* The id of the `n`th message (from 1) of a call. */
static inline uint32_t scene_id(const struct scene *s, uint64_t call,
				unsigned n)
{
	const struct call *c = view_call(s->ctx.view, call);
	uint32_t id = c->first_msg;

	while (--n > 0)
		id = view_msg(s->ctx.view, id)->next;
	return id;
}

/* Is `text` somewhere on the canvas?  Its first row, or -1. */
static inline int scene_row(const struct canvas *c, const char *text)
{
	char row[8192];

	for (int i = 0; i < canvas_rows(c); i++)
		if (strstr(canvas_row_text(c, i, row, sizeof(row)), text) !=
		    NULL)
			return i;
	return -1;
}

/* Draws on a canvas of its own size; the caller frees it. */
static inline struct canvas *scene_draw(const struct screen_ops *ops,
					void *screen, int rows, int columns)
{
	struct canvas *c = canvas_new(rows, columns);

	assert_non_null(c);
	canvas_set_ascii(c, true);
	ops->draw(screen, c);
	return c;
}

static inline bool scene_shows(const struct screen_ops *ops, void *screen,
			       int rows, int columns, const char *text)
{
	struct canvas *c = scene_draw(ops, screen, rows, columns);
	bool found = scene_row(c, text) >= 0;

	if (!found && getenv("SHOW") != NULL)
		for (int i = 0; i < rows; i++) {
			char row[8192];

			puts(canvas_row_text(c, i, row, sizeof(row)));
		}
	canvas_free(c);
	return found;
}

/* A key as the user types it, through the key table. */
static inline struct ui_request scene_key(const struct screen_ops *ops,
					  void *screen, unsigned where,
					  int32_t key)
{
	bool typing = ops->typing != NULL && ops->typing(screen);

	return ops->key(screen, key,
			typing ? ACTION_NONE : keymap_find(where, key));
}

static inline void scene_type(const struct screen_ops *ops, void *screen,
			      unsigned where, const char *keys)
{
	for (; *keys != '\0'; keys++)
		(void)scene_key(ops, screen, where,
				*keys == '\r' ? KEY_CODE_ENTER : *keys);
}

/* Every action once on every size, with a draw after each; a search is left
 * with Escape.  For the sanitizers. */
static inline void scene_every_size(const struct screen_ops *ops,
				    const struct ui_context *ctx,
				    const struct screen_argument *argument)
{
	static const int sizes[][2] = {
		{ 1, 1 },   { 3, 10 },   { 10, 40 },  { 24, 67 },  { 17, 80 },
		{ 24, 80 }, { 30, 100 }, { 60, 200 }, { 100, 500 }
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct canvas *c = canvas_new(sizes[i][0], sizes[i][1]);
		void *screen = ops->open(ctx, argument);

		assert_non_null(screen);
		for (int pass = 0; pass < 2; pass++)
			for (unsigned a = ACTION_NONE; a < ACTIONS; a++) {
				ops->draw(screen, c);
				(void)ops->key(screen, 'x', (enum ui_action)a);
				if (ops->typing(screen))
					(void)ops->key(screen, KEY_CODE_ESCAPE,
						       ACTION_NONE);
				canvas_set_ascii(c, pass == 1);
				ops->draw(screen, c);
			}
		ops->close(screen);
		canvas_free(c);
	}
}

#endif
