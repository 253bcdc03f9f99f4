// SQLITE: rows of SQLite databases that one page does not hold. Their rest lies on overflow pages, wherever there was
// room, each with the number of the next in front: a value at such a seam is cut, and what is packed (a note, a
// message's body) breaks off after the first page. In the layer each of these rows is in one piece, and each of its
// texts and blobs has a line, or as many as it holds. In a database's write-ahead log, too, whose pages have heads
// between them.
//
//   database  "SQLite format 3" and 0, page size 2, versions 1 each, bytes kept free at a page's end 1, fractions 64,
//   32,
//             32, changes 4, pages 4, first page of the free list 4; at 52 whether there are pages of pointers 4, at 56
//             the encoding of texts 4, at 92 the changes when pages was written 4
//   log       0x377f0682 or one more, version 3007000, page size 4, ..., salt 8 at 16, checksum 8; then frames: number
//             of the page 4, pages when it ends what was done at once (or 0) 4, salt 8, checksum 8, page
//   page      kind 1 (13 rows, 10 keys, 2 keys within the tree), first free block 2, cells 2, where they begin 2,
//             fragments 1; a further page 4 (kind 2 only); where each cell is 2. On the first page behind 100 bytes.
//   cell      a page 4 (kind 2 only), size (varint), the row's number (varint, kind 13 only), payload, as much of it as
//             stays here, overflow page 4
//   overflow  next page 4, payload
//   payload   size of the head, of each column what it is (varints); the columns
//
// (SQLite's "Database File Format", 1.2 to 1.6, 2.1 and 4.) Rows come in the order of where the last of their pages
// ends, so that whoever sees more of the database sees these first, in the same places. In a log a page's number is
// that of its newest copy when what was done at once ended; a log that was begun anew has older frames behind its newer
// ones, and ends where there are none.
//
// False positives: the head's fixed bytes; a row's columns must be as long together as the row, and its chain must end
// with its last byte. Pages of the free list are left out: their chains may be somebody else's by now.
#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/cursor.h"
#include "base/sqlite.h"
#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

using sqlite::varint, sqlite::column_size;

constexpr size_t head_size = 100, smallest_page = 512, longest_page = 64 * KiB, smallest_usable = 480;
constexpr size_t log_head_size = 32, frame_head_size = 24;
constexpr size_t magic_size = 24, log_magic_size = 8;
enum : uint32_t { database, log };
constexpr Pattern patterns[] = {
    {R"(SQLite format 3\x00..[\x01\x02][\x01\x02].\x40\x20\x20)", dotall, database},
    {R"(\x37\x7f\x06[\x82\x83]\x00\x2d\xe2\x18)", dotall, log},
};
enum : uint8_t { inner_keys = 2, keys = 10, rows = 13 };
enum : uint32_t { utf8 = 1, utf16le, utf16be };

uint32_t number(Bytes bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
  return value;
}

// Where a row's bytes lie.
struct Chained {
  size_t end = 0;              // of the last of its pages
  size_t begin = 0, here = 0;  // its payload, and how much of it lies on the page of its cell
  size_t size = 0;             // of the payload
  std::vector<size_t> rest;    // where its overflow pages begin
};

// A database, or the log of one.
class Pages {
 public:
  // bytes: from its begin on, as far as they are there.
  static std::optional<Pages> of_database(Bytes bytes) {
    if (bytes.size() < head_size) return std::nullopt;
    Pages out(bytes, number(bytes, 16, 2) == 1 ? longest_page : number(bytes, 16, 2));
    if (!out.take_head(0)) return std::nullopt;
    out.count_ = bytes.size() / out.size_;
    const uint32_t told = number(bytes, 28, 4);
    if (told > 0 && number(bytes, 24, 4) == number(bytes, 92, 4)) {
      out.goes_on_ = told > out.count_;
      out.count_ = std::min<size_t>(out.count_, told);
    }
    return out;
  }
  static std::optional<Pages> of_log(Bytes bytes) {
    if (bytes.size() < log_head_size) return std::nullopt;
    Pages out(bytes, number(bytes, 8, 4));
    if (out.size_ < smallest_page || out.size_ > longest_page || !std::has_single_bit(out.size_)) return std::nullopt;
    out.is_log_ = true;
    out.count_ = out.frames();
    return out;
  }

