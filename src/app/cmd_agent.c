#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "pipeline.h"
#include "privilege.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/loop.h"

#define SLICE_NS INT64_C(50000000)

/* Captures until a signal; what was saved is on the disk each second. */
static void run(struct pipeline *p)
{
	for (;;) {
		enum err e = pipeline_run(p, SLICE_NS);
		int fd = pipeline_fd(p);

		if (e == ERR_END)
			return;
		pipeline_flush(p);
		loop_wait(&fd, NULL, 1,
			  e == ERR_AGAIN && fd >= 0 ? CLOCK_SECOND_NS : 0);
		if (loop_happened(LOOP_END))
			return;
	}
}

int cmd_agent(struct program *p)
{
	struct pipeline *pipeline;
	struct problem problem = { "" };
	const struct view_totals *t;
	const struct counters *k;
	const char *trouble;
	int status = EXIT_DONE;

	if (p->options.source_count == 0)
		return complain_use("agent needs -i NAME, -r FILE or -L PORT");
	if (pipeline_open(&pipeline, &p->options, p->options.memory_bytes,
			  &problem)) {
		complain("%s", problem.text);
		return EXIT_COULD_NOT;
	}
	if (privilege_drop(pipeline_is_live(pipeline), &problem) ||
	    loop_take_signals(&problem)) {
		complain("%s", problem.text);
		pipeline_free(pipeline);
		return EXIT_COULD_NOT;
	}
	run(pipeline);
	pipeline_finish(pipeline);
	if (!pipeline_finish_save(pipeline))
		status = EXIT_COULD_NOT;
	while ((trouble = pipeline_trouble(pipeline)) != NULL)
		complain("%s", trouble);
	t = view_totals(pipeline_view(pipeline));
	k = pipeline_counters(pipeline);
	complain("%" PRIu64 " packets, %" PRIu64 " lost, %" PRIu64
		 " not decoded, %" PRIu64 " SIP messages, %" PRIu64 " calls",
		 k->packets, k->dropped, counters_undecoded(k), t->messages,
		 t->calls);
	pipeline_free(pipeline);
	return status;
}
