noinst_LIBRARIES += remedies/libremedies.a
remedies_libremedies_a_CFLAGS = $(AM_CFLAGS) $(CMARK_CFLAGS) $(JANSSON_CFLAGS)
remedies_libremedies_a_SOURCES = \
	%D%/markdown.c %D%/markdown.h %D%/table.c %D%/table.h %D%/page.c %D%/page.h %D%/runbook.c %D%/runbook.h %D%/known_wrong.c %D%/known_wrong.h %D%/parts.h %D%/front.c %D%/fill.c %D%/fill.h %D%/journal.c %D%/journal.h %D%/sha256.c %D%/sha256.h \
	%D%/journal_read.c %D%/journal_read.h %D%/course.c %D%/course.h %D%/walking.c %D%/walking.h %D%/lock.c %D%/lock.h %D%/shelf.c %D%/shelf.h %D%/walk.c %D%/walk.h %D%/walk_inside.h %D%/walk_obey.c %D%/walk_flow.c %D%/answers.c %D%/answers.h %D%/setup.c %D%/setup.h \
	%D%/drill.c %D%/drill.h %D%/drill_inside.h %D%/drill_tell.c %D%/drill_record.c %D%/drill_record.h \
	%D%/incident.c %D%/incident.h %D%/incident_inside.h %D%/incident_deeds.c \
	%D%/fix.c %D%/fix.h %D%/fix_step.c %D%/menu.c %D%/fix_inside.h %D%/prompt.c %D%/prompt.h %D%/run.c %D%/run.h %D%/plan.c %D%/plan.h %D%/explain.c %D%/explain.h %D%/lint.c %D%/lint.h %D%/catalogue.c %D%/catalogue.h
nodist_remedies_libremedies_a_SOURCES = remedies/pages.c remedies/runbook_pages.c remedies/setup_pages.c

# The directory is the list: a new page needs no line here.
remedies/pages.c: remedies-always
	@$(MKDIR_P) remedies
	@new=$@.$$$$; $(SHELL) $(srcdir)/remedies/embed.sh $(srcdir)/remedies/catalogue >$$new && \
	if cmp -s $$new $@; then rm -f $$new; else mv -f $$new $@ && echo "  GEN      $@"; fi
remedies/runbook_pages.c: remedies-always
	@$(MKDIR_P) remedies
	@new=$@.$$$$; $(SHELL) $(srcdir)/remedies/embed.sh $(srcdir)/remedies/runbooks embedded_runbooks >$$new && \
	if cmp -s $$new $@; then rm -f $$new; else mv -f $$new $@ && echo "  GEN      $@"; fi
remedies/setup_pages.c: remedies-always
	@$(MKDIR_P) remedies
	@new=$@.$$$$; $(SHELL) $(srcdir)/remedies/embed.sh $(srcdir)/remedies/setup embedded_setups >$$new && \
	if cmp -s $$new $@; then rm -f $$new; else mv -f $$new $@ && echo "  GEN      $@"; fi
.PHONY: remedies-always
remedies-always:

EXTRA_DIST += doc/remedy-pages.md remedies/embed.sh remedies/catalogue remedies/runbooks remedies/setup
CLEANFILES += remedies/pages.c remedies/runbook_pages.c remedies/setup_pages.c
