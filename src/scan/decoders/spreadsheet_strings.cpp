// SST: the shared strings of Excel 97 to 2003 ([MS-XLS] 2.4.265, 2.5.293): all texts of a workbook, each right behind
// the other with its length in front, so that "4916818271555807" is followed by the length of the next, a "P". In the
// layer each has a line of its own.
//
//   record  id 0x00fc, size 2, strings in all 4, different ones 4, then the strings, going on in records 0x003c
//   string  characters 2, flags 1 (1: two bytes each, 4: phonetic data follows, 8: formatting runs follow),
//           runs 2 (if any), size of the phonetic data 4 (if any), characters, 4 a run, phonetic data
//
// A text that is cut by the end of a record goes on in the next with flags of its own. A workbook that is not in one
// piece on the image is read as far as it goes on there. Its file's allocation table stands between ([MS-CFB] 2.3), a
// sector for every 64 KiB where sectors have 512 bytes: that is passed over.
//
// Where the strings lie, their lengths and flags look like a part of them ("Panna@example.com"): the layer says it all.
//
// False positives: counts below half a thousand million, and a first string with flags that exist. That strings are
// missing is told where those in front are text.
#include <algorithm>
#include <array>
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
constexpr size_t sector = 512, sector_entries = sector / 4;
enum : uint8_t { wide = 1, phonetic = 4, formatted = 8 };

constexpr Pattern patterns[] = {
    {R"(\xfc\x00.[\x00-\x20]..[\x00-\x1f]\x00..[\x00-\x1f]\x00.[\x00-\x20][\x00\x01\x04\x05\x08\x09\x0c\x0d])",
     dotall}};

// Whether a sector of the file's allocation table begins at `at`: of each of 128 sectors the one that goes on with it,
// which most often is the next; the highest numbers say that there is none. That tells where it begins, too: entry 5 of
// a sector holds 128 * n + 6.
bool is_table_sector(Bytes bytes, size_t at) {
  constexpr uint32_t first_special = 0xfffffffa;
  if (bytes.size() - at < sector) return false;
  const auto entry = [&](size_t i) {
    Cursor in(bytes.subspan(at + 4 * i, 4));
    return in.u32le();
  };
  const auto is_special = [&](size_t i) { return entry(i) >= first_special; };
  const auto follows = [&](size_t i) { return (entry(i) - 1) % sector_entries == i; };
  // Text fails here, and what is all ones.
  constexpr std::array<size_t, 3> some{16, 60, 108};
  if (!std::all_of(some.begin(), some.end(), [&](size_t i) { return follows(i) || is_special(i); }) ||
      std::none_of(some.begin(), some.end(), follows))
    return false;
  size_t special = 0, following = 0;
  for (size_t i = 0; i < sector_entries; ++i)
    if (is_special(i))
      ++special;
    else if (follows(i))
      ++following;
  return following >= sector_entries / 8 && special + following >= sector_entries * 3 / 4;
}

// The content of the record and of those that go on with it, without sectors of the allocation table between.
class Records {
 public:
  Records(Bytes bytes, size_t record) : bytes_(bytes), at_(record) { open(); }

  bool ok() const { return ok_; }
  size_t at() const { return at_; }
  // A number that no record's end cuts, as they are all but within texts.
  uint32_t number(size_t size) {
    if (left_ == 0) next();
    if (!ok_ || left_ < size) return ok_ = false, 0;
    left_ -= size;
    return raw(size);
  }
  void skip(size_t size) {
    while (ok_ && size > 0 && (left_ > 0 || next()))
      for (size_t step = std::min(size, left_); ok_ && step > 0; --step, --size, --left_) byte();
  }
  // So many characters as UTF-8, as far as there are any.
  void text(size_t characters, bool is_wide, std::string& out) {
    while (ok_ && characters > 0) {
      if (left_ == 0) {
        if (!next()) return;
        is_wide = number(1) & wide;
      }
      const size_t size = is_wide ? 2 : 1, some = std::min(characters, left_ / size);
      if (some == 0) return void(ok_ = false);
      part_.clear();
      for (size_t i = 0; i < some * size; ++i) {
        const uint8_t one = byte();
        if (!ok_) break;
        part_.push_back(one);
      }
      left_ -= some * size, characters -= some;
      if (is_wide)
        out += from_utf16le(part_);
      else
        for (const uint8_t c : part_) append_utf8(out, c);
    }
  }

 private:
  uint8_t byte() {
    while (is_table_sector(bytes_, at_)) at_ += sector;
    if (at_ == bytes_.size()) return ok_ = false, 0;
    return bytes_[at_++];
  }
  uint32_t raw(size_t size) {
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) value |= uint32_t(byte()) << (8 * i);
    return value;
  }
  bool next() {
    const size_t end = at_;
    if (bytes_.size() - at_ >= header && raw(2) == continue_id && (at_ = end, open())) return true;
    at_ = end;
    return ok_ = false;
  }
  bool open() {
    raw(2);
    left_ = raw(2);
    return ok_ = ok_ && left_ > 0 && left_ <= longest_record;
  }

  const Bytes bytes_;
  size_t at_ = 0, left_ = 0;  // left: of this record
  bool ok_ = true;
  std::vector<uint8_t> part_;
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
  struct Stretch {
    size_t begin, end;
  };
  std::vector<Stretch> said;
  for (; strings < different && text.size() < room; ++strings) {
    const size_t head = in.at();
    const uint32_t characters = in.number(2), flags = in.number(1);
    const uint32_t runs = flags & formatted ? in.number(2) : 0, extra = flags & phonetic ? in.number(4) : 0;
    if ((flags & ~uint32_t(wide | phonetic | formatted)) != 0) break;
    in.text(characters, flags & wide, text);
    const size_t end = in.at();
    in.skip(size_t(runs) * 4);
    in.skip(extra);
    if (!in.ok()) break;
    text += '\n';
    if (text.size() > room) break;
    whole = text.size();
    if (said.empty() || said.back().end != head)
      said.push_back({head, end});
    else
      said.back().end = end;
  }
  const size_t consumed = in.at() - begin;
  if (text.empty()) return out.in_vain(begin, consumed);
  const std::string_view sure = std::string_view(text).substr(0, whole > 0 ? whole : text.size());
  const bool cut = strings < different && text.size() < room && is_textual(sure) &&
                   sure.find_first_not_of('\n') != std::string_view::npos;
  text.resize(std::min(text.size(), room));
  const bool more = out.layer("SST", begin, consumed, {text.begin(), text.end()});
  if (cut)
    out.problem(begin, fmt::format("a workbook's strings are cut short or damaged: {} of {} strings are read whole",
                                   strings, different));
  if (more)
    for (const Stretch& one : said) out.says_all(one.begin, one.end);
}

}  // namespace

extern const Decoder spreadsheet_strings_decoder;
const Decoder spreadsheet_strings_decoder{"SST", "shared strings of Excel workbooks of 97 to 2003", patterns, on_hit};

}  // namespace weft::scan
