remedies_test_libs = remedies/libremedies.a probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/catalogue/libcatalogue.a probes/engine/libengine.a \
	probes/config/libconfig.a probes/link/liblink.a probes/base/libbase.a \
	$(CMARK_LIBS) $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) $(CMOCKA_LIBS) -lm
remedies_tests = \
	tests/unit/remedies/page_test \
	tests/unit/remedies/lint_test \
	tests/unit/remedies/plan_test \
	tests/unit/remedies/explain_test \
	tests/unit/remedies/journal_test \
	tests/unit/remedies/run_test \
	tests/unit/remedies/witness_test tests/unit/remedies/fix_test
check_PROGRAMS += $(remedies_tests)
TESTS += $(remedies_tests)
check_PROGRAMS += tests/unit/remedies/catalogue_test
tests_unit_remedies_page_test_SOURCES = tests/unit/remedies/page_test.c
tests_unit_remedies_page_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_page_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_lint_test_SOURCES = tests/unit/remedies/lint_test.c
tests_unit_remedies_lint_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_lint_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_catalogue_test_SOURCES = tests/unit/remedies/catalogue_test.c
tests_unit_remedies_catalogue_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_catalogue_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_plan_test_SOURCES = tests/unit/remedies/plan_test.c
tests_unit_remedies_plan_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_plan_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_explain_test_SOURCES = tests/unit/remedies/explain_test.c
tests_unit_remedies_explain_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_explain_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_journal_test_SOURCES = tests/unit/remedies/journal_test.c
tests_unit_remedies_journal_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_remedies_journal_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_run_test_SOURCES = tests/unit/remedies/run_test.c tests/unit/remedies/fake_world.h
tests_unit_remedies_run_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_run_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_witness_test_SOURCES = tests/unit/remedies/witness_test.c
tests_unit_remedies_witness_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_witness_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_fix_test_SOURCES = tests/unit/remedies/fix_test.c tests/unit/remedies/dialogue.h tests/unit/remedies/fake_world.h
tests_unit_remedies_fix_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_fix_test_LDADD = $(remedies_test_libs)
walk_tests = tests/unit/remedies/runbook_test tests/unit/remedies/known_wrong_test tests/unit/remedies/walk_test
check_PROGRAMS += $(walk_tests)
TESTS += $(walk_tests)
tests_unit_remedies_runbook_test_SOURCES = tests/unit/remedies/runbook_test.c
tests_unit_remedies_runbook_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_runbook_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_known_wrong_test_SOURCES = tests/unit/remedies/known_wrong_test.c
tests_unit_remedies_known_wrong_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_known_wrong_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_walk_test_SOURCES = tests/unit/remedies/walk_test.c tests/unit/remedies/dialogue.h tests/unit/remedies/fake_world.h
tests_unit_remedies_walk_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_walk_test_LDADD = $(remedies_test_libs)
EXTRA_DIST += tests/unit/remedies/options_test.py
check_PROGRAMS += tests/unit/remedies/incident_test
TESTS += tests/unit/remedies/incident_test
tests_unit_remedies_incident_test_SOURCES = tests/unit/remedies/incident_test.c
tests_unit_remedies_incident_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_incident_test_LDADD = $(remedies_test_libs)
setup_tests = tests/unit/remedies/setup_test tests/unit/remedies/answers_test tests/unit/remedies/walk_flow_test
check_PROGRAMS += $(setup_tests)
TESTS += $(setup_tests)
tests_unit_remedies_answers_test_SOURCES = tests/unit/remedies/answers_test.c
tests_unit_remedies_answers_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_answers_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_walk_flow_test_SOURCES = tests/unit/remedies/walk_flow_test.c tests/unit/remedies/dialogue.h tests/unit/remedies/fake_world.h
tests_unit_remedies_walk_flow_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_walk_flow_test_LDADD = $(remedies_test_libs)
TESTS += tests/unit/remedies/setup_steps_test.py
EXTRA_DIST += tests/unit/remedies/setup_steps_test.py
check_PROGRAMS += tests/unit/remedies/shelf_test
TESTS += tests/unit/remedies/shelf_test
tests_unit_remedies_shelf_test_SOURCES = tests/unit/remedies/shelf_test.c
tests_unit_remedies_shelf_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_shelf_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_setup_test_SOURCES = tests/unit/remedies/setup_test.c tests/unit/remedies/fake_world.h
tests_unit_remedies_setup_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_setup_test_LDADD = $(remedies_test_libs)
drill_tests = tests/unit/remedies/drill_test tests/unit/remedies/drill_record_test
check_PROGRAMS += $(drill_tests)
TESTS += $(drill_tests)
tests_unit_remedies_drill_test_SOURCES = tests/unit/remedies/drill_test.c tests/unit/remedies/dialogue.h tests/unit/remedies/fake_world.h
tests_unit_remedies_drill_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_drill_test_LDADD = $(remedies_test_libs)
tests_unit_remedies_drill_record_test_SOURCES = tests/unit/remedies/drill_record_test.c
tests_unit_remedies_drill_record_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_remedies_drill_record_test_LDADD = $(remedies_test_libs)
