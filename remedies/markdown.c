#include "remedies/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/table.h"

enum { NEST_MAX = 40, CELL_MAX = 4000 };

struct walking {
	struct arena *arena;
	int (*each)(void *arg, const struct block *b);
	void *arg;
};

static cmark_node *parse(const char *text, size_t n)
{
	static const char *const wanted[] = {"table", "tasklist"};
	cmark_gfm_core_extensions_ensure_registered();
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		cmark_syntax_extension *e = cmark_find_syntax_extension(wanted[i]);
		if (e)
			cmark_parser_attach_syntax_extension(parser, e);
	}
	cmark_parser_feed(parser, text, n);
	cmark_node *tree = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	return tree;
}

/* The words of a heading or paragraph without marks, on one line. */
static const char *words_to(struct arena *a, cmark_node *node, size_t most)
{
	struct str out = {0}, clean = {0};
	cmark_iter *it = cmark_iter_new(node);
	while (cmark_iter_next(it) != CMARK_EVENT_DONE) {
		cmark_node *at = cmark_iter_get_node(it);
		cmark_node_type type = cmark_node_get_type(at);
		if (cmark_iter_get_event_type(it) != CMARK_EVENT_ENTER)
			continue;
		if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
			str_addc(&out, ' ');
		else if (cmark_node_get_literal(at))
			str_add(&out, cmark_node_get_literal(at));
	}
	cmark_iter_free(it);
	text_clean(&clean, str_text(&out), out.len, most, most);
	const char *text = arena_dup(a, str_text(&clean));
	str_free(&out);
	str_free(&clean);
	return text;
}

static const char *words_of(struct arena *a, cmark_node *node)
{
	return words_to(a, node, 200);
}

static bool is_fence(cmark_node *node)
{
	int length, offset;
	char character;
	return cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK && cmark_node_get_fenced(node, &length, &offset, &character);
}

static bool is_task(cmark_node *node)
{
	return !strcmp(cmark_node_get_type_string(node), "tasklist");
}

/* Does it hold anything that is a block of its own? */
static bool has_pieces(cmark_node *node)
{
	bool found = false;
	cmark_iter *it = cmark_iter_new(node);
	while (!found && cmark_iter_next(it) != CMARK_EVENT_DONE)
		found = is_fence(cmark_iter_get_node(it)) || is_task(cmark_iter_get_node(it));
	cmark_iter_free(it);
	return found;
}

/* The link that an item of choices begins with, or NULL. */
static cmark_node *choice_link(cmark_node *item)
{
	cmark_node *paragraph = cmark_node_first_child(item), *link = paragraph ? cmark_node_first_child(paragraph) : NULL;
	if (!link || cmark_node_get_type(paragraph) != CMARK_NODE_PARAGRAPH || cmark_node_get_type(link) != CMARK_NODE_LINK)
		return NULL;
	return cmark_node_get_url(link)[0] == '#' ? link : NULL;
}

static bool is_choices(cmark_node *node)
{
	cmark_node *item = cmark_node_get_type(node) == CMARK_NODE_LIST ? cmark_node_first_child(node) : NULL;
	if (!item)
		return false;
	for (; item; item = cmark_node_next(item))
		if (!choice_link(item))
			return false;
	return true;
}

static struct block block_at(cmark_node *node, int depth)
{
	int first = cmark_node_get_start_line(node), last = cmark_node_get_end_line(node);
	return (struct block){.first = first > 0 ? first : 1, .last = last, .depth = depth, .text = "", .target = "", .title = ""};
}

static int give(struct walking *w, cmark_node *node, int depth);

static int give_choices(struct walking *w, cmark_node *list, int depth)
{
	int rc = 0;
	for (cmark_node *item = cmark_node_first_child(list); item && !rc; item = cmark_node_next(item)) {
		cmark_node *link = choice_link(item);
		struct block b = block_at(item, depth);
		b.kind = BLOCK_CHOICE;
		b.text = words_of(w->arena, cmark_node_first_child(item));
		b.target = arena_dup(w->arena, cmark_node_get_url(link));
		b.title = arena_dup(w->arena, cmark_node_get_title(link));
		rc = w->each(w->arg, &b);
	}
	return rc;
}

static int give_children(struct walking *w, cmark_node *first, int depth)
{
	int rc = 0;
	for (cmark_node *n = first; n && !rc; n = cmark_node_next(n))
		rc = give(w, n, depth);
	return rc;
}

