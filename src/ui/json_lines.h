/*
 * json_lines.h - a JSON text, a member a line, for reading; for this room.
 */
#ifndef SIPMON_UI_INSIDE_JSON_LINES_H
#define SIPMON_UI_INSIDE_JSON_LINES_H

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

/* Appends it with line ends and indents.  Any bytes will do: what is no JSON
 * comes out as it is, broken into lines as far as it looks like JSON. */
void json_lines(struct slice json, struct buf *out);

#endif
