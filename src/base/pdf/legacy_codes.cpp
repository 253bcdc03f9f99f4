#include "base/pdf/legacy_codes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/pdf/encoding.h"

namespace weft {

PdfLegacyCodes::PdfLegacyCodes(std::string_view map) {
  const auto has = [&](std::string_view part) { return map.find(part) != std::string_view::npos; };
  const char* name = nullptr;
  if (map == "H" || map == "V")
    page_ = Page::jis, name = "EUC-JP";
  else if (map == "EUC-H" || map == "EUC-V")
    page_ = Page::euc_jp, name = "EUC-JP";
  else if (has("RKSJ"))
    page_ = Page::shift_jis, name = "CP932";
  else if (has("KSC"))
    page_ = Page::other, name = "CP949";
  else if (map.starts_with("GB"))
    page_ = Page::other, name = "GB18030";
  else if (has("HKscs"))
    page_ = Page::other, name = "BIG5-HKSCS";
  else if (has("B5"))
    page_ = Page::other, name = "CP950";
  if (!name) return;
  iconv_t opened = ::iconv_open("UTF-16BE", name);
  if (reinterpret_cast<intptr_t>(opened) == -1)
    page_ = Page::none;  // a C library without this page
  else
    to_unicode_ = Handle<void, iconv_close>(opened);
}

size_t PdfLegacyCodes::next(std::string_view string, uint32_t& code) const {
  const auto first = uint8_t(string[0]);
  size_t size = first >= 0x81 ? 2 : 1;
  if (page_ == Page::jis) size = 2;
  if (page_ == Page::euc_jp && first == 0x8f) size = 3;
  if (page_ == Page::shift_jis && first >= 0xa0 && first <= 0xdf) size = 1;
  size = std::min(size, string.size());
  code = 0;
  for (const char c : string.substr(0, size)) code = code << 8 | uint8_t(c);
  return size;
}

bool PdfLegacyCodes::add_text(uint32_t code, std::string& text) const {
  if (page_ == Page::jis) code |= 0x8080;
  std::array<char, 3> bytes{};
  size_t size = 0;
  for (int shift = 16; shift >= 0; shift -= 8)
    if (size > 0 || code >> shift != 0 || shift == 0) bytes[size++] = char(uint8_t(code >> shift));
  std::array<uint8_t, 16> units{};
  char *from = bytes.data(), *to = reinterpret_cast<char*>(units.data());
  size_t left = size, room = units.size();
  ::iconv(to_unicode_.get(), nullptr, nullptr, nullptr, nullptr);
  if (::iconv(to_unicode_.get(), &from, &left, &to, &room) != 0 || left > 0 ||
      ::iconv(to_unicode_.get(), nullptr, nullptr, &to, &room) != 0) {
    append_glyph(text, 0xfffd);
    return false;
  }
  std::u16string utf16;
  for (size_t i = 0; i + 1 < units.size() - room; i += 2) utf16 += char16_t(units[i] << 8 | units[i + 1]);
  append_glyphs(text, utf16);
  return true;
}

}  // namespace weft
