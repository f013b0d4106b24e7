#include "constraints.h"

#include "cert_der.h"

/* SEQUENCE SIZE (1..MAX) OF a string type. */
static bool is_list_of(struct slice list, uint8_t tag)
{
	struct slice text;

	if (list.len == 0)
		return false;
	while (list.len > 0)
		if (!der_take(&list, tag, &text))
			return false;
	return true;
}

/* JWTClaimValues ::= SEQUENCE { claim JWTClaimName, values SEQUENCE OF
 * UTF8String } */
static bool read_permitted(struct slice *list, struct slice *claim,
			   struct slice *values)
{
	struct slice item;

	return der_take(list, DER_SEQUENCE, &item) &&
	       der_take(&item, DER_IA5_STRING, claim) &&
	       der_only(item, DER_SEQUENCE, values);
}

static bool is_list_of_permitted(struct slice list)
{
	struct slice claim;
	struct slice values;

	if (list.len == 0)
		return false;
	while (list.len > 0)
		if (!read_permitted(&list, &claim, &values) ||
		    !is_list_of(values, DER_UTF8_STRING))
			return false;
	return true;
}

/* Takes the field if it is the next one: absent is fine, broken is not. */
static bool take_field(struct slice *rest, uint8_t tag, struct slice *out)
{
	struct slice value;

	if (rest->len == 0 || (uint8_t)rest->ptr[0] != tag)
		return true;
	if (!der_take(rest, tag, &value) || !der_only(value, DER_SEQUENCE, out))
		return false;
	return tag == DER_CONTEXT_1 ? is_list_of_permitted(*out)
				    : is_list_of(*out, DER_IA5_STRING);
}

static bool excludes_what_must_be(struct slice list)
{
	struct slice name;

	while (list.len > 0 && der_take(&list, DER_IA5_STRING, &name))
		if (slice_eq(name, SLICE("iat")) ||
		    slice_eq(name, SLICE("orig")) ||
		    slice_eq(name, SLICE("dest")))
			return true;
	return false;
}

static bool is_empty(const struct constraints *c)
{
	return !slice_is_set(c->must_include) && !slice_is_set(c->permitted) &&
	       !slice_is_set(c->must_exclude);
}

void constraints_read(struct slice der, bool enhanced, struct constraints *out)
{
	struct constraints c = { .is_there = true };
	struct slice rest;
	bool good = der_only(der, DER_SEQUENCE, &rest) &&
		    take_field(&rest, DER_CONTEXT_0, &c.must_include) &&
		    take_field(&rest, DER_CONTEXT_1, &c.permitted) &&
		    (!enhanced ||
		     take_field(&rest, DER_CONTEXT_2, &c.must_exclude)) &&
		    rest.len == 0 && !is_empty(&c);

	if (!good)
		c = (struct constraints){ .is_there = true,
					  .is_malformed = true };
	else if (excludes_what_must_be(c.must_exclude))
		c = (struct constraints){ .is_there = false };
	*out = c;
}

static const json_t *claim_of(const json_t *payload, struct slice name)
{
	return json_object_getn(payload, name.ptr, name.len);
}

static bool has_all(struct slice list, const json_t *payload)
{
	struct slice name;

	while (list.len > 0 && der_take(&list, DER_IA5_STRING, &name))
		if (claim_of(payload, name) == NULL)
			return false;
	return true;
}

static bool has_none(struct slice list, const json_t *payload)
{
	struct slice name;

	while (list.len > 0 && der_take(&list, DER_IA5_STRING, &name))
		if (claim_of(payload, name) != NULL)
			return false;
	return true;
}

/*
 * A string is compared as it is; of any other claim the certificate holds the
 * JSON text, so white space and the order of members say nothing.
 */
static bool is_value(const json_t *claim, struct slice text)
{
	json_t *value;
	bool equal;

	if (json_is_string(claim)) {
		struct slice said = { json_string_value(claim),
				      json_string_length(claim) };

		return slice_eq(said, text);
	}
	value = json_loadb(text.ptr, text.len,
			   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	equal = value != NULL && json_equal(value, claim) == 1;
	json_decref(value);
	return equal;
}

static bool is_one_of(const json_t *claim, struct slice values)
{
	struct slice text;

	while (values.len > 0 && der_take(&values, DER_UTF8_STRING, &text))
		if (is_value(claim, text))
			return true;
	return false;
}

static bool has_permitted(struct slice list, const json_t *payload)
{
	struct slice name;
	struct slice values;

	while (list.len > 0 && read_permitted(&list, &name, &values)) {
		const json_t *claim = claim_of(payload, name);

		if (claim != NULL && !is_one_of(claim, values))
			return false;
	}
	return true;
}

bool constraints_allow(const struct constraints *c, const json_t *payload,
		       const char **why)
{
	const char *text = NULL;

	if (!c->is_there)
		return true;
	if (c->is_malformed)
		text = "the claim constraints of the certificate do not decode";
	else if (!has_all(c->must_include, payload))
		text = "a claim is missing that the certificate demands";
	else if (!has_permitted(c->permitted, payload))
		text = "a claim has a value that the certificate does not "
		       "permit";
	else if (!has_none(c->must_exclude, payload))
		text = "there is a claim that the certificate excludes";
	if (text != NULL && why != NULL)
		*why = text;
	return text == NULL;
}
