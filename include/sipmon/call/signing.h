/*
 * signing.h - figures of signed requests, as readers show them: how many, how
 * attested, by whom, with which verdicts, from which peer, and when.
 *
 * A request counts once, on its first hop.
 */
#ifndef SIPMON_CALL_SIGNING_H
#define SIPMON_CALL_SIGNING_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/verdict.h"

#define SIGNING_ROWS       32 /* of each table; the rest is one row more */
#define SIGNING_BINS       60
#define SIGNING_NAME_BYTES 80

/* A signer, or a peer that sent requests on their first hop. */
struct signing_row {
	char name[SIGNING_NAME_BYTES]; /* "SHAKEN 1234", "192.0.2.1"; strangers'
					  bytes; "": all others */
	char spc[16];                  /* of a signer; "" if none */
	char sha256[65];               /* hex, of a signer's certificate */
	uint64_t requests;
	uint64_t valid;
	uint64_t failed;
	uint64_t unknown;  /* no certificate at hand */
	enum verdict most; /* the failure that came most often, or NONE */
	uint64_t by_attest[4];
};

struct signing_bin {
	uint64_t requests;
	uint64_t valid;
	uint64_t failed;
	uint64_t unknown;
};

struct signing_figures {
	uint64_t requests; /* that carry an Identity, or could */
	uint64_t signed_requests;
	uint64_t waiting; /* carry one and were not judged */
	uint64_t by_attest[4];
	uint64_t by_verdict[VERDICTS];
	unsigned signer_count; /* the busiest first */
	struct signing_row signers[SIGNING_ROWS + 1];
	unsigned peer_count;
	struct signing_row peers[SIGNING_ROWS + 1];
	/* Of equal length, from the first request on. */
	int64_t begin_ns;
	int64_t bin_ns;
	unsigned bin_count;
	struct signing_bin bins[SIGNING_BINS];
	bool has_clock_offset; /* view_clock_offset() */
	int64_t clock_offset_s;
};

/* Given by `app` to those who print and draw; false: out of memory. */
typedef bool (*signing_figures_fn)(void *ctx, struct signing_figures *out);

#endif
