noinst_LIBRARIES += probes/link/liblink.a
probes_link_liblink_a_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(PQ_CFLAGS) $(SSH2_CFLAGS)
probes_link_liblink_a_SOURCES = \
	%D%/reply.h %D%/reply.c %D%/place.h %D%/loop.h
