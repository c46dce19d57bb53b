#include <stddef.h>

#include "tui/command/replay.h"

extern const char demo_recording[];
extern const size_t demo_recording_size;

/* An incident of two minutes: what breaks is to be seen within seconds. */
#define DEMO_SPEED "4"

static int run(const struct cli *c)
{
	struct cli faster = *c;
	if (!faster.speed)
		faster.speed = DEMO_SPEED;
	return replay_show(&faster, demo_recording, demo_recording_size);
}

const struct command command_demo = {
	.name = "demo", .args = "", .about = "a recorded incident; needs no server, no network, no root", .run = run};
