/*
 * json_places.h - where messages stand in their call: reports name a message
 * by its index.
 */
#ifndef SIPMON_REPORT_JSON_PLACES_H
#define SIPMON_REPORT_JSON_PLACES_H

#include <stdint.h>

#include "sipmon/base/json.h"
#include "sipmon/call/view.h"

/* Messages of one call that a report may name; past them they have no index. */
#define PLACES_MAX 512

struct place {
	uint32_t msg;
	int64_t at; /* -1: not found */
};

struct places {
	unsigned count;
	struct place list[PLACES_MAX];
};

void places_clear(struct places *p);

/* Names one; 0 is none. */
void places_want(struct places *p, uint32_t msg);

/* Walks the call once; between the last want and the first use. */
void places_find(struct places *p, const struct view *v, const struct call *c);

/* -1 if it is not in the call. */
int64_t places_at(const struct places *p, uint32_t msg);

/* A member with its index, or null. */
void places_member(const struct places *p, struct json *j, const char *key,
		   uint32_t msg);

#endif
