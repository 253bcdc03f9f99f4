#!/usr/bin/env python3
"""Recall of `weft extract` against planted truth: recall.py WEFT [--seed N]

Plants 200 addresses and numbers in each layer (plain, UTF-16, zip, gzip, PDF, base64, docx, zip in zip in gzip, and an
ext4 file in pieces, with the seams anywhere), extracts, and counts what is found at all in that layer's exhibit, by
kind and value. All values are invented. Exit code 1 when a layer is below 0.995.
"""
import argparse
import base64
import pathlib
import random
import sys
import tempfile

import hits

sys.path.insert(0, str(hits.ROOT / "tools"))
from making import decoys, disks, formats  # noqa: E402
from making.people import Names  # noqa: E402

FLOOR = 0.995
PLAN = dict(email=60, url=30, phone=20, card=20, iban=15, bitcoin=15, ethereum=10, ipv4=10, mac=10, uuid=10)


def planted(names, rng):
    """(kind, as written, value) of everything in one layer."""
    out = []
    for kind, count in PLAN.items():
        for _ in range(count):
            out.append((kind, *one(kind, names, rng)))
    rng.shuffle(out)
    return out


def one(kind, names, rng):
    digits = lambda n: "".join(rng.choices("0123456789", k=n))  # noqa: E731
    if kind in ("email", "url", "bitcoin"):
        value = names.email() if kind == "email" else names.private(kind)[0]
        return value, value
    if kind == "phone":
        number = f"{rng.randint(2, 9)}{digits(6)}"
        return rng.choice([(f"+49 89 {number}", f"+4989{number}"), (f"+49-30-{number}", f"+4930{number}")])
    if kind == "card":
        number = decoys.luhn(rng.choice(["4539", "5412", "4916"]) + digits(11))
        shown = rng.choice([number, " ".join(number[i:i + 4] for i in range(0, 16, 4))])
        return shown, f"{number[:6]}******{number[-4:]}"
    if kind == "iban":
        value = formats.iban("37040044" + digits(10))
        return rng.choice([value, " ".join(value[i:i + 4] for i in range(0, 22, 4))]), value
    if kind == "ethereum":  # all lower case carries no checksum
        value = "0x" + rng.randbytes(20).hex()
        return value, value
    if kind == "ipv4":
        value = f"{rng.choice([81, 93, 185, 212])}.{rng.randint(100, 250)}.{rng.randint(1, 250)}.{rng.randint(1, 250)}"
        return value, value
    if kind == "mac":
        value = ":".join(f"{b:02x}" for b in b"\x00\x1b\x21" + rng.randbytes(3))
        return value, value
    value = f"{rng.randbytes(4).hex()}-{rng.randbytes(2).hex()}-4{rng.randbytes(2).hex()[1:]}-a{rng.randbytes(2).hex()[1:]}-{rng.randbytes(6).hex()}"
    return value, value


WORDS = {"email": "Mail", "url": "See", "phone": "Tel.", "card": "Card", "iban": "IBAN", "bitcoin": "BTC",
         "ethereum": "ETH", "ipv4": "from address", "mac": "ether", "uuid": "id"}


def lines_of(plants):
    return [f"{WORDS[kind]} {shown}, as said." for kind, shown, _ in plants]


def layers(names, rng, scratch):
    """(layer, plants, file) for each."""
    def text(plants, filler=0):
        return "\n".join(line + "".join(" " + names.word(3) for _ in range(filler)) for line in lines_of(plants)) + "\n"

    def layer(name, make):
        plants = planted(names, rng)
        folder = scratch / name.replace(" ", "-")  # a file in a folder: a zip file by itself would be an exhibit of files
        folder.mkdir()
        (folder / "file").write_bytes(make(plants))
        return name, plants, folder

    yield layer("plain", lambda p: text(p).encode())
    yield layer("utf-16le", lambda p: text(p).encode("utf-16-le"))
    yield layer("utf-16be", lambda p: text(p).encode("utf-16-be"))
    yield layer("zip", lambda p: formats.zip_of({"notes/a.txt": text(p).encode()}))
    yield layer("gzip", lambda p: formats.gzipped(text(p).encode()))
    yield layer("pdf", lambda p: formats.pdf(lines_of(p)))
    yield layer("pdf of numbered glyphs", lambda p: formats.glyph_pdf(lines_of(p)))
    yield layer("base64", lambda p: b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(text(p).encode()))
    yield layer("docx", lambda p: formats.docx("\n".join(lines_of(p)), "A. Writer", "2024-03-02T08:00:00Z"))
    yield layer("zip in zip in gzip", lambda p: formats.gzipped(formats.zip_of({
        "inner.zip": formats.zip_of({"a.txt": text(p).encode()})})))
    plants = planted(names, rng)
    builder = disks.Builder(scratch / "disk", rng)
    image = builder.ext4("pieces", 4 << 20, {"pieces.txt": text(plants).encode()}, fragmented=("pieces.txt",))
    yield "fragmented file in ext4", plants, pathlib.Path(image)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("weft")
    options.add_argument("--seed", type=int, default=4)
    options = options.parse_args()
    rng = random.Random(options.seed)
    names = Names(rng)
    below = False
    with tempfile.TemporaryDirectory(prefix="weft-recall-") as folder:
        scratch = pathlib.Path(folder)
        (scratch / "disk").mkdir()
        made = list(layers(names, rng, scratch))
        found = {}
        for row in hits.features(options.weft, [(f"layer{n}", path) for n, (_, _, path) in enumerate(made)]):
            found.setdefault(row["exhibit"], set()).add((row["kind"], row["value"]))
    print("| layer | planted | found | recall | missed |")
    print("|---|---|---|---|---|")
    for number, (name, plants, _) in enumerate(made):
        missed = [(kind, shown) for kind, shown, value in plants if (kind, value) not in found.get(f"layer{number}", ())]
        recall = (len(plants) - len(missed)) / len(plants)
        below |= recall < FLOOR
        print(f"| {name} | {len(plants)} | {len(plants) - len(missed)} | {recall:.3f} | "
              f"{'; '.join(f'{kind} {shown}' for kind, shown in missed[:6])}{' …' if len(missed) > 6 else ''} |")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
