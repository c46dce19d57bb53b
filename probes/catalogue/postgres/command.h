#ifndef WALMEDIC_CATALOGUE_POSTGRES_COMMAND_H
#define WALMEDIC_CATALOGUE_POSTGRES_COMMAND_H

struct arena;
struct lint;
struct view;

/* The command that counts: the running one, or the file's while archive_mode is off. NULL = not known. */
const char *archive_command(const struct view *v);
/* With what the facts say about the pipeline. */
void lint_archive_command(struct arena *a, const struct view *v, const char *command, struct lint *ret);

#endif
