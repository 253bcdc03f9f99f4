// UUIDs and GUIDs: RFC 9562, 8-4-4-4-12 hex digits, with or without braces.
//
// False positives: the version (1 to 8) and the variant must be set (the two of RFC 9562 and of Microsoft); nil and
// max, and groups of one repeated digit, name nothing.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"

namespace weft::scan {
namespace {

void on_hit(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  size_t end = hit.end, begin = end - 36;
  char before = sign_before(text, begin), after = char_at(text, end);
  if (is_alnum(before) || is_alnum(after) || before == '-' || after == '-') return;
  std::string value = lower_ascii(text.substr(begin, 36));
  char version = value[14], variant = value[19];
  if (version < '1' || version > '8' || variant < '8' || (variant > '9' && variant < 'a') || variant > 'd') return;
  if (value.find_first_not_of(value[0]) >= 8 && value.find_first_not_of(value[24], 24) == std::string::npos) return;
  sink.feature("uuid", value, begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"uuid"};
constexpr std::array patterns{
    Pattern{R"([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89a-d][0-9a-f]{3}-[0-9a-f]{12})", caseless, 0}};

constexpr std::array examples{
    Example{"{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}", "uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
    Example{"id=f81d4fae-7dec-11d0-a765-00a0c91e6bf6;", "uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
    Example{"00000000-0000-0000-0000-000000000000", "uuid", ""},
    Example{"f81d4fae-7dec-01d0-a765-00a0c91e6bf6", "uuid", ""},
    Example{"f81d4fae-7dec-11d0-2765-00a0c91e6bf6", "uuid", ""},
    Example{"af81d4fae-7dec-11d0-a765-00a0c91e6bf6", "uuid", ""},
};

}  // namespace

extern const Scanner uuid_scanner;
const Scanner uuid_scanner{"uuid", "uuid: universally unique identifiers", kinds, patterns, on_hit, examples, 64, 32};

}  // namespace weft::scan
