#include "tui/term.h"

#include <curses.h>
#include <term.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/base/text.h"
#include "tui/input.h"
#include "tui/restore.h"

enum { GAP = 4 };

struct terminal {
	char name[64];
	bool stands_in;
	int input;
	int input_flags; /* of stdin, to be put back */
	SCREEN *screen;
	const struct theme *theme;
	bool colour, mouse;
	short pair[10];  /* by colour + 1 */
};

static bool usable(const char *name)
{
	int err;
	if (!name || !*name || setupterm(name, STDOUT_FILENO, &err) == ERR || err != 1)
		return false;
	const char *cup = tigetstr("cup");
	bool good = cup && cup != (char *)-1;
	del_curterm(cur_term);
	return good;
}

/* What stands in for a terminal that this machine has no description of. */
static const struct {
	const char *pattern, *name[4];
} ladder[] = {
	{"*", {NULL}}, /* itself */
	{"tmux*", {"tmux-256color", "screen-256color", "screen"}},
	{"screen*", {"screen-256color", "screen"}},
	{"*kitty*", {"xterm-256color", "xterm"}},
	{"*ghostty*", {"xterm-256color", "xterm"}},
	{"alacritty*", {"xterm-256color", "xterm"}},
	{"foot*", {"xterm-256color", "xterm"}},
	{"wezterm*", {"xterm-256color", "xterm"}},
	{"rio*", {"xterm-256color", "xterm"}},
	{"contour*", {"xterm-256color", "xterm"}},
	{"xterm*", {"xterm-256color", "xterm"}},
	{"*-256color", {"xterm-256color", "xterm"}},
	{"?*", {"vt100", "ansi"}},
};

static const char *choose(const char *term)
{
	if (usable(term))
		return term;
	for (size_t i = 1; term && i < sizeof ladder / sizeof *ladder; i++)
		for (int k = 0; k < 4 && ladder[i].name[k]; k++)
			if ((text_match(ladder[i].pattern, term) ||
			     i + 1 == sizeof ladder / sizeof *ladder) &&
			    usable(ladder[i].name[k]))
				return ladder[i].name[k];
	return NULL;
}

/* One pair a colour over the terminal's own background. */
static void set_colours(struct terminal *t)
{
	t->colour = has_colors() && start_color() != ERR && use_default_colors() != ERR;
	for (short i = 0; t->colour && i < 8; i++) {
		t->pair[i + 1] = (short)(i + 1);
		init_pair(t->pair[i + 1], i, -1);
	}
}

static void set_modes(const struct terminal *t)
{
	raw();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	curs_set(0);
	fputs("\033[?2004h", stdout);
	if (t->mouse)
		fputs("\033[?1000h\033[?1006h", stdout);
	fflush(stdout);
}

static void unset_modes(const struct terminal *t)
{
	if (t->mouse)
		fputs("\033[?1006l\033[?1000l", stdout);
	fputs("\033[?2004l", stdout);
	fflush(stdout);
	curs_set(1);
}

static bool is_dumb(const char *term)
{
	return !term || !*term || !strcmp(term, "dumb") || !strcmp(term, "unknown");
}

bool term_possible(void)
{
	const char *wanted = getenv("TERM");
	return !is_dumb(wanted) && choose(wanted);
}

/* By its name; not ours to open after sudo, then by the name that always is. */
static int open_input(void)
{
	char name[128];
	int fd = -1;
	if (!ttyname_r(STDIN_FILENO, name, sizeof name))
		fd = open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && tcgetpgrp(STDIN_FILENO) > 0)
		fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? STDIN_FILENO : fd;
}

struct terminal *term_open(const struct theme *theme, bool mouse, struct problem *p)
{
	const char *wanted = getenv("TERM"), *name = is_dumb(wanted) ? NULL : choose(wanted);
	if (!name) {
		problem_set(p, "`walmedic fix` works on any terminal; or try TERM=xterm walmedic",
			    "the terminal \"%s\" cannot place text on a screen",
			    wanted ? wanted : "");
		return NULL;
	}
	struct terminal *t = xcalloc(1, sizeof *t);
	snprintf(t->name, sizeof t->name, "%s", name);
	t->stands_in = strcmp(name, wanted) != 0;
	t->theme = theme;
	t->mouse = mouse;
	unsetenv("LINES");
	unsetenv("COLUMNS");
	restore_install();
	t->screen = newterm(t->name, stdout, stdin);
	if (!t->screen) {
		problem_set(p, "try TERM=xterm walmedic", "the terminal \"%s\" cannot be opened",
			    t->name);
		free(t);
		return NULL;
	}
	t->input_flags = fcntl(STDIN_FILENO, F_GETFL);
	t->input = open_input();
	set_colours(t);
	set_modes(t);
	return t;
}

void term_close(struct terminal *t)
{
	if (!t)
		return;
	unset_modes(t);
	endwin();
	delscreen(t->screen);
	if (t->input != STDIN_FILENO)
		close(t->input);
	fcntl(STDIN_FILENO, F_SETFL, t->input_flags);
	restore_uninstall();
	free(t);
}

int term_input(const struct terminal *t)
{
	return t->input;
}

const char *term_name(const struct terminal *t)
{
	return t->name;
}

bool term_stands_in(const struct terminal *t)
{
	return t->stands_in;
}

