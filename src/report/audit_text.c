#include "sipmon/report/audit_text.h"

#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"

/* Gaps that are written out; of more of them the first. */
#define GAPS_MAX 10

/* The values of a sentence. */
enum value {
	VALUE_ELEMENT = 0, /* %1: who keeps the timer */
	VALUE_SEEN,        /* %2 */
	VALUE_DUE,         /* %3 */
	VALUE_CODE,        /* %4: of the response that ended it */
	VALUE_ENDER,       /* %5: who sent the message that ended it */
	VALUE_COUNT,       /* %6 */
	VALUES
};

/* A text for one result; `open` where no message ended it. */
struct sentence {
	const char *timer;
	enum audit_result result;
	const char *ended;
	const char *open;
};

static const char sent_again[] = "sent again after %1 s as it should";
static const char sent_early[] = "sent again after %1 s, sooner than it may";

static const char answered[] = "answered after %2";
static const char no_answer[] = "no answer came";
static const char ack_came[] = "the ACK came after %2";
static const char ack_late[] = "the ACK came after %2, later than %3";
static const char ack_none[] = "no ACK came within %3";
static const char ack_yet[] = "no ACK so far";
static const char prack_came[] = "the PRACK came after %2";
static const char prack_none[] = "no PRACK came within %3";
static const char stopped[] = "stopped by %4 after %2";
static const char too_late[] =
	"%4 came after %2, when the sender had given up (%3)";
static const char refreshes[] = "refreshed after %2 by %5, due at half the "
				"time, %3; refreshes: %6";

