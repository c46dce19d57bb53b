#!/bin/sh
# Turns every page of a directory into one C file: embed.sh DIRECTORY [TABLE] > pages.c
set -eu
LC_ALL=C
export LC_ALL
dir=$1 name_of_table=${2:-embedded_pages}
echo '#include "remedies/catalogue.h"'
n=0
table=
for page in "$dir"/*.md; do
	[ -f "$page" ] || continue
	name=$(basename "$page" .md)
	n=$((n + 1))
	echo "static const char page_$n[] ="
	od -An -v -to1 "$page" | awk '{ printf "\""; for (i = 1; i <= NF; i++) printf "\\%s", $i; print "\"" } END { print "\"\";" }'
	table="$table	{\"$name\", page_$n, sizeof page_$n - 1},
"
done
printf 'const struct embedded %s[] = {\n%s\t{NULL, NULL, 0},\n};\n' "$name_of_table" "$table"
