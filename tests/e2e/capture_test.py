#!/usr/bin/env python3
"""Connections out of captures of a network: what tcpflow puts together holds no value that is not found in the capture."""
import sqlite3
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

    def test_captures_and_logs_larger_than_a_page_are_read_whole(self):
        folder = self.scratch / "large"
        folder.mkdir()

        def block(kind, content):
            content += bytes(-len(content) % 4)
            size = (12 + len(content)).to_bytes(4, "little")
            return kind.to_bytes(4, "little") + size + content + size

        def packet(frame):
            size = len(frame).to_bytes(4, "little")
            return block(6, bytes(12) + size + size + frame)

        def segment(number, content):
            tcp = bytes.fromhex("10 00 00 50") + number.to_bytes(4, "big") + bytes(4) + bytes.fromhex("50 18") + bytes(6) + content
            return bytes(12) + b"\x08\x00\x45\x00" + (20 + len(tcp)).to_bytes(2, "big") + bytes(5) + b"\x06" + bytes(2) + b"\x0a\0\0\1\x0a\0\0\2" + tcp

        with open(folder / "a.pcapng", "wb") as file:
            file.write(block(0x0A0D0D0A, bytes.fromhex("4d3c2b1a 01000000") + b"\xff" * 8) + block(1, bytes.fromhex("01000000 00000400")))
            for _ in range(330):
                file.write(packet(bytes(60000)))
            file.write(packet(segment(1, b"write to anna.sch")) + packet(segment(18, b"mitt@mail.example.com")))
        database = sqlite3.connect(self.scratch / "b.db", isolation_level=None)
        for command in ("PRAGMA journal_mode=wal", "PRAGMA wal_autocheckpoint=0", "CREATE TABLE t(a)", "INSERT INTO t VALUES(zeroblob(20000000))"):
            database.execute(command)
        database.execute("INSERT INTO t VALUES(?)", (" ".join(f"bert.{n}@mail.example.org" for n in range(2000)),))
        (folder / "b.log").write_bytes((self.scratch / "b.db-wal").read_bytes())
        database.close()
        weft("new", self.case)
        weft("add", self.case, folder)
        weft("extract", self.case)
        values = {row["value"] for row in common.table(self.case, "feature") if "-TCP-" in row["path"] or "-SQLITE-" in row["path"]}
        self.assertIn("anna.schmitt@mail.example.com", values)
        self.assertEqual({f"bert.{n}@mail.example.org" for n in range(2000)} - values, set())
        self.assertEqual([row["what_happened"] for row in common.table(self.case, "problem") if row["stage"] == "scan"], [])
        weft("verify", self.case, "--samples", 20)


if __name__ == "__main__":
    sys.exit(common.main())
