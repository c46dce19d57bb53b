noinst_LIBRARIES += probes/engine/libengine.a
probes_engine_libengine_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
probes_engine_libengine_a_SOURCES = \
	%D%/facts.c %D%/facts.h %D%/view.h %D%/expand.c %D%/verdict.c %D%/graph.c %D%/graph.h %D%/explain.c \
	%D%/series.c %D%/series.h %D%/engine.c %D%/inside.h %D%/ways.c %D%/schedule.c %D%/record.c %D%/replay.c \
	%D%/history.c %D%/history.h %D%/keep.c %D%/keep.h %D%/notes.c %D%/store.c %D%/store.h %D%/past.c %D%/past.h \
	%D%/question.h %D%/probe.h %D%/model.h %D%/engine.h
