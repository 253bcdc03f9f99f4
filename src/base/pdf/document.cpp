// qpdf reads the structure, opens what an empty password opens (ISO 32000-1 §7.6.3; every viewer does) and unpacks all
// filters; text.cpp reads the pages. Most programs of today (browsers, office suites, TeX, what a Mac prints) number
// the glyphs of a font as they like: only the font says which character a number is (font.h).
#include "base/pdf/document.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <utility>

#include "base/pdf/font.h"
#include "base/pdf/open.h"
#include "base/pdf/qpdf.h"
#include "base/pdf/syntax.h"
#include "base/pdf/text.h"
#include "base/text.h"

namespace weft {
namespace {

constexpr std::string_view header = "%PDF-", end_of_file = "%%EOF";
// Of a document's streams, in all: page descriptions unpack to some five times their size.
size_t most_unpacked(size_t document) {
  return std::min<size_t>(256 * MiB, MiB + 16 * document);
}
// Of its forms, each as often as it is shown again.
size_t most_shown(size_t document) {
  return std::min<size_t>(256 * MiB, 64 * KiB + 16 * document);
}
// Of its fonts, as they are kept: most need some 20 KiB.
size_t most_fonts(size_t document) {
  return std::min<size_t>(256 * MiB, 16 * MiB + 64 * document);
}
constexpr size_t deepest = 32;            // of arrays and dictionaries in each other
constexpr size_t most_objects = 100'000;  // looked at one by one
constexpr size_t least_string = 4;        // bytes of one that is worth a line

class Reading;
using Id = std::pair<int, int>;

// Fonts and forms by their names, as one /Resources dictionary has them.
class Resources final : public PdfResources {
 public:
  Resources(Reading& document, const QPDFObjectHandle& dictionary)
      : document_(document), fonts_(pdf_value(dictionary, "/Font")), forms_(pdf_value(dictionary, "/XObject")) {}
  ~Resources() override;
  Resources(const Resources&) = delete;
  Resources& operator=(const Resources&) = delete;
  const PdfFont* font(std::string_view name) override;
  const Form* form(std::string_view name) override;

 private:
  Reading& document_;
  QPDFObjectHandle fonts_, forms_;
  std::map<std::string, const PdfFont*, std::less<>> known_;
  std::vector<Id> own_;  // fonts that are no objects of their own: they go with it
};

Id id_of(const QPDFObjectHandle& object) {
  return {object.getObjGen().getObj(), object.getObjGen().getGen()};
}

class Reading {
 public:
  Reading(std::string_view bytes, size_t room)
      : file_(bytes),
        bytes_(bytes),
        room_(room),
        left_(most_unpacked(bytes.size())),
        left_to_show_(most_shown(bytes.size())) {
    whole_ = !pdf_.anyWarnings();
  }

  void read() {
    pages();
    if (full()) return;
    // To look at every object takes as long as to read all pages: most documents have nothing for it.
    const bool other_filters =
        bytes_.find("LZWDecode") != std::string_view::npos || bytes_.find("RunLengthDecode") != std::string_view::npos;
    if (!pdf_.isEncrypted() && !other_filters) return;
    // qpdf keeps each, at some two KiB.
    if (pdf_.getXRefTable().size() > most_objects) return leave_off("what is no page, of more than 100,000 objects");
    for (QPDFObjectHandle& object : pdf_.getAllObjects()) {
      if (full()) return;
      if (pdf_.isEncrypted()) strings(object.isStream() ? object.getDict() : object, 0);
      if (object.isStream()) stream(object);
    }
  }
  PdfProperties properties() { return pdf_properties_of(pdf_, as_bytes(bytes_)); }

  PdfDocument result() {
    if (const char* what = file_.left_off()) leave_off(what);
    if (left_ == 0) leave_off("streams that unpack to too much");
    out_.whole = whole_ && !full() && !pdf_.anyWarnings();
    out_.unpacked = most_unpacked(bytes_.size()) - left_ + most_shown(bytes_.size()) - left_to_show_;
    out_.unread_fonts = unread_fonts_ || std::any_of(fonts_.begin(), fonts_.end(),
                                                     [](const auto& font) { return font.second->unread(); });
    return std::move(out_);
  }

