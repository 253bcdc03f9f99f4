#!/usr/bin/env python3
"""Checks that the code is laid out as ARCHITECTURE.md says, which is the one source of truth.

  layering.py              check this tree
  layering.py --self-test  plant one violation of each kind in a small tree, and see each reported

What is checked: a file includes only modules its own row names; a third-party header appears in modules that own it
only; the `weft_module` lines of CMakeLists.txt name the same modules in the same order with the same USES; every folder
of src/ is in the table. A file over 800 lines is a warning, not an error.
"""
import pathlib
import re
import sys
import tempfile

MAX_LINES = 800
EVERYONE = {"fmt", "GoogleTest", "Google Benchmark"}  # as ARCHITECTURE.md says below the table


def tables(text):
    """All Markdown tables: lists of rows, header first."""
    table, out = [], []
    for line in text.splitlines() + [""]:
        if line.startswith("|"):
            cells = [c.strip() for c in line.strip("|").split("|")]
            if not all(set(c) <= set("-: ") and c for c in cells):
                table.append(cells)
        elif table:
            out.append(table)
            table = []
    return out


def find_table(text, *header):
    for table in tables(text):
        if tuple(table[0][: len(header)]) == header:
            return table[1:]
    raise SystemExit(f"ARCHITECTURE.md has no table that begins with | {' | '.join(header)} |")


def read_architecture(root):
    text = (root / "ARCHITECTURE.md").read_text()
    uses, owns = {}, {}
    for name, _, module_uses, owned in (row[:4] for row in find_table(text, "module", "is", "uses")):
        uses[name] = module_uses.split()
        owns[name] = {o.strip() for o in owned.split(",") if o.strip()}
    headers = {}  # prefix -> owner
    for owner, names in (row[:2] for row in find_table(text, "owner", "headers")):
        for prefix in re.findall(r"`([^`]+)`", names):
            headers[prefix] = owner
    return uses, owns, headers


def owner_of(header, headers):
    for prefix, owner in headers.items():
        if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
            return owner
    return None


def is_system(header):
    """C, C++ and POSIX headers: not third-party. Anything else has to be in the table."""
    if "/" not in header and "." not in header:
        return True  # <vector>
    return header.split("/")[0] in {"sys", "linux", "arpa", "netinet", "asm"} or header in {
        "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "fnmatch.h", "ftw.h", "glob.h", "iconv.h", "inttypes.h", "limits.h", "locale.h", "poll.h",
        "pthread.h", "sched.h", "semaphore.h", "signal.h", "spawn.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
        "immintrin.h", "cpuid.h", "time.h", "unistd.h", "utime.h", "termios.h", "pwd.h", "grp.h", "netdb.h", "endian.h", "byteswap.h", "malloc.h",
        "ucontext.h", "execinfo.h"}


