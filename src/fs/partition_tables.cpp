// GPT: UEFI specification 2.10, 5.3. The header's checksum is taken with its own field zero; it covers the checksum of
// the entries. Each of the two headers says in which sector it lies.
//
// MBR: an extended partition begins with a table of its own, which holds a logical partition, by its distance from this
// table, and the next such table, by its distance from the first one.
#include "fs/partition_tables.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <zlib.h>

#include "base/cursor.h"
#include "base/text.h"

namespace weft::fs {
namespace {

constexpr uint64_t most_entry_bytes = 16 * MiB;  // usual are 16 KiB
constexpr size_t most_logical = 4096;

// Shorter where the image ends.
std::vector<uint8_t> bytes_at(ByteSource& image, uint64_t offset, uint64_t size) {
  std::vector<uint8_t> out(std::min(size, image.size() - std::min(offset, image.size())));
  std::vector<Fault> faults;  // reported by whoever reads the whole image
  out.resize(image.read(offset, out, faults));
  return out;
}

uint32_t crc32_of(Bytes bytes) {
  return uint32_t(crc32(0, bytes.data(), uInt(bytes.size())));
}

struct MbrEntry {
  uint8_t type = 0;
  uint64_t start = 0, size = 0;  // sectors
  bool extended() const { return type == 0x05 || type == 0x0f || type == 0x85; }
};

// False when the sector holds no table.
bool read_mbr(ByteSource& image, uint64_t offset, std::array<MbrEntry, 4>& entries) {
  const std::vector<uint8_t> sector = bytes_at(image, offset, 512);
  Cursor cursor(sector);
  cursor.seek(446);
  for (MbrEntry& entry : entries) {
    cursor.skip(4);
    entry.type = cursor.u8();
    cursor.skip(3);
    entry.start = cursor.u32le(), entry.size = cursor.u32le();
  }
  return cursor.u16le() == 0xaa55 && cursor.ok();
}

}  // namespace

GptCopy check_gpt(ByteSource& image, uint64_t sector, uint32_t sector_size) {
  GptCopy out;
  if (sector >= image.size() / sector_size) return out;
  std::vector<uint8_t> header = bytes_at(image, sector * sector_size, sector_size);
  Cursor cursor(header);
  if (cursor.take_text(8) != "EFI PART") return out;
  cursor.seek(12);
  const uint32_t header_size = cursor.u32le(), header_crc = cursor.u32le();
  cursor.seek(24);
  const uint64_t own_sector = cursor.u64le(), alternate = cursor.u64le();
  cursor.seek(72);
  const uint64_t entries_sector = cursor.u64le();
  const uint64_t count = cursor.u32le(), entry_size = cursor.u32le();
  const uint32_t entries_crc = cursor.u32le();
  if (!cursor.ok() || header_size < 92 || header_size > header.size()) return out;
  std::fill_n(header.begin() + 16, 4, uint8_t(0));
  out.header = crc32_of(Bytes(header).first(header_size)) == header_crc && own_sector == sector;
  if (!out.header) return out;
  out.alternate = alternate;
  if (count * entry_size > most_entry_bytes || entries_sector >= image.size() / sector_size) return out;
  const std::vector<uint8_t> entries = bytes_at(image, entries_sector * sector_size, count * entry_size);
  out.entries = entries.size() == count * entry_size && crc32_of(entries) == entries_crc;
  return out;
}

size_t BackupGptOnly::read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) {
  if (offset >= size_) return 0;
  const size_t got = image_.read(offset, out.first(std::min(out.size(), size_t(size_ - offset))), faults);
  const uint64_t from = std::max(offset, sector_size_), to = std::min(offset + got, 2 * sector_size_);
  if (from < to) std::fill_n(out.begin() + ptrdiff_t(from - offset), to - from, uint8_t(0));
  return got;
}

std::vector<TableFault> check_logical_partitions(ByteSource& image, uint32_t sector_size) {
  std::vector<TableFault> out;
  std::array<MbrEntry, 4> primary{}, entries{};
  if (!read_mbr(image, 0, primary)) return out;
  for (const MbrEntry& extended : primary) {
    if (!extended.extended() || extended.size == 0) continue;
    std::set<uint64_t> seen;
    uint64_t from = 0;  // the table that leads to the one at `at`
    for (std::optional<uint64_t> at = extended.start; at;) {
      const uint64_t offset = *at * sector_size;
      const char* ends = nullptr;
      if (offset >= image.size())
        ends = "leads beyond the end of the image";
      else if (!seen.insert(*at).second)
        ends = "runs in a circle";
      else if (seen.size() > most_logical)
        ends = "is too long";
      else if (!read_mbr(image, offset, entries))
        ends = "is damaged";
      if (ends) {
        out.push_back({from, fmt::format("The chain of logical partitions {} (next table at {}): those that follow in "
                                         "it are not listed",
                                         ends, offset)});
        break;
      }
      std::optional<uint64_t> next;
      for (const MbrEntry& entry : entries)
        if (entry.extended() && entry.size != 0) next = extended.start + entry.start;
      from = offset, at = next;
    }
  }
  return out;
}

}  // namespace weft::fs
