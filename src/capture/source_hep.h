/* source_hep.h - the inner side of the HEP listener. */
#ifndef SIPMON_CAPTURE_SOURCE_HEP_H
#define SIPMON_CAPTURE_SOURCE_HEP_H

#include <stdint.h>

#include "sipmon/capture/source.h"

/* The port that it listens on; tells which one the system chose for port 0. */
uint16_t source_hep_port(const struct source *s);

#endif
