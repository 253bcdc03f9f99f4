// Values as Windows stores them, in the registry, in shortcuts and elsewhere. Any thread.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace weft::artefacts {

// 100 ns since 1601; nothing for zero, "never", and what lies outside of Time.
std::optional<Time> time_from_filetime(uint64_t ticks);
// 16 bytes, the first three fields little-endian: "3f2504e0-4f89-…"; empty for the nil one and for fewer bytes.
std::string guid_text(Bytes bytes);
// A security identifier in binary: "S-1-5-21-…"; empty when the bytes are none.
std::string sid_text(Bytes bytes);
// "S-1-5-21-1-2-3-1001" -> "S-1-5-21-1-2-3", the machine or domain that gave it; empty for well-known ones.
std::string sid_authority(std::string_view sid);
// UTF-16LE up to its first zero, or to its end.
std::string text_of_utf16(Bytes bytes);

}  // namespace weft::artefacts
