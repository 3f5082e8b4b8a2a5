#!/usr/bin/env bash
# The tests and the further checks. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

usage() {
  cat <<'END'
Usage: bash tests/run.sh [--all] [--jobs N] [--label LABEL] [PART | LABEL ...]

Without arguments: the parts build, ctest and analysis. All parts run before the verdict; the exit code is 1 if any
of them fails, and 2 if software is missing that cannot be installed from here.

  build       the release build, warnings are errors
  ctest       every test that CMake knows (implies build)
  analysis    pytest and ruff for the Python package

--all adds the further checks, which want more software (jobs/dependencies.sh --checks):

  format      clang-format 14 would change nothing
  scripts     bash -n and shellcheck over all shell scripts
  clang       a build with clang, warnings are errors
  sanitizers  the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
  valgrind    no errors and no definite leaks in our code (implies build)
  quickstart  jobs/quickstart.sh, then experiments/four_rooms_comparison/run.sh, in an empty copy of the tracked files

A word that is not a part is a CTest label: `bash tests/run.sh unit` builds and runs the unit tests only.

  --label LABEL  the same, and may be a regular expression
  --jobs N       cores to use (default: all)
END
}

default_parts=(build ctest analysis)
further_parts=(format scripts clang sanitizers valgrind quickstart)
# In this order: what is quick to fail comes first, and the test runners come last. A test under SLURM draws a report
# with the environment that the part analysis makes.
order=(build format scripts clang valgrind sanitizers quickstart analysis ctest)
labels=""
jobs=$(cores)

# The files of the project, each ended by a zero byte. The checkout may belong to somebody else.
tracked() { git -c safe.directory='*' ls-files -z "$@"; }

part_build() {
  cmake --preset release -DTHRONG_TESTS=ON -DTHRONG_BENCH=ON -DTHRONG_WARNINGS_AS_ERRORS=ON
  cmake --build --preset release -j "$jobs"
}

# ctest_of <preset> <label expression>
ctest_of() {
  ctest --preset "$1" -j "$jobs" --no-tests=error --output-junit "$root/build/$1/ctest.xml" ${2:+-L "$2"}
}

part_ctest() { ctest_of release "$labels"; }

part_analysis() {
  local failed=0
  prepare_analysis dev
  (cd analysis && .venv/bin/python -m pytest) || failed=1
  (cd analysis && .venv/bin/ruff check . && .venv/bin/ruff format --check .) || failed=1
  return $failed
}

part_format() {
  local tool=clang-format-14
  if ! command -v $tool >/dev/null; then tool=clang-format; fi
  $tool --version | grep 'version 14\.'
  tracked '*.c' '*.h' | xargs -0 $tool --dry-run --Werror
}

part_scripts() {
  local scripts script
  mapfile -d '' scripts < <(tracked '*.sh' '*.sbatch' .ci/run)
  for script in "${scripts[@]}"; do bash -n "$script"; done
  shellcheck -x -P SCRIPTDIR "${scripts[@]}"
  echo "${#scripts[@]} scripts checked"
}

part_clang() {
  cmake --preset clang
  cmake --build --preset clang -j "$jobs"
}

part_sanitizers() {
  cmake --preset asan
  cmake --build --preset asan -j "$jobs"
  ctest_of asan '^unit$'
}

part_valgrind() { bash tests/valgrind.sh build/release; }

# One of its two settings fails: there is a report of both all the same, and the exit code is that of the runs.
quickstart_of_a_sweep() {
  local folder=$1 status=0 output
  cat >"$folder/build/two.yaml" <<'END'
name: two
game: {type: four_rooms, size: 7}
solver: {type: mf_trpo, initial_policy: random, outer_iterations: 5}
sweep: {game.crowd_aversion: [1, 1.0e+300]}
seeds: {count: 2}
END
  output=$(bash "$folder/jobs/quickstart.sh" "$folder/build/two.yaml" 2>&1) || status=$?
  printf '%s\n' "$output"
  [[ $status -eq 1 && $output == *"Not every run has ended well"* ]] &&
    [[ $output == *"results/two/report/report.html"* && $output == *"results/two/table/table.csv"* ]] &&
    [[ $output == *"Result    of 2 settings "* && $output == *" --set seeds.count=7 "* ]] &&
    grep -q runs-0 "$folder/results/two/report/report.html" &&
    [[ $(wc -l <"$folder/results/two/table/table.csv") -eq 5 ]]
}

