#include "judging.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "details.h"
#include "sipmon/base/clock.h"
#include "sipmon/identity/fetch.h"
#include "sipmon/identity/judge.h"
#include "sipmon/identity/signatures.h"
#include "sipmon/identity/verifier.h"

/* Ids that wait, four bytes each: a flood past it is judged when looked at. */
#define WAITING_MAX (1U << 20)
/* Messages of calls that are on the screen. */
#define WANTED_MAX 256
/* Messages of one call that are wanted at a time. */
#define WANTED_OF_CALL 16
/* Results kept, of 40 bytes each: those of the hops of calls under way. */
#define SIGNATURES_KEPT 4096
#define THREADS_MAX     16
/* A ring of ids; `room` is a power of two. */
struct waiting {
	uint32_t *ids;
	uint32_t first;
	uint32_t count;
	uint32_t room;
};

struct judging {
	struct identity_policy policy;
	struct certs *certs;
	struct signatures *signatures;
	struct judge judge;
	struct verifier *verifier; /* NULL before the first message */
	bool verifier_failed;
	struct fetch *fetch; /* NULL without --fetch */
	bool fetch_all;      /* not only for calls that are looked at */
	bool fetched;        /* a certificate came since the last sweep */
	struct store *store;
	const struct view *view;
	struct identity_reader reader;
	struct waiting waiting;
	struct waiting wanted;
	uint32_t wanted_ids[WANTED_MAX];
	unsigned threads;
	struct buf scratch;
	struct details *details;
	struct problem trouble;
	bool has_trouble;
	bool told;
};

/* ---- the queue */

/* False if it is full, or memory is: the message stays not judged, and is
 * counted so (call/signing.h), until somebody looks at it. */
static bool waiting_add(struct waiting *w, uint32_t id)
{
	if (w->count == w->room) {
		uint32_t room = w->room == 0 ? 1024 : w->room * 2;
		uint32_t *ids;

		if (w->room >= WAITING_MAX)
			return false;
		ids = malloc(room * sizeof(*ids));
		if (ids == NULL)
			return false;
		for (uint32_t i = 0; i < w->count; i++)
			ids[i] = w->ids[(w->first + i) & (w->room - 1)];
		free(w->ids);
		*w = (struct waiting){ ids, 0, w->count, room };
	}
	w->ids[(w->first + w->count++) & (w->room - 1)] = id;
	return true;
}

static bool waiting_take(struct waiting *w, uint32_t *id)
{
	if (w->count == 0)
		return false;
	*id = w->ids[w->first];
	w->first = (w->first + 1) & (w->room - 1);
	w->count--;
	return true;
}

/* ---- what the user gave */

static enum err add_file(struct judging *j, const struct identity_file *f,
			 struct problem *problem)
{
	switch (f->kind) {
	case IDENTITY_CERTS:
		return certs_set_folder(j->certs, f->name, problem);
	case IDENTITY_TRUST:
		return certs_add_trust(j->certs, f->name, problem);
	case IDENTITY_CRL:
		return certs_add_crl(j->certs, f->name, problem);
	case IDENTITY_CRL_TRUST:
		return certs_add_crl_trust(j->certs, f->name, problem);
	case IDENTITY_UNTRUSTED:
		return certs_add_untrusted(j->certs, f->name, problem);
	}
	return ERR_UNSUPPORTED;
}

static enum err open_fetch(struct judging *j, const struct options *o,
			   struct problem *problem)
{
	const struct fetch_options how = { .hosts = o->fetch_from };

	if (!o->fetch)
		return ERR_OK;
	/* On the screen only for what is looked at: an old capture, or a flood,
	 * would send requests to whatever URLs strangers chose. */
	j->fetch_all = o->command == FOR_REPORT;
	return fetch_start(&j->fetch, &how, problem);
}

static unsigned threads_of(const struct options *o)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n > 1 && o->command != FOR_REPORT)
		n--; /* one is left to the packets */
	if (n < 1)
		return 1;
	return n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

static bool detail_of(void *ctx, uint32_t msg, struct identity_detail *out);
static void want(void *ctx, uint64_t call);

