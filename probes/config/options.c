#include "probes/config/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/base/text.h"

enum {
	GLOBAL = OPTION_GLOBAL,
	SERVER = OPTION_SERVER,
	INHERITED = OPTION_SERVER | OPTION_INHERIT,
};

/* barman/config.py of 3.4.0 to 3.17.0: KEYS, BARMAN_KEYS, DEFAULTS and PARSERS of ServerConfig. */
const struct option options[] = {
	{"active", SERVER, KIND_BOOL, "true", 0, NULL},
	{"archiver", INHERITED | OPTION_MATTERS, KIND_BOOL, "off", 0, NULL},
	{"archiver_batch_size", INHERITED, KIND_INT, "0", 0, NULL},
	{"autogenerate_manifest", INHERITED, KIND_BOOL, "false", 307, NULL},
	{"aws_await_snapshots_timeout", INHERITED, KIND_INT, "3600", 311, NULL},
	{"aws_profile", INHERITED, KIND_TEXT, NULL, 307, NULL},
	{"aws_region", INHERITED, KIND_TEXT, NULL, 307, NULL},
	{"aws_snapshot_lock_cool_off_period", INHERITED, KIND_INT, NULL, 312, NULL},
	{"aws_snapshot_lock_duration", INHERITED, KIND_INT, NULL, 312, NULL},
	{"aws_snapshot_lock_expiration_date", INHERITED, KIND_TEXT, NULL, 312, NULL},
	{"aws_snapshot_lock_mode", INHERITED, KIND_TEXT, NULL, 312, NULL},
	{"azure_credential", INHERITED, KIND_TEXT, NULL, 306, NULL},
	{"azure_resource_group", INHERITED, KIND_TEXT, NULL, 306, NULL},
	{"azure_subscription_id", INHERITED, KIND_TEXT, NULL, 306, NULL},
	{"backup_compression", INHERITED, KIND_WORD, NULL, 0, "gzip,lz4,zstd,none"},
	{"backup_compression_format", INHERITED, KIND_WORD, NULL, 0, "plain,tar"},
	{"backup_compression_level", INHERITED, KIND_INT, NULL, 0, NULL},
	{"backup_compression_location", INHERITED, KIND_WORD, NULL, 0, "client,server"},
	{"backup_compression_workers", INHERITED, KIND_INT, NULL, 0, NULL},
	{"backup_directory", SERVER | OPTION_PATH | OPTION_MATTERS, KIND_PATH, "%(barman_home)s/%(name)s", 0, NULL},
	{"backup_method", INHERITED | OPTION_MATTERS, KIND_WORD, "rsync", 0, "rsync,postgres,local-rsync,snapshot,local-to-cloud"},
	{"backup_options", INHERITED, KIND_WORDS, NULL, 0, "exclusive_backup,concurrent_backup,external_configuration"},
	{"bandwidth_limit", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"barman_home", GLOBAL, KIND_PATH, NULL, 0, NULL},
	{"barman_lock_directory", GLOBAL | OPTION_MATTERS, KIND_PATH, NULL, 0, NULL},
	{"barman_user", GLOBAL, KIND_TEXT, "barman", 0, NULL},
	{"basebackup_retry_sleep", INHERITED, KIND_INT, "30", 0, NULL},
	{"basebackup_retry_times", INHERITED, KIND_INT, "0", 0, NULL},
	{"basebackups_directory", SERVER | OPTION_PATH | OPTION_MATTERS, KIND_PATH, "%(backup_directory)s/base", 0, NULL},
	{"check_timeout", INHERITED, KIND_INT, "30", 0, NULL},
	{"cluster", SERVER, KIND_TEXT, "%(name)s", 310, NULL},
	{"combine_mode", INHERITED, KIND_WORD, "copy", 316, "copy,link,clone,copy-file-range"},
	{"compression", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"compression_level", INHERITED, KIND_TEXT, "medium", 314, NULL},
	{"config_changes_queue", GLOBAL, KIND_TEXT, NULL, 310, NULL},
	{"configuration_files_directory", GLOBAL | OPTION_MATTERS, KIND_PATH, NULL, 0, NULL},
	{"conninfo", SERVER | OPTION_MATTERS, KIND_CONNINFO, NULL, 0, NULL},
	{"create_slot", INHERITED, KIND_WORD, "manual", 0, "manual,auto"},
	{"custom_compression_filter", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"custom_compression_magic", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"custom_decompression_filter", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"description", SERVER, KIND_TEXT, NULL, 0, NULL},
	{"disabled", SERVER, KIND_BOOL, "false", 0, NULL},
	{"encryption", INHERITED, KIND_WORD, "none", 314, "none,gpg"},
	{"encryption_key_id", INHERITED, KIND_TEXT, NULL, 314, NULL},
	{"encryption_passphrase_command", INHERITED, KIND_TEXT, NULL, 314, NULL},
	{"errors_directory", SERVER | OPTION_PATH | OPTION_MATTERS, KIND_PATH, "%(backup_directory)s/errors", 0, NULL},
	{"forward_config_path", INHERITED, KIND_BOOL, "false", 0, NULL},
	{"gcp_project", INHERITED, KIND_TEXT, NULL, 306, NULL},
	{"gcp_zone", SERVER, KIND_TEXT, NULL, 306, NULL},
	{"immediate_checkpoint", INHERITED, KIND_BOOL, "false", 0, NULL},
	{"incoming_wals_directory", SERVER | OPTION_PATH | OPTION_MATTERS, KIND_PATH, "%(backup_directory)s/incoming", 0, NULL},
	{"keepalive_interval", SERVER, KIND_INT, "60", 311, NULL},
	{"last_backup_maximum_age", INHERITED, KIND_AGE, NULL, 0, NULL},
	{"last_backup_minimum_size", INHERITED, KIND_SIZE, NULL, 0, NULL},
	{"last_wal_maximum_age", INHERITED, KIND_AGE, NULL, 0, NULL},
	{"local_staging_path", INHERITED, KIND_ABSOLUTE, NULL, 311, NULL},
	{"lock_directory_cleanup", GLOBAL, KIND_TEXT, "true", 310, NULL},
	{"log_file", GLOBAL, KIND_PATH, NULL, 0, NULL},
	{"log_format", GLOBAL, KIND_TEXT, NULL, 0, NULL},
	{"log_level", GLOBAL, KIND_TEXT, "INFO", 0, NULL},
	{"max_incoming_wals_queue", INHERITED, KIND_INT, NULL, 0, NULL},
	{"minimum_redundancy", INHERITED | OPTION_MATTERS, KIND_COUNT, "0", 0, NULL},
	{"model", SERVER, KIND_BOOL, NULL, 310, NULL},
	{"network_compression", INHERITED, KIND_BOOL, "false", 0, NULL},
	{"parallel_jobs", INHERITED, KIND_INT, "1", 0, NULL},
	{"parallel_jobs_start_batch_period", INHERITED, KIND_INT, "1", 305, NULL},
	{"parallel_jobs_start_batch_size", INHERITED, KIND_INT, "10", 305, NULL},
	{"path_prefix", INHERITED, KIND_PATH, NULL, 0, NULL},
	{"post_archive_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_archive_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_backup_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_backup_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_delete_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_delete_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_recovery_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_recovery_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_wal_delete_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"post_wal_delete_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_archive_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_archive_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_backup_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_backup_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_delete_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_delete_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_recovery_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_recovery_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_wal_delete_retry_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"pre_wal_delete_script", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"primary_checkpoint_timeout", SERVER, KIND_INT, "0", 308, NULL},
	{"primary_conninfo", SERVER | OPTION_MATTERS, KIND_CONNINFO, NULL, 0, NULL},
	{"primary_ssh_command", INHERITED, KIND_COMMAND, NULL, 0, NULL},
	{"recovery_options", INHERITED, KIND_WORDS, NULL, 0, "get-wal,delta-restore"},
	{"recovery_staging_path", INHERITED, KIND_ABSOLUTE, NULL, 0, NULL},
	{"retention_policy", INHERITED | OPTION_MATTERS, KIND_RETENTION, NULL, 0, NULL},
	{"retention_policy_mode", INHERITED | OPTION_MATTERS, KIND_WORD, "auto", 0, "auto"},
	{"reuse_backup", INHERITED, KIND_WORD, NULL, 0, "copy,link,off"},
	{"slot_name", INHERITED | OPTION_MATTERS, KIND_SLOT, NULL, 0, NULL},
	{"snapshot_disks", SERVER, KIND_TEXT, NULL, 0, NULL},
	{"snapshot_gcp_project", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"snapshot_instance", SERVER, KIND_TEXT, NULL, 0, NULL},
	{"snapshot_provider", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"snapshot_zone", SERVER, KIND_TEXT, NULL, 0, NULL},
	{"ssh_command", SERVER | OPTION_MATTERS, KIND_COMMAND, NULL, 0, NULL},
	{"staging_location", INHERITED, KIND_WORD, "local", 315, "local,remote"},
	{"staging_path", INHERITED, KIND_ABSOLUTE, NULL, 315, NULL},
	{"streaming_archiver", INHERITED | OPTION_MATTERS, KIND_BOOL, "off", 0, NULL},
	{"streaming_archiver_batch_size", INHERITED, KIND_INT, "0", 0, NULL},
	{"streaming_archiver_name", INHERITED, KIND_TEXT, "barman_receive_wal", 0, NULL},
	{"streaming_backup_name", INHERITED, KIND_TEXT, "barman_streaming_backup", 0, NULL},
	{"streaming_conninfo", SERVER | OPTION_MATTERS, KIND_CONNINFO, "%(conninfo)s", 0, NULL},
	{"streaming_wals_directory", SERVER | OPTION_PATH | OPTION_MATTERS, KIND_PATH, "%(backup_directory)s/streaming", 0, NULL},
	{"tablespace_bandwidth_limit", INHERITED, KIND_TEXT, NULL, 0, NULL},
	{"wal_conninfo", SERVER | OPTION_MATTERS, KIND_CONNINFO, NULL, 310, NULL},
	{"wal_retention_policy", INHERITED | OPTION_MATTERS, KIND_WORD, "main", 0, "main"},
	{"wal_streaming_conninfo", SERVER | OPTION_MATTERS, KIND_CONNINFO, NULL, 310, NULL},
	{"wals_directory", SERVER | OPTION_PATH | OPTION_MATTERS, KIND_PATH, "%(backup_directory)s/wals", 0, NULL},
	{"worm_mode", INHERITED, KIND_BOOL, "off", 314, NULL},
	{"xlogdb_directory", INHERITED | OPTION_MATTERS, KIND_PATH, "%(wals_directory)s", 313, NULL},
	{NULL, 0, KIND_TEXT, NULL, 0, NULL},
};