  // `own`: takes the id of one that is no object of its own.
  const PdfFont* font(QPDFObjectHandle dictionary, std::vector<Id>& own) {
    if (!dictionary.isDictionary()) return nullptr;
    const Id id = dictionary.isIndirect() ? id_of(dictionary) : Id{0, --direct_};
    if (const auto known = fonts_.find(id); known != fonts_.end()) return known->second.get();
    const auto unpacked = [this](const QPDFObjectHandle& stream) { return data(stream); };
    auto font = left_ == 0 ? nullptr : std::make_unique<PdfDocumentFont>(dictionary, unpacked);
    if (font) left_ -= std::min(left_, font->work());
    if (!font || font->memory() > left_for_fonts_) {
      leave_off("fonts behind the first of very many");
      return nullptr;
    }
    left_for_fonts_ -= font->memory();
    if (!dictionary.isIndirect()) own.push_back(id);
    return fonts_.emplace(id, std::move(font)).first->second.get();
  }
  void forget_fonts(const std::vector<Id>& ids) {
    for (const Id& id : ids) {
      const auto font = fonts_.find(id);
      unread_fonts_ |= font->second->unread();
      left_for_fonts_ += font->second->memory();
      fonts_.erase(font);
    }
  }
  const PdfResources::Form* form(QPDFObjectHandle stream) {
    if (!stream.isStream() || !stream.getDict().getKey("/Subtype").isNameAndEquals("/Form")) return nullptr;
    std::unique_ptr<OwnedForm>& form = forms_[id_of(stream)];
    if (!form) {
      form = std::make_unique<OwnedForm>();
      form->data = data(stream);
      form->form.content = form->data;
      const std::string_view content = as_text(form->data);
      form->is_silent =
          content.find_first_of("(<%") == std::string_view::npos && content.find("Do") == std::string_view::npos;
      QPDFObjectHandle dictionary = stream.getDict(), matrix = dictionary.getKey("/Matrix");
      if (matrix.isArray() && matrix.getArrayNItems() == 6)
        for (int i = 0; i < 6; ++i)
          if (matrix.getArrayItem(i).isNumber())
            form->form.matrix[size_t(i)] = matrix.getArrayItem(i).getNumericValue();
      form->resources = std::make_unique<Resources>(*this, dictionary.getKey("/Resources"));
      form->form.resources = form->resources.get();
    }
    // Shown in itself, or in so many others that it is more than a document has to say.
    if (std::exchange(form->is_shown, true)) {
      if (form->is_silent) return nullptr;
      const size_t cost = form->data.size() + 64;  // of an empty one, too
      if (cost > left_to_show_) {
        leave_off("forms that are shown over and over");
        return nullptr;
      }
      left_to_show_ -= cost;
    }
    was_read(stream);
    return &form->form;
  }

 private:
  struct OwnedForm {
    std::vector<uint8_t> data;
    bool is_shown = false;   // once
    bool is_silent = false;  // without strings: a chart has thousands of one mark
    PdfResources::Form form;
    std::unique_ptr<Resources> resources;
  };

  size_t room() const { return room_ - std::min(room_, out_.text.size() + out_.rest.size()); }
  bool full() const { return room() == 0 || left_ == 0 || file_.left_off(); }
  void leave_off(std::string_view what) {
    whole_ = false;
    if (out_.left_off.find(what) != std::string::npos) return;
    out_.left_off += out_.left_off.empty() ? "" : "; ";
    out_.left_off += what;
  }

  // The pages in order, each once, however often the tree (ISO 32000-1 §7.7.3) leads there.
  void pages() {
    std::vector<QPDFObjectHandle> next = {pdf_value(pdf_.getRoot(), "/Pages")};
    std::set<Id> met;
    const auto is_new = [&](const QPDFObjectHandle& object) {
      return !object.isIndirect() || met.insert(id_of(object)).second;
    };
    size_t nodes = 0;
    while (!next.empty() && !full()) {
      QPDFObjectHandle node = next.back();
      next.pop_back();
      if (!node.isDictionary() || !is_new(node)) continue;
      if (++nodes > most_objects) return leave_off("pages behind the first 100,000 nodes of their tree");
      QPDFObjectHandle kids = node.getKey("/Kids");
      if (!kids.isArray()) {
        page(node);
        continue;
      }
      if (!is_new(kids)) continue;
      std::vector<QPDFObjectHandle> all = kids.getArrayAsVector();
      next.insert(next.end(), all.rbegin(), all.rend());
    }
  }

  void page(QPDFObjectHandle page) {
    std::vector<uint8_t> content;
    QPDFObjectHandle contents = page.getKey("/Contents");
    const auto add = [&](QPDFObjectHandle stream) {
      if (!stream.isStream()) return;
      const std::vector<uint8_t> part = data(stream);
      content.insert(content.end(), part.begin(), part.end());
      content.push_back('\n');
      was_read(stream);
    };
    // The list may be that of many pages, and of what is no stream.
    constexpr size_t each = 16;
    if (contents.isArray()) left_ -= std::min(left_, each * size_t(contents.getArrayNItems()));
    if (contents.isArray())
      for (QPDFObjectHandle& one : contents.getArrayAsVector()) add(one);
    else
      add(contents);
    Resources resources(*this, inherited(page, "/Resources"));
    put(out_.text, pdf_page_text(
                       content, resources, [&] { return links(page); }, room()));
  }

