/* number.h - are two user parts one telephone number?  For this room. */
#ifndef SIPMON_CALL_NUMBER_H
#define SIPMON_CALL_NUMBER_H

#include <stdbool.h>

#include "sipmon/base/slice.h"

/*
 * The digits agree from the end, at least `least` of them, and what is left in
 * front can be a country code or a prefix for one.  Written alike counts too;
 * what is no number is never one.
 */
bool number_agrees(struct slice a, struct slice b, unsigned least);

#endif
