noinst_LIBRARIES += tui/libtui.a
tui_libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)
tui_libtui_a_SOURCES =
