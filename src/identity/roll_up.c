#include "roll_up.h"

#include <stddef.h>

#define CODE_NO_CREDENTIAL 436
#define CODE_BAD_IDENTITY  438

/* The headers that still count, as bits of their index. */
static uint32_t counting(const struct identity_detail *d)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < d->header_count; i++)
		if (d->headers[i].verdict != VERDICT_NONE)
			set |= UINT32_C(1) << i;
	return set;
}

static bool is_in(uint32_t set, unsigned i)
{
	return (set >> i & 1) != 0;
}

static uint32_t with_verdict(const struct identity_detail *d, uint32_t set,
			     enum verdict v)
{
	uint32_t found = 0;

	for (unsigned i = 0; i < d->header_count; i++)
		if (is_in(set, i) && d->headers[i].verdict == v)
			found |= UINT32_C(1) << i;
	return found;
}

static uint32_t with_code(const struct identity_detail *d, uint32_t set,
			  uint16_t code)
{
	uint32_t found = 0;

	for (unsigned i = 0; i < d->header_count; i++)
		if (is_in(set, i) &&
		    verdict_code(d->headers[i].verdict) == code)
			found |= UINT32_C(1) << i;
	return found;
}

/* `set` without `some`, unless nothing remained. */
static uint32_t leave_out(uint32_t set, uint32_t some)
{
	return (set & ~some) != 0 ? set & ~some : set;
}

static const struct identity_header *first_of(const struct identity_detail *d,
					      uint32_t set)
{
	for (unsigned i = 0; i < d->header_count; i++)
		if (is_in(set, i))
			return &d->headers[i];
	return NULL;
}

static const struct identity_header *deciding(const struct identity_detail *d,
					      bool has_div)
{
	uint32_t set = counting(d);
	uint32_t valid;
	uint32_t bad_identity;

	set = leave_out(set, with_verdict(d, set, VERDICT_UNSUPPORTED_PPT));
	valid = with_verdict(d, set, VERDICT_VALID);
	if (has_div ? valid == set : valid != 0)
		return first_of(d, valid);
	set = set & ~valid;
	set = leave_out(set, with_code(d, set, CODE_NO_CREDENTIAL));
	set = leave_out(set, with_verdict(d, set, VERDICT_DIV_CHAIN_BROKEN));
	bad_identity = with_code(d, set, CODE_BAD_IDENTITY);
	return first_of(d, bad_identity != 0 ? bad_identity : set);
}

const struct identity_header *roll_up(struct identity_detail *out, bool has_div)
{
	const struct identity_header *h = deciding(out, has_div);

	out->caveats = 0;
	for (unsigned i = 0; i < out->header_count; i++)
		out->caveats |= out->headers[i].caveats;
	if (h == NULL)
		return NULL;
	out->verdict = h->verdict;
	out->expected_code = h->expected_code;
	out->signature = h->signature;
	return h;
}
