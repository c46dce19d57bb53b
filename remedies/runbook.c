#include "remedies/runbook.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/fill.h"
#include "remedies/known_wrong.h"
#include "remedies/markdown.h"
#include "remedies/parts.h"
#include "remedies/sha256.h"

enum { LEVELS = 7, SECTIONS = 400, PROSE = 1 << 20 };

struct section {
	const char *slug;   /* as links name it */
	int level, first;   /* index of its first step */
};

struct draft {
	struct reading *r;
	int offset;                    /* lines before the body */
	const char *heading[LEVELS];   /* the one above on each level, or NULL */
	int level, line;               /* of the present heading; level 0: none yet */
	struct str prose;
	int first;                     /* index of the first step of the present section */
	bool marked;                   /* there is a step that is no mere prose */
	struct section *section;
	int sections;
};

static const char *heading_of(const struct draft *d)
{
	return d->level ? d->heading[d->level] : "";
}

static const char *under(const struct draft *d)
{
	for (int i = d->level - 1; i > 1; i--)
		if (d->heading[i])
			return d->heading[i];
	return "";
}

/* The prose since the last step, taken away. */
static const char *take_prose(struct draft *d)
{
	struct str clean = {0};
	text_clean(&clean, str_text(&d->prose), d->prose.len, 4000, PROSE);
	const char *prose = arena_dup(d->r->arena, str_text(&clean));
	str_free(&clean);
	str_clear(&d->prose);
	return prose;
}

static struct step *add_step(struct draft *d, enum step_kind kind, int line, const char *heading)
{
	struct reading *r = d->r;
	if (r->page->steps == PAGE_STEPS) {
		page_wrong(r, line, "walk its parts as pages of their own", "the page has more than %d steps", PAGE_STEPS);
		return NULL;
	}
	struct step *s = step_new(r);
	*s = (struct step){.kind = kind, .line = line, .section = d->sections - 1, .under = under(d), .text = "", .text_line = line,
			   .risk = kind == STEP_COMMAND ? RISK_CHANGE : RISK_READ, .timeout_s = 60};
	s->heading = *heading ? heading : *heading_of(d) ? heading_of(d) : "(no heading)";
	s->prose = take_prose(d);
	d->marked |= kind != STEP_READ;
	return s;
}

static void add_lines(struct draft *d, int first, int last)
{
	for (int i = first; i <= last && i <= d->r->lines; i++)
		str_addf(&d->prose, "%s\n", d->r->line[i - 1]);
	str_addc(&d->prose, '\n');
}

/* ---- commands ---- */

/* "**Prune old backups**:" right above a fence says what the fence is for. */
static const char *lead_of(struct draft *d)
{
	const char *text = str_text(&d->prose), *end = text + d->prose.len;
	while (end > text && strchr(" \n*:", end[-1]))
		end--;
	const char *start = end;
	while (start > text && start[-1] != '\n')
		start--;
	start += strspn(start, " *-#");
	bool colon = memchr(end, ':', (size_t)(text + d->prose.len - end)) != NULL;
	if (!colon || end <= start || end - start > 70)
		return "";
	struct str clean = {0};
	text_clean(&clean, start, (size_t)(end - start), 200, 200);
	const char *lead = arena_dup(d->r->arena, str_text(&clean));
	str_free(&clean);
	return lead;
}

/* In a session log the commands are the lines after a prompt, and what a backslash joins to them. */
static char *without_prompts(struct arena *a, const char *text)
{
	struct str out = {0};
	bool prompts = !strncmp(text, "$ ", 2) || strstr(text, "\n$ "), on = false;
	while (*text) {
		size_t n = strcspn(text, "\n");
		bool prompt = prompts && !strncmp(text, "$ ", 2);
		if (!prompts || prompt || on)
			str_addf(&out, "%.*s\n", (int)(n - (prompt ? 2 : 0)), text + (prompt ? 2 : 0));
		on = (prompt || on) && n && text[n - 1] == '\\';
		text += n + (text[n] == '\n');
	}
	while (out.len && out.s[out.len - 1] == '\n')
		out.s[--out.len] = '\0';
	char *all = arena_dup(a, str_text(&out));
	str_free(&out);
	return all;
}

