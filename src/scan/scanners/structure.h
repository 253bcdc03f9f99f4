// What the scanners of structures share: numbers at a place in bytes, times as Windows keeps them, and how a structure
// is put into words. docs/decisions/0006 says what such a feature is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace weft::scan {

// The number of so many bytes at a place, little-endian; what lies behind the end of the text counts as zero.
uint64_t little(std::string_view text, size_t at, size_t width);
uint64_t big(std::string_view text, size_t at, size_t width);

// A FILETIME of 1980 to 2060; nothing for any other, which a structure that is none is likely to have.
std::optional<Time> file_time(uint64_t ticks);
// The same for the two words of a FAT directory entry, which say local time.
std::optional<std::string> dos_time(uint16_t date, uint16_t time);

// UTF-16LE of so many bytes as UTF-8; nothing when it lies behind the end, or holds control characters.
std::optional<std::string> utf16_name(std::string_view text, size_t at, size_t size);

// "512 bytes, whole", "at least 512 bytes, cut short": the first words of a carved file's value.
std::string whole(size_t size);
std::string cut_short(size_t size);

// Windows' multi-sector records: the last two bytes of each 512 are kept in the update sequence array. True when they
// all are the sequence number there.
bool fixups_hold(std::string_view text, size_t begin, size_t size);
// And the record with its own bytes put back.
std::string without_fixups(std::string_view record);

}  // namespace weft::scan
