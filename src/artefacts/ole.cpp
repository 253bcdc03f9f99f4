// [MS-CFB] version 3 and 4. A chain ends where it comes to a sector for the second time; whatever leads behind the end
// of the file ends its chain. What a torn file still holds of a stream is given.
#include "artefacts/ole.h"

#include <algorithm>
#include <utility>

#include "base/cursor.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr std::string_view magic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr size_t directory_most = 100'000;  // entries

uint32_t u32_at(Bytes bytes, uint64_t offset) {
  if (offset >= bytes.size()) return UINT32_MAX;
  Cursor in(bytes.subspan(offset));
  uint32_t value = in.u32le();
  return in.ok() ? value : UINT32_MAX;
}

}  // namespace

uint64_t OleStream::offset_of(uint64_t position) const {
  if (piece == 0 || places.empty()) return 0;
  return places[std::min<uint64_t>(position / piece, places.size() - 1)] + position % piece;
}

std::optional<OleFile> OleFile::open(Bytes bytes) {
  Cursor in(bytes);
  if (in.take_text(8) != magic) return std::nullopt;
  in.seek(0x1E);
  OleFile out(bytes);
  out.shift_ = in.u16le(), out.mini_shift_ = in.u16le();
  in.seek(0x30);
  uint32_t directory = in.u32le();
  in.skip(4);
  out.mini_cutoff_ = in.u32le();
  uint32_t mini_fat = in.u32le();
  in.skip(4);
  uint32_t difat = in.u32le();
  if (!in.ok() || (out.shift_ != 9 && out.shift_ != 12) || out.mini_shift_ != 6) return std::nullopt;
  out.read_tables(difat, mini_fat);
  out.read_directory(directory);
  return out;
}

// The header lists the first 109 sectors of the FAT, DIFAT sectors the others, the last entry of each leading on.
void OleFile::read_tables(uint32_t difat, uint32_t mini_fat) {
  const size_t sectors = bytes_.size() >> shift_;
  auto add = [&](uint32_t sector) {
    if (sector < sectors && fat_.size() < sectors) fat_.push_back(place(sector));
  };
  for (size_t i = 0; i < 109; ++i) add(u32_at(bytes_, 0x4C + 4 * i));
  const size_t listed = (size_t(1) << shift_) / 4 - 1;
  for (size_t seen = 0; difat < sectors && seen < sectors; ++seen) {
    for (size_t i = 0; i < listed; ++i) add(u32_at(bytes_, place(difat) + 4 * i));
    difat = u32_at(bytes_, place(difat) + 4 * listed);
  }
  mini_fat_ = chain(mini_fat, sectors);
}

uint32_t OleFile::next(uint32_t sector) const {
  const uint64_t per_table = (uint64_t(1) << shift_) / 4, table = sector / per_table;
  return table < fat_.size() ? u32_at(bytes_, fat_[table] + 4 * (sector % per_table)) : UINT32_MAX;
}

std::vector<uint64_t> OleFile::chain(uint32_t start, size_t most) const {
  std::vector<uint64_t> out;
  std::vector<bool> seen((bytes_.size() >> shift_) + 1);
  for (uint32_t sector = start; out.size() < most && place(sector) < bytes_.size() && !seen[sector];
       sector = next(sector)) {
    seen[sector] = true;
    out.push_back(place(sector));
  }
  return out;
}

void OleFile::read_directory(uint32_t start) {
  const size_t sector = size_t(1) << shift_, sectors_most = directory_most * 128 / sector;
  const std::vector<uint64_t> tables = chain(start, sectors_most);
  directory_cut_ = tables.size() == sectors_most;
  bool rooted = false;  // there is one root
  for (uint64_t table : tables) {
    for (uint64_t at = table; at + 128 <= std::min<uint64_t>(table + sector, bytes_.size()); at += 128) {
      Cursor in(bytes_.subspan(at, 128));
      Bytes name = in.take(64);
      const size_t length = std::min<size_t>(in.u16le(), 64);
      Entry entry;
      entry.type = in.u8();
      if (length < 2 || (entry.type != 2 && entry.type != 5)) continue;
      entry.name = from_utf16le(name.first((length - 2) & ~size_t(1)));
      in.seek(116);
      entry.start = in.u32le(), entry.size = in.u64le();
      if (shift_ == 9) entry.size &= UINT32_MAX;  // version 3: the upper half may be rubbish
      if (entry.type == 5 && !std::exchange(rooted, true)) mini_ = chain(entry.start, SIZE_MAX);
      entries_.push_back(std::move(entry));
    }
  }
}

std::optional<OleStream> OleFile::stream(std::string_view name, size_t most) const {
  auto entry = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& one) { return one.type == 2 && one.name == name; });
  if (entry == entries_.end()) return std::nullopt;
  OleStream out;
  out.name = entry->name, out.size = entry->size;
  const size_t size = size_t(std::min<uint64_t>({entry->size, most, bytes_.size()}));
  if (entry->size >= mini_cutoff_) {
    out.piece = uint64_t(1) << shift_;
    out.places = chain(entry->start, (size + out.piece - 1) / out.piece);
  } else {
    // Small streams lie in pieces of 64 bytes in one stream of their own, with a table of their own.
    out.piece = uint64_t(1) << mini_shift_;
    const uint64_t per_sector = uint64_t(1) << (shift_ - mini_shift_), per_table = (uint64_t(1) << shift_) / 4;
    uint32_t mini = entry->start;
    while (out.places.size() * out.piece < size && mini / per_sector < mini_.size()) {
      out.places.push_back(mini_[mini / per_sector] + (mini % per_sector) * out.piece);
      mini = mini / per_table < mini_fat_.size() ? u32_at(bytes_, mini_fat_[mini / per_table] + 4 * (mini % per_table))
                                                 : UINT32_MAX;
    }
  }
  size_t read = 0;
  for (; read < out.places.size(); ++read) {
    const uint64_t place = out.places[read];
    const uint64_t end = std::min<uint64_t>({place + out.piece, bytes_.size(), place + (size - out.bytes.size())});
    if (place >= end) break;  // of a torn file, whose sectors lead on behind its end
    out.bytes.insert(out.bytes.end(), bytes_.begin() + ptrdiff_t(place), bytes_.begin() + ptrdiff_t(end));
  }
  out.places.resize(read);
  return out;
}

}  // namespace weft::artefacts
