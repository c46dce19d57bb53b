/* Every screen in every size and mode, of every family of faults: drawn from recordings of real hosts without a terminal.
 * One file a screen and family; WALMEDIC_UPDATE=1 writes them anew (read the difference before committing it). What no golden file
 * may ever hold is tested besides: anything but ASCII in ASCII, a colour in mono, a screen that hides its root cause. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/engine/engine.h"
#include "probes/engine/past.h"
#include "probes/link/loop.h"
#include "tests/screens/scenes.h"
#include "tui/app.h"

#define REPLIES "tests/replay/replies/"
#define RECORDINGS "tests/replay/recordings/"

static const struct family {
	const char *name, *path;
	const char *cause;      /* the root cause that the first screen must name */
} families[] = {
	{"green", "tests/screens/recordings/green.jsonl", NULL},
	{"host", "tests/screens/recordings/host.unreachable.jsonl", "host.unreachable"},
	{"ssh", REPLIES "ssh.to_backup.key_refused.jsonl", "ssh.to_backup.key_refused"},
	{"postgres", RECORDINGS "pg.refused.jsonl", "pg.refused"},
	{"archive", RECORDINGS "archive.already_exists.jsonl", "archive.already_exists"},
	{"slot", RECORDINGS "slot.missing.jsonl", "slot.missing"},
	{"cron", RECORDINGS "cron.daemon_stopped.jsonl", "cron.daemon_stopped"},
	{"disk", RECORDINGS "disk.pg_wal_filling.jsonl", "disk.pg_wal_filling"},
	{"backup", RECORDINGS "wal_archive.gap.jsonl", "wal_archive.gap"},
	{"config", REPLIES "config.wrong_user-lock.jsonl", "config.wrong_user"},
	{"ha", "tests/screens/recordings/ha.primary_moved.jsonl", "ha.primary_moved"},
	{"hostile", RECORDINGS "archive.already_exists.jsonl", "archive.already_exists"},
	{"fleet", NULL, "host.unreachable"},
};

static const struct scene_member fleet[] = {
	{"tests/screens/recordings/green.jsonl", 1},
	{"tests/screens/recordings/host.unreachable.jsonl", 6},
	{RECORDINGS "slot.missing.jsonl", 1},
	{RECORDINGS "disk.pg_wal_filling.jsonl", 1},
	{RECORDINGS "pg.refused.jsonl", 2},
	{RECORDINGS "wal_archive.gap.jsonl", 1},
};
enum { FLEET = 40 };

/* Where a screen is reached by keys; a family of one server begins at its first screen. */
static const struct screen_row {
	const char *name, *keys;
	bool names_cause;
} screens[] = {
	{"front", "", true},	     {"unfolded", "Z", true}, {"focus", "\x1b[C\x1b[C", false}, {"evidence", "e", false},
	{"remedy", "\r", false},     {"map", "m", false},     {"help", "?", false},		{"find", "/the\r", false},
	{"palette", ":", false},      {"trends", "t", false},  {"changes", "w", false},		{"journal", "l", false},
	{"past", "{", false},	     {"past_trends", "[[t", false},
	{"runbooks", "W", false},     {"walk", ":walk slot-lag\r", false},
	{"walk_choice", ":walk slot-lag\r]]", false},
};

static const struct size {
	int h, w;
} sizes[] = {{24, 80}, {40, 120}, {16, 60}};

/* ---- an app without an outside ---- */

static void nothing(void *arg)
{
	(void)arg;
}

static int64_t mono_ms(void *arg)
{
	(void)arg;
	return 5000;
}

static bool can_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg;
	(void)server;
	(void)user;
	return strcmp(place, "console") != 0;
}

static char *one_line(void *arg, int server, const struct planned *step)
{
	(void)arg;
	(void)server;
	(void)step;
	return NULL;
}

static struct past *earlier;

static const struct model *past(void *arg, int server, int64_t t, struct problem *why)
{
	return past_at(&earlier, arg, server, t, why);
}

static const struct app_ops ops = {
	.past = past, .suspend = nothing, .redraw = nothing, .discard_input = nothing, .mono_ms = mono_ms, .can_act = can_act, .one_line = one_line};

