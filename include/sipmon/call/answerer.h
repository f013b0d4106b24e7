/*
 * answerer.h - the host that a call was answered by, or should have been.
 */
#ifndef SIPMON_CALL_ANSWERER_H
#define SIPMON_CALL_ANSWERER_H

#include "sipmon/call/view.h"
#include "sipmon/net/endpoint.h"

/*
 * Where the caller's request went that told the outcome, on his own hop: the
 * one that got a 2xx, else the last that got a final response (a challenge that
 * was answered is none), else the last.  Lives as long as the call.
 */
const struct endpoint *call_answerer(const struct view *v,
				     const struct call *c);

#endif