  // Where the links of a page lead to.
  std::vector<std::string> links(QPDFObjectHandle page) {
    std::vector<std::string> uris;
    QPDFObjectHandle annotations = page.getKey("/Annots");
    if (!annotations.isArray()) return uris;
    // The list may be that of many pages.
    constexpr size_t each = 64;
    constexpr int most = 4096;
    const int count = std::min(annotations.getArrayNItems(), most);
    for (int i = 0; i < count && left_ > 0; ++i) {
      QPDFObjectHandle uri = pdf_value(pdf_value(annotations.getArrayItem(i), "/A"), "/URI");
      left_ -= std::min(left_, each);
      if (uri.isString()) uris.push_back(uri.getStringValue());
    }
    return uris;
  }

  // Of a page, or of what it hangs from (ISO 32000-1 §7.7.3.4).
  static QPDFObjectHandle inherited(QPDFObjectHandle page, const std::string& key) {
    for (size_t depth = 0; depth < deepest && page.isDictionary() && !page.hasKey(key); ++depth)
      page = page.getKey("/Parent");
    return pdf_value(page, key);
  }

  // The strings of one object; what it refers to is an object of its own.
  void strings(QPDFObjectHandle object, size_t depth) {
    if (depth > deepest || full()) return;
    if (object.isString()) {
      if (const std::string value = object.getUTF8Value(); value.size() >= least_string) put(out_.rest, value);
    } else if (object.isArray()) {
      for (QPDFObjectHandle& item : object.getArrayAsVector())
        if (!item.isIndirect()) strings(item, depth + 1);
    } else if (object.isDictionary()) {
      for (auto& [key, item] : object.getDictAsMap())
        if (!item.isIndirect()) strings(item, depth + 1);
    }
  }

  void stream(QPDFObjectHandle stream) {
    QPDFObjectHandle dictionary = stream.getDict();
    if (read_.count(id_of(stream)) || dictionary.getKey("/Subtype").isNameAndEquals("/Image")) return;
    for (const char* type : {"/XRef", "/ObjStm"})
      if (dictionary.getKey("/Type").isNameAndEquals(type)) return;
    if (!pdf_.isEncrypted() && !has_other_filter(dictionary.getKey("/Filter"))) return;
    if (is_font_file(stream)) return;
    const std::vector<uint8_t> bytes = data(stream);
    put(out_.rest, as_text(bytes));
  }
  static bool has_other_filter(QPDFObjectHandle filter) {
    const auto is_other = [](QPDFObjectHandle& name) {
      return name.isNameAndEquals("/LZWDecode") || name.isNameAndEquals("/RunLengthDecode");
    };
    if (!filter.isArray()) return is_other(filter);
    std::vector<QPDFObjectHandle> all = filter.getArrayAsVector();
    return std::any_of(all.begin(), all.end(), is_other);
  }
  // Its dictionary has the lengths of its parts (ISO 32000-1 §9.9), or says which kind of font it is.
  static bool is_font_file(QPDFObjectHandle stream) {
    QPDFObjectHandle dictionary = stream.getDict(), subtype = dictionary.getKey("/Subtype");
    return dictionary.hasKey("/Length1") || subtype.isNameAndEquals("/Type1C") ||
           subtype.isNameAndEquals("/CIDFontType0C") || subtype.isNameAndEquals("/OpenType");
  }

  // What it unpacks to counts, and what it is unpacked from: a stream that gives nothing can be asked for over and
  // over.
  std::vector<uint8_t> data(QPDFObjectHandle stream) {
    constexpr size_t each = 256;
    PdfStreamData data = pdf_stream_data(stream, left_);
    if (data.is_refused) leave_off("streams of many filters or of endless rows");
    QPDFObjectHandle length = stream.getDict().getKey("/Length");
    const auto packed = size_t(length.isInteger() ? std::clamp<long long>(length.getIntValue(), 0, bytes_.size()) : 0);
    left_ -= std::min(left_, std::max(data.unpacked, packed + each));
    return std::move(data.bytes);
  }

