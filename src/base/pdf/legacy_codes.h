// Strings of composite fonts in East Asian code pages: the predefined CMaps of ISO 32000-1 §9.7.5.2 whose codes are
// those of a code page ("90ms-RKSJ-H", "GBK-EUC-H", "H"). The C library knows what they stand for. One thread.
#pragma once

#include <cstdint>
#include <iconv.h>
#include <string>
#include <string_view>

#include "base/file.h"

namespace weft {

class PdfLegacyCodes {
 public:
  PdfLegacyCodes() = default;
  // By the name of the CMap; false where it is none of them.
  explicit PdfLegacyCodes(std::string_view map);
  explicit operator bool() const { return page_ != Page::none; }

  // Bytes of the code that the string begins with. The string is not empty.
  size_t next(std::string_view string, uint32_t& code) const;
  // Appends what the code stands for; false, and a replacement character, where it stands for nothing.
  bool add_text(uint32_t code, std::string& text) const;

 private:
  enum class Page { none, jis, euc_jp, shift_jis, other };
  Page page_ = Page::none;
  Handle<void, iconv_close> to_unicode_;
};

}  // namespace weft