void term_size(int *ret_h, int *ret_w)
{
	struct winsize ws;
	*ret_h = 24;
	*ret_w = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_row || !ws.ws_col)
		return;
	*ret_h = ws.ws_row;
	*ret_w = ws.ws_col;
}

static attr_t look_attrs(unsigned look)
{
	static const struct {
		enum look look;
		attr_t attr;
	} rows[] = {{LOOK_BOLD, A_BOLD},
		    {LOOK_DIM, A_DIM},
		    {LOOK_REVERSE, A_REVERSE},
		    {LOOK_UNDERLINE, A_UNDERLINE}};
	attr_t attrs = A_NORMAL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (look & rows[i].look)
			attrs |= rows[i].attr;
	return attrs;
}

static void paint_cell(struct terminal *t, int y, int x, int32_t ch, style_t style)
{
	wchar_t text[2] = {(wchar_t)ch, 0};
	cchar_t cc;
	struct paint p = theme_paint(t->theme, style);
	short pair = t->colour && p.colour >= 0 ? t->pair[p.colour + 1] : 0;
	setcchar(&cc, text, look_attrs(p.look), pair, NULL);
	mvadd_wch(y, x, &cc);
}

static bool is_blank(const struct cell *cell)
{
	return cell->ch == ' ' && !(cell->style & ~STYLE_MEANING);
}

/* A short gap between words of one style is of that style: to leave it and come back costs some twenty bytes and shows nothing. The style
 * that blanks from x on take. */
static style_t gap_style(const struct terminal *t, const struct canvas *c, int y, int x)
{
	const struct cell *before = x ? canvas_cell(c, y, x - 1) : NULL, *after = NULL;
	for (int i = x; i < c->w && i <= x + GAP && !after; i++)
		after = is_blank(canvas_cell(c, y, i)) ? NULL : canvas_cell(c, y, i);
	if (!before || !after)
		return MEAN_TEXT;
	struct paint p = theme_paint(t->theme, before->style), q = theme_paint(t->theme, after->style);
	bool same = p.colour == q.colour && p.look == q.look && !(p.look & (LOOK_REVERSE | LOOK_UNDERLINE));
	return same ? before->style : MEAN_TEXT;
}

static bool is_bold(const struct terminal *t, const struct cell *cell)
{
	return theme_paint(t->theme, cell->style).look & LOOK_BOLD;
}

static void paint_row(struct terminal *t, const struct canvas *c, int y)
{
	style_t gap = MEAN_TEXT;
	for (int x = 0; x < c->w && x < COLS; x++) {
		const struct cell *cell = canvas_cell(c, y, x);
		bool blank = is_blank(cell);
		if (blank && (!x || !is_blank(canvas_cell(c, y, x - 1))))
			gap = gap_style(t, c, y, x);
		if (blank && gap)
			paint_cell(t, y, x, ' ', gap);
		else if (cell->ch == ' ' && x && cell->style == STYLE_SELECTED && is_bold(t, canvas_cell(c, y, x - 1)))
			paint_cell(t, y, x, ' ', MEAN_TITLE | STYLE_SELECTED); /* nobody sees that a blank is bold */
		else if (cell->ch && !blank)
			paint_cell(t, y, x, cell->ch, cell->style);
	}
}

void term_paint(struct terminal *t, const struct canvas *c)
{
	erase();
	for (int y = 0; y < c->h && y < LINES; y++)
		paint_row(t, c, y);
	curs_set(c->cursor_y >= 0);
	move(c->cursor_y >= 0 ? c->cursor_y : 0, c->cursor_x >= 0 ? c->cursor_x : 0);
	refresh();
}

void term_spoil(struct terminal *t)
{
	(void)t;
	clearok(stdscr, TRUE);
}

void term_resized(struct terminal *t)
{
	int h, w;
	(void)t;
	term_size(&h, &w);
	resizeterm(h, w);
}

void term_leave(struct terminal *t)
{
	def_prog_mode();
	unset_modes(t);
	endwin();
}

void term_enter(struct terminal *t)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
	reset_prog_mode();
	set_modes(t);
	term_resized(t);
	term_spoil(t);
}

void term_send(struct terminal *t, const char *bytes, size_t n)
{
	(void)t;
	fflush(stdout);
	while (n) {
		ssize_t w = write(STDOUT_FILENO, bytes, n);
		if (w < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, 1000);
		else if (w < 0 && errno != EINTR)
			return;
		bytes += w < 0 ? 0 : w;
		n -= w < 0 ? 0 : (size_t)w;
	}
}

void term_keys(const struct terminal *t, struct input *in)
{
	static const struct {
		const char *capability;
		int32_t key;
	} rows[] = {
	    {"kcuu1", K_UP},   {"kcud1", K_DOWN},   {"kcub1", K_LEFT},	{"kcuf1", K_RIGHT},
	    {"khome", K_HOME}, {"kend", K_END},	    {"kpp", K_PAGE_UP}, {"knp", K_PAGE_DOWN},
	    {"kent", K_ENTER}, {"kcbt", K_BACKTAB}, {"kf1", K_F1},
	};
	(void)t;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *s = tigetstr(rows[i].capability);
		input_learn(in, s == (char *)-1 ? NULL : s, rows[i].key);
	}
}

void term_discard_input(void)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
}
