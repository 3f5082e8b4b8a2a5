# shellcheck shell=bash
# Sourced by the job scripts, after `set -euo pipefail`, as jobs/slurm.sh: SLURM runs a copy of the script from a folder
# of its own, but in the folder where sbatch was called (or that of --chdir).

# How often SLURM may start a job again, after its time was up or a node failed.
restarts=${restarts:-20}
# A program that dies is started again by SLURM only if it has lived for so many seconds. What dies at once dies always.
patience=${patience:-600}

: "${SLURM_JOB_ID:?this is a job script: start it with sbatch}"

# The libraries behind PETSc shall not start threads beside the ranks.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

say() { printf '%s  %s\n' "$(date '+%F %T')" "$*"; }

# stop <exit code> <text ...>: the end of the job.
stop() {
  local status=$1
  shift
  say "$*"
  exit "$status"
}

# Either signal becomes USR1 for the program, which then stops with a checkpoint of every run. USR1 is sent by SLURM
# before the time is up (--signal). TERM means that somebody wants this job to end; nothing starts it again then.
# Where the program is gone already, bash does not know its exit code any more.
pid="" asked="" signals=0 lost=false
forward() {
  signals=$((signals + 1))
  if [[ $asked != TERM ]]; then asked=$1; fi
  if [[ -n $pid ]] && ! kill -USR1 "$pid" 2>/dev/null; then lost=true; fi
}
trap 'forward USR1' USR1
trap 'forward TERM' TERM

# Run a command to its end and put its exit code into `status`. A trap interrupts `wait`, not the command.
run_program() {
  local seen
  "$@" &
  pid=$!
  if [[ -n $asked ]]; then kill -USR1 "$pid"; fi
  while
    seen=$signals
    status=0
    wait "$pid" || status=$?
    ((signals > seen))
  do :; done
  pid=""
}

# start_again <why>: the end of this script, and its beginning once more in a later allocation. A task of an array goes
# back alone. The last one has the number of the whole array, so the number alone would start all of them again.
start_again() {
  local before=${SLURM_RESTART_COUNT:-0} job=$SLURM_JOB_ID
  if [[ -n ${SLURM_ARRAY_JOB_ID:-} ]]; then job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID; fi
  if ((before >= restarts)); then stop 75 "$1 SLURM has started the job again $before times, and that was the last."; fi
  say "$1 The job goes back to the queue (start again number $((before + 1)) of at most $restarts)."
  scontrol requeue "$job" || stop 75 "SLURM does not take it back: submit it again. Complete runs are skipped."
  exit 75
}

# run_until_done <command ...>: start `throng run` and act on how it ended.
run_until_done() {
  local begin=$SECONDS status
  run_program "$@"
  local died="The program died (exit code $status) after $((SECONDS - begin)) s."
  if [[ $asked == TERM ]]; then
    stop 143 "Ended by TERM. Unless SLURM starts it again, submit it again to go on from the last checkpoints."
  fi
  if $lost; then start_again "The program ended just when it was asked to."; fi
  case $status in
    0) stop 0 "All runs are complete." ;;
    1) stop 1 "Exit code 1: some runs failed (--rerun failed does them again), or they could not be started." ;;
    2) stop 2 "Exit code 2: bad input, and nothing was written." ;;
    75) start_again "Stopped with checkpoints." ;;
  esac
  if [[ $asked == USR1 ]] || ((SECONDS - begin >= patience)); then start_again "$died"; fi
  stop "$status" "$died That is too soon to try again."
}

# Prints "i/n" for --shard, from the number of the array's task.
shard_of_array() {
  local first=${SLURM_ARRAY_TASK_MIN:?start this as an array of jobs} n=$SLURM_ARRAY_TASK_COUNT
  if ((first != 0 || SLURM_ARRAY_TASK_MAX != n - 1)); then
    stop 2 "The array must be 0-N without gaps. Submit all of it again: complete runs are skipped." >&2
  fi
  echo "$SLURM_ARRAY_TASK_ID/$n"
}
