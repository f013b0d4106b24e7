#include "sipmon/call/finding.h"

const char *finding_severity_name(enum finding_severity s)
{
	switch (s) {
	case FINDING_NOTE:
		return "note";
	case FINDING_WARNING:
		return "warning";
	case FINDING_ERROR:
		break;
	}
	return "error";
}
