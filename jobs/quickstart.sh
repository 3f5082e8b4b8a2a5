#!/usr/bin/env bash
# From a fresh clone to the first result. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'END'
Usage: bash jobs/quickstart.sh [--ranks N] [--out DIR] [EXPERIMENT.yaml]

Installs what is missing (where that is allowed), builds throng, runs an experiment under mpirun and draws a report: of
the run, or of the whole experiment, with a table, where it has several runs.

  EXPERIMENT.yaml  the experiment file (default experiments/four_rooms.yaml)
  --ranks N        MPI ranks (default 2, or 1 on a machine with one core)
  --out DIR        where results go (default results)

An earlier result of the same experiment is replaced. If some runs fail, the report is drawn all the same, and the exit
code is 1. The output of every step is kept in build/quickstart.log.
END
}

experiment=experiments/four_rooms.yaml
out=results
ranks=$(smaller 2 "$(cores)")
venv=analysis/.venv

run_experiment() {
  mpi "$ranks" build/release/throng run "$experiment" --out "$out" --rerun all
}

# The folder of the experiment, or of its run if it has no other; none if throng could write no results.
results_folder() { sed -n 's/.*; results in //p' "$log" | tail -n 1; }

# Exit code 1 of either says that something is wrong in the results; both are written.
draw_report() {
  local results status=0
  results=$(results_folder)
  if [[ -f $results/plan.csv ]]; then "$venv/bin/throng-analysis" table "$results" || status=$?; fi
  "$venv/bin/throng-analysis" report "$results" || status=$?
  return "$status"
}

show_result() {
  local results
  results=$(results_folder)
  printf '\nDone in %d s.' "$SECONDS"
  say_where_paths_start
  printf '\n'
  printf '  Result    %s\n' "$(sed -n '/report\.html ([0-9]* figures)$/{n;s/^[^:]*: //p}' "$log" | tail -n 1)"
  printf '  Report    %s (one page, open it in a browser)\n' "$results/report/report.html"
  if [[ -d $results/report/figures ]]; then
    printf '  Figures   %s (%d PNG files)\n' "$results/report/figures" \
      "$(find "$results/report/figures" -name '*.png' | wc -l)"
  fi
  if [[ -f $results/plan.csv ]]; then
    printf '  Table     %s (and table.parquet: all runs, a row each)\n' "$results/table/table.csv"
    printf '  Records   %s (a folder for each run: run.json, metrics.csv, fields.h5)\n\n' "$results"
  else
    printf '  Record    %s (run.json, metrics.csv, fields.h5)\n\n' "$results"
  fi
  say_what_next "$results"
}

# Whether throng would take the experiment with these arguments.
takes() { build/release/throng plan "$experiment" --out "$out" "$@" >/dev/null 2>&1; }

# What to type next. It is tried with `throng plan` before it is said, for not every game has a size.
say_what_next() {
  local results=$1 name change other=""
  if [[ -f $results/plan.csv ]]; then
    name=$(basename "$results")
    change=$(more_seeds "$results")
    if [[ -n $change ]] && takes --set "$change"; then other=$results; fi
  else
    name=$(basename "$(dirname "$results")")-2
    for change in "$(larger_size "$results")" seed=2; do
      if [[ -n $change ]] && takes --set "$change" --set "name=$name"; then
        change+=" --set name=$name" other=$out/$name
        break
      fi
    done
  fi
  printf 'Next: change %s, or try\n' "$experiment"
  if [[ -f $results/plan.csv ]]; then printf '  %s/bin/throng-analysis compare %s\n' "$venv" "$results"; fi
  if [[ -z $other ]]; then return; fi
  if [[ $(id -u) -eq 0 ]]; then printf '  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n'; fi
  printf '  mpirun -n %s build/release/throng run %s --set %s --out %s\n' "$ranks" "$experiment" "$change" "$out"
  printf '  %s/bin/throng-analysis report %s\n' "$venv" "$other"
}

# Five seeds more, if the experiment has several.
more_seeds() {
  "$venv/bin/python" - "$1/table/table.csv" <<'END'
import csv, sys
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    count = len({row["seed"] for row in csv.DictReader(file)} - {""})
print(f"seeds.count={count + 5}" if count > 1 else "")
END
}

# A larger game, if it has a size.
larger_size() {
  "$venv/bin/python" - "$1/run.json" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    size = json.load(file).get("parameters", {}).get("game", {}).get("size")
print(f"game.size={size + 4}" if isinstance(size, int) else "")
END
}

main() {
  local runs
  while [[ $# -gt 0 ]]; do
    case $1 in
      --ranks)
        ranks=${2:?--ranks needs a number}
        shift
        ;;
      --out)
        out=$(from_caller "${2:?--out needs a folder}")
        shift
        ;;
      --help | -h)
        usage
        return
        ;;
      -*)
        echo "quickstart.sh: unknown option '$1'; see --help" >&2
        return 2
        ;;
      *) experiment=$(from_caller "$1") ;;
    esac
    shift
  done
  if [[ ! -f $experiment ]]; then
    echo "quickstart.sh: no experiment file '$experiment'" >&2
    return 2
  fi
  begin_steps 5 build/quickstart.log
  prepare_mpi
  run_step "Look for the dependencies" bash jobs/dependencies.sh
  run_step "Build throng" build_program
  # Where some runs have failed, the others are drawn all the same.
  partly=1 run_step "Run $(basename "$experiment") on $ranks rank(s)" run_experiment
  runs=$step_status
  if [[ -z $(results_folder) ]]; then exit "$runs"; fi
  run_step "Prepare the Python environment" prepare_analysis
  partly=1 run_step "Draw the report" draw_report
  show_result
  if [[ $runs -ne 0 ]]; then
    printf '\nNot every run has ended well. The report says which has not, and why.\n' >&2
    exit "$runs"
  fi
}

main "$@"
