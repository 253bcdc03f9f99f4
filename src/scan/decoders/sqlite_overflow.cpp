// SQLITE: rows of SQLite databases that one page does not hold. Their rest lies on overflow pages, wherever there was
// room, each with the number of the next in front: a value at such a seam is cut, and what is packed (a note, a
// message's body) breaks off after the first page. In the layer each of these rows is in one piece, and each of its
// texts and blobs has a line, or as many as it holds.
//
//   database  "SQLite format 3" and 0, page size 2, versions 1 each, bytes kept free at a page's end 1, fractions 64,
//   32,
//             32, changes 4, pages 4, first page of the free list 4; at 52 whether there are pages of pointers 4, at 56
//             the encoding of texts 4, at 92 the changes when pages was written 4
//   page      kind 1 (13 rows, 10 keys, 2 keys within the tree), first free block 2, cells 2, where they begin 2,
//             fragments 1; a further page 4 (kind 2 only); where each cell is 2. On the first page behind 100 bytes.
//   cell      a page 4 (kind 2 only), size (varint), the row's number (varint, kind 13 only), payload, as much of it as
//             stays here, overflow page 4
//   overflow  next page 4, payload
//   payload   size of the head, of each column what it is (varints); the columns
//
// (SQLite's "Database File Format", 1.2 to 1.6 and 2.1.) Rows come in the order of where the last of their pages ends,
// so that whoever sees more of the database sees these first, in the same places.
//
// False positives: the head's fixed bytes; a row's columns must be as long together as the row, and its chain must end
// with its last byte. Pages of the free list are left out: their chains may be somebody else's by now.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/cursor.h"
#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t magic_size = 24, head_size = 100, smallest_page = 512, longest_page = 64 * KiB, smallest_usable = 480;
constexpr Pattern patterns[] = {{R"(SQLite format 3\x00..[\x01\x02][\x01\x02].\x40\x20\x20)", dotall}};
enum : uint8_t { inner_keys = 2, keys = 10, rows = 13 };
enum : uint32_t { utf8 = 1, utf16le, utf16be };

uint32_t number(Bytes bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
  return value;
}

