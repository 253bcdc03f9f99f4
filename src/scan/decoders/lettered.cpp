#include "scan/decoders/lettered.h"

#include "base/text.h"

namespace weft::scan {

bool continues_a_block(Bytes bytes, size_t begin, size_t line, const Alphabet& alphabet, bool closes) {
  if (begin == 0 || bytes[begin - 1] != '\n') return false;
  size_t end = begin - 1;
  if (end > 0 && bytes[end - 1] == '\r') --end;
  const size_t most = closes ? longest_line : line;
  size_t above = 0;
  while (above < end && above <= most && alphabet[bytes[end - above - 1]] != no_sign) ++above;
  return above >= line && above <= most;
}

bool has_magic(std::string_view bytes) {
  using namespace std::string_view_literals;
  for (std::string_view magic : {"\x1f\x8b\x08"sv,
                                 "PK\x03\x04"sv,
                                 "%PDF-"sv,
                                 "\xd0\xcf\x11\xe0"sv,
                                 "{\\rtf"sv,
                                 "\xff\xd8\xff"sv,
                                 "\x89PNG"sv,
                                 "7z\xbc\xaf"sv,
                                 "Rar!\x1a\x07"sv,
                                 "BZh91AY"sv,
                                 "\xfd\x37zXZ"sv,
                                 "\x28\xb5\x2f\xfd"sv,
                                 "\xff\xfe"sv,
                                 "\xfe\xff"sv,
                                 "SQLite format 3"sv,
                                 "RIFF"sv,
                                 "II*\0"sv,
                                 "MM\0*"sv,
                                 "GIF8"sv,
                                 "MZ"sv,
                                 "BEGIN:VC"sv,
                                 "bplist00"sv,
                                 "\x30\x82"sv})  // DER: certificates and keys
    if (bytes.starts_with(magic)) return true;
  return bytes.starts_with("\x78\x01") || bytes.starts_with("\x78\x9c") || bytes.starts_with("\x78\xda");
}

bool is_textual(std::string_view bytes) {
  size_t odd = 0, zeros = 0, high = 0;
  for (char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    zeros += byte == 0;
    high += byte >= 0x80;
    odd += (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t' && byte != 0) || byte == 0x7f;
  }
  if (zeros >= bytes.size() / 3) return odd <= bytes.size() / 32 && zeros <= bytes.size() / 2 + 2;
  if (odd + zeros > bytes.size() / 32) return false;
  // Cut at the sample's end, the last character may be incomplete.
  return high == 0 || is_utf8(bytes) || is_utf8(bytes.substr(0, bytes.size() - 1)) ||
         is_utf8(bytes.substr(0, bytes.size() - 2)) || is_utf8(bytes.substr(0, bytes.size() - 3));
}

}  // namespace weft::scan
