noinst_LIBRARIES += probes/base/libbase.a
probes_base_libbase_a_CFLAGS = $(AM_CFLAGS) 
probes_base_libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h %D%/str.c %D%/str.h %D%/text.c %D%/text.h \
	%D%/clock.c %D%/clock.h %D%/problem.c %D%/problem.h %D%/secret.c %D%/secret.h %D%/alive.c %D%/alive.h
