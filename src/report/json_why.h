/*
 * json_why.h - the members of a call that say why: its story, legs, media,
 * what elements did, timers.
 */
#ifndef SIPMON_REPORT_JSON_WHY_H
#define SIPMON_REPORT_JSON_WHY_H

#include "json_call.h"

/* "story" */
void json_story(struct json_report *w, const struct call *c);

/* "media": one element a stream. */
void json_media(struct json_report *w, const struct call *c);

/* "legs" and "leg_ties": the other calls, and how each was joined. */
void json_legs(struct json_report *w);

/* Looks once at what several members tell, and wants the places of what they
 * name; before any of them. */
void json_why_gather(struct json_report *w, const struct call *c);

/* "hops": what passed an element, how long it took, what it changed. */
void json_hops(struct json_report *w);

/* "timers" */
void json_timers(struct json_report *w);

#endif
