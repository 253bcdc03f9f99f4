// Word, Excel and PowerPoint documents of before 2007, and other OLE compound files that carry the two property sets of
// documents: [MS-OLEPS] for how they are written, [MS-OSHARED] §2.3.3.2 for the properties.
#include <array>
#include <fmt/format.h>
#include <glib.h>

#include "artefacts/ole.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t set_most = 1 * MiB;       // of one property set
constexpr size_t text_most = 4 * KiB;      // of one text in it
constexpr size_t properties_most = 1'000;  // in it
constexpr size_t name_most = 300;

// Text of a Windows code page, as UTF-8. What is no text of it is shown as printable() shows it.
std::string from_code_page(std::string_view text, unsigned page) {
  while (text.ends_with('\0')) text.remove_suffix(1);
  if (is_utf8(text)) return std::string(text);
  std::string name = page == 10000 ? "MACINTOSH" : page == 65001 ? "UTF-8" : fmt::format("CP{}", page);
  gsize written = 0;
  Handle<char, g_free> out(
      g_convert(text.data(), gssize(text.size()), "UTF-8", name.c_str(), nullptr, &written, nullptr));
  return out ? std::string(out.get(), written) : printable(text);
}

// FILETIME: 100 ns since 1601. 0 is "not set"; small ones are durations.
std::optional<Time> from_filetime(uint64_t ticks) {
  constexpr uint64_t second = 10'000'000, epoch = 11'644'473'600;
  if (ticks < epoch * second) return std::nullopt;
  return from_seconds(int64_t(ticks / second - epoch), uint32_t(ticks % second * 100));
}

struct Property {
  uint32_t id = 0;
  std::string text;
  std::optional<Time> time;
  uint64_t offset = 0;  // in the file
};

// The properties of the stream's first set.
std::vector<Property> properties_of(const OleStream& stream, Rows& rows) {
  std::vector<Property> out;
  Bytes bytes = stream.bytes;
  Cursor head(bytes);
  if (head.u16le() != 0xFFFE) return out;
  head.skip(22);
  if (head.u32le() == 0) return out;
  head.skip(16);
  const uint32_t begin = head.u32le();
  if (!head.ok() || begin >= bytes.size()) return out;
  Cursor list(bytes.subspan(begin));
  list.skip(4);
  const uint32_t count = list.u32le();
  unsigned page = 1252;
  if (count > properties_most && list.remaining() >= 8 * properties_most)
    rows.cut({stream.offset_of(begin)}, "a property set gives its first 1000 properties");
  for (uint32_t i = 0; i < count && i < properties_most && list.remaining() >= 8; ++i) {
    Property it;
    it.id = list.u32le();
    const uint64_t at = uint64_t(begin) + list.u32le();
    if (at >= bytes.size()) continue;
    it.offset = stream.offset_of(at + 8);
    Cursor value(bytes.subspan(at));
    const uint32_t type = value.u32le() & 0xFFFF;
    if (type == 2 && it.id == 1) page = value.u16le();
    Bytes text;
    if (type == 0x1E) text = value.take(value.u32le());
    if (type == 0x1F) text = value.take(size_t(value.u32le()) * 2);
    if (text.size() > text_most) {
      rows.cut({it.offset}, "a property's text gives its first 4096 bytes");
      text = text.first(text_most);
    }
    if (type == 0x1E) it.text = from_code_page(as_text(text), page);
    if (type == 0x1F) it.text = from_utf16le(text);
    if (type == 0x40) it.time = from_filetime(value.u64le());
    it.text = trim(std::string_view(it.text).substr(0, it.text.find('\0')));
    if (value.ok() && (!it.text.empty() || it.time)) out.push_back(std::move(it));
  }
  return out;
}

void parse(const File& file, Rows& rows) {
  std::optional<OleFile> ole = OleFile::open(file.content);
  if (!ole) return;
  if (ole->directory_cut()) rows.cut({}, "the first 100,000 entries of the file's directory are looked at");
  DocumentRow row;
  std::optional<uint64_t> place;
  std::string last;
  auto author = [&](const Property& it) {
    if (it.text == last) return;
    last = it.text;
    if (it.text.size() > name_most) rows.cut({it.offset}, "an author's name gives its first 300 bytes as a selector");
    rows.selector({it.offset}, "document_author", beginning(it.text, name_most), "author");
  };
  const auto set = [&](std::string_view name) {
    auto stream = ole->stream(name, set_most);
    if (stream && stream->size > set_most)
      rows.cut({stream->offset_of(0)}, "a property set is read as far as its first MiB");
    return stream && !stream->bytes.empty() ? std::move(stream) : std::nullopt;
  };
  if (const auto stream = set("\5SummaryInformation")) {
    place = stream->offset_of(0);
    for (const Property& it : properties_of(*stream, rows)) {
      if (it.id == 2) row.title = it.text;
      if (it.id == 4) row.author = it.text, author(it);
      if (it.id == 7) row.template_name = it.text;
      if (it.id == 8) row.last_author = it.text, author(it);
      if (it.id == 11) row.printed = it.time;
      if (it.id == 12) row.created = it.time;
      if (it.id == 13) row.modified = it.time;
      if (it.id == 18) row.application = it.text;
    }
  }
  if (const auto stream = set("\5DocumentSummaryInformation")) {
    if (!place) place = stream->offset_of(0);
    for (const Property& it : properties_of(*stream, rows))
      if (it.id == 15) row.company = it.text;
  }
  if (place) rows.record({*place}, std::move(row));
}

constexpr std::array<std::string_view, 11> paths{"*.doc", "*.dot", "*.xls", "*.xlt", "*.ppt", "*.pps",
                                                 "*.pot", "*.vsd", "*.pub", "*.mpp", "*.wps"};
constexpr std::array<std::string_view, 4> types{"application/msword", "application/vnd.ms-excel",
                                                "application/vnd.ms-powerpoint", "application/vnd.ms-office"};
constexpr std::array<std::string_view, 1> kinds{"document_author"};
constexpr std::array samples{
    Sample{"a.doc", "{\\rtf1 no compound file}", "", "", ""},
    Sample{"b.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 cut", "", "", ""},
};
constexpr std::array<std::string_view, 5> real{"documents/Document.doc", "documents/testWORD.doc",
                                               "documents/testEXCEL.xls", "documents/testEXCEL_macro.xls",
                                               "documents/testPPT.ppt"};

}  // namespace

extern const Parser ole_document_parser;
const Parser ole_document_parser{
    "ole_document",
    "document: doc, xls, ppt and their kin of before 2007",
    "[MS-CFB] 3 and 4, [MS-OLEPS], [MS-OSHARED]",
    paths,
    types,
    {},
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
