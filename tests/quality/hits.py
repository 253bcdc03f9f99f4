"""What drawing and measuring share: running weft, its features, and the labelled sets as files.

A labelled set is a TSV file, one hit a line:

    source   debian:PACKAGE_VERSION:PATH (a file of a Debian package) or evidence:PATH (of the folder of evidence)
    at       where the hit is in it: +OFFSET, gz+OFFSET (of what the gzip file unpacks to); for evidence, +OFFSET with
             what weft calls the rest of the path behind (+0-GZIP-512), or the whole path on an image (73400320-ZIP-0)
    begin    where the hit begins in the window
    sha256   of the window
    kind, value
    window   the bytes around the hit, escaped; empty for evidence: it is read again from the folder
    label    genuine, wrong or unsure
    reason   a word or two
"""
import csv
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EVIDENCE = pathlib.Path(os.environ.get("WEFT_EVIDENCE", ROOT.parent / "shared/evidence"))
COLUMNS = ["source", "at", "begin", "sha256", "kind", "value", "window", "label", "reason"]
LABELS = ("genuine", "wrong", "unsure")
# Between two windows: more than any scanner looks.
GAP = bytes(1536)


def run(weft, *arguments):
    done = subprocess.run([weft, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 5):  # 5: something needs attention, such as an image that is cut short
        raise SystemExit(f"weft {' '.join(map(str, arguments))}: exit code {done.returncode}\n"
                         f"{done.stdout.decode(errors='replace')[-2000:]}")


def features(weft, exhibits):
    """What the scanners find in the exhibits, (label, path on disk) each, as dicts."""
    with tempfile.TemporaryDirectory(prefix="weft-quality-") as folder:
        case = pathlib.Path(folder, "case")
        run(weft, "new", case)
        for label, path in exhibits:
            run(weft, "add", case, path, "--label", label)
        run(weft, "extract", case)
        out = pathlib.Path(folder, "feature.jsonl")
        run(weft, "export", case, "feature", "--format", "jsonl", "-o", out)
        with open(out, encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if not row["role"]:
                    yield row


def in_windows(weft, windows):
    """What is found in each of the windows: a list of (kind, begin, value) for each."""
    starts, data = [], bytearray(GAP)
    for window in windows:
        starts.append(len(data))
        data += window + GAP
    found = [[] for _ in windows]
    with tempfile.TemporaryDirectory(prefix="weft-quality-") as folder:
        path = pathlib.Path(folder, "windows")
        path.write_bytes(data)
        at = 0
        for row in sorted(features(weft, [("windows", path)]), key=lambda row: row["offset"]):
            if row["path"] != str(row["offset"]):
                continue  # of a layer
            while at + 1 < len(starts) and starts[at + 1] <= row["offset"]:
                at += 1
            found[at].append((row["kind"], row["offset"] - starts[at], row["value"]))
    return found


def escape(data):
    """One line of printable ASCII and whole UTF-8 characters; the other bytes as \\xNN."""
    out = []
    for char in data.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if 0xdc80 <= code <= 0xdcff:
            out.append(f"\\x{code - 0xdc00:02x}")
        elif char == "\\":
            out.append("\\\\")
        elif char.isprintable():
            out.append(char)
        else:
            out += [f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass")]
    return "".join(out)


def unescape(text):
    out, at = bytearray(), 0
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode()
            at += 1
        elif text[at + 1] == "\\":
            out += b"\\"
            at += 2
        else:
            out.append(int(text[at + 2:at + 4], 16))
            at += 4
    return bytes(out)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read_set(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar=None))
    for number, row in enumerate(rows, 2):
        if None in row.values() or list(row) != COLUMNS:
            raise SystemExit(f"{path}:{number}: not {len(COLUMNS)} columns")
    return rows


def write_set(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            file.write("\t".join(str(row[name]) for name in COLUMNS) + "\n")


def exhibits_of_evidence(rows):
    """The exhibits that hold the rows' sources: images by themselves, all else as one folder."""
    images = sorted({row["source"][len("evidence:"):] for row in rows if is_image(row)})
    out = [(f"image{number}", EVIDENCE / path) for number, path in enumerate(images)]
    return [("evidence", EVIDENCE)] + out, {f"image{number}": path for number, path in enumerate(images)}


def is_image(row):
    return row["source"].startswith("evidence:") and not row["at"].startswith("+")


def place(feature, images):
    """(source, at) of a feature, or None where that cannot be said simply."""
    path = feature["path"]
    layers = path[path.index("-"):] if "-" in path else ""
    if feature["exhibit"] in images:
        return images[feature["exhibit"]], path
    if not feature["file"] or feature["file_offset"] is None or path.startswith("#"):
        return None
    return feature["file"], f"+{feature['file_offset']}{layers}"
