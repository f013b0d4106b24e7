/*
 * inside.h - a capture filter held against what was inside of a packet.
 *
 * A BPF expression that names ports says no to the later fragments of a
 * datagram, which have none, and to what travels in a tunnel or behind a tag.
 * So sources let those pass besides, marked (`inside` of struct packet), and
 * when they are peeled the expression is asked again: about a packet of plain
 * IP with the addresses and ports that were found.
 */
#ifndef SIPMON_CAPTURE_INSIDE_H
#define SIPMON_CAPTURE_INSIDE_H

#include <stdbool.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/net/payload.h"

/* Does `expression` name ports, and can be asked about plain IP?  Only then
 * sources widen it. */
bool inside_is_wanted(const char *expression);

/*
 * Appends the expression that lets more pass, terminated.  With `on_link` it
 * names EtherTypes too, which not every link type knows.
 */
void inside_widen(const char *expression, bool on_link, struct buf *out);

struct inside;

/* NULL when out of memory, or unless inside_is_wanted(). */
struct inside *inside_new(const char *expression);
void inside_free(struct inside *i);

/* Does the expression say yes to a packet of plain IP with this payload? */
bool inside_matches(struct inside *i, const struct payload *p);

#endif