part_quickstart() {
  local folder status=0
  folder=$(mktemp -d)
  tracked | tar --create --null --files-from=- | tar --extract --directory "$folder"
  bash "$folder/jobs/quickstart.sh" && find "$folder/results" -name report.html | grep -q . || status=1
  quickstart_of_a_sweep "$folder" || status=1
  bash "$folder/experiments/four_rooms_comparison/run.sh" --ranks 1 || status=1
  find "$folder/results" -name panels_iteration.png | grep -q . || status=1
  rm -rf "$folder"
  return $status
}

declare -A verdict seconds

needs_build() { [[ $1 == ctest || $1 == valgrind ]]; }

run_part() {
  local part=$1 begin=$SECONDS status
  if needs_build "$part" && [[ ${verdict[build]} != passed ]]; then
    verdict[$part]="not run"
    seconds[$part]=0
    return
  fi
  printf '\n=== %s\n' "$part"
  set +e
  (
    set -e
    "part_$part"
  )
  status=$?
  set -e
  seconds[$part]=$((SECONDS - begin))
  if [[ $status -eq 0 ]]; then verdict[$part]=passed; else verdict[$part]=FAILED; fi
}

# conclude <part ...>
conclude() {
  local part failed=() preset
  printf '\n=== summary\n'
  for preset in release asan; do
    if [[ -f build/$preset/ctest.xml && build/$preset/ctest.xml -nt build/.tests_begin ]]; then
      printf 'Seconds per test label (%s build):\n' "$preset"
      "$(find_python)" tests/seconds_per_label.py "build/$preset" || true
    fi
  done
  printf 'Seconds per part:\n'
  for part in "$@"; do
    printf '  %-12s %5d s     %s\n' "$part" "${seconds[$part]}" "${verdict[$part]}"
    if [[ ${verdict[$part]} != passed ]]; then failed+=("$part"); fi
  done
  if [[ ${#failed[@]} -gt 0 ]]; then
    printf 'FAILED: %s (%d s in all)\n' "${failed[*]}" "$SECONDS"
    return 1
  fi
  printf 'All %d parts passed in %d s.\n' $# "$SECONDS"
}

is_one_of() {
  local word=$1
  shift
  [[ " $* " == *" $word "* ]]
}

add_label() { labels=${labels:+$labels|}$1; }

main() {
  local asked=() parts=() checks=() part
  while [[ $# -gt 0 ]]; do
    case $1 in
      --all) asked+=("${default_parts[@]}" "${further_parts[@]}") ;;
      --jobs | -j)
        jobs=${2:?--jobs needs a number}
        shift
        ;;
      --label)
        add_label "${2:?--label needs a label}"
        shift
        ;;
      --help | -h)
        usage
        return
        ;;
      -*)
        echo "run.sh: unknown option '$1'; see --help" >&2
        return 2
        ;;
      *) if is_one_of "$1" "${order[@]}"; then asked+=("$1"); else add_label "^$1\$"; fi ;;
    esac
    shift
  done
  if [[ -n $labels ]]; then asked+=(ctest); fi
  if [[ ${#asked[@]} -eq 0 ]]; then asked=("${default_parts[@]}"); fi
  if is_one_of ctest "${asked[@]}" || is_one_of valgrind "${asked[@]}"; then asked+=(build); fi
  for part in "${order[@]}"; do
    if ! is_one_of "$part" "${asked[@]}"; then continue; fi
    parts+=("$part")
    if is_one_of "$part" "${further_parts[@]}"; then checks=(--checks); fi
  done
  exec </dev/null
  prepare_mpi
  bash jobs/dependencies.sh --tests "${checks[@]}" || return 2
  mkdir -p build
  touch build/.tests_begin
  for part in "${parts[@]}"; do run_part "$part"; done
  conclude "${parts[@]}"
}

main "$@"