uint64_t varint(Cursor& in) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) {
    const uint8_t byte = in.u8();
    value = value << 7 | (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return value << 8 | in.u8();
}

// Where a row's bytes lie.
struct Chained {
  size_t end = 0;              // of the last of its pages
  size_t begin = 0, here = 0;  // its payload, and how much of it lies on the page of its cell
  size_t size = 0;             // of the payload
  uint32_t next = 0;           // its first overflow page
};

class Database {
 public:
  // bytes: from its begin on, as far as they are there.
  static std::optional<Database> at(Bytes bytes) {
    if (bytes.size() < head_size + 8) return std::nullopt;
    Database out;
    out.bytes_ = bytes;
    out.size_ = number(bytes, 16, 2) == 1 ? longest_page : number(bytes, 16, 2);
    out.usable_ = out.size_ - std::min<size_t>(out.size_, bytes[20]);
    out.encoding_ = number(bytes, 56, 4);
    if (out.size_ < smallest_page || !std::has_single_bit(out.size_) || out.usable_ < smallest_usable ||
        out.encoding_ > utf16be)
      return std::nullopt;
    out.pages_ = bytes.size() / out.size_;
    const uint32_t told = number(bytes, 28, 4);
    if (told > 0 && number(bytes, 24, 4) == number(bytes, 92, 4)) out.pages_ = std::min<size_t>(out.pages_, told);
    return out;
  }

  size_t size() const { return pages_ * size_; }
  bool is_damaged() const { return damaged_; }

  // All rows with a chain that is whole, in order.
  std::vector<Chained> chained() {
    std::vector<bool> left_out = free_pages();
    if (number(bytes_, 52, 4) > 0)
      for (size_t page = 2; page <= pages_; page += usable_ / 5 + 1) left_out[page] = true;
    std::vector<Chained> out;
    for (size_t page = 1; page <= pages_; ++page)
      if (!left_out[page]) cells(page, out);
    std::sort(out.begin(), out.end(),
              [](const Chained& a, const Chained& b) { return std::tie(a.end, a.begin) < std::tie(b.end, b.begin); });
    return out;
  }

  // The payload in one piece; each(begin, end) is told where it lies.
  template <class Each>
  std::string payload(const Chained& row, Each each) const {
    std::string out(as_text(bytes_.subspan(row.begin, row.here)));
    each(row.begin, row.begin + row.here);
    for (uint32_t page = row.next; out.size() < row.size; page = number(bytes_, place(page), 4)) {
      const size_t begin = place(page) + 4, some = std::min(row.size - out.size(), usable_ - 4);
      out += as_text(bytes_.subspan(begin, some));
      each(begin, begin + some);
    }
    return out;
  }

  // A line for each text and blob of the payload.
  void add_lines(const std::string& payload, std::string& out) const {
    const Bytes bytes = as_bytes(payload);
    Cursor head(bytes);
    const uint64_t head_end = varint(head);
    if (head_end > bytes.size()) return void(out.append(payload) += '\n');
    for (size_t at = head_end; head.ok() && head.position() < head_end;) {
      const uint64_t type = varint(head), size = size_of(type);
      if (size > bytes.size() - at) return;
      const Bytes column = bytes.subspan(at, size);
      at += size;
      if (type < 12 || size == 0) continue;
      const bool is_text = type % 2 == 1;
      out += is_text && encoding_ == utf16le   ? from_utf16le(column)
             : is_text && encoding_ == utf16be ? from_utf16be(column)
                                               : std::string(as_text(column));
      out += '\n';
    }
  }

 private:
  size_t place(size_t page) const { return (page - 1) * size_; }

  static uint64_t size_of(uint64_t type) {
    constexpr std::array<uint8_t, 12> sizes{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? sizes[type] : (type - 12) / 2;
  }

  std::vector<bool> free_pages() const {
    std::vector<bool> out(pages_ + 1);
    for (uint32_t trunk = number(bytes_, 32, 4); trunk > 0 && trunk <= pages_ && !out[trunk];
         trunk = number(bytes_, place(trunk), 4)) {
      out[trunk] = true;
      const size_t most = usable_ / 4 - 2, count = std::min<size_t>(number(bytes_, place(trunk) + 4, 4), most);
      for (size_t i = 0; i < count; ++i)
        if (const uint32_t page = number(bytes_, place(trunk) + 8 + 4 * i, 4); page > 0 && page <= pages_)
          out[page] = true;
    }
    return out;
  }

  void cells(size_t page, std::vector<Chained>& out) {
    const size_t begin = place(page), head = begin + (page == 1 ? head_size : 0);
    const uint8_t kind = bytes_[head];
    if (kind != rows && kind != keys && kind != inner_keys) return;
    const size_t places = head + (kind == inner_keys ? 12 : 8), count = number(bytes_, head + 3, 2);
    if (places + 2 * count > begin + usable_) return;
    for (size_t i = 0; i < count; ++i) {
      const size_t at = begin + number(bytes_, places + 2 * i, 2);
      if (at < places + 2 * count || at >= begin + usable_) return;
      if (const auto row = chained_at(at, begin + usable_, kind)) out.push_back(*row);
    }
  }

  // The row of the cell there, when its payload goes on elsewhere.
  std::optional<Chained> chained_at(size_t at, size_t page_end, uint8_t kind) {
    Cursor in(bytes_.first(page_end));
    in.seek(at);
    if (kind == inner_keys) in.skip(4);
    const uint64_t size = varint(in);
    if (kind == rows) varint(in);
    const size_t longest = kind == rows ? usable_ - 35 : (usable_ - 12) * 64 / 255 - 23;
    if (!in.ok() || size <= longest || size > pages_ * usable_) return std::nullopt;
    const size_t least = (usable_ - 12) * 32 / 255 - 23, more = least + (size - least) % (usable_ - 4);
    Chained out;
    out.begin = in.position(), out.size = size, out.here = more <= longest ? more : least;
    const Bytes here = in.take(out.here);
    out.next = in.u32be();
    if (!in.ok() || !is_row(here, size)) return std::nullopt;
    out.end = page_end;
    uint32_t page = out.next;
    for (size_t left = size - out.here; left > 0; left -= std::min(left, usable_ - 4)) {
      // As many steps as there are pages: whole databases need no more, for each page is in one chain.
      if (page < 2 || page > pages_ || ++steps_ > pages_) return damaged_ = true, std::nullopt;
      out.end = std::max(out.end, place(page) + usable_);
      page = number(bytes_, place(page), 4);
    }
    if (page != 0) return damaged_ = true, std::nullopt;
    return out;
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
      length += size_of(type);
      if (length > size) return false;
    }
    return length == size && head.position() == head_end;
  }

  Bytes bytes_;
  size_t size_ = 0, usable_ = 0, pages_ = 0, steps_ = 0;
  uint32_t encoding_ = utf8;
  bool damaged_ = false;
};

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  std::optional<Database> database = Database::at(bytes.subspan(begin));
  if (!database) return out.in_vain(begin, head_size);
  const std::vector<Chained> chained = database->chained();
  // One that lies in another is read like it; each may be as long as what is left of the page.
  if (chained.empty() || begin < from) out.in_vain(begin, database->size());
  constexpr const char* damaged =
      "rows of the database that go on elsewhere do not end there: what lies on those pages is read page by page";
  if (chained.empty()) {
    if (database->is_damaged()) out.problem(begin, damaged);
    return;
  }

  std::string text;
  std::vector<std::pair<size_t, size_t>> said;
  const size_t room = out.room();
  for (const Chained& row : chained) {
    if (2 * row.size > room - std::min(room, text.size())) {  // with line ends, or as UTF-8
      out.problem(begin, "the rows that go on elsewhere are more than the limit: the others are read page by page");
      break;
    }
    const std::string payload =
        database->payload(row, [&](size_t first, size_t last) { said.emplace_back(begin + first, begin + last); });
    database->add_lines(payload, text);
  }
  if (text.empty()) return;
  out.layer("SQLITE", begin, database->size(), {text.begin(), text.end()});
  for (const auto& [first, last] : said) out.says_all(first, last);
  if (database->is_damaged()) out.problem(begin, damaged);
}

}  // namespace

extern const Decoder sqlite_overflow_decoder;
const Decoder sqlite_overflow_decoder{"SQLITE", "rows of SQLite databases that go on on other pages, whole", patterns,
                                      on_hit};

}  // namespace weft::scan
