#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sipmon/base/slice.h"

/* Debian's nobody and nogroup, for a system without a user database. */
#define NOBODY 65534

static bool id_of(const char *variable, uint32_t *id)
{
	const char *value = getenv(variable);

	return value != NULL &&
	       slice_to_u32(slice_of(value), UINT32_MAX - 1, id) && *id != 0;
}

static void choose(uint32_t *uid, uint32_t *gid)
{
	const struct passwd *user;

	if (id_of("SUDO_UID", uid) && id_of("SUDO_GID", gid))
		return;
	user = getpwnam("sipmon");
	if (user == NULL)
		user = getpwnam("nobody");
	*uid = user != NULL && user->pw_uid != 0 ? user->pw_uid : NOBODY;
	*gid = user != NULL && user->pw_gid != 0 ? user->pw_gid : NOBODY;
}

static bool become(uint32_t uid, uint32_t gid)
{
	gid_t group = gid;

	/* setgid() and setuid() of root set the real, effective and saved id.
	 */
	return setgroups(1, &group) == 0 && setgid(gid) == 0 &&
	       setuid(uid) == 0 && setuid(0) != 0;
}

/* Those that a file gave too: root has lost its own by becoming another. */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	return syscall(SYS_capset, &head, none) == 0;
}

enum err privilege_drop(bool live, struct problem *problem)
{
	uint32_t uid;
	uint32_t gid;

	if (live && geteuid() == 0) {
		choose(&uid, &gid);
		if (!become(uid, gid)) {
			problem_set(problem, "cannot become user %u: %s", uid,
				    strerror(errno));
			return ERR_SYSTEM;
		}
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !drop_capabilities()) {
		problem_set(problem, "cannot give up rights: %s",
			    strerror(errno));
		return ERR_SYSTEM;
	}
	return ERR_OK;
}
