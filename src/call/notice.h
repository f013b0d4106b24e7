/*
 * notice.h - what rules look for in a message, noticed while its bytes are at
 * hand; for this room.
 */
#ifndef SIPMON_CALL_NOTICE_H
#define SIPMON_CALL_NOTICE_H

#include "step.h"

/* MSG_VIA_OTHER to MSG_TIES, but for what the SDP shows.  It is on the path of
 * each message: fields are walked only for a REGISTER. */
unsigned notice(const struct step *st);

#endif
