#!/usr/bin/env bash
# From a fresh clone to the first result. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'END'
Usage: bash jobs/quickstart.sh [--ranks N] [--out DIR] [EXPERIMENT.yaml]

Installs what is missing (where that is allowed), builds throng, runs an experiment under mpirun and draws a report.

  EXPERIMENT.yaml  the experiment file (default experiments/four_rooms.yaml)
  --ranks N        MPI ranks (default 2, or 1 on a machine with one core)
  --out DIR        where results go (default results)

An earlier result of the same experiment is replaced. The output of every step is kept in build/quickstart.log.
END
}

experiment=experiments/four_rooms.yaml
out=results
ranks=$(smaller 2 "$(cores)")
venv=analysis/.venv

run_experiment() {
  mpi "$ranks" build/release/throng run "$experiment" --out "$out" --rerun all
}

# The run that was finished last: its folder holds the youngest run.json.
newest_run() {
  find "$out" -name run.json -not -path '*.running/*' -printf '%T@ %h\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

draw_report() {
  "$venv/bin/throng-analysis" report "$(newest_run)"
}

show_result() {
  local run report figures
  run=$(newest_run)
  report=$(find "$run" -name report.html)
  figures=$(dirname "$report")/figures
  printf '\nDone in %d s.' "$SECONDS"
  say_where_paths_start
  printf '\n'
  printf '  Report    %s (one page, open it in a browser)\n' "$report"
  printf '  Pictures  %s (%d PNG files)\n' "$figures" "$(find "$figures" -name '*.png' | wc -l)"
  printf '  Record    %s (run.json, metrics.csv, fields.h5)\n\n' "$run"
  printf 'Next: change %s, or try\n' "$experiment"
  if [[ $(id -u) -eq 0 ]]; then printf '  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n'; fi
  printf '  mpirun -n %s build/release/throng run %s --set game.size=15 --out %s\n' "$ranks" "$experiment" "$out"
  printf '  %s/bin/throng-analysis report %s\n' "$venv" "$out"
}

main() {
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
  run_step "Run $(basename "$experiment") on $ranks rank(s)" run_experiment
  run_step "Prepare the Python environment" prepare_analysis
  run_step "Draw the report" draw_report
  show_result
}

main "$@"
