/*
 * ui.h - the stack of screens.
 */
#ifndef SIPMON_UI_UI_H
#define SIPMON_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/ui/canvas.h"
#include "sipmon/ui/screen.h"

struct ui;

/* `ctx` and what it points to outlive the ui.  Opens the call list, with the
 * display filter `filter` (may be NULL) set. */
MUST_CHECK enum err ui_new(struct ui **out, const struct ui_context *ctx,
			   const char *filter, struct problem *problem);
void ui_free(struct ui *u);

/* Draws the top screen; under 40x10 one polite line. */
void ui_draw(struct ui *u, struct canvas *canvas);

/*
 * Answers a key.  Opening and closing screens is done here; what is left for
 * `app` comes back: UI_QUIT, UI_CLEAR, UI_STOP_LOADING, UI_SUSPEND, UI_REDRAW,
 * UI_LANGUAGE, UI_COPY, or UI_NONE.
 */
struct ui_request ui_key(struct ui *u, int32_t key);

/* A slice of work that waits; true if more is left. */
bool ui_work(struct ui *u, int64_t budget_ns);

/* After `ctx->words` was exchanged, or all calls were cleared. */
void ui_refresh(struct ui *u);

/* For tests: which screen is on top. */
enum screen_id ui_screen(const struct ui *u);

#endif
