include tests/gate/local.mk
include tests/bench/local.mk
include tests/lab/local.mk
include tests/fuzz/local.mk
# Skipped without python3-pyte.
TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON3)
# The long ones first, so that the short ones fill what is left and two jobs end together.
TESTS += tests/screens/pty_test.py
if HAVE_CMOCKA
TESTS += tests/unit/link/place_test tests/replay/hostile_test tests/screens/matrix_test tests/unit/remedies/catalogue_test \
	tests/unit/remedies/options_test.py tests/unit/link/pg_test tests/unit/link/ssh_test
endif
EXTRA_DIST += tests/screens/pty_test.py tests/screens/long_test.py tests/screens/emulator.py

if HAVE_CMOCKA
include tests/unit/base/local.mk
include tests/unit/config/local.mk
include tests/unit/link/local.mk
include tests/unit/engine/local.mk
include tests/unit/catalogue/local.mk
include tests/unit/report/local.mk
include tests/unit/remedies/local.mk
include tests/unit/tui/local.mk
include tests/screens/local.mk
include tests/replay/local.mk
endif

EXTRA_DIST += tests/check tests/summary.py
