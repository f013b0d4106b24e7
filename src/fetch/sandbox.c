#include "sandbox.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian's nobody and nogroup, for a system without a user database. */
#define NOBODY 65534

/* Four downloads of 256 KiB, and OpenSSL with the certificates of the system,
 * stay below 40 MB. */
#define MEMORY_BYTES_MAX (256U << 20)
#define DESCRIPTORS_MAX  64
#define WORK_SECONDS     20

/* The address sanitizer reserves terabytes. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

static bool become_nobody(void)
{
	const struct passwd *user = getpwnam("nobody");
	uid_t uid = user != NULL && user->pw_uid != 0 ? user->pw_uid : NOBODY;
	gid_t gid = user != NULL && user->pw_gid != 0 ? user->pw_gid : NOBODY;

	/* The bounding set cannot be changed without CAP_SETPCAP; if root lacks
	 * it, the set is no wider than it was. */
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	return setgroups(1, &gid) == 0 && setgid(gid) == 0 &&
	       setuid(uid) == 0 && setuid(0) != 0;
}

static bool drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) == 0;
}

static bool limit(int what, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) != 0)
		return false;
	if (now.rlim_max > most)
		now.rlim_max = most;
	now.rlim_cur = now.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &now) == 0;
}

static bool limit_all(void)
{
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
	       limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0) &&
	       limit(RLIMIT_NOFILE, DESCRIPTORS_MAX) &&
	       (IS_SANITIZED || limit(RLIMIT_DATA, MEMORY_BYTES_MAX));
}

bool sandbox_close(void)
{
	if (geteuid() == 0 && !become_nobody())
		return false;
	/* Only now: to become another user clears the signal of a parent's
	 * death. */
	return drop_capabilities() && limit_all() &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

void sandbox_allow_work(void)
{
	struct rusage used;
	struct rlimit cpu;

	if (getrusage(RUSAGE_SELF, &used) != 0 ||
	    getrlimit(RLIMIT_CPU, &cpu) != 0)
		return;
	cpu.rlim_cur = (rlim_t)used.ru_utime.tv_sec +
		       (rlim_t)used.ru_stime.tv_sec + WORK_SECONDS;
	if (cpu.rlim_cur > cpu.rlim_max)
		cpu.rlim_cur = cpu.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &cpu);
}
