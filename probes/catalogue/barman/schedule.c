#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "probes/catalogue/barman/cron.h"

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

struct field {
	bool *set;
	int low, high;
	const char *const *names; /* of low, low + 1 … */
	bool star;
};

/* A number or a name at *p; -1 if neither. */
static int take_value(const char **p, const struct field *f)
{
	if (isdigit((unsigned char)**p)) {
		char *end;
		long n = strtol(*p, &end, 10);
		*p = end;
		return n >= f->low && n <= f->high ? (int)n : -1;
	}
	for (int i = 0; f->names && f->names[i]; i++)
		if (!strncasecmp(*p, f->names[i], 3)) {
			*p += 3;
			return f->low + i;
		}
	return -1;
}

/* "*", "3", "1-5" with an optional "/step". */
static bool take_range(const char **p, struct field *f)
{
	int from = f->low, to = f->high, step = 1;
	if (**p == '*') {
		(*p)++;
		f->star = true;
	} else {
		from = to = take_value(p, f);
		if (from < 0)
			return false;
		if (**p == '-') {
			(*p)++;
			to = take_value(p, f);
		} else if (**p == '/') {
			return false;
		}
	}
	if (**p == '/') {
		(*p)++;
		size_t digits = strspn(*p, "0123456789");
		step = digits && digits < 9 ? atoi(*p) : 0;
		*p += digits;
	}
	if (to < from || step < 1)
		return false;
	for (int i = from; i <= to; i += step)
		f->set[i] = true;
	return true;
}

static bool take_field(const char **p, struct field *f)
{
	do {
		if (!take_range(p, f))
			return false;
	} while (**p == ',' && (*p)++);
	if (**p != ' ' && **p != '\t')
		return false;
	*p += strspn(*p, " \t");
	return true;
}

static bool take_fields(const char *line, struct schedule *s, const char **ret_rest)
{
	struct field fields[] = {{s->minute, 0, 59, NULL, false}, {s->hour, 0, 23, NULL, false}, {s->day, 1, 31, NULL, false},
				 {s->month, 1, 12, months, false}, {s->weekday, 0, 7, days, false}};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (!take_field(&line, &fields[i]))
			return false;
	s->weekday[0] |= s->weekday[7];
	s->any_day = fields[2].star;
	s->any_weekday = fields[4].star;
	*ret_rest = line;
	return true;
}

bool schedule_parse(const char *line, struct schedule *ret, const char **ret_rest)
{
	static const char *const words[][2] = {
		{"@hourly", "0 * * * * "}, {"@daily", "0 0 * * * "}, {"@midnight", "0 0 * * * "}, {"@weekly", "0 0 * * 0 "},
		{"@monthly", "0 0 1 * * "}, {"@yearly", "0 0 1 1 * "}, {"@annually", "0 0 1 1 * "}};
	struct schedule s = {.reboot = false};
	const char *rest = NULL;
	line += strspn(line, " \t");
	if (*line != '@')
		return take_fields(line, &s, ret_rest) && (*ret = s, true);
	size_t n = strcspn(line, " \t");
	s.reboot = n == 7 && !strncasecmp(line, "@reboot", 7);
	bool known = s.reboot;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i][0]) == n && !strncasecmp(line, words[i][0], n))
			known = take_fields(words[i][1], &s, &rest);
	if (!known)
		return false;
	*ret = s;
	*ret_rest = line + n + strspn(line + n, " \t");
	return true;
}

static bool all(const bool *set, int from, int to)
{
	while (from <= to && set[from])
		from++;
	return from > to;
}

int schedule_gap(const struct schedule *s)
{
	int first = -1, last = -1, gap = 0;
	if (s->reboot)
		return 0;
	if (!s->any_day || !s->any_weekday || !all(s->month, 1, 12) || !all(s->day, 1, 31) || !all(s->weekday, 0, 6))
		return 1440;
	for (int m = 0; m < 1440; m++) {
		if (!s->minute[m % 60] || !s->hour[m / 60])
			continue;
		if (last >= 0 && m - last > gap)
			gap = m - last;
		first = first < 0 ? m : first;
		last = m;
	}
	if (first < 0)
		return 1440;
	return 1440 - last + first > gap ? 1440 - last + first : gap;
}

static bool day_matches(const struct schedule *s, const struct tm *tm)
{
	bool day = s->day[tm->tm_mday], weekday = s->weekday[tm->tm_wday];
	return s->month[tm->tm_mon + 1] && (s->any_day || s->any_weekday ? day && weekday : day || weekday);
}

int64_t schedule_next(const struct schedule *s, int64_t t)
{
	int64_t at = t - t % 60;
	if (s->reboot)
		return -1;
	for (int i = 0; i < 8 * 1440; i++) {
		struct tm tm;
		at += 60;
		time_t when = (time_t)at;
		if (!gmtime_r(&when, &tm))
			return -1;
		if (s->minute[tm.tm_min] && s->hour[tm.tm_hour] && day_matches(s, &tm))
			return at;
	}
	return -1;
}
