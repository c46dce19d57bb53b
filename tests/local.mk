include tests/gate/local.mk
include tests/bench/local.mk
include tests/lab/local.mk
include tests/fuzz/local.mk
# Skipped without python3-pyte.
TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON3)
TESTS += tests/screens/pty_test.py
EXTRA_DIST += tests/screens/pty_test.py tests/screens/long_test.py

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