static struct judging *new_judging(const struct options *o)
{
	struct judging *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->policy = o->policy;
	j->threads = threads_of(o);
	j->wanted = (struct waiting){ j->wanted_ids, 0, 0, WANTED_MAX };
	j->reader = (struct identity_reader){ detail_of, want, j };
	buf_init(&j->scratch, JUDGED_BYTES_MAX);
	j->signatures = signatures_new(SIGNATURES_KEPT);
	if (j->signatures == NULL || certs_new(&j->certs)) {
		judging_free(j);
		return NULL;
	}
	j->judge = (struct judge){ &j->policy, j->certs, j->signatures };
	j->details = details_new(&j->judge, o->fetch);
	if (j->details != NULL)
		return j;
	judging_free(j);
	return NULL;
}

enum err judging_open(struct judging **out, const struct options *o,
		      struct problem *problem)
{
	struct judging *j = new_judging(o);
	enum err e = ERR_OK;

	if (j == NULL) {
		problem_set(problem, "out of memory");
		return ERR_NOMEM;
	}
	for (unsigned i = 0; i < o->identity_file_count && e == ERR_OK; i++)
		e = add_file(j, &o->identity_files[i], problem);
	if (e == ERR_OK)
		e = open_fetch(j, o, problem);
	if (e) {
		judging_free(j);
		return e;
	}
	*out = j;
	return ERR_OK;
}

void judging_free(struct judging *j)
{
	if (j == NULL)
		return;
	verifier_free(j->verifier);
	fetch_free(j->fetch);
	signatures_free(j->signatures);
	certs_free(j->certs);
	details_free(j->details);
	buf_free(&j->scratch);
	free(j->waiting.ids);
	free(j);
}

void judging_attach(struct judging *j, struct store *store)
{
	j->store = store;
	j->view = store_view(store);
	details_attach(j->details, store);
}

void judging_clear(struct judging *j)
{
	j->waiting.count = 0;
	j->wanted.count = 0;
}

/* ---- troubles */

static void tell(struct judging *j, const char *text)
{
	problem_set(&j->trouble, "%s", text);
	j->has_trouble = true;
}

/* With the first Identity: it matters only to those who have one. */
static void tell_what_lacks(struct judging *j)
{
	if (j->told)
		return;
	j->told = true;
	if (!certs_has_trust(j->certs))
		tell(j, "no trust anchors configured (--trust): no certificate "
			"of an Identity can be trusted");
}

const char *judging_trouble(struct judging *j)
{
	if (!j->has_trouble)
		return certs_caution(j->certs);
	j->has_trouble = false;
	return j->trouble.text;
}

/* ---- handing out and bringing home */

static bool start_verifier(struct judging *j)
{
	if (j->verifier != NULL)
		return true;
	if (j->verifier_failed)
		return false;
	if (verifier_new(&j->verifier, &j->judge, j->threads) == ERR_OK)
		return true;
	j->verifier_failed = true;
	tell(j, "cannot start the threads that judge signatures; an Identity "
		"is judged when it is looked at");
	return false;
}

static bool is_to_judge(const struct captured_msg *m)
{
	return m != NULL && (msg_waits_for_verdict(m) ||
			     msg_verdict(m) == VERDICT_CERT_UNAVAILABLE);
}

static void hand_out(struct judging *j, uint32_t id, bool wanted)
{
	const struct captured_msg *m = view_msg(j->view, id);
	struct verifier_job job = { .tag = id };

	if (!is_to_judge(m))
		return;
	buf_clear(&j->scratch);
	if (view_bytes(j->view, m, &j->scratch))
		return;
	job.bytes = buf_slice(&j->scratch);
	job.time_ns = m->time_ns;
	job.id = (uint64_t)m->content << 1 | wanted;
	(void)verifier_ask(j->verifier, &job);
}

static void file_answer(struct judging *j, const struct verifier_answer *a)
{
	const struct captured_msg *m = view_msg(j->view, a->tag);
	struct verdict_brief brief = a->brief;

	if (m == NULL || brief.verdict == VERDICT_NONE)
		return;
	if (a->signer.name[0] != '\0' || a->signer.spc[0] != '\0')
		brief.signer = store_signer(j->store, &a->signer);
	if (!store_file_verdict(j->store, a->tag, (uint32_t)(a->id >> 1),
				a->time_ns, &brief))
		return;
	if (a->has_age)
		store_add_age(j->store, a->age_s);
	if (a->url[0] != '\0' && j->fetch != NULL &&
	    (j->fetch_all || (a->id & 1) != 0))
		(void)fetch_ask(j->fetch, slice_of(a->url),
				clock_monotonic_ns(), NULL);
}

