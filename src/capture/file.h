/*
 * file.h - a capture file that is being read, and what a format must do.
 *
 * Two formats: file_pcap.c and file_pcapng.c.
 */
#ifndef SIPMON_CAPTURE_FILE_H
#define SIPMON_CAPTURE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "follow.h"
#include "inflate.h"
#include "input.h"
#include "ops.h"
#include "sipmon/base/bytes.h"
#include "sipmon/base/slice.h"

/*
 * The longest packet, as MAXIMUM_SNAPLEN of libpcap.  Above it a length is
 * taken for a lie.
 */
#define CAPTURED_MAX 262144

#define NS_PER_S INT64_C(1000000000)

/*
 * After so many bytes, of the file and of what is unpacked from it, in which
 * nothing is wanted, the caller is let go with ERR_AGAIN, so that a screen
 * stays awake: some milliseconds.
 */
#define FILE_CALL_BYTES ((uint64_t)1024 * 1024)

/* The same for the first packet format and link type, before any screen. */
#define FILE_OPEN_BYTES ((uint64_t)32 * 1024 * 1024)

struct file;
struct pcapng;

struct file_format {
	/* Do these first four bytes begin such a file? */
	bool (*recognise)(const uint8_t *magic);
	/*
	 * Reads the header, so far that the first link type is known.  After
	 * ERR_AGAIN it is asked once more.
	 */
	enum err (*open)(struct file *f, struct problem *problem);
	enum err (*next)(struct file *f, struct packet *out,
			 struct problem *problem);
	void (*close)(struct file *f);
};

extern const struct file_format file_pcap;
extern const struct file_format file_pcapng;

struct file {
	struct source base;
	struct input input;
	struct inflate *inflate;          /* what it is packed with, or NULL */
	struct follow *follow;            /* NULL: it has an end */
	const struct file_format *format; /* NULL: not yet recognised */
	struct filter *filter;            /* NULL: everything */
	char *name;                       /* for people */
	int fd;
	bool regular; /* can be read again */
	bool opened;  /* the format has read its header */
	bool ended;
	bool filter_checked; /* against a link type of the file */
	uint64_t size;
	void (*secrets)(void *ctx, struct slice text); /* or NULL */
	void *secrets_ctx;
	uint16_t link_type; /* of the first interface */
	bool has_link_type;
	/* format pcap */
	bool big_endian;
	uint32_t record_bytes;
	uint32_t ns_per_tick;
	/* format pcapng */
	struct pcapng *pcapng;
};

/* Numbers in the byte order of the file. */
static inline uint32_t file_u32(bool big_endian, const uint8_t *p)
{
	return big_endian ? be32(p) : le32(p);
}

static inline uint16_t file_u16(bool big_endian, const uint8_t *p)
{
	return big_endian ? be16(p) : le16(p);
}

/*
 * The problem text for input_need having failed with `err` where `what`
 * ("packet", "block") begins.  Gives `err` back.
 */
enum err file_stopped(struct file *f, enum err err, const char *what,
		      struct problem *problem);

/* "NAME: the WHAT at offset N WHY"; gives ERR_MALFORMED. */
enum err file_malformed(struct file *f, const char *what, const char *why,
			struct problem *problem);

/* The same for a length that cannot be. */
enum err file_length_lie(struct file *f, const char *what, uint32_t len,
			 struct problem *problem);

/* "NAME: WHY"; gives ERR_UNSUPPORTED. */
enum err file_unsupported(struct file *f, const char *why,
			  struct problem *problem);

#endif
