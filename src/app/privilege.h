/*
 * privilege.h - gives up what only opening the devices needed.
 */
#ifndef SIPMON_APP_PRIVILEGE_H
#define SIPMON_APP_PRIVILEGE_H

#include <stdbool.h>

#include "sipmon/base/err.h"

/*
 * Before the first packet is read: nothing this process starts can become
 * more than it is, its memory is not dumped (calls are in it), and all
 * capabilities go.  Root that captures (`live`) becomes the person who ran
 * sudo, else the user sipmon, else nobody; root that only replays a file
 * stays who it is, without its powers, so that it can still read what is its
 * own.
 */
MUST_CHECK enum err privilege_drop(bool live, struct problem *problem);

#endif
