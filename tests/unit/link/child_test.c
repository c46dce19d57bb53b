/* A child's last words, also where this program is not given the processor for long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/clock.h"
#include "probes/base/str.h"
#include "probes/link/child.h"
#include "probes/link/loop.h"

/* SIGCHLD interrupts a sleep. */
static void pass(int64_t ms)
{
	int64_t end = clock_mono_ms() + ms;
	while (clock_mono_ms() < end)
		usleep(1000);
}

struct heard {
	struct str text;
	int bytes_ms, end_ms; /* how long we are kept from going on */
	bool ended;
	int status;
};

static void bytes(void *arg, bool is_err, const char *s, size_t n)
{
	struct heard *h = arg;
	(void)is_err;
	str_addn(&h->text, s, n);
	pass(h->bytes_ms);
}

static void ended(void *arg, const struct wire_end *e)
{
	struct heard *h = arg;
	h->ended = true;
	h->status = e->status;
	pass(h->end_ms);
}

static void start(struct loop *l, const char *text, struct heard *h)
{
	static const struct wire_ops ops = {bytes, ended};
	const char *argv[] = {"sh", "-c", text, NULL};
	child_start(l, &(struct child_spec){.argv = argv, .via = "local"}, &ops, h);
}

/* In the pause while c is read, b writes and exits, and a exits: their exits are found before anybody has looked for b's words again. Then
 * the end of a takes so long that b's patience is over, and time passes between two turns of the loop. */
static void what_was_written_before_the_exit_is_read(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct heard a = {.end_ms = 300}, b = {0}, c = {.bytes_ms = 900};
	start(l, "sleep 0.7; head -c 40000 /dev/zero | tr '\\0' b; exit 3", &b);
	start(l, "exec >&- 2>&-; sleep 0.8", &a);
	loop_turn(l, 200);
	loop_turn(l, 200);
	start(l, "echo c", &c);
	pass(100);
	while (!a.ended || !b.ended || !c.ended) {
		loop_turn(l, 1000);
		pass(5);
	}
	assert_string_equal(str_text(&c.text), "c\n");
	assert_int_equal(b.text.len, 40000);
	assert_int_equal(b.status, 3);
	str_free(&b.text);
	str_free(&c.text);
	loop_free(l);
}

/* A daemon that keeps the pipe is not waited for. */
static void the_end_is_the_exit(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct heard h = {0};
	start(l, "sleep 5 & echo out", &h);
	while (!h.ended)
		loop_turn(l, 1000);
	assert_string_equal(str_text(&h.text), "out\n");
	str_free(&h.text);
	loop_free(l);
}

static void what_cannot_be_started_says_so(void **state)
{
	(void)state;
	static const struct wire_ops ops = {bytes, ended};
	struct loop *l = loop_new();
	struct heard h = {0};
	const char *argv[] = {"no-such-program", NULL};
	child_start(l, &(struct child_spec){.argv = argv, .via = "local"}, &ops, &h);
	while (!h.ended)
		loop_turn(l, 1000);
	assert_string_equal(str_text(&h.text), "no-such-program: command not found\n");
	assert_int_equal(h.status, 127);
	str_free(&h.text);
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_before_the_exit_is_read),
		cmocka_unit_test(the_end_is_the_exit),
		cmocka_unit_test(what_cannot_be_started_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
