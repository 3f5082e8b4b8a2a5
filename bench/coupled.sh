#!/usr/bin/env bash
# What games cost whose dynamics depend on the mean field. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

usage() {
  cat <<'END'
Usage: bash bench/coupled.sh

Runs bench_coupled on 1 and 2 ranks, and then the experiments kinetic_congestion_501 and mf_garnet_1000 on 2 ranks for
their memory: peak of all ranks together, less that of the smallest game of the kind, by state and by stored transition.
Wants the release build and an idle machine with 2 cores; half a minute.
END
}

build=build/release

# <experiment file> <setting ...>: peak memory of all ranks together, in bytes
peak_memory() {
  local file=$1 settings=() setting
  shift
  for setting in "$@"; do settings+=(--set "$setting"); done
  rm -rf "$folder/runs"
  mpi 2 "$build/throng" run "$file" --out "$folder/runs" "${settings[@]}" >/dev/null 2>&1
  find "$folder/runs" -name run.json -exec sed -n 's/.*"peak_memory_bytes": *\([0-9]*\).*/\1/p' {} +
}

# <name> <states> <transitions a state> <experiment file> <settings of the smallest game>
measure_memory() {
  local name=$1 states=$2 transitions=$3 file=$4 peak base
  shift 4
  peak=$(peak_memory "$file" solver.outer_iterations=2)
  base=$(peak_memory "$file" solver.outer_iterations=2 "$@")
  awk -v name="$name" -v states="$states" -v transitions="$transitions" -v peak="$peak" -v base="$base" 'BEGIN {
    bytes = (peak - base) / states
    printf "memory of %s: %.0f bytes a state, %.0f a stored transition\n", name, bytes, bytes / transitions }'
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
prepare_mpi
export OMPI_MCA_mpi_yield_when_idle=0 # the machine is ours
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for ranks in 1 2; do
  echo "$ranks rank(s)"
  mpi "$ranks" "$build/bench/bench_coupled"
done
# two successors of each of five actions, but for moves into the border and the action that stays
measure_memory kinetic_congestion 251001 9 experiments/kinetic_congestion_501.yaml game.size=5
measure_memory mf_garnet 1000 36 experiments/mf_garnet_1000.yaml game.states=10 game.coupled_states=5
