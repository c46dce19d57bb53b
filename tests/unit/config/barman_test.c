#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/config/barman.h"

#define HEAD "[barman]\nbarman_home = /var/lib/barman\n"

static struct barman_config *parse(const char *text, int version)
{
	struct barman_file f = {"/etc/barman.conf", text, strlen(text)};
	return barman_config_parse(&f, 1, version);
}

static void value_is(const struct barman_config *c, const char *option, const char *want)
{
	const char *text = barman_get(&c->server[0], option);
	if (!want) {
		assert_null(text);
		return;
	}
	if (!text)
		fail_msg("%s is not set", option);
	assert_string_equal(text, want);
}

static void defaults_and_inheritance_are_barmans(void **state)
{
	(void)state;
	struct barman_config *c = parse("[barman]\nbarman_home = /b\nslot_name = SHARED\nconninfo = host=x\nretention_policy: REDUNDANCY 3\ncompression = gzip\n"
					"[main]\nstreaming_conninfo = host=s\nbackup_directory = \"/d/main\"\ncompression =\nparallel_jobs = None\n", 304);
	assert_int_equal(c->servers, 1);
	value_is(c, "slot_name", "shared");
	value_is(c, "conninfo", NULL);
	value_is(c, "streaming_conninfo", "host=s");
	value_is(c, "retention_policy", "REDUNDANCY 3");
	value_is(c, "compression", NULL);
	value_is(c, "parallel_jobs", NULL);
	value_is(c, "backup_directory", "/d/main");
	value_is(c, "incoming_wals_directory", "/d/main/incoming");
	value_is(c, "backup_method", "rsync");
	value_is(c, "streaming_archiver_name", "barman_receive_wal");
	assert_string_equal(c->user, "barman");
	assert_string_equal(c->lock_directory, "/b");
	assert_string_equal(barman_value(&c->server[0], "slot_name")->file, "/etc/barman.conf");
	assert_int_equal(barman_value(&c->server[0], "slot_name")->line, 3);
	barman_config_free(c);
	c = parse(HEAD "[main]\nconninfo = host=db1\n  user=barman\n", 304);
	value_is(c, "streaming_conninfo", "host=db1\nuser=barman");
	value_is(c, "wals_directory", "/var/lib/barman/main/wals");
	barman_config_free(c);
}

static const struct barman_problem *problem_is(const struct barman_config *c, enum barman_trouble kind, int line, const char *words)
{
	const struct barman_problem *p = barman_problem_of(c, kind, NULL);
	if (!p)
		fail_msg("nothing was found of: %s", words);
	assert_int_equal(p->line, line);
	if (!strstr(p->say, words))
		fail_msg("%s", p->say);
	return p;
}

static void what_kills_every_command_is_syntax(void **state)
{
	(void)state;
	static const struct { const char *text, *words; int line, version; } rows[] = {
		{HEAD "[main]\nretention_policy RECOVERY WINDOW OF 7 DAYS\n", "without \"=\"", 4, 304},
		{HEAD "[main]\ndescription = 99.9% up\n", "a lone %", 4, 304},
		{HEAD "[main]\ndescription = %(nowhere)s\n", "names an option", 4, 304},
		{HEAD "[main]\nbackup_directory = %(barman_home)s/x\n", "names an option", 4, 304},
		{HEAD "[main]\ndescription = %(x\n", "bad reference", 4, 304},
		{HEAD "[main]\ndescription = %(description)s\n", "too deep", 4, 304},
		{HEAD "[main]\ndescription = 99%%\n", "twice", 4, 310},
		{HEAD "[all]\nconninfo = host=a\n", "reserved", 3, 304},
		{"[main]\nconninfo = host=a\n", "no [barman] section", 0, 304},
		{"[barman]\nlog_level = INFO\n[main]\n", "barman_home", 1, 304},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct barman_config *c = parse(rows[i].text, rows[i].version);
		const struct barman_problem *p = problem_is(c, BARMAN_SYNTAX, rows[i].line, rows[i].words);
		assert_true(p->fatal);
		assert_string_not_equal(p->hint, "");
		barman_config_free(c);
	}
	struct barman_config *c = parse(HEAD "x = a\n[main]\ndescription = 99%%\nslot_name = %(s)s\ns = b\n", 304);
	assert_null(barman_problem_of(c, BARMAN_SYNTAX, NULL));
	value_is(c, "description", "99%");
	value_is(c, "slot_name", "b");
	barman_config_free(c);
	c = parse(HEAD "[main]\ndescription = 99%%%%\n", 317);
	assert_null(barman_problem_of(c, BARMAN_SYNTAX, NULL));
	value_is(c, "description", "99%");
	barman_config_free(c);
}

