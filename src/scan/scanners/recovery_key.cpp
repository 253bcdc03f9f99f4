// Recovery keys of BitLocker, as they are printed, saved and kept: eight groups of six digits, with hyphens. A group is
// a 16-bit number of the key times eleven (Microsoft, "BitLocker recovery password"; the libbde documentation by J.
// Metz). The value is the key: it opens the volume, and belongs to the examiner as the keys of AES do
// (docs/decisions/0008).
//
// False positives: each group must be a multiple of eleven below 720,896, which of random digits one in 200 million
// million million is, the signs around must be none of a longer such number, and the groups must not be all alike.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t groups = 8, digits = 6, size = groups * digits + groups - 1;

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end < size || hit.end - size < from) return;
  const size_t begin = hit.end - size;
  const std::string_view key = text.substr(begin, size);
  bool alike = true;
  for (size_t group = 0; group < groups; ++group) {
    const std::string_view one = key.substr(group * (digits + 1), digits);
    uint32_t number = 0;
    for (const char c : one) number = number * 10 + uint32_t(c - '0');
    if (number % 11 != 0 || number / 11 > 0xffff) return;
    alike = alike && one == key.substr(0, digits);
  }
  const char before = char_before(text, begin), behind = char_at(text, hit.end);
  if (alike || is_alnum(before) || before == '-' || is_alnum(behind)) return;
  if (behind == '-' && is_digit(char_at(text, hit.end + 1))) return;
  sink.feature("bitlocker_key", std::string(key), begin, hit.end);
}

constexpr std::array<std::string_view, 1> kinds{"bitlocker_key"};
constexpr std::array patterns{Pattern{"(?:[0-9]{6}-){7}[0-9]{6}", 0, 0}};
constexpr std::array examples{
    Example{"Recovery Key:\r\n\r\n\t471207-278498-422125-177177-561902-537405-468006-693451\r\n", "bitlocker_key",
            "471207-278498-422125-177177-561902-537405-468006-693451"},
    Example{"471207-278498-422125-177177-561902-537405-468006-693452", "bitlocker_key", ""},
    Example{"11-471207-278498-422125-177177-561902-537405-468006-693451", "bitlocker_key", ""},
    Example{"720896-278498-422125-177177-561902-537405-468006-693451", "bitlocker_key", ""},
    Example{"111111-111111-111111-111111-111111-111111-111111-111111", "bitlocker_key", ""},
};

}  // namespace

extern const Scanner recovery_key_scanner;
const Scanner recovery_key_scanner{"recovery_key", "bitlocker_key: recovery keys of BitLocker volumes",
                                   kinds,          patterns,
                                   on_hit,         examples,
                                   size + 8,       8};

}  // namespace weft::scan
