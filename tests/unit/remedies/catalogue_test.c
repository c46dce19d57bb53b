/* Every page that is compiled in: it can be read, keeps the rules, and its shell text is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/base/text.h"
#include "probes/engine/probe.h"
#include "remedies/catalogue.h"
#include "remedies/lint.h"

static bool is_cause(const char *id)
{
	return cause_find(id) != NULL;
}

static bool is_probe(const char *id)
{
	for (const struct probe *const *p = catalogue; *p; p++)
		if (!strcmp((*p)->id, id))
			return true;
	return false;
}

struct complaints {
	const char *name;
	int count;
	struct str all;
};

static void count(void *arg, int line, const char *text)
{
	struct complaints *c = arg;
	c->count++;
	str_addf(&c->all, "%s.md:%d: %s\n", c->name, line, text);
}

static void pages_keep_the_rules(void **state)
{
	(void)state;
	int wrong = 0;
	for (const struct embedded *e = embedded_pages; e->cause; e++) {
		struct problem p;
		struct arena *a = arena_new();
		struct complaints c = {.name = e->cause};
		struct lint l = {.name = e->cause, .is_cause = is_cause, .is_probe = is_probe, .complain = count, .arg = &c};
		struct page *page = remedy_find(a, e->cause, &p);
		if (page)
			lint_page(page, &l);
		else
			count(&c, 0, p.say);
		fputs(str_text(&c.all), stderr);
		wrong += c.count;
		str_free(&c.all);
		arena_free(a);
	}
	assert_int_equal(wrong, 0);
}

static void runbooks_keep_the_rules(void **state)
{
	(void)state;
	static const char *const must[] = {"backup-job-failure", "archive-command-failing", "pg-wal-filling", "slot-lag", "barman-host-lost", "primary-moved",
					   "new-base-backup", "disk-full-backup-host", "restore-drill", "decommission-server"};
	int wrong = 0;
	for (size_t i = 0; i < sizeof must / sizeof *must; i++) {
		struct problem p;
		struct arena *a = arena_new();
		if (!runbook_find(a, must[i], &p))
			fail_msg("%s", p.say);
		arena_free(a);
	}
	for (const struct embedded *e = embedded_runbooks; e->cause; e++) {
		struct problem p;
		struct arena *a = arena_new();
		struct complaints c = {.name = e->cause};
		struct lint l = {.name = e->cause, .is_cause = is_cause, .is_probe = is_probe, .complain = count, .arg = &c};
		struct page *page = runbook_find(a, e->cause, &p);
		if (page)
			lint_runbook(page, &l);
		else
			count(&c, 0, p.say);
		fputs(str_text(&c.all), stderr);
		wrong += c.count;
		str_free(&c.all);
		arena_free(a);
	}
	assert_int_equal(wrong, 0);
}

static int shell_accepts(const struct step *s)
{
	int in[2], status;
	pid_t child;
	posix_spawn_file_actions_t files;
	char *argv[] = {s->bash ? "bash" : "sh", "-n", NULL};
	assert_int_equal(pipe(in), 0);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
	posix_spawn_file_actions_addclose(&files, in[1]);
	assert_int_equal(posix_spawnp(&child, argv[0], &files, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&files);
	close(in[0]);
	size_t n = strlen(s->text);
	assert_int_equal(write(in[1], s->text, n), n);
	close(in[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void setup_pages_keep_the_rules(void **state)
{
	(void)state;
	int wrong = 0;
	assert_non_null(embedded_setups[0].cause);
	for (const struct embedded *e = embedded_setups; e->cause; e++) {
		struct problem p;
		struct arena *a = arena_new();
		struct complaints c = {.name = e->cause};
		struct lint l = {.name = e->cause, .is_cause = is_cause, .is_probe = is_probe, .complain = count, .arg = &c};
		struct page *page = setup_find(a, e->cause, &p);
		if (page)
			lint_setup(page, &l);
		else
			count(&c, 0, p.say);
		fputs(str_text(&c.all), stderr);
		wrong += c.count;
		str_free(&c.all);
		for (int i = 0; page && i < page->steps; i++)
			if (page->step[i].kind == STEP_COMMAND && shell_accepts(&page->step[i]))
				fail_msg("%s.md:%d: sh -n refuses the step", e->cause, page->step[i].text_line);
		arena_free(a);
	}
	assert_int_equal(wrong, 0);
}

/* The report's `host` is the host of the first step; host.* are about the host that is not there. */
static void causes_name_the_place_of_the_first_step(void **state)
{
	(void)state;
	for (const struct embedded *e = embedded_pages; e->cause; e++) {
		struct problem p;
		struct arena *a = arena_new();
		struct page *page = remedy_find(a, e->cause, &p);
		const struct cause *c = cause_find(e->cause);
		assert_non_null(page);
		assert_non_null(c);
		if (!text_starts(e->cause, "host.") && page->steps && strcmp(page->step[0].on, c->place))
			fail_msg("%s: the table says %s, the first step %s", e->cause, c->place, page->step[0].on);
		arena_free(a);
	}
}

/* What a probe can name, a page must mend. */
static void every_cause_has_a_page(void **state)
{
	(void)state;
	int missing = 0;
	for (const struct probe *const *p = catalogue; *p; p++)
		for (size_t i = 0; i < sizeof (*p)->causes / sizeof *(*p)->causes && (*p)->causes[i]; i++) {
			struct problem problem;
			struct arena *a = arena_new();
			if (!remedy_find(a, (*p)->causes[i], &problem)) {
				fprintf(stderr, "%s of %s: %s\n", (*p)->causes[i], (*p)->id, problem.say);
				missing++;
			}
			arena_free(a);
		}
	assert_int_equal(missing, 0);
}

/* Spawned, not forked: the shadow of a sanitized program takes longer to copy than the shell to answer. */
static void shells_can_parse_every_step(void **state)
{
	(void)state;
	for (const struct embedded *e = embedded_pages; e->cause; e++) {
		struct problem p;
		struct arena *a = arena_new();
		struct page *page = remedy_find(a, e->cause, &p);
		for (int i = 0; page && i < page->steps; i++)
			if (shell_accepts(&page->step[i]))
				fail_msg("%s.md:%d: sh -n refuses the step", e->cause, page->step[i].text_line);
		arena_free(a);
	}
	for (const struct embedded *e = embedded_runbooks; e->cause; e++) {
		struct problem p;
		struct arena *a = arena_new();
		struct page *page = runbook_find(a, e->cause, &p);
		for (int i = 0; page && i < page->steps; i++)
			if (shell_accepts(&page->step[i]))
				fail_msg("%s.md:%d: sh -n refuses the step", e->cause, page->step[i].text_line);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_keep_the_rules), cmocka_unit_test(runbooks_keep_the_rules), cmocka_unit_test(causes_name_the_place_of_the_first_step),
		cmocka_unit_test(every_cause_has_a_page),
		cmocka_unit_test(shells_can_parse_every_step), cmocka_unit_test(setup_pages_keep_the_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
