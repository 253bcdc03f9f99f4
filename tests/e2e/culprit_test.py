"""What a worker's death costs: the item it was at becomes a problem, everything else still comes out."""
import collections
import os
import signal
import subprocess
import time

import common

SMALL = "images/bulk_extractor/nps-2010-emails.100k.raw"


def without_exhibit(rows):
    return [{name: value for name, value in row.items() if name != "exhibit"} for row in rows]


class Culprit(common.Case):
    """The fault is put in through WEFT_TEST_FAULT, at one item that the worker announces."""

    def run_with_fault(self, fault, image, expect):
        os.environ["WEFT_TEST_FAULT"] = fault
        self.addCleanup(os.environ.pop, "WEFT_TEST_FAULT", None)
        case = self.scratch / "hurt"
        done = common.weft("run", case, "--item-seconds", "3", image, expect={expect})
        del os.environ["WEFT_TEST_FAULT"]
        return case, done

    def check_cost(self, fault, layer, reason, lost_kinds):
        """fault: what happens at an item of the file that has most addresses (in a layer, if that is given)."""
        common.needs_evidence(SMALL)
        image = common.EVIDENCE / SMALL
        common.weft("run", self.case, image)
        emails = [row for row in common.table(self.case, "feature")
                  if row["kind"] == "email" and row["file_id"] and (layer in row["path"] if layer else "-" not in row["path"])]
        file_id, _ = collections.Counter(row["file_id"] for row in emails).most_common(1)[0]
        if layer:
            path = next(row["path"] for row in emails if row["file_id"] == file_id)
            item = f"file {file_id} {path[:path.index(layer) + len(layer)]}-0"
        else:
            place = next(row["offset"] for row in common.table(self.case, "extent") if row["file_id"] == file_id)
            item = f"file {file_id} page {place} scanner email"
        hurt, _ = self.run_with_fault(f"{fault} {item}", image, common.OK)
        named = [row for row in common.table(hurt, "problem") if row["stage"] == "limit" and row["path"] == item]
        self.assertEqual(len(named), 1)
        self.assertRegex(named[0]["what"], reason)
        key = lambda row: (row["kind"], row["value"], row["path"], row["file"])
        before = {key(row) for row in common.table(self.case, "feature")}
        after = {key(row) for row in common.table(hurt, "feature")}
        # What a lost layer said may be found where it lies, by a decoder that knows less.
        instead = {(kind, value) for kind, value, _, _ in after - before}
        self.assertLessEqual(instead, {(kind, value) for kind, value, path, _ in before - after if layer and layer in path})
        self.assertTrue(before - after, "the fault did not reach what it was meant to reach")
        self.assertLessEqual({row[0] for row in before - after}, lost_kinds, "more was lost than the culprit")
        self.assertEqual(common.table(self.case, "file"), common.table(hurt, "file"))

    def test_crash_costs_one_scanner_in_one_file(self):
        self.check_cost("crash", "", "crashed a worker", {"email"})

    def test_exception_costs_one_scanner_in_one_file(self):
        self.check_cost("throw", "", "crashed a worker", {"email"})

    def test_hang_is_ended(self):
        self.check_cost("hang", "", "took longer than 3 s", {"email"})

    def test_memory_eater_is_ended(self):
        self.check_cost("eat", "", "more memory|longer than", {"email"})

    def test_crash_in_a_layer_costs_the_layer(self):
        self.check_cost("crash", "-PDFDOC", "crashed a worker", {"email", "domain", "url"})

    def test_container_that_crashes_its_reader_is_refused(self):
        common.needs_evidence("images/ntfs/test.ntfs.dd.E01")
        _, done = self.run_with_fault("crash container", common.EVIDENCE / "images/ntfs/test.ntfs.dd.E01", common.NO_INPUT)
        self.assertIn("damaged or hostile", done.text)


class FromOutside(common.Case):
    def test_a_killed_worker_costs_nothing(self):
        image = common.EVIDENCE / "images/bulk_extractor/email_test.E01"
        common.needs_evidence("images/bulk_extractor/email_test.E01")
        common.weft("run", self.case, image, expect={common.ATTENTION})  # its stored hash does not match
        hurt = self.scratch / "hurt"
        run = common.start("run", hurt, image)
        killed = False
        while run.poll() is None and not killed:
            for worker in subprocess.run(["pgrep", "-P", str(run.pid)], capture_output=True, text=True).stdout.split():
                time.sleep(0.1)
                try:
                    os.kill(int(worker), signal.SIGKILL)
                    killed = True
                except ProcessLookupError:
                    pass
        run.communicate(timeout=300)
        self.assertTrue(killed, "no worker was seen")
        self.assertEqual(run.returncode, common.ATTENTION)
        self.assertEqual(common.parquet_files(self.case), common.parquet_files(hurt))
        self.assertEqual(common.table(hurt, "problem"), common.table(self.case, "problem"))


if __name__ == "__main__":
    common.main()
