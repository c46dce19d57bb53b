/* Going back in time: every screen shows an earlier moment until the operator returns to now. Nothing can be run or asked meanwhile. */
#ifndef WALMEDIC_TUI_TRAVEL_H
#define WALMEDIC_TUI_TRAVEL_H

#include "probes/base/str.h"
#include "probes/engine/model.h"

struct app;
struct app_ops;

struct travel {
	const struct model *live;       /* of now */
	const struct app_ops *ops;      /* those of now, while away */
	struct app_ops *harmless;       /* in their place */
	bool away;
};

void travel_init(struct app *a, const struct model *live);
void travel_done(struct app *a);
/* One step back or forward: ten seconds within two minutes of now, then minutes, ten minutes, hours. */
void travel_earlier(struct app *a);
void travel_later(struct app *a);
/* To the moment after the nearest changes before or after this one. */
void travel_change_before(struct app *a);
void travel_change_after(struct app *a);
/* To a moment, of the past. */
void travel_to(struct app *a, int64_t t);
void travel_home(struct app *a);
/* "-12 min, 02:47:10Z" */
void travel_words(const struct app *a, struct str *out);
const struct hint *travel_hints(const struct app *a);

#endif
