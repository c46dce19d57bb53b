fuzz_sources = tests/fuzz/barman_config_fuzz.c tests/fuzz/conninfo_fuzz.c tests/fuzz/crontab_fuzz.c tests/fuzz/drill_record_fuzz.c tests/fuzz/frames_fuzz.c \
	tests/fuzz/keys_fuzz.c tests/fuzz/page_fuzz.c tests/fuzz/psql_fuzz.c tests/fuzz/recording_fuzz.c tests/fuzz/replies_fuzz.c \
	tests/fuzz/rows_fuzz.c tests/fuzz/runbook_fuzz.c tests/fuzz/secret_fuzz.c tests/fuzz/server_log_fuzz.c tests/fuzz/shell_fuzz.c tests/fuzz/ssh_config_fuzz.c \
	tests/fuzz/ssh_words_fuzz.c tests/fuzz/text_fuzz.c tests/fuzz/walmedic_ini_fuzz.c
fuzz_libs = tui/libtui.a remedies/libremedies.a probes/report/libreport.a probes/catalogue/libcatalogue.a probes/engine/libengine.a \
	probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/config/libconfig.a probes/link/liblink.a probes/base/libbase.a \
	$(CMARK_LIBS) $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) -lm
check_PROGRAMS += tests/fuzz/corpus_test
TESTS += tests/fuzz/corpus_test
tests_fuzz_corpus_test_SOURCES = tests/fuzz/corpus_test.c tests/fuzz/fuzz.h tests/fuzz/judged.h $(fuzz_sources)
tests_fuzz_corpus_test_LDADD = $(fuzz_libs)
EXTRA_DIST += tests/fuzz/run tests/fuzz/corpus tests/fuzz/dict

# With a fuzzer, by tests/fuzz/run: make TARGET_fuzz in a build configured for clang with FUZZ=-fsanitize=fuzzer.
fuzz-targets: all
	for t in $(fuzz_sources); do n=$${t##*/}; n=$${n%.c}; \
		[ "$$n" -nt "$(srcdir)/$$t" ] && [ -z "$$(find probes remedies tui -name '*.a' -newer $$n -print -quit)" ] || \
		echo "$$n"; done | xargs -r -P2 -I{} $(CC) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(PQ_CFLAGS) $(CFLAGS) -DFUZZ_ENGINE -fsanitize=fuzzer \
		$(srcdir)/tests/fuzz/{}.c -o {} $(fuzz_libs)
.PHONY: fuzz-targets
