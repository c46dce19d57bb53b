dist_check_SCRIPTS = tests/gate/layers.sh
TESTS += tests/gate/layers.sh
AM_TESTS_ENVIRONMENT = srcdir=$(abs_top_srcdir); export srcdir; builddir=$(abs_top_builddir); export builddir;
