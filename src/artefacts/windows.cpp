#include "artefacts/windows.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/cursor.h"
#include "base/text.h"

namespace weft::artefacts {

std::optional<Time> time_from_filetime(uint64_t ticks) {
  constexpr uint64_t per_second = 10'000'000, unix_epoch = 11'644'473'600;
  if (ticks == 0 || ticks >= uint64_t(INT64_MAX)) return std::nullopt;
  return from_seconds(int64_t(ticks / per_second) - int64_t(unix_epoch), uint32_t(ticks % per_second * 100));
}

std::string guid_text(Bytes bytes) {
  Cursor in(bytes);
  uint32_t a = in.u32le();
  uint16_t b = in.u16le(), c = in.u16le(), d = in.u16be();
  uint16_t e = in.u16be();
  uint32_t f = in.u32be();
  if (!in.ok() || (a | b | c | d | e | f) == 0) return {};
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", a, b, c, d, e, f);
}

std::string sid_text(Bytes bytes) {
  Cursor in(bytes);
  uint8_t revision = in.u8(), count = in.u8();
  uint64_t authority = uint64_t(in.u16be()) << 32 | in.u32be();
  if (!in.ok() || revision != 1 || count > 15 || in.remaining() < size_t(count) * 4) return {};
  std::string out = fmt::format("S-1-{}", authority);
  for (unsigned i = 0; i < count; ++i) out += fmt::format("-{}", in.u32le());
  return out;
}

std::string sid_authority(std::string_view sid) {
  if (!sid.starts_with("S-1-5-21-") || std::count(sid.begin(), sid.end(), '-') != 7) return {};
  return std::string(sid.substr(0, sid.rfind('-')));
}

std::string text_of_utf16(Bytes bytes) {
  size_t end = 0;
  while (end + 1 < bytes.size() && (bytes[end] | bytes[end + 1]) != 0) end += 2;
  return from_utf16le(bytes.first(end));
}

}  // namespace weft::artefacts
