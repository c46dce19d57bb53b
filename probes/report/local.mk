noinst_LIBRARIES += probes/report/libreport.a
probes_report_libreport_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
probes_report_libreport_a_SOURCES = \
	%D%/report.c %D%/report.h %D%/text.c %D%/json.c %D%/nagios.c %D%/prometheus.c
