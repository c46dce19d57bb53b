#include "tui/widget/field.h"

#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"

void field_set(struct field *f, const char *text)
{
	snprintf(f->text, sizeof f->text, "%s", text);
	f->len = strlen(f->text);
}

bool field_add(struct field *f, int32_t ch)
{
	char one[5];
	if (ch < ' ' || ch > 0x10ffff)
		return false;
	size_t n = text_put(ch, one);
	if (!text_is_plain(one) || f->len + n >= sizeof f->text)
		return false;
	memcpy(f->text + f->len, one, n + 1);
	f->len += n;
	return true;
}

void field_erase(struct field *f)
{
	while (f->len && ((unsigned char)f->text[--f->len] & 0xc0) == 0x80)
		;
	f->text[f->len] = '\0';
}

void field_clear(struct field *f)
{
	f->len = 0;
	f->text[0] = '\0';
}
