/*
 * Streams of captures against what tshark counts in them: SIPMON_CORPUS names
 * a folder that holds captures/rtp.tsv and the files that it tells of.  Without
 * it there is nothing to compare, and the test is skipped.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/table.h"
#include "sipmon/capture/source.h"
#include "sipmon/decap/decap.h"
#include "sipmon/media/streams.h"
#include "sipmon/sip/message.h"

#define TEXT_BYTES_MAX (16U << 20)
#define PATH_BYTES     512

struct wanted {
	struct endpoint source;
	struct endpoint destination;
	uint32_t ssrc;
	int64_t packets;
	int64_t lost;
	unsigned streams;
};

/* ---- rtp.tsv */

static struct slice cell(const struct table *t, size_t row, const char *column)
{
	int number = table_column(t, column);

	if (number < 0)
		fail_msg("no column %s", column);
	return table_cell(t, row, number);
}

static int64_t number(const struct table *t, size_t row, const char *column)
{
	struct slice s = cell(t, row, column);
	char text[32];

	return strtoll(slice_copy(s, text, sizeof(text)), NULL, 0);
}

static struct endpoint endpoint_at(const struct table *t, size_t row,
				   const char *host, const char *port)
{
	struct endpoint e = { .family = 4 };
	struct slice s = cell(t, row, host);
	char text[64];

	if (slice_find(s, ':') < s.len)
		e.family = 6;
	assert_int_equal(inet_pton(e.family == 6 ? AF_INET6 : AF_INET,
				   slice_copy(s, text, sizeof(text)),
				   e.address),
			 1);
	e.port = (uint16_t)number(t, row, port);
	return e;
}

static struct wanted wanted_at(const struct table *t, size_t row)
{
	return (struct wanted){
		.source = endpoint_at(t, row, "src", "sport"),
		.destination = endpoint_at(t, row, "dst", "dport"),
		.ssrc = (uint32_t)number(t, row, "ssrc"),
		.packets = number(t, row, "packets"),
		.lost = number(t, row, "lost"),
	};
}

static void read_text(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		fail_msg("%s cannot be opened", path);
	for (;;) {
		char *here = buf_reserve(out, BUFSIZ);
		size_t n = here != NULL ? fread(here, 1, BUFSIZ, f) : 0;

		out->len += n;
		if (n == 0)
			break;
	}
	(void)fclose(f);
	assert_false(out->failed);
}

/* ---- a capture */

static void push_all(struct streams *s, const char *path)
{
	const struct source_options how = { .number = 0 };
	struct counters counters = { 0 };
	const struct decap_options peel = { .counters = &counters,
					    .keep_duplicates = true };
	struct problem problem = { "" };
	struct source *source = NULL;
	struct decap *decap = NULL;
	struct packet packet;
	struct payload d;
	enum err e;

	if (source_file_open(&source, path, &how, &problem))
		fail_msg("%s", problem.text);
	assert_int_equal(decap_new(&decap, &peel), ERR_OK);
	do {
		e = source_next(source, &packet, &problem);
		if (e == ERR_OK && decap_packet(decap, &packet, &d) &&
		    d.kind == PAYLOAD_DATAGRAM && !sip_recognise(d.bytes))
			(void)streams_push(s, &d);
	} while (e == ERR_OK || e == ERR_AGAIN);
	decap_free(decap);
	source_free(source);
}

/* Packets and loss of all streams between these ends with this SSRC. */
static struct wanted found(const struct streams *s, const struct wanted *w)
{
	struct wanted sum = { .packets = 0 };
	uint32_t id = streams_to(s, &w->destination);

	while (id != 0) {
		const struct media_stream *m = streams_at(s, id);

		id = m->next_here;
		if (m->ssrc != w->ssrc || !endpoint_eq(&m->source, &w->source))
			continue;
		sum.packets += (int64_t)m->packets;
		sum.lost += media_stream_lost(m);
		sum.streams++;
	}
	return sum;
}

/*
 * One packet is no stream for us.  Where more is lost than came, tshark has
 * taken whatever looks like RTP, or left out what it has another dissector for
 * (T.38 in RTP): what a stream is there is a matter of taste.
 */
static bool is_sure(const struct wanted *w)
{
	return w->packets > 1 && w->lost <= w->packets;
}

/*
 * tshark reckons from the packet that came first, we from the lowest number: it
 * differs by as much as they came out of order.  And numbers that are used
 * again after a silence are copies for it, and another stream for us.
 */
static bool is_same(const struct wanted *got, const struct wanted *w)
{
	if (got->packets != w->packets)
		return false;
	if (got->streams > 1 && w->lost < 0)
		return got->lost == 0;
	return got->lost == w->lost || got->lost == w->lost + 1;
}

static bool compare(const struct streams *s, const struct table *t, size_t row,
		    struct buf *faults)
{
	struct wanted w = wanted_at(t, row);
	struct wanted got = found(s, &w);

	if (!is_sure(&w))
		return false;
	if (is_same(&got, &w))
		return true;
	buf_add_format(faults,
		       "%.*s %08x: %lld packets, %lld lost, expected %lld, "
		       "%lld\n",
		       SLICE_ARG(cell(t, row, "file")), (unsigned)w.ssrc,
		       (long long)got.packets, (long long)got.lost,
		       (long long)w.packets, (long long)w.lost);
	return true;
}

static void streams_are_those_that_tshark_counts(void **state)
{
	const char *corpus = getenv("SIPMON_CORPUS");
	struct slice before = SLICE_NONE;
	struct problem problem = { "" };
	struct streams *s = NULL;
	struct table *t = NULL;
	char path[PATH_BYTES];
	struct buf faults;
	struct buf text;
	unsigned checked = 0;

	(void)state;
	if (corpus == NULL || corpus[0] == '\0')
		skip();
	buf_init(&text, TEXT_BYTES_MAX);
	buf_init(&faults, TEXT_BYTES_MAX);
	(void)snprintf(path, sizeof(path), "%s/captures/rtp.tsv", corpus);
	read_text(path, &text);
	if (table_parse(&t, buf_slice(&text), "rtp.tsv", &problem))
		fail_msg("%s", problem.text);
	assert_int_equal(streams_new(&s, 0), ERR_OK);
	for (size_t row = 0; row < table_rows(t); row++) {
		struct slice file = cell(t, row, "file");

		if (!slice_eq(file, before)) {
			(void)snprintf(path, sizeof(path), "%s/captures/%.*s",
				       corpus, SLICE_ARG(file));
			streams_clear(s);
			push_all(s, path);
		}
		before = file;
		checked += compare(s, t, row, &faults);
	}
	buf_add_char(&faults, '\0');
	if (faults.len > 1)
		fail_msg("\n%s", faults.ptr);
	print_message("%u checked\n", checked);
	assert_true(checked > 0);
	table_free(t);
	streams_free(s);
	buf_free(&text);
	buf_free(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_those_that_tshark_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
