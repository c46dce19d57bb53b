noinst_LIBRARIES += probes/link/liblink.a
probes_link_liblink_a_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(PQ_CFLAGS) $(SSH2_CFLAGS)
probes_link_liblink_a_SOURCES = \
	%D%/reply.h %D%/reply.c %D%/place.h %D%/place.c %D%/places.h %D%/loop.h %D%/loop.c %D%/loop_uv.h \
	%D%/asked.c %D%/asked.h %D%/wire.h %D%/child.c %D%/child.h %D%/frames.c %D%/frames.h \
	%D%/shell.c %D%/shell.h %D%/session.c %D%/session.h %D%/local.c %D%/via.c %D%/ssh.c %D%/ssh_program.c %D%/ssh_program.h \
	%D%/ssh_config.c %D%/ssh_config.h %D%/ssh_libssh2.c %D%/ssh_libssh2.h %D%/ssh_libssh2_channel.c %D%/ssh_libssh2_inside.h %D%/capture.c %D%/capture.h \
	%D%/ssh_words.c %D%/ssh_words.h %D%/act.c %D%/act.h \
	%D%/sql_psql.c %D%/sql_libpq.c %D%/sql_words.c %D%/sql_words.h
