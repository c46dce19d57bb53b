/* Finding a word and doing things by name, through the keys of the real screens. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "tests/screens/fake_model.h"
#include "tui/app.h"
#include "tui/find.h"
#include "tui/screen/remedy.h"

static struct app app;
static struct fake *fake;
static struct canvas *canvas;
static int acts, asks, frozen;

static void ask_now(void *arg, int server, int node)
{
	(void)arg, (void)server, (void)node;
	asks++;
}

static void freeze(void *arg, bool on)
{
	(void)arg;
	frozen = on;
}

static void text(void *arg, const char *s)
{
	(void)arg, (void)s;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int64_t moment;

static int64_t mono_ms(void *arg)
{
	(void)arg;
	return moment;
}

static bool can_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg, (void)server, (void)place, (void)user;
	return true;
}

static int act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	(void)arg, (void)f, (void)step, (void)p;
	return ++acts;
}

static int shells;

static void count_shell(void *arg)
{
	(void)arg;
	shells++;
}

static int64_t moment = 100000;

static const struct app_ops ops = {.shell = count_shell, .ask_now = ask_now, .freeze = freeze, .copy = text, .plain = text, .suspend = nothing,
				   .redraw = nothing, .discard_input = nothing, .mono_ms = mono_ms, .can_act = can_act, .act = act,
				   .cancel = nothing};

static int begin(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	fake = fake_new("slot_missing");
	acts = asks = frozen = 0;
	canvas = canvas_new(24, 80, false);
	app_init(&app, fake_model(fake), &ops, NULL, &(struct app_options){.read_only = false});
	app_draw(&app, canvas);
	return 0;
}

static int end(void **state)
{
	(void)state;
	app_done(&app);
	canvas_free(canvas);
	fake_free(fake);
	return 0;
}

static void press(const char *keys)
{
	for (; *keys; keys++) {
		app_key(&app, *keys);
		app_draw(&app, canvas);
	}
}

static bool shows(const char *what)
{
	struct str s = {0};
	app_draw(&app, canvas);
	for (int y = 0; y < canvas->h; y++) {
		canvas_row_text(canvas, y, &s);
		str_addc(&s, '\n');
	}
	bool found = strstr(str_text(&s), what) != NULL;
	str_free(&s);
	return found;
}

static int marked(void)
{
	int n = 0;
	for (int y = 0; y < canvas->h; y++)
		for (int x = 0; x < canvas->w; x++)
			n += (canvas_cell(canvas, y, x)->style & STYLE_FOUND) != 0;
	return n;
}

static const char *screen(void)
{
	return app.stack[app.depth - 1].screen->name;
}

static void every_action_can_be_named(void **state)
{
	(void)state;
	for (const struct binding *b = bindings; b->name; b++) {
		end(NULL);
		begin(NULL);
		press(":");
		press(b->name);
		press("\r");
		assert_false(shows("there is no action"));
	}
	assert_int_equal(acts, 0);
}

static void a_name_may_be_cut_as_long_as_it_is_one(void **state)
{
	(void)state;
	press(":freez\r");
	assert_int_equal(frozen, 1);
	press(":f\r");
	assert_true(shows("there is no action \"f\""));
	press(":fly\r");
	assert_true(shows("there is no action \"fly\""));
	press(":freeze now\r");
	assert_true(shows("freeze takes no value"));
	assert_int_equal(frozen, 1);
}

static void tab_goes_through_what_there_is(void **state)
{
	(void)state;
	press(":freez\t");
	assert_true(shows(":freeze"));
	press("\x15");
	press("rec\t");
	assert_true(shows(":recheck\n"));
	press("\t");
	assert_true(shows(":recheck-all"));
	press("\t");
	assert_true(shows(":recheck\n"));
	app_key(&app, K_BACKTAB);
	assert_true(shows(":recheck-all"));
	press("\r");
	assert_int_equal(asks, 1);
}

static void values_are_completed_and_checked(void **state)
{
	(void)state;
	press(":evidence slot.ex\t\r");
	assert_string_equal(screen(), "evidence");
	assert_true(shows("slot.exists"));
	press("\x1b:help slot.active\r");
	assert_string_equal(screen(), "help");
	assert_true(shows("slot.active:"));
	press("\x1b:open slot.lost\r");
	assert_string_equal(screen(), "remedy");
	press("\x1b:evidence nothing.known\r");
	assert_true(shows("there is no PROBE \"nothing.known\""));
	press(":server main\r");
	assert_string_equal(screen(), "front");
}

static void esc_and_backspace_leave_the_line(void **state)
{
	(void)state;
	press(":");
	assert_int_equal(app.line.kind, LINE_COMMAND);
	press("q\x1b");
	assert_int_equal(app.line.kind, LINE_CLOSED);
	press(":\x7f");
	assert_int_equal(app.line.kind, LINE_CLOSED);
	press(":\r");
	assert_int_equal(app.line.kind, LINE_CLOSED);
	assert_false(app.quit);
}

/* What is pasted is text of the line; its line ends are none. */
static void a_paste_never_ends_the_line(void **state)
{
	(void)state;
	press(":");
	for (const char *p = "quit\r\n"; *p; p++)
		app_paste(&app, *p);
	assert_true(shows(":quit"));
	assert_false(app.quit);
}

