// Registry hives of Windows (regf; M. Suhanov, "Windows registry file format specification"). A bin ("hbin") says how
// far it lies behind the first one and how long it is; cells fill it, each a multiple of eight bytes: its size,
// negative while it is in use, and what it holds. Keys (nk) and values (vk) end with their name; what a value holds has
// a cell of its own, whose place is counted from the first bin. Nothing ends a name or a text: behind it stands what
// the cell held before, or the size of the next one. Cells that are free hold the deleted ones.
//
// All are told as bytes, in which UTF-16 is found: a text may be in either, whatever its type says.
// Names are told wherever their cell lies, in logs and torn bins, too; data where their bin is.
//
// "2.8.141.15" is what an address looks like, and the name of the value alone says what it is: Version, DriverVersion,
// ProductVersion, BinFileVersion. Scanners see nothing in such data.
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "scan/field_sources.h"
#include "scan/scanners/context.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

bool names_version(std::string_view name) {
  constexpr std::string_view version = "version";
  return name == "pv" ||  // of programs that Google's updater keeps up to date
         (name.size() >= version.size() && has_word(name, name.size() - version.size(), version));
}

// Four numbers in UTF-16, with NULs behind.
bool is_dotted(std::string_view data) {
  size_t at = 0, dots = 0;
  for (; at + 2 <= data.size() && (is_digit(data[at]) || data[at] == '.') && data[at + 1] == '\0'; at += 2)
    dots += data[at] == '.';
  return dots == 3 && data.find_first_not_of('\0', at) == std::string_view::npos;
}

constexpr size_t size_width = 4, grid = 8, bin_grid = 4 * KiB, bin_head = 32, longest_bin = 4 * MiB;

// How much the cell takes whose size stands there; 0: that is no size.
size_t cell_size(std::string_view text, size_t at, bool& used) {
  if (at + size_width > text.size()) return 0;
  const auto size = int32_t(uint32_t(little(text, at, size_width)));
  used = size < 0;
  const auto taken = size_t(std::abs(int64_t(size)));
  return taken % grid == 0 && taken <= longest_bin ? taken : 0;
}

class Cells {
 public:
  Cells(std::string_view text, Fields::Lists& out) : text_(text), out_(out) {}

  // The name of the key or value whose signature stands there.
  bool name(size_t at, Fields::Field& field) const {
    constexpr size_t of_key = 76, of_value = 20, longest = 32 * KiB;
    bool used = false;
    if (at < size_width) return false;
    const size_t size = cell_size(text_, at - size_width, used);
    const bool is_key = text_[at] == 'n';
    const size_t begin = at + (is_key ? of_key : of_value), end = std::min(at - size_width + size, text_.size());
    if (begin >= end) return false;
    const uint64_t flags = little(text_, is_key ? at + 2 : at + 16, 2);
    const uint64_t length = little(text_, is_key ? at + 72 : at + 2, 2);
    if (length == 0 || length > std::min(longest, end - begin)) return false;
    if (is_key ? !file_time(little(text_, at + 4, 8)) : flags > 3) return false;
    const bool narrow = flags & (is_key ? 0x20 : 1);
    const std::string_view name = text_.substr(begin, length);
    if (narrow && std::any_of(name.begin(), name.end(), [](char c) { return uint8_t(c) < 0x20; })) return false;
    field = {uint32_t(begin), uint32_t(length)};
    return true;
  }

  // Of the bins from `at` on that lie one behind the other, as far as their cells can be told. Gives where that is.
  size_t bins(size_t at) {
    const int64_t first = int64_t(at) - int64_t(little(text_, at + 4, 4));
    size_t end = at;
    while (is_bin(end, first)) {
      const size_t behind = end + size_t(little(text_, end + 8, 4));
      const size_t told = cells(end + bin_head, std::min(behind, text_.size()), first);
      end = told;
      if (told < behind) break;
    }
    give(at, end);
    return end == at ? 0 : end;
  }

 private:
  bool is_bin(size_t at, int64_t first) const {
    if (text_.substr(std::min(at, text_.size()), 4) != "hbin" || at + bin_head > text_.size()) return false;
    const uint64_t place = little(text_, at + 4, 4), size = little(text_, at + 8, 4);
    return int64_t(at) - int64_t(place) == first && place % bin_grid == 0 && size % bin_grid == 0 && size > 0 &&
           size <= longest_bin;
  }

  size_t cells(size_t at, size_t end, int64_t first) {
    for (size_t free_end = at; at + grid <= end;) {
      bool used = false;
      const size_t size = cell_size(text_, at, used);
      const bool whole = size > 0 && size <= end - at;
      if (!whole && at >= free_end) return at;
      if (whole && !used) free_end = std::max(free_end, at + size);
      const std::string_view signature = text_.substr(at + size_width, 2);
      if (signature == "nk" || signature == "vk") cell(at + size_width, first);
      at += whole && used ? size : grid;  // the deleted ones lie in a free one
    }
    return end;
  }

  void cell(size_t at, int64_t first) {
    const bool is_key = text_[at] == 'n';
    bool is_version = false;
    if (Fields::Field field; name(at, field)) {
      fields_.push_back(field);
      is_version = !is_key && names_version(text_.substr(field.begin, field.size));
    }
    data(first + int64_t(little(text_, at + (is_key ? 48 : 8), 4)),
         little(text_, at + (is_key ? 74 : 4), is_key ? 2 : 4), is_version);
  }

  // The name of a key's class, or what a value holds.
  void data(int64_t place, uint64_t size, bool is_version) {
    bool used = false;
    if (place < 0 || uint64_t(place) >= text_.size() || size == 0) return;
    const size_t at = size_t(place), cell = cell_size(text_, at, used);
    if (size + size_width > cell || at + cell > text_.size()) return;  // or it is in the value itself
    const bool is_hidden = is_version && is_dotted(text_.substr(at + size_width, size));
    fields_.push_back({uint32_t(at + size_width), uint32_t(size), is_hidden ? Coding::none : Coding::utf8});
  }

  // Those that lie in [begin, end).
  void give(size_t begin, size_t end) {
    std::sort(fields_.begin(), fields_.end(), [](const Fields::Field& a, const Fields::Field& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.size < b.size;
    });
    for (const Fields::Field& field : fields_) {
      if (field.begin < begin || field.end() > end) continue;
      out_.stretch(field.begin, field.end());
      out_.field(field.begin, field.end(), field.coding);
      begin = field.end();
    }
  }

  const std::string_view text_;
  std::vector<Fields::Field> fields_;
  Fields::Lists& out_;
};

}  // namespace

size_t find_bin_fields(std::string_view text, size_t at, Work&, Fields::Lists& out) {
  return Cells(text, out).bins(at);
}

size_t find_key_fields(std::string_view text, size_t at, Work&, Fields::Lists& out) {
  Fields::Field field;
  if (!Cells(text, out).name(at, field)) return 0;
  out.stretch(field.begin, field.end());
  out.field(field.begin, field.end());
  return field.end();
}

}  // namespace weft::scan
