EXTRA_DIST += tests/replay/recordings tests/replay/replies
replay_libs = probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/catalogue/libcatalogue.a probes/engine/libengine.a \
	probes/config/libconfig.a probes/link/liblink.a probes/base/libbase.a $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) -lm
check_PROGRAMS += tests/replay/hostile_test
tests_replay_hostile_test_SOURCES = tests/replay/hostile_test.c tests/replay/world.c tests/replay/world.h
tests_replay_hostile_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_replay_hostile_test_LDADD = $(replay_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/replay/causes_test
TESTS += tests/replay/causes_test
tests_replay_causes_test_SOURCES = tests/replay/causes_test.c
tests_replay_causes_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_replay_causes_test_LDADD = $(replay_libs) $(CMOCKA_LIBS)
EXTRA_DIST += tests/replay/traces
check_PROGRAMS += tests/replay/forecast_test
TESTS += tests/replay/forecast_test
tests_replay_forecast_test_SOURCES = tests/replay/forecast_test.c
tests_replay_forecast_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_replay_forecast_test_LDADD = $(replay_libs) $(CMOCKA_LIBS)
