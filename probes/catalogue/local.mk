noinst_LIBRARIES += probes/catalogue/libcatalogue.a
probes_catalogue_libcatalogue_a_CFLAGS = $(AM_CFLAGS)
probes_catalogue_libcatalogue_a_SOURCES = \
	%D%/list.c %D%/causes.c
