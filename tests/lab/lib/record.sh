# The record of restore drills, which each view keeps for itself. Sourced by fault files.

# drilled DAYS: both have a drill on record that was made so many days ago
drilled() {
	local at
	at=$(date -u -d "$1 days ago" +%Y-%m-%dT%H:%M:%SZ)
	for where in console backup:barman; do
		on "$where" sh -c 'mkdir -p ~/.local/state/walmedic/drill && printf "{\"version\": 1, \"server\": \"main\", \"restored\": {\"backup\": \"20260101T000000\", \"at\": \"%s\"}}\n" "$1" >~/.local/state/walmedic/drill/main.json' drilled "$at" || return 1
	done
}
recorded() { for where in console backup:barman; do on "$where" sh -c 'test -s ~/.local/state/walmedic/drill/main.json' || return 1; done; }
