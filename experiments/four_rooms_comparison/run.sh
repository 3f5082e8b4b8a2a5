#!/usr/bin/env bash
# MF-TRPO, fictitious play and online mirror descent on four rooms, in one figure. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobs/common.sh"

usage() {
  cat <<'END'
Usage: bash experiments/four_rooms_comparison/run.sh [--ranks N] [--out DIR]

Runs the three algorithms of comparison.yaml under mpirun, one after another, and draws them side by side:
exploitability, quality, mean-field delta and mu-pi delta, against the outer iteration and against seconds. Installs
what is missing (where that is allowed) and builds throng first.

  --ranks N  MPI ranks of each run (default 2, or 1 on a machine with one core)
  --out DIR  where results go (default results)

Earlier results of the same settings are replaced. Results of other settings stay, and are curves of their own: another
DIR begins afresh. The output of every step is kept in build/four_rooms_comparison.log.
END
}

out=results
ranks=$(smaller 2 "$(cores)")

# Each run has all ranks, so that seconds compare.
run_solvers() {
  mpi "$ranks" build/release/throng run experiments/four_rooms_comparison/comparison.yaml --out "$out" --rerun all \
    --set "resources.ranks_per_run=$ranks"
}

# With exit code 1 the figures are there, and what else is wrong below the folder is said with the result.
draw_panels() {
  analysis/.venv/bin/throng-analysis panels "$results" || [[ $? -eq 1 ]]
}

show_result() {
  printf '\nDone in %d s.' "$SECONDS"
  say_where_paths_start
  printf '\n'
  printf '  Picture  %s/panels/panels_iteration.png\n' "$results"
  printf '           %s/panels/panels_seconds.png\n' "$results"
  printf '  Records  %s\n\n' "$results"
  sed -n '/^=== Draw the panels/,$p' "$log" | grep -v -e '^===' -e '\.png$'
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
      *)
        echo "run.sh: unknown argument '$1'; see --help" >&2
        return 2
        ;;
    esac
    shift
  done
  results=$out/four-rooms-comparison
  begin_steps 5 build/four_rooms_comparison.log
  prepare_mpi
  run_step "Look for the dependencies" bash jobs/dependencies.sh
  run_step "Build throng" build_program
  run_step "Run comparison.yaml on $ranks rank(s)" run_solvers
  run_step "Prepare the Python environment" prepare_analysis
  run_step "Draw the panels" draw_panels
  show_result
}

main "$@"
