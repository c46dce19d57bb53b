# Holes among the names of a big archive
EXTRA_PROGRAMS += tests/bench/wal_names
tests_bench_wal_names_SOURCES = tests/bench/wal_names.c
tests_bench_wal_names_LDADD = probes/catalogue/libcatalogue.a probes/base/libbase.a -lm
EXTRA_DIST += tests/bench/terminal.py tests/bench/run tests/bench/inside.py tests/bench/delay_proxy.py

# Figures, not tests: release build, real hosts, ratios within one run.
bench: all tests/bench/wal_names$(EXEEXT)
	tests/bench/wal_names$(EXEEXT)
	$(PYTHON3) $(srcdir)/tests/bench/terminal.py $(abs_builddir)
	$(srcdir)/tests/bench/run $(abs_builddir)
.PHONY: bench
