/*
 * field.h - what one line of a message says, its value decoded.
 */
#ifndef SIPMON_UI_FIELD_H
#define SIPMON_UI_FIELD_H

#include "sipmon/base/slice.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/ui/text_pane.h"

/* A header field: its parts, causes and durations in words, then what the
 * field is for.  Compact names are known. */
void field_explain(struct text_pane *p, const struct catalogue *c,
		   struct slice name, struct slice value);

/* A line of SDP ("m=audio 40000 RTP/AVP 8"). */
void field_explain_sdp(struct text_pane *p, const struct catalogue *c,
		       struct slice line);

/* The full name of a field: "Via" for "v"; an unknown one as it is. */
struct slice field_name(struct slice name);

#endif
