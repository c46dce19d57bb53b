noinst_LIBRARIES += probes/config/libconfig.a
probes_config_libconfig_a_CFLAGS = $(AM_CFLAGS) $(INIH_CFLAGS)
probes_config_libconfig_a_SOURCES =
