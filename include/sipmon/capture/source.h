/*
 * source.h - where packets come from: an interface, a file, several of them.
 *
 * A source answers four questions, so live capture, files and the merge of
 * many read the same.  It keeps no thread and never waits: with nothing at
 * hand `source_next` says ERR_AGAIN, and `source_fd` tells what to poll for.
 */
#ifndef SIPMON_CAPTURE_SOURCE_H
#define SIPMON_CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/net/packet.h"

struct source;

/*
 * The next packet.  Its bytes live until the next call on this source.
 * ERR_AGAIN: none now (live, pipe; or any, after many bytes in which nothing
 * is wanted: then source_fd is -1 and it may be asked again at once).  ERR_END:
 * finished.  Anything else: the source ends here, `*problem` says what and
 * where in one line; what was read before stands.  ERR_TRUNCATED is the file
 * that stops inside a packet.
 */
MUST_CHECK enum err source_next(struct source *s, struct packet *out,
				struct problem *problem);

/*
 * What became of one of several joined sources while the others went on: its
 * error and the line about it, as source_next of it gave them.  Each is told
 * once, in the order in which they came; false if there is none (any more).
 */
bool source_problem(struct source *s, enum err *err, struct problem *problem);

/*
 * A descriptor to poll for reading, or -1 if there is nothing to wait for.  It
 * may become -1 and come back: ask after each ERR_AGAIN.
 */
int source_fd(const struct source *s);

/* Packets lost by kernel and interface until now; 0 for files. */
uint64_t source_dropped(struct source *s);

/*
 * How far a file was read, in bytes (of a compressed one: those that are in the
 * file), and its size; both 0 if not known.
 */
void source_progress(const struct source *s, uint64_t *done, uint64_t *size);

/*
 * Reads again `len` bytes at `offset` of the source with the number `source`,
 * as a packet told them.  False if that is not possible any more.
 */
bool source_reread(const struct source *s, uint16_t source, uint64_t offset,
		   void *out, uint32_t len);

void source_free(struct source *s);

struct source_options {
	/* A BPF expression in the words of pcap-filter(7), or NULL. */
	const char *filter;
	uint16_t number; /* goes into the packets */
	bool follow;     /* a file may grow, and another take its name */
	/*
	 * Takes the TLS secrets that a capture carries (a key log, the
	 * decryption secrets block of pcapng), before the packets behind them
	 * are given, and while the source is being opened too; may be NULL.  A
	 * long one comes in pieces, cut at the ends of lines.
	 */
	void (*secrets)(void *ctx, struct slice text);
	void *ctx;
};

/*
 * Opens a pcap or pcapng file, plain or compressed (gzip, zstd); "-" is
 * standard input.  On failure `*problem` names the file and the reason, `*out`
 * is untouched.
 *
 * With `follow` a file has no end: at what is its end now source_next says
 * ERR_AGAIN, and source_fd is readable when there is more.  A file that was
 * moved away or cut is read to its end, and then the one that has its name now
 * from the beginning.  Its packets cannot be read again.
 * A compressed file cannot be followed; a pipe is read as without.
 */
MUST_CHECK enum err source_file_open(struct source **out, const char *path,
				     const struct source_options *options,
				     struct problem *problem);

/* The same for an interface ("any" for all); needs the right to capture. */
MUST_CHECK enum err source_live_open(struct source **out, const char *name,
				     const struct source_options *options,
				     struct problem *problem);

/*
 * Listens for HEP at `where`: "[udp:|tcp:][ADDRESS:]PORT", UDP and loopback
 * when not given; "*" is any address, IPv6 stands in brackets, and names are
 * not looked up.  Its packets are of LINKTYPE_WIRESHARK_UPPER_PDU, with the
 * addresses and the time that the agent captured, plain if they came packed.
 * What is not SIP is passed over.  source_dropped() has what was broken too.
 * The filter does not apply: it speaks of link headers, and there are none.
 */
MUST_CHECK enum err source_hep_open(struct source **out, const char *where,
				    const struct source_options *options,
				    struct problem *problem);

/*
 * Joins `count` sources into one that gives packets by time; takes ownership
 * of them, but on failure (ERR_NOMEM, ERR_SYSTEM) they stay the caller's.
 * Equal times: the lower number first.  With live sources among them the order
 * is by arrival.  One that fails ends alone (source_problem); source_next says
 * ERR_END when all have ended.
 */
MUST_CHECK enum err source_merge_open(struct source **out,
				      struct source **sources, unsigned count);

#endif
