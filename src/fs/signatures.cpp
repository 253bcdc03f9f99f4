// Magic numbers of file systems, encryptions and volume managers, as their own specifications and the Linux kernel's
// headers give them: where the magic lies in the volume, and where label and UUID lie if they are plain bytes.
#include "fs/signatures.h"

#include <array>
#include <string_view>

#include "base/hash.h"
#include "base/text.h"

namespace weft::fs {
namespace {

using namespace std::string_view_literals;

constexpr size_t none = 0;

struct Signature {
  std::string_view name, what;
  size_t offset;  // of the magic
  std::string_view magic;
  size_t uuid = none, uuid_size = 16;  // binary; a text UUID (LUKS) has size 36
  size_t label = none, label_size = 0;
};

// The first match wins: containers and encryption first, because a file system's remains may lie underneath.
constexpr std::array signatures{
    Signature{"luks1", "LUKS 1 encryption", 0, "LUKS\xBA\xBE\0\x01"sv, 168, 36},
    Signature{"luks2", "LUKS 2 encryption", 0, "LUKS\xBA\xBE\0\x02"sv, 168, 36, 24, 48},
    Signature{"luks2", "LUKS 2 encryption, first header gone", 0x4000, "SKUL\xBA\xBE\0\x02"sv, 0x40A8, 36, 0x4018, 48},
    Signature{"bitlocker", "BitLocker encryption", 3, "-FVE-FS-"sv},
    Signature{"bitlocker to go", "BitLocker To Go encryption", 424,
              "\x3B\xD6\x67\x49\x29\x2E\xD8\x4A\x83\x99\xF6\xA3\x39\xE3\xD0\x01"sv},
    Signature{"lvm2", "LVM2 physical volume", 512 + 24, "LVM2 001"sv},
    Signature{"lvm2", "LVM2 physical volume", 24, "LVM2 001"sv},
    Signature{"lvm2", "LVM2 physical volume", 1024 + 24, "LVM2 001"sv},
    Signature{"lvm2", "LVM2 physical volume", 1536 + 24, "LVM2 001"sv},
    Signature{"md raid", "Linux software RAID member (1.1)", 0, "\xFC\x4E\x2B\xA9\x01\0\0\0"sv, 16, 16, 32, 32},
    Signature{"md raid", "Linux software RAID member (1.2)", 4096, "\xFC\x4E\x2B\xA9\x01\0\0\0"sv, 4112, 16, 4128, 32},
    Signature{"xfs", "XFS", 0, "XFSB"sv, 32, 16, 108, 12},
    Signature{"btrfs", "btrfs", 0x10040, "_BHRfS_M"sv, 0x10020, 16, 0x1012B, 256},
    Signature{"f2fs", "F2FS", 1024, "\x10\x20\xF5\xF2"sv, 1024 + 108},
    Signature{"bcachefs", "bcachefs", 4096 + 24, "\xC6\x85\x73\xF6\x66\xCE\x90\xA9\xD9\x6A\x60\xCF\x80\x3D\xF7\xEF"sv,
              4096 + 56, 16, 4096 + 72, 32},
    Signature{"bcache", "bcache or early bcachefs", 4096 + 24,
              "\xC6\x85\x73\xF6\x4E\x1A\x45\xCA\x82\x65\xF5\x7F\x48\xBA\x6D\x81"sv},
    Signature{"reiserfs", "ReiserFS", 0x10034, "ReIsEr"sv, 0x10054, 16, 0x10064, 16},
    Signature{"reiserfs", "ReiserFS", 0x2034, "ReIsEr"sv},
    Signature{"reiser4", "Reiser4", 0x10000, "ReIsEr4"sv, 0x10014, 16, 0x10024, 16},
    Signature{"jfs", "JFS", 0x8000, "JFS1"sv, 0x8000 + 136, 16, 0x8000 + 152, 16},
    Signature{"squashfs", "SquashFS", 0, "hsqs"sv},
    Signature{"erofs", "EROFS", 1024, "\xE2\xE1\xF5\xE0"sv, 1024 + 48, 16, 1024 + 64, 16},
    Signature{"cramfs", "cramfs", 0, "\x45\x3D\xCD\x28"sv},
    Signature{"romfs", "romfs", 0, "-rom1fs-"sv, none, 0, 16, 16},
    Signature{"ubi", "UBI", 0, "UBI#\x01"sv},
    Signature{"ubifs", "UBIFS", 0, "\x31\x18\x10\x06"sv},
    Signature{"refs", "ReFS", 3, "ReFS\0\0\0\0FSRS"sv},
    Signature{"swap", "Linux swap space", 4096 - 10, "SWAPSPACE2"sv, 1024 + 12, 16, 1024 + 28, 16},
    Signature{"swap", "Linux swap space, old", 4096 - 10, "SWAP-SPACE"sv},
    Signature{"suspend image", "Linux hibernation image", 4096 - 10, "S1SUSPEND"sv},
    Signature{"swap", "Linux swap space (64 KiB pages)", 65536 - 10, "SWAPSPACE2"sv, 1024 + 12, 16, 1024 + 28, 16},
    Signature{"befs", "BeFS", 512 + 32, "1SFB"sv, none, 0, 512, 32},
    Signature{"hpfs", "HPFS", 0x2000, "\x49\xE8\x95\xF9"sv},
};

std::vector<uint8_t> peek(ByteSource& image, uint64_t offset, size_t size, uint64_t limit) {
  std::vector<uint8_t> out(size_t(std::min<uint64_t>(size, limit)));
  std::vector<Fault> faults;  // whoever reads the whole image reports them
  out.resize(image.read(offset, out, faults));
  return out;
}

std::string_view slice(const std::vector<uint8_t>& bytes, size_t offset, size_t size) {
  if (offset >= bytes.size()) return {};
  return as_text(Bytes(bytes).subspan(offset, std::min(size, bytes.size() - offset)));
}

std::string text_at(const std::vector<uint8_t>& bytes, size_t offset, size_t size) {
  std::string_view text = slice(bytes, offset, size);
  text = text.substr(0, text.find('\0'));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return printable(text);
}

std::string uuid_at(const std::vector<uint8_t>& bytes, size_t offset, size_t size) {
  std::string_view raw = slice(bytes, offset, size);
  if (size == 16) return raw.find_first_not_of('\0') == raw.npos ? "" : hex(as_bytes(raw));
  std::string out;
  for (char c : raw)
    if (c != '-' && c != '\0') out += c;
  return is_hex(out) ? lower_ascii(out) : "";
}

// Core Storage's volume header: version 1 and block type 0x10 in front, the signature "CS" behind the checksummed part.
std::optional<Recognised> core_storage(const std::vector<uint8_t>& head) {
  if (slice(head, 88, 2) != "CS" || slice(head, 8, 4) != "\x01\0\x10\0"sv) return std::nullopt;
  return Recognised{"corestorage", "Apple Core Storage (FileVault 2)", "", uuid_at(head, 304, 16), false};
}

// The classic HFS master directory block; one that wraps HFS+ (embedded signature "H+") is for TSK.
std::optional<Recognised> hfs_classic(const std::vector<uint8_t>& head) {
  if (slice(head, 1024, 2) != "BD" || slice(head, 1024 + 124, 2) == "H+") return std::nullopt;
  size_t length = head.size() > 1060 ? std::min<size_t>(head[1060], 27) : 0;
  return Recognised{"hfs", "classic HFS", text_at(head, 1061, length), "", false};
}

// ZFS keeps four labels; each holds a ring of uberblocks from 128 KiB on, one every KiB at least, in either byte order.
std::optional<Recognised> zfs(ByteSource& image, uint64_t offset, uint64_t size) {
  for (uint64_t label : {uint64_t(0), 256 * KiB}) {
    if (size < label + 256 * KiB) break;
    std::vector<uint8_t> ring = peek(image, offset + label + 128 * KiB, 128 * KiB, size);
    size_t found = 0;
    for (size_t at = 0; at + 8 <= ring.size(); at += 1024)
      found += slice(ring, at, 8) == "\x0C\xB1\xBA\0\0\0\0\0"sv || slice(ring, at, 8) == "\0\0\0\0\0\xBA\xB1\x0C"sv;
    if (found >= 2) return Recognised{"zfs", "ZFS", "", "", false};
  }
  return std::nullopt;
}

// UDF: an NSR descriptor in the volume recognition sequence from 32 KiB on. A disc that carries ISO 9660 as well is
// left to TSK, which reads that side.
std::optional<Recognised> udf(const std::vector<uint8_t>& head) {
  bool iso = false, nsr = false;
  for (size_t at = 0x8000; at + 6 <= head.size() && at < 0x8000 + 32 * 2048; at += 2048) {
    std::string_view id = slice(head, at + 1, 5);
    iso |= id == "CD001";
    nsr |= id == "NSR02" || id == "NSR03";
  }
  if (!nsr) return std::nullopt;
  return Recognised{"udf", "UDF", "", "", iso};
}

// The RAID superblocks at the end of the member: 0.90 at the last 64 KiB boundary but one, 1.0 eight KiB before the
// end.
std::optional<Recognised> md_at_end(ByteSource& image, uint64_t offset, uint64_t size) {
  if (size < 128 * KiB) return std::nullopt;
  uint64_t old = (size & ~(64 * KiB - 1)) - 64 * KiB, v1 = ((size / 512 - 16) & ~uint64_t(7)) * 512;
  for (uint64_t at : {old, v1}) {
    std::vector<uint8_t> block = peek(image, offset + at, 128, 128);
    if (slice(block, 0, 4) == "\xFC\x4E\x2B\xA9"sv)
      return Recognised{"md raid", "Linux software RAID member (superblock at the end)", "", "", true};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Recognised> recognise(ByteSource& image, uint64_t offset, uint64_t size) {
  std::vector<uint8_t> head = peek(image, offset, 96 * KiB, size);
  for (const Signature& s : signatures) {
    bool inside = s.offset + s.magic.size() <= head.size();
    if (!inside || slice(head, s.offset, s.magic.size()) != s.magic) continue;
    return Recognised{std::string(s.name), std::string(s.what),
                      s.label == none ? "" : text_at(head, s.label, s.label_size),
                      s.uuid == none ? "" : uuid_at(head, s.uuid, s.uuid_size), s.name == "bitlocker to go"};
  }
  if (auto found = core_storage(head)) return found;
  if (auto found = hfs_classic(head)) return found;
  if (auto found = udf(head)) return found;
  if (auto found = zfs(image, offset, size)) return found;
  return md_at_end(image, offset, size);
}

}  // namespace weft::fs
