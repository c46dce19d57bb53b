noinst_LIBRARIES += remedies/libremedies.a
remedies_libremedies_a_CFLAGS = $(AM_CFLAGS) $(CMARK_CFLAGS)
remedies_libremedies_a_SOURCES =
EXTRA_DIST += doc/remedy-pages.md
