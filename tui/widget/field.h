/* One line of text to type. */
#ifndef WALMEDIC_TUI_WIDGET_FIELD_H
#define WALMEDIC_TUI_WIDGET_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field {
	char text[512];
	size_t len;
};

void field_set(struct field *f, const char *text);
/* Adds a character; false when there is no room or it is none. */
bool field_add(struct field *f, int32_t ch);
void field_erase(struct field *f);
void field_clear(struct field *f);

#endif