def check(root):
    """Returns (errors, warnings)."""
    errors, warnings = [], []
    uses, owns, headers = read_architecture(root)

    order = list(uses)
    for name, module_uses in uses.items():
        for used in module_uses:
            if used not in order:
                errors.append(f"ARCHITECTURE.md: {name} uses {used}, which is no module")
            elif order.index(used) >= order.index(name):
                errors.append(f"ARCHITECTURE.md: {name} uses {used}, which is not above it")
    known_owners = set(headers.values())
    for name, owned in owns.items():
        for owner in owned - known_owners:
            errors.append(f"ARCHITECTURE.md: {name} owns {owner}, whose headers are not in the second table")
    for owner in known_owners - set().union(*owns.values()) - EVERYONE:
        errors.append(f"ARCHITECTURE.md: nobody owns {owner}")

    cmake = re.sub(r"#.*", "", (root / "CMakeLists.txt").read_text())
    built = {}
    for name, arguments in re.findall(r"weft_module\(\s*(\w+)([^)]*)\)", cmake):
        match = re.search(r"\bUSES\b(.*?)(\bLIBS\b|$)", arguments, re.S)
        built[name] = match.group(1).split() if match else []
    expected = [name for name in order if name != "app"]  # app is the program itself, not a library
    if list(built) != expected:
        errors.append(f"CMakeLists.txt builds {' '.join(built)}; ARCHITECTURE.md lists {' '.join(expected)}")
    for name in expected:
        if name in built and built[name] != uses[name]:
            errors.append(f"CMakeLists.txt: {name} USES {' '.join(built[name])}; ARCHITECTURE.md says {' '.join(uses[name])}")

    source = root / "src"
    for folder in sorted(p.name for p in source.iterdir() if p.is_dir()):
        if folder not in uses:
            errors.append(f"src/{folder}: not in ARCHITECTURE.md's table")
    files = 0
    for path in sorted(p for p in source.rglob("*") if p.suffix in {".h", ".cpp", ".inc"}):
        where = path.relative_to(root)
        module = path.relative_to(source).parts[0]
        if module not in uses:
            continue
        files += 1
        lines = path.read_text(errors="replace").splitlines()
        if len(lines) > MAX_LINES:
            warnings.append(f"{where}: {len(lines)} lines, over {MAX_LINES}")
        for number, line in enumerate(lines, 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            quote, header = match.groups()
            at = f"{where}:{number}"
            other = header.split("/")[0]
            if (source / other).is_dir() and "/" in header:
                if quote == "<":
                    errors.append(f'{at}: our own header in <>: {header}')
                if other != module and other not in uses[module]:
                    errors.append(f"{at}: {module} may not use {other} ({header})")
                continue
            owner = owner_of(header, headers)
            if owner:
                if owner not in owns[module] and owner not in EVERYONE:
                    errors.append(f"{at}: {header} belongs to {owner}, which {module} does not own")
                if owner in {"GoogleTest", "Google Benchmark"} and not re.search(r"(^|_)(test|bench|fuzz|testing|harness)\.(cpp|h)$", path.name):
                    errors.append(f"{at}: {header} outside a test or benchmark")
            elif quote == '"':
                # Files are included by path from src/; generated lists may sit beside their user.
                errors.append(f'{at}: "{header}" is not a path from src/')
            elif not is_system(header):
                errors.append(f"{at}: {header} is in nobody's row of ARCHITECTURE.md's header table")
    if not files:
        errors.append("no source files found: nothing was checked")
    return errors, warnings


def self_test():
    """The check itself is checked: a clean small tree passes, and each planted violation is reported."""
    architecture = ("| module | is | uses | owns the headers of |\n|---|---|---|---|\n| base | x | | fmt |\n"
                    "| model | x | base | |\n| pack | x | base model | DuckDB |\n| app | x | base model pack | |\n\n"
                    "| owner | headers |\n|---|---|\n| fmt | `fmt/` |\n| DuckDB | `duckdb.h` |\n| GoogleTest | `gtest/` |\n")
    cmake = "weft_module(base LIBS a)\nweft_module(model USES base)\nweft_module(pack USES base model LIBS x)\n"
    clean = {"src/base/a.h": "#include <vector>\n#include <fmt/core.h>\n", "src/model/a.h": '#include "base/a.h"\n',
             "src/pack/a.cpp": '#include <duckdb.h>\n#include <unistd.h>\n#include "model/a.h"\n',
             "src/pack/a_test.cpp": "#include <gtest/gtest.h>\n", "src/app/main.cpp": '#include "pack/b.h"\n',
             "ARCHITECTURE.md": architecture, "CMakeLists.txt": cmake}
    planted = [
        ("", {}),
        ("model may not use pack", {"src/model/b.h": '#include "pack/a.h"\n'}),
        ("base may not use model", {"src/base/b.h": '# include "model/a.h"\n'}),
        ("belongs to DuckDB", {"src/model/b.cpp": "#include <duckdb.h>\n"}),
        ("nobody's row", {"src/model/b.cpp": "#include <boost/any.hpp>\n"}),
        ("outside a test", {"src/model/b.cpp": "#include <gtest/gtest.h>\n"}),
        ("not a path from src/", {"src/model/b.cpp": '#include "a.h"\n'}),
        ("in <>", {"src/model/b.cpp": "#include <base/a.h>\n"}),
        ("not in ARCHITECTURE.md's table", {"src/utils/b.cpp": "\n"}),
        ("pack USES base;", {"CMakeLists.txt": cmake.replace("USES base model", "USES base")}),
        ("CMakeLists.txt builds", {"CMakeLists.txt": cmake + "weft_module(more)\n"}),
        ("which is not above it", {"ARCHITECTURE.md": architecture.replace("| base | x | |", "| base | x | pack |")}),
        ("nobody owns", {"ARCHITECTURE.md": architecture + "| zlib | `zlib.h` |\n"}),
        ("over 800", {"src/base/long.cpp": "\n" * 801}),
    ]
    failures = 0
    for wanted, changes in planted:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, content in {**clean, **changes}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content)
            errors, warnings = check(root)
            found = errors + warnings
            if not (any(wanted in f for f in found) if wanted else not found):
                failures += 1
                print(f"self-test: planted {wanted or 'nothing'!r}, reported {found}")
    print(f"self-test: {len(planted) - failures} of {len(planted)} as expected")
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(1 if self_test() else 0)
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    errors, warnings = check(root)
    for text in warnings:
        print("warning:", text)
    for text in errors:
        print("error:", text)
    print(f"layering: {len(errors)} errors, {len(warnings)} warnings")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
