# What the scripts share.

step() { printf '\n== %s\n' "$*"; }

fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# download COMMAND… runs a command that downloads, and once more if it fails: networks do.
# Nothing else is tried twice.
download() {
	"$@" && return
	step "once more, as what downloads has failed: $*"
	"$@"
}

# need COMMAND PACKAGE installs the Debian package if the command is missing.
need() {
	command -v "$1" >/dev/null && return
	step "installing $2 from Debian's packages, as $1 is missing"
	[ "$(id -u)" = 0 ] || fail "install $2 and try again: only root may"
	download apt-get update -q
	download env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 "$2"
}

# packages FOLDER installs what the lock file in FOLDER names from npm, if it is not
# there.
packages() {
	cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
	step "installing what $1 needs from npm"
	download npm ci --prefix "$1" --no-audit --no-fund
	cp "$1/package-lock.json" "$1/node_modules/.installed"
}

# awaitNetwork PORT PID waits until the manager on PORT, whose process is PID, answers.
awaitNetwork() {
	for _ in $(seq 1800); do # the machine may do other work beside
		curl -sf "127.0.0.1:$1/healthz" >/dev/null && return
		kill -0 "$2" || break
		sleep 0.1
	done
	fail "the network did not start"
}
