#!/usr/bin/env python3
"""The commands one by one, as a user calls them: what they say, their exit codes, and what they leave alone."""
import csv
import hashlib
import io
import json
import os
import random
import re
import subprocess
import time
import zipfile

import common
from common import ATTENTION, IN_USE, NO_INPUT, OK, USAGE, WORLD, Case, table, weft

ADDRESS = "witness.of.the.page@kestrelbrook-post.net"


class Commands(Case):
    def image(self, name="disk.img", text=ADDRESS):
        path = self.scratch / name
        path.write_bytes(b"\0" * 70000 + f"To: <{text}>\n".encode() + b"\0" * 30000)
        return path

    def test_step_by_step(self):
        weft("new", self.case, "--name", "Harbour")
        weft("add", self.case, self.image(), "--label", "X1", "--custodian", "Velten", "--received-by", "A. Person",
             "--note", "grey stick")
        weft("extract", self.case)
        weft("link", self.case)
        weft("report", self.case)
        features = [r for r in table(self.case, "feature") if r["kind"] == "email"]
        self.assertEqual([(r["exhibit"], r["value"], r["offset"]) for r in features], [("X1", ADDRESS, 70005)])
        self.assertIn(ADDRESS, weft("search", self.case, "witness.of").text)
        shown = weft("show", self.case, f"X1:{features[0]['path']}").text
        self.assertIn("witness", shown)
        self.assertIn("70005", shown)
        weft("verify", self.case)
        log = weft("log", self.case).text
        for word in ("Velten", "grey stick", "A. Person"):
            self.assertIn(word, log + (self.case / "exhibits/X1.json").read_text())
        report = (self.case / "report/report.html").read_text()
        self.assertIn("X1", report)
        self.assertIsNone(re.search(r"""(src|href)=["']?(https?:)?//""", report), "the report loads something")

    def test_files_that_may_not_grow_are_an_error(self):
        weft("new", self.case)
        image = self.image(text="".join(f"n{n}@example.org, " for n in range(40_000)))
        weft("add", self.case, image)
        done = subprocess.run(["bash", "-c", 'ulimit -f 64; exec "$0" extract "$1"', common.WEFT, self.case],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, WORLD, done.stderr[-1000:])
        self.assertIn("File too large", done.stderr)
        weft("extract", self.case)
        self.assertEqual(len(table(self.case, "feature")), 40_000)

    def test_bytes_that_changed_are_told(self):
        weft("new", self.case)
        image = self.image()
        weft("add", self.case, image, "--label", "X1")
        weft("extract", self.case)
        self.assertNotIn("WRONG", weft("show", self.case, "X1:70005").text)
        with open(image, "r+b") as bent:
            bent.seek(70007)
            bent.write(b"#")
        self.assertIn("do not say so any more", weft("show", self.case, "X1:70005", expect={ATTENTION}).text)

    def test_evidence_modified_before_it_is_extracted(self):
        weft("new", self.case)
        image = self.image()
        os.utime(image, ns=(1, 1_600_000_000_123_456_789))
        weft("add", self.case, image, "--label", "X1")
        record = json.loads((self.case / "exhibits/X1.json").read_text())
        self.assertEqual([(e["size"], e["modified"]) for e in record["evidence"]],
                         [(image.stat().st_size, "2020-09-13T12:26:40.123456789Z")])
        added = json.loads(weft("log", self.case, "--format", "jsonl").text.splitlines()[-1])["detail"]
        self.assertEqual((added["size"], added["modified"]),
                         (str(image.stat().st_size), "2020-09-13T12:26:40.123456789Z"))
        whole = image.read_bytes()
        image.write_bytes(whole + b"x")
        self.assertIn("another size", weft("extract", self.case, expect={NO_INPUT}).text)
        image.write_bytes(whole[::-1])
        said = weft("extract", self.case, expect={ATTENTION}).text
        self.assertIn("MODIFIED since it was taken in", said)
        self.assertIn(str(image), said)
        begun = [e["detail"] for e in map(json.loads, weft("log", self.case, "--format", "jsonl").text.splitlines())
                 if e["detail"].get("step") == "start"]
        self.assertIn("when taken in 2020-09-13T12:26:40.123456789Z", begun[-1]["modified since taken in"])
        self.assertNotIn("MODIFIED", weft("extract", self.case).text)  # it is sealed

    def test_a_record_without_times_of_its_evidence(self):
        weft("new", self.case)
        image = self.image()
        weft("add", self.case, image, "--label", "X1")
        path = self.case / "exhibits/X1.json"
        record = json.loads(path.read_text())
        del record["evidence"][0]["modified"]
        path.write_text(json.dumps(record))
        os.utime(image, (1, 1))
        weft("extract", self.case)

    def test_raw_bytes_that_begin_like_a_container(self):
        image = self.image("unallocated.bin")
        image.write_bytes(b"\x1f\x8b\x08" + image.read_bytes()[3:])
        refused = weft("run", self.case, image, expect={NO_INPUT})
        self.assertIn("is a gzip stream", refused.text)
        self.assertIn("--raw", refused.text)
        weft("add", self.case, self.scratch, "--raw", expect={NO_INPUT})  # a folder has no raw bytes
        weft("run", self.case, image, "--raw")
        [row] = [r for r in table(self.case, "feature") if r["kind"] == "email"]
        self.assertEqual((row["value"], row["offset"]), (ADDRESS, 70005))
        self.assertIn(ADDRESS, weft("show", self.case, f"unallocated:{row['path']}").text)
        weft("verify", self.case)
        self.assertIn("raw, as the examiner says", weft("log", self.case).text)
        weft("add", self.case, self.image("taken.img"))
        again = weft("add", self.case, self.scratch / "taken.img", "--raw", expect={NO_INPUT})
        self.assertIn("taken in before", again.text)

    def test_started_with_all_of_its_streams_closed(self):
        done = subprocess.run([common.WEFT, "run", self.case, self.image()], close_fds=False,
                              preexec_fn=lambda: [os.close(fd) for fd in range(3)])
        self.assertEqual(done.returncode, OK)
        weft("verify", self.case)
        self.assertEqual([r["value"] for r in table(self.case, "feature") if r["kind"] == "email"], [ADDRESS])

    def test_too_few_open_files_are_the_worlds_fault(self):
        weft("run", self.case, self.image())
        codes = set()
        for most in range(6, 14):
            done = subprocess.run(["bash", "-c", f'ulimit -n {most}; exec "$@"', "-", common.WEFT, "report", self.case],
                                  capture_output=True, text=True)
            codes.add(done.returncode)
            if done.returncode == WORLD:
                self.assertRegex(done.stderr, "^weft: .*Too many open files.*\n$")
        self.assertIn(WORLD, codes)
        self.assertLessEqual(codes, {OK, WORLD, 127})  # 127: not even the libraries could be opened

    def test_exports_agree(self):
        weft("run", self.case, self.image())
        weft("export", self.case, "feature", "--format", "csv", "-o", self.scratch / "f.csv")
        weft("export", self.case, "feature", "--format", "parquet", "-o", self.scratch / "f.parquet")
        with open(self.scratch / "f.csv", newline="") as rows:
            from_csv = list(csv.DictReader(rows))
        from_jsonl = table(self.case, "feature")
        self.assertEqual([r["value"] for r in from_csv], [r["value"] for r in from_jsonl])
        self.assertEqual((self.scratch / "f.parquet").read_bytes()[:4], b"PAR1")
        for name in ("exhibit", "volume", "file", "extent", "problem", "link", "evidence", "set_aside"):
            table(self.case, name)

    def test_csv_holds_nothing_that_a_terminal_obeys(self):
        folder = self.scratch / "mail"
        folder.mkdir()
        (folder / "in.mbox").write_text(
            "From - Mon Jan 02 10:00:00 2023\nFrom: a@alpha-post.net\nTo: b@beta-post.net\nSubject: =1+1\n"
            "Date: Mon, 02 Jan 2023 10:00:00 +0000\nMessage-ID: <q@alpha-post.net>\nContent-Type: text/plain; "
            "charset=utf-8\n\nfirst\tcell\n\x1b]0;title\x07 \x7f \u009b31m end\n")
        weft("run", self.case, folder)
        out = self.scratch / "message.csv"
        weft("export", self.case, "message", "-o", out)
        with open(out, newline="", encoding="utf-8") as file:
            row = next(csv.DictReader(file))
        self.assertEqual(row["subject"], "=1+1", "what a spreadsheet takes for a formula is the evidence's word")
        self.assertIn("first\tcell\n\\x1B]0;title\\x07 \\x7F \\xC2\\x9B31m end", row["text"])
        self.assertIn("\x1b]0;title\x07", table(self.case, "message")[0]["text"], "jsonl escapes by itself")

    def test_search_takes_no_misspelt_name_for_an_answer(self):
        weft("run", self.case, self.image("laptop.img"))
        said = weft("search", self.case, ADDRESS, "--exhibit", "laptpo", expect={NO_INPUT}).text
        self.assertIn("nearest labels are laptop", said)
        said = weft("search", self.case, ADDRESS, "--kind", "emial", expect={USAGE}).text
        self.assertIn("email", said)
        self.assertIn("0 found", weft("search", self.case, ADDRESS, "--kind", "iban").text, "a kind, of which there is none")
        self.assertIn("1 found", weft("search", self.case, ADDRESS, "--kind", "email", "--exhibit", "laptop").text)

    def test_long_labels_are_told_apart(self):
        images = [self.image(f"2026-11-24_Item_Flat_Northern_Road_17_Study_Notebook_{name}_SSD_Maker.img")
                  for name in ("Wetterlund", "Trachsler", "Ottersbach")]
        said = weft("run", self.case, *images).text.split("Links")[-1]
        for text in (said, weft("links", self.case).text):
            for image in images:
                self.assertEqual(text.split("without a link")[0].count(image.stem[30:]), 2, text)

    def test_what_the_background_holds_makes_no_link(self):
        one, other = self.image("one.img"), self.image("other.img")
        weft("run", self.case, one, other)
        self.assertEqual([(r["exhibit_a"], r["exhibit_b"], r["rank"]) for r in table(self.case, "link")], [("one", "other", 1)])
        reference, background = self.scratch / "reference", self.scratch / "background"
        weft("run", reference, self.image("third.img"))
        weft("background", "build", background, reference)
        self.assertNotIn(ADDRESS.encode(), background.read_bytes())
        # The option takes one file: what follows is evidence again.
        weft("run", self.case, "--background", background, one, other)
        self.assertEqual(table(self.case, "link"), [])
        self.assertIn("background", {r["reason"] for r in table(self.case, "set_aside") if r["value"] == ADDRESS}.pop())

    def test_usage(self):
        for arguments in ((), ("nonsense",), ("run",), ("run", self.case, "--threads", "many"), ("export", self.case)):
            self.assertNotEqual(weft(*arguments, expect={USAGE}).text, "")
        self.assertIn("run", weft("--help").text)

    def test_commands_on_what_is_no_case(self):
        for arguments in (("extract", self.case), ("link", self.case), ("verify", self.scratch), ("log", self.scratch),
                          ("export", self.scratch, "feature", "--format", "csv")):
            self.assertNotEqual(weft(*arguments, expect={NO_INPUT}).text, "")

    def test_verify_reads_structures_longer_than_a_glance(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("noise.bin", random.Random(3).randbytes(1_500_000))
            archive.writestr("words.txt", f"write to {ADDRESS}\n" * 30_000)
        image = self.scratch / "long.img"
        image.write_bytes(b"\0" * 8192 + packed.getvalue() + b"\0" * 8192)
        weft("run", self.case, image)
        self.assertTrue([r for r in table(self.case, "feature") if r["kind"] == "carved_zip"])
        weft("verify", self.case, "--samples", "1000")

    def test_verify_sees_a_changed_pack_and_a_changed_log(self):
        weft("run", self.case, self.image())
        weft("verify", self.case)
        victim = next((self.case / "packs/disk").glob("feature*.parquet"))
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        self.assertIn("feature", weft("verify", self.case, expect={ATTENTION}).text)
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        weft("verify", self.case)
        log = self.case / "log.jsonl"
        log.write_text(log.read_text().replace("disk", "dusk", 1))
        weft("verify", self.case, expect={ATTENTION})

    def test_two_runs_exclude_each_other(self):
        slow = self.scratch / "slow.img"
        slow.write_bytes(os.urandom(96 << 20))
        first = common.start("run", self.case, slow)
        for _ in range(100):
            if (self.case / "work").exists() and any((self.case / "work").iterdir()):
                break
            time.sleep(0.05)
        second = weft("run", self.case, slow, expect={IN_USE})
        self.assertIn("use", second.text)
        out, _ = first.communicate(timeout=300)
        self.assertEqual(first.returncode, OK, out.decode(errors="replace"))

    def test_nothing_outside_the_case_and_evidence_untouched(self):
        truth, evidence = common.sample_case(self.scratch / "sample")
        before = {p: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
                  for e in evidence for p in ([e] if e.is_file() else e.rglob("*")) if p.is_file()}
        elsewhere = self.scratch / "elsewhere"
        elsewhere.mkdir()
        trace = self.scratch / "trace"
        environment = {**os.environ, "HOME": str(elsewhere), "TMPDIR": str(elsewhere), "XDG_CACHE_HOME": str(elsewhere)}
        arguments = [common.WEFT, "run", self.case, *common.first_parts(evidence)]
        traced = ["strace", "-f", "-qq", "-e", "trace=open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,"
                  "unlinkat,link,linkat,symlink,symlinkat,truncate,connect", "-o", trace]
        works = subprocess.run(traced + ["true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        done = subprocess.run([*(traced if works else []), *arguments], cwd=elsewhere, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertIn(done.returncode, {OK, ATTENTION}, done.stdout.decode(errors="replace"))
        self.assertEqual(list(elsewhere.iterdir()), [])
        after = {p: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns) for p in before}
        self.assertEqual(before, after)
        if not works:
            self.skipTest("strace cannot trace here: only the folders around were compared")
        outside = []
        for line in trace.read_text(errors="replace").splitlines():
            if " = -1 " in line:
                continue
            writes = re.search(r"O_WRONLY|O_RDWR|O_CREAT|\b(creat|mkdir|rename|unlink|link|symlink|truncate)\w*\(", line)
            names = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
            if "connect(" in line:
                outside.append(line)
            elif writes and any(n.startswith("/") and not n.startswith((str(self.case), "/dev/null", "/dev/shm/"))
                                and "memfd" not in n for n in names):
                outside.append(line)
        self.assertEqual(outside, [])

    def test_disk_full_is_the_worlds_fault(self):
        full = self.scratch / "full"
        full.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", full], stderr=subprocess.DEVNULL, check=False)
        if mounted.returncode:
            self.skipTest("no right to mount a small disk")
        self.addCleanup(subprocess.run, ["umount", full], check=False)
        many = self.scratch / "many.img"
        many.write_bytes("".join(f"user{n}@kestrelbrook-post.net {n * 7919 % 99991}.a@tallowmere-web.org\n"
                                 for n in range(100000)).encode())
        done = weft("run", full / "case", many, expect={common.WORLD})
        self.assertIn("space", done.text.lower())


class Manifest(Case):
    def test_the_run_is_described_in_the_manifest_alone(self):
        image = self.scratch / "disk.img"
        image.write_bytes(b"x" * 5000 + f" {ADDRESS} ".encode())
        manifests = []
        for name in ("one", "two"):
            weft("run", self.scratch / name, image)
            manifests.append(json.loads((self.scratch / name / "packs/disk/manifest.json").read_text()))
        for manifest in manifests:
            self.assertIn("run", manifest)
            del manifest["run"]
        self.assertEqual(*manifests)
        for table_name, entry in manifests[0].get("tables", manifests[0].get("files", {})).items():
            self.assertIn("sha256", json.dumps(entry), table_name)


if __name__ == "__main__":
    common.main()
