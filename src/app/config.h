/*
 * config.h - sipmonrc, and a site's own notes to codes.
 *
 * Looked for in /etc/sipmon and then in $XDG_CONFIG_HOME/sipmon (or
 * ~/.config/sipmon); never in the current directory.  A file that belongs to
 * someone else, or that others may write to, is left out and said so.
 */
#ifndef SIPMON_APP_CONFIG_H
#define SIPMON_APP_CONFIG_H

#include "options.h"
#include "sipmon/base/err.h"

/* Lines "set NAME VALUE"; '#' begins a comment.  ERR_MALFORMED: `*problem`
 * names file and line. */
MUST_CHECK enum err config_read(struct options *o, struct problem *problem);

/* Tells of files that were left out, and adds notes.tsv to the catalogue; a
 * broken line of it is told and the ones before it count. */
void config_add_notes(struct catalogue *words);

#endif
