#include "opinion.h"

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/call/media.h"
#include "sipmon/media/codec.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/via.h"

/* Vias that are compared with each other; the 71st request is a loop. */
#define VIAS_MAX 72

/* Media lines of an offer that are told. */
#define OFFER_LINES 4

/* Media lines of the call that are walked. */
#define NOTES_MAX 4096

static bool was_read(const struct opinion *o)
{
	return o->asked.headers.len > 0;
}

/* Field `id` of the request or of the answer, under its name. */
static void tell_field(const struct opinion *o, const struct sip_msg *m,
		       enum sip_header_id id, const char *label,
		       const char *sentence)
{
	struct slice value = sip_msg_field(m, id, 0);
	char text[OPINION_WORD_BYTES];
	const char *shown;

	if (!slice_is_set(value))
		return;
	shown = opinion_safe(value, text);
	opinion_tell(o, label, sentence, &shown, 1);
}

/* ---- 404, 484, 604: the number that was asked for */

static size_t digits_in(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] >= '0' && s.ptr[i] <= '9';
	return n;
}

/* Digits and what stands between them (RFC 3966 section 5.1.1). */
static bool is_number(struct slice s)
{
	static const char marks[] = "+-.()*#";

	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] < '0' || s.ptr[i] > '9') &&
		    slice_find(slice_of(marks), s.ptr[i]) == sizeof(marks) - 1)
			return false;
	return digits_in(s) >= 3;
}

static const char *form_of(struct slice s)
{
	if (s.ptr[0] == '+')
		return "%1, international with + (E.164), %2 digits";
	if (s.len >= 2 && s.ptr[0] == '0' && s.ptr[1] == '0')
		return "%1, international with 00, %2 digits";
	if (s.ptr[0] == '0')
		return "%1, national with a leading 0, %2 digits";
	return "%1, without a prefix, %2 digits";
}

static void tell_number(const struct opinion *o, struct slice user)
{
	char text[OPINION_WORD_BYTES];
	struct phrase_number digits = phrase_number(digits_in(user));
	const char *const values[] = { opinion_safe(user, text), digits.text };

	opinion_tell(o, "Asked for", is_number(user) ? form_of(user) : "%1",
		     values, 2);
}

static void tell_changed(const struct opinion *o, const struct sip_uri *uri)
{
	char text[OPINION_WORD_BYTES];
	const char *shown = opinion_safe(o->asked.to_user, text);

	if (!slice_is_set(o->asked.to_user) ||
	    slice_eq(o->asked.to_user, uri->user))
		return;
	opinion_tell(o, "To says",
		     number_form_differs(o->asked.to_user, uri->user)
			     ? "%1, the same number in another form"
			     : "%1",
		     &shown, 1);
}

void opinion_number(const struct opinion *o)
{
	struct sip_uri uri;

	if (!was_read(o) ||
	    sip_uri_parse(&uri, o->asked.request_uri, NULL) != ERR_OK ||
	    !slice_is_set(uri.user) || uri.user.len == 0)
		return;
	tell_number(o, uri.user);
	tell_changed(o, &uri);
}

/* ---- 420, 421 */

void opinion_extension(const struct opinion *o)
{
	if (o->t->m->status == 420) {
		tell_field(o, &o->t->msg, SIP_HEADER_UNSUPPORTED, "Unsupported",
			   "%1");
		tell_field(o, &o->asked, SIP_HEADER_REQUIRE, "Require",
			   "%1, the request wanted");
		tell_field(o, &o->asked, SIP_HEADER_PROXY_REQUIRE,
			   "Proxy-Require", "%1, the request wanted");
		return;
	}
	tell_field(o, &o->t->msg, SIP_HEADER_REQUIRE, "Require",
		   "%1, the server wants");
	if (!was_read(o))
		return;
	if (sip_msg_has(&o->asked, SIP_HEADER_SUPPORTED))
		tell_field(o, &o->asked, SIP_HEADER_SUPPORTED, "Supported",
			   "%1, the request offered");
	else
		opinion_tell(o, "Supported", "the request offered nothing",
			     NULL, 0);
}

/* ---- 422, 423 */

void opinion_interval(const struct opinion *o)
{
	if (o->t->m->status == 422) {
		tell_field(o, &o->t->msg, SIP_HEADER_MIN_SE, "Min-SE",
			   "%1 s, the least that the server takes");
		tell_field(o, &o->asked, SIP_HEADER_SESSION_EXPIRES,
			   "Session-Expires", "%1, the request asked for");
		return;
	}
	tell_field(o, &o->t->msg, SIP_HEADER_MIN_EXPIRES, "Min-Expires",
		   "%1 s, the least that the server takes");
	tell_field(o, &o->asked, SIP_HEADER_EXPIRES, "Expires",
		   "%1 s, the request asked for");
}

