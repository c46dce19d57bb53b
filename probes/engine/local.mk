noinst_LIBRARIES += probes/engine/libengine.a
probes_engine_libengine_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
probes_engine_libengine_a_SOURCES = \
	%D%/facts.h %D%/view.h %D%/question.h %D%/probe.h %D%/model.h %D%/engine.h
