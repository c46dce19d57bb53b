/* `ssh -G`, `ssh-keygen -F` and a key file. Files that it names are looked into: none of those here exists. */
#include "probes/link/ssh_config.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(ssh_config)
{
	struct ssh_config c = {0};
	char *text = fuzz_text(data, size);
	for (char *p = text; (p = strchr(p, '/')); p++)
		*p = '_';
	ssh_config_parse(&c, text);
	ssh_config_known(&c, text);
	free(ssh_config_stored_name(&c));
	free(ssh_config_types(&c));
	ssh_config_is_known(&c, data, size < 200 ? size : 200);
	ssh_config_key_usable(text);
	FUZZ_MUST(c.keys <= SSH_KEYS && c.files <= SSH_FILES && c.knowns <= SSH_KNOWN);
	ssh_config_free(&c);
	free(text);
	return 0;
}