/* What waited for a certificate that has come is judged again. */
static void sweep(struct judging *j)
{
	for (const struct call *c = view_first(j->view); c != NULL;
	     c = view_next(j->view, c)) {
		if (!call_is(c, CALL_IDENTITY))
			continue;
		for (uint32_t id = c->first_msg; id != 0;) {
			const struct captured_msg *m = view_msg(j->view, id);

			if (msg_verdict(m) == VERDICT_CERT_UNAVAILABLE)
				(void)waiting_add(&j->waiting, id);
			id = m->next;
		}
	}
}

static void take_downloads(struct judging *j)
{
	struct fetch_answer answer;

	while (fetch_take(j->fetch, clock_monotonic_ns(), &answer)) {
		struct problem problem = { "" };

		if (!answer.is_good) {
			problem_set(&j->trouble, "%.*s: %.*s",
				    SLICE_ARG(answer.url),
				    SLICE_ARG(answer.why));
			j->has_trouble = true;
			continue;
		}
		if (certs_put(j->certs, answer.url, answer.content, &problem) ==
		    ERR_OK)
			j->fetched = true;
		if (problem.text[0] != '\0')
			tell(j, problem.text);
	}
	if (j->fetched && fetch_pending(j->fetch) == 0) {
		j->fetched = false;
		sweep(j);
	}
}

void judging_note(struct judging *j, uint32_t msg)
{
	tell_what_lacks(j);
	(void)waiting_add(&j->waiting, msg);
}

void judging_work(struct judging *j)
{
	struct verifier_answer answer;
	uint32_t id;

	if (j->verifier != NULL)
		while (verifier_take(j->verifier, &answer))
			file_answer(j, &answer);
	if (j->fetch != NULL)
		take_downloads(j);
	if (j->waiting.count + j->wanted.count == 0 || !start_verifier(j))
		return;
	while (verifier_has_room(j->verifier)) {
		if (waiting_take(&j->wanted, &id))
			hand_out(j, id, true);
		else if (waiting_take(&j->waiting, &id))
			hand_out(j, id, false);
		else
			break;
	}
}

bool judging_is_busy(const struct judging *j)
{
	if (!j->verifier_failed && j->waiting.count + j->wanted.count > 0)
		return true;
	if (j->verifier != NULL && verifier_pending(j->verifier) > 0)
		return true;
	return j->fetch != NULL && (j->fetched || fetch_pending(j->fetch) > 0);
}

void judging_fds(const struct judging *j, int fds[JUDGING_FDS])
{
	fds[0] = j->verifier != NULL ? verifier_fd(j->verifier) : -1;
	fds[1] = j->fetch != NULL ? fetch_fd(j->fetch) : -1;
}

bool judging_has_trust(const struct judging *j)
{
	return certs_has_trust(j->certs);
}

const struct identity_reader *judging_reader(const struct judging *j)
{
	return &j->reader;
}

/* ---- readers */

static void want(void *ctx, uint64_t call)
{
	struct judging *j = ctx;
	const struct call *c = view_call(j->view, call);
	unsigned n = 0;

	if (c == NULL || !call_is(c, CALL_IDENTITY))
		return;
	for (uint32_t id = c->first_msg; id != 0 && n < WANTED_OF_CALL;) {
		const struct captured_msg *m = view_msg(j->view, id);

		if (j->wanted.count == WANTED_MAX)
			return;
		if (msg_waits_for_verdict(m) && waiting_add(&j->wanted, id))
			n++;
		id = m->next;
	}
}

/* Somebody looks at it: what is not at hand is downloaded, also for one that
 * was judged before anybody did. */
static void ask_for_certificates(struct judging *j,
				 const struct identity_detail *d)
{
	if (j->fetch == NULL || j->fetch_all)
		return;
	for (unsigned i = 0; i < d->header_count; i++)
		if ((d->headers[i].failed &
		     VERDICT_BIT(VERDICT_CERT_UNAVAILABLE)) != 0)
			(void)fetch_ask(j->fetch, d->headers[i].url,
					clock_monotonic_ns(), NULL);
}

static bool detail_of(void *ctx, uint32_t msg, struct identity_detail *out)
{
	struct judging *j = ctx;

	if (!details_of(j->details, msg, out))
		return false;
	ask_for_certificates(j, out);
	return true;
}
