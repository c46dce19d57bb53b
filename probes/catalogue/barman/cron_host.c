#include "probes/catalogue/barman/cron_host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/flow.h"

bool host_now(const char *line, struct host_now *ret)
{
	*ret = (struct host_now){.ms = flow_word_number(line, 0), .zone_s = flow_zone_s(flow_word_number(line, 1)),
				 .uptime = flow_word_number(line, 2), .ticks = flow_word_number(line, 3)};
	return ret->ms > 0 && ret->zone_s == ret->zone_s && ret->uptime >= 0 && ret->ticks >= 1;
}

double host_seconds_ms(const char *text)
{
	double s = flow_word_number(text, 0);
	return s > 0 && s < KNOW_NUM_MAX / 1000 ? s * 1000 : 0;
}

void learn_whole(struct view *v, const char *name, double n)
{
	if (isfinite(n))
		learn_f(v, name, "%.0f", n);
	else
		learn(v, name, NULL);
}

bool held_read(const char *text, struct held *ret)
{
	int at = 0;
	*ret = (struct held){0};
	if (sscanf(text, "%lf %c %lf%n", &ret->pid, &ret->state, &ret->start, &at) != 3)
		return false;
	ret->what = text[at] == ' ' && text[at + 1] ? text + at + 1 : NULL;
	return true;
}

static void learn_stuck(struct view *v)
{
	static const char *const pids[] = {"server.cron.held.cron.pid", "server.cron.held.archive-wal.pid", "server.cron.held.entry.pid"};
	const char *pid = NULL;
	for (size_t i = 0; !pid && i < sizeof pids / sizeof *pids; i++)
		pid = know(v, pids[i]);
	learn(v, "server.cron.held_pid", pid);
}

void held_learn(struct view *v, const char *name, const struct held *h, const struct host_now *now)
{
	char fact[64];
	bool held = h->pid > 0;
	double since = (double)view_now(v) - (now->uptime - h->start / now->ticks) * 1000;
	snprintf(fact, sizeof fact, "server.cron.held.%s.since_ms", name);
	learn_whole(v, fact, held && h->start > 0 ? since : NAN);
	snprintf(fact, sizeof fact, "server.cron.held.%s.pid", name);
	learn_whole(v, fact, held ? h->pid : NAN);
	snprintf(fact, sizeof fact, "server.cron.held.%s.what", name);
	learn(v, fact, held ? h->what : NULL);
	snprintf(fact, sizeof fact, "server.cron.held.%s.halted", name);
	learn(v, fact, held && (h->state == 'T' || h->state == 't') ? "yes" : NULL);
	learn_stuck(v);
}
