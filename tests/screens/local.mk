check_PROGRAMS += tests/screens/screens_test
TESTS += tests/screens/screens_test
tests_screens_screens_test_SOURCES = tests/screens/screens_test.c tests/screens/fake_model.c tests/screens/fake_model.h
tests_screens_screens_test_LDADD = tui/libtui.a remedies/libremedies.a probes/catalogue/libcatalogue.a probes/engine/libengine.a \
	probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/config/libconfig.a probes/link/liblink.a probes/base/libbase.a \
	$(CMARK_LIBS) $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) -lm
EXTRA_DIST += tests/screens/slot-missing.jsonl tests/screens/green.screen tests/screens/slot_missing.screen tests/screens/two_roots.screen tests/screens/waiting.screen \
	tests/screens/host_down.screen tests/screens/pending.screen tests/screens/unseen.screen tests/screens/hostile.screen \
	tests/screens/empty.screen
check_PROGRAMS += tests/screens/matrix_test
tests_screens_matrix_test_SOURCES = tests/screens/matrix_test.c tests/screens/scenes.c tests/screens/scenes.h
tests_screens_matrix_test_LDADD = $(tests_screens_screens_test_LDADD)
EXTRA_DIST += tests/screens/matrix tests/screens/recordings
