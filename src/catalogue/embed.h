/*
 * embed.h - the tables of share/sipmon, compiled in by embed.awk.
 */
#ifndef SIPMON_CATALOGUE_EMBED_H
#define SIPMON_CATALOGUE_EMBED_H

#include <stddef.h>

#include "sipmon/catalogue/catalogue.h"

extern const struct catalogue_table embedded_tables[];
extern const size_t embedded_table_count;

#endif
