#!/usr/bin/env bash
# Installs what the tests need into target/ and runs them all. Needs Rust; git, Python 3.11 or newer, node, Chromium,
# age and Valgrind are installed with apt where they are missing. Nothing is skipped: what can't be had is a failure.
#
#   tests/run.sh            format, lints, licenses, every test
#   tests/run.sh NAME...    only the tests with these words in their names
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export ENROLL_PEERS="$target/peers"
venv="$ENROLL_PEERS/venv" node="$ENROLL_PEERS/node"

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'tests/run.sh: %s\n' "$*" >&2
  exit 1
}

apt() {
  command -v apt-get >/dev/null || fail "there is no apt-get here: install $* yourself"
  local sudo=()
  if [[ $EUID -ne 0 ]]; then
    sudo=(sudo -n)
  fi
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' sh "$@" >/dev/null ||
    fail "apt-get can't install $*"
}

# A part of the Rust toolchain that its smallest profile lacks.
component() {
  cargo "$2" --version >/dev/null 2>&1 || rustup component add "$1" || fail "there is no cargo $2"
}

# The first Python that is new enough for scim2-server.
python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# What is installed is what the lists say, or it is installed anew.
installed() { [[ -f "$1/.installed" ]] && cat "${@:2}" | cmp -s - "$1/.installed"; }
note() { cat "${@:2}" >"$1/.installed"; }

install_python_peers() {
  local list=tests/peers/requirements.txt
  installed "$venv" "$list" && "$venv/bin/python" -c 'import scim2_server, scim2_tester, moto.server' 2>/dev/null && return
  say "scim2-server, scim2-tester and moto, into $venv"
  python >/dev/null || apt python3 python3-venv
  local python
  python=$(python) || fail "scim2-server needs Python 3.11 or newer, and apt has none"
  rm -rf "$venv"
  mkdir -p "$venv"
  if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
    apt python3-venv
    "$python" -m venv --clear "$venv"
  fi
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement "$list"
  note "$venv" "$list"
}

install_node_peers() {
  local lists=(tests/peers/package.json tests/peers/package-lock.json)
  command -v node >/dev/null && command -v npm >/dev/null || apt nodejs npm
  installed "$node" "${lists[@]}" && return
  say "SCIMMY and Azurite, into $node"
  rm -rf "$node"
  mkdir -p "$node"
  cp "${lists[@]}" "$node"
  npm --prefix "$node" ci --no-audit --no-fund --ignore-scripts --loglevel=error
  note "$node" "${lists[@]}"
}

# cargo-deny, built once into target/. Advisories need a database from GitHub, so they are not part of this.
check_parts() {
  local version=0.20.2 tools="$target/tools"
  if [[ "$("$tools/bin/cargo-deny" --version 2>/dev/null)" != "cargo-deny $version" ]]; then
    say "cargo-deny, into $tools"
    CARGO_TARGET_DIR="$target/tools-build" cargo install cargo-deny --quiet --locked --version "$version" --root "$tools"
    rm -rf "$target/tools-build"
  fi
  say "licenses, sources and versions of the parts"
  "$tools/bin/cargo-deny" --locked --all-features check bans licenses sources
}

install_browser() {
  command -v chromium >/dev/null || apt chromium fonts-dejavu-core
}

run_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    # Many wait for a pace or for another process, so that two a processor keep it busy.
    cargo nextest run --locked --all-features --no-fail-fast --run-ignored all \
      --test-threads "$((2 * $(nproc)))" "$@"
  else
    cargo test --locked --all-features --no-fail-fast --lib --bins --tests -- --include-ignored "$@"
  fi
}

command -v git >/dev/null || apt git
install_python_peers
install_node_peers
install_browser
# The README makes a key with it.
command -v age-keygen >/dev/null || apt age
# Counts the instructions of tests/bench/growth.rs..
command -v valgrind >/dev/null || apt valgrind

if [[ $# -gt 0 ]]; then
  say "tests: $*"
  run_tests "$@"
  exit
fi

say "format"
component rustfmt fmt
cargo fmt --check
say "lints"
component clippy clippy
cargo clippy --all-targets --all-features --locked -- -D warnings
say "the default build, without the object stores"
cargo check --locked --lib --bins
check_parts
say "documentation tests"
cargo test --locked --all-features --doc --quiet
say "tests"
run_tests
