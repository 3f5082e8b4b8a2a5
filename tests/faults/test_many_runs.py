"""Ten thousand runs in one launch: the memory of the program does not grow with them, nor do its communicators."""

import os
import pathlib

import faults

TINY = """\
name: tiny
game: {type: rock_paper_scissors}
solver: {type: mf_trpo, outer_iterations: 1, inner_iterations: 1, initial_policy: {type: random}}
output: {fields: []}
"""
RUNS = 10000


class ManyRuns(faults.FaultTest):
    def launch_runs(self, runs, out):
        path = self.write(TINY + f"seeds: {{count: {runs}}}\n", f"tiny{runs}.yaml")
        counts = self.folder / f"communicators{runs}"
        return self.launch(path, out, ranks=2, env={"COMMUNICATORS": str(counts)},
                           before=["env", f"LD_PRELOAD={os.environ['COMMUNICATORS_LIBRARY']}"]), counts

    def communicators(self, counts):
        """(alive at the end, most at a time) of each rank."""
        lines = sorted(counts.read_text(encoding="ascii").splitlines())
        self.assertEqual(len(lines), 2)
        return [(made - freed, most) for _, made, freed, most in (map(int, line.split()) for line in lines)]

    def test_memory_and_communicators(self):
        process, few = self.launch_runs(20, self.folder / "few")
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, f"{stdout}\n{stderr}")
        process, many = self.launch_runs(RUNS, self.out)
        samples = self.watch_memory(process)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(sum("." not in e.name for e in os.scandir(self.out / "tiny") if e.is_dir()), RUNS)
        self.assertEqual(self.communicators(many), self.communicators(few))
        after = [kilobytes for runs, kilobytes in samples if runs > 1000]
        self.assertGreater(len(after), 20)
        print(f"memory of a rank after 1000 runs {after[0]} kB, at the end {after[-1]} kB, most {max(after)} kB", flush=True)
        self.assertLess(max(after) - after[0], 2000)

    def watch_memory(self, process):
        """(runs done, kB of the larger rank) twenty times a second."""
        samples = []
        while process.poll() is None:
            done = len(os.listdir(self.out / "tiny")) if (self.out / "tiny").exists() else 0
            memory = [self.memory_of(rank) for rank in self.ranks_of(process)]
            if memory and min(memory):
                samples.append((done, max(memory)))
            self.wait(0.05, process)
        self.text = process.communicate()
        return samples

    def memory_of(self, pid):
        """Resident kB; 0 of a process that has ended."""
        try:
            lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


if __name__ == "__main__":
    faults.main()
