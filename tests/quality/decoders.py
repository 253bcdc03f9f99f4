#!/usr/bin/env python3
"""Precision of what decoders make readable, on hits labelled by hand: decoders.py WEFT [--archives FILE ...] [--draw OUT]

    apt-get source --download-only $(cut -f3 tests/quality/decoders/*.tsv | sed -n 's/^debian-source:\\([^_]*\\)_.*/\\1/p' | sort -u)
    apt-get download $(cut -f3 tests/quality/decoders/*.tsv | sed -n 's/^debian:\\([^_]*\\)_.*/\\1/p' | sort -u)
    tests/quality/decoders.py build/bin/weft --archives *.orig.tar.* *.deb

A hit of a layer has no window that could be kept for it, so decoders/*.tsv name the file and the hash of it. The files
that they name are taken from the archives and from the evidence, and what is not at hand is skipped, and said. A hit is
a value in a file, found by the decoder whose layer it lies in; UNESCAPED are URLs with entities or \\u0026 in them,
wherever they lie. With --draw, a new sample of all documents in the archives and of the evidence is written instead,
unlabelled: distinct values, by a fixed seed.
"""
import argparse
import collections
import csv
import hashlib
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import hits
import measure

SETS = hits.HERE / "decoders"
COLUMNS = ["decoder", "kind", "source", "sha256", "value", "label", "reason"]
DECODERS = ["RUNS", "TYPESET", "SST", "LEVELDB", "LZFU", "IWA", "PDFDOC", "ESCAPED"]
KINDS = ["email", "url", "domain", "phone", "ipv4", "card", "iban", "handle", "bitcoin", "ethereum"]
SEED, MOST = 21, 200
DOCUMENT = re.compile(r"\.(doc|dot|xls|xlt|ppt|pps)[xmb]?$|\.(f?od[tspg]|ot[tspg]|sx[wc]|rtf|pdf|msg|pst|pages|numbers|key"
                      r"|ldb|eml|mht)$", re.I)
LARGEST = 8 << 20
ENTITY = re.compile(r"&amp;|\\\\u0026|\\\\u003d|&#(\d+|x[0-9a-fA-F]+);")


def unpack(archive, wanted, folder):
    """Files of a source's archive or of a package whose name in it is wanted, under folder/PACKAGE_VERSION."""
    name = archive.name.replace("%3a", ":")
    if archive.suffix == ".deb":
        package = re.sub(r"_[^_]*\.deb$", "", name)
        subprocess.run(["dpkg", "-x", archive, folder / package], check=True)
        return
    package = name.split(".orig")[0]
    with tarfile.open(archive, "r|*") as members:
        for member in members:
            inside = member.name.partition("/")[2]
            if member.isfile() and member.size <= LARGEST and wanted(f"{package}/{inside}"):
                to = folder / package / inside
                to.parent.mkdir(parents=True, exist_ok=True)
                with open(to, "wb") as out:
                    shutil.copyfileobj(members.extractfile(member), out)


