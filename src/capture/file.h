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
#include "input.h"
#include "ops.h"
#include "sipmon/base/bytes.h"

/*
 * The longest packet, as MAXIMUM_SNAPLEN of libpcap.  Above it a length is
 * taken for a lie.
 */
#define CAPTURED_MAX 262144

#define NS_PER_S INT64_C(1000000000)

/*
 * After so many blocks or packets that nobody wants the caller is let go with
 * ERR_AGAIN, so that a screen stays awake: a few milliseconds.
 */
#define FILE_PASS_OVER_MAX 16384

struct file;
struct pcapng;

struct file_format {
	/* Do these first four bytes begin such a file? */
	bool (*recognise)(const uint8_t *magic);
	/* Reads the header, so far that the first link type is known. */
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
	const struct file_format *format;
	struct filter *filter; /* NULL: everything */
	char *name;            /* for people */
	int fd;
	bool regular; /* can be read again */
	bool ended;
	uint64_t size;
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

#endif
