#!/usr/bin/env python3
"""Same bytes, same tables: killed at any moment and started again, with one thread or two."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import common
from common import ATTENTION, EVIDENCE, INTERRUPTED, IN_USE, OK, Case, index_files, parquet_files, weft


def evidence_for(scratch):
    """The sample case, and a real image with many features where one is at hand."""
    _, evidence = common.sample_case(scratch / "sample")
    evidence = common.first_parts(evidence)
    real = EVIDENCE / "images/bulk_extractor/email_test.E01"
    return evidence + ([real] if real.exists() else [])


def family(pid):
    """The process and what it started."""
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], stdout=subprocess.PIPE, check=False).stdout.split()
    return [pid] + [p for child in out for p in family(int(child))]


class Resume(Case):
    def test_kill_nine_at_any_moment_then_again(self):
        evidence = evidence_for(self.scratch)
        begun = time.monotonic()
        weft("run", self.case, *evidence, expect={OK, ATTENTION})
        took = time.monotonic() - begun
        undisturbed = parquet_files(self.case)
        self.assertGreaterEqual(len(undisturbed), 6 * len(evidence))

        seed = int(os.environ.get("WEFT_SEED", time.time()))
        rng = random.Random(seed)
        killed = 0
        for round_ in range(3):
            case = self.scratch / f"killed{round_}"
            moments = []
            for _ in range(4):
                process = common.start("run", case, *evidence)
                moments.append(rng.uniform(0.02, took * 0.7))
                time.sleep(moments[-1])
                # The coordinator alone, or everything at once as a power cut would.
                whole = family(process.pid) if rng.random() < 0.5 else [process.pid]
                for pid in whole:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                process.communicate()
                killed += process.returncode == -signal.SIGKILL
                if process.returncode != -signal.SIGKILL:
                    break
            # Orphaned workers may hold the lock for a moment while they notice; not longer.
            for _ in range(50):
                done = weft("run", case, *evidence, expect={OK, ATTENTION, IN_USE})
                if done.code != IN_USE:
                    break
                time.sleep(0.2)
            self.assertNotEqual(done.code, IN_USE)
            self.assertEqual(parquet_files(case), undisturbed, f"seed {seed}, killed after {moments}")
            weft("verify", case, "--samples", 5)  # the custody log tells the whole story too
            indexes = index_files(case)
            self.assertEqual(len(indexes), len(evidence))
            shutil.rmtree(case / "indexes")
            weft("link", case)
            self.assertEqual(index_files(case), indexes, f"seed {seed}, killed after {moments}")
        self.assertGreaterEqual(killed, 3, "the kills came too late to test anything")

    def test_indexes_are_made_at_sealing_and_again_when_they_are_not_whole(self):
        evidence = evidence_for(self.scratch)[:3]
        weft("run", self.case, *evidence, expect={OK, ATTENTION})
        tables, case = parquet_files(self.case), self.scratch / "steps"
        weft("new", case)
        for path in evidence:
            weft("add", case, path)
        weft("extract", case, expect={OK, ATTENTION})
        sealed = index_files(case)
        self.assertEqual(set(sealed), {path.name for path in (case / "packs").iterdir()})
        before = {label: (case / f"indexes/{label}.index").stat().st_mtime_ns for label in sealed}
        weft("link", case)
        self.assertEqual({label: (case / f"indexes/{label}.index").stat().st_mtime_ns for label in sealed}, before)
        self.assertEqual(parquet_files(case), tables)
        first, second, third = sorted(sealed)
        (case / f"indexes/{first}.index").unlink()
        whole = sealed[second]
        (case / f"indexes/{second}.index").write_bytes(whole[:len(whole) // 2] + b"\xff" + whole[len(whole) // 2 + 1:])
        (case / f"indexes/{third}.index").write_bytes(sealed[third][:1000])
        (case / f"indexes/{first}.index.new").write_bytes(b"left by a run that was killed")
        weft("link", case)
        self.assertEqual(index_files(case), sealed)
        self.assertEqual(parquet_files(case), tables)
        weft("verify", case, "--packs-only")

    def test_control_c_leaves_a_case_that_goes_on(self):
        evidence = evidence_for(self.scratch)
        weft("run", self.case, *evidence, expect={OK, ATTENTION})
        case = self.scratch / "stopped"
        process = common.start("run", case, *evidence)
        time.sleep(0.8)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertIn(process.returncode, {INTERRUPTED, OK, ATTENTION}, out.decode(errors="replace"))
        weft("run", case, *evidence, expect={OK, ATTENTION})
        self.assertEqual(parquet_files(case), parquet_files(self.case))

    def test_a_signal_ends_it_wherever_it_stands(self):
        """Also while the reader waits for a scanning thread to give back a page: once, it waited for ever."""
        rng = random.Random(8)
        words = [rng.randbytes(4).hex() for _ in range(4000)]
        image = self.scratch / "text.raw"
        with open(image, "w") as out:
            while out.tell() < 100 << 20:
                out.write(" ".join(rng.choices(words, k=40)) + f" user{rng.randrange(1 << 20)}@mail.example.org\n")
        weft("new", self.case)
        weft("add", self.case, image)
        began = time.monotonic()
        weft("extract", self.case)
        took = time.monotonic() - began
        ended = 0
        for round_ in range(10):
            case = self.scratch / f"ended{round_}"
            weft("new", case)
            weft("add", case, image)
            process = common.start("extract", case, "--threads", 2)
            time.sleep(took * (0.05 + 0.06 * round_))
            process.send_signal(signal.SIGTERM if round_ % 2 else signal.SIGINT)
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                for pid in family(process.pid):
                    os.kill(pid, signal.SIGKILL)
                process.communicate()
                self.fail(f"still running a minute after a signal in round {round_}")
            self.assertIn(process.returncode, {INTERRUPTED, OK})
            ended += process.returncode == INTERRUPTED
            shutil.rmtree(case)
        self.assertGreater(ended, 3)

    def test_one_thread_and_more_give_the_same_bytes(self):
        evidence = evidence_for(self.scratch)
        results = []
        for threads in (1, 2, 5):
            case = self.scratch / f"threads{threads}"
            weft("run", case, *evidence, "--threads", threads, expect={OK, ATTENTION})
            results.append(parquet_files(case))
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])

    def test_an_exhibit_is_sealed_while_the_next_is_read(self):
        evidence = evidence_for(self.scratch)
        order = {}
        for threads in (1, 2):
            case = self.scratch / f"order{threads}"
            weft("run", case, *evidence, "--threads", threads, expect={OK, ATTENTION})
            lines = [json.loads(line)["detail"] for line in (case / "log.jsonl").read_text().splitlines()]
            order[threads] = [line["step"] for line in lines if line.get("step") in {"start", "sealed"}]
        self.assertEqual(order[1], ["start", "sealed"] * len(evidence))
        self.assertEqual(sorted(order[2]), sorted(order[1]))
        self.assertIn(["start", "start"], [order[2][i:i + 2] for i in range(len(order[2]))])

    def test_a_second_run_over_a_finished_case_changes_nothing(self):
        evidence = evidence_for(self.scratch)[:3]
        weft("run", self.case, *evidence, expect={OK, ATTENTION})
        before = parquet_files(self.case)
        begun = time.monotonic()
        weft("run", self.case, *evidence, expect={OK, ATTENTION})
        self.assertEqual(parquet_files(self.case), before)
        self.assertLess(time.monotonic() - begun, 15)


if __name__ == "__main__":
    sys.exit(common.main())
