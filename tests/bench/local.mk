EXTRA_DIST += tests/bench/run tests/bench/inside.py tests/bench/delay_proxy.py

# Figures, not tests: release build, real hosts, ratios within one run.
bench: all
	$(srcdir)/tests/bench/run $(abs_builddir)
.PHONY: bench
