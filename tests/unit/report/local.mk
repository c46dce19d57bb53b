check_PROGRAMS += tests/unit/report/report_test
TESTS += tests/unit/report/report_test
tests_unit_report_report_test_SOURCES = tests/unit/report/report_test.c
tests_unit_report_report_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_report_report_test_LDADD = probes/report/libreport.a $(catalogue_libs) probes/catalogue/libcatalogue.a \
	probes/engine/libengine.a probes/config/libconfig.a probes/link/liblink.a probes/base/libbase.a $(CMOCKA_LIBS) $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) -lm
