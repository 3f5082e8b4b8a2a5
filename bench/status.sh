#!/usr/bin/env bash
# What it costs to look at many results. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

usage() {
  cat <<'END'
Usage: bash bench/status.sh [RUNS] [--cold]

Makes an experiment of RUNS (default 10000) results, copies of one, of which every tenth has failed, was interrupted or is
missing, and prints how long `throng status` takes, in seconds and in units of reading all their run.json once (cat).
The least of five times each; --cold: with nothing of them in memory, which only root can bring about. Some minutes; wants the
release build.
END
}

runs=10000 cold=
for argument; do
  case $argument in
    --help | -h)
      usage
      exit
      ;;
    --cold) cold=1 ;;
    *) runs=$argument ;;
  esac
done
prepare_mpi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/many.yaml" <<'END'
name: many
game: {type: four_rooms, size: 11}
solver: {type: mf_trpo, outer_iterations: 100}
seeds: [1]
END

# <template>: the other results, by copying it
make_results() {
  local template=$1 parent=${1%/*} prefix id i
  prefix=${template##*/}
  prefix=${prefix%1-*}
  for ((i = 2; i <= runs; i++)); do
    printf -v id '%s%d-%012x' "$prefix" "$i" "$i"
    echo "$id,seed=$i,1,,$i" >>"$parent/plan.csv"
    case $((i % 10)) in
      7) cp -r "$template" "$parent/$id.running" ;;
      8) cp -r "$template" "$parent/$id.failed" ;;
      9) continue ;;
      *) cp -r "$template" "$parent/$id" ;;
    esac
  done
  find "$parent" -name run.json -exec bash -c '
    for file; do
      id=${file%/run.json}
      id=${id##*/}
      sed -i -e "s/\"run_id\": .*/\"run_id\": \"${id%.*}\",/" "$file"
      [[ $id != *.failed ]] || sed -i -e "s/\"status\": .*/\"status\": \"failed\",/" "$file"
    done' _ {} +
}

# <command ...>: the least of five times, in seconds
measure() {
  local begin end
  for _ in 1 2 3 4 5; do
    [[ -z $cold ]] || { sync && echo 3 >/proc/sys/vm/drop_caches; }
    begin=$EPOCHREALTIME
    "$@" >"$folder/output" || [[ $? = 75 ]]
    end=$EPOCHREALTIME
    awk -v begin="$begin" -v end="$end" 'BEGIN { print end - begin }'
  done | sort -g | head -n 1
}

read_records() { find "$folder/many" -name run.json -exec cat {} +; }

build/release/throng run "$folder/many.yaml" --out "$folder"
make_results "$(find "$folder/many" -maxdepth 1 -name '*-seed1-*')"
status=$(measure build/release/throng status "$folder")
sed -n '3,6p' "$folder/output"
reading=$(measure read_records)
awk -v runs="$runs" -v status="$status" -v reading="$reading" 'BEGIN {
  printf "%d runs: %.2f s, %.2f times reading their records (%.2f s)\n", runs, status, status / reading, reading }'
