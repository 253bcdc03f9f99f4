#include "scan/scanners/structure.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/bytes.h"
#include "base/text.h"

namespace weft::scan {

uint64_t little(std::string_view text, size_t at, size_t width) {
  uint64_t value = 0;
  for (size_t i = width; i-- > 0;) value = value << 8 | (at + i < text.size() ? uint8_t(text[at + i]) : 0u);
  return value;
}

uint64_t big(std::string_view text, size_t at, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) value = value << 8 | (at + i < text.size() ? uint8_t(text[at + i]) : 0u);
  return value;
}

std::optional<Time> file_time(uint64_t ticks) {
  constexpr uint64_t second = 10'000'000, before_1970 = 11'644'473'600;
  constexpr uint64_t year_1980 = before_1970 + 315'532'800, year_2060 = before_1970 + 2'840'140'800;
  if (ticks < year_1980 * second || ticks >= year_2060 * second) return std::nullopt;
  return from_seconds(int64_t(ticks / second) - int64_t(before_1970), uint32_t(ticks % second) * 100);
}

std::optional<std::string> dos_time(uint16_t date, uint16_t time) {
  const unsigned day = date & 31, month = date >> 5 & 15, year = 1980 + (date >> 9);
  const unsigned seconds = (time & 31) * 2, minutes = time >> 5 & 63, hours = time >> 11;
  if (day == 0 || month == 0 || month > 12 || year > 2060 || seconds > 58 || minutes > 59 || hours > 23)
    return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", year, month, day, hours, minutes, seconds);
}

std::optional<std::string> utf16_name(std::string_view text, size_t at, size_t size) {
  if (size == 0 || size % 2 != 0 || at > text.size() || size > text.size() - at) return std::nullopt;
  for (size_t i = at; i < at + size; i += 2)
    if (text[i + 1] == 0 && (uint8_t(text[i]) < 0x20 || text[i] == 0x7f)) return std::nullopt;
  return from_utf16le(as_bytes(text.substr(at, size)));
}

std::string whole(size_t size) {
  return fmt::format("{} bytes, whole", size);
}
std::string cut_short(size_t size) {
  return fmt::format("at least {} bytes, cut short", size);
}

bool fixups_hold(std::string_view text, size_t begin, size_t size) {
  if (begin > text.size() || size > text.size() - begin) return false;
  const size_t array = little(text, begin + 4, 2), count = little(text, begin + 6, 2);
  if (count != size / 512 + 1 || array % 2 != 0 || array < 8 || array + 2 * count > 510) return false;
  for (size_t sector = 1; sector < count; ++sector)
    if (text.substr(begin + sector * 512 - 2, 2) != text.substr(begin + array, 2)) return false;
  return true;
}

std::string without_fixups(std::string_view record) {
  std::string out(record);
  const size_t array = little(record, 4, 2);
  for (size_t sector = 1; sector * 512 <= record.size(); ++sector)
    for (size_t i = 0; i < 2; ++i) out[sector * 512 - 2 + i] = record[array + 2 * sector + i];
  return out;
}

}  // namespace weft::scan
