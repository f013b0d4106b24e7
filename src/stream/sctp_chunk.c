#include "sctp_chunk.h"

#include "sipmon/base/bytes.h"

#define DATA_HEADER   16
#define I_DATA_HEADER 20

_Static_assert(sizeof(struct sctp_place) == 16, "it has no padding");

enum sctp_parsed sctp_data_parse(struct sctp_data *out,
				 const struct sctp_chunk *c)
{
	bool interleaved = c->at[0] == SCTP_I_DATA;
	size_t header = interleaved ? I_DATA_HEADER : DATA_HEADER;
	struct sctp_place *place = &out->place;

	/* RFC 9260 section 6.2: without any data it is an error. */
	if (c->sent <= header)
		return SCTP_LIE;
	if (c->len < header)
		return SCTP_CUT;
	*out = (struct sctp_data){ .tsn = be32(c->at + 4),
				   .flags = c->at[1],
				   .bytes = c->at + header,
				   .len = c->len - header,
				   .sent = c->sent - header };
	place->type = c->at[0];
	place->stream = be16(c->at + 8);
	place->unordered = (out->flags & SCTP_UNORDERED) != 0;
	if (!interleaved) {
		/* Of an unordered message the number is not to be looked at. */
		place->message = place->unordered != 0 ? 0 : be16(c->at + 10);
		place->sequence = out->tsn;
		return SCTP_PARSED;
	}
	place->message = be32(c->at + 12);
	/* The first, number 0, has the payload protocol there. */
	if ((out->flags & SCTP_FIRST) != 0)
		return SCTP_PARSED;
	place->sequence = be32(c->at + 16);
	return place->sequence == 0 ? SCTP_LIE : SCTP_PARSED;
}