/* ---- 481 */

void opinion_dialog(const struct opinion *o)
{
	const struct captured_msg *m = view_msg(o->t->view, o->request);
	const struct dialog *d =
		m != NULL ? view_dialog(o->t->view, m->dialog) : NULL;
	char ago[CLOCK_TEXT_BYTES];
	const char *shown;

	if (m == NULL || !msg_is(m, MSG_IN_DIALOG))
		return;
	if (d == NULL || d->msg == o->request) {
		opinion_tell(o, "Dialog",
			     "never seen before this request: it began before "
			     "the capture, or its tags fit none",
			     NULL, 0);
		return;
	}
	shown = opinion_duration(m->time_ns - d->since_ns, ago);
	if (d->state == DIALOG_TERMINATED && d->since_ns < m->time_ns)
		opinion_tell(o, "Dialog", "it had ended %1 before this request",
			     &shown, 1);
	else if (d->state == DIALOG_CONFIRMED && d->since_ns <= m->time_ns)
		opinion_tell(o, "Dialog",
			     "it was there for %1: the server has lost it, or "
			     "is another one",
			     &shown, 1);
	else
		opinion_tell(o, "Dialog", "it was seen before this request",
			     NULL, 0);
}

/* ---- 482, 483 */

/* The first element that is in the list twice; absent if there is none. */
static struct slice find_twice(const struct sip_msg *m)
{
	struct slice hosts[VIAS_MAX];
	unsigned count = 0;

	for (unsigned n = 0; count < VIAS_MAX; n++) {
		struct slice field = sip_msg_field(m, SIP_HEADER_VIA, n);
		struct slice value;

		if (!slice_is_set(field))
			break;
		while (count < VIAS_MAX && sip_value_next(&field, &value)) {
			struct sip_via via;

			if (sip_via_parse(&via, value, NULL) != ERR_OK)
				continue;
			for (unsigned i = 0; i < count; i++)
				if (slice_eq_nocase(hosts[i], via.sent_by))
					return via.sent_by;
			hosts[count++] = via.sent_by;
		}
	}
	return SLICE_NONE;
}

void opinion_loop(const struct opinion *o)
{
	struct phrase_number vias = phrase_number(o->asked.via_count);
	const char *count = vias.text;
	char text[OPINION_WORD_BYTES];
	struct slice twice;

	if (!was_read(o))
		return;
	tell_field(o, &o->asked, SIP_HEADER_MAX_FORWARDS, "Max-Forwards",
		   "%1 as the request came here");
	opinion_tell(o, "Via", "%1 elements stand in the request", &count, 1);
	twice = find_twice(&o->asked);
	if (slice_is_set(twice)) {
		const char *shown = opinion_safe(twice, text);

		opinion_tell(o, "Loop", "it passed %1 more than once", &shown,
			     1);
	}
}

/* ---- 488, 606 */

static void add_codecs(struct buf *out, uint64_t codecs)
{
	unsigned n = 0;

	for (unsigned i = 0; i < CODECS; i++) {
		if ((codecs & CODEC_BIT(i)) == 0)
			continue;
		if (n++ > 0)
			buf_add_char(out, ' ');
		buf_add_text(out, codec_name((enum codec)i));
	}
}

static const char *kind_of(const struct sdp_media *m)
{
	switch ((enum sdp_kind)m->kind) {
	case SDP_AUDIO:
		return "audio";
	case SDP_VIDEO:
		return "video";
	case SDP_IMAGE:
		return "fax";
	case SDP_OTHER:
		break;
	}
	return "other media";
}

static void tell_media(const struct opinion *o, const struct sdp_media *m)
{
	teller_begin(o->t, "Offer");
	teller_say(o->t, kind_of(m));
	if (m->codecs != 0) {
		buf_add(o->t->out, SLICE(": "));
		add_codecs(o->t->out, m->codecs);
	}
	if ((m->flags & SDP_SECURE) != 0)
		buf_add(o->t->out, SLICE(", SRTP"));
	teller_end(o->t);
}

void opinion_offer(const struct opinion *o)
{
	const struct captured_msg *request = view_msg(o->t->view, o->request);
	const struct media_note *note =
		view_media(o->t->view, o->call->first_media);
	unsigned told = 0;

	if (request == NULL)
		return;
	if (!msg_is(request, MSG_SDP)) {
		opinion_tell(o, "Offer", "the request carried none", NULL, 0);
		return;
	}
	for (unsigned i = 0;
	     note != NULL && i < NOTES_MAX && told < OFFER_LINES; i++) {
		if (note->msg == o->request) {
			tell_media(o, &note->media);
			told++;
		}
		note = view_media(o->t->view, note->next);
	}
}
