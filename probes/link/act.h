/* Acting, from inside the room. */
#ifndef WALMEDIC_LINK_ACT_H
#define WALMEDIC_LINK_ACT_H

struct place;

/* Drops what still runs at this place without a call: only when the loop is freed. */
void act_free_all(struct place *p);

#endif
