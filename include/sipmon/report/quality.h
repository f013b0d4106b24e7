/*
 * quality.h - how good the media of a call was, as reports and screens say it.
 */
#ifndef SIPMON_REPORT_QUALITY_H
#define SIPMON_REPORT_QUALITY_H

#include <stdint.h>

#include "sipmon/call/media.h"

/* Of one stream.  One of telephone events alone has no quality: 0, -1 and 0
 * behind `lost`. */
struct stream_quality {
	char codec[32]; /* "" if it is not known */
	int64_t lost;   /* negative when more came than were sent once */
	double loss_percent;
	int64_t jitter_ns; /* -1: its clock is not known */
	double mos;        /* 0: nothing is known of its codec */
};

struct stream_quality stream_quality_of(const struct view *v,
					const struct call_media *m);

/* The worst of all streams of a call that have one. */
struct call_quality {
	unsigned streams; /* 0: nothing else is set */
	double loss_percent;
	int64_t jitter_ns;
	double mos;
};

struct call_quality call_quality_of(const struct view *v, const struct call *c);

#endif
