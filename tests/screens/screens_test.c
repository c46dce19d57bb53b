/* Golden screens: every scene at every size, drawn without a terminal. One file a scene;
 * WALMEDIC_UPDATE=1 writes them anew (read the difference before committing it). */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/str.h"
#include "tests/screens/fake_model.h"
#include "remedies/run.h"
#include "tui/app.h"

static int64_t mono;

static void no_ask(void *arg, int server, int node)
{
	(void)arg;
	(void)server;
	(void)node;
}

static void no_flag(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

static void no_text(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int64_t fake_mono(void *arg)
{
	(void)arg;
	return mono;
}

static bool can_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg;
	(void)server;
	(void)user;
	return strcmp(place, "console") != 0;
}

static int act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	(void)arg;
	(void)f;
	(void)step;
	(void)p;
	return 0;
}

static char *one_line(void *arg, int server, const struct planned *step)
{
	(void)arg;
	(void)server;
	(void)step;
	return NULL;
}

static const struct app_ops ops = {.ask_now = no_ask,
				   .freeze = no_flag,
				   .copy = no_text,
				   .plain = no_text,
				   .suspend = nothing,
				   .redraw = nothing,
				   .discard_input = nothing,
				   .mono_ms = fake_mono,
				   .can_act = can_act,
				   .act = act,
				   .cancel = nothing,
				   .one_line = one_line};

/* What happens outside, as characters among the keys. */
enum { OUTPUT = 1, ENDED, SLOT_IS_THERE, HEALED, FAILED };

static void happen(struct app *app, struct fake *f, int what)
{
	static const char text[] = "Creating physical replication slot 'barman' on server "
				   "'main'\nReplication slot 'barman' created\n";
	struct run_state r = {.phase = RUN_PROVING,
			      .acted = true,
			      .ended = true,
			      .expected = true,
			      .status = what == FAILED ? 2 : 0};
	if (what == OUTPUT)
		app_output(app, text, sizeof text - 1);
	else if (what == ENDED || what == FAILED)
		app_run(app, &r);
	else if (what == SLOT_IS_THERE)
		fake_set(f, "slot.exists", STATE_OK);
	else
		fake_heal(f);
	app_tick(app, fake_model(f)->now);
}

struct view_of {
	int h, w;
	bool ascii;
	const char *keys;
	const char *title;
};

/* Only where a remedy is. */
static const struct view_of treatments[] = {
	{24, 80, false, "\r", "remedy"},
	{24, 80, true, "\r", "remedy"},
	{40, 120, false, "\r", "remedy"},
	{16, 60, false, "\r", "remedy"},
	{24, 80, false, "\r]r", "remedy, asked whether to run"},
	{24, 80, false, "\r]ry", "remedy, running"},
	{24, 80, false, "\r]ry\001\002", "remedy, ran, waiting for the proof"},
	{24, 80, false, "\r]ry\001\005", "remedy, the command failed"},
	{24, 80, false, "\r]ry\001\002\003", "remedy, step proven"},
	{24, 80, false, "\r]ry\001\002\004", "remedy, all proven"},
};

static const struct view_of views[] = {
    {24, 80, false, "", "front"},
    {24, 80, true, "", "front"},
    {40, 120, false, "", "front"},
    {16, 60, false, "", "front"},
    {10, 40, false, "", "front"},
    {24, 80, false, "jj", "front, two down"},
    {40, 80, false, "Z", "front, unfolded"},
    {24, 80, false, "e", "evidence"},
    {24, 80, false, "m", "map"},
    {40, 120, false, "m", "map"},
    {24, 80, false, "?", "help"},
    {24, 80, false, " ", "frozen"},
};

static void write_canvas(const struct canvas *c, struct str *out, bool styles)
{
	for (int y = 0; y < c->h; y++) {
		str_addc(out, '|');
		canvas_row_text(c, y, out);
		str_addc(out, '\n');
		if (!styles)
			continue;
		size_t before = out->len;
		str_addc(out, ':');
		canvas_row_style(c, y, out);
		if (out->len == before + 1)
			out->s[out->len = before] = '\0';
		else
			str_addc(out, '\n');
	}
}

static void render(const char *scene, const struct view_of *v, struct str *out)
{
	struct fake *f = fake_new(scene);
	struct app app;
	struct canvas *c = canvas_new(v->h, v->w, v->ascii);
	app_init(&app, fake_model(f), &ops, NULL, &(struct app_options){.ascii = v->ascii});
	app_draw(&app, c);
	mono = 1000;
	for (const char *k = v->keys; *k; k++) {
		mono += 1000;
		if (*k <= FAILED)
			happen(&app, f, *k);
		else
			app_key(&app, *k);
		app_draw(&app, c);
	}
	str_addf(out, "== %s %dx%d %s\n", v->title, v->w, v->h, v->ascii ? "ASCII" : "UTF-8");
	write_canvas(c, out, !v->ascii && v->w == 80 && !*v->keys);
	app_done(&app);
	canvas_free(c);
	fake_free(f);
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "re");
	struct str s = {0};
	char buf[4096];
	size_t n;
	while (f && (n = fread(buf, 1, sizeof buf, f)) > 0)
		str_addn(&s, buf, n);
	if (f)
		fclose(f);
	str_add(&s, "");
	return s.s;
}

static void complain(const char *want, const char *got, const char *path)
{
	int line = 1;
	for (; *want && *want == *got; want++, got++)
		line += *want == '\n';
	printf("# %s differs at line %d\n# want: %.*s\n# got:  %.*s\n", path, line,
	       (int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
}

static bool check_scene(const char *scene, const char *dir, bool update)
{
	struct str out = {0};
	char path[512];
	snprintf(path, sizeof path, "%s/%s.screen", dir, scene);
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		render(scene, &views[i], &out);
	for (size_t i = 0;
	     !strcmp(scene, "slot_missing") && i < sizeof treatments / sizeof *treatments; i++)
		render(scene, &treatments[i], &out);
	FILE *f = update ? fopen(path, "we") : NULL;
	if (f) {
		fputs(str_text(&out), f);
		fclose(f);
	}
	char *want = read_all(path);
	bool same = !strcmp(want, str_text(&out));
	if (!same)
		complain(want, str_text(&out), path);
	printf("%sok - screens of %s\n", same ? "" : "not ", scene);
	free(want);
	str_free(&out);
	return same;
}

int main(void)
{
	const char *src = getenv("srcdir"), *update = getenv("WALMEDIC_UPDATE");
	char dir[256];
	bool good = true;
	setlocale(LC_CTYPE, "C.UTF-8");
	snprintf(dir, sizeof dir, "%s/tests/screens", src ? src : ".");
	for (int i = 0; fake_scenes[i]; i++)
		good &= check_scene(fake_scenes[i], dir, update && *update);
	return good ? 0 : 1;
}
