noinst_LIBRARIES += probes/config/libconfig.a
probes_config_libconfig_a_CFLAGS = $(AM_CFLAGS) $(INIH_CFLAGS)
probes_config_libconfig_a_SOURCES = \
	%D%/ini.c %D%/ini.h %D%/options.c %D%/options.h %D%/barman.c %D%/barman.h \
	%D%/barman_judge.c %D%/barman_judge.h %D%/walmedic.c %D%/walmedic.h \
	%D%/discover.c %D%/discover.h
