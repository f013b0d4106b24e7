/*
 * latin.h - Latin letters without their marks, for terminals that know ASCII
 * only.
 */
#ifndef SIPMON_UI_LATIN_PRIVATE_H
#define SIPMON_UI_LATIN_PRIVATE_H

#include <stdint.h>

/* The base letter of `cp` (d for U+0111); 0 if it has none. */
char latin_base(uint32_t cp);

#endif