  size_t size() const { return is_log_ ? log_head_size + count_ * (frame_head_size + size_) : count_ * size_; }
  bool is_damaged() const { return damaged_; }
  bool is_cut() const { return cut_; }

  // All rows with a chain that is whole, in order.
  std::vector<Chained> chained() {
    if (is_log_)
      look_through_log();
    else
      look_through_database();
    std::sort(chained_.begin(), chained_.end(),
              [](const Chained& a, const Chained& b) { return std::tie(a.end, a.begin) < std::tie(b.end, b.begin); });
    return std::move(chained_);
  }

  // The payload in one piece; each(begin, end) is told where it lies.
  template <class Each>
  std::string payload(const Chained& row, Each each) const {
    std::string out(as_text(bytes_.subspan(row.begin, row.here)));
    each(row.begin, row.begin + row.here);
    for (const size_t at : row.rest) {
      const size_t begin = at + 4, some = std::min(row.size - out.size(), usable_ - 4);
      out += as_text(bytes_.subspan(begin, some));
      each(begin, begin + some);
    }
    return out;
  }

  // A line for each text and blob of the payload; what its head does not explain as it stands.
  void add_lines(const std::string& payload, std::string& out) const {
    const Bytes bytes = as_bytes(payload);
    Cursor head(bytes);
    const uint64_t head_end = varint(head);
    if (head_end > bytes.size()) return void(out.append(payload) += '\n');
    for (size_t at = head_end; head.ok() && head.position() < head_end;) {
      const uint64_t type = varint(head), size = column_size(type);
      if (size > bytes.size() - at) return void(out.append(payload, at) += '\n');
      const Bytes column = bytes.subspan(at, size);
      at += size;
      if (type < sqlite::first_blob || size == 0) continue;
      const bool is_text = type % 2 == 1;
      out += is_text && encoding_ == utf16le   ? from_utf16le(column)
             : is_text && encoding_ == utf16be ? from_utf16be(column)
                                               : std::string(as_text(column));
      out += '\n';
    }
  }

 private:
  Pages(Bytes bytes, size_t size) : bytes_(bytes), size_(size), usable_(size) {}

  // What the head of the database says, which stands there; false when it is none.
  bool take_head(size_t at) {
    usable_ = size_ - std::min<size_t>(size_, bytes_[at + 20]);
    encoding_ = number(bytes_, at + 56, 4);
    return size_ >= smallest_page && std::has_single_bit(size_) && usable_ >= smallest_usable && encoding_ <= utf16be;
  }

  // Of the log, to the last before those that are none. What is begun anew has a first salt of one more; some frames
  // may be damaged.
  size_t frames() const {
    constexpr uint32_t most_begun = 1 << 16;
    constexpr size_t most_damaged = 16;
    const size_t all = (bytes_.size() - log_head_size) / (frame_head_size + size_);
    size_t count = 0;
    for (size_t frame = 0; frame < std::min(all, count + most_damaged); ++frame) {
      const size_t head = log_head_size + frame * (frame_head_size + size_);
      const bool is_frame =
          number(bytes_, head, 4) > 0 && number(bytes_, 16, 4) - number(bytes_, head + 8, 4) < most_begun;
      if (is_frame) count = frame + 1;
    }
    return count;
  }

  // Where a page begins, if it is there.
  std::optional<size_t> place(uint32_t page) const {
    if (is_log_) {
      const auto at = newest_.find(page);
      return at == newest_.end() ? std::nullopt : std::optional(at->second);
    }
    return page > 0 && page <= count_ ? std::optional((page - 1) * size_) : std::nullopt;
  }