/* What people write instead: from other tools, old documentation and the parameter's PostgreSQL name. */
static const char *const aliases[][2] = {
	{"replication_slot_name", "slot_name"},
	{"replication_slot", "slot_name"},
	{"primary_slot_name", "slot_name"},
	{"slot", "slot_name"},
	{"create_slot_name", "create_slot"},
	{"connection", "conninfo"},
	{"connection_string", "conninfo"},
	{"conn_info", "conninfo"},
	{"dsn", "conninfo"},
	{"streaming_connection", "streaming_conninfo"},
	{"replication_conninfo", "streaming_conninfo"},
	{"streaming", "streaming_archiver"},
	{"streaming_wal_archiver", "streaming_archiver"},
	{"archive", "archiver"},
	{"archive_mode", "archiver"},
	{"wal_archiver", "archiver"},
	{"ssh", "ssh_command"},
	{"incoming_directory", "incoming_wals_directory"},
	{"incoming_wal_directory", "incoming_wals_directory"},
	{"streaming_directory", "streaming_wals_directory"},
	{"wal_directory", "wals_directory"},
	{"base_directory", "basebackups_directory"},
	{"basebackup_directory", "basebackups_directory"},
	{"retention", "retention_policy"},
	{"minimum_backups", "minimum_redundancy"},
	{"redundancy", "minimum_redundancy"},
	{"backup_mode", "backup_method"},
	{"method", "backup_method"},
	{"enabled", "active"},
	{"path", "path_prefix"},
	{"home", "barman_home"},
	{"user", "barman_user"},
	{"lock_directory", "barman_lock_directory"},
	{"parallel", "parallel_jobs"},
	{"jobs", "parallel_jobs"},
	{"last_backup_max_age", "last_backup_maximum_age"},
};

