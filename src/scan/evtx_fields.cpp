// Records of Windows' event logs (EVTX; A. Schuster, "Introducing the Microsoft Vista event log file format"; the
// libevtx documentation by J. Metz). A chunk holds records of binary XML; a record names a template, which lies in the
// chunk where it is used first, and brings its values: how many, the size and the type of each, then all of them with
// nothing between. So an address and the port behind it, in UTF-16, touch.
#include <string_view>

#include "base/bytes.h"
#include "scan/field_sources.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

constexpr size_t chunk_size = 64 * KiB, head_size = 512;
constexpr uint8_t is_text = 0x01, is_ansi = 0x02, is_binary = 0x0e, is_xml = 0x21, is_array = 0x80;

class Chunk {
 public:
  Chunk(std::string_view text, size_t begin, Fields::Lists& out) : text_(text), begin_(begin), out_(out) {}

  // Where the records end that can be read.
  size_t records() {
    constexpr size_t smallest = 32, head = 24;
    const size_t end = begin_ + std::min<size_t>(little(text_, begin_ + 48, 4), chunk_size);
    size_t at = begin_ + head_size;
    while (at + smallest <= std::min(end, text_.size())) {
      if (little(text_, at, 4) != 0x2a2a) break;
      const size_t length = little(text_, at + 4, 4);
      if (length < smallest || at + length > std::min(begin_ + chunk_size, text_.size()) ||
          little(text_, at + length - 4, 4) != length)
        break;
      const size_t before = out_.fields.size();
      if (xml(at + head, at + length - 4, 0)) {
        out_.stretch(at, at + length);
      } else {
        out_.fields.resize(before);  // it is left as it lies
      }
      at += length;
    }
    return at;
  }

 private:
  // A fragment: its head, and the use of a template. Other forms hold what they say in constants.
  bool xml(size_t at, size_t end, size_t depth) {
    constexpr size_t deepest = 4, fragment = 4, use = 10, definition = 24, most_values = 4096;
    if (depth > deepest || at + fragment > end || little(text_, at, 4) != 0x0001010f) return false;
    at += fragment;
    if (at + use > end || text_[at] != 0x0c) {
      constants(at, end);
      return true;
    }
    const size_t defined = begin_ + little(text_, at + 6, 4);
    at += use;
    if (defined == at) {
      if (at + definition > end) return false;
      const size_t size = little(text_, at + 20, 4);
      at += definition;
      if (size > end - at) return false;
      constants(at, at + size);
      at += size;
    }
    if (at + 4 > end) return false;
    const size_t count = little(text_, at, 4);
    at += 4;
    if (count > most_values || 4 * count > end - at) return false;
    size_t value = at + 4 * count;
    for (size_t i = 0; i < count; ++i, at += 4) {
      const size_t size = little(text_, at, 2);
      const auto type = uint8_t(text_[at + 2]);
      if (size > end - value) return false;
      if (type == is_text || type == (is_text | is_array))
        out_.field(value, value + size - size % 2, Coding::utf16le);
      else if (type == is_xml && size > 0) {
        if (!xml(value, value + size, depth + 1)) out_.field(value, value + size);
      } else if (type == is_ansi || type == (is_ansi | is_array) || type == is_binary)
        out_.field(value, value + size);
      value += size;
    }
    return true;
  }

  // Texts in the XML itself: a token, that the value is a text, how many characters, and those.
  void constants(size_t at, size_t end) {
    for (; at + 4 < end; ++at) {
      if ((text_[at] != 0x05 && text_[at] != 0x45) || text_[at + 1] != is_text) continue;
      const size_t size = 2 * little(text_, at + 2, 2);
      if (size == 0 || size > end - at - 4) continue;
      out_.field(at + 4, at + 4 + size, Coding::utf16le);
      at += 3 + size;
    }
  }

  const std::string_view text_;
  const size_t begin_;
  Fields::Lists& out_;
};

}  // namespace

size_t find_evtx_fields(std::string_view text, size_t at, Work&, Fields::Lists& out) {
  if (at + head_size > text.size() || little(text, at + 40, 4) != 128) return 0;
  return Chunk(text, at, out).records();
}

}  // namespace weft::scan