/* Why this text may not run, or NULL. */
static const char *what_is_wrong(struct arena *a, const struct step *s)
{
	int line = s->text_line;
	bool some = false;
	for (const char *p = s->text; *p; line++) {
		size_t n = strcspn(p, "\n");
		char *one = arena_dupn(a, p, n);
		for (char *t = one; (t = strchr(t, '\t'));)
			*t = ' ';
		if (strstr(one, "\xc2\xa0"))
			return arena_printf(a, "line %d has a space that is no space (U+00A0), as word processors make them: the shell takes it for a letter", line);
		if (!text_is_plain(one))
			return arena_printf(a, "line %d has a control character or an invisible one", line);
		some |= one[strspn(one, " ")] != '\0' && one[strspn(one, " ")] != '#';
		p += n + (p[n] == '\n');
	}
	return some ? NULL : "there is no command in it, only comments";
}

static int command(struct draft *d, const struct block *b, const char *info, size_t word, int line)
{
	struct arena *a = d->r->arena;
	const char *lead = lead_of(d), *heading = heading_of(d);
	if (*lead && *heading)
		lead = arena_printf(a, "%s: %s", heading, lead);
	struct step *s = add_step(d, STEP_COMMAND, line, lead);
	if (!s)
		return -1;
	s->text_line = line + 1;
	s->bash = word == 4;
	s->text = without_prompts(a, b->text);
	if (attributes_read(d->r, line, info + word, s) || check_expect(d->r, line, s))
		return -1;
	s->wrong = what_is_wrong(a, s);
	if (!s->risk_named)
		s->risk = known_wrong_risk(s->text);
	return 0;
}

static int expectation(struct draft *d, const struct block *b, int line)
{
	struct page *page = d->r->page;
	struct step *s = page->steps > d->first ? &page->step[page->steps - 1] : NULL;
	size_t n = strcspn(b->text, "\n");
	if (!s || s->kind != STEP_COMMAND || s->expect || !n || b->text[n + (b->text[n] == '\n')])
		return page_wrong(d->r, line, "put it after a step's commands, once, with one line", "this expect fence belongs to no command");
	s->expect = arena_dupn(d->r->arena, b->text, n);
	return check_expect(d->r, line + 1, s);
}

static int fence(struct draft *d, const struct block *b, int first, int last)
{
	const char *info = info_of(d->r->line[first - 1]);
	size_t word = strcspn(info, " \t{");
	if (is_command_word(info, word))
		return command(d, b, info, word, first);
	if (word == 6 && !strncmp(info, "expect", 6))
		return expectation(d, b, first);
	add_lines(d, first, last);
	return 0;
}

/* ---- check boxes and choices ---- */

static int task(struct draft *d, const struct block *b, int line)
{
	struct arena *a = d->r->arena;
	size_t n = strlen(b->text);
	const char *brace = n && b->text[n - 1] == '}' ? strrchr(b->text, '{') : NULL;
	size_t end = brace && strchr(brace, '=') ? (size_t)(brace - b->text) : n;
	while (end && b->text[end - 1] == ' ')
		end--;
	const char *text = end < n ? arena_dupn(a, b->text, end) : b->text;
	struct step *s = add_step(d, STEP_TICK, line, text);
	if (!s)
		return -1;
	s->ticked = b->ticked;
	s->under = *heading_of(d) ? heading_of(d) : "";
	return !brace || !strchr(brace, '=') ? 0 : attributes_read(d->r, line, brace, s);
}

static bool is_question(const char *heading)
{
	size_t n = strlen(heading);
	return n && heading[n - 1] == '?';
}

static int choice(struct draft *d, const struct block *b, int line, int last)
{
	struct page *page = d->r->page;
	struct arena *a = d->r->arena;
	if (!is_question(heading_of(d))) {
		add_lines(d, line, last);
		return 0;
	}
	struct step *s = page->steps > d->first ? &page->step[page->steps - 1] : NULL;
	if ((!s || s->kind != STEP_CHOICE) && !(s = add_step(d, STEP_CHOICE, line, "")))
		return -1;
	struct option *grown = arena_alloc(a, sizeof *grown * (size_t)(s->options + 1));
	if (s->options)
		memcpy(grown, s->option, sizeof *grown * (size_t)s->options);
	grown[s->options++] = (struct option){.text = b->text, .target = b->target + 1, .cause = b->title, .line = line, .last = -1};
	s->option = grown;
	return 0;
}