static void press(struct app *app, const char *keys)
{
	for (const char *k = keys; *k; k++)
		if (!strncmp(k, "\x1b[C", 3)) {
			app_key(app, K_RIGHT);
			k += 2;
		} else {
			app_key(app, *k);
		}
}

/* ---- writing a screen down ---- */

/* How a cell looks: a letter of its colour, upper case when bold; # reversed, _ underlined. */
static char paint_letter(struct paint p)
{
	static const char colours[] = "krgybmcw";
	if (p.look & LOOK_REVERSE)
		return '#';
	if (p.colour >= 0)
		return (char)(colours[p.colour] - (p.look & LOOK_BOLD ? 'a' - 'A' : 0));
	return p.look & LOOK_BOLD ? 'O' : p.look & LOOK_DIM ? 'd' : p.look & LOOK_UNDERLINE ? '_' : '.';
}

static void write_look(const struct canvas *c, int y, const char *theme, char mark, struct str *out)
{
	size_t from = out->len, end;
	str_addc(out, mark);
	end = out->len;
	for (int x = 0; x < c->w; x++) {
		char letter = paint_letter(theme_paint(theme_find(theme), canvas_cell(c, y, x)->style));
		bool blank = canvas_cell(c, y, x)->ch == ' ' && letter != '#';
		str_addc(out, blank ? '.' : letter);
		if (!blank && letter != '.')
			end = out->len;
	}
	out->len = end == from + 1 ? from : end;
	out->s[out->len] = '\0';
	if (out->len > from)
		str_addc(out, '\n');
}

static void write_canvas(const struct canvas *c, struct str *out)
{
	for (int y = 0; y < c->h; y++) {
		str_addc(out, '|');
		canvas_row_text(c, y, out);
		str_addc(out, '\n');
		if (c->ascii)
			continue;
		write_look(c, y, "default", ':', out);
		write_look(c, y, "mono", ';', out);
	}
}

/* ---- what may never be ---- */

static int wrong;

static void must(bool good, const char *what, const char *family, const char *screen, const struct size *s)
{
	if (good)
		return;
	printf("# %s, %s, %dx%d: %s\n", family, screen, s->w, s->h, what);
	wrong++;
}

static bool is_harmless(const struct canvas *c)
{
	for (int i = 0; i < c->h * c->w; i++)
		if (c->cell[i].ch && (c->cell[i].ch < ' ' || (c->ascii && c->cell[i].ch > '~')))
			return false;
	return true;
}

static bool is_colourless(const struct canvas *c)
{
	for (int i = 0; i < c->h * c->w; i++)
		if (theme_paint(theme_find("mono"), c->cell[i].style).colour >= 0)
			return false;
	return true;
}

static bool same_length(const struct canvas *a, const struct canvas *b, int y)
{
	for (int x = 0; x < a->w; x++)
		if ((canvas_cell(a, y, x)->ch == ' ') != (canvas_cell(b, y, x)->ch == ' '))
			return false;
	return true;
}

/* Styles mean the same whatever the set of characters is, but where a word stands for a glyph. */
static bool same_styles(const struct canvas *a, const struct canvas *b)
{
	for (int y = 0; y < a->h; y++)
		for (int x = 0; x < a->w && same_length(a, b, y); x++)
			if (canvas_cell(a, y, x)->style != canvas_cell(b, y, x)->style)
				return false;
	return true;
}

static bool names(const struct canvas *c, const char *cause)
{
	struct str text = {0};
	for (int y = 0; y < c->h; y++)
		canvas_row_text(c, y, &text);
	bool found = strstr(str_text(&text), cause) != NULL;
	str_free(&text);
	return found;
}

static struct canvas *draw(struct engine *e, const char *keys, const struct size *s, bool ascii)
{
	struct app app;
	struct canvas *c = canvas_new(s->h, s->w, ascii);
	app_init(&app, engine_model(e), &ops, e, &(struct app_options){.ascii = ascii});
	app_draw(&app, c);
	press(&app, keys);
	app_draw(&app, c);
	app_done(&app);
	return c;
}

