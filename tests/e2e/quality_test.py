"""Precision on hits that were labelled by hand, and recall of planted ones: tests/quality says what that means."""
import subprocess
import sys

import common


class Quality(common.Case):
    def measured(self, script):
        done = subprocess.run([sys.executable, common.ROOT / "tests/quality" / script, common.WEFT],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])

    def test_precision_on_labelled_hits(self):
        self.measured("measure.py")

    def test_recall_of_what_was_planted(self):
        self.measured("recall.py")


if __name__ == "__main__":
    common.main()
