dist_man_MANS += doc/walmedic.1
EXTRA_DIST += doc/architecture.md doc/performance.md
EXTRA_DIST += doc/adding-a-probe.md doc/runbooks.md
EXTRA_DIST += doc/coverage.md
