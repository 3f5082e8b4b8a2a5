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

# Its own way to learn about the processor does not work under valgrind, which it would say every time.
export HWLOC_COMPONENTS=-x86

failed=()

# check <title> <exit code expected> <ranks> <program> [arguments]
check() {
  local title=$1 expected=$2 ranks=$3 begin=$SECONDS status=0
  shift 3
  mpi "$ranks" --timeout 300 "${memcheck[@]}" "$@" >"$work/output" 2>&1 || status=$?
  if [[ $status -eq $expected ]]; then
    printf '  %-46s passed %4d s\n' "$title" $((SECONDS - begin))
  else
    printf '  %-46s FAILED %4d s (exit code %d)\n' "$title" $((SECONDS - begin)) "$status"
    cat "$work/output"
    failed+=("$title")
  fi
}

run=("$build/throng" run experiments/four_rooms.yaml --set solver.outer_iterations=3 --set "metrics.which=[
  exploitability, regularised_exploitability, exploitability_at_mu, quality, regularised_quality, mean_field_delta,
  mu_pi_delta, policy_delta, spectrum]")
iterative=(--set evaluation.direct_below=0)
garnet=("$build/throng" run experiments/mf_garnet_1000.yaml --set game.states=20 --set game.coupled_states=5
  --set "solver={type: fictitious_play, outer_iterations: 2}" --set "metrics={population: pushes, horizon: 5}")
swarm=("$build/throng" run experiments/accuracy/sis_epidemic.yaml --set "metrics={}"
  --set "solver={type: mf_pso, particles: 3, outer_iterations: 2, population: pushes}"
  --set evaluation.population_pushes=50)

prepare_mpi
check "four rooms, 1 rank, direct solves" 0 1 "${run[@]}" --out "$work/direct"
check "four rooms, 2 ranks, iterative solves" 0 2 "${run[@]}" --out "$work/iterative" "${iterative[@]}"
check "a solve that fails, 1 rank" 1 1 "${run[@]}" --out "$work/fails" "${iterative[@]}" -- -eval_ksp_max_it 1
check "bad input, 1 rank" 2 1 "${run[@]}" --out "$work/bad" --set game.sise=11
check "fictitious play on a garnet, 2 ranks" 0 2 "${garnet[@]}" --out "$work/garnet"
check "particles in an epidemic, 1 rank" 0 1 "${swarm[@]}" --out "$work/swarm"
check "unit test of parameters, 1 rank" 0 1 "$build/tests/test_parameters"
check "unit test of bad rows, 2 ranks" 0 2 "$build/tests/test_bad_rows"
check "unit test of files with fields, 2 ranks" 0 2 "$build/tests/test_fields"

if [[ ${#failed[@]} -gt 0 ]]; then
  printf '%d runs failed\n' "${#failed[@]}"
  exit 1
fi
