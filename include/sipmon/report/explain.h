/*
 * explain.h - one code, or two side by side, as text and as JSON.
 */
#ifndef SIPMON_REPORT_EXPLAIN_H
#define SIPMON_REPORT_EXPLAIN_H

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/catalogue/catalogue.h"

/* How a line of text is to be seen; `columns` wraps by display cells. */
struct explain_style {
	unsigned columns;
	bool colour;
};

/* ERR_MALFORMED for what catalogue_code() says is no code. */
MUST_CHECK enum err explain_text(struct buf *out, const struct catalogue *c,
				 uint16_t code,
				 const struct explain_style *style);
MUST_CHECK enum err explain_pair_text(struct buf *out,
				      const struct catalogue *c, uint16_t a,
				      uint16_t b,
				      const struct explain_style *style);
MUST_CHECK enum err explain_json(struct buf *out, const struct catalogue *c,
				 uint16_t code);
MUST_CHECK enum err explain_pair_json(struct buf *out,
				      const struct catalogue *c, uint16_t a,
				      uint16_t b);

#endif
