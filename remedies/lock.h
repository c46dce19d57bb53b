/* One page is walked by one engineer at a time; whoever comes second is told who holds it, and may watch. */
#ifndef WALMEDIC_REMEDIES_LOCK_H
#define WALMEDIC_REMEDIES_LOCK_H

#include <stdbool.h>

struct walk_lock;

/* journal: the file that the walk is written to; the lock stands beside it, in walks/. walk: the name of struct course. Never NULL;
 * where there is no file ("", syslog) everybody has it. */
struct walk_lock *walk_lock_open(const char *journal, const char *walk);
/* Is it ours? Tries again each time until it is; the kernel lets go of it when its holder ends, however that ends. */
bool walk_lock_take(struct walk_lock *l);
/* One sentence, after walk_lock_take said false: who holds it, where and since when. */
const char *walk_lock_holder(struct walk_lock *l);
void walk_lock_close(struct walk_lock *l);

#endif
