/*
 * look.h - what bytes seem to be, where no header tells it.
 *
 * Guesses, from what must stand at fixed places; `sent` is how many bytes
 * there were, of which `bytes` were captured.
 */
#ifndef SIPMON_DECAP_LOOK_H
#define SIPMON_DECAP_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/base/bytes.h"

/* The beginning of a request or of a response, perhaps behind empty lines. */
bool looks_like_sip(struct bytes bytes);

/* IP of either version, whose lengths fit. */
bool looks_like_ip(struct bytes bytes, size_t sent);

/* Ethernet with IP that fits: the surest of all. */
bool looks_like_ip_in_ethernet(struct bytes bytes, size_t sent);

/* This, or Ethernet with another EtherType that we know. */
bool looks_like_ethernet(struct bytes bytes, size_t sent);

#endif
