/*
 * codec.h - payload types and codec names (RFC 3551, the RTP payload formats
 * registry).
 */
#ifndef SIPMON_MEDIA_CODEC_H
#define SIPMON_MEDIA_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

/*
 * Codecs that are told apart; each is a bit of a set.  CODEC_OTHER stands for
 * all that are not in the table: of two sets that hold it nothing is sure.
 */
enum codec {
#define CODEC(id, name, clock, is_speech, ie, bpl) CODEC_##id,
#include "sipmon/media/codecs.def"
#undef CODEC
	CODEC_OTHER,
	CODECS
};

#define CODEC_BIT(c) (UINT64_C(1) << (c))

/* Comfort noise (RFC 3389), and the type that it had in drafts: sent without
 * being listed, and ignored where it is not known. */
#define CODEC_TYPE_CN     13
#define CODEC_TYPE_CN_OLD 19

/* From here on a type means what its a=rtpmap says (RFC 3551 section 6). */
#define CODEC_TYPE_DYNAMIC 96

/* By the name of an a=rtpmap ("PCMA/8000", "opus/48000/2"), any case;
 * CODEC_OTHER if it is not in the table. */
enum codec codec_find(struct slice encoding);

/* The clock of an a=rtpmap ("speex/16000": 16000), or what its codec always
 * has; 0 if it says nothing that can be read. */
uint32_t codec_clock_of(struct slice encoding);

/* Of a static payload type (RFC 3551 section 6); CODEC_OTHER if it has none. */
enum codec codec_of_type(unsigned type);

/* Ticks in a second of a static payload type; 0 if it has none. */
uint32_t codec_clock_of_type(unsigned type);

/* "PCMA"; "other" for CODEC_OTHER. */
const char *codec_name(enum codec c);

/* Carries speech: not events, comfort noise, repair or video. */
bool codec_is_speech(enum codec c);

/*
 * Mean opinion score (ITU-T G.107 with the packet-loss impairment of G.113)
 * for random loss of `loss_percent`, no echo, and a one-way delay of which the
 * jitter is the only known part; 0 if the codec has no figures there.
 */
double codec_mos(enum codec c, double loss_percent, double jitter_ms);

#endif
