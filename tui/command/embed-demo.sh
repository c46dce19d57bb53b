#!/bin/sh
# Turns a recording into C: embed-demo.sh RECORDING > demo_recording.c
set -eu
echo '#include <stddef.h>'
echo 'extern const char demo_recording[];'
echo 'extern const size_t demo_recording_size;'
echo 'const char demo_recording[] ='
LC_ALL=C sed 's/[\\"?]/\\&/g; s/^/"/; s/$/\\n"/' "$1"
echo ';'
echo 'const size_t demo_recording_size = sizeof demo_recording - 1;'
