"""A rank of a sweep is killed at random moments: the same command again, as often as needed, finds the same results."""

import random
import signal

import faults
from faults import SWEEP


class RandomKills(faults.FaultTest):
    def kill_at_random(self, ranks_per_run, kills):
        """Kill one of two ranks so many times, as long as it takes in one folder after the other."""
        chance = random.Random(ranks_per_run)
        path = self.write(SWEEP + f"resources: {{ranks_per_run: {ranks_per_run}}}\n")
        seconds = self.seconds_of(lambda: self.throng("run", path, "--out", self.folder / "undisturbed", ranks=2, check=0))
        expected = self.outcomes(self.folder / "undisturbed")
        self.assertEqual(len(expected), 12)
        landed = folders = 0
        while landed < kills:
            folders += 1
            out = self.folder / f"out{folders}"
            while True:
                process = self.launch(path, out, ranks=2)
                if landed < kills:
                    self.kill_a_rank(process, chance, seconds)
                stdout, stderr = process.communicate(timeout=60)
                if process.returncode == 0:
                    break
                self.assertEqual(process.returncode, 128 + signal.SIGKILL, f"{stdout}\n{stderr}")
                landed += 1
                self.assert_nothing_wrong(expected, out)
            self.assert_outcomes(expected, out)
        print(f"{kills} kills in {folders} folders, undisturbed {seconds:.1f} s", flush=True)

    def kill_a_rank(self, process, chance, seconds):
        self.wait_for(lambda: self.ranks_of(process), process)
        self.wait(chance.uniform(0, 0.5 * seconds), process)
        ranks = self.ranks_of(process)
        if ranks:
            self.signal(chance.choice(ranks), signal.SIGKILL)

    def test_runs_on_one_rank(self):
        self.kill_at_random(1, 10)

    def test_runs_on_two_ranks(self):
        self.kill_at_random(2, 10)


if __name__ == "__main__":
    faults.main()
