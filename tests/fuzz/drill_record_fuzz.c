/* The files that a restore drill keeps: the note of its copy, and the record that is written over whatever stood there. */
#include <math.h>

#include "remedies/drill_record.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(drill_record)
{
	struct drill_left left;
	struct drill_done done = {.backup = "20261121T031702", .at = 1795251164000, .seconds = 312, .last = NAN};
	if (!drill_left_parse((const char *)data, size, &left))
		FUZZ_MUST(*left.directory == '/' && !*left.login == !*left.host && strlen(left.directory) < sizeof left.directory);
	char *text = drill_record_text((const char *)data, size, "main", &done);
	FUZZ_MUST(text && strstr(text, "\"restored\": {\"backup\": \"20261121T031702\""));
	free(text);
	return 0;
}
