include tests/gate/local.mk
include tests/bench/local.mk
include tests/lab/local.mk
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
