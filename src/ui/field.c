#include "sipmon/ui/field.h"

#include <stdio.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/sip/header.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/params.h"
#include "sipmon/sip/reason.h"
#include "sipmon/ui/panel.h"

/* More values or parameters of one field than this are not decoded. */
#define VALUES_MAX 32

static void pair(struct text_pane *p, const struct catalogue *c,
		 const char *english, struct slice value)
{
	panel_pair(p, slice_of(words(c, english)), slice_trim(value));
}

static void params(struct text_pane *p, struct slice rest)
{
	struct sip_param param;

	for (int i = 0; i < VALUES_MAX && sip_param_next(&rest, &param); i++) {
		if (slice_is_set(param.value))
			panel_pair(p, param.name, param.value);
		else
			panel_item(p, param.name);
	}
}

static void show_reason(struct text_pane *p, const struct catalogue *c,
			struct slice value)
{
	struct reason_entry e;
	struct sip_reason r;
	struct slice one;

	for (int i = 0; i < VALUES_MAX && sip_value_next(&value, &one); i++) {
		panel_paragraph(p, STYLE_TEXT, one);
		if (sip_reason_parse(&r, one) || !r.has_cause)
			continue;
		if (catalogue_reason(c, r.protocol, r.cause, &e)) {
			panel_paragraph(p, STYLE_NOTE, e.text);
			panel_paragraph(p, STYLE_TEXT, e.meaning);
			if (e.fix.len > 0)
				panel_item(p, e.fix);
			pair(p, c, "SIP codes", e.sip);
		}
		if (slice_is_set(r.location))
			pair(p, c, "Location",
			     catalogue_location(c, r.location));
	}
}

static void show_warning(struct text_pane *p, const struct catalogue *c,
			 struct slice value)
{
	struct text_entry e;
	struct sip_warning w;
	struct slice one;

	for (int i = 0; i < VALUES_MAX && sip_value_next(&value, &one); i++) {
		panel_paragraph(p, STYLE_TEXT, one);
		if (sip_warning_parse(&w, one))
			continue;
		pair(p, c, "Sent by", w.agent);
		if (!catalogue_warning(c, w.code, &e))
			continue;
		panel_paragraph(p, STYLE_NOTE, e.title);
		panel_paragraph(p, STYLE_TEXT, e.meaning);
		panel_list(p, c, SLICE("fix"), e.fix);
	}
}

static void show_cseq(struct text_pane *p, const struct catalogue *c,
		      struct slice value)
{
	struct slice method = SLICE_NONE;
	struct slice number = slice_split(value, ' ', &method);

	pair(p, c, "Number", number);
	pair(p, c, "Method", method);
}

static void show_seconds(struct text_pane *p, const struct catalogue *c,
			 struct slice value)
{
	struct slice rest = SLICE_NONE;
	struct slice digits = slice_trim(slice_split(value, ';', &rest));
	char lasted[CLOCK_TEXT_BYTES];
	char text[CLOCK_TEXT_BYTES + 32];
	uint32_t seconds;

	digits = slice_trim(slice_split(digits, '(', NULL));
	if (slice_to_u32(digits, UINT32_MAX, &seconds)) {
		clock_duration((int64_t)seconds * CLOCK_SECOND_NS, lasted);
		(void)snprintf(text, sizeof(text), "%u s (%s)", seconds,
			       lasted);
		pair(p, c, "Duration", slice_of(text));
	}
	params(p, rest);
}

static void show_address(struct text_pane *p, const struct catalogue *c,
			 struct slice value)
{
	struct sip_nameaddr a;
	struct slice one;
	size_t at = 0;

	for (int i = 0; i < VALUES_MAX && sip_value_next(&value, &one); i++) {
		char text[256];

		/* What could be read of a broken one is shown all the same. */
		a = (struct sip_nameaddr){ 0 };
		if (sip_nameaddr_parse(&a, one, &at))
			panel_paragraph(p, STYLE_PROBLEM,
					slice_of(words(c, "breaks the "
							  "grammar")));
		if (slice_is_set(a.display)) {
			size_t len =
				sip_display_text(a.display, text, sizeof(text));

			if (len > sizeof(text))
				len = sizeof(text);
			pair(p, c, "Name", (struct slice){ text, len });
		}
		pair(p, c, "URI", a.uri_text);
		pair(p, c, "User", a.uri.user);
		pair(p, c, "Host", a.uri.host);
		pair(p, c, "Port", a.uri.port);
		params(p, a.uri.params);
		params(p, a.params);
	}
}

static void show_via(struct text_pane *p, const struct catalogue *c,
		     struct slice value)
{
	static const struct slice cookie = { "z9hG4bK", 7 };
	struct slice one;

	for (int i = 0; i < VALUES_MAX && sip_value_next(&value, &one); i++) {
		struct slice rest = SLICE_NONE;
		struct slice hop = slice_trim(slice_split(one, ';', &rest));
		struct slice sent_by = SLICE_NONE;
		struct slice branch;

		pair(p, c, "Transport", slice_split(hop, ' ', &sent_by));
		pair(p, c, "Sent by", sent_by);
		params(p, rest);
		branch = sip_param_find(rest, SLICE("branch"));
		if (!slice_eq_nocase(slice_sub(branch, 0, 7), cookie))
			panel_item(p, slice_of(words(
					      c, "The branch is that of an "
						 "old element (RFC 2543): no "
						 "z9hG4bK in front")));
	}
}

