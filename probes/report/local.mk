noinst_LIBRARIES += probes/report/libreport.a
probes_report_libreport_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
probes_report_libreport_a_SOURCES =
