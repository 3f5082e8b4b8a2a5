"""Checkpoints: when they are written, and that a bad one is none."""

import contextlib
import shutil

import resuming
import throng_test
from resuming import CHECKPOINTS, CORNER, MANY, NO_TIME


class Checkpoints(resuming.ResumingTest):
    def stop_twice(self, text=CORNER):
        """Leave checkpoints of the start and of the first iteration."""
        self.run_text(text, *NO_TIME, check=75)
        self.run_text(text, *NO_TIME, check=75)
        self.assertEqual(self.files(), [*CHECKPOINTS, "lock", "metrics.csv"])
        return self.result()

    def flip(self, path, place=0.5):
        data = bytearray(path.read_bytes())
        data[int(place * (len(data) - 1))] ^= 1
        path.write_bytes(data)

    def test_a_damaged_checkpoint_is_none(self):
        """The one before it is used then, and without any the run begins anew."""
        self.stop_twice()
        stopped = self.out.rename(self.folder / "stopped")
        for names, launches, resumed in (("checkpoint-1.h5", 2, 0), ("checkpoint-1.json", 2, 0), ("checkpoint-0.h5", 3, 1),
                                         ("checkpoint-0.h5 checkpoint-1.h5", 1, None),
                                         ("checkpoint-0.json checkpoint-1.h5", 1, None), ("metrics.csv", 1, None)):
            for place in (0, 0.5, 1):
                with self.subTest(names, place=place):
                    shutil.rmtree(self.out, ignore_errors=True)
                    shutil.copytree(stopped, self.out)
                    for name in names.split():
                        self.flip(self.result() / name, 0 if name == "metrics.csv" else place)
                    done = self.run_text(CORNER)
                    self.assertEqual(self.provenance(), (launches, resumed))
                    self.assertEqual("begins anew" in done.stderr, resumed is None)
                    self.assert_equal_to_undisturbed(CORNER)

    def test_lost_and_cut_checkpoints_are_none(self):
        running = self.stop_twice()
        (running / "checkpoint-1.h5").unlink()
        path = running / "checkpoint-0.h5"
        path.write_bytes(path.read_bytes()[:-1])
        self.run_text(CORNER)
        self.assertEqual(self.provenance(), (1, None))
        self.assert_equal_to_undisturbed(CORNER)

    def test_rows_after_the_checkpoint_are_left_out(self):
        running = self.stop_twice()
        with open(running / "metrics.csv", "a", encoding="utf-8") as file:
            file.write("2,0.5,half a r")
        self.run_text(CORNER)
        self.assertEqual(self.provenance(), (3, 1))
        self.assert_equal_to_undisturbed(CORNER)

    def test_a_checkpoint_of_another_version_is_none(self):
        running = self.stop_twice()
        version = self.newest(running)["commit"]
        for path in running.glob("checkpoint-?.json"):
            path.write_text(path.read_text(encoding="utf-8").replace(version, "other"), encoding="utf-8")
        self.run_text(CORNER)
        self.assertEqual(self.provenance(), (1, None))
        self.assert_equal_to_undisturbed(CORNER)

    def test_checkpoints_by_time(self):
        text = MANY.replace("outer_iterations: 1200", "outer_iterations: 100000000")
        process, running = self.start(text + "checkpoint: {minutes: 0.002}\n")
        self.wait_for(lambda: all((running / name).exists() for name in CHECKPOINTS), process)
        first = self.newest_at_work(running)
        self.wait_for(lambda: self.newest_at_work(running) > first, process)
        process.kill()
        process.wait()
        self.assertGreater(self.newest(running)["iteration"], first)

    def newest_at_work(self, running):
        """The iteration of the newest checkpoint, while files come and go."""
        while True:
            with contextlib.suppress(FileNotFoundError, ValueError):
                return self.newest(running)["iteration"]

    def test_no_checkpoints(self):
        process, running = self.start(MANY + "checkpoint: {minutes: 0}\n", rows=100)
        process.kill()
        process.wait()
        self.assertEqual([name for name in self.files(running) if name.startswith("checkpoint")], [])


if __name__ == "__main__":
    throng_test.main()