def read_sets():
    rows = []
    for path in sorted(SETS.glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if list(row) != COLUMNS or row["label"] not in hits.LABELS:
            raise SystemExit(f"{row['decoder']} {row['source']} {row['value']}: not a labelled hit")
    return rows


def place(source):
    """(exhibit, file in it) of a source."""
    kind, _, rest = source.partition(":")
    if kind == "evidence":
        return "evidence", rest
    # A version may hold a colon, a file of a package begins with a slash.
    package, inside = rest.split(":/", 1) if kind == "debian" else rest.split(":", 1)
    return "archives", f"{package}/{inside}"


def decoder_of(feature):
    layers = re.findall(r"-([A-Z][A-Z0-9]*)", feature["path"])
    return layers[-1] if layers else ""


def exhibits_of(folder):
    out = [("archives", folder)] if any(folder.iterdir()) else []
    return out + ([("evidence", hits.EVIDENCE)] if hits.EVIDENCE.exists() else [])


def measured(options, folder):
    rows = read_sets()
    wanted = {place(row["source"])[1] for row in rows}
    for archive in options.archives:
        unpack(archive, wanted.__contains__, folder)
    roots = {"archives": folder, "evidence": hits.EVIDENCE}
    here, skipped, hashes = [], collections.Counter(), {}
    for row in rows:
        exhibit, file = place(row["source"])
        path = roots[exhibit] / file
        if path not in hashes:
            hashes[path] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        if hashes[path] == row["sha256"]:
            here.append(row)
        else:
            skipped[row["source"].rsplit(":", 1)[0] if exhibit != "evidence" else "evidence"] += 1
    for source, count in sorted(skipped.items()):
        print(f"SKIPPED: {count} labelled hits of {source}: not at hand, or another version")
    if not here:
        raise SystemExit("nothing to measure")
    found = collections.defaultdict(set)
    for feature in hits.features(options.weft, exhibits_of(folder)):
        for decoder in (decoder_of(feature), "UNESCAPED"):
            found[feature["exhibit"], feature["file"]].add((decoder, feature["kind"], feature["value"]))

    print("| decoder | kind | labelled | still found | genuine | wrong | unsure | precision | 95 % interval | genuine lost |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    notes = []
    for decoder, kind in sorted({(row["decoder"], row["kind"]) for row in here}):
        some = [row for row in here if (row["decoder"], row["kind"]) == (decoder, kind)]
        still = [row for row in some if (decoder, kind, row["value"]) in found[place(row["source"])]]
        counts = {label: sum(row["label"] == label for row in still) for label in hits.LABELS}
        lost = [row for row in some if row["label"] == "genuine" and row not in still]
        low, high = measure.interval(counts["genuine"], len(still)) if still else (0.0, 1.0)
        print(f"| {decoder} | {kind} | {len(some)} | {len(still)} | {counts['genuine']} | {counts['wrong']} | "
              f"{counts['unsure']} | {counts['genuine'] / max(1, len(still)):.3f} | {low:.3f}–{high:.3f} | {len(lost)} |")
        notes += [("wrong, still found", row) for row in still if row["label"] != "genuine"]
        notes += [("genuine, lost", row) for row in lost]
    for what, row in notes:
        print(f"  {what}: {row['decoder']} {row['kind']} {row['value']}  {row['source']}  {row['reason']}")


def drawn(options, folder):
    for archive in options.archives:
        unpack(archive, DOCUMENT.search, folder)
    values = collections.defaultdict(lambda: collections.defaultdict(set))
    for feature in hits.features(options.weft, exhibits_of(folder)):
        if feature["kind"] not in KINDS:
            continue
        decoder = decoder_of(feature)
        if decoder in DECODERS:
            values[decoder, feature["kind"]][feature["value"]].add((feature["exhibit"], feature["file"]))
        elif feature["kind"] == "url" and ENTITY.search(feature["context"][14:-14]):
            values["UNESCAPED", "url"][feature["value"]].add((feature["exhibit"], feature["file"]))
    options.draw.mkdir(parents=True, exist_ok=True)
    rows = collections.defaultdict(list)
    for (decoder, kind), places in sorted(values.items()):
        chance = random.Random(f"{SEED} {decoder} {kind}")
        for value in chance.sample(sorted(places), min(MOST, len(places))):
            exhibit, file = chance.choice(sorted(places[value]))
            package, _, inside = file.partition("/")
            is_deb = any(archive.name.startswith(package.split("_")[0] + "_") and archive.suffix == ".deb"
                         for archive in options.archives)
            source = (f"evidence:{file}" if exhibit == "evidence" else
                      f"debian:{package}:/{inside}" if is_deb else f"debian-source:{package}:{inside}")
            path = (hits.EVIDENCE if exhibit == "evidence" else folder) / file
            rows[decoder].append([decoder, kind, source, hashlib.sha256(path.read_bytes()).hexdigest(), value, "", ""])
    for decoder, some in rows.items():
        with open(options.draw / f"{decoder}.tsv", "w", encoding="utf-8") as out:
            out.writelines("\t".join(row) + "\n" for row in [COLUMNS] + some)
        print(f"{decoder}: {len(some)} hits")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("weft")
    options.add_argument("--archives", nargs="*", default=[], type=pathlib.Path)
    options.add_argument("--draw", type=pathlib.Path, metavar="OUT")
    options = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="weft-decoders-") as folder:
        (drawn if options.draw else measured)(options, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
