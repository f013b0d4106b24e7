/*
 * judging.h - asks the room `identity` about messages and files the verdicts.
 *
 * A message that carries an Identity waits in a queue of ids; copies of the
 * first of them go to threads, and what those find comes back into the store.
 * Packets never wait for it.  Everything else about an Identity is worked out
 * when a reader asks (struct identity_reader).
 */
#ifndef SIPMON_APP_JUDGING_H
#define SIPMON_APP_JUDGING_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "sipmon/base/err.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/store.h"

struct judging;

/*
 * Reads the certificates that `o` names and, with --fetch, starts the helper
 * that downloads: before root is given up.  No thread is started here.
 */
MUST_CHECK enum err judging_open(struct judging **out, const struct options *o,
				 struct problem *problem);
void judging_free(struct judging *j);

/* The store outlives it, or is never asked again. */
void judging_attach(struct judging *j, struct store *store);

/* A message was filed. */
void judging_note(struct judging *j, uint32_t msg);

/* Hands out what waits and brings home what is done, without waiting. */
void judging_work(struct judging *j);

/* Is there anything left to judge, to download or to bring home? */
bool judging_is_busy(const struct judging *j);

/* To poll while it is busy; either may be -1. */
#define JUDGING_FDS 2
void judging_fds(const struct judging *j, int fds[JUDGING_FDS]);

/* All calls were forgotten. */
void judging_clear(struct judging *j);

const struct identity_reader *judging_reader(const struct judging *j);

/* Is there no trust anchor? */
bool judging_has_trust(const struct judging *j);

/* A line worth telling, or NULL; each once. */
const char *judging_trouble(struct judging *j);

#endif
