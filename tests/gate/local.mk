gate_scripts = tests/gate/layers.sh tests/gate/style.sh tests/gate/streams.sh
EXTRA_DIST += $(gate_scripts)
TESTS += $(gate_scripts)
if HAVE_CMOCKA
check_PROGRAMS += tests/gate/questions_test
TESTS += tests/gate/questions_test
tests_gate_questions_test_SOURCES = tests/gate/questions_test.c
tests_gate_questions_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_gate_questions_test_LDADD = $(flow_test_libs)
endif
AM_TESTS_ENVIRONMENT = srcdir=$(abs_top_srcdir); export srcdir; builddir=$(abs_top_builddir); export builddir;
