// Pictures in raw bytes: JPEG (ITU-T T.81 Annex B), PNG (ISO/IEC 15948), GIF 89a. Each is walked from its first byte:
// by the lengths of its segments, chunks or blocks, and through JPEG's scans by the rule that 0xFF is followed by 0 or
// a restart marker there. So the length is known, and whether the end was reached.
//
// False positives: the first bytes alone are no picture. A JPEG must reach a frame header with sensible numbers and a
// scan; a PNG's header chunk must have its checksum; a GIF its screen, and a trailer or an image. What is walked is the
// feature, and the next walk begins behind it: so the cost stays linear, whatever the bytes are.
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <zlib.h>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

constexpr size_t most_segments = 64;  // of a JPEG in front of its first scan; colour profiles take up to some thirty

void put(Sink& sink, std::string_view kind, size_t begin, size_t end, bool is_whole, unsigned width, unsigned height) {
  std::string value = is_whole ? whole(end - begin) : cut_short(end - begin);
  sink.feature(kind, fmt::format("{}, {} x {}", value, width, height), begin, end);
}

// Behind the entropy-coded bytes: at the marker that ends them, or at the end of the text.
size_t behind_scan(std::string_view text, size_t at) {
  while (at < text.size()) {
    const void* found = std::memchr(text.data() + at, 0xff, text.size() - at);
    if (!found) return text.size();
    at = size_t(static_cast<const char*>(found) - text.data());
    const auto next = uint8_t(at + 1 < text.size() ? text[at + 1] : 0xd9);
    if (next == 0xff)
      ++at;
    else if (next != 0 && (next < 0xd0 || next > 0xd7))
      return at;
    else
      at += 2;
  }
  return text.size();
}

void on_jpeg(std::string_view text, size_t begin, Sink& sink) {
  size_t at = begin + 2, segments = 0;
  unsigned width = 0, height = 0;
  bool scanned = false, entire = false;
  while (at + 4 <= text.size() && segments++ < (scanned ? 10 * most_segments : most_segments)) {
    const auto marker = uint8_t(text[at + 1]);
    if (uint8_t(text[at]) != 0xff || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) break;
    if (marker == 0xd9) {
      entire = scanned, at += 2;
      break;
    }
    const size_t length = big(text, at + 2, 2);
    if (length < 2) break;
    if (marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
      const auto depth = uint8_t(little(text, at + 4, 1)), components = uint8_t(little(text, at + 9, 1));
      if ((depth != 8 && depth != 12) || components == 0 || components > 4 || length != 8u + 3u * components) break;
      height = unsigned(big(text, at + 5, 2)), width = unsigned(big(text, at + 7, 2));
    }
    if (marker == 0xda) {
      if (width == 0 || length > 16) break;
      scanned = true;
      at = behind_scan(text, std::min(text.size(), at + 2 + length));
    } else {
      at += 2 + length;
    }
  }
  // The end may stand in the last three bytes.
  if (!entire && scanned && text.substr(std::min(at, text.size()), 2) == "\xff\xd9") entire = true, at += 2;
  if (scanned) put(sink, "carved_jpeg", begin, std::min(at, text.size()), entire, width, height);
}

bool checksum_holds(std::string_view text, size_t chunk, size_t length) {
  const auto* bytes = reinterpret_cast<const Bytef*>(text.data() + chunk + 4);
  return crc32(0, bytes, uInt(length + 4)) == big(text, chunk + 8 + length, 4);
}

void on_png(std::string_view text, size_t begin, Sink& sink) {
  const size_t header = begin + 8;
  if (header + 25 > text.size() || !checksum_holds(text, header, 13)) return;
  const auto width = unsigned(big(text, header + 8, 4)), height = unsigned(big(text, header + 12, 4));
  if (width == 0 || height == 0) return;
  size_t at = header + 25, wrong = 0;
  bool entire = false;
  while (!entire && at + 12 <= text.size()) {
    const size_t length = big(text, at, 4);
    const std::string_view type = text.substr(at + 4, 4);
    for (char c : type)
      if (!is_alpha(c)) return put(sink, "carved_png", begin, at, false, width, height);
    if (length > text.size() - at - 12) break;
    entire = type == "IEND" && length == 0;
    at += length + 12;
  }
  // Only what is a row of chunks to its end is worth the checksums, and it is not walked again.
  for (size_t chunk = header + 25; entire && chunk < at; chunk += big(text, chunk, 4) + 12)
    wrong += !checksum_holds(text, chunk, big(text, chunk, 4));
  if (wrong == 0) return put(sink, "carved_png", begin, at, entire, width, height);
  sink.feature("carved_png", fmt::format("{} bytes, {} checksums wrong, {} x {}", at - begin, wrong, width, height),
               begin, at);
}

