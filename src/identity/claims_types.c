#include "claims_reading.h"

#include "base64.h"
#include "char.h"

/* RFC 9562 section 4: 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct slice s)
{
	if (s.len != 36)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return false;
		} else if (char_hex(c) < 0) {
			return false;
		}
	}
	return true;
}

/* RFC 8588 sections 4 and 5; ATIS-1000074 has a number for the caller. */
static void read_shaken(struct claims_reading *r)
{
	const json_t *attest = claim_required(r, "attest", "attest is missing");
	const json_t *origid = claim_required(r, "origid", "origid is missing");
	struct slice a = claim_string(attest);
	struct slice id = claim_string(origid);

	if (a.len == 1 && a.ptr[0] >= 'A' && a.ptr[0] <= 'C')
		r->c->attest_letter =
			(enum attestation)(ATTEST_A + (a.ptr[0] - 'A'));
	else if (attest != NULL)
		claim_malformed(r, "attest is not A, B or C");
	if (origid != NULL && !slice_is_set(id))
		claim_malformed(r, "origid is no string");
	else if (origid != NULL && !is_uuid(id))
		claim_warn(r, CAVEAT_ORIGID_NOT_UUID);
	if (r->c->has_orig && !r->c->orig.is_tn)
		claim_malformed(r, "orig of shaken is no tn");
}

/* H "." P "." S, none of them empty. */
static bool is_full_token(struct slice s)
{
	for (unsigned i = 0; i < 3; i++) {
		struct slice part;

		if (!slice_is_set(s))
			return false;
		part = slice_split(s, '.', &s);
		if (part.len == 0)
			return false;
	}
	return !slice_is_set(s);
}

/* RFC 8946 sections 3 and 5.  What else div may hold beside its tn or uri is
 * left alone, as in dest. */
static void read_div(struct claims_reading *r)
{
	const json_t *div = claim_required(r, "div", "div is missing");
	const json_t *opt = json_object_get(r->payload, "opt");

	if (div != NULL) {
		r->c->has_div = claim_party(r, div, &r->c->div);
		if (!r->c->has_div)
			claim_malformed(r, "div is not one tn or one uri");
	}
	if (r->ppt == PPT_DIV) {
		if (opt != NULL)
			claim_malformed(r, "div carries opt");
		return;
	}
	if (claim_required(r, "opt", "opt is missing") == NULL)
		return;
	if (is_full_token(claim_string(opt)))
		r->c->opt = claim_copy(r, claim_string(opt));
	else
		claim_malformed(r, "opt is no full PASSporT");
}

/* RFC 8443 section 3 */
static void read_rph(struct claims_reading *r)
{
	const json_t *rph = claim_required(r, "rph", "rph is missing");
	const json_t *auth = json_object_get(rph, "auth");
	size_t count = json_array_size(auth);
	struct slice *values;

	if (rph == NULL)
		return;
	values = claim_room(r, count, sizeof(*values));
	if (!json_is_array(auth) || (count > 0 && values == NULL)) {
		claim_malformed(r, "rph has no array auth");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		values[i] =
			claim_copy(r, claim_string(json_array_get(auth, i)));
		if (!slice_is_set(values[i])) {
			claim_malformed(r,
					"auth of rph holds what is no string");
			return;
		}
	}
	r->c->has_rph = true;
	r->c->rph = values;
	r->c->rph_count = (unsigned)count;
}

/* RFC 9795 sections 5, 6 and 8; rcd may ride in shaken too (section 9). */
static void read_rcd(struct claims_reading *r)
{
	const json_t *rcd = json_object_get(r->payload, "rcd");
	struct slice name = claim_string(json_object_get(rcd, "nam"));

	if (rcd == NULL && r->ppt == PPT_RCD &&
	    json_object_get(r->payload, "crn") == NULL)
		claim_fails(r, VERDICT_CLAIM_MISSING,
			    "rcd and crn are missing");
	if (rcd != NULL && !slice_is_set(name))
		claim_malformed(r, "rcd has no nam");
	r->c->rcd_name = claim_copy(r, name);
	if (json_object_get(r->payload, "rcdi") != NULL)
		claim_warn(r, CAVEAT_RCDI_UNCHECKED);
}

/* RFC 9475 section 3.2: as in Subresource Integrity, one of three hashes. */
static bool is_msgi(const struct memory *m, struct slice s)
{
	static const char *const prefix[] = { "sha256-", "sha384-", "sha512-" };
	struct slice bytes;

	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ')
			return false;
	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (slice_eq(slice_sub(s, 0, 7), slice_of(prefix[i])))
			return s.len > 7 &&
			       base64_decode(m, slice_sub(s, 7, s.len), &bytes);
	return false;
}

static void read_msgi(struct claims_reading *r)
{
	const json_t *msgi = json_object_get(r->payload, "msgi");
	struct slice s = claim_string(msgi);

	if (msgi == NULL)
		return;
	if (is_msgi(r->m, s))
		r->c->msgi = claim_copy(r, s);
	else
		claim_malformed(r, "msgi is no digest");
}

void claims_read_of_type(struct claims_reading *r)
{
	switch (r->ppt) {
	case PPT_SHAKEN:
		read_shaken(r);
		read_rcd(r);
		break;
	case PPT_DIV:
	case PPT_DIV_O:
		read_div(r);
		break;
	case PPT_RPH:
		read_rph(r);
		break;
	case PPT_RCD:
		read_rcd(r);
		break;
	case PPT_MSG:
		read_msgi(r);
		break;
	case PPT_BASELINE:
	case PPT_RSP:
	case PPT_UNKNOWN:
		break;
	}
}
