#!/usr/bin/env python3
"""Precision of the scanners on the labelled hits: measure.py WEFT [TABLE] [--of FOLDER]

Runs WEFT over the windows of labelled/*.tsv (and over the evidence, where it is at hand), and says of each labelled hit
whether it is still found. Precision is the share of genuine ones among those; a hit of which the reader was not sure
counts as wrong. Exit code 1 when a kind is below its floor, or more than one in fifty of its genuine hits is lost.
TABLE (docs/measured/precision.tsv) is written for docs/scanners.md. FOLDER is another set than labelled/, such as fresh-12.
"""
import argparse
import math
import pathlib
import sys

import hits

FLOORS = dict.fromkeys(["email", "url", "card", "iban", "bitcoin", "ethereum"], 0.98)
OTHER_FLOOR = 0.95
MOST_LOST = 0.02


def binomial_tail(count, total, chance):
    """P(X >= count) of so many trials."""
    if chance <= 0:
        return 1.0 if count <= 0 else 0.0
    if chance >= 1:
        return 1.0
    logs = (math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1) + k * math.log(chance)
            + (total - k) * math.log1p(-chance) for k in range(count, total + 1))
    return min(1.0, math.fsum(map(math.exp, logs)))


def interval(count, total, level=0.95):
    """Clopper and Pearson's, exact and so never too narrow."""
    def solve(wanted, successes):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if binomial_tail(successes, total, middle) < wanted else (low, middle)
        return low
    tail = (1 - level) / 2
    return (0.0 if count == 0 else solve(tail, count), 1.0 if count == total else solve(1 - tail, count + 1))


def found_again(weft, rows):
    """For each row: found, changed (another value at the same byte), or lost."""
    state = {}
    windows = [row for row in rows if row["window"]]
    data = [hits.unescape(row["window"]) for row in windows]
    for row, window in zip(windows, data):
        if hits.sha256(window) != row["sha256"]:
            raise SystemExit(f"{row['source']} {row['at']}: the window is not the one that was labelled")
    for row, here in zip(windows, hits.in_windows(weft, data)):
        state[id(row)] = status(row, [(kind, value) for kind, begin, value in here if begin == int(row["begin"])])

    elsewhere = [row for row in rows if not row["window"]]
    if elsewhere and not hits.EVIDENCE.exists():
        print(f"SKIPPED: {len(elsewhere)} labelled hits in the evidence: no {hits.EVIDENCE}; set WEFT_EVIDENCE\n")
    elif elsewhere:
        exhibits, images = hits.exhibits_of_evidence(elsewhere)
        at = {}
        for feature in hits.features(weft, exhibits):
            place = hits.place(feature, images)
            if place:
                at.setdefault((f"evidence:{place[0]}", place[1]), []).append((feature["kind"], feature["value"]))
        for row in elsewhere:
            state[id(row)] = status(row, at.get((row["source"], row["at"]), []))
    return state


def status(row, here):
    if (row["kind"], row["value"]) in here:
        return "found"
    return "changed" if any(kind == row["kind"] for kind, _ in here) else "lost"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("weft")
    options.add_argument("table", nargs="?", type=pathlib.Path)
    options.add_argument("--of", type=pathlib.Path, default=hits.HERE / "labelled")
    options = options.parse_args()
    rows = [row for path in sorted(options.of.glob("*.tsv")) for row in hits.read_set(path)]
    if not rows:
        raise SystemExit(f"no sets in {options.of}")
    for row in rows:
        if row["label"] not in hits.LABELS:
            raise SystemExit(f"{row['kind']} {row['source']} {row['at']}: label {row['label']!r}")
    state = found_again(options.weft, rows)
    rows = [row for row in rows if id(row) in state]

    print("| kind | labelled | still found | genuine | wrong | unsure | precision | 95 % interval | floor | genuine lost |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    below = []
    measured = ["kind\tfound\tgenuine\tprecision\tlow\thigh"]
    for kind in sorted({row["kind"] for row in rows}):
        here = [row for row in rows if row["kind"] == kind]
        found = [row for row in here if state[id(row)] == "found"]
        counts = {label: sum(row["label"] == label for row in found) for label in hits.LABELS}
        genuine = [row for row in here if row["label"] == "genuine"]
        lost = len(genuine) - counts["genuine"]
        floor = FLOORS.get(kind, OTHER_FLOOR)
        precision = counts["genuine"] / len(found) if found else 1.0
        low, high = interval(counts["genuine"], len(found)) if found else (0.0, 1.0)
        if precision < floor:
            below.append(f"{kind}: precision {precision:.3f} is below {floor}")
        if lost > MOST_LOST * len(genuine):
            below.append(f"{kind}: {lost} of {len(genuine)} genuine hits are no longer found")
        measured.append(f"{kind}\t{len(found)}\t{counts['genuine']}\t{precision:.3f}\t{low:.3f}\t{high:.3f}")
        print(f"| {kind} | {len(here)} | {len(found)} | {counts['genuine']} | {counts['wrong']} | {counts['unsure']} | "
              f"{precision:.3f} | {low:.3f}–{high:.3f} | {floor} | {lost} |")

    if options.table:
        options.table.write_text("\n".join(measured) + "\n")
    for title, wanted in (("Genuine, no longer found:", lambda row, s: row["label"] == "genuine" and s != "found"),
                          ("Wrong or unsure, still found:", lambda row, s: row["label"] != "genuine" and s == "found"),
                          ("Found with another value, to be labelled again:", lambda row, s: s == "changed")):
        some = [row for row in rows if wanted(row, state[id(row)])]
        if some:
            print("\n" + title)
        for row in some:
            print(f"  {row['kind']} {row['value']}  {row['source']} {row['at']}  {row['reason']}")
    print()
    for line in below:
        print("BELOW: " + line)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
