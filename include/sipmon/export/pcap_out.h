/*
 * pcap_out.h - packets to a capture file, as they came.
 */
#ifndef SIPMON_EXPORT_PCAP_OUT_H
#define SIPMON_EXPORT_PCAP_OUT_H

#include "sipmon/base/err.h"
#include "sipmon/net/packet.h"

struct pcap_out;

/*
 * Makes `path` (mode 0600), a pcap file with nanoseconds; one that is there
 * already is refused.  The link type is that of the first packet.
 */
MUST_CHECK enum err pcap_out_open(struct pcap_out **out, const char *path,
				  struct problem *problem);

/*
 * Writes one packet.  ERR_UNSUPPORTED: of another link type than the first,
 * not written, counted.  ERR_SYSTEM: the disk; nothing is written any more.
 */
MUST_CHECK enum err pcap_out_packet(struct pcap_out *p,
				    const struct packet *packet,
				    struct problem *problem);

/* What was written reaches the file now. */
MUST_CHECK enum err pcap_out_flush(struct pcap_out *p, struct problem *problem);

/* Packets that were not written, for their link type. */
uint64_t pcap_out_left_out(const struct pcap_out *p);

MUST_CHECK enum err pcap_out_close(struct pcap_out *p, struct problem *problem);

#endif
