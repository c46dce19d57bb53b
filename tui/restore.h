/* Gives the terminal back when the program dies: SEGV, ABRT and their like, outside of curses. */
#ifndef WALMEDIC_TUI_RESTORE_H
#define WALMEDIC_TUI_RESTORE_H

/* Remembers how the terminal is now, and catches what kills. Before curses starts. */
void restore_install(void);
void restore_uninstall(void);
/* Async-signal-safe: normal screen, cursor, attributes, line mode. */
void restore_now(void);

#endif
