#include "remedies/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/text.h"
#include "remedies/catalogue.h"
#include "remedies/runbook.h"

enum { OWN_MAX = 500 };

static bool ends_in_md(const char *name)
{
	size_t n = strlen(name);
	return n > 3 && !strcmp(name + n - 3, ".md");
}

/* A title in the arena, after the page it was read into is gone. */
static void put(struct arena *a, struct shelf *s, const char *name, const char *path, const struct page *page, const struct problem *p)
{
	struct book *b = &s->book[s->books++];
	*b = (struct book){.name = arena_dup(a, name), .path = path, .wrong = !page};
	b->title = arena_dup(a, page ? page->title : p->say);
	b->steps = page && page->walkable ? page->steps : 0;
}

static int is_page(const struct dirent *e)
{
	return e->d_name[0] != '.' && ends_in_md(e->d_name) && text_is_plain(e->d_name);
}

/* Reads each page into brief, or with brief NULL only its name. */
static void read_directory(struct arena *a, struct arena *brief, const char *directory, struct shelf *s)
{
	struct dirent **entry;
	int n = scandir(directory, &entry, is_page, alphasort);
	if (n < 0) {
		problem_set(&s->problem, "runbooks = DIR in [walmedic] names the directory of your own", "%s: %s", directory, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		struct problem p = {"", ""};
		const char *path = arena_printf(a, "%s/%s", directory, entry[i]->d_name);
		if (i < OWN_MAX)
			put(a, s, entry[i]->d_name, path, brief ? runbook_read(brief, path, &p) : NULL, &p);
		free(entry[i]);
	}
	free(entry);
}

static void read_all(struct arena *a, struct arena *brief, const char *directory, struct shelf *ret)
{
	int n = 0;
	while (embedded_runbooks[n].cause)
		n++;
	*ret = (struct shelf){.book = arena_alloc(a, sizeof *ret->book * (size_t)(n + OWN_MAX))};
	for (int i = 0; i < n; i++) {
		struct problem p = {"", ""};
		put(a, ret, embedded_runbooks[i].cause, NULL, brief ? runbook_find(brief, embedded_runbooks[i].cause, &p) : NULL, &p);
	}
	if (directory)
		read_directory(a, brief, directory, ret);
}

void shelf_read(struct arena *a, const char *directory, struct shelf *ret)
{
	struct arena *brief = arena_new();
	read_all(a, brief, directory, ret);
	arena_free(brief);
}

void shelf_names(struct arena *a, const char *directory, struct shelf *ret)
{
	read_all(a, NULL, directory, ret);
}

/* The file of that name in the directory, or NULL. */
static const char *in_directory(struct arena *a, const char *directory, const char *name)
{
	const char *path = arena_printf(a, "%s/%s", directory, name);
	if (*name == '.' || !*name)
		return NULL;
	if (!access(path, F_OK))
		return path;
	path = arena_printf(a, "%s.md", path);
	return access(path, F_OK) ? NULL : path;
}

struct page *shelf_take(struct arena *a, const char *directory, const char *name, const char **ret_path, struct problem *p)
{
	bool is_path = strchr(name, '/');
	const char *path = is_path || !access(name, F_OK) ? name : directory ? in_directory(a, directory, name) : NULL;
	if (!path && ends_in_md(name))
		path = name;
	if (ret_path)
		*ret_path = arena_dup(a, path ? path : name);
	return path ? runbook_read(a, path, p) : runbook_find(a, name, p);
}