static const struct sentence sentences[] = {
	{ "timer-a", AUDIT_KEPT, answered, no_answer },
	{ "timer-a", AUDIT_EARLY, answered, no_answer },
	{ "timer-e", AUDIT_KEPT, answered, no_answer },
	{ "timer-e", AUDIT_EARLY, answered, no_answer },
	{ "timer-g", AUDIT_KEPT, ack_came, "no ACK came" },
	{ "timer-g", AUDIT_EARLY, ack_came, "no ACK came" },
	{ "timer-b", AUDIT_KEPT, stopped, NULL },
	{ "timer-b", AUDIT_LATE, too_late, NULL },
	{ "timer-b", AUDIT_EARLY,
	  "%1 gave up after %2, sooner than %3: no response came", NULL },
	{ "timer-b", AUDIT_RAN_OUT, "ran out at %1 after %2: no response came",
	  "ran out at %1 after %3: no response came" },
	{ "timer-b", AUDIT_RUNS, NULL, "still runs: no response so far" },
	{ "timer-f", AUDIT_KEPT, stopped, NULL },
	{ "timer-f", AUDIT_LATE, too_late, NULL },
	{ "timer-f", AUDIT_EARLY,
	  "%1 gave up after %2, sooner than %3: no final response came", NULL },
	{ "timer-f", AUDIT_RAN_OUT,
	  "ran out at %1 after %2: no final response came",
	  "ran out at %1 after %3: no final response came" },
	{ "timer-f", AUDIT_RUNS, NULL, "still runs: no final response so far" },
	{ "timer-c", AUDIT_KEPT, "the final response came in time, after %2",
	  NULL },
	{ "timer-c", AUDIT_EARLY,
	  "%1 gave up after %2 with CANCEL, sooner than %3", NULL },
	{ "timer-c", AUDIT_RAN_OUT, "ran out at %1 after %2: it sent CANCEL",
	  NULL },
	{ "timer-c", AUDIT_RUNS, NULL,
	  "still runs at %1, since %2: no final response so far" },
	{ "timer-h", AUDIT_KEPT, ack_came, NULL },
	{ "timer-h", AUDIT_LATE, ack_late, NULL },
	{ "timer-h", AUDIT_RAN_OUT, NULL,
	  "ran out at %1 after %3: no ACK came" },
	{ "timer-h", AUDIT_RUNS, NULL, ack_yet },
	{ "timer-d", AUDIT_KEPT,
	  "copies of the final response after its ACK: %6, up to %2 later; "
	  "acknowledged again",
	  NULL },
	{ "timer-i", AUDIT_KEPT,
	  "copies of the ACK: %6, up to %2 after the first", NULL },
	{ "timer-j", AUDIT_KEPT,
	  "copies of the request after its response: %6, up to %2 later; "
	  "answered again",
	  NULL },
	{ "timer-k", AUDIT_KEPT,
	  "copies of the response: %6, up to %2 after the first", NULL },
	{ "timer-l", AUDIT_KEPT,
	  "copies of the INVITE after its 2xx: %6, up to %2 later", NULL },
	{ "timer-l", AUDIT_LATE,
	  "copies of the INVITE after its 2xx: %6, up to %2 later, when it had "
	  "run out (%3)",
	  NULL },
	{ "timer-m", AUDIT_KEPT, "more 2xx after the first: %6, up to %2 later",
	  NULL },
	{ "timer-m", AUDIT_LATE,
	  "more 2xx after the first: %6, up to %2 later, when it had run out "
	  "(%3)",
	  NULL },
	{ "timer-n", AUDIT_KEPT, "the NOTIFY came after %2", NULL },
	{ "timer-n", AUDIT_LATE, "the NOTIFY came after %2, later than %3",
	  NULL },
	{ "timer-n", AUDIT_RAN_OUT, NULL,
	  "ran out at %1 after %3: no NOTIFY came" },
	{ "timer-n", AUDIT_RUNS, NULL, "still runs: no NOTIFY so far" },
	{ "resend-2xx", AUDIT_KEPT, ack_came, NULL },
	{ "resend-2xx", AUDIT_LATE, ack_late, NULL },
	{ "resend-2xx", AUDIT_EARLY, ack_came, "no ACK came" },
	{ "resend-2xx", AUDIT_RAN_OUT, NULL, ack_none },
	{ "resend-2xx", AUDIT_RUNS, NULL, ack_yet },
	{ "resend-1xx", AUDIT_KEPT, prack_came, NULL },
	{ "resend-1xx", AUDIT_LATE, "the PRACK came after %2, later than %3",
	  NULL },
	{ "resend-1xx", AUDIT_EARLY, prack_came, "no PRACK came" },
	{ "resend-1xx", AUDIT_RAN_OUT, NULL, prack_none },
	{ "resend-1xx", AUDIT_RUNS, NULL, "no PRACK so far" },
	{ "trying-100", AUDIT_KEPT, "%1 said %4 after %2", NULL },
	{ "trying-100", AUDIT_LATE, "%1 said %4 only after %2", NULL },
	{ "non-invite-100", AUDIT_KEPT, "it came after %2", NULL },
	{ "non-invite-100", AUDIT_EARLY, "%1 sent it after %2, sooner than %3",
	  NULL },
	{ "refresh-1xx", AUDIT_KEPT, "never longer than %2 without one",
	  "never longer than %2 without one" },
	{ "refresh-1xx", AUDIT_LATE, "%1 sent none for %2",
	  "%1 sent none for %2" },
	{ "retry-491-owner", AUDIT_KEPT,
	  "tried again after %2 as it should (2.1 to 4 s)", NULL },
	{ "retry-491-owner", AUDIT_EARLY,
	  "tried again after %2, sooner than it may (2.1 to 4 s)", NULL },
	{ "retry-491-owner", AUDIT_LATE,
	  "tried again after %2, later than it should (2.1 to 4 s)", NULL },
	{ "retry-491-other", AUDIT_KEPT,
	  "tried again after %2 as it should (0 to 2 s)", NULL },
	{ "retry-491-other", AUDIT_LATE,
	  "tried again after %2, later than it should (0 to 2 s)", NULL },
	{ "retry-after", AUDIT_KEPT,
	  "tried again after %2, not sooner than the %3 asked for", NULL },
	{ "retry-after", AUDIT_EARLY,
	  "tried again after %2, sooner than the %3 asked for", NULL },
	{ "session-timer", AUDIT_KEPT, refreshes, NULL },
	{ "session-timer", AUDIT_LATE,
	  "refreshed only after %2 by %5, due at half the time, %3", NULL },
	{ "session-timer", AUDIT_RAN_OUT,
	  "not refreshed, due after %3; %5 sent BYE after %2",
	  "not refreshed, due after %3, and the call was not ended" },
	{ "session-timer", AUDIT_RUNS, NULL,
	  "runs; %1 has to refresh it after %3" },
	{ "registration", AUDIT_KEPT,
	  "refreshed after %2, before the %3 were over; refreshes: %6", NULL },
	{ "registration", AUDIT_LATE,
	  "refreshed after %2, when the %3 were over", NULL },
	{ "registration", AUDIT_RAN_OUT, NULL,
	  "not refreshed; the %3 are over" },
	{ "registration", AUDIT_RUNS, NULL, "holds for %3" },
};

