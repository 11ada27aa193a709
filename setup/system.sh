#!/bin/sh
# What must come from the system? Installed when we are root, named otherwise.
#   setup/system.sh run    what running needs
#   setup/system.sh test   what testing needs besides
set -eu

missing=""
case "${1:?run or test}" in
run)
    python=$(command -v python3.11 || command -v python3 || true)
    if [ -z "$python" ]; then
        missing="$missing python3.11"
    fi
    if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        missing="$missing python3-venv"
    fi
    ;;
test)
    command -v chromium >/dev/null || missing="$missing chromium"
    [ -x /usr/lib/dovecot/imap ] || missing="$missing dovecot-imapd"
    ;;
*)
    echo "setup/system.sh: run or test" >&2
    exit 2
    ;;
esac

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Lianxin needs these packages of the system:$missing" >&2
    echo "Install them with:  sudo apt-get install -y$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# The tests start their own mail server; installing one must not start another beside it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -q
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $missing