enum { NAME_MAX_NEAR = 48 };

size_t option_count(void)
{
	return sizeof options / sizeof *options - 1;
}

int option_find(const char *name)
{
	size_t lo = 0, hi = option_count();
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strcmp(options[mid].name, name);
		if (!c)
			return (int)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

/* Levenshtein's distance up to `far`, where it is no longer of interest; both at most NAME_MAX_NEAR bytes. */
static size_t distance(const char *a, const char *b, size_t far)
{
	size_t row[NAME_MAX_NEAR + 1], m = strlen(a), n = strlen(b);
	if (n > NAME_MAX_NEAR || (m > n ? m - n : n - m) > far)
		return far + 1;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0], closest = i;
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t up = row[j];
			row[j] = least(up + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
			corner = up;
			if (row[j] < closest)
				closest = row[j];
		}
		if (closest > far)
			return far + 1;
	}
	return row[n];
}

/* "slot-name", "slotName" and "slot name" are distance 0 from slot_name. */
static void plain_name(const char *name, char *buf)
{
	size_t n = 0;
	for (; *name; name++)
		buf[n++] = *name == '-' || *name == ' ' || *name == '.' ? '_' : (char)tolower((unsigned char)*name);
	buf[n] = '\0';
}

const struct option *option_near(const char *name)
{
	char plain[NAME_MAX_NEAR + 1];
	if (!*name || strlen(name) > NAME_MAX_NEAR)
		return NULL;
	plain_name(name, plain);
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (!strcmp(aliases[i][0], plain))
			return &options[option_find(aliases[i][1])];
	const struct option *best = NULL;
	size_t nearest = strlen(plain) / 4 + 1;
	for (const struct option *o = options; o->name; o++) {
		size_t d = distance(plain, o->name, nearest);
		if (d < nearest || (d == nearest && !best && d <= 2))
			best = o, nearest = d;
	}
	return best;
}

