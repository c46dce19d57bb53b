noinst_LIBRARIES += tui/libtui.a
tui_libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)
tui_libtui_a_SOURCES =

bin_PROGRAMS += walmedic
walmedic_CFLAGS = $(AM_CFLAGS)
walmedic_SOURCES = \
	%D%/main.c %D%/cli.c %D%/cli.h %D%/session.c %D%/session.h \
	%D%/command/check.c %D%/command/console.c %D%/command/list.c %D%/command/record.c %D%/command/replay.c \
	%D%/command/replay.h %D%/command/info.c %D%/command/explain.c %D%/command/fix.c
walmedic_LDADD = tui/libtui.a remedies/libremedies.a probes/report/libreport.a probes/catalogue/libcatalogue.a \
	probes/engine/libengine.a probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/config/libconfig.a probes/link/liblink.a \
	probes/base/libbase.a $(CURSES_LIBS) $(CMARK_LIBS) $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) -lm
