"""What the whole-program tests share: where the program is, how it is run, how its tables are read.

Environment: WEFT (the program), WEFT_EVIDENCE (folder of real images; default: ../shared/evidence beside the source).
Every test works in a scratch folder of its own and under a memory limit: nothing here can eat the machine.
"""
import contextlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WEFT = os.environ.get("WEFT", str(ROOT / "build/bin/weft"))
EVIDENCE = pathlib.Path(os.environ.get("WEFT_EVIDENCE", ROOT.parent / "shared/evidence"))
os.environ["PATH"] += ":/usr/sbin:/sbin"

OK, INTERNAL, USAGE, NO_INPUT, IN_USE, ATTENTION, WORLD, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
DOCUMENTED = {OK, USAGE, NO_INPUT, IN_USE, ATTENTION, WORLD, INTERRUPTED}  # 1 is a bug, whatever the input


def needs_evidence(*paths):
    """Skips the test loudly when the real images are not at hand."""
    for path in paths or ("MANIFEST.tsv",):
        if not (EVIDENCE / path).exists():
            raise unittest.SkipTest(f"no {path} in {EVIDENCE}: set WEFT_EVIDENCE")


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))


def start(*arguments, **more):
    return subprocess.Popen([WEFT, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL, preexec_fn=limit_memory, **more)


class Done:
    def __init__(self, code, text):
        self.code, self.text = code, text


def weft(*arguments, expect=None, timeout=600):
    """Runs the program; expect: exit codes that are right here. A crash or a hang is never right."""
    process = start(*arguments)
    try:
        out, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError(f"weft {' '.join(map(str, arguments))}: still running after {timeout} s")
    done = Done(process.returncode, out.decode(errors="replace"))
    wanted = expect if expect is not None else {OK}
    if done.code not in wanted:
        raise AssertionError(f"weft {' '.join(map(str, arguments))}: exit code {done.code}, not {sorted(wanted)}\n{done.text[-3000:]}")
    return done


def chromium(profile, *arguments):
    """Runs a real browser without a window and gives what it prints; profile: the folder it keeps things in."""
    return subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         f"--user-data-dir={profile}", *arguments],
        check=True, capture_output=True, timeout=120).stdout


def table(case, name, expect=None):
    """All rows of a table of the case, as dicts. expect: {OK, ATTENTION} where some exhibits may not be extracted."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as out:
        weft("export", case, name, "--format", "jsonl", "-o", out.name, expect=expect)
        with open(out.name, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def parquet_files(case):
    """What must not depend on how a run went: every Parquet file of the packs, tokens and links, by its bytes."""
    import hashlib
    found = {}
    for folder in ("packs", "links"):
        for path in sorted(pathlib.Path(case, folder).rglob("*.parquet")):
            found[str(path.relative_to(case))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def index_files(case):
    """The selector indexes by label, as bytes. Which are there, and whole, is nobody's business but linking's."""
    return {path.stem: path.read_bytes() for path in pathlib.Path(case, "indexes").glob("*.index")}


class Case(unittest.TestCase):
    """A test with a scratch folder, self.scratch, and a case path in it, self.case."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="weft-e2e-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.case = self.scratch / "case"


def sample_case(folder, seed=7):
    subprocess.run([sys.executable, ROOT / "tools/sample_case", "--out", folder, "--seed", str(seed)], check=True,
                   stdout=subprocess.DEVNULL)
    truth = json.loads((pathlib.Path(folder) / "truth.json").read_text())
    return truth, sorted((pathlib.Path(folder) / "evidence").iterdir())


def first_parts(paths):
    """Of split evidence, the first file only."""
    return [p for p in paths if not (p.suffix[1:].isdigit() and int(p.suffix[1:]) != 1)]


@contextlib.contextmanager
def unpacked(path):
    """The image at path, decompressed into a scratch folder when it is stored compressed."""
    tools = {".xz": ["xz", "-dc"], ".gz": ["gzip", "-dc"], ".zst": ["zstd", "-dcq"]}
    if path.suffix not in tools:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="weft-e2e-") as folder:
        out = pathlib.Path(folder) / path.stem
        with open(out, "wb") as file, subprocess.Popen([*tools[path.suffix], path], stdout=subprocess.PIPE) as tool:
            while block := tool.stdout.read(65536):  # what is sparse stays sparse
                file.seek(len(block), 1) if not any(block) else file.write(block)
            file.truncate(file.tell())
        if tool.returncode:
            raise AssertionError(f"{path} does not unpack")
        yield out


def main():
    unittest.main(verbosity=2)
