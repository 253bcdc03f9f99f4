#!/usr/bin/env python3
"""Who looked at what: every question to a case is in its access log, chained, whatever becomes of the question."""
import json
import os
import pwd
import signal
import subprocess
import time

import common
from common import ATTENTION, NO_INPUT, OK, USAGE, Case, weft

SECRET = "witness.of.ours@kestrelbrook-post.net"


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


class Access(Case):
    def setUp(self):
        super().setUp()
        for name in ("one", "two"):
            folder = self.scratch / "evidence" / name
            folder.mkdir(parents=True)
            (folder / "letter.txt").write_text(f"to {SECRET}\nsincerely, {name}\n")
        weft("run", self.case, self.scratch / "evidence/one", self.scratch / "evidence/two")
        self.log = self.case / "access.jsonl"

    def asked(self):
        return [line for line in lines(self.log) if line["action"] == "asked"] if self.log.exists() else []

    def last(self):
        """The last question, and what came of it."""
        question, answer = lines(self.log)[-2:]
        self.assertEqual((question["action"], answer["action"]), ("asked", "answered"))
        self.assertEqual(answer["detail"]["asked"], question["seq"])
        return question["detail"], answer["detail"]

    def test_every_question_is_logged(self):
        self.assertEqual(self.asked(), [], "running, extracting and linking are no questions")
        address = next(r for r in common.table(self.case, "feature") if r["value"] == SECRET)
        place = f"{address['exhibit']}:{address['path']}"
        questions = [
            (("search", SECRET), {"rows": 2}),
            (("search", SECRET, "--who"), {"rows": 2}),
            (("search", "nobody has this"), {"rows": 0}),
            (("show", place, "--after", "40"), {"bytes": None}),
            (("export", "feature", "--format", "csv"), {"rows": None}),
            (("export", "link", "-o", str(self.scratch / "link.csv")), {"rows": None}),
            (("links",), {"rows": None}),
            (("links", "--format", "jsonl"), {"rows": None}),
            (("links", "--explain", "one", "two"), {"rows": None, "set aside": None}),
            (("neighbours", "one"), {"rows": None}),
            (("owners",), {"rows": None}),
            (("cluster",), {"rows": None}),
            (("cluster", "--over-time"), {"rows": None}),
            (("who", SECRET), {"rows": 2, "exhibits": 2}),
            (("scope",), {"rows": 0}),
            (("stoplist",), {"rows": None}),
            (("report",), {"exhibits": 2}),
            (("verify",), {"wrong": 0}),
        ]
        for arguments, counts in questions:
            with self.subTest(arguments=arguments):
                before = len(self.asked())
                weft(arguments[0], self.case, *arguments[1:])
                self.assertEqual(len(self.asked()), before + 1)
                question, answer = self.last()
                self.assertEqual(question["arguments"], [arguments[0], str(self.case), *arguments[1:]])
                self.assertEqual(question["uid"], os.getuid())
                self.assertIn("version", question)
                self.assertEqual(answer["exit"], OK)
                self.assertEqual({k for k in answer if k not in ("asked", "exit")}, set(counts))
                for name, count in counts.items():
                    if count is not None:
                        self.assertEqual(answer[name], count, name)
        self.assertNotIn(SECRET, "".join(json.dumps(line) for line in lines(self.log) if line["action"] == "answered"),
                         "how much was shown, never what")
        # What fails is asked all the same; what is no command is not.
        weft("show", self.case, "one:999999999999", expect={NO_INPUT})
        self.assertEqual(self.last()[1]["exit"], NO_INPUT)
        before = len(self.asked())
        weft("search", self.case, expect={USAGE})
        self.assertEqual(len(self.asked()), before)
        self.assertIn("unbroken", weft("verify", self.case).text)
        # As people read it, and as it is.
        text = weft("log", self.case, "--access").text
        self.assertIn(f"weft search {self.case} 'nobody has this'", text)
        self.assertIn(pwd.getpwuid(os.getuid()).pw_name + "@", text)
        self.assertEqual(len([l for l in text.splitlines() if "weft" in l]), len(self.asked()))
        self.assertEqual(weft("log", self.case, "--access", "--format", "jsonl").text, self.log.read_text())
        self.assertIn("extract", weft("log", self.case).text)
        self.assertEqual(weft("log", self.case, "--format", "jsonl").text, (self.case / "log.jsonl").read_text())
        self.assertEqual(self.log.stat().st_mode & 0o007, 0, "what was asked is not for everybody's eyes")

    def test_what_is_privileged_was_asked_for_too(self):
        rules = self.scratch / "rules"
        rules.write_text("privileged\tone\tletter.txt\tcounsel\n")
        place = next(f"one:{r['path']}" for r in common.table(self.case, "feature") if r["exhibit"] == "one" and r["value"] == SECRET)
        weft("scope", self.case, rules)
        weft("show", self.case, place, expect={NO_INPUT})
        question, answer = self.last()
        self.assertEqual(answer["withheld"], "privileged: counsel")
        self.assertEqual(len(question["scope"]), 64)
        self.assertIn("withheld, privileged: counsel", weft("log", self.case, "--access").text)

    def test_many_at_once(self):
        running = [common.start("search", self.case, f"term {n}") for n in range(12)]
        for process in running:
            out, _ = process.communicate(timeout=300)
            self.assertEqual(process.returncode, OK, out)
            self.assertNotIn(b"NOT LOGGED", out)
        self.assertEqual(len(self.asked()), 12)
        self.assertEqual([line["seq"] for line in lines(self.log)], list(range(1, 26)))
        weft("verify", self.case)

    def test_a_killed_question_was_asked(self):
        for delay in range(10):
            process = common.start("search", self.case, SECRET)
            time.sleep(0.004 * delay)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        while True:  # one that is surely killed after it was asked
            before = len(self.asked())
            process = common.start("search", self.case, SECRET)
            while len(self.asked()) == before and process.poll() is None:
                pass
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if lines(self.log)[-1]["action"] == "asked":
                break
        weft("verify", self.case)
        self.assertIn("no answer is logged", weft("log", self.case, "--access").text)

    def test_a_line_that_was_cut_off_is_said_and_mended(self):
        weft("who", self.case, SECRET)
        with open(self.log, "a") as log:
            log.write('{"action":"asked","act')
        text = weft("log", self.case, "--access").text
        self.assertIn("CANNOT BE READ", text)
        text = weft("verify", self.case).text  # which is a question itself, and so mends it
        self.assertIn("access.jsonl line 4 was cut off while it was written; the line after it says so", text)
        self.assertIn("mends", lines_that_parse(self.log)[3])
        weft("who", self.case, SECRET)
        self.assertIn("access.jsonl line 4 was cut off", weft("verify", self.case).text)

    def test_verify_sees_what_was_touched(self):
        for _ in range(3):
            weft("who", self.case, SECRET)
        weft("report", self.case)  # a line of the custody log, which names the last of the access log
        whole = self.log.read_text()
        cut = whole.splitlines(keepends=True)
        self.log.write_text(whole.replace(SECRET, "somebody@else.example", 1))
        self.assertIn("access.jsonl line 2 was changed", weft("verify", self.case, expect={ATTENTION}).text)
        self.log.write_text("".join(cut[:2] + cut[4:]))
        self.assertIn("taken out", weft("verify", self.case, expect={ATTENTION}).text)
        self.log.write_text("".join(cut[:4]))
        self.assertIn("log.jsonl line", weft("verify", self.case, expect={ATTENTION}).text)
        self.log.unlink()
        self.assertIn("that are not there", weft("verify", self.case, expect={ATTENTION}).text)
        self.log.write_text(whole)
        weft("verify", self.case)

    def ask_as_nobody(self, *arguments):
        """The exit code and what was said, by somebody who may read the case and not write to it."""
        def leave_rights():
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
        done = subprocess.run([common.WEFT, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              preexec_fn=leave_rights, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_a_case_that_cannot_be_written_to_answers(self):
        place = next(f"one:{r['path']}" for r in common.table(self.case, "feature") if r["exhibit"] == "one" and r["value"] == SECRET)
        weft("search", self.case, SECRET)
        for path in [self.scratch, *self.scratch.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        self.addCleanup(lambda: [p.chmod(0o755) for p in [self.scratch, *self.scratch.rglob("*")] if p.is_dir()])
        before = self.log.read_text()
        for arguments in (("search", self.case, SECRET), ("who", self.case, SECRET), ("show", self.case, place),
                          ("links", self.case), ("export", self.case, "feature"), ("owners", self.case)):
            with self.subTest(arguments=arguments):
                code, out, said = self.ask_as_nobody(*arguments)
                self.assertEqual(code, ATTENTION, said)
                self.assertIn("THIS QUESTION IS NOT LOGGED", said)
                self.assertTrue(out)
                code, again, said = self.ask_as_nobody(*arguments, "--unlogged")
                self.assertEqual((code, again), (OK, out), said)
                self.assertIn("NOT LOGGED", said)
        code, out, said = self.ask_as_nobody("verify", self.case)
        self.assertEqual(code, OK, out + said)
        self.assertIn("NOT LOGGED", said)
        code, out, said = self.ask_as_nobody("show", self.case, "one:99999999999")
        self.assertEqual(code, NO_INPUT, "what is graver is said")
        self.assertEqual(self.log.read_text(), before)

    def test_tables_know_nothing_of_questions(self):
        weft("link", self.case)
        before = common.parquet_files(self.case)
        weft("search", self.case, SECRET)
        weft("link", self.case)
        self.assertEqual(common.parquet_files(self.case), before)


def lines_that_parse(path):
    out = []
    for line in path.read_text().splitlines():
        try:
            out.append(json.loads(line))
        except ValueError:
            pass
    return out


if __name__ == "__main__":
    common.main()
