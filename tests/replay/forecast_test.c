/* The forecast against loads that were recorded in the laboratory (tests/lab/record-traces): at every look, is the time that it
 * really took within the interval that was given? A trace is one line a second, and how it ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/str.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"

#define TRACES "tests/replay/traces/"
enum { LINES = 400, EVERY = 5, FIRST = 60 };

struct sample {
	double at, lsn, redo, checkpoint, avail, bytes, ready, oldest;
	char last[32], restart[32], safe[32], status[16];
};

struct trace {
	struct sample s[LINES];
	int n;
	char end[16];           /* full, lost, none */
	double ended;
};

static void load_trace(const char *name, struct trace *ret)
{
	char path[600], line[400];
	const char *top = getenv("srcdir");
	FILE *f;

	snprintf(path, sizeof(path), "%s/" TRACES "%s.trace", top ? top : ".", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s cannot be read", path);
	*ret = (struct trace){.n = 0};
	while (fgets(line, sizeof(line), f)) {
		struct sample *s = &ret->s[ret->n];

		if (sscanf(line, "end %15s %lf", ret->end, &ret->ended) == 2 || *line == '#' || ret->n == LINES)
			continue;
		assert_int_equal(sscanf(line, "%lf %lf %lf %lf %lf %lf %31s %lf %lf %31s %31s %15s", &s->at, &s->lsn, &s->redo,
					&s->checkpoint, &s->avail, &s->bytes, s->last, &s->ready, &s->oldest, s->restart, s->safe, s->status), 12);
		ret->n++;
	}
	fclose(f);
	assert_true(ret->n > 100 && *ret->end);
}

static struct view *trace_view(const char *limit)
{
	const char *const facts[][2] = {
		{"server.name", "main"}, {"server.streaming_archiver", "off"}, {"server.archiver", "on"}, {"pg.up", "yes"},
		{"pg.settings.wal_segment_size", "16777216"}, {"pg.settings.max_wal_size", "134217728"},
		{"pg.settings.max_slot_wal_keep_size", limit}, {"pg.settings.wal_keep_size", "0"}, {"pg.settings.checkpoint_timeout", "300"}, {"pg.version_num", "150020"}};
	struct view *v = view_new(NULL);

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		learn(v, facts[i][0], facts[i][1]);
	return v;
}

static const char *or_null(const char *s)
{
	return !strcmp(s, "-") ? NULL : s;
}

static void tell_slots(struct view *v, const struct sample *s)
{
	char lsn[32];
	const char *cell[17] = {lsn, "10", or_null(s->restart) ? "leak" : NULL, "physical", "f", "f", NULL, or_null(s->restart), "0/4000028",
				or_null(s->status), or_null(s->safe)};
	struct reply r = {.outcome = REPLY_DONE, .out = "", .words = "", .stage = "", .sqlstate = "", .via = "libpq", .rows = 1, .cols = 17,
			  .cell = cell, .at = view_now(v)};

	snprintf(lsn, sizeof(lsn), "%.0f", s->lsn);
	view_answer(v, &q_pg_slots, &r);
}

static void tell_volume(struct view *v, const struct sample *s)
{
	struct str out = {0};
	str_addf(&out, "db.wal.clock=%.3f\ndb.wal.size=%.0f\ndb.wal.avail=%.0f\ndb.wal.mount=/wal\ndb.data.mount=/\ndb.data.avail=9e10\n",
		 s->at, s->avail + s->bytes, s->avail);
	str_addf(&out, "db.wal.segments=%.0f\ndb.wal.bytes=%.0f\ndb.wal.segment_size=16777216\ndb.wal.last=%s\n", s->bytes / 16777216, s->bytes,
		 s->last);
	str_addf(&out, "db.wal.ready=%.0f\ndb.wal.oldest_ready_ms=%.0f\nend=\n", s->ready, s->oldest * 1000);
	struct reply r = {.outcome = REPLY_DONE, .out = str_text(&out), .out_len = out.len, .words = "", .stage = "", .sqlstate = "",
			  .via = "local", .at = view_now(v)};
	view_answer(v, &q_db_wal, &r);
	str_free(&out);
}

static void tell(struct view *v, const struct sample *s)
{
	view_set_now(v, (int64_t)(s->at * 1000));
	learn_num(v, "pg.lsn", s->lsn);
	learn_f(v, "pg.redo_lsn", "%.0f", s->redo);
	learn_f(v, "pg.checkpoint_ms", "%.0f", s->checkpoint * 1000);
	learn_num(v, "db.archive.ready_count", s->ready);
	learn_f(v, "db.archive.oldest_ready_ms", "%.0f", s->oldest * 1000);
	tell_slots(v, s);
	tell_volume(v, s);
}

struct score {
	int looks, said, inside, pinned, unsaid_late;
};

/* What was said at each look, held against what came. */
static struct score play(const struct trace *t, const char *limit, bool lost)
{
	struct view *v = trace_view(limit);
	struct score score = {0};

	for (int i = 0; i < t->n; i += EVERY) {
		struct filling f;
		double truth = t->ended - t->s[i].at, soonest, latest;

		tell(v, &t->s[i]);
		flow_pg_wal(v, &f);
		soonest = lost ? f.lost_soonest : f.soonest;
		latest = lost ? f.lost_latest : f.latest;
		score.looks++;
		score.pinned += f.pin.what != NULL;
		if (isnan(soonest) || isnan(latest)) {
			score.unsaid_late += f.pin.what && t->s[i].at - t->s[0].at > FIRST;
			continue;
		}
		score.said++;
		if (soonest <= truth && truth <= latest)
			score.inside++;
		else if (getenv("VERBOSE"))
			print_message("  at %.0f: %.0f s, said %.0f to %.0f (rate %.0f)\n", t->s[i].at - t->s[0].at, truth, soonest, latest, f.rate);
	}
	view_free(v);
	return score;
}

static void within(const char *name, const char *limit, const char *end)
{
	static struct trace t;
	struct score s;

	load_trace(name, &t);
	assert_string_equal(t.end, end);
	s = play(&t, limit, !strcmp(end, "lost"));
	print_message("%s: %d looks, %d forecasts, %d within\n", name, s.looks, s.said, s.inside);
	assert_true(s.said * 10 >= s.looks * 4);
	assert_int_equal(s.unsaid_late, 0);
	assert_true(s.inside * 10 >= s.said * 9);
}

static void steady_load(void **state) { (void)state; within("steady", "-1", "full"); }
static void bursts(void **state) { (void)state; within("bursty", "-1", "full"); }
static void checkpoint_saw_tooth(void **state) { (void)state; within("checkpoints", "-1", "full"); }
static void growing_load(void **state) { (void)state; within("ramp", "-1", "full"); }
static void archiver_fails(void **state) { (void)state; within("archive-leak", "-1", "full"); }
static void archiver_too_slow(void **state) { (void)state; within("archive-slow", "-1", "full"); }
static void slot_is_lost_first(void **state) { (void)state; within("slot-cap", "167772160", "lost"); }

/* Recorded after the forecast was finished, and not used to tune it: each trace, and all their samples together. */
static void held_out_loads(void **state)
{
	static const struct {
		const char *name, *limit, *end;
	} held[] = {{"held-wave", "-1", "full"}, {"held-jitter", "-1", "full"}, {"held-surges", "-1", "full"},
		    {"held-slot-cap", "167772160", "lost"}};
	static struct trace t;
	struct score all = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++) {
		struct score s;
		load_trace(held[i].name, &t);
		assert_string_equal(t.end, held[i].end);
		s = play(&t, held[i].limit, !strcmp(held[i].end, "lost"));
		print_message("%s: %d looks, %d forecasts, %d within\n", held[i].name, s.looks, s.said, s.inside);
		assert_true(s.said * 10 >= s.looks * 4);
		all.looks += s.looks;
		all.said += s.said;
		all.inside += s.inside;
	}
	print_message("held out: %d looks, %d forecasts, %d within (%.0f %%)\n", all.looks, all.said, all.inside, 100.0 * all.inside / all.said);
	assert_true(all.inside * 10 >= all.said * 9);
}

/* Nothing holds WAL back: written as fast as in the others, and never a word of a full disk. */
static void plateau(void **state)
{
	static struct trace t;
	struct score s;

	(void)state;
	load_trace("plateau", &t);
	assert_string_equal(t.end, "none");
	s = play(&t, "-1", false);
	assert_int_equal(s.said, 0);
	assert_int_equal(s.pinned, 0);
	assert_true(t.s[t.n - 1].lsn - t.s[0].lsn > 2 * 134217728.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steady_load), cmocka_unit_test(bursts), cmocka_unit_test(checkpoint_saw_tooth), cmocka_unit_test(growing_load),
		cmocka_unit_test(archiver_fails), cmocka_unit_test(archiver_too_slow), cmocka_unit_test(slot_is_lost_first),
		cmocka_unit_test(held_out_loads),
		cmocka_unit_test(plateau)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
