#include "remedies/page.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/text.h"
#include "remedies/fill.h"
#include "remedies/markdown.h"
#include "remedies/parts.h"

enum { MAX_BYTES = 1 << 20, MAX_LINES = 20000 };

int page_wrong(struct reading *r, int line, const char *hint, const char *fmt, ...)
{
	char say[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(say, sizeof say, fmt, ap);
	va_end(ap);
	struct str clean = {0};
	text_clean(&clean, say, strlen(say), 400, 400);
	problem_set(r->problem, hint, "%s:%d: %s", r->page->file, line, str_text(&clean));
	str_free(&clean);
	return -1;
}

bool page_declares(const struct page *page, const char *name, size_t n)
{
	for (int i = 0; i < page->n_facts; i++)
		if (strlen(page->facts[i]) == n && !strncmp(page->facts[i], name, n))
			return true;
	for (int i = 0; i < page->asks; i++)
		if (strlen(page->ask[i].name) == n && !strncmp(page->ask[i].name, name, n))
			return true;
	return false;
}

/* ---- bytes to lines ---- */

int check_bytes(struct reading *r, const char *bytes, size_t n)
{
	int line = 1;
	if (n > MAX_BYTES)
		return page_wrong(r, 1, "a page is a few screens of text", "the page is larger than 1 MB");
	for (size_t i = 0; i < n;) {
		int32_t c;
		size_t used = text_next(bytes + i, n - i, &c);
		if (!c || c < 0)
			return page_wrong(r, line, "a page is UTF-8 text", "this is not text: %s", c ? "not UTF-8" : "a NUL byte");
		if (c == '\r')
			return page_wrong(r, line, "save it with Unix line ends", "the line has a carriage return");
		line += c == '\n';
		i += used;
	}
	return line > MAX_LINES ? page_wrong(r, line, NULL, "the page has more than %d lines", MAX_LINES) : 0;
}

void split_lines(struct reading *r, const char *bytes, size_t n)
{
	char *rest = arena_dupn(r->arena, bytes, n);
	int count = 0;
	for (const char *p = rest; (p = strchr(p, '\n')); p++)
		count++;
	r->line = arena_alloc(r->arena, sizeof *r->line * (size_t)(count + 2));
	for (char *l; (l = text_line(&rest));)
		r->line[r->lines++] = l;
}

/* ---- the tree to steps ---- */

struct section {
	struct reading *r;
	int offset;             /* lines before the body */
	const char *heading;    /* NULL: before the first one */
	int heading_line;
	struct str prose;
	struct step *step;      /* of this section, or NULL */
	struct str why;
};

/* The prose of a section that has no step belongs to the why before the steps, else to the step before it. */
static void close_section(struct section *s)
{
	struct page *page = s->r->page;
	struct str whole = {0};
	text_clean(&whole, str_text(&s->prose), s->prose.len, 4000, MAX_BYTES);
	if (s->step) {
		s->step->prose = arena_dup(s->r->arena, str_text(&whole));
	} else if (whole.len || s->heading) {
		const char **to = page->steps ? &page->step[page->steps - 1].prose : &page->why;
		*to = arena_printf(s->r->arena, "%s%s%s%s\n%s", *to ? *to : "", *to && **to ? "\n" : "",
				   s->heading ? "**" : "", s->heading ? arena_printf(s->r->arena, "%s**\n", s->heading) : "",
				   str_text(&whole));
	}
	str_free(&whole);
	str_clear(&s->prose);
	s->step = NULL;
}

static void add_lines(struct section *s, int first, int last)
{
	for (int i = first; i <= last && i <= s->r->lines; i++) {
		str_add(&s->prose, s->r->line[i - 1]);
		str_addc(&s->prose, '\n');
	}
	str_addc(&s->prose, '\n');
}

bool is_command_word(const char *word, size_t n)
{
	static const char *const words[] = {"sh", "bash", "shell", "console"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == n && !strncmp(words[i], word, n))
			return true;
	return false;
}

/* The info string as it stands in the file: cmark has unescaped and cut its own copy. */
const char *info_of(const char *line)
{
	line += strcspn(line, "`~");
	line += strspn(line, *line == '~' ? "~" : "`");
	return line + strspn(line, " \t");
}

static bool closes(const char *opening, const char *line)
{
	opening += strspn(opening, " ");
	size_t indent = strspn(line, " ");
	char fence[] = {*opening, '\0'};
	size_t n = strspn(line + indent, fence);
	const char *rest = line + indent + n;
	return indent < 4 && n >= strspn(opening, fence) && rest[strspn(rest, " \t")] == '\0';
}

struct step *step_new(struct reading *r)
{
	struct page *page = r->page;
	if (page->steps == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 8;
		struct step *grown = arena_alloc(r->arena, sizeof *grown * (size_t)r->cap);
		if (page->steps)
			memcpy(grown, page->step, sizeof *grown * (size_t)page->steps);
		page->step = grown;
	}
	return &page->step[page->steps++];
}

static int check_text(struct reading *r, const struct step *step)
{
	int line = step->text_line;
	bool some = false;
	for (const char *p = step->text; *p; line++) {
		size_t n = strcspn(p, "\n");
		char *one = arena_dupn(r->arena, p, n);
		for (char *t = one; (t = strchr(t, '\t'));)
			*t = ' ';
		if (!text_is_plain(one))
			return page_wrong(r, line, NULL, "the command has a control character or an invisible one");
		if (!strncmp(one, "$ ", 2))
			return page_wrong(r, line, "write commands without a prompt", "the command begins with a prompt");
		some |= one[strspn(one, " ")] != '\0';
		p += n + (p[n] == '\n');
	}
	return some ? 0 : page_wrong(r, step->text_line, NULL, "the step has no command");
}

static int step_fence(struct section *s, const char *text, const char *info, size_t word, int line)
{
	struct reading *r = s->r;
	if (!s->heading)
		return page_wrong(r, line, "put a heading like \"## Create the slot\" above it", "a command stands before the first heading");
	if (s->step)
		return page_wrong(r, line, "give the second one a heading of its own", "the step \"%s\" has two command fences", s->heading);
	if (r->page->steps == PAGE_STEPS)
		return page_wrong(r, line, NULL, "the page has more than %d steps", PAGE_STEPS);
	s->step = step_new(r);
	*s->step = (struct step){.line = s->heading_line, .heading = s->heading, .prose = "", .text_line = line + 1,
				 .risk = RISK_CHANGE, .timeout_s = 60, .bash = word == 4};
	size_t n = strlen(text);
	s->step->text = arena_dupn(r->arena, text, n && text[n - 1] == '\n' ? n - 1 : n);
	if (check_text(r, s->step) || attributes_read(r, line, info + word, s->step))
		return -1;
	return placeholders_check(r, s->step);
}

int check_expect(struct reading *r, int line, const struct step *step)
{
	regex_t re;
	char words[200];
	int rc = step->expect ? regcomp(&re, step->expect, REG_EXTENDED | REG_NEWLINE | REG_NOSUB) : 0;
	if (!step->expect)
		return 0;
	if (rc) {
		regerror(rc, &re, words, sizeof words);
		return page_wrong(r, line, "POSIX extended regular expression", "the expected pattern is wrong: %s", words);
	}
	regfree(&re);
	return 0;
}

static int expect_fence(struct section *s, const char *literal, int line)
{
	struct reading *r = s->r;
	if (!s->step)
		return page_wrong(r, line, "put it after the step's commands", "an expect fence stands without a step");
	if (s->step->expect)
		return page_wrong(r, line, NULL, "the step \"%s\" has two expected patterns", s->heading);
	char *text = arena_dup(r->arena, literal);
	size_t n = strlen(text);
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	if (!n || strchr(text, '\n'))
		return page_wrong(r, line + 1, NULL, "an expect fence holds one line");
	s->step->expect = text;
	return 0;
}

static int code_block(struct section *s, const struct block *b, int first, int last)
{
	struct reading *r = s->r;
	const char *opening = r->line[first - 1], *info = info_of(opening);
	size_t word = strcspn(info, " \t{");
	bool command = is_command_word(info, word), expects = word == 6 && !strncmp(info, "expect", 6);
	if (b->depth && (command || expects))
		return page_wrong(r, first, "move it to the margin, under a heading of its own", "a command stands inside of a list or quotation");
	if (!b->depth && (last <= first || last > r->lines || !closes(opening, r->line[last - 1])))
		return page_wrong(r, first, "end it with a line of the same backticks", "the fence is not closed");
	if (command)
		return step_fence(s, b->text, info, word, first) || check_expect(r, first, s->step);
	if (expects)
		return expect_fence(s, b->text, first) || check_expect(r, first + 1, s->step);
	add_lines(s, first, last);
	return 0;
}

static int on_block(void *arg, const struct block *b)
{
	struct section *s = arg;
	int first = b->first + s->offset, last = b->last + s->offset;
	if (b->kind == BLOCK_FENCE)
		return code_block(s, b, first, last);
	if (b->kind != BLOCK_HEADING) {
		add_lines(s, first, last);
		return 0;
	}
	close_section(s);
	s->heading = b->text;
	s->heading_line = first;
	return *s->heading ? 0 : page_wrong(s->r, first, NULL, "the heading is empty");
}

void body_text(const struct reading *r, int body, struct str *out)
{
	for (int i = body; i < r->lines; i++) {
		str_add(out, r->line[i]);
		str_addc(out, '\n');
	}
}

static int read_body(struct reading *r, int body)
{
	struct section s = {.r = r, .offset = body};
	struct str text = {0};
	body_text(r, body, &text);
	int rc = markdown_blocks(r->arena, str_text(&text), text.len, on_block, &s);
	if (!rc)
		close_section(&s);
	str_free(&text);
	str_free(&s.prose);
	return rc ? -1 : 0;
}

struct hole_check {
	struct reading *r;
	const struct step *step;
};

static int check_hole(void *arg, const struct hole *h)
{
	struct hole_check *c = arg;
	size_t n = h->len - 2;
	int line = c->step->text_line + h->line;
	if (h->angle)
		return 0;
	char *name = arena_dupn(c->r->arena, h->name, n);
	if (page_declares(c->r->page, h->name, n)) {
		if (h->quoted)
			return page_wrong(c->r, line, "walmedic quotes the value: put {name} outside of quotes, SQL gets it by -v",
					  "the placeholder {%s} stands inside of quotes or a here-document", name);
		return 0;
	}
	if (strchr(name, '.'))
		return page_wrong(c->r, line, "name it in facts:", "the placeholder {%s} is not declared", name);
	return 0;
}

int placeholders_check(struct reading *r, const struct step *step)
{
	struct hole_check c = {r, step};
	int rc = fill_each(step->text, check_hole, &c);
	if (rc == -2 && (r->page->n_facts || r->page->asks))
		return page_wrong(r, step->text_line, "close every quote, and keep case out of $( )", "the quotes of this command cannot be followed");
	return rc == -1 ? -1 : 0;
}

struct page *page_parse(struct arena *a, const char *file, const char *bytes, size_t n, struct problem *p)
{
	struct page *page = arena_alloc(a, sizeof *page);
	struct reading r = {.arena = a, .page = page, .problem = p};
	int body;
	page->file = arena_dup(a, file);
	if (check_bytes(&r, bytes, n))
		return NULL;
	split_lines(&r, bytes, n);
	if (front_read(&r, &body) || read_body(&r, body))
		return NULL;
	if (!page->why)
		page->why = "";
	if (!page->title)
		page->title = page->steps ? page->step[0].heading : page->file;
	return page;
}

/* ---- pages of the user's own ---- */

static int check_file(const char *path, const struct stat *st, struct problem *p)
{
	if (!S_ISREG(st->st_mode))
		return problem_set(p, "give the path of a Markdown file", "\"%s\" is not a regular file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return problem_set(p, "its commands would run as you: copy it, read it, then use the copy", "\"%s\" belongs to another user", path);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return problem_set(p, "chmod go-w it, after reading it", "\"%s\" can be changed by other users", path);
	if (st->st_size > MAX_BYTES)
		return problem_set(p, "a page is a few screens of text", "\"%s\" is larger than 1 MB", path);
	return 0;
}

const char *page_file(struct arena *a, const char *path, size_t *ret_n, struct problem *p)
{
	char *bytes = NULL;
	struct stat st;
	size_t n = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st)) {
		problem_set(p, NULL, "\"%s\" cannot be read: %s", path, strerror(errno));
		goto out;
	}
	if (check_file(path, &st, p))
		goto out;
	bytes = arena_alloc(a, MAX_BYTES + 2);
	while (n <= MAX_BYTES && (got = read(fd, bytes + n, MAX_BYTES + 1 - n)) > 0)
		n += (size_t)got;
	if (got < 0) {
		problem_set(p, NULL, "\"%s\" cannot be read: %s", path, strerror(errno));
		bytes = NULL;
	}
	*ret_n = n;
out:
	if (fd >= 0)
		close(fd);
	return bytes;
}

struct page *page_read(struct arena *a, const char *path, struct problem *p)
{
	size_t n;
	const char *bytes = page_file(a, path, &n, p);
	return bytes ? page_parse(a, path, bytes, n, p) : NULL;
}

void page_render(struct str *out, const char *markdown, int width)
{
	markdown_render(out, markdown, width);
}
