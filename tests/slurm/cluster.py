"""A SLURM cluster of this machine alone: munged, slurmctld and two slurmd, in a folder of their own.

`with Cluster() as cluster:` starts it and removes it, as root or as an ordinary user. `python3 tests/slurm/cluster.py
-- COMMAND ...` runs a command inside it (--help). The daemons belong to a supervisor, which is this file started with
--supervise. It ends them when its standard input does, and that is when the
block is left, or when the process that started it is gone for whatever reason. What daemons and jobs leave behind comes
to the supervisor, for it is the subreaper of all of them. So it can end that by its process id, and removes the folder.
"""

import ctypes
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

DAEMONS = ("munged", "mungekey", "slurmctld", "slurmd")
CLIENTS = ("sbatch", "scancel", "scontrol", "sinfo", "squeue")
PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
PR_SET_CHILD_SUBREAPER = 36

# cred_expire is how long SLURM waits before it starts a job again; less than 5 s is not allowed. Both nodes have the
# processors of this machine, and the memory that a job script may ask for.
CONFIGURATION = """\
ClusterName=throngtest
SlurmctldHost=localhost
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={ports[0]}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/log/jobs
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=1
KillWait=5
MpiDefault=none
MailProg=/bin/true
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
TmpFS={folder}/tmp/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/slurmd.%n
NodeName=n1 NodeHostname=localhost Port={ports[1]} CPUs=2 RealMemory=1000000 State=UNKNOWN
NodeName=n2 NodeHostname=localhost Port={ports[2]} CPUs=2 RealMemory=1000000 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """The programs without which there is no cluster."""
    return [name for name in DAEMONS + CLIENTS if not shutil.which(name, path=PATH)]


def wait_for(condition, what, seconds=60):
    """Poll until `condition()` gives something, and return that."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"in {seconds} s not seen: {what}")
        time.sleep(0.05)


def main():
    """Run the tests of a file, or say why they cannot be run, with the exit code that CTest counts as skipped."""
    if missing():
        print(f"SKIPPED: no {', '.join(missing())} here; bash jobs/dependencies.sh --tests installs them where it may")
        sys.exit(77)
    unittest.main(verbosity=2)


class Cluster:
    def __enter__(self):
        self.supervisor = subprocess.Popen([sys.executable, "-B", __file__, "--supervise"], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.folder = None
        try:
            answer = json.loads(self.supervisor.stdout.readline() or "{}")
            if "folder" not in answer:
                raise RuntimeError(answer.get("problem", "the supervisor of the cluster died"))
        except BaseException:
            self.__exit__()
            raise
        self.folder = pathlib.Path(answer["folder"])
        # Both nodes are this machine, which Open MPI's shared memory between ranks of one node does not expect.
        self.environment = os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": PATH,
                                         "TMPDIR": str(self.folder / "tmp"), "OMPI_MCA_btl": "self,tcp",
                                         "OMPI_MCA_btl_tcp_if_include": "lo"}
        return self

    def __exit__(self, *_):
        self.supervisor.stdin.close()
        self.supervisor.wait()
        self.supervisor.stdout.close()

    def command(self, *words, **options):
        """Run a SLURM command and return what it prints."""
        done = subprocess.run([str(w) for w in words], env=self.environment, capture_output=True, text=True, timeout=60,
                              check=False, **options)
        if done.returncode:
            raise RuntimeError(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def job(self, number):
        """What `scontrol show job` says, by key; values with blanks in them are cut."""
        words = self.command("scontrol", "--oneliner", "show", "job", number).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def logs(self):
        """The last lines of the logs, for the message of a test that fails."""
        return "\n".join(f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-20:])
                         for path in sorted((self.folder / "log").iterdir()) if path.suffix != ".output")


HELP = """\
usage: python3 tests/slurm/cluster.py -- COMMAND ...

Starts a SLURM cluster of two nodes of two processors each on this machine, runs COMMAND with it, and removes the
cluster when the command ends, with the jobs that are still there. The exit code is that of the command.

  sbatch --wait     waits for the job; sbatch alone would not, and the cluster would be gone
  bash              a shell in which sbatch, squeue, scontrol and scancel know the cluster

Try a job script that you have edited, from the root of the checkout:

  python3 tests/slurm/cluster.py -- sbatch --wait --partition=test --ntasks=2 my_sweep.sbatch

These options win over those in the script. As root, first: export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
"""


