catalogue_libs = probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/config/libconfig.a \
	probes/link/liblink.a probes/base/libbase.a
check_PROGRAMS += tests/unit/catalogue/causes_test
TESTS += tests/unit/catalogue/causes_test
tests_unit_catalogue_causes_test_SOURCES = tests/unit/catalogue/causes_test.c
tests_unit_catalogue_causes_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_catalogue_causes_test_LDADD = probes/catalogue/libcatalogue.a probes/engine/libengine.a $(catalogue_libs) $(CMOCKA_LIBS) $(INIH_LIBS) -lm
