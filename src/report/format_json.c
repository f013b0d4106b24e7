/* The JSON that scripts rely on; share/sipmon/report.schema.json describes
 * it, and a test holds real output against it. */
#include "format.h"

#include <stdio.h>
#include <stdlib.h>

#include "json_call.h"
#include "json_figures.h"
#include "json_identity.h"
#include "sipmon/base/clock.h"

#define SCHEMA "sipmon-report/1"

/* ---- the head of the report */

static void write_capture(struct json_report *w)
{
	const struct counters *n = w->in->counters;
	struct json *j = &w->j;
	char text[CLOCK_TEXT_BYTES];

	json_put_object(j, "capture");
	json_put_uint(j, "packets", n->packets);
	json_put_uint(j, "bytes", n->bytes);
	json_put_uint(j, "truncated", n->truncated);
	json_put_uint(j, "dropped", n->dropped);
	json_put_uint(j, "duplicates", n->duplicates);
	json_put_object(j, "undecoded");
	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		if (n->undecoded[i] > 0)
			json_put_uint(j, undecoded_name((enum undecoded)i),
				      n->undecoded[i]);
	json_put_object_end(j);
	if (n->packets == 0) {
		json_put_null(j, "start");
		json_put_null(j, "end");
	} else {
		json_put_text(j, "start", clock_rfc3339(n->start_ns, text));
		json_put_text(j, "end", clock_rfc3339(n->end_ns, text));
	}
	json_put_object_end(j);
}

static void write_requests(struct json_report *w)
{
	const struct view *v = w->in->view;
	struct json *j = &w->j;

	json_put_object(j, "requests");
	for (uint16_t i = 0; i < view_method_count(v); i++) {
		uint64_t n = view_requests(v, i);

		if (n == 0)
			continue;
		json_put_key(j, view_method_name(v, i));
		json_put_uint(j, NULL, n);
	}
	json_put_object_end(j);
}

static void write_responses(struct json_report *w, const struct view_totals *n)
{
	struct json *j = &w->j;

	json_put_object(j, "responses");
	for (unsigned code = 0; code < VIEW_CODES; code++) {
		char key[12];

		if (n->by_code[code] == 0)
			continue;
		(void)snprintf(key, sizeof(key), "%u", code);
		json_put_uint(j, key, n->by_code[code]);
	}
	if (n->other_codes > 0)
		json_put_uint(j, "other", n->other_codes);
	json_put_object_end(j);
}

static void write_sip(struct json_report *w)
{
	const struct view_totals *n = view_totals(w->in->view);
	struct json *j = &w->j;

	json_put_object(j, "sip");
	json_put_uint(j, "messages", n->messages);
	json_put_uint(j, "call_ids", n->calls);
	json_put_uint(j, "malformed", n->malformed);
	json_put_uint(j, "retransmissions", n->retransmissions);
	write_requests(w);
	write_responses(w, n);
	json_put_object(j, "transports");
	for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
		json_put_uint(j, transport_name((enum transport)i),
			      n->by_transport[i]);
	json_put_object_end(j);
	json_put_object_end(j);
}

/* ---- the whole */

static void writer_init(struct json_report *w, const struct report_input *in,
			FILE *out)
{
	*w = (struct json_report){ .in = in };
	sink_init(&w->sink, out);
	json_init(&w->j, &w->sink.buf);
	briefs_init(&w->briefs);
	buf_init(&w->scratch, (size_t)1 << 20);
	buf_init(&w->other, (size_t)1 << 20);
}

static enum err writer_end(struct json_report *w)
{
	briefs_free(&w->briefs);
	buf_free(&w->scratch);
	buf_free(&w->other);
	return sink_end(&w->sink);
}

static const struct call *first_call(const struct report_input *in)
{
	return format_pass(in, view_first(in->view));
}

static const struct call *next_call(const struct report_input *in,
				    const struct call *c)
{
	return format_pass(in, view_next(in->view, c));
}

static void write_calls(struct json_report *w)
{
	const struct report_input *in = w->in;
	const struct call *c = first_call(in);

	json_put_array(&w->j, "calls");
	for (; c != NULL && w->sink.err == ERR_OK; c = next_call(in, c)) {
		buf_add_char(&w->sink.buf, '\n');
		json_call_write(w, c);
		format_take(in, c);
		sink_pass(&w->sink);
	}
	json_put_array_end(&w->j);
}

/* The figures hold the metrics, which then are not reckoned twice. */
static void write_figures(struct json_report *w)
{
	struct figures *f = format_figures(w->in);
	struct json *j = &w->j;

	json_put_object(j, "metrics");
	if (f != NULL)
		json_figures_metrics(j, f);
	else if (w->in->metrics != NULL)
		w->in->metrics(w->in->metrics_ctx, j);
	json_put_object_end(j);
	json_figures(j, f);
	free(f);
}

static void write_tail(struct json_report *w)
{
	struct json *j = &w->j;

	write_figures(w);
	json_identity_figures(j, w->in);
	tally_add_capture(&w->tally, w->in->counters);
	json_put_object(j, "findings");
	for (unsigned i = 0; i < w->tally.count; i++)
		json_put_uint(j, w->tally.kinds[i].kind, w->tally.kinds[i].n);
	json_put_object_end(j);
}

static enum err write_json(const struct report_input *in, FILE *out)
{
	struct json_report w;

	writer_init(&w, in, out);
	json_put_object(&w.j, NULL);
	json_put_text(&w.j, "schema", SCHEMA);
	write_capture(&w);
	write_sip(&w);
	write_calls(&w);
	write_tail(&w);
	json_put_object_end(&w.j);
	buf_add_char(&w.sink.buf, '\n');
	return writer_end(&w);
}

static enum err write_jsonl(const struct report_input *in, FILE *out)
{
	const struct call *c = first_call(in);
	struct json_report w;

	writer_init(&w, in, out);
	for (; c != NULL && w.sink.err == ERR_OK; c = next_call(in, c)) {
		json_init(&w.j, &w.sink.buf);
		json_call_write(&w, c);
		buf_add_char(&w.sink.buf, '\n');
		sink_pass(&w.sink);
	}
	return writer_end(&w);
}

const struct report_format format_json = { "json", write_json };
const struct report_format format_jsonl = { "jsonl", write_jsonl };