  void was_read(QPDFObjectHandle stream) {
    if (!read_.insert(id_of(stream)).second) return;
    const qpdf_offset_t begin = stream.getParsedOffset();
    QPDFObjectHandle length = stream.getDict().getKey("/Length");
    if (begin <= 0 || !length.isInteger() || length.getIntValue() <= 0) return;
    const size_t at = size_t(begin), size = size_t(length.getIntValue());
    if (at < bytes_.size() && size <= bytes_.size() - at) out_.read.push_back({at, at + size});
  }

  void put(std::string& to, std::string_view part) {
    constexpr std::string_view apart = "\n\f\n";
    const size_t begin = to.size();
    to += part.substr(0, room());
    if (&to == &out_.text) std::replace(to.begin() + ptrdiff_t(begin), to.end(), '\f', ' ');
    to += apart.substr(0, room());
  }

  PdfFile file_;
  QPDF& pdf_ = file_.qpdf();
  std::string_view bytes_;
  size_t room_;
  size_t left_, left_to_show_;  // bytes to unpack; and of forms, each as often as it is shown again
  PdfDocument out_;
  bool whole_ = false;
  int direct_ = 0;                                     // fonts that are no objects of their own
  size_t left_for_fonts_ = most_fonts(bytes_.size());  // bytes of memory
  bool unread_fonts_ = false;                          // of those that are gone
  std::map<Id, std::unique_ptr<PdfDocumentFont>> fonts_;
  std::map<Id, std::unique_ptr<OwnedForm>> forms_;
  std::set<Id> read_;
};

Resources::~Resources() {
  document_.forget_fonts(own_);
}
const PdfFont* Resources::font(std::string_view name) {
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  const PdfFont* font = document_.font(pdf_value(fonts_, "/" + std::string(name)), own_);
  known_.emplace(name, font);
  return font;
}
const PdfResources::Form* Resources::form(std::string_view name) {
  return document_.form(pdf_value(forms_, "/" + std::string(name)));
}

// Whether the number there is where a cross-reference table begins, or an object that is one (ISO 32000-1 §7.5.5).
bool leads_to_a_table(std::string_view document, size_t at) {
  while (at < document.size() && is_pdf_space(uint8_t(document[at]))) ++at;
  size_t place = 0;
  const auto [end, failure] = std::from_chars(document.data() + at, document.data() + document.size(), place);
  if (failure != std::errc() || place >= document.size()) return false;
  while (place < document.size() && is_pdf_space(uint8_t(document[place]))) ++place;
  return place < document.size() && (document.substr(place).starts_with("xref") || is_digit(document[place]));
}

}  // namespace

size_t pdf_size(Bytes bytes, size_t begin) {
  constexpr std::string_view trailer = "startxref";
  constexpr size_t longest_trailer = KiB, most_ends = 64;
  const std::string_view text = as_text(bytes);
  const std::string_view all = text.substr(begin, text.find(header, begin + header.size()) - begin);
  size_t doubtful = 0, tries = 0, end = all.size();
  while (tries++ < most_ends && (end = all.substr(0, end).rfind(end_of_file)) != std::string_view::npos) {
    const size_t lowest = end - std::min(end, longest_trailer);
    const size_t found = all.substr(lowest, end - lowest).rfind(trailer);
    if (found == std::string_view::npos) continue;
    if (leads_to_a_table(all, lowest + found + trailer.size())) return end + end_of_file.size();
    doubtful = std::max(doubtful, end + end_of_file.size());
  }
  return doubtful;
}

// Behind the last page stand two form feeds with nothing between but a line's end, as behind no other.
constexpr std::string_view rest_mark = "\f\n\f\n";

std::string pdf_joined(PdfDocument document) {
  std::string out = std::move(document.text);
  if (!document.rest.empty()) out += out.empty() ? rest_mark : rest_mark.substr(2);
  return out += document.rest;
}

std::optional<size_t> pdf_page_of(std::string_view joined, size_t place) {
  const std::string_view before = joined.substr(0, place);
  if (before.find(rest_mark) != std::string_view::npos) return std::nullopt;
  return size_t(std::count(before.begin(), before.end(), '\f')) + 1;
}

std::optional<PdfDocument> read_pdf(Bytes bytes, size_t room, bool with_properties) {
  try {
    Reading reading(as_text(bytes), room);
    reading.read();
    PdfDocument out = reading.result();
    if (with_properties) out.properties = reading.properties();
    return out;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const PdfTooCostly& error) {
    PdfDocument out;
    out.left_off = error.what();
    out.unpacked = bytes.size();  // of the structure, in vain
    return out;
  } catch (const std::exception&) {
    return std::nullopt;  // what qpdf says of no PDF, or of one behind a password
  }
}

}  // namespace weft
