#!/usr/bin/env bash
# Installs the build tree into an empty folder, builds the plugin of experiments/plugin as its README says, with nothing
# but the installed files, solves its game with the installed program on one rank and on two, and compares the result
# with an independent solution. CTest names the build folder in THRONG_BUILD.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/installed.sh"

example=$here/../../experiments/plugin

build_plugin() {
  local flags
  read -ra flags <<<"$(pkg-config --cflags throng)"
  (cd "$work/user" && mpicc -std=c11 -Wall -Wextra -Werror -shared -fPIC -O2 beach_bar.c "${flags[@]}" -o libbeach_bar.so) ||
    fail "beach_bar.c does not build with pkg-config --cflags throng"
}

# The library leaves everything of throng to the program.
check_library() {
  local defined
  defined=$(nm -D --defined-only "$work/user/libbeach_bar.so" | grep -c ' Mfg') || true
  [[ $defined == 0 ]] || fail "libbeach_bar.so has functions of throng in it"
}

# The table of keys; and a name without a folder is a file of the current folder, not one of the system's libraries.
describe() {
  (cd "$work/user" && "$prefix/bin/throng" describe game beach_bar --plugin libbeach_bar.so) >"$work/describe.log" 2>&1 ||
    fail "the game cannot be described: $(cat "$work/describe.log")"
  grep -q '^jam ' "$work/describe.log" || fail "the description lacks jam: $(cat "$work/describe.log")"
}

# solve <ranks> <jam>: 0, transitions that do not depend on the crowd; else ones that do.
solve() {
  local ranks=$1 jam=$2 out=out-$1-$2
  say "beach_bar with jam $jam on $ranks rank(s)"
  (cd "$work/user" && mpirun --oversubscribe --bind-to none -n "$ranks" "$prefix/bin/throng" run beach_bar.yaml --out "$out" \
    --set "game.jam=$jam" --set solver.stop.regularised_exploitability=1e-12) >"$work/run.log" 2>&1 ||
    fail "the run failed: $(cat "$work/run.log")"
  python3 -B "$here/beach_bar_truth.py" "$jam" "$(find "$work/user/$out" -name run.json)" || fail "jam $jam on $ranks rank(s)"
}

install_and_move
mkdir "$work/user"
cp "$example/beach_bar.c" "$example/beach_bar.yaml" "$work/user"
build_plugin
check_library
describe
for ranks in 1 2; do
  solve "$ranks" 0
  solve "$ranks" 1
done
say "passed"
