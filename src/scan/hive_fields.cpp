// Versions in hives of Windows' registry: "2.8.141.15" is what an address looks like, and the name of the value alone
// says what it is: Version, DriverVersion, ProductVersion, BinFileVersion. (M. Suhanov, "Windows registry file format
// specification"; a bin of cells begins every so many 4 KiB, and says where in the hive it lies.)
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "scan/field_sources.h"
#include "scan/scanners/context.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

constexpr size_t sector = 512, bin_unit = 4 * KiB, bin_head = 32, value_head = 20, cell_head = 4;
constexpr size_t largest_bin = MiB, longest_version = 32;  // bytes, in UTF-16: "100.200.300.400" and the NUL

bool names_version(std::string_view name) {
  constexpr std::string_view version = "version";
  return name == "pv" ||  // of programs that Google's updater keeps up to date
         (name.size() >= version.size() && has_word(name, name.size() - version.size(), version));
}

// Digits and dots in UTF-16, with NULs behind.
bool is_dotted(std::string_view data) {
  size_t at = 0, dots = 0;
  for (; at + 2 <= data.size() && (is_digit(data[at]) || data[at] == '.') && data[at + 1] == '\0'; at += 2)
    dots += data[at] == '.';
  return dots == 3 && data.find_first_not_of('\0', at) == std::string_view::npos;
}

// The values of a bin whose data lies in it, too, as it mostly does.
void versions_of_bin(std::string_view text, size_t begin, size_t end, std::vector<Fields::Stretch>& out) {
  constexpr uint64_t text_type = 1;
  const uint64_t place = little(text, begin + 4, 4);  // in the hive
  for (size_t cell = begin + bin_head; cell + cell_head + value_head <= end;) {
    // Of what is in use the size is negative; what was let go counts as well.
    const auto stored = int32_t(uint32_t(little(text, cell, 4)));
    const size_t size = stored < 0 ? size_t(-int64_t(stored)) : size_t(stored);
    if (size < 8 || size % 8 != 0 || size > end - cell) return;
    const size_t value = cell + cell_head;
    cell += size;
    if (text.substr(value, 2) != "vk" || size < cell_head + value_head) continue;
    const uint64_t name = little(text, value + 2, 2), bytes = little(text, value + 4, 4),
                   data = little(text, value + 8, 4);
    if (little(text, value + 12, 4) != text_type || bytes > longest_version || data < place) continue;
    const uint64_t first = begin + (data - place) + cell_head;
    if (name > size - cell_head - value_head || first + bytes > end) continue;
    if (names_version(text.substr(value + value_head, name)) && is_dotted(text.substr(size_t(first), bytes)))
      out.push_back({uint32_t(first), uint32_t(first + bytes)});
  }
}

}  // namespace

void find_hive_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out) {
  std::vector<Fields::Stretch> versions;
  for (size_t at = size_t((sector - origin % sector) % sector); at < end;) {
    size_t behind = at + sector;
    if (text.substr(at, 4) == "hbin") {
      const uint64_t size = little(text, at + 8, 4), place = little(text, at + 4, 4);
      if (size > 0 && size <= largest_bin && size % bin_unit == 0 && place % bin_unit == 0 &&
          size <= text.size() - at) {
        versions_of_bin(text, at, at + size_t(size), versions);
        behind = at + size_t(size);
      }
    }
    at = behind;
  }
  std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  size_t behind = 0;
  for (const Fields::Stretch& one : versions) {
    if (one.begin < behind) continue;
    out.stretch(one.begin, one.end);
    out.field(one.begin, one.end, Coding::none);
    behind = one.end;
  }
}

}  // namespace weft::scan
