#!/usr/bin/env python3
"""Memory stays under the budget whatever the image holds: here more features than the budget could hold rows of, in the
plain and behind a layer, where a page of the image unpacks to many times its size."""
import gzip
import resource

import common
from common import Case, weft

BUDGET = 512 << 20
ADDRESSES = 700_000


def most_of_any_process():
    """Resident bytes of the largest process that was waited for, the workers' included."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


class Memory(Case):
    def test_an_image_of_nothing_but_addresses(self):
        plain = "".join(f"user{n}@company.com\n" for n in range(ADDRESSES)).encode()
        packed = gzip.compress("".join(f"packed{n}@company.com\n" for n in range(ADDRESSES)).encode(), 1, mtime=0)
        image = self.scratch / "dense.img"
        image.write_bytes(b"\n" + packed + b"\n" * 4096 + plain)
        del plain, packed
        weft("new", self.case)
        weft("add", self.case, image)
        done = weft("extract", self.case, "--memory", str(BUDGET), timeout=1000)
        self.assertIn(f"{2 * ADDRESSES:,}".replace(",", "") + " features", done.text.replace(",", ""))
        self.assertLess(most_of_any_process(), BUDGET)
        # Each address once: nothing is lost or doubled where one portion ends and the next begins.
        out = self.scratch / "features.csv"
        weft("export", self.case, "feature", "--format", "csv", "-o", out)
        with open(out, encoding="utf-8") as lines:
            count = sum("@company.com," in line for line in lines)
        self.assertEqual(count, 2 * ADDRESSES)


if __name__ == "__main__":
    common.main()
