/*
 * media.h - what SDP promised, what RTP came.
 *
 * The tracker keeps one note of each media line of each message with SDP;
 * streams are matched with them when somebody looks.
 */
#ifndef SIPMON_CALL_MEDIA_H
#define SIPMON_CALL_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/view.h"
#include "sipmon/media/sdp.h"
#include "sipmon/media/streams.h"

/* One media line of one session description.  Retransmissions add none, nor do
 * messages that the capture cut: their last lines would be missing. */
struct media_note {
	struct sdp_media media;
	uint32_t msg;  /* that carried it */
	uint32_t next; /* note of the same call, in order of capture */
	uint32_t
		body; /* keyed hash of the SDP: the same one again has it too */
	uint8_t line; /* number of its media line, from 0 */
};

/* Media lines of a call past this number are not kept: a session refreshed
 * every half an hour fills it in days, and from then on nobody knows where its
 * media goes. */
#define CALL_MEDIA_MAX 256

/* Walk: view_media(v, c->first_media), then note->next; NULL for 0. */
const struct media_note *view_media(const struct view *v, uint32_t id);

/* All RTP streams; never NULL, empty with --no-media. */
const struct streams *view_streams(const struct view *v);

#define CALL_MEDIA_ROOM 32

/* One stream of a call. */
struct call_media {
	const struct media_stream *stream;
	/* The note whose address the stream goes to (or, where only its source
	 * fits, comes from: then `by_source`), the latest before it ended. */
	const struct media_note *note;
	bool by_source;
};

/*
 * The streams that go to an address that the SDP of `c` promised, or come from
 * one back to where such a stream came from, and lasted between the call's
 * first SDP and its end; in order of their first packet.  Where the end was
 * not seen they begin within a minute behind the latest message, or 5 s behind
 * another stream of the call.
 */
unsigned call_media_list(const struct view *v, const struct call *c,
			 struct call_media *out, unsigned room);

/* The codec's name ("PCMA", "opus"; printable ASCII) into `out`; reads the SDP
 * again for a dynamic type.  Returns its clock; 0, and an empty name, if it is
 * not known. */
uint32_t call_media_codec(const struct view *v, const struct call_media *m,
			  char *out, size_t size);

/* Is an address private, shared, link-local, loopback or unspecified (RFC
 * 1918, 3927, 4193, 4291, 6598), so that it cannot be reached from outside? */
bool endpoint_is_private(const struct endpoint *e);

#endif
