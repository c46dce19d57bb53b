/* A view seen from the engine's side, and from tests: making one, setting now, feeding replies. */
#ifndef WALMEDIC_ENGINE_VIEW_H
#define WALMEDIC_ENGINE_VIEW_H

#include "probes/engine/facts.h"
#include "probes/engine/question.h"

struct probe;
struct verdict;
struct facts;                       /* the store of one subject */

struct facts *facts_new(void);
void facts_free(struct facts *f);

enum scope { SCOPE_SERVER, SCOPE_BACKUP, SCOPE_DB, SCOPE_CONSOLE, SCOPE_PG, SCOPES };
/* A view over one store a scope; NULL entries are made and owned by the view. */
struct view *view_new(struct facts *const scope[SCOPES]);
void view_free(struct view *v);
void view_set_now(struct view *v, int64_t wall_ms);
/* Remembers the reply as the question's last one and calls its read(). */
void view_answer(struct view *v, const struct question *q, const struct reply *r);
void view_set_asked(struct view *v, const struct question *q, enum asked asked, const char *why);
/* Why a question is off or has no place; "" if nothing was said. */
const char *view_why(const struct view *v, const struct question *q);
/* Expands a question's text; NULL if a fact is missing (*ret_missing, may be NULL, its name; from malloc). */
char *view_expand(const struct view *v, const struct question *q, char **ret_missing);
bool view_only_if(const struct view *v, const char *condition);
/* Counts learnt changes: judges run again when it moved. */
unsigned view_version(const struct view *v);
/* Counts what anybody has learnt into the stores that this view shares. */
unsigned view_shared_version(const struct view *v);

/* Judges by the probe into a verdict of malloc'd strings; verdict_clear frees them. */
void probe_judge(const struct probe *p, const struct view *v, struct verdict *ret);
void verdict_clear(struct verdict *r);

#endif
