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
#include "base/checksum.h"
#include "link/index.h"

namespace weft::link {

static_assert(std::endian::native == std::endian::little, "an index lies in the file as it lies in memory");

inline constexpr std::string_view index_magic = "WEFTIDXI";

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
static_assert(std::is_trivially_copyable_v<IndexHeader> && sizeof(IndexHeader) % 8 == 0 && sizeof(IndexEntry) == 40 &&
              sizeof(IndexPlace) == 40 && sizeof(IndexFile) == 72 && sizeof(SegmentAt) == 64);

// Of the body, and then of the rest of the header.
inline uint64_t index_checksum(Checksum body, const IndexHeader& header) {
  constexpr size_t from = offsetof(IndexHeader, size);
  body.update(Bytes(reinterpret_cast<const uint8_t*>(&header) + from, sizeof header - from));
  return body.value();
}

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

}  // namespace weft::link