  void look_through_database() {
    std::vector<bool> left_out = free_pages();
    if (number(bytes_, 52, 4) > 0)
      for (size_t page = 2; page <= count_; page += usable_ / 5 + 1) left_out[page] = true;
    for (size_t page = 1; page <= count_; ++page)
      if (!left_out[page]) cells((page - 1) * size_, page == 1);
  }

  void look_through_log() {
    std::vector<std::pair<size_t, bool>> done;  // pages of what is done at once, and whether it is the first
    uint64_t salt = 0;
    for (size_t frame = 0; frame < count_; ++frame) {
      const size_t head = log_head_size + frame * (frame_head_size + size_), begin = head + frame_head_size;
      const uint32_t page = number(bytes_, head, 4);
      const uint64_t its_salt = uint64_t(number(bytes_, head + 8, 4)) << 32 | number(bytes_, head + 12, 4);
      if (std::exchange(salt, its_salt) != its_salt) newest_ = {}, done.clear();
      if (page == 0) continue;
      newest_[page] = begin;
      done.emplace_back(begin, page == 1);
      if (page == 1 && !take_head(begin)) usable_ = size_, encoding_ = 0;
      if (number(bytes_, head + 4, 4) == 0) continue;
      for (const auto& [at, is_first] : done) cells(at, is_first);
      done.clear();
    }
  }

  std::vector<bool> free_pages() const {
    std::vector<bool> out(count_ + 1);
    uint32_t trunk = number(bytes_, 32, 4);
    for (auto at = place(trunk); at && !out[trunk]; at = place(trunk = number(bytes_, *at, 4))) {
      out[trunk] = true;
      const size_t most = usable_ / 4 - 2, count = std::min<size_t>(number(bytes_, *at + 4, 4), most);
      for (size_t i = 0; i < count; ++i)
        if (const uint32_t page = number(bytes_, *at + 8 + 4 * i, 4); place(page)) out[page] = true;
    }
    return out;
  }

  void cells(size_t begin, bool is_first) {
    const size_t head = begin + (is_first ? head_size : 0);
    const uint8_t kind = bytes_[head];
    if (kind != rows && kind != keys && kind != inner_keys) return;
    const size_t places = head + (kind == inner_keys ? 12 : 8), count = number(bytes_, head + 3, 2);
    if (places + 2 * count > begin + usable_) return;
    left_ = usable_;
    for (size_t i = 0; i < count; ++i) {
      const size_t at = begin + number(bytes_, places + 2 * i, 2);
      if (at < places + 2 * count || at >= begin + usable_) return;
      cell(at, begin + usable_, kind);
    }
  }

  // The cell there, when its payload goes on elsewhere.
  void cell(size_t at, size_t page_end, uint8_t kind) {
    Cursor in(bytes_.first(page_end));
    in.seek(at);
    if (kind == inner_keys) in.skip(4);
    const uint64_t size = varint(in);
    if (kind == rows) varint(in);
    Chained out;
    out.begin = in.position(), out.size = size, out.here = sqlite::size_here(size, usable_, kind == rows);
    if (!in.ok() || out.here == size || size > count_ * usable_) return;
    // Cells do not overlap: together they are no longer than their page.
    if (out.here > left_) return;
    left_ -= out.here;
    const Bytes here = in.take(out.here);
    uint32_t page = in.u32be();
    if (!in.ok() || !is_row(here, size)) return;
    // A log has a page, and with it a row, as often as something on the page was changed.
    if (const auto first = place(page); first && !told_.insert(*first).second) return;
    out.end = page_end;
    for (size_t left = size - out.here; left > 0; left -= std::min(left, usable_ - 4)) {
      const auto next = place(page);
      if (!next && is_log_) return;  // it is in the database as it was
      if (!next && goes_on_) return void(cut_ = true);
      // As many steps as there are pages: whole databases need no more, for each page is in one chain.
      if (!next || ++steps_ > count_) return void(damaged_ = true);
      out.rest.push_back(*next);
      out.end = std::max(out.end, *next + usable_);
      page = number(bytes_, *next, 4);
    }
    if (page != 0) return void(damaged_ = true);
    chained_.push_back(std::move(out));
  }

