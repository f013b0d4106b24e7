#include "sipmon/call/audit.h"

const char *audit_result_name(enum audit_result r)
{
	switch (r) {
	case AUDIT_KEPT:
		return "kept";
	case AUDIT_EARLY:
		return "early";
	case AUDIT_LATE:
		return "late";
	case AUDIT_RAN_OUT:
		return "ran-out";
	case AUDIT_RUNS:
		break;
	}
	return "runs";
}
