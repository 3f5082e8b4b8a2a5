#!/usr/bin/env bash
# Usage: bash tests/valgrind.sh BUILD
#
# Runs the program of a build folder and some of its unit tests under valgrind's memcheck. Fails on any invalid access,
# any use of an uninitialised value and any definite leak that tests/valgrind.supp does not excuse.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

build=${1:?name a build folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

memcheck=(valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite
  --errors-for-leak-kinds=definite --num-callers=40 --keep-debuginfo=yes
  "--suppressions=$root/tests/valgrind.supp")

failed=()

# check <ranks> <program> [arguments]
check() {
  local ranks=$1 begin=$SECONDS title
  shift
  title="$(basename "$1") on $ranks rank(s)"
  if mpi "$ranks" "${memcheck[@]}" "$@" >"$work/output" 2>&1; then
    printf '%-40s passed %4d s\n' "$title" $((SECONDS - begin))
  else
    printf '%-40s FAILED %4d s\n' "$title" $((SECONDS - begin))
    cat "$work/output"
    failed+=("$title")
  fi
}

# Its own way to learn about the processor does not work under valgrind, which it would say every time.
export HWLOC_COMPONENTS=-x86

experiment=(run experiments/four_rooms.yaml --set solver.outer_iterations=3 --out)

prepare_mpi
check 1 "$build/throng" "${experiment[@]}" "$work/one"
check 2 "$build/throng" "${experiment[@]}" "$work/two"
check 1 "$build/tests/test_parameters"

if [[ ${#failed[@]} -gt 0 ]]; then
  printf 'valgrind: %d of the runs failed\n' "${#failed[@]}"
  exit 1
fi
