#!/usr/bin/env bash
# Installs the build tree into an empty folder, builds a user's program (three_places.c) against the installed files
# alone, and runs it on one rank and on two. CTest names the build folder in THRONG_BUILD.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/installed.sh"

# Each public header can be included alone.
check_headers() {
  local header flags
  read -ra flags <<<"$(pkg-config --cflags throng)"
  for header in "$prefix"/include/throng/*.h; do
    printf '#include <throng/%s>\n' "$(basename "$header")" >"$work/alone.c"
    mpicc -std=c11 -Wall -Wextra -Werror -fsyntax-only "$work/alone.c" "${flags[@]}" || fail "$(basename "$header") does not compile alone"
  done
}

# build <program> <pkg-config options>: in a folder that holds nothing but the user's own file.
build_program() {
  local program=$1 flags
  shift
  read -ra flags <<<"$(pkg-config "$@" --cflags --libs throng)"
  (cd "$work/user" && mpicc -std=c11 -Wall -Wextra -Werror three_places.c "${flags[@]}" -o "$program") ||
    fail "three_places.c does not build with pkg-config $* --cflags --libs throng"
}

run_program() {
  local program=$1 ranks=$2
  say "$program on $ranks rank(s)"
  (cd "$work/user" && mpirun --oversubscribe --bind-to none -n "$ranks" "./$program") || fail "$program failed on $ranks rank(s)"
}

install_and_move
"$prefix/bin/throng" --version || fail "the installed program does not start"
check_headers
mkdir "$work/user"
cp "$here/three_places.c" "$work/user"
build_program three_places
run_program three_places 1
run_program three_places 2
build_program three_places_static --static
run_program three_places_static 1
say "passed"