static void a_word_is_found_on_the_list(void **state)
{
	(void)state;
	press("/SLOT.ACT\r");
	assert_string_equal(app.find, "SLOT.ACT");
	assert_true(marked() >= 8);
	int node = app.stack[0].screen->node(&app, app.stack[0].state);
	assert_string_equal(fake_model(fake)->server[0].node[node].probe->id, "slot.active");
	press("/no such word\r");
	assert_true(shows("\"no such word\" is not found here"));
	press("\x1b");
	assert_string_equal(app.find, "");
	assert_int_equal(marked(), 0);
	assert_false(app.quit);
}

static void a_word_in_a_folded_group_unfolds_it(void **state)
{
	(void)state;
	assert_false(shows("✓ ok   pg.connect"));
	press("/pg.connect\r");
	int node = app.stack[0].screen->node(&app, app.stack[0].state);
	assert_string_equal(fake_model(fake)->server[0].node[node].probe->id, "pg.connect");
}

static void n_goes_on_and_round(void **state)
{
	(void)state;
	press("?/KEY\r");
	int first = marked();
	assert_true(first > 0);
	for (int i = 0; i < 40; i++)
		press("n");
	for (int i = 0; i < 40; i++)
		press("N");
	assert_true(marked() > 0);
	assert_string_equal(screen(), "help");
	press("\x1b");
	assert_string_equal(screen(), "help");
	press("\x1b");
	assert_string_equal(screen(), "front");
}

/* A search is of one screen. */
static void another_screen_has_no_search(void **state)
{
	(void)state;
	press("/slot\re");
	assert_string_equal(app.find, "");
	press("\x1b");
	assert_string_equal(app.find, "");
}

static void help_explains_what_was_in_view(void **state)
{
	(void)state;
	press("?");
	assert_true(shows("slot.exists:"));
	assert_true(shows("slot.missing means"));
	press("?\r?");
	assert_true(shows("slot.exists:"));
	press("/run this step\r");
	assert_true(marked() > 0);
	assert_int_equal(acts, 0);
}

/* What a swarm of keys types must never come into a shell. */
static void a_shell_is_asked_for_twice_and_slowly(void **state)
{
	(void)state;
	shells = 0;
	press("!!!!!!!!");
	assert_true(shows("! once more, after a moment, opens a shell"));
	assert_int_equal(shells, 0);
	moment += 300;
	press("j");
	moment += 300;
	press("!");
	assert_int_equal(shells, 0);
	moment += 300;
	press("!");
	assert_int_equal(shells, 1);
}

/* Two deeds, one torn line, one text that would act on a terminal: newest first, and harmless. */
static void the_journal_shows_what_was_run(void **state)
{
	char dir[] = "/tmp/walmedic-line-XXXXXX", path[100];
	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("XDG_STATE_HOME", dir, 1);
	press("l");
	assert_true(shows("There is no journal yet"));
	press("l");
	snprintf(path, sizeof path, "%s/walmedic", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/walmedic/journal", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("{\"phase\":\"begun\",\"deed\":1,\"step\":\"Look\",\"host\":\"db1\",\"as\":\"postgres\",\"risk\":\"read\",\"user\":\"eve\",\"command\":\"ls\"}\n"
	      "{\"phase\":\"ended\",\"deed\":1,\"exit\":3,\"command\":\"ls\"}\n{\"phase\": torn\n[]\n"
	      "{\"phase\":\"begun\",\"deed\":2,\"step\":\"Create\",\"host\":\"db1\",\"as\":\"x\",\"command\":\"echo \\u001b[31m\"}\n"
	      "{\"phase\":\"ended\",\"deed\":2,\"exit\":0,\"command\":\"x\"}\n{\"phase\":\"proven\",\"deed\":2,\"command\":\"x\"}\n",
	      f);
	fclose(f);
	press("l");
	assert_true(shows("✓ Create\n") && shows("✗ Look\n") && shows("exit 3\n") && shows("exit 0, proven"));
	assert_true(shows("echo <1B>[31m") && shows("db1 as postgres, read; begun by eve"));
	press("/ls\r");
	assert_true(marked() > 0);
	unlink(path);
	snprintf(path, sizeof path, "%s/walmedic", dir);
	rmdir(path);
	rmdir(dir);
	unsetenv("XDG_STATE_HOME");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_action_can_be_named, begin, end),
		cmocka_unit_test_setup_teardown(a_name_may_be_cut_as_long_as_it_is_one, begin, end),
		cmocka_unit_test_setup_teardown(tab_goes_through_what_there_is, begin, end),
		cmocka_unit_test_setup_teardown(values_are_completed_and_checked, begin, end),
		cmocka_unit_test_setup_teardown(esc_and_backspace_leave_the_line, begin, end),
		cmocka_unit_test_setup_teardown(a_paste_never_ends_the_line, begin, end),
		cmocka_unit_test_setup_teardown(a_word_is_found_on_the_list, begin, end),
		cmocka_unit_test_setup_teardown(a_word_in_a_folded_group_unfolds_it, begin, end),
		cmocka_unit_test_setup_teardown(n_goes_on_and_round, begin, end),
		cmocka_unit_test_setup_teardown(another_screen_has_no_search, begin, end),
		cmocka_unit_test_setup_teardown(a_shell_is_asked_for_twice_and_slowly, begin, end),
		cmocka_unit_test_setup_teardown(the_journal_shows_what_was_run, begin, end),
		cmocka_unit_test_setup_teardown(help_explains_what_was_in_view, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