static int give_task(struct walking *w, cmark_node *item, int depth)
{
	cmark_node *paragraph = cmark_node_first_child(item);
	struct block b = block_at(item, depth);
	bool named = paragraph && cmark_node_get_type(paragraph) == CMARK_NODE_PARAGRAPH;
	b.kind = BLOCK_TASK;
	b.text = named ? words_of(w->arena, paragraph) : "";
	b.last = named ? cmark_node_get_end_line(paragraph) : b.first;
	b.ticked = cmark_gfm_extensions_get_tasklist_item_checked(item);
	int rc = w->each(w->arg, &b);
	return rc || !paragraph ? rc : give_children(w, named ? cmark_node_next(paragraph) : paragraph, depth + 1);
}

static int give(struct walking *w, cmark_node *node, int depth)
{
	struct block b = block_at(node, depth);
	if (is_task(node))
		return give_task(w, node, depth);
	if (depth < NEST_MAX && is_choices(node) && !has_pieces(node))
		return give_choices(w, node, depth);
	if (is_fence(node)) {
		b.kind = BLOCK_FENCE;
		b.text = arena_dup(w->arena, cmark_node_get_literal(node));
	} else if (cmark_node_get_type(node) == CMARK_NODE_HEADING && !depth) {
		b.kind = BLOCK_HEADING;
		b.level = cmark_node_get_heading_level(node);
		b.text = words_of(w->arena, node);
	} else if (depth < NEST_MAX && has_pieces(node)) {
		return give_children(w, cmark_node_first_child(node), depth + (cmark_node_get_type(node) != CMARK_NODE_LIST));
	}
	return w->each(w->arg, &b);
}

int markdown_blocks(struct arena *a, const char *text, size_t n, int (*each)(void *arg, const struct block *b), void *arg)
{
	struct walking w = {a, each, arg};
	cmark_node *tree = parse(text, n);
	int rc = give_children(&w, cmark_node_first_child(tree), 0);
	cmark_node_free(tree);
	return rc;
}

/* What stands before `until` (NULL: all), taken out of the tree, with an empty line between it and what was there. */
static void render_rest(struct str *out, cmark_node *tree, cmark_node *until, int width)
{
	cmark_node *part = cmark_node_new(CMARK_NODE_DOCUMENT), *node;
	while ((node = cmark_node_first_child(tree)) && node != until)
		cmark_node_append_child(part, node);
	if (out->len && (cmark_node_first_child(part) || until))
		str_addc(out, '\n');
	char *text = cmark_render_plaintext(part, CMARK_OPT_DEFAULT, width);
	str_add(out, cmark_node_first_child(part) ? text : "");
	if (until && cmark_node_first_child(part))
		str_addc(out, '\n');
	cmark_get_default_mem_allocator()->free(text);
	cmark_node_free(part);
}

/* A table whose cells are words; false when it is too wide to be one. */
static bool render_table(struct str *out, cmark_node *node, int width)
{
	struct table t = {.columns = 0};
	struct arena *a = arena_new();
	for (cmark_node *c = cmark_node_first_child(cmark_node_first_child(node)); c; c = cmark_node_next(c))
		t.columns++;
	for (cmark_node *row = cmark_node_first_child(node); row; row = cmark_node_next(row))
		t.rows++;
	const char **cell = arena_alloc(a, sizeof *cell * (size_t)(t.rows * t.columns + 1));
	int row = 0;
	for (cmark_node *r = cmark_node_first_child(node); r; r = cmark_node_next(r), row++) {
		cmark_node *c = cmark_node_first_child(r);
		for (int i = 0; i < t.columns; i++, c = c ? cmark_node_next(c) : NULL)
			cell[row * t.columns + i] = c ? words_to(a, c, CELL_MAX) : "";
	}
	t.cell = cell;
	bool fits = t.columns && t.columns <= TABLE_COLUMNS;
	if (fits)
		table_render(out, &t, width);
	arena_free(a);
	return fits;
}

void markdown_render(struct str *out, const char *markdown, int width)
{
	cmark_node *tree = parse(markdown, strlen(markdown)), *node = cmark_node_first_child(tree);
	struct str plain = {0};
	while (node) {
		cmark_node *next = cmark_node_next(node);
		bool table = !strcmp(cmark_node_get_type_string(node), "table");
		if (table) {
			render_rest(&plain, tree, node, width);
			if (render_table(&plain, node, width))
				cmark_node_free(node);
		}
		node = next;
	}
	render_rest(&plain, tree, NULL, width);
	str_add(out, str_text(&plain));
	str_free(&plain);
	cmark_node_free(tree);
}
