// How a selector index lies on disk: header, segments (entries, places, texts), files, texts of files, messages, table
// of segments, amounts. For index.cpp and index_build.cpp only.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"
#include "link/index.h"

namespace weft::link {

static_assert(std::endian::native == std::endian::little, "an index lies in the file as it lies in memory");

inline constexpr std::string_view index_magic = "WEFTIDXE";

struct IndexHeader {
  char magic[8];
  uint64_t checksum = 0;  // of all that follows: the body first, then the rest of this header
  uint64_t size = 0;      // of the file
  uint64_t segments = 0, segment_table = 0;
  uint64_t messages = 0, messages_at = 0;
  uint64_t files = 0, files_at = 0, file_texts = 0, file_texts_at = 0;
  uint64_t selectors = 0, kinds = 0, amounts_at = 0, own_amounts_at = 0, entries_of_kind_at = 0;
  char pack[64], image[64];
};
struct SegmentAt {
  uint64_t entries = 0, entries_at = 0, places = 0, places_at = 0, texts = 0, texts_at = 0;
  uint64_t cells = 0, directory_at = 0;  // cells + 1 positions, as uint32_t
};
static_assert(std::is_trivially_copyable_v<IndexHeader> && sizeof(IndexHeader) % 8 == 0 && sizeof(IndexEntry) == 32 &&
              sizeof(IndexPlace) == 40 && sizeof(IndexFile) == 72 && sizeof(SegmentAt) == 64);

// Against a disk, not against an enemy: four lanes with the round of XXH64 (Collet), at the speed of memory. Everything
// in an index is padded to eight bytes.
class IndexChecksum {
 public:
  void add(Bytes bytes) {
    const uint8_t* at = bytes.data();
    size_t left = bytes.size() / 8;
    for (; left > 0 && lane_ != 0; --left, at += 8) round(lanes_[lane_], at), lane_ = (lane_ + 1) % 4;
    for (; left >= 4; left -= 4, at += 32)
      round(lanes_[0], at), round(lanes_[1], at + 8), round(lanes_[2], at + 16), round(lanes_[3], at + 24);
    for (; left > 0; --left, at += 8) round(lanes_[lane_], at), ++lane_;
  }
  uint64_t finish(const IndexHeader& header) {
    const auto* begin = reinterpret_cast<const uint8_t*>(&header);
    constexpr size_t from = offsetof(IndexHeader, size);
    add(Bytes(begin + from, sizeof header - from));
    uint64_t out = 0;
    for (uint64_t lane : lanes_) out = (out ^ lane) * p1, out ^= out >> 32;
    return out;
  }

 private:
  static constexpr uint64_t p1 = 0x9e3779b185ebca87, p2 = 0xc2b2ae3d27d4eb4f;
  static void round(uint64_t& lane, const uint8_t* at) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    lane = std::rotl(lane + word * p2, 31) * p1;
  }
  uint64_t lanes_[4] = {p1 + p2, p2, 0, uint64_t(0) - p1};
  size_t lane_ = 0;
};

// A segment's directory says where the entries of each cell begin: cells are equal stretches of its range of hashes.
// Segments are equal stretches of the whole range, too, so segment and cell follow from the hash.
inline constexpr uint64_t entries_of_a_cell = 256;
inline uint64_t part_of(uint64_t hash, uint64_t parts) {  // parts: a power of two
  return parts > 1 ? hash >> (64 - unsigned(std::countr_zero(parts))) : 0;
}
inline uint64_t within_part(uint64_t hash, uint64_t parts) {
  return parts > 1 ? hash << unsigned(std::countr_zero(parts)) : hash;
}

// Multiply-and-fold over eight bytes at a time. Not keyed: whoever plants colliding values gains a ledger row.
uint64_t mix_hash(uint64_t a, uint64_t b);
uint64_t hash_text(uint64_t seed, std::string_view text);

// Makes the indexes of exhibits, one after the other, reading their packs through a database; keeps its memory between
// them. One thread.
class IndexBuilder {
 public:
  explicit IndexBuilder(pack::Database& database);
  ~IndexBuilder();
  IndexBuilder(const IndexBuilder&) = delete;
  IndexBuilder& operator=(const IndexBuilder&) = delete;
  // pack: digest of what it is made from. The index is there, whole, but perhaps not on the disk yet.
  void make(const Source& source, const std::string& pack);

 private:
  class Build;
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace weft::link
