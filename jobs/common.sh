# shellcheck shell=bash
# Sourced by the scripts of jobs/ and tests/, after `set -euo pipefail`. It moves to the root of the checkout.

caller=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

# A path that the user gave, which is relative to where the script was called.
from_caller() { (cd "$caller" && realpath -m --relative-base="$root" -- "$1"); }

# How many cores this process may use. nproc would take OMP_NUM_THREADS for that number.
cores() { env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc; }

smaller() { echo $(($1 < $2 ? $1 : $2)); }

# mpirun refuses to work for root unless it is told twice. A rank that waits lets others have its core. The libraries
# behind PETSc shall not start threads beside the ranks.
prepare_mpi() {
  if [[ $(id -u) -eq 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
}

# mpi <ranks> <program> [arguments]: the ranks are not bound to cores, so two such runs do not meet on core 0.
mpi() { mpirun --oversubscribe --bind-to none -n "$@" </dev/null; }

# The first Python that can make a virtual environment; PYTHON=/path/to/python3 names another one.
find_python() {
  local python
  for python in ${PYTHON:-python3 /usr/bin/python3}; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

# prepare_analysis [extra]: the analysis package, editable, in analysis/.venv. It is installed again only when its
# pyproject.toml has changed or an extra is asked for that is not there yet.
prepare_analysis() {
  local extra=${1:-} venv=analysis/.venv python state
  state="$root ${extra:-plain} $(cksum <analysis/pyproject.toml)"
  if [[ -f $venv/state ]] && grep -qxF "$state" "$venv/state"; then return; fi
  python=$(find_python) || {
    echo "No Python 3.11 or later with the modules venv and ensurepip was found; PYTHON=... names one." >&2
    return 1
  }
  # A virtual environment holds absolute paths: one that came from elsewhere or lost its Python is made anew.
  if [[ $("$venv/bin/python" -c 'import sys; print(sys.prefix)' 2>/dev/null) != "$root/$venv" ]]; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
  fi
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e "analysis${extra:+[$extra]}"
  echo "$state" >>"$venv/state"
}

# build <preset> [configure arguments]: configure and build, in parallel.
build() {
  local preset=$1
  shift
  cmake --preset "$preset" "$@"
  cmake --build --preset "$preset" -j "$(cores)"
}

# cached <option>: its value in an earlier configuration of the build; OFF without one.
cached() {
  local value
  value=$(sed -n "s/^$1:[A-Z]*=//p" build/release/CMakeCache.txt 2>/dev/null) || true
  echo "${value:-OFF}"
}

# The program alone. Tests and measurements, which need more software and time, are left out unless they have been asked
# for before.
build_program() {
  cmake --preset release "-DTHRONG_TESTS=$(cached THRONG_TESTS)" "-DTHRONG_BENCH=$(cached THRONG_BENCH)"
  cmake --build --preset release --target throng -j "$(cores)"
}

# begin_steps <number of steps> <log>: for scripts that consist of steps.
begin_steps() {
  steps=$1 log=$2 step=0
  mkdir -p "$(dirname "$log")"
  date >"$log"
}

# run_step <title> <function> [arguments]: output goes to the log. A failure shows the log's tail and ends the script;
# after `partly=<exit code>` the script goes on if it is that one. The exit code is then in `step_status`.
run_step() {
  local title=$1 begin=$SECONDS first_line status ends=failed
  shift
  step=$((step + 1))
  printf '[%d/%d] %-34s ' "$step" "$steps" "$title"
  printf '\n=== %s\n' "$title" >>"$log"
  first_line=$(wc -l <"$log")
  set +e
  (
    set -e
    "$@"
  ) >>"$log" 2>&1 </dev/null
  status=$?
  set -e
  # shellcheck disable=SC2034 # for the caller
  step_status=$status
  if [[ $status -ne 0 ]]; then
    if [[ $status == "${partly:-}" ]]; then ends="exit code $status"; fi
    printf '%s after %d s\n\n' "$ends" $((SECONDS - begin))
    tail -n +$((first_line + 1)) "$log" | tail -n 30 >&2
    if [[ $ends != failed ]]; then
      printf '\n'
      return
    fi
    printf '\nThe step "%s" failed (exit code %d). The whole log is in %s.' "$title" "$status" "$log" >&2
    say_where_paths_start >&2
    exit "$status"
  fi
  printf '%4d s\n' $((SECONDS - begin))
}

say_where_paths_start() {
  if [[ $caller != "$root" ]]; then printf ' Paths start at %s.' "$root"; fi
  printf '\n'
}
