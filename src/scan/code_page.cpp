#include "scan/code_page.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>

#include "base/error.h"

namespace weft::scan {
namespace {

constexpr Scripts latin = 1, greek = 2, cyrillic = 4, hebrew = 8, arabic = 16, thai = 32, han = 64, kana = 128,
                  hangul = 256;

// Names are those of IANA where iconv knows the page by them. Windows, Unix, DOS and Macintosh; of pages that differ
// in a few signs only, the one that holds more.
constexpr struct {
  const char* name;
  Scripts scripts;
} pages[] = {
    {"windows-1252", latin},
    {"windows-1251", cyrillic},
    {"windows-1250", latin},
    {"windows-1253", greek},
    {"windows-1254", latin},
    {"windows-1255", hebrew},
    {"windows-1256", arabic},
    {"windows-1257", latin},
    {"windows-1258", latin},
    {"windows-874", thai},
    {"iso-8859-1", latin},
    {"iso-8859-2", latin},
    {"iso-8859-3", latin},
    {"iso-8859-4", latin},
    {"iso-8859-5", cyrillic},
    {"iso-8859-6", arabic},
    {"iso-8859-7", greek},
    {"iso-8859-8", hebrew},
    {"iso-8859-9", latin},
    {"iso-8859-10", latin},
    {"iso-8859-13", latin},
    {"iso-8859-14", latin},
    {"iso-8859-15", latin},
    {"iso-8859-16", latin},
    {"koi8-r", cyrillic},
    {"koi8-u", cyrillic},
    {"cp437", latin | greek},
    {"cp737", greek},
    {"cp775", latin},
    {"cp850", latin},
    {"cp852", latin},
    {"cp855", cyrillic},
    {"cp857", latin},
    {"cp858", latin},
    {"cp860", latin},
    {"cp861", latin},
    {"cp862", hebrew},
    {"cp863", latin},
    {"cp864", arabic},
    {"cp865", latin},
    {"cp866", cyrillic},
    {"cp869", greek},
    {"cp1125", cyrillic},
    {"macintosh", latin},
    {"mac-centraleurope", latin},
    {"mac-cyrillic", cyrillic},
    {"viscii", latin},
    {"cp932", han | kana},
    {"euc-jp", han | kana},
    {"gbk", han},
    {"big5", han},
    {"cp949", hangul | han},
};

constexpr struct {
  char32_t first, last;
  Scripts scripts;
} ranges[] = {
    {0xA0, 0x24F, latin},     {0x1E00, 0x1EFF, latin},  {0x2000, 0x2BFF, latin}, {0x370, 0x3FF, greek},
    {0x1F00, 0x1FFF, greek},  {0x400, 0x52F, cyrillic}, {0x590, 0x5FF, hebrew},  {0x600, 0x6FF, arabic},
    {0xE00, 0xE7F, thai},     {0x3040, 0x30FF, kana},   {0x3400, 0x4DBF, han},   {0x4E00, 0x9FFF, han},
    {0x1100, 0x11FF, hangul}, {0xAC00, 0xD7A3, hangul}, {0xF900, 0xFAFF, han},   {0x20000, 0x2FFFF, han},
};

// iconv knows Microsoft's pages as CPnnn.
std::string iconv_name(std::string_view name) {
  constexpr std::string_view windows = "windows-";
  return name.starts_with(windows) ? "CP" + std::string(name.substr(windows.size())) : std::string(name);
}

iconv_t opened(const std::string& to, const std::string& from) {
  iconv_t out = iconv_open(to.c_str(), from.c_str());
  if (reinterpret_cast<intptr_t>(out) == -1)
    throw Error(fmt::format("the C library cannot convert {} to {}", from, to), {}, errno);
  return out;
}

// The whole of `from` converted; empty when it cannot be, or not without replacing something.
std::string converted(iconv_t by, std::string_view from) {
  char buffer[64];
  char *in = const_cast<char*>(from.data()), *out = buffer;
  size_t in_left = from.size(), out_left = sizeof buffer;
  iconv(by, nullptr, nullptr, nullptr, nullptr);
  if (iconv(by, &in, &in_left, &out, &out_left) != 0 || in_left > 0) return {};
  if (iconv(by, nullptr, nullptr, &out, &out_left) != 0) return {};  // what it held back, to combine it
  return std::string(buffer, size_t(out - buffer));
}

}  // namespace

Scripts scripts_of(char32_t c) {
  for (const auto& range : ranges)
    if (c >= range.first && c <= range.last) return range.scripts;
  return 0;
}

CodePage::CodePage(const char* name, Scripts scripts)
    : name_(name), scripts_(scripts), encoder_(opened(iconv_name(name), "UTF-32LE")) {
  const Handle<void, iconv_close> decoder(opened("UTF-32LE", iconv_name(name)));
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char one = char(byte);
    const std::string text = converted(decoder.get(), std::string_view(&one, 1));
    if (text.size() == sizeof(char32_t)) std::memcpy(&decoded_[byte], text.data(), sizeof(char32_t));
  }
}

std::string CodePage::encoded(char32_t c) const {
  return converted(encoder_.get(), std::string_view(reinterpret_cast<const char*>(&c), sizeof c));
}

std::vector<CodePage> code_pages() {
  std::vector<CodePage> out;
  for (const auto& page : pages) out.emplace_back(page.name, page.scripts);
  return out;
}

}  // namespace weft::scan
