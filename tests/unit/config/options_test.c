#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/config/options.h"

static void the_table_is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < option_count(); i++)
		assert_true(strcmp(options[i - 1].name, options[i].name) < 0);
	for (size_t i = 0; i < option_count(); i++)
		assert_int_equal(option_find(options[i].name), (int)i);
	assert_int_equal(option_find("replication_slot_name"), -1);
}

static void the_option_that_was_meant_is_found(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"replication_slot_name", "slot_name"}, {"slotname", "slot_name"}, {"slot-name", "slot_name"},
		{"Slot_Name", "slot_name"}, {"streaming_archiv", "streaming_archiver"}, {"archivr", "archiver"},
		{"coninfo", "conninfo"}, {"streaming_coninfo", "streaming_conninfo"}, {"retention_polcy", "retention_policy"},
		{"minimum_redundency", "minimum_redundancy"}, {"incoming_wal_directory", "incoming_wals_directory"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct option *o = option_near(rows[i][0]);
		assert_non_null(o);
		assert_string_equal(o->name, rows[i][1]);
	}
	assert_null(option_near("xyzzy_frobnicate"));
	assert_null(option_near(""));
	assert_null(option_near("a_name_that_is_much_longer_than_any_option_of_barman_could_ever_be"));
}

static void ok(const char *name, const char *value, bool want)
{
	const char *why = NULL;
	const struct option *o = &options[option_find(name)];
	if (option_value_ok(o, value, &why) != want)
		fail_msg("%s = %s", name, value);
	assert_true(want || why);
}

/* Each row was tried against barman/config.py of 3.4. */
static void values_are_judged_as_barman_does(void **state)
{
	(void)state;
	ok("archiver", "On", true);
	ok("archiver", "on # yes", false);
	ok("backup_method", "Postgres", true);
	ok("backup_method", "rsyncc", false);
	ok("slot_name", "Barman_1", true);
	ok("slot_name", "barman-1", false);
	ok("last_backup_maximum_age", "1 DAYS", true);
	ok("last_backup_maximum_age", " 12 hour ", true);
	ok("last_backup_maximum_age", "1 DAYS ; x", false);
	ok("last_backup_maximum_age", "1day", false);
	ok("last_backup_minimum_size", "2 Gi", true);
	ok("last_backup_minimum_size", "2 GB", false);
	ok("backup_options", "concurrent_backup, external_configuration", true);
	ok("backup_options", "concurrent", false);
	ok("retention_policy", "recovery  window of 2 weeks", true);
	ok("retention_policy", "REDUNDANCY 2", true);
	ok("retention_policy", "RECOVERY WINDOW OF 7", false);
	ok("retention_policy", "REDUNDANCY two", false);
	ok("minimum_redundancy", "-1", false);
	ok("parallel_jobs", " 1_0 ", true);
	ok("parallel_jobs", "1_", false);
	ok("parallel_jobs", "", true);
	ok("conninfo", "host=a  user=b", true);
	ok("conninfo", "postgresql://a/b", false);
	ok("conninfo", "host=a password='a b'", false);
	double seconds = 0;
	assert_true(option_age("2 weeks", &seconds));
	assert_true(seconds == 14 * 86400.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted),
		cmocka_unit_test(the_option_that_was_meant_is_found),
		cmocka_unit_test(values_are_judged_as_barman_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
