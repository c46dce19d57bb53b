noinst_LIBRARIES += tui/libtui.a
tui_libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)
tui_libtui_a_SOURCES = \
	%D%/canvas.c %D%/canvas.h %D%/style.c %D%/style.h %D%/keys.c %D%/keys.h %D%/input.c %D%/input.h \
	%D%/app.c %D%/app.h %D%/term.c %D%/term.h %D%/restore.c %D%/restore.h %D%/clipboard.c %D%/clipboard.h \
	%D%/console.c %D%/console_act.c %D%/console_inside.h %D%/console.h %D%/line.c %D%/line.h %D%/find.c %D%/find.h \
	%D%/widget/wrap.c %D%/widget/wrap.h %D%/widget/words.c %D%/widget/words.h %D%/widget/doc.c %D%/widget/doc.h \
	%D%/widget/scroll.c %D%/widget/scroll.h %D%/widget/triage_find.c \
	%D%/widget/route.c %D%/widget/route.h %D%/widget/flow.c %D%/widget/flow.h %D%/widget/recent.c %D%/widget/recent.h %D%/widget/strip.c %D%/widget/strip.h %D%/widget/picture.c %D%/widget/picture.h \
	%D%/widget/triage.c %D%/widget/triage_draw.c %D%/widget/triage.h %D%/widget/focus.c %D%/widget/focus.h \
	%D%/screen/front.c %D%/screen/preview.c %D%/screen/preview.h %D%/screen/dossier.c %D%/screen/dossier.h %D%/screen/evidence.c %D%/screen/map.c %D%/screen/help.c \
	%D%/screen/remedy.c %D%/screen/remedy.h %D%/screen/remedy_draw.c %D%/screen/treatment.c %D%/screen/treatment_act.c %D%/screen/treatment_draw.c %D%/screen/treatment.h \
	%D%/screen/walk.c %D%/screen/walk_course.c %D%/screen/walk_draw.c %D%/screen/walk.h %D%/screen/walking_inside.h %D%/screen/runbooks.c %D%/screen/empty.c \
	%D%/screen/journal.c %D%/outside.c %D%/outside.h \
	%D%/header.c %D%/header.h %D%/screen/fleet.c %D%/screen/fleet.h \
	%D%/travel.c %D%/travel.h %D%/screen/trends.c %D%/screen/changes.c \
	%D%/widget/plot.c %D%/widget/plot.h %D%/widget/news.c %D%/widget/news.h \
	%D%/widget/servers.c %D%/widget/servers_draw.c %D%/widget/servers.h \
	%D%/widget/field.c %D%/widget/field.h

bin_PROGRAMS += walmedic
walmedic_CFLAGS = $(AM_CFLAGS)
walmedic_SOURCES = \
	%D%/main.c %D%/cli.c %D%/cli.h %D%/session.c %D%/session.h \
	%D%/command/check.c %D%/command/console.c %D%/command/list.c %D%/command/record.c %D%/command/replay.c \
	%D%/command/replay.h %D%/command/screen.h %D%/command/info.c %D%/command/explain.c %D%/command/fix.c %D%/command/walk.c %D%/command/setup.c %D%/command/drill.c %D%/command/incident.c %D%/command/demo.c
nodist_walmedic_SOURCES = tui/command/demo_recording.c
walmedic_LDADD = tui/libtui.a remedies/libremedies.a probes/report/libreport.a probes/catalogue/libcatalogue.a \
	probes/engine/libengine.a probes/catalogue/libcatalogue.a probes/engine/libengine.a probes/config/libconfig.a probes/link/liblink.a \
	probes/base/libbase.a $(CURSES_LIBS) $(CMARK_LIBS) $(JANSSON_LIBS) $(INIH_LIBS) $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS) -lm

# The recording is made in the laboratory: tests/lab/record --build DIR demo tui/command/demo.rec
tui/command/demo_recording.c: $(srcdir)/tui/command/demo.rec $(srcdir)/tui/command/embed-demo.sh
	$(AM_V_GEN)$(MKDIR_P) tui/command && $(SHELL) $(srcdir)/tui/command/embed-demo.sh $(srcdir)/tui/command/demo.rec >$@.$$$$ && mv -f $@.$$$$ $@
EXTRA_DIST += tui/command/demo.rec tui/command/embed-demo.sh
CLEANFILES += tui/command/demo_recording.c
