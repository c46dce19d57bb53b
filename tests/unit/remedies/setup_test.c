/* The wizard around its page: answers to a server, hosts and ports from addresses, and what is refused before anything is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "fake_world.h"
#include "probes/base/str.h"
#include "remedies/setup.h"

#define PRINT "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static char top[64], path[128];
static struct server_spec added;
static char name[64], backup[128], db[128];
static struct str ran;
static struct loop_timer *ending;

struct engine *engine_new(struct loop *l, const struct engine_options *o)
{
	(void)l, (void)o;
	return NULL;
}

int engine_add(struct engine *e, const struct server_spec *s, struct problem *p)
{
	(void)e, (void)p;
	added = *s;
	snprintf(name, sizeof name, "%s", s->name);
	snprintf(backup, sizeof backup, "%s", s->backup);
	snprintf(db, sizeof db, "%s", s->db);
	return 0;
}

void engine_free(struct engine *e)
{
	(void)e;
}

static void end_act(void *arg)
{
	(void)arg;
	loop_timer_stop(ending);
	fake_act_ends();
}

/* Everything is as it should be, until there is no PostgreSQL. */
static void on_act(void)
{
	str_addf(&ran, "%s\n", act_text);
	act_says = "";
	act_status = strstr(act_text, "pg_lsclusters -h") != NULL;
	ending = loop_timer_start(NULL, 100, 10000000, end_act, NULL);
}

static int set_up(const char *answers, mode_t mode, struct problem *p)
{
	int keep = dup(1), null = open("/dev/null", O_WRONLY), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, answers, strlen(answers)), strlen(answers));
	fchmod(fd, mode);
	close(fd);
	fflush(stdout);
	dup2(null, 1);
	struct setup_order o = {.answers = path, .config = "/somewhere/walmedic.conf"};
	int status = setup_walk(&o, p);
	fflush(stdout);
	dup2(keep, 1);
	close(keep);
	close(null);
	return status;
}

static int begin(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/walmedic-setup-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(path, sizeof path, "%s/answers", top);
	setenv("XDG_STATE_HOME", top, 1);
	fake_reset();
	act_hook = on_act;
	str_clear(&ran);
	added = (struct server_spec){0};
	return 0;
}

static int end(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static void answers_become_a_server(void **state)
{
	(void)state;
	struct problem p;
	assert_int_equal(set_up("server = shop\nbackup = ssh://root@b1:2222\ndb = ssh://d1\nhostkey_backup = " PRINT "\nhostkeys = trust-on-first-use\n", 0600, &p), 1);
	assert_string_equal(name, "shop");
	assert_string_equal(backup, "ssh://root@b1:2222");
	assert_string_equal(db, "ssh://d1");
	/* host.backup is no probe of this world, so its key is looked at, and cannot be proven */
	assert_non_null(strstr(str_text(&ran), "host=b1 port=2222 want=" PRINT "\n"));
}

static void hosts_that_are_here_have_no_key(void **state)
{
	(void)state;
	struct problem p;
	assert_int_equal(set_up("server = shop\nbackup = local\ndb = local\n", 0600, &p), 1);
	assert_null(strstr(str_text(&ran), "ssh-keyscan"));
	assert_non_null(strstr(str_text(&ran), "pg_lsclusters"));
}

static void what_cannot_be_used_is_refused(void **state)
{
	(void)state;
	struct problem p;
	assert_int_equal(set_up("server = shop\nbackup = local\ndb = ssh://d1\n", 0600, &p), -1);
	assert_non_null(strstr(p.say, "host keys are never accepted unseen"));
	assert_int_equal(set_up("server = shop\nbackup = local\ndb = local\n", 0666, &p), -1);
	assert_non_null(strstr(p.say, "can be written by others"));
	assert_int_equal(set_up("server = shop\nbackup = local\ndb = local\nmode = pull\n", 0600, &p), -1);
	assert_non_null(strstr(p.say, "answers:4: "));
	assert_null(added.name);
	assert_int_equal(acts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_become_a_server, begin, end),
		cmocka_unit_test_setup_teardown(hosts_that_are_here_have_no_key, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_used_is_refused, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
