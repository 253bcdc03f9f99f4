// The head of a page (J. Metz, "Extensible Storage Engine (ESE) Database File (EDB) format"; Microsoft's sources of
// ESE) says how many bytes are free, where those begin that were never used, how many tags there are, and what the page
// is for. Pages of 16 and 32 KiB have a longer one. The tags stand at the page's end, the first one last: size and
// place of a line. A line is a key, without what it has in common with the first tag's, and data.
//
// A record says how many columns it has of a fixed size and of a variable one, and where these begin: first where each
// ends, then the values. Behind them stand the tagged columns: number and place of each, then the values, each with a
// byte of flags where its place says so, and always on large pages. Nothing stands between values.
//
// No magic number tells a page, but a sum does: the lines, the head, the tags and what is free fill it to the byte.
#include "scan/ese_page.h"

#include <algorithm>

#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

enum : uint64_t {
  is_leaf = 0x2,
  is_empty = 0x8,
  is_space_tree = 0x20,
  is_index = 0x40,
  is_long_value = 0x80,
  has_new_records = 0x800,
  highest_flag = 0x20000
};
enum : uint8_t { compressed = 0x02, separated = 0x04, multiple = 0x08, two = 0x10, null = 0x20, enciphered = 0x40 };
constexpr size_t tag_size = 4, largest_small_page = 8 * KiB;

class Page {
 public:
  Page(std::string_view text, size_t at, size_t size, EsePage& out)
      : text_(text), at_(at), size_(size), large_(size > largest_small_page), out_(out) {}

  bool read() {
    const uint64_t free = little(text_, at_ + 28, 2), unused = little(text_, at_ + 32, 2);
    const size_t tags = size_t(little(text_, at_ + 34, 2) & 0xfff), head = large_ ? 80 : 40;
    if (tags < 2 || head + unused + tags * tag_size > size_) return false;
    size_t filled = head + size_t(free) + tags * tag_size;
    for (size_t i = 0; i < tags && filled <= size_; ++i) {
      const Tag tag = this->tag(i);
      if (tag.place + tag.size > unused) return false;
      filled += tag.size;
    }
    if (filled != size_) return false;
    for (size_t i = 1; i < tags; ++i) {
      const Tag tag = this->tag(i);
      line(at_ + head + tag.place, at_ + head + tag.place + tag.size, tag.flags);
    }
    return true;
  }

 private:
  struct Tag {
    size_t size = 0, place = 0;
    uint64_t flags = 0;
  };

  Tag tag(size_t number) const {
    const size_t at = at_ + size_ - (number + 1) * tag_size;
    const uint64_t mask = large_ ? 0x7fff : 0x1fff, place = little(text_, at + 2, 2);
    return {size_t(little(text_, at, 2) & mask), size_t(place & mask), place >> 13};
  }

  void line(size_t at, size_t end, uint64_t flags) {
    constexpr uint64_t has_prefix = 4;
    if (large_) flags = little(text_, at, 2) >> 13;
    if (flags & has_prefix) at += 2;
    at += 2 + size_t(little(text_, at, 2) & 0x1fff);
    if (at > end) return;
    if (little(text_, at_ + 36, 4) & is_long_value)
      add(at, end, false);
    else
      record(at, end);
  }

  void record(size_t begin, size_t end) {
    constexpr size_t head = 4, first_variable = 128, first_tagged = 256;
    if (end - begin < head) return;
    const size_t last = size_t(little(text_, begin + 1, 1)),
                 count = last < first_variable ? 0 : last - first_variable + 1;
    const size_t places = begin + size_t(little(text_, begin + 2, 2)), values = places + 2 * count;
    if (values > end) return;
    size_t at = values;
    for (size_t i = 0; i < count; ++i) {
      const size_t behind = values + size_t(little(text_, places + 2 * i, 2) & 0x7fff);
      if (behind < at || behind > end) return;
      add(at, behind, false);
      at = behind;
    }
    if (end - at < 4) return;

    const uint64_t mask = large_ ? 0x7fff : 0x1fff, has_flags = 0x4000;
    const auto place = [&](size_t i) { return size_t(little(text_, at + 4 * i + 2, 2)); };
    const size_t tagged = (place(0) & mask) / 4;
    if (tagged == 0 || 4 * tagged > end - at) return;
    for (size_t i = 0; i < tagged; ++i) {
      size_t value = at + (place(i) & mask);
      const size_t behind = i + 1 < tagged ? at + (place(i + 1) & mask) : end;
      if (little(text_, at + 4 * i, 2) < first_tagged || value < at + 4 * tagged || behind < value || behind > end)
        return;
      const bool flagged = large_ || (place(i) & has_flags);
      if (flagged && value < behind) tagged_value(value + 1, behind, uint8_t(text_[value]));
      if (!flagged) add(value, behind, false);
    }
  }

  void tagged_value(size_t begin, size_t end, uint8_t flags) {
    if (flags & (separated | null | enciphered)) return;
    const bool packed = flags & compressed;
    if (!(flags & multiple)) {
      add(begin, end, packed);
    } else if (flags & two) {
      const size_t first = begin + 1, second = first + size_t(little(text_, begin, 1));
      if (second > end) return;
      add(first, second, packed);
      add(second, end, false);
    } else {
      const auto place = [&](size_t i) { return size_t(little(text_, begin + 2 * i, 2)); };
      const size_t count = (place(0) & 0x7fff) / 2;
      if (2 * count > end - begin) return;
      for (size_t i = 0, at = begin + 2 * count; i < count; ++i) {
        const size_t behind = i + 1 < count ? begin + (place(i + 1) & 0x7fff) : end;
        if (behind < at || behind > end) return;
        if (!(place(i) & 0x8000)) add(at, behind, packed && i == 0);  // or it lies elsewhere
        at = behind;
      }
    }
  }

  void add(size_t begin, size_t end, bool is_compressed) {
    if (begin < end) out_.values.push_back({begin, end, is_compressed});
  }

  const std::string_view text_;
  const size_t at_, size_;
  const bool large_;
  EsePage& out_;
};

}  // namespace

bool read_ese_page(std::string_view text, size_t at, EsePage& out) {
  if (at + smallest_ese_page > text.size()) return false;
  const uint64_t flags = little(text, at + 36, 4);
  if ((flags & (is_leaf | has_new_records)) != (is_leaf | has_new_records) || flags >= 2 * highest_flag ||
      (flags & (is_empty | is_space_tree | is_index)))
    return false;
  for (size_t size = smallest_ese_page; size <= std::min(longest_ese_page, text.size() - at); size *= 2) {
    out.values.clear();
    if (!Page(text, at, size, out).read()) continue;
    out.size = size;
    out.is_long_values = flags & is_long_value;
    std::sort(out.values.begin(), out.values.end(), [](const EseValue& a, const EseValue& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    size_t behind = at;  // lines that lie in each other tell nothing
    std::erase_if(out.values, [&](const EseValue& one) {
      if (one.begin < behind) return true;
      behind = one.end;
      return false;
    });
    return true;
  }
  return false;
}

}  // namespace weft::scan
