dist_man_MANS += doc/walmedic.1
EXTRA_DIST += doc/architecture.md doc/performance.md
EXTRA_DIST += doc/adding-a-probe.md doc/runbooks.md doc/setup.md
EXTRA_DIST += doc/coverage.md
EXTRA_DIST += doc/pictures/slot.svg doc/pictures/slot-wide.svg doc/pictures/slot-front.svg doc/pictures/slot-remedy.svg doc/pictures/slot-asked.svg \
	doc/pictures/slot-proven.svg

# Of the real program on a real fault; needs root for the laboratory, and python3-pyte.
pictures: all
	$(MKDIR_P) $(srcdir)/doc/pictures
	$(srcdir)/tests/lab/lab up --fault slot.missing --build $(abs_builddir) -- $(srcdir)/tests/lab/pictures $(srcdir)/doc/pictures slot
.PHONY: pictures
