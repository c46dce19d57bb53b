# The base layer: a Debian 12 tree with what the hosts need, made once by mmdebstrap from the machine's own apt sources. Sourced.
LAB_PACKAGES=(postgresql-15 barman barman-cli openssh-server openssh-client cron rsync procps iproute2 python3 nftables tmux ncurses-base
	netcat-openbsd tini less libpq5 libssh2-1 libinih1 libuv1 libjansson4 libcmark-gfm0.29.0.gfm.6 libcmark-gfm-extensions0.29.0.gfm.6
	libncursesw6 libasan8 libubsan1 libcurl4 libfaketime)
# What can be installed again inside the lab, which has no way out: kept in a small mirror of the hosts' own, with what goes when it is taken away.
LAB_MIRRORED=(postgresql-client-15 postgresql-client-common postgresql-15 barman barman-cli openssh-client openssh-server cron rsync)
# What bare hosts have not (lib/bare.sh): purged, with everything that only came for its sake.
LAB_BARE=(barman barman-cli python3-barman rsync cron)

# The machine's sources, those from Debian only, in the one-line form: what they point to counts, not how they are written down.
base_sources() {
	local key=
	[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] || key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] '
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
		awk -F'|' -v key="$key" '$1 == "Debian" && $2 ~ /^bookworm/ && $5 == "main" && !seen[$0]++ { print "deb " key $3 " " $4 " " $5 }'
}

base_identity() {
	local key known='' id=''
	# What apt would say can only change with these files; asking it takes a second.
	# shellcheck disable=SC2012
	key=$({ stat -c '%n %s %Y' /var/lib/apt/lists /etc/apt /etc/apt/*; ls -l --time-style=full-iso /var/lib/apt/lists /etc/apt/*.d; cat "$LAB_LIB/base.sh"; } 2>/dev/null | sha256sum)
	{ read -r known id <"$LAB_CACHE/identity"; } 2>/dev/null
	[ "${key%% *}" != "$known" ] || { printf '%s\n' "$id"; return; }
	[ -n "$(base_sources)" ] || { say "apt-get update"; apt-get update -qq >&2 || die "apt-get update failed"; }
	[ -n "$(base_sources)" ] || die "no Debian 12 source is configured in apt"
	id=$({
		LC_ALL=C apt-cache policy "${LAB_PACKAGES[@]}" | grep -E '^[a-z]|Candidate:'
		declare -f base_make base_sources
		echo "${LAB_PACKAGES[*]}; ${LAB_MIRRORED[*]}; ${LAB_BARE[*]}"
	} | sha256sum | cut -c1-12)
	mkdir -p "$LAB_CACHE" && printf '%s %s\n' "${key%% *}" "$id" >"$LAB_CACHE/.making-identity-$$" && mv -f "$LAB_CACHE/.making-identity-$$" "$LAB_CACHE/identity"
	printf '%s\n' "$id"
}

# Sets BASE; makes it when there is none. One start builds, others wait for it.
base_ready() {
	local id start=$SECONDS
	case $LAB_CACHE in *[:,\\]*) die "the cache directory's name must have no ':' ',' or '\\' in it: $LAB_CACHE" ;; esac
	need_tools apt-get setpriv unshare nsenter flock setsid sha256sum
	id=$(base_identity) || exit 1
	BASE=$LAB_CACHE/base-$id
	[ ! -d "$BASE" ] || return 0
	mkdir -p "$LAB_CACHE" || die "cannot make the cache directory $LAB_CACHE"
	need_tools mmdebstrap
	exec 9>"$LAB_CACHE/lock"
	flock -n 9 || { say "another start is making the layers; waiting for it"; flock 9; }
	if [ ! -d "$BASE" ]; then
		say "making the Debian tree for the lab's hosts (once; about half a minute)"
		making base
		mkdir "$MAKING/tree" "$MAKING/tmp"
		base_sources >"$MAKING/sources.list"
		# How the machine reaches its mirrors: proxies, certificates, timeouts. Not its lists, hooks or directories.
		apt-config dump --no-empty | grep -E '^Acquire::(http|https|ftp|Check-|Retries|Force|Queue-Mode|By-Hash|AllowInsecure|CompressionTypes)' >"$MAKING/apt.conf"
		TIED_FLAGS='' tied bash -c "$(declare -f base_make); base_make \"\$@\"" base "$MAKING" "${LAB_PACKAGES[*]}" "${LAB_MIRRORED[*]}" "${LAB_BARE[*]}" </dev/null || { tail -n 30 "$MAKING/log" >&2; die "mmdebstrap failed"; }
		mv -T "$MAKING/tree" "$BASE" || die "cannot keep $BASE"
		exec 8<&-
		say "base layer made in $((SECONDS - start)) s"
		remove_old "$LAB_CACHE"/base-*
	fi
	exec 9>&-
}

# base_make DIR "PACKAGES" "MIRRORED" "BARE": in its own namespaces of processes and mounts, so that nothing of it can stay behind.
base_make() {
	cd "$1" || exit 1
	mount -t proc proc /proc || exit 1
	umask 022
	# shellcheck disable=SC2016
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 LC_ALL=C.UTF-8 TMPDIR="$1/tmp" DEBIAN_FRONTEND=noninteractive \
		mmdebstrap --mode=root --variant=minbase --format=directory --include="${2// /,}" --aptopt="$1/apt.conf" \
		--aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
		--dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--setup-hook='for f in /etc/apt/auth.conf /etc/apt/auth.conf.d/*.conf; do [ ! -e "$f" ] || { mkdir -p "$1/etc/apt/auth.conf.d" && cp "$f" "$1/etc/apt/auth.conf.d/lab-${f##*/}"; }; done' \
		--customize-hook="mkdir -p \"\$1/srv/mirror\" && gone=\$(chroot \"\$1\" apt-get -s -y --auto-remove purge $4 | awk '/^Purg/ { print \$2 }') &&
			cd \"\$1/srv/mirror\" && APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get -qq download \$(printf '%s\\n' $3 \$gone | sort -u) && chown -R root: . &&"' \
			for d in *.deb; do dpkg-deb -f "$d" && printf "Filename: ./%s\nSize: %s\nSHA256: %s\n\n" "$d" "$(stat -c %s "$d")" "$(sha256sum "$d" | cut -d " " -f 1)" || exit 1; done >Packages' \
		--customize-hook='rm -rf "$1"/etc/apt/auth.conf.d/lab-* "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1"/etc/ssh/ssh_host_*' \
		--customize-hook='printf "deb [trusted=yes] file:/srv/mirror ./\n" >"$1/etc/apt/sources.list"' \
		--customize-hook='rm -f "$1"/etc/cron.d/e2scrub_all "$1"/etc/cron.daily/* "$1/etc/resolv.conf"; : >"$1/etc/machine-id"' \
		bookworm "$1/tree" "$1/sources.list" >"$1/log" 2>&1
}
