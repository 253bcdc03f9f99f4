#!/usr/bin/env python3
"""Connections out of captures of a network: what tcpflow puts together holds no value that is not found in the capture."""
import subprocess
import sys

import common
from common import Case, weft

# Of other captures of the evidence, packets are missing: where, is up to who reads them.
CAPTURES = ("test.pcap", "three_http_streams.pcap", "one_ipv6_http_stream.pcap", "ntlm80.pcap")


class Capture(Case):
    def test_connections_hold_what_tcpflow_finds_in_them(self):
        common.needs_evidence(*(f"network/{name}" for name in CAPTURES))
        captures, flows = self.scratch / "captures", self.scratch / "flows"
        captures.mkdir()
        for name in CAPTURES:
            (captures / name).write_bytes((common.EVIDENCE / "network" / name).read_bytes())
            folder = flows / name
            folder.mkdir(parents=True)
            subprocess.run(["tcpflow", "-r", captures / name], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            for file in folder.iterdir():
                if file.name == "report.xml":
                    file.unlink()
        weft("new", self.case)
        weft("add", self.case, captures)
        weft("add", self.case, flows)
        weft("extract", self.case)
        values = {"captures": set(), "flows": set()}
        in_layers = 0
        for row in common.table(self.case, "feature"):
            cut = row["value"].startswith("at least ")  # a picture that goes on in another connection
            if not cut:
                values[row["exhibit"]].add((row["kind"], row["value"]))
            in_layers += row["exhibit"] == "captures" and "-TCP-" in row["path"]
        self.assertGreater(in_layers, 500)
        self.assertGreater(len(values["flows"]), 150)
        missed = values["flows"] - values["captures"]
        self.assertEqual(sorted(missed)[:20], [])
        weft("verify", self.case, "--samples", 20)


if __name__ == "__main__":
    sys.exit(common.main())
