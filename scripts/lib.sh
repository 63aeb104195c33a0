# What the scripts share.

step() { printf '\n== %s\n' "$*"; }

fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# need COMMAND PACKAGE installs the Debian package if the command is missing.
need() {
	command -v "$1" >/dev/null && return
	step "installing $2 from Debian's packages, as $1 is missing"
	[ "$(id -u)" = 0 ] || fail "install $2 and try again: only root may"
	apt-get update -q
	apt-get install -q -y --no-install-recommends "$2"
}

# packages FOLDER installs what the lock file in FOLDER names from npm, if it is not
# there.
packages() {
	cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
	step "installing what $1 needs from npm"
	npm ci --prefix "$1" --no-audit --no-fund
	cp "$1/package-lock.json" "$1/node_modules/.installed"
}

# awaitNetwork PORT PID waits until the manager on PORT, whose process is PID, answers.
awaitNetwork() {
	for _ in $(seq 300); do
		curl -sf "127.0.0.1:$1/healthz" >/dev/null && return
		kill -0 "$2" || break
		sleep 0.1
	done
	fail "the network did not start"
}
