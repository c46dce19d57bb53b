check_PROGRAMS += tests/screens/screens_test
TESTS += tests/screens/screens_test
tests_screens_screens_test_SOURCES = tests/screens/screens_test.c tests/screens/fake_model.c tests/screens/fake_model.h
tests_screens_screens_test_LDADD = tui/libtui.a $(engine_libs) -lm
EXTRA_DIST += tests/screens/green.screen
