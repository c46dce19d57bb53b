/* Text from outside and text for people. Nothing from a host is trusted: text_clean is the door. */
#ifndef WALMEDIC_BASE_TEXT_H
#define WALMEDIC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/str.h"

/* Appends bytes as strict UTF-8 without anything that could act on a terminal or mislead a reader:
 * C0 (but \n and \t), DEL, C1, bidi controls, zero-width characters, invalid or unassigned-plane
 * sequences become the visible form <XX> (hex of the byte or code point). Lines are cut at max_line
 * bytes and the whole at max_total bytes, both marked by an ellipsis. */
void text_clean(struct str *out, const char *bytes, size_t n, size_t max_line, size_t max_total);
/* True if text_clean would change nothing (lengths aside) and there is no \n or \t. */
bool text_is_plain(const char *s);
/* Columns on a terminal. Invalid bytes count 1. */
int text_width(const char *s);
/* Bytes of the longest prefix of s that fits into cols columns; *ret_cols (may be NULL) = its width. */
size_t text_fit(const char *s, int cols, int *ret_cols);
/* Decodes one code point; returns bytes used (>= 1); *ret = -1 for an invalid byte. */
size_t text_next(const char *s, size_t n, int32_t *ret);
/* Encodes one code point (0 … 0x10ffff) with a NUL after it; returns its bytes. */
size_t text_put(int32_t ch, char ret[5]);

/* Appends s as one shell word: bare if all of [A-Za-z0-9_@%+=:,./-] and not empty, else '…'. */
void text_shell_quote(struct str *out, const char *s);
/* Appends s as an SQL literal: '…' with quotes doubled, E'…' when it has a backslash. */
void text_sql_quote(struct str *out, const char *s);
/* Splits a command line into words as a POSIX shell would without any expansion; NULL when a quote
 * is open or a shell metacharacter (| & ; < > ( ) $ `) stands outside quotes. NULL-terminated
 * vector from the arena. */
struct arena;
char **text_split_words(struct arena *a, const char *line, int *ret_n);

/* "41 s", "14 min", "3 h 12 min", "2 d 4 h". seconds < 0 is written as 0. */
void text_duration(struct str *out, double seconds);
/* "512 MB", "1.4 GB" (powers of 1024, as df -h). */
void text_bytes(struct str *out, double bytes);
/* The next line of *p (without \n), NULL at the end. Writes NULs into the text. */
char *text_line(char **p);
/* The text without blanks, tabs and carriage returns at its ends; cut in place, points into s. */
char *text_trim(char *s);
/* The value of "key=…" or "key …" line heads; see facts of sh questions: finds the line that starts
 * with key followed by '=' and copies its value (to the end of line) into buf; NULL if absent. */
const char *text_value(const char *text, const char *key, char *buf, size_t size);
bool text_starts(const char *s, const char *prefix);
/* Pattern with '*' for any run of characters, as used for cause ids ("ssh.to_db.*"). */
bool text_match(const char *pattern, const char *s);

#endif