/* "Slot lost (or gone)" is linked as #slot-lost-or-gone. */
static const char *slug_of(struct arena *a, const char *heading)
{
	struct str out = {0};
	for (; *heading; heading++)
		if (isalnum((unsigned char)*heading) || (unsigned char)*heading >= 0x80 || strchr("-_", *heading))
			str_addc(&out, (char)tolower((unsigned char)*heading));
		else if (*heading == ' ')
			str_addc(&out, '-');
	const char *slug = arena_dup(a, str_text(&out));
	str_free(&out);
	return slug;
}

/* From the heading to the next one that is not below it. */
static int resolve(struct draft *d, int own, struct option *o)
{
	int at = 0, end;
	while (at < d->sections && strcmp(d->section[at].slug, o->target))
		at++;
	if (at == d->sections)
		return 0;
	if (at <= own)
		return page_wrong(d->r, o->line, "link to a heading further down", "the choice \"%s\" leads back: who follows it would walk in a circle", o->text);
	for (end = at + 1; end < d->sections && d->section[end].level > d->section[at].level;)
		end++;
	o->first = d->section[at].first;
	o->last = (end < d->sections ? d->section[end].first : d->r->page->steps) - 1;
	return 0;
}

static int resolve_all(struct draft *d)
{
	for (int i = 0; i < d->r->page->steps; i++)
		for (int k = 0; k < d->r->page->step[i].options; k++)
			if (resolve(d, d->r->page->step[i].section, &d->r->page->step[i].option[k]))
				return -1;
	return 0;
}

/* ---- sections ---- */

/* "### 1. Verify", "## Step 2", "Option A": made to be gone through. */
static bool is_numbered(const char *heading)
{
	static const char *const words[] = {"Step ", "Option ", "Phase "};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_starts(heading, words[i]) && isalnum((unsigned char)heading[strlen(words[i])]))
			return true;
	size_t n = strspn(heading, "0123456789");
	return n && strchr(".):", heading[n]);
}

static int close_section(struct draft *d)
{
	struct page *page = d->r->page;
	if (!str_text(&d->prose)[strspn(str_text(&d->prose), " \n-*_")]) {
		str_clear(&d->prose);
	} else if (page->steps > d->first) {
		struct step *s = &page->step[page->steps - 1];
		s->prose = arena_printf(d->r->arena, "%s%s", s->prose, take_prose(d));
	} else if (!page->steps && (d->level < 2 || !d->level)) {
		page->why = arena_printf(d->r->arena, "%s%s", page->why ? page->why : "", take_prose(d));
	} else {
		d->marked |= is_numbered(heading_of(d));
		if (!add_step(d, STEP_READ, d->line, ""))
			return -1;
	}
	return 0;
}

static int open_section(struct draft *d, const struct block *b, int line)
{
	struct arena *a = d->r->arena;
	if (close_section(d))
		return -1;
	if (d->sections == SECTIONS)
		return page_wrong(d->r, line, "walk its parts as pages of their own", "the page has more than %d headings", SECTIONS);
	for (int i = b->level; i < LEVELS; i++)
		d->heading[i] = NULL;
	d->level = b->level;
	d->line = line;
	d->heading[d->level] = *b->text ? b->text : "(empty heading)";
	d->first = d->r->page->steps;
	d->section[d->sections++] = (struct section){slug_of(a, b->text), b->level, d->first};
	if (!d->r->page->title)
		d->r->page->title = d->heading[d->level];
	return 0;
}

static int on_block(void *arg, const struct block *b)
{
	struct draft *d = arg;
	int first = b->first + d->offset, last = b->last + d->offset;
	if (first > d->r->lines)
		return 0;
	switch (b->kind) {
	case BLOCK_HEADING: return open_section(d, b, first);
	case BLOCK_FENCE: return fence(d, b, first, last);
	case BLOCK_TASK: return task(d, b, first);
	case BLOCK_CHOICE: return choice(d, b, first, last);
	default: add_lines(d, first, last); return 0;
	}
}