/* ---- values ---- */

static bool is_word_of(const char *value, size_t n, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, ",");
		if (len == n && !strncasecmp(words, value, n))
			return true;
		words += len + (words[len] == ',');
	}
	return false;
}

static bool are_words_of(const char *value, const char *words)
{
	for (;;) {
		size_t n = strcspn(value, ",");
		size_t from = strspn(value, " \t\n"), to = n;
		while (to > from && isspace((unsigned char)value[to - 1]))
			to--;
		if (from >= n || !is_word_of(value + from, to - from, words))
			return false;
		if (!value[n])
			return true;
		value += n + 1;
	}
}

bool option_bool(const char *value, bool *ret)
{
	bool yes = is_word_of(value, strlen(value), "true,t,yes,1,on");
	if (!yes && !is_word_of(value, strlen(value), "false,f,no,0,off"))
		return false;
	*ret = yes;
	return true;
}

/* As Python's int(): spaces around, a sign, single underscores between digits. */
bool option_int(const char *value, long long *ret)
{
	while (isspace((unsigned char)*value))
		value++;
	bool minus = *value == '-';
	value += *value == '-' || *value == '+';
	long long n = 0;
	if (!isdigit((unsigned char)*value))
		return false;
	for (; isdigit((unsigned char)*value); value += value[1] == '_' && isdigit((unsigned char)value[2]) ? 2 : 1)
		if (n < (long long)1e17)
			n = n * 10 + (*value - '0');
	while (isspace((unsigned char)*value))
		value++;
	if (*value)
		return false;
	*ret = minus ? -n : n;
	return true;
}

/* At *p: digits, spaces, unit with optional plural, spaces, end. */
static bool number_and_unit(const char *p, const char *units, double *ret, char *ret_unit)
{
	char *end;
	while (isspace((unsigned char)*p))
		p++;
	if (!isdigit((unsigned char)*p))
		return false;
	double n = strtod(p, &end);
	size_t digits = strspn(p, "0123456789");
	p += digits;
	size_t gap = strspn(p, " \t\n"), len = strcspn(p + gap, " \t\n");
	p += gap;
	size_t word = len && tolower((unsigned char)p[len - 1]) == 's' ? len - 1 : len;
	if (!gap || !is_word_of(p, word, units) || p[len + strspn(p + len, " \t\n")])
		return false;
	*ret = n;
	*ret_unit = (char)tolower((unsigned char)*p);
	return true;
}

