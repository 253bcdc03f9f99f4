// Legacy code pages: how text was stored before Unicode, and still is in old documents, mails and programs. Made once
// for a list of terms, by the C library's iconv. Immutable; decoding from any thread, encoding from one.
#pragma once

#include <array>
#include <iconv.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace weft::scan {

// Writing systems that code pages were made for; a set of bits.
using Scripts = unsigned;
// Of a letter; 0 for ASCII, and for what no page of ours holds. Signs (€, §) count as Latin: its pages have them.
Scripts scripts_of(char32_t c);

class CodePage {
 public:
  // Error when the C library does not know it.
  CodePage(const char* name, Scripts scripts);
  std::string_view name() const { return name_; }
  Scripts scripts() const { return scripts_; }
  // The character of a byte; 0 when it is none by itself.
  char32_t decoded(uint8_t byte) const { return decoded_[byte]; }
  // The character's bytes; empty when the page does not have it.
  std::string encoded(char32_t c) const;

 private:
  const char* name_;
  Scripts scripts_;
  std::array<char32_t, 256> decoded_{};
  Handle<void, iconv_close> encoder_;
};

// All of them, those in widest use first.
std::vector<CodePage> code_pages();

}  // namespace weft::scan