static void what_this_barman_does_not_have_is_told(void **state)
{
	(void)state;
	static const char server[] = HEAD "[main]\nconninfo = host=a\nssh_command = ssh postgres@a\narchiver = on\n";
	static const struct { const char *line; int version; const char *words; bool matters; } rows[] = {
		{"compression = lz4\n", 304, "none that this Barman has", true},
		{"compression = gzipp\n", 317, "none that this Barman has", true},
		{"compression = lz4\n", 317, NULL, false},
		{"compression = pigz\n", 304, NULL, false},
		{"compression =\n", 304, NULL, false},
		{"backup_options = exclusive_backup, concurrent_backup\n", 304, "exclude each other", false},
		{"backup_options = concurrent_backup, external_configuration\n", 304, NULL, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[400];
		snprintf(text, sizeof text, "%s%s", server, rows[i].line);
		struct barman_config *c = parse(text, rows[i].version);
		if (!rows[i].words)
			assert_null(barman_problem_of(c, BARMAN_BAD_VALUE, NULL));
		else
			assert_int_equal(problem_is(c, BARMAN_BAD_VALUE, 7, rows[i].words)->matters, rows[i].matters);
		barman_config_free(c);
	}
}

static void included_files_must_not_touch_barman(void **state)
{
	(void)state;
	static const char text[] = HEAD, good[] = "[barman]\nbarman_home = /var/lib/barman\n[main]\n", bad[] = "[barman]\nlog_level = DEBUG\n";
	struct barman_file f[] = {{"/etc/barman.conf", text, sizeof text - 1}, {"/etc/barman.d/a.conf", good, sizeof good - 1}};
	struct barman_config *c = barman_config_parse(f, 2, 304);
	assert_null(barman_problem_of(c, BARMAN_SYNTAX, NULL));
	assert_int_equal(c->servers, 1);
	barman_config_free(c);
	f[1] = (struct barman_file){"/etc/barman.d/b.conf", bad, sizeof bad - 1};
	c = barman_config_parse(f, 2, 304);
	problem_is(c, BARMAN_SYNTAX, 2, "b.conf sets log_level");
	barman_config_free(c);
}

#define GOOD "conninfo = host=db1 user=barman\nssh_command = ssh postgres@db1\n"

static void unknown_options_name_the_one_that_was_meant(void **state)
{
	(void)state;
	struct barman_config *c = parse(HEAD "[main]\n" GOOD "archiver = on\nstreaming_archiver = on\nreplication_slot_name = barman\n", 304);
	const struct barman_problem *p = problem_is(c, BARMAN_UNKNOWN_OPTION, 8, "\"replication_slot_name\" in section [main]");
	assert_string_equal(p->nearest, "slot_name");
	assert_string_equal(p->value, "barman");
	assert_true(p->matters);
	assert_false(c->server[0].disabled);
	barman_config_free(c);
	c = parse(HEAD "[main]\n" GOOD "archiver = on\nslot_name = b\nreplication_slot_name = b\n", 304);
	assert_false(problem_is(c, BARMAN_UNKNOWN_OPTION, 8, "replication_slot_name")->matters);
	barman_config_free(c);
	c = parse(HEAD "[main]\n" GOOD "archiver = on\nkeepalive_interval = 3\nbarman_home = /x\nfoo = 1\n", 304);
	assert_false(problem_is(c, BARMAN_UNKNOWN_OPTION, 7, "keepalive_interval")->matters);
	barman_config_free(c);
	c = parse(HEAD "[main]\n" GOOD "archiver = on\nkeepalive_interval = 3\n", 317);
	assert_null(barman_problem_of(c, BARMAN_UNKNOWN_OPTION, NULL));
	barman_config_free(c);
	c = parse(HEAD "conninfo = host=db1\n[main]\n" GOOD "archiver = on\n", 304);
	problem_is(c, BARMAN_UNKNOWN_OPTION, 3, "no effect");
	barman_config_free(c);
}

static void bad_values_fall_back(void **state)
{
	(void)state;
	struct barman_config *c = parse(HEAD "[main]\n" GOOD "archiver = on # yes\n", 304);
	const struct barman_problem *p = problem_is(c, BARMAN_BAD_VALUE, 6, "on # yes");
	assert_true(p->matters);
	assert_non_null(strstr(p->hint, "comment"));
	value_is(c, "archiver", "off");
	barman_config_free(c);
	c = parse(HEAD "[main]\n" GOOD "archiver=on\nwals_directory = /w ; old\n", 304);
	problem_is(c, BARMAN_BAD_VALUE, 7, "takes the comment as part");
	value_is(c, "wals_directory", "/w ; old");
	barman_config_free(c);
}

/* barman config-switch main moved, after a failover (Barman 3.10). */
static void an_active_model_overrides_its_server(void **state)
{
	static const char text[] = HEAD "[main]\n" GOOD "archiver = on\ncluster = shop\ndescription = mine\n"
				   "[moved]\ncluster = shop\nmodel = true\nconninfo = host=db2\ndescription = model\n";
	static const struct { const char *path, *name; int version; const char *conninfo, *reason; } rows[] = {
		{"/var/lib/barman/main/.active-model.auto", "moved\n", 310, "host=db2", ""},
		{"/var/lib/barman/main/.active-model.auto", "moved", 0, "host=db2", ""},
		{"/var/lib/barman/main/.active-model.auto", "moved\n", 304, NULL, ""},
		{"/var/lib/barman/other/.active-model.auto", "moved\n", 317, NULL, ""},
		{"/var/lib/barman/main/.active-model.auto", "", 317, NULL, ""},
		{"/var/lib/barman/main/.active-model.auto", "gone\n", 317, NULL, "its active model 'gone' has no section any more"},
		{"/var/lib/barman/main/.active-model.auto", "main\n", 317, NULL, "its active model 'main' has no section any more"}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct barman_file f[] = {{"/etc/barman.conf", text, sizeof text - 1}, {rows[i].path, rows[i].name, strlen(rows[i].name)}};
		struct barman_config *c = barman_config_parse(f, 2, rows[i].version), *without = barman_config_parse(f, 1, rows[i].version);
		assert_int_equal(c->servers, without->servers);
		assert_string_equal(barman_get(&c->server[0], "conninfo"), rows[i].conninfo ? rows[i].conninfo : barman_get(&without->server[0], "conninfo"));
		assert_string_equal(barman_get(&c->server[0], "description"), "mine");
		assert_string_equal(c->server[0].reasons, rows[i].reason);
		barman_config_free(c);
		barman_config_free(without);
	}
}

static void bandwidth_is_a_number_of_kib(void **state)
{
	static const struct { const char *text; bool rsync, basebackup; } rows[] = {
		{"4000", true, true}, {"0", true, true}, {"8", true, false}, {"10M", true, true}, {"1.5m", true, false}, {"400k", true, true},
		{"4 MB/s", false, false}, {"fast", false, false}, {"4000 # KiB", false, false}, {"-1", false, false}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int basebackup = 0; basebackup <= 1; basebackup++) {
			char text[600];
			snprintf(text, sizeof text, HEAD "[main]\n" GOOD "archiver = on\nbackup_method = %s\nbandwidth_limit = %s\n", basebackup ? "postgres" : "rsync",
				 rows[i].text);
			struct barman_config *c = parse(text, 304);
			const struct barman_problem *p = barman_problem_of(c, BARMAN_BAD_VALUE, "main");
			if ((p == NULL) != (basebackup ? rows[i].basebackup : rows[i].rsync))
				fail_msg("%s with %s: %s", rows[i].text, basebackup ? "postgres" : "rsync", p ? p->say : "good");
			assert_true(!p || p->matters);
			barman_config_free(c);
		}
}

static void disabled_servers_say_why(void **state)
{
	(void)state;
	static const struct { const char *section, *words; } rows[] = {
		{"ssh_command = ssh x@y\n", "conninfo is missing"},
		{"conninfo = postgresql://a/b\nssh_command = ssh x@y\n", "conninfo is no valid connection string"},
		{"conninfo = host=a\n", "backup_method = rsync needs ssh_command"},
		{"conninfo = host=a\nbackup_method = postgres\nreuse_backup = link\n", "postgres does not take reuse_backup"},
		{"conninfo = host=a\nbackup_method = postgres\nstreaming_archiver = on\n", "streaming-only archiving needs slot_name"},
		{GOOD "wals_directory = /var/lib/barman/main/x/../incoming/\n", "incoming_wals_directory and wals_directory are the same"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[400] = HEAD "[main]\n";
		strcat(text, rows[i].section);
		struct barman_config *c = parse(text, 304);
		assert_true(c->server[0].disabled);
		if (!strstr(c->server[0].reasons, rows[i].words))
			fail_msg("%s", c->server[0].reasons);
		problem_is(c, BARMAN_SERVER_DISABLED, 3, rows[i].words);
		barman_config_free(c);
	}
	struct barman_config *c = parse(HEAD "[main]\n" GOOD "archiver = on\n", 304);
	assert_null(c->problems);
	barman_config_free(c);
	c = parse(HEAD "[main]\nprimary_ssh_command = ssh barman@other\n", 304);
	assert_false(c->server[0].disabled);
	barman_config_free(c);
}

static void servers_must_not_share_directories(void **state)
{
	(void)state;
	struct barman_config *c = parse(HEAD "[main]\n" GOOD "[two]\n" GOOD "backup_directory = /var/lib/barman//main\n", 304);
	const struct barman_problem *p = problem_is(c, BARMAN_PATH_CONFLICT, 9, "backup_directory of server \"main\"");
	assert_true(p->fatal);
	barman_config_free(c);
}

static void inactive_servers_are_said(void **state)
{
	(void)state;
	struct barman_config *c = parse(HEAD "[main]\n" GOOD "archiver = on\nactive = No\n", 304);
	assert_false(c->server[0].active);
	problem_is(c, BARMAN_SERVER_INACTIVE, 7, "switched off");
	barman_config_free(c);
}

static void targets_and_parameters_are_found(void **state)
{
	(void)state;
	static const struct { const char *command, *user, *host; } rows[] = {
		{"ssh postgres@db1", "postgres", "db1"}, {"ssh -q -p 22 -i '/a b' db1", "", "db1"}, {"ssh -l pg db1 -v", "pg", "db1"},
		{"ssh -oPort=22 a@b@c", "a@b", "c"}, {"ssh ssh://u@h/", "u", "h"}};
	struct arena *a = arena_new();
	const char *user, *host;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(barman_ssh_target(a, rows[i].command, &user, &host));
		assert_string_equal(user, rows[i].user);
		assert_string_equal(host, rows[i].host);
	}
	assert_false(barman_ssh_target(a, "ssh", &user, &host));
	assert_false(barman_ssh_target(a, "ssh -p", &user, &host));
	assert_false(barman_ssh_target(a, "ssh 'open", &user, &host));
	assert_string_equal(barman_conninfo_get(a, "host=a\nport=5433 host=b", "host"), "b");
	assert_null(barman_conninfo_get(a, "hostaddr=a", "host"));
	arena_free(a);
}

static void no_bytes_do_harm(void **state)
{
	(void)state;
	static const char seed[] = HEAD "a=%(b)s\nb=%(a)s%%\n[DEFAULT]\nslot_name=x\n[main]\n" GOOD "slot_name='\nactive=\"no\"\n[main]\n x\n[two]\nmodel=true\n";
	char copy[sizeof seed];
	unsigned random = 7;
	for (int i = 0; i < 3000; i++) {
		memcpy(copy, seed, sizeof seed);
		for (int k = 0; k < i % 9; k++) {
			random = random * 1103515245u + 12345u;
			copy[(random >> 8) % sizeof copy] = "[]=:;#%\n\r \t\0a\xc3()s'\""[(random >> 20) % 19];
		}
		struct barman_file f = {"/f", copy, (size_t)i % sizeof copy};
		barman_config_free(barman_config_parse(&f, 1, i & 1 ? 304 : 317));
	}
	barman_config_free(barman_config_parse(NULL, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_and_inheritance_are_barmans),
		cmocka_unit_test(what_kills_every_command_is_syntax),
		cmocka_unit_test(what_this_barman_does_not_have_is_told),
		cmocka_unit_test(included_files_must_not_touch_barman),
		cmocka_unit_test(unknown_options_name_the_one_that_was_meant),
		cmocka_unit_test(bad_values_fall_back),
		cmocka_unit_test(an_active_model_overrides_its_server),
		cmocka_unit_test(bandwidth_is_a_number_of_kib),
		cmocka_unit_test(disabled_servers_say_why),
		cmocka_unit_test(servers_must_not_share_directories),
		cmocka_unit_test(inactive_servers_are_said),
		cmocka_unit_test(targets_and_parameters_are_found),
		cmocka_unit_test(no_bytes_do_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
