/*
 * pipeline.h - the whole machine, wired in one place.
 *
 *     source -> decap -> [ stream -> ] sip -> call -> identity
 */
#ifndef SIPMON_APP_PIPELINE_H
#define SIPMON_APP_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "judging.h"
#include "options.h"
#include "sipmon/base/err.h"
#include "sipmon/call/view.h"
#include "sipmon/net/counters.h"

struct pipeline;

/*
 * Opens what `o` names.  `memory_bytes` is the ceiling for what is kept (0:
 * none).  `*problem` says what could not be opened, and why.
 */
MUST_CHECK enum err pipeline_open(struct pipeline **out,
				  const struct options *o,
				  uint64_t memory_bytes,
				  struct problem *problem);
void pipeline_free(struct pipeline *p);

/*
 * Reads packets, for `budget_ns` at the most.  ERR_OK: there is more at hand.
 * ERR_AGAIN: nothing now.  ERR_END: finished; pipeline_trouble() tells whether
 * everything was well.
 */
MUST_CHECK enum err pipeline_run(struct pipeline *p, int64_t budget_ns);

/*
 * No more packets are wanted: what waited for more is all there is, and is
 * handed on.  pipeline_run does so itself at the end of the sources.
 */
void pipeline_finish(struct pipeline *p);

/* A descriptor to poll while pipeline_run says ERR_AGAIN; or -1. */
int pipeline_fd(const struct pipeline *p);

/* A line about a source that ended badly, a file that could not be written or
 * a capture filter that was widened, or NULL; each is told once. */
const char *pipeline_trouble(struct pipeline *p);

/* Is one of the sources an interface, or a HEP agent? */
bool pipeline_is_live(const struct pipeline *p);

/*
 * While nothing comes from an interface, an agent or a file that grows: time
 * goes on all the same, for the phases that are open.
 */
void pipeline_tick(struct pipeline *p);

const struct view *pipeline_view(const struct pipeline *p);
const struct counters *pipeline_counters(const struct pipeline *p);
void pipeline_progress(const struct pipeline *p, uint64_t *done,
		       uint64_t *size);
void pipeline_clear(struct pipeline *p);

/* What becomes of signatures; pipeline_run drives it while packets come. */
struct judging *pipeline_judging(const struct pipeline *p);

/* What was captured reaches the file of -w now. */
void pipeline_flush(struct pipeline *p);

/* Ends the file of -w; false if not all of the capture is in it, and
 * pipeline_trouble() says why. */
bool pipeline_finish_save(struct pipeline *p);

#endif
