#include "sipmon/sip/charging.h"

#include "sipmon/sip/params.h"

/* icid-value = "icid-value" EQUAL gen-value; elements in the field put it
 * behind other parameters too. */
struct slice sip_icid_of(struct slice value)
{
	struct slice icid = sip_param_find(value, SLICE("icid-value"));

	if (icid.len >= 2 && icid.ptr[0] == '"' &&
	    icid.ptr[icid.len - 1] == '"')
		icid = slice_sub(icid, 1, icid.len - 2);
	return icid.len > 0 ? icid : SLICE_NONE;
}