static const char *sentence_of(const struct audit *a)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].result == a->result &&
		    strcmp(sentences[i].timer, a->timer) == 0)
			return a->end_msg != 0 ? sentences[i].ended
					       : sentences[i].open;
	return NULL;
}

static bool is_back_off(const struct audit *a)
{
	static const char *const timers[] = { "timer-a", "timer-e", "timer-g",
					      "resend-2xx", "resend-1xx" };

	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (strcmp(timers[i], a->timer) == 0)
			return a->count > 0;
	return false;
}

/* ---- the gaps */

static bool is_copy(const struct captured_msg *a, const struct captured_msg *b)
{
	return a->status == b->status && a->method == b->method &&
	       a->dialog == b->dialog &&
	       msg_is(a, MSG_RESPONSE) == msg_is(b, MSG_RESPONSE) &&
	       (a->status < 101 || a->status >= 200 ||
		a->content == b->content);
}

static void add_gap(struct buf *gaps, int64_t ns)
{
	int64_t centi = (ns + 5 * CLOCK_MS_NS) / (10 * CLOCK_MS_NS);

	if (gaps->len > 0)
		buf_add_char(gaps, ' ');
	buf_add_uint(gaps, (uint64_t)(centi / 100));
	buf_add_format(gaps, ".%02u", (unsigned)(centi % 100));
}

/* "0.50 1.00 2.00": from each copy to the next. */
static void find_gaps(struct buf *gaps, const struct view *v,
		      const struct audit *a)
{
	const struct captured_msg *first = view_msg(v, a->msg);
	const struct captured_msg *m = first;
	int64_t last_ns = first != NULL ? first->time_ns : 0;
	unsigned found = 0;

	while (m != NULL && found < a->count && found < GAPS_MAX) {
		int64_t gap;

		m = view_msg(v, m->next_in_transaction);
		if (m == NULL || !is_copy(first, m))
			continue;
		gap = m->time_ns - last_ns;
		if (gap < AUDIT_COPY_NS)
			continue;
		add_gap(gaps, gap);
		last_ns = m->time_ns;
		found++;
	}
	if (found < a->count)
		buf_add(gaps, found > 0 ? SLICE(" ...") : SLICE("..."));
}

static void add_back_off(struct buf *out, const struct view *v,
			 const struct audit *a, const struct catalogue *c)
{
	struct buf gaps;
	const char *value;

	buf_init(&gaps, (size_t)1 << 10);
	find_gaps(&gaps, v, a);
	buf_add_char(&gaps, '\0');
	value = gaps.failed ? "" : gaps.ptr;
	phrase_add(out,
		   words(c, a->result == AUDIT_EARLY ? sent_early : sent_again),
		   &value, 1);
	buf_free(&gaps);
}

/* ---- the rest */

static void add_end(struct buf *out, const struct view *v,
		    const struct audit *a, const char *sentence)
{
	const struct captured_msg *end = view_msg(v, a->end_msg);
	struct phrase_number count = phrase_number(a->count);
	struct phrase_number code =
		phrase_number(end != NULL ? end->status : 0);
	char element[ENDPOINT_TEXT_BYTES];
	char ender[ENDPOINT_TEXT_BYTES] = "?";
	char seen[CLOCK_TEXT_BYTES];
	char due[CLOCK_TEXT_BYTES];
	const char *const values[VALUES] = {
		[VALUE_ELEMENT] = endpoint_text(&a->element, element),
		[VALUE_SEEN] = clock_duration(a->seen_ns, seen),
		[VALUE_DUE] = clock_duration(a->due_ns, due),
		[VALUE_CODE] = code.text,
		[VALUE_ENDER] = ender,
		[VALUE_COUNT] = count.text,
	};

	if (end != NULL)
		(void)endpoint_text(&view_hop(v, end->hop)->source, ender);
	phrase_add(out, sentence, values, VALUES);
}

void audit_text(struct buf *out, const struct view *v, const struct audit *a,
		const struct catalogue *words_of)
{
	const char *sentence = sentence_of(a);
	struct text_entry e = { .title = slice_of(a->timer) };
	bool back_off = is_back_off(a);

	(void)catalogue_timer(words_of, slice_of(a->timer), &e);
	buf_add(out, e.title);
	if (back_off) {
		buf_add(out, SLICE(": "));
		add_back_off(out, v, a, words_of);
	}
	if (sentence == NULL)
		return;
	buf_add(out, back_off ? SLICE("; ") : SLICE(": "));
	add_end(out, v, a, words(words_of, sentence));
}
