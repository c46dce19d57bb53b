config_libs = probes/config/libconfig.a probes/base/libbase.a
check_PROGRAMS += tests/unit/config/ini_test tests/unit/config/options_test tests/unit/config/barman_test \
	tests/unit/config/walmedic_test tests/unit/config/discover_test
TESTS += tests/unit/config/ini_test tests/unit/config/options_test tests/unit/config/barman_test \
	tests/unit/config/walmedic_test tests/unit/config/discover_test
tests_unit_config_ini_test_SOURCES = tests/unit/config/ini_test.c
tests_unit_config_ini_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_ini_test_LDADD = $(config_libs) $(CMOCKA_LIBS) $(INIH_LIBS)
tests_unit_config_options_test_SOURCES = tests/unit/config/options_test.c
tests_unit_config_options_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_options_test_LDADD = $(config_libs) $(CMOCKA_LIBS) $(INIH_LIBS)
tests_unit_config_barman_test_SOURCES = tests/unit/config/barman_test.c
tests_unit_config_barman_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_barman_test_LDADD = $(config_libs) $(CMOCKA_LIBS) $(INIH_LIBS)
tests_unit_config_walmedic_test_SOURCES = tests/unit/config/walmedic_test.c
tests_unit_config_walmedic_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_walmedic_test_LDADD = $(config_libs) $(CMOCKA_LIBS) $(INIH_LIBS)
tests_unit_config_discover_test_SOURCES = tests/unit/config/discover_test.c
tests_unit_config_discover_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_discover_test_LDADD = $(config_libs) $(CMOCKA_LIBS) $(INIH_LIBS)
