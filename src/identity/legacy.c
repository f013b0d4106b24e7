#include "legacy.h"

#include "base64.h"
#include "canon.h"
#include "char.h"
#include "date_form.h"
#include "sipmon/sip/params.h"
#include "text.h"

#define ALG SLICE("rsa-sha1")

/* The first of each field that counts, absent if there is none. */
struct fields {
	struct slice from;
	struct slice to;
	struct slice call_id;
	struct slice cseq;
	struct slice date;
	struct slice contact;
	struct slice info;
	unsigned values; /* of RFC 4474 */
	unsigned infos;
};

static struct slice *field_of(struct fields *f, enum sip_header_id id)
{
	switch (id) {
	case SIP_HEADER_FROM:
		return &f->from;
	case SIP_HEADER_TO:
		return &f->to;
	case SIP_HEADER_CALL_ID:
		return &f->call_id;
	case SIP_HEADER_CSEQ:
		return &f->cseq;
	case SIP_HEADER_DATE:
		return &f->date;
	case SIP_HEADER_CONTACT:
		return &f->contact;
	case SIP_HEADER_IDENTITY_INFO:
		return &f->info;
	default:
		return NULL;
	}
}

/* All in one walk, which is most of the work. */
static struct fields read_fields(const struct sip_msg *msg)
{
	struct fields f = { .values = 0 };
	struct slice rest = msg->headers;
	struct sip_header h;

	while (sip_header_next(&rest, &h)) {
		struct slice *first = field_of(&f, h.id);

		if (first != NULL && !slice_is_set(*first))
			*first = h.value;
		if (h.id == SIP_HEADER_IDENTITY_INFO)
			f.infos++;
		else if (h.id == SIP_HEADER_IDENTITY && h.value.len > 0 &&
			 value_is_legacy(msg, h.value))
			f.values++;
	}
	return f;
}

/* signed-identity-digest = LDQUOT base64 RDQUOT */
static void read_signature(const struct memory *m, struct slice value,
			   struct legacy *out)
{
	struct slice text = slice_trim(value);

	if (text.len > 0 && text.ptr[0] == '"') {
		text = slice_sub(text, 1, text.len);
		if (text.len == 0 || text.ptr[text.len - 1] != '"') {
			out->failed |= VERDICT_BIT(VERDICT_MALFORMED_HEADER);
			return;
		}
		text.len--;
	} else {
		out->caveats |= CAVEAT_BIT(CAVEAT_UNQUOTED);
	}
	if (slice_trim(text).len == 0 ||
	    !base64_decode(m, text, &out->signature)) {
		out->signature = SLICE_NONE;
		out->failed |= VERDICT_BIT(VERDICT_MALFORMED_HEADER);
	}
}

/* LAQUOT absoluteURI RAQUOT *( SEMI param ) */
static void read_info(const struct memory *m, struct slice field,
		      struct legacy *out)
{
	struct slice value = value_unfold(m, field);
	struct slice params;
	struct slice alg;
	size_t end = slice_find(value, '>');

	out->alg = ALG;
	if (value.len < 2 || value.ptr[0] != '<' || end == value.len ||
	    end == 1) {
		out->failed |= VERDICT_BIT(VERDICT_MISSING_INFO);
		return;
	}
	out->url = slice_sub(value, 1, end - 1);
	slice_split(slice_sub(value, end + 1, value.len), ';', &params);
	alg = sip_param_find(params, SLICE("alg"));
	if (!slice_is_set(alg)) {
		out->caveats |= CAVEAT_BIT(CAVEAT_MISSING_ALG);
		return;
	}
	out->alg = alg;
	if (!slice_eq_nocase(alg, ALG))
		out->failed |= VERDICT_BIT(VERDICT_UNSUPPORTED_ALG);
}

/* digits SP method: leading zeros gone, one blank between. */
static void add_cseq(struct words *w, struct slice value)
{
	size_t zeros = 0;
	size_t digits = 0;

	while (digits < value.len && char_is_digit(value.ptr[digits]))
		digits++;
	while (zeros + 1 < digits && value.ptr[zeros] == '0')
		zeros++;
	words_add(w, slice_sub(value, zeros, digits - zeros));
	words_add(w, SLICE(" "));
	words_add(w, slice_trim(slice_sub(value, digits, value.len)));
}

struct slice first_contact(const struct memory *m, struct slice field)
{
	struct slice rest = value_unfold(m, field);
	struct slice first = SLICE_NONE;

	if (!sip_value_next(&rest, &first))
		return SLICE_NONE;
	return addr_spec_of(first);
}

/* RFC 4474 section 9.  A field that is absent is empty: no signature holds
 * over it, and none is left unchecked. */
static struct slice digest_string(const struct memory *m,
				  const struct fields *f, struct slice date,
				  struct slice body)
{
	const struct slice bar = SLICE("|");
	struct words w = { 0 };

	words_add(&w, addr_spec_of(value_unfold(m, f->from)));
	words_add(&w, bar);
	words_add(&w, addr_spec_of(value_unfold(m, f->to)));
	words_add(&w, bar);
	words_add(&w, value_unfold(m, f->call_id));
	words_add(&w, bar);
	add_cseq(&w, value_unfold(m, f->cseq));
	words_add(&w, bar);
	words_add(&w, date);
	words_add(&w, bar);
	words_add(&w, first_contact(m, f->contact));
	words_add(&w, bar);
	words_add(&w, body);
	return words_join(m, &w);
}

static bool date_of(const struct memory *m, struct slice field,
		    int64_t *seconds, struct slice *canonical)
{
	char text[DATE_FORM_BYTES];

	if (!date_form(field, text, seconds))
		return false;
	if (canonical != NULL)
		*canonical =
			arena_copy(m->arena, m->pool,
				   (struct slice){ text, DATE_FORM_BYTES });
	return true;
}

void legacy_read(const struct memory *m, const struct sip_msg *msg,
		 struct slice value, size_t trailing, struct legacy *out)
{
	struct fields f = read_fields(msg);
	struct slice body = msg->body;
	struct slice date;

	*out = (struct legacy){ 0 };
	/* RFC 4474 section 9: each of the two fields may appear once. */
	if (f.values > 1 || f.infos > 1)
		out->failed |= VERDICT_BIT(VERDICT_MALFORMED_HEADER);
	else
		read_signature(m, value, out);
	read_info(m, f.info, out);
	out->has_date = date_of(m, f.date, &out->date_s, &date);
	if (!out->has_date) {
		out->failed |= VERDICT_BIT(VERDICT_DATE_MISSING);
		return;
	}
	out->digest_string = digest_string(m, &f, date, body);
	if (trailing == 0)
		return;
	body.len += trailing;
	out->longer_string = digest_string(m, &f, date, body);
}

bool message_date(const struct memory *m, const struct sip_msg *msg,
		  int64_t *seconds, struct slice *canonical)
{
	return date_of(m, sip_msg_field(msg, SIP_HEADER_DATE, 0), seconds,
		       canonical);
}