static void render(struct engine *e, const struct family *f, const struct screen_row *row, struct str *out)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		const struct size *s = &sizes[i];
		struct canvas *rich = draw(e, row->keys, s, false), *plain = draw(e, row->keys, s, true);
		str_addf(out, "== %s, %s, %dx%d (: colours, ; mono)\n", row->name, f->name, s->w, s->h);
		write_canvas(rich, out);
		str_addf(out, "== %s, %s, %dx%d, ASCII\n", row->name, f->name, s->w, s->h);
		write_canvas(plain, out);
		must(is_harmless(rich) && is_harmless(plain), "a character that must not be there", f->name, row->name, s);
		must(is_colourless(rich), "a colour in mono", f->name, row->name, s);
		must(same_styles(rich, plain), "ASCII looks other than UTF-8", f->name, row->name, s);
		must(strcmp(f->name, "hostile") || strcmp(row->name, "evidence") || s->h < 24 || (names(plain, "<1B>") && names(plain, "<202E>")),
		     "what a host must not send is not marked", f->name, row->name, s);
		must(!f->cause || !row->names_cause || names(plain, f->cause), "the root cause is not named", f->name, row->name, s);
		canvas_free(rich);
		canvas_free(plain);
	}
}

/* ---- golden files ---- */

static void compare(const char *path, const struct str *got, bool update)
{
	struct str want = {0};
	FILE *f = update ? fopen(path, "we") : fopen(path, "re");
	char buf[65536];
	size_t n;
	if (f && update)
		fputs(str_text(got), f);
	while (f && !update && (n = fread(buf, 1, sizeof buf, f)) > 0)
		str_addn(&want, buf, n);
	if (f)
		fclose(f);
	if (update || !strcmp(str_text(&want), str_text(got))) {
		str_free(&want);
		return;
	}
	const char *a = str_text(&want), *b = str_text(got);
	int line = 1, at = 0;
	for (; a[at] && a[at] == b[at]; at++)
		line += a[at] == '\n';
	for (; at && a[at - 1] != '\n'; at--)
		;
	printf("# %s differs at line %d\n# want: %.*s\n# got:  %.*s\n", path, line, (int)strcspn(a + at, "\n"), a + at,
	       (int)strcspn(b + at, "\n"), b + at);
	wrong++;
	str_free(&want);
}

/* ---- windows of any size ---- */

static const int heights[] = {1, 2, 5, 15, 16, 17, 19, 20, 24, 33, 34, 45, 60, 200};
static const int widths[] = {1, 2, 20, 59, 60, 61, 79, 80, 109, 110, 111, 125, 160, 300};

static void must_fit(const struct canvas *c, const struct family *f, const struct screen_row *row)
{
	struct size s = {c->h, c->w};
	bool small = s.h < 16 || s.w < 60;
	must(is_harmless(c), "a character that must not be there", f->name, row->name, &s);
	must(!small || s.w < 20 || names(c, "need 60x16"), "it does not say that it is too small", f->name, row->name, &s);
}

/* Reached by its keys in a window of each size that takes keys. */
static void each_size(struct engine *e, const struct family *f, const struct screen_row *row)
{
	for (size_t i = 0; i < sizeof heights / sizeof *heights; i++)
		for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
			struct size s = {heights[i], widths[k]};
			if (s.h < 16 || s.w < 60)
				continue;
			struct canvas *c = draw(e, row->keys, &s, false);
			must_fit(c, f, row);
			canvas_free(c);
		}
}

/* Reached once, then drawn by the same app while its window takes each size. */
static void resized(struct engine *e, const struct family *f, const struct screen_row *row)
{
	struct app app;
	struct canvas *c = canvas_new(24, 80, false);
	app_init(&app, engine_model(e), &ops, e, &(struct app_options){.ascii = false});
	app_draw(&app, c);
	press(&app, row->keys);
	for (size_t i = 0; i < sizeof heights / sizeof *heights; i++)
		for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
			canvas_resize(c, heights[i], widths[k]);
			app_draw(&app, c);
			must_fit(c, f, row);
		}
	app_done(&app);
	canvas_free(c);
}

/* Each way into the past replays a recording, each way to a runbook reads its pages and tries every pattern of what is known to be wrong: whatever
 * the size of the window. */
static bool is_long_way(const struct screen_row *row)
{
	return !strncmp(row->name, "past", 4) || !strncmp(row->name, "walk", 4) || !strcmp(row->name, "runbooks");
}

static void any_size(struct engine *e, const struct family *f)
{
	for (size_t n = 0; n < sizeof screens / sizeof *screens; n++) {
		resized(e, f, &screens[n]);
		if (!is_long_way(&screens[n]))
			each_size(e, f, &screens[n]);
	}
}

