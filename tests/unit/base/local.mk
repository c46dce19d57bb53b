# One program a source file, mirroring the tree; each links only the rooms it may know.
check_PROGRAMS += tests/unit/base/text_test
TESTS += tests/unit/base/text_test
tests_unit_base_text_test_SOURCES = tests/unit/base/text_test.c
tests_unit_base_text_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_base_text_test_LDADD = probes/base/libbase.a $(CMOCKA_LIBS)
