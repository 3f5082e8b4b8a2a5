#!/usr/bin/env bash
# What a sweep costs beside the solves in it. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

usage() {
  cat <<'END'
Usage: bash bench/sweep.sh [RUNS]

Performs a sweep of RUNS (default 1000) runs of 150 iterations of online mirror descent on four_rooms 11x11, with
exploitability at each iteration, on 2 ranks, one rank a run. Prints how long they took in units of half the sum of the
runs' solve times: from the first run to the last result, and the whole command, with the start of MPI. Results go to a
new folder below TMPDIR, which is removed; ext4 makes files slowly for a minute after that. Wants the release build and
an idle machine with 2 cores; half a minute.
END
}

runs=1000
case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
  ?*) runs=$1 ;;
esac
prepare_mpi
export OMPI_MCA_mpi_yield_when_idle=0 # the machine is ours
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/sweep.yaml" <<END
name: sweep
game: {type: four_rooms, size: 11}
solver: {type: online_mirror_descent, initial_policy: random, outer_iterations: 150}
metrics: {which: [exploitability]}
seeds: {count: $runs}
END
begin=$EPOCHREALTIME
mpi 2 build/release/throng run "$folder/sweep.yaml" --out "$folder"
end=$EPOCHREALTIME
first=$(stat -c %.9Y "$folder/sweep/experiment.json")
last=$(find "$folder/sweep" -mindepth 1 -maxdepth 1 -type d -printf '%T@\n' | sort -n | tail -n 1)
find "$folder/sweep" -name run.json -exec grep -h '"solve_seconds"' {} + |
  awk -v begin="$begin" -v end="$end" -v first="$first" -v last="$last" '
    { sub(/.*: /, ""); sum += $1; n++ }
    END {
      printf "%d runs of %.1f ms: half the sum of the solve times %.2f s\n", n, 1000 * sum / n, sum / 2
      printf "from the first run to the last result %.2f s, ratio %.3f\n", last - first, (last - first) / (sum / 2)
      printf "the whole command %.2f s, ratio %.3f\n", end - begin, (end - begin) / (sum / 2)
    }'
