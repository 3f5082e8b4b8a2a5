# shellcheck shell=bash
# For the scripts beside this one: the build tree that THRONG_BUILD names, installed into an empty folder that goes with
# the script. Sets here, work and prefix, and PKG_CONFIG_PATH for the installed throng.pc.
# shellcheck disable=SC2034 # for the scripts
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${THRONG_BUILD:?set THRONG_BUILD to a build folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }

fail() {
  say "FAILED: $*" >&2
  exit 1
}

# The installed tree is moved once, so that nothing in it can depend on where it was installed.
install_and_move() {
  local pc
  cmake --install "$build" --prefix "$work/first" >"$work/install.log" || fail "cmake --install: $(cat "$work/install.log")"
  mv "$work/first" "$work/installed"
  prefix=$work/installed
  pc=$(find "$prefix" -name throng.pc)
  [[ -n $pc ]] || fail "no throng.pc was installed"
  PKG_CONFIG_PATH=$(dirname "$pc")${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
  export PKG_CONFIG_PATH
}
