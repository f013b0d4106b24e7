#include "sipmon/media/codec.h"

#include <math.h>

/* R of ITU-T G.107 with the values of its table 2, and no packet is lost. */
#define R_BEST 93.2

struct row {
	struct slice name; /* terminated too */
	uint32_t clock;
	bool is_speech;
	int8_t ie;
	float bpl;
};

/* SLICE() for a table. */
#define SLICE_OF(literal)                                                      \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct row rows[CODECS] = {
#define CODEC(id, name, clock, is_speech, ie, bpl)                             \
	[CODEC_##id] = { SLICE_OF(name), clock, is_speech, ie, (float)(bpl) },
#include "sipmon/media/codecs.def"
#undef CODEC
	[CODEC_OTHER] = { SLICE_OF("other"), 0, false, -1, 0 },
};

_Static_assert(CODECS <= 64, "each codec is a bit of a set");

/* Names that are used for a codec of the table. */
static const struct {
	const char *name;
	enum codec codec;
} aliases[] = {
	{ "G729A", CODEC_G729 },    { "G729B", CODEC_G729 },
	{ "G729AB", CODEC_G729 },   { "G723.1", CODEC_G723 },
	{ "G7231", CODEC_G723 },    { "L16-mono", CODEC_L16 },
	{ "DTMF", CODEC_EVENT },    { "flexfec", CODEC_FLEXFEC },
	{ "H264-SVC", CODEC_H264 },
};

/* clang-format off */
/* RFC 3551 tables 4 and 5; 2 was G721 in RFC 1890. */
static const struct {
	uint8_t codec;
	uint32_t clock; /* 0: no such type */
} types[] = {
	[0] = { CODEC_PCMU, 8000 },
	[2] = { CODEC_G721, 8000 },
	[3] = { CODEC_GSM, 8000 },
	[4] = { CODEC_G723, 8000 },
	[5] = { CODEC_DVI4, 8000 },
	[6] = { CODEC_DVI4, 16000 },
	[7] = { CODEC_LPC, 8000 },
	[8] = { CODEC_PCMA, 8000 },
	[9] = { CODEC_G722, 8000 },
	[10] = { CODEC_L16, 44100 },
	[11] = { CODEC_L16, 44100 },
	[12] = { CODEC_QCELP, 8000 },
	[13] = { CODEC_CN, 8000 },
	[14] = { CODEC_MPA, 90000 },
	[15] = { CODEC_G728, 8000 },
	[16] = { CODEC_DVI4, 11025 },
	[17] = { CODEC_DVI4, 22050 },
	[18] = { CODEC_G729, 8000 },
	[25] = { CODEC_CELB, 90000 },
	[26] = { CODEC_JPEG, 90000 },
	[28] = { CODEC_NV, 90000 },
	[31] = { CODEC_H261, 90000 },
	[32] = { CODEC_MPV, 90000 },
	[33] = { CODEC_MP2T, 90000 },
	[34] = { CODEC_H263, 90000 },
};
/* clang-format on */

#define TYPES   (sizeof(types) / sizeof(types[0]))
#define ALIASES (sizeof(aliases) / sizeof(aliases[0]))

enum codec codec_find(struct slice encoding)
{
	struct slice name = slice_trim(slice_split(encoding, '/', NULL));
	int first = name.len > 0 ? name.ptr[0] | 0x20 : 0;

	/* Length or first letter differ most often: then nothing is called. */
	for (unsigned i = 0; i < CODEC_OTHER; i++)
		if (name.len == rows[i].name.len &&
		    first == (rows[i].name.ptr[0] | 0x20) &&
		    slice_eq_nocase(name, rows[i].name))
			return (enum codec)i;
	for (size_t i = 0; i < ALIASES; i++)
		if (slice_eq_nocase(name, slice_of(aliases[i].name)))
			return aliases[i].codec;
	return CODEC_OTHER;
}

uint32_t codec_clock_of(struct slice encoding)
{
	enum codec c = codec_find(encoding);
	struct slice rest;
	uint32_t clock;

	/* RFC 3551 section 4.5.2: 8000 by mistake, and so it stays; some write
	 * the 16000 samples that it has. */
	if (c == CODEC_G722)
		return rows[c].clock;
	(void)slice_split(encoding, '/', &rest);
	rest = slice_trim(slice_split(rest, '/', NULL));
	if (slice_to_u32(rest, UINT32_MAX, &clock) && clock != 0)
		return clock;
	return rows[c].clock;
}

enum codec codec_of_type(unsigned type)
{
	if (type >= TYPES || types[type].clock == 0)
		return CODEC_OTHER;
	return (enum codec)types[type].codec;
}

uint32_t codec_clock_of_type(unsigned type)
{
	return type < TYPES ? types[type].clock : 0;
}

static const struct row *row_of(enum codec c)
{
	return &rows[(unsigned)c < CODECS ? c : CODEC_OTHER];
}

const char *codec_name(enum codec c)
{
	return row_of(c)->name.ptr;
}

bool codec_is_speech(enum codec c)
{
	return row_of(c)->is_speech;
}

/* Idd of ITU-T G.107 (7-28), for a connection without echo. */
static double delay_impairment(double ms)
{
	double x;

	if (!(ms > 100))
		return 0;
	x = log2(ms / 100);
	return 25 * (pow(1 + pow(x, 6), 1.0 / 6) -
		     3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2);
}

/* Ie,eff of ITU-T G.107 (7-29) for random loss. */
static double loss_impairment(const struct row *row, double percent)
{
	return row->ie + (95 - row->ie) * percent / (percent + row->bpl);
}

double codec_mos(enum codec c, double loss_percent, double jitter_ms)
{
	const struct row *row = row_of(c);
	double r = R_BEST - delay_impairment(jitter_ms);

	if (row->ie < 0 || (loss_percent > 0 && row->bpl <= 0))
		return 0;
	if (loss_percent > 100)
		loss_percent = 100;
	r -= loss_percent > 0 ? loss_impairment(row, loss_percent) : row->ie;
	if (!(r > 6.5)) /* below it the polynomial of annex B rises again */
		return 1;
	return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}
