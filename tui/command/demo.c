#include <stddef.h>

#include "tui/command/replay.h"

extern const char demo_recording[];
extern const size_t demo_recording_size;

static int run(const struct cli *c)
{
	return replay_show(c, demo_recording, demo_recording_size);
}

const struct command command_demo = {
	.name = "demo", .args = "", .about = "a recorded incident; needs no server, no network, no root", .run = run};
