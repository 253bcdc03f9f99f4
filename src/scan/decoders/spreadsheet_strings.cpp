// SST: the shared strings of Excel 97 to 2003 ([MS-XLS] 2.4.265, 2.5.293): all texts of a workbook, each right behind
// the other with its length in front, so that "4916818271555807" is followed by the length of the next, a "P". In the
// layer each has a line of its own.
//
//   record  id 0x00fc, size 2, strings in all 4, different ones 4, then the strings, going on in records 0x003c
//   string  characters 2, flags 1 (1: two bytes each, 4: phonetic data follows, 8: formatting runs follow),
//           runs 2 (if any), size of the phonetic data 4 (if any), characters, 4 a run, phonetic data
//
// A text that is cut by the end of a record goes on in the next with flags of its own. A workbook that is not in one
// piece on the image is read as far as it goes on there.
//
// False positives: counts below half a thousand million, and a first string with flags that exist. That strings are
// missing is told where those in front are text.
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/cursor.h"
#include "base/text.h"
#include "scan/decoders/lettered.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr uint16_t continue_id = 0x003c;
constexpr size_t header = 4, longest_record = 8224;
enum : uint8_t { wide = 1, phonetic = 4, formatted = 8 };

constexpr Pattern patterns[] = {
    {R"(\xfc\x00.[\x00-\x20]..[\x00-\x1f]\x00..[\x00-\x1f]\x00.[\x00-\x20][\x00\x01\x04\x05\x08\x09\x0c\x0d])",
     dotall}};

// The content of the record and of those that go on with it.
class Records {
 public:
  Records(Bytes bytes, size_t record) : bytes_(bytes) { open(record); }

  bool ok() const { return ok_; }
  size_t at() const { return at_; }
  size_t left() const { return end_ - at_; }  // in this record
  // A number that no record's end cuts, as they are all but within texts.
  uint32_t number(size_t size) {
    if (left() == 0) next();
    if (!ok_ || left() < size) return ok_ = false, 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) value |= uint32_t(bytes_[at_ + i]) << (8 * i);
    at_ += size;
    return value;
  }
  void skip(size_t size) {
    while (ok_ && size > 0) {
      if (left() == 0 && !next()) return;
      const size_t step = std::min(size, left());
      at_ += step, size -= step;
    }
  }
  // So many characters as UTF-8, as far as there are any.
  void text(size_t characters, bool is_wide, std::string& out) {
    while (ok_ && characters > 0) {
      if (left() == 0) {
        if (!next() || left() == 0) return;
        is_wide = bytes_[at_++] & wide;
      }
      const size_t some = std::min(characters, left() / (is_wide ? 2 : 1));
      if (some == 0) return void(ok_ = false);
      const Bytes part = bytes_.subspan(at_, some * (is_wide ? 2 : 1));
      if (is_wide)
        out += from_utf16le(part);
      else
        for (const uint8_t c : part) append_utf8(out, c);
      at_ += part.size(), characters -= some;
    }
  }

 private:
  bool next() {
    if (bytes_.size() - end_ < header || (bytes_[end_] | bytes_[end_ + 1] << 8) != continue_id) return ok_ = false;
    open(end_);
    return ok_;
  }
  void open(size_t record) {
    const size_t size = bytes_[record + 2] | size_t(bytes_[record + 3]) << 8;
    at_ = record + header;
    end_ = std::min(at_ + size, bytes_.size());
    ok_ = size > 0 && size <= longest_record;
  }

  const Bytes bytes_;
  size_t at_ = 0, end_ = 0;
  bool ok_ = false;
};

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  constexpr size_t pattern = 15;
  const size_t begin = hit.end - pattern;
  if (begin < from) return;
  Records in(bytes, begin);
  const uint32_t all = in.number(4), different = in.number(4);
  if (!in.ok() || different == 0 || different > all) return;
  std::string text;
  uint32_t strings = 0;  // that are whole
  size_t whole = 0;      // of the text
  const size_t room = out.room();
  for (; strings < different && text.size() < room; ++strings) {
    const uint32_t characters = in.number(2), flags = in.number(1);
    const uint32_t runs = flags & formatted ? in.number(2) : 0, extra = flags & phonetic ? in.number(4) : 0;
    if ((flags & ~uint32_t(wide | phonetic | formatted)) != 0) break;
    in.text(characters, flags & wide, text);
    in.skip(size_t(runs) * 4);
    in.skip(extra);
    if (!in.ok()) break;
    text += '\n';
    whole = text.size();
  }
  const size_t consumed = std::min(in.at(), bytes.size()) - begin;
  if (text.empty()) return out.in_vain(begin, consumed);
  const std::string_view sure = std::string_view(text).substr(0, whole > 0 ? whole : text.size());
  const bool cut = strings < different && text.size() < room && is_textual(sure) &&
                   sure.find_first_not_of('\n') != std::string_view::npos;
  text.resize(std::min(text.size(), room));
  out.layer("SST", begin, consumed, {text.begin(), text.end()});
  if (cut)
    out.problem(begin, fmt::format("a workbook's strings are cut short or damaged: {} of {} strings are read whole",
                                   strings, different));
}

}  // namespace

extern const Decoder spreadsheet_strings_decoder;
const Decoder spreadsheet_strings_decoder{"SST", "shared strings of Excel workbooks of 97 to 2003", patterns, on_hit};

}  // namespace weft::scan
