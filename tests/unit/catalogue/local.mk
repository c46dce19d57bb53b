catalogue_libs = probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/config/libconfig.a \
	probes/link/liblink.a probes/base/libbase.a
check_PROGRAMS += tests/unit/catalogue/causes_test
TESTS += tests/unit/catalogue/causes_test
tests_unit_catalogue_causes_test_SOURCES = tests/unit/catalogue/causes_test.c
tests_unit_catalogue_causes_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_causes_test_LDADD = probes/catalogue/libcatalogue.a probes/engine/libengine.a $(catalogue_libs) $(CMOCKA_LIBS) $(INIH_LIBS) -lm
flow_tests = tests/unit/catalogue/flow_test tests/unit/catalogue/postgres/slots_test \
	tests/unit/catalogue/barman/receiver_test tests/unit/catalogue/barman/backups_test
flow_test_libs = probes/catalogue/libcatalogue.a probes/engine/libengine.a $(catalogue_libs) $(CMOCKA_LIBS) $(INIH_LIBS) -lm
check_PROGRAMS += $(flow_tests)
TESTS += $(flow_tests)
tests_unit_catalogue_flow_test_SOURCES = tests/unit/catalogue/flow_test.c tests/unit/catalogue/flow_fixture.h
tests_unit_catalogue_flow_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_flow_test_LDADD = $(flow_test_libs)
tests_unit_catalogue_postgres_slots_test_SOURCES = tests/unit/catalogue/postgres/slots_test.c
tests_unit_catalogue_postgres_slots_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_postgres_slots_test_LDADD = $(flow_test_libs)
tests_unit_catalogue_barman_receiver_test_SOURCES = tests/unit/catalogue/barman/receiver_test.c
tests_unit_catalogue_barman_receiver_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_barman_receiver_test_LDADD = $(flow_test_libs)
tests_unit_catalogue_barman_backups_test_SOURCES = tests/unit/catalogue/barman/backups_test.c
tests_unit_catalogue_barman_backups_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_barman_backups_test_LDADD = $(flow_test_libs)
# The ssh directions and the hosts
ssh_tests = tests/unit/catalogue/ssh_login_test tests/unit/catalogue/ssh_to_db_test tests/unit/catalogue/ssh_to_backup_test \
	tests/unit/catalogue/host_test
check_PROGRAMS += $(ssh_tests)
TESTS += $(ssh_tests)
ssh_fixtures = tests/unit/catalogue/ssh_captures.h tests/unit/catalogue/ssh_test.h
tests_unit_catalogue_ssh_login_test_SOURCES = tests/unit/catalogue/ssh_login_test.c $(ssh_fixtures)
tests_unit_catalogue_ssh_login_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_ssh_login_test_LDADD = $(flow_test_libs)
tests_unit_catalogue_ssh_to_db_test_SOURCES = tests/unit/catalogue/ssh_to_db_test.c $(ssh_fixtures)
tests_unit_catalogue_ssh_to_db_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_ssh_to_db_test_LDADD = $(flow_test_libs)
tests_unit_catalogue_ssh_to_backup_test_SOURCES = tests/unit/catalogue/ssh_to_backup_test.c $(ssh_fixtures)
tests_unit_catalogue_ssh_to_backup_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_ssh_to_backup_test_LDADD = $(flow_test_libs)
tests_unit_catalogue_host_test_SOURCES = tests/unit/catalogue/host_test.c $(ssh_fixtures)
tests_unit_catalogue_host_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_host_test_LDADD = $(flow_test_libs)
