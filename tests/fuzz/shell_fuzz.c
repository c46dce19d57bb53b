/* archive_command: its words, and what is said about it. */
#include "probes/base/arena.h"
#include "probes/catalogue/command/lint.h"
#include "probes/catalogue/command/shell_words.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(shell)
{
	char *text = fuzz_text(data, size);
	struct arena *a = arena_new();
	struct shell_line line;
	shell_split(a, text, &line);
	FUZZ_MUST(line.commands >= 0 && line.commands <= SHELL_COMMANDS);
	for (int i = 0; i < line.commands; i++)
		for (int k = 0; k < line.command[i].words; k++)
			FUZZ_MUST(line.command[i].word[k] && line.command[i].at[k] + line.command[i].length[k] <= strlen(text));
	struct lint_context c = {.server = "main", .servers = "main, other", .active_servers = "main", .backup_host = "backup1",
				 .incoming = "/var/lib/barman/main/incoming", .pg_version_num = 150000};
	struct lint l = {0};
	lint_command(a, text, &c, &l);
	FUZZ_MUST(l.kind && l.findings >= 0 && l.findings <= 8);
	for (int i = 0; i < l.findings; i++)
		FUZZ_MUST(l.finding[i].cause && l.finding[i].say && *l.finding[i].say);
	free(text);
	arena_free(a);
	return 0;
}