def run_command(words):
    """Run a command inside a cluster of its own; its exit code."""
    if missing():
        print(f"no {', '.join(missing())} here; bash jobs/dependencies.sh --tests installs them where it may",
              file=sys.stderr)
        return 2
    try:
        with Cluster() as cluster:
            return subprocess.run(words, env=cluster.environment, check=False).returncode
    except (OSError, RuntimeError) as problem:
        print(f"{' '.join(words)}: {problem}", file=sys.stderr)
        return 2


def by_hand(words):
    """Act on the arguments of this file; the exit code."""
    if words == ["--supervise"]:
        return supervise()
    if words in (["--help"], ["-h"]):
        print(HELP, end="")
        return 0
    if words[:1] != ["--"] or len(words) < 2:
        print(f"{HELP}\nexpected: -- COMMAND ...", file=sys.stderr)
        return 2
    return run_command(words[1:])


# From here on: the supervisor.

def descendants():
    """The ids of all processes below this one; a zombie counts as gone."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = pathlib.Path("/proc", entry, "stat").read_text(errors="replace")
            except OSError:
                continue
            state, parent = text.rpartition(")")[2].split()[:2]
            children.setdefault(int(parent), []).append((int(entry), state))
    found, todo = [], [os.getpid()]
    while todo:
        for pid, state in children.get(todo.pop(), []):
            todo.append(pid)
            if state not in "ZX":
                found.append(pid)
    return found


def end_all():
    """KILL all descendants until there are none; nothing of theirs is kept."""
    while pids := descendants():
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(folder):
    """Start the daemons and wait until both nodes are idle. They stay in the foreground, so they are our children."""
    for name in ("munge", "log", "state", "spool/n1", "spool/n2", "tmp/n1", "tmp/n2"):
        (folder / name).mkdir(parents=True)
    (folder / "munge").chmod(0o711)
    folder.chmod(0o755)
    configuration = folder / "slurm.conf"
    user = pwd.getpwuid(os.getuid()).pw_name
    configuration.write_text(CONFIGURATION.format(folder=folder, user=user, ports=free_ports(3)))
    os.environ |= {"SLURM_CONF": str(configuration), "PATH": PATH}
    munge = {name: folder / "munge" / name for name in ("key", "socket", "pid", "log", "seed")}
    subprocess.run(["mungekey", "-c", "-k", munge["key"]], check=True)
    processes = {}
    for command in (["munged", "-F", "--num-threads=2", f"--key-file={munge['key']}", f"--socket={munge['socket']}",
                     f"--pid-file={munge['pid']}", f"--log-file={munge['log']}", f"--seed-file={munge['seed']}"],
                    ["slurmctld", "-D"], ["slurmd", "-D", "-N", "n1"], ["slurmd", "-D", "-N", "n2"]):
        name = "-".join(command[::3]) if command[0] == "slurmd" else command[0]
        with open(folder / "log" / f"{name}.output", "wb") as output:
            processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        if command[0] == "munged":
            wait_for(munge["socket"].exists, "the socket of munged", 20)

    def ready():
        for name, process in processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}")
        command = ["sinfo", "-h", "-N", "-t", "idle", "-o", "%N"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split() == ["n1", "n2"]

    wait_for(ready, "two idle nodes", 30)


def supervise():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="throng-slurm-"))
    try:
        try:
            start(folder)
            print(json.dumps({"folder": str(folder)}), flush=True)
        except Exception as problem:
            texts = [f"--- {p.name}\n{p.read_text(errors='replace')}" for p in sorted(folder.glob("log/*"))]
            print(json.dumps({"problem": "\n".join([f"no cluster: {problem!r}", *texts])}), flush=True)
        sys.stdin.read()
    finally:
        end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(by_hand(sys.argv[1:]))
