#!/bin/sh
# Runs the Dockerfile's steps in a clean Debian made by mmdebstrap, then what they built: some minutes, as root, on Linux.
# `deploy/prove-image.sh checkout` takes this checkout to a bare Debian instead and starts `make demo` there, as an ordinary
# user and as root; `deploy/prove-image.sh checkout test` runs the tests there as well.
# Everything happens in a temporary folder and in namespaces of its own. It says NOT RUN where it cannot, and why;
# with CARNET_TEST_REQUIRE=all that is a failure.
set -eu
cd "$(dirname "$0")/.."

what=${1:-image}
[ $# -eq 0 ] || shift

not_run() {
  echo "NOT RUN: $what in a clean Debian ($1)"
  [ "${CARNET_TEST_REQUIRE:-}" != all ]
  exit
}
[ "$(id -u)" = 0 ] || not_run 'needs root'
for program in mmdebstrap unshare python3; do
  command -v "$program" >/dev/null 2>&1 || not_run "apt-get install $program"
done
unshare --mount --pid --fork true 2>/dev/null || not_run 'needs the right to make namespaces'

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' INT TERM
# What is mounted goes with its namespace, before the folder does.
unshare --mount --pid --fork --kill-child python3 -m "tests.deploy.prove_$what" "$work" "$@"
