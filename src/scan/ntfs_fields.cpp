// Names of files in NTFS: in records of the file table (FILE), of indexes (INDX) and of $LogFile (RCRD), what is
// deleted in them too, and in the journal of changes. A name is UTF-16. Its length and its kind stand right in front,
// two bytes that are a letter ("Ēanna@..." has eighteen signs), and behind one name in four the number of what comes
// next.
//
// A name stands in an attribute or an entry that begins at every eighth byte and whose length tells how long it is.
#include <algorithm>

#include "base/bytes.h"
#include "scan/field_sources.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

constexpr size_t grid = 8, in_value = 0x42;  // of a $FILE_NAME, in front of its name

size_t add(std::string_view text, size_t begin, size_t size, Fields::Lists& out) {
  out.stretch(begin, begin + size);
  out.field(begin, begin + size, coding_of_value(text.substr(begin, size)));
  return begin + size;
}

// Whether a $FILE_NAME of so many bytes begins there.
bool is_name(std::string_view text, size_t at, uint64_t size) {
  if (size <= in_value || at + size > text.size()) return false;
  return size == in_value + 2 * uint64_t(uint8_t(text[at + in_value - 2])) && uint8_t(text[at + in_value - 1]) <= 3;
}

}  // namespace

size_t find_ntfs_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out) {
  constexpr size_t file_record = KiB, others = 4 * KiB, head = 0x28, in_attribute = 0x18, in_entry = 0x10;
  constexpr uint64_t file_name = 0x30;
  const bool is_file = text[at] == 'F';
  const size_t size = is_file && little(text, at + 0x1c, 4) != others ? file_record : others;
  if (little(text, at + 4, 2) < head || little(text, at + 4, 2) > 0x40) return 0;  // where the fixups stand
  if (work.left < size) return 0;
  const size_t end = std::min(text.size(), at + size);
  size_t behind = 0;
  for (size_t place = at + head; place + in_attribute <= end;) {
    const uint64_t in_attribute_size = little(text, place + 16, 4), in_entry_size = little(text, place + 10, 2);
    size_t value = 0;
    if (little(text, place, 4) == file_name && is_name(text, place + in_attribute, in_attribute_size))
      value = place + in_attribute, behind = add(text, value + in_value, size_t(in_attribute_size) - in_value, out);
    else if (is_name(text, place + in_entry, in_entry_size))
      value = place + in_entry, behind = add(text, value + in_value, size_t(in_entry_size) - in_value, out);
    place = value == 0 ? place + grid : at + (behind - at + grid - 1) / grid * grid;
  }
  if (behind == 0) work.left -= size;
  return behind;
}

size_t find_usn_fields(std::string_view text, size_t at, Work&, Fields::Lists& out) {
  constexpr size_t in_record = 58, head = 60;
  constexpr uint64_t version = 2;
  if (at < in_record) return 0;
  const size_t begin = at - in_record, size = size_t(little(text, begin, 4)), name = size_t(little(text, at - 2, 2));
  if (little(text, begin + 4, 4) != version || name == 0 || name % 2 != 0 || begin + head + name > text.size() ||
      (head + name + grid - 1) / grid * grid != size || !file_time(little(text, begin + 32, 8)))
    return 0;
  return add(text, begin + head, name, out);
}

}  // namespace weft::scan
