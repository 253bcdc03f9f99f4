// What the tests of this module share: one scan with all scanners and decoders, what it found in words, and evidence.
#pragma once

#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <zlib.h>

#include "base/error.h"
#include "base/file.h"
#include "scan/engine.h"

namespace weft::scan {

// Why a list (Words, YaraRules) is not taken; "" when it is.
template <class List>
std::string refused(const std::string& name, const std::string& text) {
  try {
    const std::vector<ListFile> files = {{name, text}};
    const List list(files);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

inline const Rules& all_rules() {
  static const Rules rules;
  return rules;
}

inline Results scan_page(std::string_view bytes, size_t begin, size_t end, const Limits& limits = {}) {
  Scan scan(all_rules(), limits);
  NoWatch watch;
  Results results;
  scan.page({as_bytes(bytes), begin, end, 0}, {}, watch, results);
  return results;
}
inline Results scan_all(std::string_view bytes, const Limits& limits = {}) {
  return scan_page(bytes, 0, bytes.size(), limits);
}

inline std::string described(const Results& results) {
  std::string out;
  for (const Found& f : results.features)
    out += fmt::format("{}{} {} {} {} {} [{}]\n", f.offset, f.layers, f.source_end, f.kind, f.value, f.encoding,
                       f.context);
  for (const ScanProblem& p : results.problems) out += fmt::format("{}{} PROBLEM {}\n", p.offset, p.layers, p.what);
  return out;
}

// A number as a format writes it.
inline std::string big(uint64_t value, size_t width) {
  std::string out;
  for (size_t i = width; i-- > 0;) out += char(uint8_t(value >> (8 * i)));
  return out;
}
inline std::string little(uint64_t value, size_t width) {
  const std::string out = big(value, width);
  return {out.rbegin(), out.rend()};
}

// A file of the evidence; empty where it is not at hand.
inline std::string evidence(const std::string& name) {
  const char* given = std::getenv("WEFT_EVIDENCE");
  const std::string path = (given ? std::string(given) : WEFT_SOURCE_DIR "/../shared/evidence") + "/" + name;
  return exists(path) ? read_file(path) : std::string();
}

inline std::string ascii85(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i += 4) {
    const size_t left = std::min<size_t>(4, text.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 4; ++k) bits = bits << 8 | (k < left ? uint8_t(text[i + k]) : 0);
    if (bits == 0 && left == 4) {
      out += 'z';
      continue;
    }
    std::string five(5, '\0');
    for (size_t k = 5; k-- > 0; bits /= 85) five[k] = char(bits % 85 + '!');
    out += five.substr(0, left + 1);
    if (i % 60 == 0) out += '\n';
  }
  return out + "~>";
}

// window_bits as zlib has them: 15 zlib, 31 gzip, -15 bare.
inline std::string deflated(std::string_view text, int window_bits) {
  z_stream z{};
  check(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflateInit2");
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = const_cast<Bytef*>(as_bytes(text).data());
  z.avail_in = unsigned(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = unsigned(out.size());
  check(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}
inline std::string zlibbed(std::string_view text) {
  return deflated(text, 15);
}

}  // namespace weft::scan
