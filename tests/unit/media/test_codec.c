/* Names, static types and scores of codecs (RFC 3551, ITU-T G.107, G.113). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/media/codec.h"

static void a_codec_is_found_by_its_rtpmap(void **state)
{
	static const struct {
		const char *encoding;
		enum codec codec;
		uint32_t clock;
	} cases[] = {
		{ "PCMU/8000", CODEC_PCMU, 8000 },
		{ "pcma/8000/1", CODEC_PCMA, 8000 },
		{ "PCMA/16000", CODEC_PCMA, 16000 },
		{ "opus/48000/2", CODEC_OPUS, 48000 },
		{ "speex/8000", CODEC_SPEEX, 8000 },
		{ "SPEEX/32000", CODEC_SPEEX, 32000 },
		{ "speex", CODEC_SPEEX, 0 },
		{ "AMR-WB/16000", CODEC_AMR_WB, 16000 },
		{ "AMR/8000", CODEC_AMR, 8000 },
		{ "G726-32/8000", CODEC_G726_32, 8000 },
		{ "G729a/8000", CODEC_G729, 8000 },
		/* RFC 3551 section 4.5.2, whatever is written */
		{ "G722/16000", CODEC_G722, 8000 },
		{ "telephone-event/16000", CODEC_EVENT, 16000 },
		{ "H263-1998/90000", CODEC_H263_1998, 90000 },
		{ "H263/90000", CODEC_H263, 90000 },
		{ "PCMU/", CODEC_PCMU, 8000 },
		{ "PCMU/0", CODEC_PCMU, 8000 },
		{ "PCMU/99999999999", CODEC_PCMU, 8000 },
		{ "PCM", CODEC_OTHER, 0 },
		{ "x-unheard-of/44100", CODEC_OTHER, 44100 },
		{ "", CODEC_OTHER, 0 },
		{ "/8000", CODEC_OTHER, 8000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s = slice_of(cases[i].encoding);

		assert_int_equal(codec_find(s), cases[i].codec);
		assert_int_equal(codec_clock_of(s), cases[i].clock);
	}
	assert_int_equal(codec_find(SLICE_NONE), CODEC_OTHER);
}

static void static_types_are_those_of_rfc_3551(void **state)
{
	static const struct {
		unsigned type;
		const char *name;
		uint32_t clock;
	} cases[] = {
		{ 0, "PCMU", 8000 },   { 1, "other", 0 },
		{ 3, "GSM", 8000 },    { 4, "G723", 8000 },
		{ 5, "DVI4", 8000 },   { 6, "DVI4", 16000 },
		{ 8, "PCMA", 8000 },   { 9, "G722", 8000 },
		{ 10, "L16", 44100 },  { 13, "CN", 8000 },
		{ 15, "G728", 8000 },  { 17, "DVI4", 22050 },
		{ 18, "G729", 8000 },  { 19, "other", 0 },
		{ 26, "JPEG", 90000 }, { 31, "H261", 90000 },
		{ 33, "MP2T", 90000 }, { 34, "H263", 90000 },
		{ 35, "other", 0 },    { 101, "other", 0 },
		{ 127, "other", 0 },   { 4000000000U, "other", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(codec_name(codec_of_type(cases[i].type)),
				    cases[i].name);
		assert_int_equal(codec_clock_of_type(cases[i].type),
				 cases[i].clock);
	}
}

static void each_codec_is_found_by_its_own_name(void **state)
{
	(void)state;
	for (unsigned c = 0; c < CODEC_OTHER; c++)
		assert_int_equal(codec_find(slice_of(codec_name(c))), c);
	assert_string_equal(codec_name(CODECS), "other");
}

static void speech_is_told_from_what_goes_with_it(void **state)
{
	(void)state;
	assert_true(codec_is_speech(CODEC_PCMA));
	assert_true(codec_is_speech(CODEC_OPUS));
	assert_true(codec_is_speech(CODEC_EVS));
	assert_false(codec_is_speech(CODEC_EVENT));
	assert_false(codec_is_speech(CODEC_CN));
	assert_false(codec_is_speech(CODEC_RED));
	assert_false(codec_is_speech(CODEC_VP8));
	assert_false(codec_is_speech(CODEC_OTHER));
}

/* Reckoned by hand from G.107: R = 93.2 - Idd - Ie,eff. */
static void a_score_is_that_of_the_e_model(void **state)
{
	static const struct {
		enum codec codec;
		double loss;
		double jitter;
		double mos;
	} cases[] = {
		{ CODEC_PCMU, 0, 0, 4.409 },
		{ CODEC_PCMA, 0, 99, 4.409 },
		{ CODEC_PCMU, 1, 0, 3.834 },
		{ CODEC_PCMU, 0, 200, 4.343 },
		{ CODEC_G729, 0, 0, 4.104 },
		{ CODEC_G729, 1, 0, 3.946 },
		{ CODEC_PCMU, 100, 0, 1 },
		{ CODEC_PCMU, 1e9, 1e9, 1 },
		{ CODEC_GSM, 0, 0, 3.743 },
		{ CODEC_GSM, 1, 0, 0 }, /* no Bpl is known */
		{ CODEC_OPUS, 0, 0, 0 },
		{ CODEC_EVENT, 0, 0, 0 },
		{ CODEC_OTHER, 0, 0, 0 },
		/* more came than were sent, and a jitter that is not known */
		{ CODEC_PCMU, -3, -1, 4.409 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double mos = codec_mos(cases[i].codec, cases[i].loss,
				       cases[i].jitter);

		if (fabs(mos - cases[i].mos) > 0.001)
			fail_msg("case %zu: %f", i, mos);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_codec_is_found_by_its_rtpmap),
		cmocka_unit_test(static_types_are_those_of_rfc_3551),
		cmocka_unit_test(each_codec_is_found_by_its_own_name),
		cmocka_unit_test(speech_is_told_from_what_goes_with_it),
		cmocka_unit_test(a_score_is_that_of_the_e_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
