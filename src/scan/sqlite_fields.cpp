// Pages stand on a grid of four bytes: frames of a write-ahead log have heads of 24, pages of a rollback journal four
// in front and behind. A database's own first page has the database's head in front of its cells.
//
// A blob that goes on on another page is left as it lies: what it is (a picture) may be seen in the pages behind.
#include <bit>
#include <immintrin.h>

#include "scan/field_sources.h"
#include "scan/sqlite_page.h"

namespace weft::scan {
namespace {

constexpr size_t grid = 4;
constexpr size_t smallest_cell = 6;  // with its place

// The next place on the grid from `at` on that begins as a page does, by its kind and how many cells it may have; or
// `end`. This is what it costs on all other bytes.
size_t next_place(std::string_view text, size_t at, size_t end) {
  constexpr size_t step = 16;
  constexpr unsigned on_grid = 0x1111;
  constexpr uint8_t most_cells = longest_sqlite_page / smallest_cell >> 8;
  for (; at < end && at + smallest_sqlite_page <= text.size(); at += step) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto are = [&](char kind) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(kind)); };
    const __m128i kinds = _mm_or_si128(_mm_or_si128(are(0x0d), are(0x0a)), _mm_or_si128(are(0x02), are('S')));
    for (unsigned places = unsigned(_mm_movemask_epi8(kinds)) & on_grid; places != 0; places &= places - 1) {
      const size_t place = at + size_t(std::countr_zero(places));
      if (text[place] == 'S' || uint8_t(text[place + 3]) <= most_cells) return std::min(place, end);
    }
  }
  return end;
}

bool is_text(uint64_t type) {
  return type >= sqlite::first_blob && type % 2 == 1;
}

// Whether the texts of a page are UTF-16: all have an even size, and most that are ASCII have zeros between.
Coding coding_of(std::string_view text, const SqlitePage& page) {
  constexpr size_t looked_at = 64;  // bytes of each
  size_t little = 0, big = 0, others = 0;
  bool even = true;
  for (const SqliteCell& cell : page.cells)
    each_sqlite_column(text, cell, [&](uint64_t type, size_t begin, size_t end) {
      if (!is_text(type)) return;
      even = even && sqlite::column_size(type) % 2 == 0;
      if (!even) return;
      for (size_t at = begin; at + 2 <= std::min(end, begin + looked_at); at += 2) {
        const auto first = uint8_t(text[at]), second = uint8_t(text[at + 1]);
        if (first != 0 && first < 0x80 && second == 0) ++little;
        if (first == 0 && second != 0 && second < 0x80) ++big;
        if (first != 0 && first < 0x80 && second != 0 && second < 0x80) ++others;
      }
    });
  if (!even || std::max(little, big) <= others) return Coding::utf8;
  return little >= big ? Coding::utf16le : Coding::utf16be;
}

// The columns of a page's cells. A property list in one is told string by string.
void add(std::string_view text, const SqlitePage& page, Work& work, Fields::Lists& out) {
  const Coding coding = coding_of(text, page);
  const size_t first_stretch = out.stretches.size(), first_field = out.fields.size();
  for (const SqliteCell& cell : page.cells) {
    Fields::Stretch row{uint32_t(cell.begin), uint32_t(cell.end)};
    each_sqlite_column(text, cell, [&](uint64_t type, size_t begin, size_t end) {
      if (type < sqlite::first_blob) return;
      if (!is_text(type) && end - begin < sqlite::column_size(type)) {
        row.end = uint32_t(begin);
      } else if (is_text(type)) {
        out.field(begin, end, coding);
      } else {
        Fields::Lists inner;  // its stretch is the row's
        if (find_plist_fields(text.substr(0, end), begin, work, inner) == end)
          out.fields.insert(out.fields.end(), inner.fields.begin(), inner.fields.end());
        else
          out.field(begin, end);
      }
    });
    out.stretches.push_back(row);
  }
  const auto earlier = [](const auto& a, const auto& b) { return a.begin < b.begin; };
  std::sort(out.stretches.begin() + ptrdiff_t(first_stretch), out.stretches.end(), earlier);
  std::sort(out.fields.begin() + ptrdiff_t(first_field), out.fields.end(), earlier);
  size_t last = first_stretch;
  for (size_t i = first_stretch + 1; i < out.stretches.size(); ++i)
    if (out.stretches[i].begin == out.stretches[last].end)
      out.stretches[last].end = out.stretches[i].end;
    else
      out.stretches[++last] = out.stretches[i];
  out.stretches.resize(std::min(last + 1, out.stretches.size()));
}

}  // namespace

void find_sqlite_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out) {
  using namespace std::string_view_literals;
  constexpr std::string_view magic = "SQLite format 3\0"sv;
  SqlitePages pages(text);
  SqlitePage page;
  Work work{text.size() + 64 * KiB};
  for (size_t at = (grid - origin % grid) % grid; (at = next_place(text, at, end)) < end; at += grid) {
    const char kind = text[at];
    if (kind == 'S' && text.substr(at, magic.size()) != magic) continue;
    if (!pages.read(at, at + (kind == 'S' ? sqlite_head_size : 0), page)) continue;
    add(text, page, work, out);
    at += page.size - grid;
  }
}

}  // namespace weft::scan
