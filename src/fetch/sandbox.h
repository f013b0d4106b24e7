/* sandbox.h - what the downloader gives up before it is asked anything. */
#ifndef SIPMON_FETCH_SANDBOX_H
#define SIPMON_FETCH_SANDBOX_H

#include <stdbool.h>

/*
 * Becomes nobody if it is root, and gives up all capabilities, new rights,
 * core files and being looked at; bounds memory and descriptors, writes no
 * file, and ends with its parent.  False: errno says why.
 */
bool sandbox_close(void);

/* Lets it compute for some seconds from now; a loop without end ends it. */
void sandbox_allow_work(void);

#endif
