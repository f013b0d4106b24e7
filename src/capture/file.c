#include "file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Offsets are those in what was unpacked, and its name says so. */
static const char *unpacked(const struct file *f)
{
	return f->inflate == NULL ? "" : ", unpacked";
}

static enum err cannot_read(struct file *f, struct problem *problem)
{
	uint64_t offset = f->input.end_offset;
	int code = errno;
	const char *why;
	enum err err;

	if (f->inflate != NULL) {
		offset = inflate_offset(f->inflate);
		err = inflate_fault(f->inflate, &why);
		if (err) {
			problem_set(problem,
				    "%s: the %s data %s at offset %" PRIu64,
				    f->name, inflate_name(f->inflate), why,
				    offset);
			return err;
		}
	}
	problem_set(problem, "%s: cannot be read at offset %" PRIu64 ": %s",
		    f->name, offset, strerror(code));
	return ERR_SYSTEM;
}

enum err file_stopped(struct file *f, enum err err, const char *what,
		      struct problem *problem)
{
	if (err == ERR_SYSTEM)
		return cannot_read(f, problem);
	if (err == ERR_TRUNCATED)
		problem_set(
			problem, "%s%s: stops inside the %s at offset %" PRIu64,
			f->name, unpacked(f), what, input_offset(&f->input));
	return err;
}

enum err file_malformed(struct file *f, const char *what, const char *why,
			struct problem *problem)
{
	problem_set(problem, "%s%s: the %s at offset %" PRIu64 " %s", f->name,
		    unpacked(f), what, input_offset(&f->input), why);
	return ERR_MALFORMED;
}

enum err file_length_lie(struct file *f, const char *what, uint32_t len,
			 struct problem *problem)
{
	problem_set(problem,
		    "%s%s: the %s at offset %" PRIu64 " claims to have %" PRIu32
		    " bytes",
		    f->name, unpacked(f), what, input_offset(&f->input), len);
	return ERR_MALFORMED;
}

enum err file_unsupported(struct file *f, const char *why,
			  struct problem *problem)
{
	problem_set(problem, "%s%s: %s", f->name, unpacked(f), why);
	return ERR_UNSUPPORTED;
}