  // Whether the columns are as long together as the row, as far as its begin tells.
  static bool is_row(Bytes begin, uint64_t size) {
    Cursor head(begin);
    const uint64_t head_end = varint(head);
    if (head_end < 2 || head_end > size) return false;
    uint64_t length = head_end;
    while (head.position() < head_end) {
      const uint64_t type = varint(head);
      if (!head.ok()) return head_end > begin.size();
      if (type == 10 || type == 11) return false;
      length += column_size(type);
      if (length > size) return false;
    }
    return length == size && head.position() == head_end;
  }

  Bytes bytes_;
  size_t size_ = 0, usable_ = 0;  // of a page
  size_t count_ = 0, steps_ = 0;  // pages there are, pages followed
  size_t left_ = 0;               // of the page at hand, for cells to come
  bool is_log_ = false, damaged_ = false;
  bool goes_on_ = false, cut_ = false;  // the database behind the bytes there are; and with it a row
  uint32_t encoding_ = 0;
  std::unordered_map<uint32_t, size_t> newest_;  // of a log
  std::unordered_set<size_t> told_;              // overflow pages that a row goes on with
  std::vector<Chained> chained_;
};

// Whether the database's head at `begin` is that of the first page in a log: the frame's head in front of it has the
// number 1, and no count of pages or the same.
bool is_in_frame(Bytes bytes, size_t begin) {
  if (begin < frame_head_size || bytes.size() - begin < head_size) return false;
  const size_t frame = begin - frame_head_size;
  const uint32_t count = number(bytes, frame + 4, 4);
  return number(bytes, frame, 4) == 1 && (count == 0 || count == number(bytes, begin + 28, 4));
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - (hit.pattern == log ? log_magic_size : magic_size);
  if (hit.pattern == database && is_in_frame(bytes, begin)) return out.in_vain(begin, 0);
  const Bytes rest = bytes.subspan(begin);
  std::optional<Pages> pages = hit.pattern == log ? Pages::of_log(rest) : Pages::of_database(rest);
  if (!pages) return out.in_vain(begin, head_size);
  const std::vector<Chained> chained = pages->chained();
  // One that lies in another is read like it; each may be as long as what is left of the page, and a page of cells
  // takes longer than its bytes.
  if (chained.empty() || begin < from) out.in_vain(begin, 4 * pages->size());
  constexpr const char* damaged =
      "rows of the database that go on elsewhere do not end there: what lies on those pages is read page by page";
  constexpr const char* cut =
      "the database goes on behind what is seen of it at once: rows that do are read page by page";
  if (pages->is_damaged()) out.problem(begin, damaged);
  if (pages->is_cut()) out.problem(begin, cut);

  std::string text;
  std::vector<std::pair<size_t, size_t>> said;
  const size_t room = out.room();
  for (const Chained& row : chained) {
    if (2 * row.size > room - std::min(room, text.size())) {  // with line ends, or as UTF-8
      out.problem(begin, "the rows that go on elsewhere are more than the limit: the others are read page by page");
      break;
    }
    const std::string payload =
        pages->payload(row, [&](size_t first, size_t last) { said.emplace_back(begin + first, begin + last); });
    pages->add_lines(payload, text);
  }
  if (text.empty()) return;
  out.layer("SQLITE", begin, pages->size(), {text.begin(), text.end()});
  for (const auto& [first, last] : said) out.says_all(first, last);
}

}  // namespace

extern const Decoder sqlite_overflow_decoder;
const Decoder sqlite_overflow_decoder{
    "SQLITE", "rows of SQLite databases and their logs that go on on other pages, whole", patterns, on_hit};

}  // namespace weft::scan