/* ---- <values> ---- */

struct naming {
	struct reading *r;
	const struct step *step;
};

static bool is_secret(const char *name)
{
	static const char *const words[] = {"secret", "password", "passwd", "passphrase"};
	struct str lower = {0};
	bool hit = false;
	for (const char *p = name; *p; p++)
		str_addc(&lower, (char)tolower((unsigned char)*p));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		hit |= strstr(str_text(&lower), words[i]) != NULL;
	str_free(&lower);
	return hit;
}

static const char *line_text(struct arena *a, const char *text, int line)
{
	while (line-- > 0)
		text += strcspn(text, "\n") + 1;
	text += strspn(text, " \t");
	return arena_dupn(a, text, strcspn(text, "\n"));
}

static int name_hole(void *arg, const struct hole *h)
{
	struct naming *m = arg;
	struct page *page = m->r->page;
	struct arena *a = m->r->arena;
	if (!h->angle || page_declares(page, h->name, h->len - 2))
		return 0;
	struct asked_value *grown = arena_alloc(a, sizeof *grown * (size_t)(page->asks + 1));
	if (page->asks)
		memcpy(grown, page->ask, sizeof *grown * (size_t)page->asks);
	const char *name = arena_dupn(a, h->name, h->len - 2);
	grown[page->asks++] = (struct asked_value){name, "", arena_printf(a, "first in line %d: %s", m->step->text_line + h->line,
									  line_text(a, m->step->text, h->line)), is_secret(name), false};
	page->ask = grown;
	return 0;
}

static void name_values(struct reading *r)
{
	for (int i = 0; i < r->page->steps; i++) {
		struct naming m = {r, &r->page->step[i]};
		if (m.step->kind == STEP_COMMAND && !m.step->wrong)
			fill_each(m.step->text, name_hole, &m);
	}
}

/* ---- the whole ---- */

static int read_body(struct reading *r, int body)
{
	struct draft d = {.r = r, .offset = body, .section = arena_alloc(r->arena, sizeof(struct section) * SECTIONS)};
	struct str text = {0};
	body_text(r, body, &text);
	int rc = markdown_blocks(r->arena, str_text(&text), text.len, on_block, &d) || close_section(&d) || resolve_all(&d);
	r->page->walkable = d.marked;
	str_free(&text);
	str_free(&d.prose);
	return rc ? -1 : 0;
}

/* Without a byte order mark and carriage returns at the ends of lines. */
static const char *unix_text(struct arena *a, const char *bytes, size_t *n)
{
	char *out = arena_alloc(a, *n + 1);
	size_t k = 0, i = *n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
	for (; i < *n; i++)
		if (bytes[i] != '\r' || i + 1 == *n || bytes[i + 1] != '\n')
			out[k++] = bytes[i];
	*n = k;
	return out;
}

struct page *runbook_parse(struct arena *a, const char *file, const char *bytes, size_t n, struct problem *p)
{
	struct page *page = arena_alloc(a, sizeof *page);
	struct reading r = {.arena = a, .page = page, .lenient = true, .problem = p};
	struct sha256 hash;
	struct str raw = {0};
	int body;
	page->file = arena_dup(a, file);
	page->runbook = true;
	if (n <= PROSE)
		bytes = unix_text(a, bytes, &n);
	if (check_bytes(&r, bytes, n))
		return NULL;
	sha256_start(&hash);
	sha256_add(&hash, bytes, n);
	sha256_end(&hash, page->sha256);
	text_clean(&raw, bytes, n, 4000, PROSE);
	page->raw = arena_dup(a, str_text(&raw));
	str_free(&raw);
	split_lines(&r, bytes, n);
	if (front_read(&r, &body) || read_body(&r, body))
		return NULL;
	name_values(&r);
	page->why = page->why ? page->why : "";
	page->title = page->title ? page->title : page->file;
	return page;
}

struct page *runbook_read(struct arena *a, const char *path, struct problem *p)
{
	size_t n;
	const char *bytes = page_file(a, path, &n, p);
	return bytes ? runbook_parse(a, path, bytes, n, p) : NULL;
}
