#!/usr/bin/env bash
# What a million states cost. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

usage() {
  cat <<'END'
Usage: bash bench/scale.sh [SIZE]

Runs bench_scale on four_rooms SIZE x SIZE (default 1001) at discounts .9 and .99 on 1 and 2 ranks, prints how much
faster 2 ranks are, and the memory per state of MF-TRPO with quality metrics and with the induced population. Wants the
release build, an idle machine with 2 cores and about 2 GB per million states.
END
}

size=1001
build=build/release

# <line of bench_scale's output> <file>: its seconds
seconds_of() { awk -v name="$1" 'index($0, name) == 1 { sub(name, ""); print $1; exit }' "$2"; }

measure_times() {
  local discount ranks out
  for discount in 0.9 0.99; do
    for ranks in 1 2; do
      out=$folder/$discount.$ranks
      mpi "$ranks" "$build/bench/bench_scale" -size "$size" -discount "$discount" | tee "$out"
      echo
    done
    for what in "product with P" "inner iteration" "best response"; do
      awk -v a="$(seconds_of "$what" "$folder/$discount.1")" -v b="$(seconds_of "$what" "$folder/$discount.2")" \
        -v what="$what" -v discount="$discount" \
        'BEGIN { printf "%s at discount %s: 2 ranks are %.2f times faster than 1\n", what, discount, a / b }'
    done
    echo
  done
}

# <metrics> <size>: peak memory of all ranks together, in bytes
peak_memory() {
  mpi 2 "$build/throng" run "$folder/memory.yaml" --out "$folder" --set "game.size=$2" \
    --set "metrics.which=[$1]" >/dev/null 2>&1
  find "$folder/memory" -name run.json -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2- |
    xargs sed -n 's/.*"peak_memory_bytes": *\([0-9]*\).*/\1/p'
}

measure_memory() {
  local metrics base peak states
  cat >"$folder/memory.yaml" <<'END'
name: memory
game: {type: four_rooms, noise: {additive: [0.2, 0.2, 0.2, 0.2, 0.2]}}
solver: {type: mf_trpo, inner_iterations: 2, outer_iterations: 2}
evaluation: {tolerance: 1.0e-8, best_response_tolerance: 1.0e-8}
output: {fields: []}
END
  states=$(((size - 1) * (size - 1) + 4))
  for metrics in "quality, regularised_quality" "exploitability, quality, regularised_quality"; do
    base=$(peak_memory "$metrics" 11)
    peak=$(peak_memory "$metrics" "$size")
    awk -v base="$base" -v peak="$peak" -v states="$states" -v metrics="$metrics" \
      'BEGIN { printf "memory with %s: %.0f bytes a state\n", metrics, (peak - base) / states }'
  done
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
  "") ;;
  *) size=$1 ;;
esac
prepare_mpi
export OMPI_MCA_mpi_yield_when_idle=0 # the machine is ours
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
measure_times
measure_memory
