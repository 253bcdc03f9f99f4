#!/usr/bin/env python3
"""Draws a random sample of hits to be labelled by hand.

    draw.py WEFT OUT [--seed N] [--most N] [--kinds a,b] [--keep FILE] [--without FOLDER] [--package FILE.deb ...]

runs WEFT over Debian's files on this machine (TREES), over what the packages given unpack to (PACKAGES names those of
the sets kept here; `apt-get download` brings them), and over the evidence, and writes OUT/KIND.tsv, unlabelled. The
unit that is drawn is the distinct value, and then one of its hits: a single address that stands ten thousand times in
change logs says nothing about the others. Where there are fewer values than asked for, all are taken, and then further
hits of them. The same seed, packages and evidence give the same sample. With --without, what is in the sets of a folder
(labelled/) is not drawn: a fresh sample, which no rule was made by.
"""
import argparse
import collections
import gzip
import json
import pathlib
import random
import re
import subprocess
import tempfile

import hits

TREES = ["/usr/share/doc", "/usr/share/man", "/usr/share/perl", "/usr/share/perl5", "/usr/share/vim",
         "/usr/share/icons", "/usr/share/texmf", "/usr/lib/python3", "/usr/lib/x86_64-linux-gnu"]
# Where kinds stand that manuals seldom have: validators and their examples, wallets, telephones, mail, networks.
PACKAGES = """python3-stdnum libbusiness-creditcard-perl python3-electrum electrum hashcat-data john-data hibiscus
libalgorithm-checkdigits-perl python3-phonenumbers golang-github-btcsuite-btcd-btcec-dev
golang-github-asaskevich-govalidator-dev golang-github-go-playground-validator-v10-dev python3-btchip python3-trezor
python3-bip32utils python3-bitcoinlib python3-mnemonic php-faker php-symfony-validator ruby-faker linux-doc-6.1
shorewall-doc mgetty-docs hylafax-server smstools gammu-doc kannel-docs efax twinkle mhonarc libemail-mime-perl
golang-github-emersion-go-message-dev golang-github-emersion-go-imap-dev spamassassin libnumber-phone-perl
golang-github-google-gopacket-dev golang-github-mdlayher-ethernet-dev vim-doc fortunes mailman3-doc python3.11-doc
libmail-box-perl jargon-text miscfiles exim4-doc-html isc-dhcp-server libdata-validate-ip-perl hostapd
freeradius-config bind9-doc ppp golang-github-xdg-go-stringprep-dev golang-github-oschwald-maxminddb-golang-dev
golang-github-gomarkdown-markdown-dev libktoblzcheck1v5 golang-github-mitch000001-go-hbci-dev tryton-modules-bank
tryton-modules-account-payment-sepa""".split()
IMAGES = ["images/bulk_extractor/nps-2010-emails.E01", "images/bulk_extractor/CFReDS001.E01",
          "images/bulk_extractor/email_test.E01", "images/dfvfs/windows_volume.qcow2", "images/plaso/image.qcow2",
          "images/plaso/vsstest.qcow2", "images/ntfs/test.ntfs.dd.E01", "images/plaso/image-split.E01"]
# One source may not be the sample: an image of 49,994 addresses made by a loop.
FEW_OF = {"images/bulk_extractor/email_test.E01": 10}
OF_EVIDENCE = 3  # every third hit comes from the evidence, while there are
KEPT = ["exhibit", "kind", "value", "path", "file", "file_offset", "encoding"]
WIDTHS = [(96, 64), (400, 160), (1100, 400)]  # of a window in front of the hit and behind its begin


def owners():
    """PACKAGE_VERSION of each installed file, as dpkg knows them."""
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${binary:Package} ${Package}_${Version}\n"], check=True,
                            capture_output=True, text=True).stdout
    out = {}
    for line in listed.splitlines():
        package, name = line.split()
        for stem in (package, package.split(":")[0]):
            files = pathlib.Path(f"/var/lib/dpkg/info/{stem}.list")
            if files.exists():
                out.update(dict.fromkeys(files.read_text().splitlines(), name))
    return out


def window_of(path, at, before, behind):
    """(window, where the hit begins in it) of +OFFSET or gz+OFFSET in the file."""
    whole = gzip.decompress(path.read_bytes()) if at.startswith("gz") else path.read_bytes()
    offset = int(at[at.index("+"):])
    first = max(0, offset - before)
    return whole[first:offset + behind], offset - first


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("weft")
    options.add_argument("out", type=pathlib.Path)
    options.add_argument("--seed", type=int, default=4)
    options.add_argument("--most", type=int, default=400)
    options.add_argument("--kinds", default="")
    options.add_argument("--keep", type=pathlib.Path, help="file for what was found")
    options.add_argument("--without", type=pathlib.Path, help="folder of sets whose values are not drawn")
    options.add_argument("--package", nargs="*", default=[], type=pathlib.Path)
    options = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="weft-draw-") as scratch:
        draw(options, pathlib.Path(scratch))