static void show_list(struct text_pane *p, const struct catalogue *c,
		      struct slice value)
{
	struct slice one;

	(void)c;
	for (int i = 0; i < VALUES_MAX && sip_value_next(&value, &one); i++)
		panel_item(p, slice_trim(one));
}

static void show_params(struct text_pane *p, const struct catalogue *c,
			struct slice value)
{
	struct slice rest = SLICE_NONE;

	(void)c;
	panel_item(p, slice_trim(slice_split(value, ';', &rest)));
	params(p, rest);
}

static const struct {
	const char *name;
	void (*show)(struct text_pane *p, const struct catalogue *c,
		     struct slice value);
} decoders[] = {
	{ "Reason", show_reason },
	{ "Warning", show_warning },
	{ "CSeq", show_cseq },
	{ "RAck", show_list },
	{ "Session-Expires", show_seconds },
	{ "Min-SE", show_seconds },
	{ "Expires", show_seconds },
	{ "Min-Expires", show_seconds },
	{ "Retry-After", show_seconds },
	{ "From", show_address },
	{ "To", show_address },
	{ "Contact", show_address },
	{ "Route", show_address },
	{ "Record-Route", show_address },
	{ "P-Asserted-Identity", show_address },
	{ "P-Preferred-Identity", show_address },
	{ "Remote-Party-ID", show_address },
	{ "Referred-By", show_address },
	{ "Refer-To", show_address },
	{ "Reply-To", show_address },
	{ "Diversion", show_address },
	{ "History-Info", show_address },
	{ "Via", show_via },
	{ "WWW-Authenticate", show_list },
	{ "Proxy-Authenticate", show_list },
	{ "Authorization", show_list },
	{ "Proxy-Authorization", show_list },
	{ "Allow", show_list },
	{ "Supported", show_list },
	{ "Require", show_list },
	{ "Proxy-Require", show_list },
	{ "Unsupported", show_list },
	{ "Content-Type", show_params },
	{ "Event", show_params },
	{ "Subscription-State", show_params },
};

struct slice field_name(struct slice name)
{
	enum sip_header_id id = sip_header_of(name);

	return id == SIP_HEADER_OTHER ? name : slice_of(sip_header_name(id));
}

void field_explain(struct text_pane *p, const struct catalogue *c,
		   struct slice name, struct slice value)
{
	struct text_look blank = { .role = STYLE_TEXT };
	struct slice full = field_name(name);
	bool decoded = false;

	panel_heading(p, full);
	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		if (value.len == 0 ||
		    !slice_eq_nocase(full, slice_of(decoders[i].name)))
			continue;
		decoders[i].show(p, c, value);
		decoded = true;
	}
	if (decoded)
		text_pane_add(p, &blank, SLICE_NONE, SLICE_NONE);
	if (!panel_header(p, c, full))
		panel_paragraph(p, STYLE_DIM,
				slice_of(words(c, "The catalogue does not "
						  "know this header field.")));
}

/* RFC 8866; the longer beginning stands first. */
static const struct {
	const char *begin;
	const char *english;
} sdp_lines[] = {
	{ "v=", "Version of SDP, always 0" },
	{ "o=", "Origin: user, session id, version (grows with each change), "
		"address" },
	{ "s=", "Name of the session, mostly a lone -" },
	{ "i=", "A title for people" },
	{ "c=", "Where this side wants its media; 0.0.0.0 is the old way to "
		"hold a call" },
	{ "b=", "Bandwidth" },
	{ "t=", "Begin and end of the session; 0 0: without end" },
	{ "m=", "A stream: kind, port (0: refused), transport, payload types, "
		"the preferred first" },
	{ "a=rtpmap:", "Payload type: codec and clock rate" },
	{ "a=fmtp:", "Parameters of a payload type" },
	{ "a=ptime:", "Milliseconds of sound in one packet" },
	{ "a=maxptime:", "Milliseconds of sound that a packet may hold" },
	{ "a=sendrecv", "Both sides send: the normal state" },
	{ "a=sendonly", "This side sends and wants nothing: hold, perhaps with "
			"music" },
	{ "a=recvonly", "This side only listens: mostly the answer to a hold" },
	{ "a=inactive", "Nobody sends: hold without music" },
	{ "a=rtcp-mux", "RTCP shares the port of RTP" },
	{ "a=rtcp-fb:", "Feedback that is understood for a payload type" },
	{ "a=rtcp:", "Port of RTCP" },
	{ "a=crypto:", "Key of SRTP (SDES): whoever reads it can hear the "
		       "call" },
	{ "a=fingerprint:", "Hash of the certificate for DTLS-SRTP" },
	{ "a=setup:", "Who begins DTLS" },
	{ "a=candidate:", "An address that ICE may try" },
	{ "a=ice-", "ICE: name, password or options" },
	{ "a=mid:", "Name of this stream" },
	{ "a=group:", "Streams that belong together" },
	{ "a=T38", "Fax over IP (T.38)" },
	{ "a=", "An attribute" },
};

void field_explain_sdp(struct text_pane *p, const struct catalogue *c,
		       struct slice line)
{
	panel_heading(p, line);
	for (size_t i = 0; i < sizeof(sdp_lines) / sizeof(sdp_lines[0]); i++) {
		struct slice begin = slice_of(sdp_lines[i].begin);

		if (!slice_eq(slice_sub(line, 0, begin.len), begin))
			continue;
		panel_paragraph(p, STYLE_TEXT,
				slice_of(words(c, sdp_lines[i].english)));
		return;
	}
}
