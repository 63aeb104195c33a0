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

# find32 sets arch32 to an architecture of 32 bits, in Go's words, whose programs this machine
# runs: 386, or arm by emulation where the kernel runs none, as on some virtual machines. QEMU's
# emulation of 386 does not run what Go makes.
find32() {
	arch32=386
	GOARCH=$arch32 CGO_ENABLED=0 go test -count=1 -vet=off -run '^$' ./internal/hue >/dev/null && return
	step "the kernel runs no programs for 386: QEMU runs those for arm"
	arch32=arm
	need qemu-arm-static qemu-user-static
	need update-binfmts binfmt-support
	local kernel=/proc/sys/fs/binfmt_misc # where it is told who runs what
	mountpoint -q $kernel || mount -t binfmt_misc binfmt_misc $kernel
	update-binfmts --enable qemu-arm
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