def draw(options, scratch):
    exhibits, roots, images = [], {}, {}
    for number, tree in enumerate(TREES):
        exhibits.append((f"tree{number}", tree))
        roots[f"tree{number}"] = pathlib.Path(tree)
    for package in options.package:
        folder = scratch / "packages" / re.sub(r"_[^_]*\.deb$", "", package.name).replace("%3a", ":")
        folder.mkdir(parents=True)
        subprocess.run(["dpkg", "-x", package, folder], check=True)
    if options.package:
        exhibits.append(("packages", scratch / "packages"))
        roots["packages"] = scratch / "packages"
    if hits.EVIDENCE.exists():
        exhibits.append(("evidence", hits.EVIDENCE))
        images = {f"image{number}": path for number, path in enumerate(IMAGES)}
        exhibits += [(label, hits.EVIDENCE / path) for label, path in images.items()]
    else:
        print(f"NO EVIDENCE in {hits.EVIDENCE}: the sample is Debian's files alone")

    # By kind and value, all places.
    places = collections.defaultdict(lambda: collections.defaultdict(list))
    for feature in found(options, exhibits):
        place = hits.place(feature, images)
        if place is None or place[0].startswith("images/") and place[1].startswith("+"):
            continue  # an image's container is no text
        if (options.kinds and feature["kind"] not in options.kinds.split(",")):
            continue
        file, at = place
        if feature["exhibit"] in roots:
            if re.fullmatch(r"\+0-GZIP-\d+", at) and file.endswith("gz"):
                at = "gz+" + at.rsplit("-", 1)[1]
            if not re.fullmatch(r"(gz)?\+\d+", at) or feature["encoding"] != "utf-8":
                continue
        places[feature["kind"]][feature["value"]].append((feature["exhibit"], file, at))

    if options.without:
        for path in options.without.glob("*.tsv"):
            for row in hits.read_set(path):
                places.get(row["kind"], {}).pop(row["value"], None)
    installed = owners()
    options.out.mkdir(parents=True, exist_ok=True)
    for kind in sorted(places):
        rows = sample(options, roots, images, installed, kind, places[kind])
        hits.write_set(options.out / f"{kind}.tsv", rows)
        print(f"{kind}: {len(rows)} of {sum(map(len, places[kind].values()))} hits, {len(places[kind])} values")


def found(options, exhibits):
    """The features; kept in a file and taken from there, where one is named: drawing anew then costs seconds."""
    if not options.keep:
        yield from hits.features(options.weft, exhibits)
        return
    if not options.keep.exists():
        with open(options.keep, "w", encoding="utf-8") as out:
            for feature in hits.features(options.weft, exhibits):
                out.write(json.dumps({name: feature[name] for name in KEPT}) + "\n")
    with open(options.keep, encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def sample(options, roots, images, installed, kind, values):
    chance = random.Random(f"{options.seed} {kind}")
    order = sorted(values)
    chance.shuffle(order)
    for value in order:
        chance.shuffle(values[value])
    turns = [(value, values[value][turn]) for turn in range(5) for value in order if len(values[value]) > turn]
    here = collections.deque(turn for turn in turns if turn[1][0] in roots)
    there, taken = collections.deque(), collections.Counter()
    for turn in turns:
        if turn[1][0] not in roots:
            source = images.get(turn[1][0], turn[1][1])
            taken[source] += 1
            if taken[source] <= FEW_OF.get(source, options.most):
                there.append(turn)
    turns = []
    while here or there:
        turns.append(there.popleft() if there and (not here or len(turns) % OF_EVIDENCE == 0) else here.popleft())
    rows = []
    for value, (exhibit, file, at) in turns:
        if len(rows) >= options.most:
            break
        row = dict.fromkeys(hits.COLUMNS, "")
        row.update(kind=kind, value=value, at=at)
        if exhibit in roots:
            path = roots[exhibit] / file
            package, _, inside = file.partition("/") if exhibit == "packages" else (installed.get(str(path)), "", str(path))
            if package is None:
                continue
            row["source"] = f"debian:{package}:/{inside.lstrip('/')}"
            row["path"] = path
        else:
            row["source"] = f"evidence:{images.get(exhibit, file)}"
        rows.append(row)
    lost = narrow(options.weft, [row for row in rows if "path" in row], kind)
    return [row for row in rows if row not in lost]


def narrow(weft, rows, kind):
    """Gives each row the narrowest window that shows the hit as its file does; returns those that have none."""
    left = rows
    for before, behind in WIDTHS:
        windows = []
        for row in left:
            window, begin = window_of(row["path"], row["at"], before, behind + len(row["value"]))
            row.update(window=hits.escape(window), begin=begin, sha256=hits.sha256(window))
            windows.append(window)
        if windows:
            found = hits.in_windows(weft, windows)
            left = [row for row, here in zip(left, found) if (kind, row["begin"], row["value"]) not in here]
    for row in left:
        print(f"{kind}: {row['source']} {row['at']}: {row['value']} is not found in its window")
    return left


if __name__ == "__main__":
    main()