bool option_age(const char *value, double *ret_seconds)
{
	double n;
	char unit;
	if (!number_and_unit(value, "day,month,week,hour", &n, &unit))
		return false;
	double hours = unit == 'h' ? 1 : unit == 'd' ? 24 : unit == 'w' ? 7 * 24 : 31 * 24;
	*ret_seconds = n * hours * 3600;
	return true;
}

static bool is_size(const char *value)
{
	size_t digits = strspn(value, "0123456789"), gap = strspn(value + digits, " \t\n");
	const char *unit = value + digits + gap;
	size_t n = strcspn(unit, " \t\n");
	static const char *const units[] = {"", "k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti"};
	for (size_t i = 0; digits && i < sizeof units / sizeof *units; i++)
		if (strlen(units[i]) == n && !strncmp(units[i], unit, n) && !unit[n + strspn(unit + n, " \t\n")])
			return true;
	return false;
}

/* retention_policies.py of Barman 3.4 */
static bool is_retention(const char *value)
{
	char word[4][12];
	const char *p = value;
	int n = 0;
	double number;
	char unit;
	while (n < 3) {
		p += strspn(p, " \t\n");
		size_t len = strcspn(p, " \t\n");
		if (!len || len >= sizeof word[0])
			return false;
		memcpy(word[n], p, len);
		word[n++][len] = '\0';
		p += len;
		if (n == 1 && !strcasecmp(word[0], "redundancy")) {
			p += strspn(p, " \t\n");
			size_t digits = strspn(p, "0123456789");
			return digits && !p[digits + strspn(p + digits, " \t\n")];
		}
	}
	return !strcasecmp(word[0], "recovery") && !strcasecmp(word[1], "window") && !strcasecmp(word[2], "of") &&
	       number_and_unit(p, "day,month,week", &number, &unit);
}

bool option_conninfo_ok(const char *value)
{
	while (value[strspn(value, " \t\n\r\v\f")]) {
		value += strspn(value, " \t\n\r\v\f");
		size_t n = strcspn(value, " \t\n\r\v\f");
		if (!memchr(value, '=', n))
			return false;
		value += n;
	}
	return true;
}

static bool is_slot_name(const char *value)
{
	for (; *value; value++)
		if (!isalnum((unsigned char)*value) && *value != '_')
			return false;
	return true;
}

static bool is_whole_number(const char *value)
{
	long long n;
	return option_int(value, &n);
}

static bool is_count(const char *value)
{
	long long n;
	return option_int(value, &n) && n >= 0;
}

static bool is_bool(const char *value)
{
	bool b;
	return option_bool(value, &b);
}

static bool is_age(const char *value)
{
	double seconds;
	return option_age(value, &seconds);
}

static bool is_absolute(const char *value)
{
	return *value == '/';
}

static const struct {
	bool (*ok)(const char *value);
	const char *why;
} kinds[] = {
	[KIND_BOOL] = {is_bool, "on or off"},
	[KIND_INT] = {is_whole_number, "a whole number"},
	[KIND_COUNT] = {is_count, "a whole number, 0 or more"},
	[KIND_AGE] = {is_age, "a time such as 1 DAYS, 12 HOURS, 2 WEEKS or 1 MONTHS"},
	[KIND_SIZE] = {is_size, "a size such as 500 Mi or 2 G"},
	[KIND_SLOT] = {is_slot_name, "letters, digits and underscores"},
	[KIND_ABSOLUTE] = {is_absolute, "an absolute path"},
	[KIND_RETENTION] = {is_retention, "REDUNDANCY n, or RECOVERY WINDOW OF n DAYS|WEEKS|MONTHS"},
	[KIND_CONNINFO] = {option_conninfo_ok, "key=value pairs without quotes or spaces inside (no postgresql:// URI)"},
	[KIND_COMMAND] = {NULL, NULL},
};

bool option_value_ok(const struct option *o, const char *value, const char **ret_why)
{
	const char *why = NULL;
	if (!*value)
		return true;
	if (o->kind == KIND_WORD)
		why = is_word_of(value, strlen(value), o->words) ? NULL : o->words;
	else if (o->kind == KIND_WORDS)
		why = are_words_of(value, o->words) ? NULL : o->words;
	else if (kinds[o->kind].ok && !kinds[o->kind].ok(value))
		why = kinds[o->kind].why;
	if (why && ret_why)
		*ret_why = why;
	return !why;
}