// Behind a row of sub-blocks; npos when it does not end.
size_t behind_blocks(std::string_view text, size_t at) {
  while (at < text.size()) {
    const auto length = uint8_t(text[at]);
    if (length == 0) return at + 1;
    at += length + 1u;
  }
  return std::string_view::npos;
}

size_t color_table(uint8_t flags) {
  return flags & 0x80 ? size_t(3) << ((flags & 7) + 1) : 0;
}

void on_gif(std::string_view text, size_t begin, Sink& sink) {
  const auto width = unsigned(little(text, begin + 6, 2)), height = unsigned(little(text, begin + 8, 2));
  if (begin + 13 > text.size() || width == 0 || height == 0 || width > 16384 || height > 16384) return;
  // No picture goes on behind the start of the next one: so the walks together are no longer than the text.
  text = text.substr(0, std::min(text.size(), text.find("GIF8", begin + 6)));
  size_t at = begin + 13 + color_table(uint8_t(text[begin + 10])), images = 0;
  bool entire = false;
  while (!entire && at < text.size()) {
    size_t next = std::string_view::npos;
    if (text[at] == ';') {
      entire = images > 0, next = at + 1;
      if (!entire) break;
    } else if (text[at] == '!' && at + 2 < text.size()) {
      const auto label = uint8_t(text[at + 1]);
      if (label != 0xf9 && label != 0xfe && label != 0xff && label != 0x01) break;
      next = behind_blocks(text, at + 2);
    } else if (text[at] == ',' && at + 10 < text.size()) {
      const size_t data = at + 10 + color_table(uint8_t(text[at + 9]));
      const auto code = uint8_t(little(text, data, 1));
      if (code < 2 || code > 8 || little(text, at + 5, 2) == 0 || little(text, at + 7, 2) == 0) break;
      next = behind_blocks(text, data + 1);
      images += next != std::string_view::npos;
    }
    if (next == std::string_view::npos) break;
    at = next;
  }
  if (images > 0) put(sink, "carved_gif", begin, std::min(at, text.size()), entire, width, height);
}

// Three scanners, since what one has walked is not looked at again by itself, but must not hide the others' finds:
// behind a picture that was overwritten lies anything.
template <void (*walk)(std::string_view, size_t, Sink&), size_t length>
void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end - length >= from) walk(text, hit.end - length, sink);
}

constexpr std::array<std::string_view, 1> jpeg_kinds{"carved_jpeg"}, png_kinds{"carved_png"}, gif_kinds{"carved_gif"};
constexpr std::array jpeg_patterns{Pattern{R"(\xff\xd8\xff[\xc0-\xcf\xdb\xdd\xe0-\xef\xfe])", dotall}};
constexpr std::array png_patterns{Pattern{R"(\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR)", dotall}};
constexpr std::array gif_patterns{Pattern{"GIF8[79]a"}};

using namespace std::string_view_literals;
constexpr std::array jpeg_examples{
    Example{"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0 and nothing behind"sv, "carved_jpeg", ""},
};
constexpr std::array png_examples{
    Example{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9c\x63\0\1\0\0"
            "\5\0\1\x0d\x0a\x2d\xb4\0\0\0\0IEND\xae\x42\x60\x82"sv,
            "carved_png", "67 bytes, whole, 1 x 1"},
    Example{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x88"sv, "carved_png", ""},
};
constexpr std::array gif_examples{
    Example{"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;"sv, "carved_gif",
            "35 bytes, whole, 1 x 1"},
    Example{"GIF89a is what the first six bytes say"sv, "carved_gif", ""},
};

}  // namespace

extern const Scanner carved_jpeg_scanner;
const Scanner carved_jpeg_scanner{"carved_jpeg",
                                  "carved_jpeg: JPEG pictures, with their length, and whether they are whole",
                                  jpeg_kinds,
                                  jpeg_patterns,
                                  on_hit<on_jpeg, 4>,
                                  jpeg_examples,
                                  64,
                                  1 << 20};
extern const Scanner carved_png_scanner;
const Scanner carved_png_scanner{"carved_png",
                                 "carved_png: PNG pictures, with their length, and whether they are whole",
                                 png_kinds,
                                 png_patterns,
                                 on_hit<on_png, 16>,
                                 png_examples,
                                 64,
                                 1 << 20};
extern const Scanner carved_gif_scanner;
const Scanner carved_gif_scanner{"carved_gif",
                                 "carved_gif: GIF pictures, with their length, and whether they are whole",
                                 gif_kinds,
                                 gif_patterns,
                                 on_hit<on_gif, 6>,
                                 gif_examples,
                                 64,
                                 1 << 20};

}  // namespace weft::scan
