# The directory is the list: a new fault needs no line here.
EXTRA_DIST += tests/lab
TESTS += tests/lab/data_test.py
