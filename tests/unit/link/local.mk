link_libs = probes/link/liblink.a probes/base/libbase.a $(UV_LIBS) $(PQ_LIBS) $(SSH2_LIBS)
check_PROGRAMS += tests/unit/link/place_test tests/unit/link/child_test
tests_unit_link_child_test_SOURCES = tests/unit/link/child_test.c
tests_unit_link_child_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_child_test_LDADD = $(link_libs) $(CMOCKA_LIBS)
tests_unit_link_place_test_SOURCES = tests/unit/link/place_test.c tests/unit/link/answer.h
tests_unit_link_place_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_place_test_LDADD = $(link_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/link/ssh_test
tests_unit_link_ssh_test_SOURCES = tests/unit/link/ssh_test.c tests/unit/link/peers.c tests/unit/link/peers.h
tests_unit_link_ssh_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_ssh_test_LDADD = $(link_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/link/ssh_words_test tests/unit/link/frames_test tests/unit/link/ssh_config_test
TESTS += tests/unit/link/child_test tests/unit/link/ssh_words_test tests/unit/link/frames_test tests/unit/link/ssh_config_test
tests_unit_link_ssh_words_test_SOURCES = tests/unit/link/ssh_words_test.c
tests_unit_link_ssh_words_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_ssh_words_test_LDADD = $(link_libs) $(CMOCKA_LIBS)
tests_unit_link_frames_test_SOURCES = tests/unit/link/frames_test.c
tests_unit_link_frames_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_frames_test_LDADD = $(link_libs) $(CMOCKA_LIBS)
tests_unit_link_ssh_config_test_SOURCES = tests/unit/link/ssh_config_test.c tests/unit/link/peers.c
tests_unit_link_ssh_config_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_ssh_config_test_LDADD = $(link_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/link/pg_test tests/unit/link/sql_words_test
TESTS += tests/unit/link/sql_words_test
tests_unit_link_sql_words_test_SOURCES = tests/unit/link/sql_words_test.c
tests_unit_link_sql_words_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_sql_words_test_LDADD = $(link_libs) $(CMOCKA_LIBS)
tests_unit_link_pg_test_SOURCES = tests/unit/link/pg_test.c tests/unit/link/peers.c
tests_unit_link_pg_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_link_pg_test_LDADD = $(link_libs) $(CMOCKA_LIBS)
