"""Images of real file systems, made by the real tools: mke2fs and debugfs, mkfs.vfat and mtools, mkntfs and ntfscp,
genisoimage. What the tools let one fix (identity, times) comes from the caller's random numbers, so the same seed gives
the same image; NTFS stamps times and a serial of its own.
"""
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import uuid

from making.formats import EPOCH

MIB = 1 << 20
os.environ["PATH"] += ":/usr/sbin:/sbin"


def run(*command, **more):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))[:300]} failed:\n{done.stdout.decode(errors='replace')}")
    return done.stdout


def empty(folder):
    for left in pathlib.Path(folder).iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def folders_of(files):
    out = []
    for name in files:
        for parent in reversed(pathlib.PurePosixPath(name).parents):
            if str(parent) != "." and str(parent) not in out:
                out.append(str(parent))
    return out


class Builder:
    """Files in, an image out. `deleted` names files that are written and then removed by the file system's tool."""

    def __init__(self, scratch, rng):
        self.scratch, self.rng = scratch, rng

    def spread(self, files):
        """The files in a scratch folder, for tools that copy from one."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch))
        for number, (name, content) in enumerate(files.items()):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (EPOCH + 3600 * number,) * 2)
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                os.utime(path, (EPOCH, EPOCH))
        return folder

    def blank(self, size):
        path = pathlib.Path(tempfile.mkstemp(dir=self.scratch, suffix=".img")[1])
        with open(path, "wb") as out:
            out.truncate(size)
        return path

    def ext4(self, label, size, files, deleted=(), fragmented=(), block=1024):
        folder, image = self.spread(files), self.blank(size)
        identity = str(uuid.UUID(bytes=self.rng.randbytes(16), version=4))
        run("mke2fs", "-q", "-F", "-t", "ext4", "-b", block, "-L", label[:16], "-U", identity, "-E",
            f"hash_seed={identity},lazy_itable_init=0", image, env={**os.environ, "E2FSPROGS_FAKE_TIME": str(EPOCH)})
        script = [f"set_current_time @{EPOCH}"] + [f'mkdir "/{name}"' for name in folders_of(files)]
        last = [name for name in files if name in fragmented]
        for number, name in enumerate([name for name in files if name not in fragmented] + last):
            if last and name == last[0]:
                script += self.holes(folder, block, sum(len(files[n]) // block + 2 for n in last))
            script += [f"set_current_time @{EPOCH + 3600 * number}", f'write "{folder / name}" "/{name}"']
        script += [f"set_current_time @{EPOCH + 86400 * 30}"] + [f'rm "/{name}"' for name in deleted]
        run("debugfs", "-w", "-f", "-", image, input="\n".join(script).encode())
        return image

    def holes(self, folder, block, count):
        """Commands that leave so many free blocks with a used one behind each: what is written next lies in pieces."""
        (folder / ".hole").write_bytes(self.rng.randbytes(block))
        script = ['mkdir "/.holes"']
        script += [f'write "{folder / ".hole"}" "/.holes/{number}"' for number in range(2 * count)]
        return script + [f'rm "/.holes/{number}"' for number in range(0, 2 * count, 2)]

    def fat(self, label, size, files, deleted=(), bits=16, slack=(), fragmented=(), cluster=None):
        """slack: (name, bytes) pairs, written behind the end of the file's content into its last cluster."""
        folder, image = self.spread(files), self.blank(size)
        cluster = cluster or (2048 if bits == 16 else 512)
        environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1", "SOURCE_DATE_EPOCH": str(EPOCH), "TZ": "UTC"}
        run("mkfs.vfat", "--invariant", "-F", bits, "-s", cluster // 512, "-n", label[:11].upper(), "-i",
            self.rng.randbytes(4).hex(), image, env=environment)
        folders = folders_of(files)
        if folders:
            run("mmd", "-i", image, *[f"::/{name}" for name in folders], env=environment)

        def copy(names, to=None):
            for start in range(0, len(names), 200):
                run("mcopy", "-m", "-i", image, *[folder / name for name in names[start:start + 200]], f"::/{to}",
                    env=environment)

        for parent in [""] + folders:
            copy([n for n in files if n not in fragmented and str(pathlib.PurePosixPath("/" + n).parent) == "/" + parent],
                 parent + "/" if parent else "")
        if fragmented:
            count = sum(len(files[n]) // cluster + 2 for n in fragmented)
            names = [f"hole{number}.tmp" for number in range(2 * count)]
            for name in names:
                (folder / name).write_bytes(self.rng.randbytes(cluster))
                os.utime(folder / name, (EPOCH, EPOCH))
            run("mmd", "-i", image, "::/holes", env=environment)
            copy(names, "holes/")
            run("mdel", "-i", image, *[f"::/holes/{name}" for name in names[::2]], env=environment)
            for name in [n for n in files if n in fragmented]:
                copy([name], name)
        for name, extra in slack:
            content = files[name]
            data = image.read_bytes()
            end = data.index(content) + len(content)
            room = -len(content) % cluster
            if len(extra) > room or any(data[end:end + len(extra)]):
                raise SystemExit(f"no slack behind {name}")
            with open(image, "r+b") as out:
                out.seek(end)
                out.write(extra)
        if deleted:
            run("mdel", "-i", image, *[f"::/{name}" for name in deleted], env=environment)
        return image

    def ntfs(self, label, size, files):
        folder, image = self.spread(files), self.blank(size)
        run("mkntfs", "-F", "-f", "-q", "-T", "-s", 512, "-p", 0, "-H", 16, "-S", 63, "-L", label, image)
        # The serial is made of the second in which mkntfs runs: two images would have the same.
        serial = self.rng.randbytes(8)
        with open(image, "r+b") as out:
            for sector in (0, size // 512 - 1):
                out.seek(sector * 512 + 0x48)
                out.write(serial)
        # ntfscp makes no folders, so files lie in the root: "/" in the name becomes "-".
        for name in files:
            run("ntfscp", "-q", "-f", "-t", image, folder / name, "/" + name.replace("/", "-"))
        return image

    def iso(self, label, files):
        image = self.blank(0)
        run("genisoimage", "-quiet", "-V", label, "-J", "-o", image, self.spread(files))
        with open(image, "r+b") as out:  # the volume descriptors carry the time of making: set it to the story's
            for sector in range(16, 20):
                out.seek(sector * 2048)
                if out.read(1) in b"\1\2":
                    out.seek(sector * 2048 + 813)
                    out.write(b"2024030110000000\0" * 2 + b"0" * 16 + b"\0" + b"2024030110000000\0")
        return image

    def mbr_disk(self, image, kind=0x83):
        """The image as the one partition of a disk."""
        first, size = 2048, image.stat().st_size // 512
        disk = self.blank((first + size) * 512)
        sector = bytearray(512)
        sector[440:444] = self.rng.randbytes(4)
        sector[446:462] = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", first, size)
        sector[510:512] = b"\x55\xaa"
        with open(disk, "r+b") as out:
            out.write(sector)
            out.seek(first * 512)
            out.write(image.read_bytes())
        return disk
