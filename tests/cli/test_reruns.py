"""--rerun performs what it asks for once, also if the launch is stopped and given again; who shares a folder does no harm."""

import pathlib
import signal
import socket

import throng_test
from resuming import CORNER, MANY
from throng_test import SMALL

RUNS = MANY.replace("outer_iterations: 1200", "outer_iterations: 600\n  initial_policy: random") + "seeds: {count: 5}\n"


class Reruns(throng_test.ThrongTest):
    def times(self):
        """When each good result was written."""
        return {p.name: (p / "run.json").stat().st_mtime_ns for p in self.results() if "." not in p.name}

    def wishes(self):
        return [path.name for path in (self.out / "small").glob(".rerun*")]

    def test_stopped_and_given_again(self):
        """Every result is replaced, once, however many launches it takes; and the next --rerun begins anew."""
        self.run_text(RUNS)
        first = self.times()
        seen, codes = [first], []
        while not codes or codes[-1] == 75:
            done = self.run_text(RUNS, "--rerun", "all", "--time-limit", "2.7", check=None)
            codes.append(done.returncode)
            seen.append(self.times())
            self.assertLess(len(codes), 10, done.stderr)
            if any("." in path.name for path in self.results()):
                self.assertIn("1 of the complete results were to be replaced, which was interrupted",
                              self.throng("status", self.out / "small", check=0).stdout)
            self.assertEqual(self.wishes(), [".rerun-all"] if codes[-1] else [])
            if len(codes) > 1:
                self.assertIn("--rerun all goes on: results since 2", done.stderr)
        self.assertEqual(codes[-1], 0)
        self.assertGreater(len(codes), 1, "it was never stopped")
        for name in first:
            written = {times[name] for times in seen}
            self.assertEqual(len(written), 2, f"{name} was replaced {len(written) - 1} times")
        self.assertEqual([p.name for p in self.results() if "." in p.name], [])
        self.assertIn("5 to do", self.run_text(RUNS, "--rerun", "all").stderr)

    def test_wishes_of_shards_and_versions(self):
        """Shards do not take each other's wishes for theirs, and a wish of another program version counts for nothing."""
        text = SMALL.replace("eta: 0.5", "initial_policy: random") + "seeds: {count: 4}\n"
        self.run_text(text)
        (self.out / "small" / ".rerun-all-0-2").write_text("0.0.0 unknown\n", encoding="utf-8")
        self.assertIn("2 to do", self.run_text(text, "--rerun", "all", "--shard", "0/2").stderr)
        self.assertEqual(self.wishes(), [])
        provenance = self.record(self.results()[0])["provenance"]
        kept = self.out / "small" / ".rerun-all-1-2"
        kept.write_text("{} {}\n".format(*(provenance[key] for key in ("version", "commit"))), encoding="utf-8")
        self.assertIn("2 to do", self.run_text(text, "--rerun", "all", "--shard", "0/2").stderr)
        self.assertIn("4 to do", self.run_text(text, "--rerun", "all").stderr)
        done = self.run_text(text, "--rerun", "all", "--shard", "1/2")
        self.assertIn("nothing to do", done.stdout)  # all are newer than the wish
        self.assertIn("2 to do", self.run_text(text, "--rerun", "all", "--shard", "1/2").stderr)

    def test_failed_again(self):
        """A result stands where a later attempt failed; it is told, and --rerun failed tries again."""
        text = RUNS.replace("count: 5", "count: 2")
        self.run_text(text)
        first = self.times()
        done = self.run_text(text, "--rerun", "all", "--set", "resources.time_limit=0.05", check=1)
        self.assertEqual(self.times(), first)
        self.assertEqual(sum(p.name.endswith(".failed") for p in self.results()), 2, done.stderr)
        status = self.throng("status", self.out / "small", check=0)
        self.assertIn("2 of the complete results stand though a later attempt failed", status.stdout)
        self.assertIn("--rerun failed", status.stdout)
        told = "throng: 2 of the complete results stand though a later attempt failed"
        self.assertIn(told, self.run_text(text).stderr)
        self.assertIn("2 runs, 0 complete already; 2 to do", self.run_text(text, "--rerun", "failed").stderr)
        self.assertNotIn(told, self.run_text(text).stderr)
        self.assertEqual([p.name for p in self.results() if "." in p.name], [])
        self.assertTrue(all(when > first[name] for name, when in self.times().items()))


class Sharing(throng_test.ThrongTest):
    def test_two_experiments_at_once(self):
        """Of two files that want one folder at the same moment one is refused."""
        for attempt in range(5):
            out = self.folder / f"out{attempt}"
            paths = [self.write(text, f"{name}.yaml") for name, text in (("one", SMALL), ("two", CORNER))]
            both = [self.begin("run", path, "--out", out) for path in paths]
            ends = [process.communicate(timeout=60) for process in both]
            codes = [process.returncode for process in both]
            self.assertEqual(sorted(codes), [0, 2], ends)
            self.assertIn("holds results of another experiment", ends[codes.index(2)][1])
            self.assertEqual(len(self.results(out)), 1)

    def test_the_folder_of_an_experiment_as_output(self):
        self.run_text(SMALL)
        inside = self.out / "small"
        done = self.throng("run", self.folder / "experiment.yaml", "--out", inside, check=0)
        self.assertIn(f"throng: warning: {inside} is the folder of an experiment", done.stderr)
        self.assertEqual(self.throng("run", self.folder / "experiment.yaml", "--out", inside, check=0).stderr, "")

    def test_another_file_of_the_same_name(self):
        """Also where the first is not there any more."""
        for name, text in (("a", SMALL), ("b", CORNER)):
            (self.folder / name).mkdir()
            (self.folder / name / "x.yaml").write_text(text, encoding="utf-8")
        self.throng("run", "a/x.yaml", "--out", self.out, check=0)
        (self.folder / "a" / "x.yaml").rename(self.folder / "moved.yaml")
        done = self.throng("run", "b/x.yaml", "--out", self.out, check=2)
        self.assertIn("holds results of another experiment", done.stderr)
        self.throng("run", "moved.yaml", "--out", self.out, check=0)

    def test_claims_of_other_launches(self):
        """Those of a killed launch go; not those of another host, which may be at work and cannot be asked."""
        host = socket.gethostname().split(".")[0]
        claims = self.out / "small" / ".launches"
        names = [f"20260101T000000-{host}-999999999", ".20260101T000001-elsewhere-x-7", "20260101T000002-elsewhere-x-8"]
        for name in names:
            (claims / name).mkdir(parents=True)
        self.run_text(SMALL)
        self.assertEqual(sorted(p.name for p in claims.iterdir()), sorted(names[1:]))

    def test_a_signal_from_the_start(self):
        """SIGUSR1 counts before the libraries have started, which takes a while where many processes do so."""
        early = 0
        for attempt in range(8):
            process = self.begin("run", self.write(MANY.replace("1200", "100000")), "--out", self.folder / f"out{attempt}")
            caught = 0
            while not caught & 1 << signal.SIGUSR1 - 1:
                self.assertIsNone(process.poll())
                lines = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
                status = dict(line.split(":\t", 1) for line in lines)
                caught = int(status["SigCgt"], 16)
            process.send_signal(signal.SIGUSR1)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 75)
            early += int(status["Threads"]) == 1  # MPI, when it has started, has more
        self.assertGreater(early, 0)


if __name__ == "__main__":
    throng_test.main()
