#include "tui/widget/flow.h"

#include <stddef.h>

#include "tui/widget/strip.h"
#include "tui/widget/words.h"

/* WAL goes two ways, pushed over ssh or streamed through the slot; cron files both. */
const struct flow flows[] = {
	{STAGE_HOST, STAGE_PG},	   {STAGE_HOST, STAGE_SSH},    {STAGE_CONFIG, STAGE_PG},  {STAGE_CONFIG, STAGE_SSH},
	{STAGE_PG, STAGE_SLOT},	   {STAGE_PG, STAGE_WAL},      {STAGE_SSH, STAGE_WAL},	  {STAGE_WAL, STAGE_CRON},
	{STAGE_SLOT, STAGE_CRON},  {STAGE_CRON, STAGE_BACKUP}, {STAGE_DISK, STAGE_BACKUP}, {STAGE_BACKUP, STAGE_RPO},
	{STAGE_RPO, STAGE_RPO},
};

static int next_stage(const struct route *r, int at)
{
	int first = -1;
	for (const struct flow *f = flows; f->from != f->to; f++) {
		if ((int)f->from != at)
			continue;
		if (r->stage[f->to])
			return (int)f->to;
		first = first < 0 ? (int)f->to : first;
	}
	return first;
}

void flow_harm(const struct route *r, int root, bool ret[STAGES])
{
	for (int i = 0; i < STAGES; i++)
		ret[i] = root >= 0 && (i == root || r->stage[i]);
	for (int at = root; at >= 0 && at != STAGE_RPO; at = next_stage(r, at))
		ret[at] = true;
	ret[STAGE_RPO] = root >= 0;
}

style_t flow_style(const struct server *s, enum stage stage)
{
	enum meaning worst = strip_worst(s, stage);
	return worst == MEAN_FAIL || worst == MEAN_WARN || worst == MEAN_BLOCKED ? MEAN_PATH : MEAN_TEXT;
}

int flow_speaker(const struct server *s, enum stage stage)
{
	static const enum meaning order[] = {MEAN_FAIL, MEAN_WARN, MEAN_BLOCKED, MEAN_UNKNOWN, MEAN_RUNNING, MEAN_OK};
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		for (int i = 0; i < s->nodes; i++)
			if (s->node[i].probe->stage == stage && node_look(&s->node[i])->meaning == order[k])
				return i;
	return -1;
}
