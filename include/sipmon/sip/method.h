/* method.h - the methods of SIP; any other token is a method too. */
#ifndef SIPMON_SIP_METHOD_H
#define SIPMON_SIP_METHOD_H

#include "sipmon/base/slice.h"

enum sip_method {
	SIP_METHOD_NONE = 0, /* not known: a response without a usable CSeq */
#define SIP_METHOD(id, name) SIP_METHOD_##id,
#include "sipmon/sip/methods.def"
#undef SIP_METHOD
	SIP_METHOD_OTHER, /* a token that is not in the table */
	SIP_METHODS
};

/* Compares the case too, as RFC 3261 section 7.1 wants; never NONE. */
enum sip_method sip_method_of(struct slice name);

/* "INVITE"; "" for NONE and OTHER. */
const char *sip_method_name(enum sip_method m);

#endif
