#!/usr/bin/env bash
# Makes sure that everything throng stands on is installed. See --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'END'
Usage: bash jobs/dependencies.sh [--tests] [--checks] [--no-install]

Looks for the compiler, Open MPI, PETSc, SLEPc, libyaml, zlib, HDF5, Random123 and Python that throng needs. What is missing
is installed with apt-get on Debian and Ubuntu, by root or with a sudo that asks no password. Otherwise the script
says what is missing and what an administrator would type, and exits with 2.

  --tests       also what the tests need (cmocka); SLURM and munge only where they can be installed, for without them
                the tests under SLURM are skipped
  --checks      also what the further checks need (clang, clang-format 14, valgrind, shellcheck)
  --no-install  only look

PETSC_DIR, PETSC_ARCH, SLEPC_DIR, PKG_CONFIG_PATH, CPATH and PYTHON are respected: libraries from elsewhere count.
END
}

# <Debian package> | <how it is recognised>. The library modules are those that CMakeLists.txt asks for.
needed=(
  "build-essential   | program cc"
  "build-essential   | program make"
  "cmake             | cmake 3.25"
  "pkg-config        | program pkg-config"
  "libopenmpi-dev    | program mpicc"
  "openmpi-bin       | program mpirun"
  "petsc-dev         | module petsc>=3.18 PETSc>=3.18"
  "slepc-dev         | module slepc>=3.18 SLEPc>=3.18"
  "libyaml-dev       | module yaml-0.1"
  "zlib1g-dev        | module zlib"
  "libhdf5-openmpi-dev | module hdf5-openmpi hdf5"
  "librandom123-dev  | header Random123/philox.h"
  "python3-venv      | python"
)
needed_for_tests=(
  "libcmocka-dev     | module cmocka"
)
# Without these, tests are skipped.
useful_for_tests=(
  "slurm-wlm         | daemon slurmctld"
  "slurm-wlm         | daemon slurmd"
  "munge             | daemon munged"
)
needed_for_checks=(
  "clang             | program clang"
  "clang-format-14   | clang_format 14"
  "valgrind          | program valgrind"
  "libc6-dbg         | debug_symbols libc6-dbg"
  "shellcheck        | program shellcheck"
)

has_program() { command -v "$1" >/dev/null; }

# Users often do not have the folders of the daemons in their PATH.
has_daemon() { PATH=$PATH:/usr/sbin:/sbin has_program "$1"; }

# Only Debian and Ubuntu keep debug symbols in packages of their own.
has_debug_symbols() {
  ! has_program dpkg-query || [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

has_cmake() {
  local version
  version=$(cmake --version 2>/dev/null | sed -n 's/^cmake version //p')
  [[ -n $version ]] && printf '%s\n' "$1" "$version" | sort -C -V
}

has_clang_format() {
  has_program "clang-format-$1" || clang-format --version 2>/dev/null | grep -q "version $1\."
}

# has_module <module> [other name of the same]
has_module() {
  local module
  for module in "$@"; do
    if pkg-config --exists "${module/>=/ >= }" 2>/dev/null; then return; fi
  done
  return 1
}

has_header() {
  local folder include=()
  for folder in "${PETSC_DIR:-}/${PETSC_ARCH:-}" "${PETSC_DIR:-}"; do
    if [[ -d $folder/include && $folder != / ]]; then include+=(-I "$folder/include"); fi
  done
  printf '#include <%s>\n' "$1" | cc -E -x c "${include[@]}" - >/dev/null 2>&1
}

has_python() { find_python >/dev/null; }

# Prints the packages of the given table rows that are not recognised, each once.
missing_of() {
  local row package probe
  for row in "$@"; do
    package=${row%% *}
    probe=${row#*| }
    # The words of the probe are the name of a function and its arguments.
    # shellcheck disable=SC2086
    if ! has_$probe; then echo "$package"; fi
  done | awk '!seen[$0]++'
}

# PETSc's own pkg-config files stand in its own folders.
extend_pkg_config_path() {
  local folder
  for folder in "${SLEPC_DIR:-}/${PETSC_ARCH:-}" "${SLEPC_DIR:-}" "${PETSC_DIR:-}/${PETSC_ARCH:-}" "${PETSC_DIR:-}"; do
    if [[ $folder != / && -d $folder/lib/pkgconfig ]]; then
      PKG_CONFIG_PATH=$folder/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    fi
  done
  export PKG_CONFIG_PATH=${PKG_CONFIG_PATH:-}
}

# Prints the words that go before apt-get; fails where packages cannot be installed without asking anybody.
administrator() {
  has_program apt-get || return 1
  if [[ $(id -u) -eq 0 ]]; then
    echo env
  elif has_program sudo && sudo -n true 2>/dev/null; then
    echo sudo -n env
  else
    return 1
  fi
}

install_packages() {
  local as=()
  read -ra as <<<"$(administrator)"
  echo "Installing: $*"
  "${as[@]}" DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null
  "${as[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" </dev/null
}

explain() {
  cat >&2 <<END
throng needs software that is not installed here. The missing parts, as Debian packages:

$(printf '    %s\n' "$@")

An administrator of a Debian or Ubuntu machine would type:

    apt-get update && apt-get install --no-install-recommends $*

Without an administrator, or on another system, read "Install on a cluster without apt" in README.md.
Libraries outside the system folders are found through PETSC_DIR and PETSC_ARCH, PKG_CONFIG_PATH and CPATH.
END
}

main() {
  local rows=("${needed[@]}") useful=() may_install=true missing
  while [[ $# -gt 0 ]]; do
    case $1 in
      --tests)
        rows+=("${needed_for_tests[@]}")
        useful=("${useful_for_tests[@]}")
        ;;
      --checks) rows+=("${needed_for_checks[@]}") ;;
      --no-install) may_install=false ;;
      --help | -h)
        usage
        return
        ;;
      *)
        echo "dependencies.sh: unknown argument '$1'; see --help" >&2
        return 2
        ;;
    esac
    shift
  done
  extend_pkg_config_path
  if $may_install && administrator >/dev/null; then
    rows+=("${useful[@]}")
    useful=()
  else
    may_install=false
  fi
  mapfile -t missing < <(missing_of "${rows[@]}")
  if [[ ${#missing[@]} -gt 0 ]] && $may_install; then
    install_packages "${missing[@]}"
    hash -r
    mapfile -t missing < <(missing_of "${rows[@]}")
  fi
  if [[ ${#missing[@]} -gt 0 ]]; then
    explain "${missing[@]}"
    return 2
  fi
  echo "Everything that throng needs is installed."
  mapfile -t missing < <(missing_of "${useful[@]}")
  if [[ ${#missing[@]} -gt 0 ]]; then echo "Not installed, so their tests are skipped: ${missing[*]}"; fi
}

main "$@"