/* Below the least size only leaving works. */
static void small_windows_take_no_orders(const struct model *m)
{
	struct app app;
	struct canvas *c = canvas_new(15, 60, false);
	struct size s = {15, 60};
	app_init(&app, m, &ops, NULL, &(struct app_options){.ascii = false});
	app_draw(&app, c);
	for (int32_t key = ' '; key < 127; key++)
		if (key != 'q')
			app_key(&app, key);
	must(app.depth == 1 && !app.quit && !app.frozen, "a key did something", "any", "too small", &s);
	app_key(&app, 'q');
	must(app.quit, "q does not end it", "any", "too small", &s);
	app_done(&app);
	canvas_free(c);
}

/* The line that is marked as selected; some stand side by side. */
static int selected_row(const struct canvas *c)
{
	for (int y = 4; y < c->h; y++)
		for (int x = 0; x < c->w; x++)
			if (canvas_cell(c, y, x)->ch == 0x25b8 && (canvas_cell(c, y, x)->style & STYLE_SELECTED))
				return y;
	return -1;
}

static bool row_has(const struct canvas *c, int y, const char *text)
{
	struct str row = {0};
	canvas_row_text(c, y, &row);
	bool found = strstr(str_text(&row), text) != NULL;
	str_free(&row);
	return found;
}

/* A click on any cell opens nothing; where it selects, the line is the one under it or, of several lines, begins above. */
static void clicks_only_select(struct engine *e, const struct family *f, const struct size *s)
{
	struct app app;
	struct canvas *c = canvas_new(s->h, s->w, false);
	int taken = 0;
	app_init(&app, engine_model(e), &ops, e, &(struct app_options){.ascii = false});
	app_draw(&app, c);
	for (int y = 0; y < s->h; y++)
		for (int x = 0; x < s->w; x += 7) {
			bool more = row_has(c, y, "more lines"); /* a line stands under it that is not shown: to select it moves the list */
			bool hit = app_key(&app, key_click(y, x));
			app_draw(&app, c);
			int row = selected_row(c);
			taken += hit;
			must(!hit || more || (row <= y && row > y - 5), "a click selects another line", f->name, "first", s);
		}
	must(taken > 0, "no click selects", f->name, "first", s);
	must(app.depth == 1 && !app.quit && !app.frozen, "a click does more than select", f->name, "first", s);
	app_done(&app);
	canvas_free(c);
}

static void check_family(const struct family *f, const char *dir, bool update)
{
	struct str bytes = {0};
	struct problem p;
	struct loop *l = loop_new();
	if (!strcmp(f->name, "hostile"))
		scene_hostile(f->path, &bytes);
	else if (f->path)
		scene_read(f->path, &bytes);
	else
		scene_fleet(fleet, sizeof fleet / sizeof *fleet, FLEET, &bytes);
	struct engine *e = engine_replay(l, bytes.s, bytes.len, 0, &p);
	if (!e) {
		problem_print(stderr, &p);
		exit(1);
	}
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
		struct str out = {0};
		char path[512];
		snprintf(path, sizeof path, "%s/%s.%s.screen", dir, f->name, screens[i].name);
		render(e, f, &screens[i], &out);
		compare(path, &out, update);
		str_free(&out);
	}
	if (!strcmp(f->name, "host") || !f->path) {
		clicks_only_select(e, f, &sizes[0]);
		clicks_only_select(e, f, &sizes[1]);
		any_size(e, f);
		small_windows_take_no_orders(engine_model(e));
	}
	past(e, 0, 0, NULL);
	engine_free(e);
	loop_free(l);
	str_free(&bytes);
}

int main(void)
{
	const char *src = getenv("srcdir"), *update = getenv("WALMEDIC_UPDATE");
	char dir[256];
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("XDG_STATE_HOME", "/nonexistent", 1); /* nobody's journal */
	setenv("HOME", "/nonexistent", 1);
	snprintf(dir, sizeof dir, "%s/tests/screens/matrix", src ? src : ".");
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		int before = wrong;
		check_family(&families[i], dir, update && *update);
		printf("%sok - the screens of family %s\n", wrong > before ? "not " : "", families[i].name);
	}
	return wrong ? 1 : 0;
}
