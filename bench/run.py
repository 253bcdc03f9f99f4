#!/usr/bin/env python3
"""Measures the whole extraction and its stages against what this machine can do at best, in the same run.

  run.py --weft FILE --limit FILE --stages FILE --scratch DIR [--size MIB]

The numbers are CPU seconds (all processes), given as MB/s per core, and as a ratio to the limit: reading, SHA-256 and a
plain Hyperscan pass with twenty patterns over the same file. 1.00 would be an extraction that costs nothing beyond.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess

MB = 1_000_000


def changelogs(size):
    """Text with many addresses: Debian's changelogs, as often as it takes."""
    texts = []
    for path in sorted(pathlib.Path("/usr/share/doc").glob("*/changelog*.gz")):
        if path.is_file():
            texts.append(gzip.decompress(path.read_bytes()))
    text = b"\n".join(texts) or b"no changelogs on this machine <nobody@localhost.localdomain>\n"
    return (text * (size // len(text) + 1))[:size]


def noise(size):
    rng = random.Random(1)
    return b"".join(rng.randbytes(min(1 << 20, size - at)) for at in range(0, size, 1 << 20))


def file_system(path, size):
    """An ext4 image of this machine's documentation and manuals."""
    source = path.parent / "tree"
    shutil.rmtree(source, ignore_errors=True)
    room = size * 6 // 10
    for folder in ("/usr/share/doc", "/usr/share/man", "/usr/share/perl", "/usr/lib/python3"):
        for file in sorted(pathlib.Path(folder).rglob("*")) if os.path.isdir(folder) else []:
            if file.is_symlink() or not file.is_file() or file.stat().st_size > room:
                continue
            room -= file.stat().st_size + 2048
            to = source / file.relative_to("/")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
    with open(path, "wb") as out:
        out.truncate(size)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", source, path], check=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"})
    shutil.rmtree(source)


def corpora(scratch, size):
    scratch.mkdir(parents=True, exist_ok=True)
    made = {}
    for name in ("documents", "random", "changelogs"):
        path = made[name] = scratch / f"{name}-{size >> 20}.img"
        if path.exists():
            continue
        part = path.with_suffix(".part")
        if name == "documents":
            file_system(part, size)
        else:
            part.write_bytes(noise(size) if name == "random" else changelogs(size))
        part.rename(path)
    return made


def cpu_of(command, accept=(0,)):
    """CPU seconds of a command with everything it started, and the most memory any of its processes held."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode not in accept:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout.decode(errors='replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss * 1024


def stages_of(command):
    out = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, check=True).stdout.decode()
    return [json.loads(line) for line in out.splitlines()]


def shared_system(weft, scratch, exhibits):
    """CPU seconds of the extraction of exhibits that share one installed system, in the order they come in; and whether
    the packs are those that a scan of everything gives."""
    system, case, plain = scratch / "system", scratch / "shared", scratch / "shared-all"
    for folder in (system, case, plain):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in ("/etc", "/usr/bin", "/usr/sbin", "/usr/share", "/usr/lib/python3", f"/usr/lib/{os.uname().machine}-linux-gnu"):
        if os.path.isdir(folder):
            (system / folder[1:]).parent.mkdir(parents=True, exist_ok=True)
            # What this user may not read is left out.
            subprocess.run(["cp", "-a", folder, system / folder[1:]], check=False, stderr=subprocess.DEVNULL)
    size = sum(file.stat().st_size + 4096 for file in system.rglob("*") if file.is_file() and not file.is_symlink())
    for folder in (case, plain):
        cpu_of([weft, "new", folder])
    shutil.copy(case / "key", plain / "key")
    print(f"\n{exhibits} exhibits that share {size >> 20} MiB of an installed system")
    print(f"  {'exhibit':<10}{'CPU s':>9}{'of the first':>14}   pack as without the short-cut")
    rows, first = [], None
    for number in range(1, exhibits + 1):
        home = system / f"home/user{number}"
        home.mkdir(parents=True)
        for note in range(100 * number):  # so that the system lies elsewhere on each
            (home / f"note{note}.txt").write_text(f"from user{number}.{note}@private.example.org\n" * (50 + note))
        image = scratch / f"shared{number}.img"
        with open(image, "wb") as out:
            out.truncate(size * 5 // 4 + (64 << 20))
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-i", "4096", "-d", system, image], check=True,
                       env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"})
        shutil.rmtree(home)
        for folder, more in ((case, ()), (plain, ("--scan-all",))):
            cpu_of([weft, "add", folder, image])
            seconds, _ = cpu_of([weft, "extract", folder, image.stem, *more], accept=(0, 5))
            if folder == case:
                first = first or seconds
                rows.append({"stage": f"shared system, exhibit {number}", "cpu_seconds": round(seconds, 3), "of_first": round(seconds / first, 3)})
        same = all(path.read_bytes() == (case / "packs" / image.stem / path.name).read_bytes()
                   for path in (plain / "packs" / image.stem).glob("*.parquet"))
        print(f"  {number:<10}{rows[-1]['cpu_seconds']:>9.2f}{rows[-1]['of_first']:>14.2f}   {'yes' if same else 'NO'}")
        image.unlink()
    for folder in (system, case, plain):
        shutil.rmtree(folder)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weft", required=True)
    parser.add_argument("--limit", required=True)
    parser.add_argument("--stages", required=True)
    parser.add_argument("--scratch", required=True, type=pathlib.Path)
    parser.add_argument("--size", type=int, default=256, help="MiB of each corpus")
    parser.add_argument("--shared", type=int, default=3, help="exhibits that share an installed system; 0: leave that out")
    options = parser.parse_args()
    results = []
    for name, path in corpora(options.scratch, options.size << 20).items():
        size = path.stat().st_size
        path.read_bytes()  # into the page cache: the disk is not what is measured
        limit = stages_of([options.limit, path])
        best = limit[-1]["cpu_seconds"]
        rows = [(s["stage"], s["cpu_seconds"], s["found"]) for s in limit]
        rows += [(s["stage"], s["cpu_seconds"], s["found"]) for s in stages_of([options.stages, path, options.scratch / "spool"])]
        case = options.scratch / "case"
        memory = 0
        for stage, arguments in (("add", ("add", case, path)), ("extract", ("extract", case)), ("link", ("link", case)),
                                 ("report", ("report", case))):
            if stage == "add":
                shutil.rmtree(case, ignore_errors=True)
                cpu_of([options.weft, "new", case])
            seconds, memory = cpu_of([options.weft, *arguments], accept=(0, 5))
            rows.append((f"weft {stage}", seconds, None))
        print(f"\n{name}: {size >> 20} MiB, most memory of any process so far {memory >> 20} MiB")
        print(f"  {'stage':<32}{'CPU s':>9}{'MB/s per core':>15}{'of the limit':>14}{'found':>11}")
        for stage, seconds, found in rows:
            speed = size / MB / seconds if seconds > 0 else float("inf")
            print(f"  {stage:<32}{seconds:>9.2f}{speed:>15.0f}{best / seconds if seconds else 0:>14.2f}"
                  f"{found if found is not None else '':>11}")
            results.append({"corpus": name, "stage": stage, "bytes": size, "cpu_seconds": round(seconds, 4), "limit_seconds": best})
        shutil.rmtree(case, ignore_errors=True)
    if options.shared:
        results += shared_system(options.weft, options.scratch, options.shared)
    (options.scratch / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nas JSON: {options.scratch / 'results.json'}")


if __name__ == "__main__":
    main()
