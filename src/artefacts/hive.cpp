// The format, after M. Suhanov, "Windows registry file format specification" (github.com/msuhanov/regf). A base block
// of 4096 bytes: "regf", two sequence numbers that differ while changes are under way, the cell of the root key. Then
// bins of cells; a cell is a size, negative when in use, and a record. Cells are named by their offset behind the base
// block.
//   nk  a key: flags (0x20: name in Latin-1), when last written, cells of the lists of its subkeys and values, its name
//   lf, lh, li  a list of subkeys: cells, the first two with a hash beside each; ri  a list of such lists
//   vk  a value: its type, size and cell of its data; four bytes or fewer stand in the record in place of the cell
//   db  data over 16,344 bytes: cells of its parts
// Versions 1.3 to 1.6; Windows 9x writes another format (CREG).
//
// Read by ourselves and not by libregf, because a value's address must be the address of its bytes: see
// docs/decisions/0004.
#include "artefacts/hive.h"

#include <algorithm>

#include "artefacts/windows.h"
#include "base/cursor.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr uint32_t base_block = 4096, none = 0xFFFFFFFF;
constexpr uint16_t key_name_most = 512;  // bytes; Windows allows 255 letters
constexpr uint64_t cells_most = 4'000'000;

std::string name_text(Bytes bytes, bool wide) {
  if (wide) return from_utf16le(bytes.first(bytes.size() / 2 * 2));
  std::string out;
  for (uint8_t byte : bytes) append_utf8(out, byte);
  return out;
}

}  // namespace

std::string HiveValue::text() const {
  return text_of_utf16(data);
}

uint64_t HiveValue::number() const {
  uint64_t out = 0;
  for (size_t i = std::min<size_t>(data.size(), 8); i-- > 0;) out = out << 8 | data[i];
  return out;
}

Hive::Hive(Bytes file)
    : file_(file),
      left_(std::min<uint64_t>(file.size() / 16 + 4096, cells_most)),
      bytes_left_(8 * uint64_t(file.size()) + 4 * MiB) {
  Cursor in(file);
  if (in.take_text(4) != "regf") return;
  unclean_ = in.u32le() != in.u32le();
  in.seek(36);
  root_ = in.u32le();
  if (!in.ok()) root_ = 0;
}

// What the cell holds, without its size; empty when it lies outside. A cell is at most what is left of the file: sizes
// are not to be trusted.
Bytes Hive::cell(uint32_t offset) {
  if (left_ == 0) return {};
  --left_;
  uint64_t begin = uint64_t(base_block) + offset;
  if (offset == none || begin + 4 > file_.size()) return damaged_ = true, Bytes();
  Cursor in(file_.subspan(begin));
  int32_t stated = int32_t(in.u32le());
  uint64_t size = stated < 0 ? uint64_t(-int64_t(stated)) : uint64_t(stated);
  if (size < 4) return damaged_ = true, Bytes();
  return in.take(std::min<uint64_t>(size - 4, in.remaining()));
}

// Many entries may lead to one name, or one piece of data.
void Hive::spend(size_t bytes) {
  if (bytes > bytes_left_) left_ = 0;
  bytes_left_ -= std::min<uint64_t>(bytes, bytes_left_);
}

std::optional<HiveKey> Hive::key(uint32_t offset) {
  Bytes bytes = cell(offset);
  Cursor in(bytes);
  HiveKey out;
  bool is_key = in.take_text(2) == "nk";
  uint16_t flags = in.u16le();
  out.written = time_from_filetime(in.u64le());
  in.skip(16);
  out.subkeys = in.u32le();
  in.skip(4);
  out.count = in.u32le();
  out.values = in.u32le();
  in.skip(28);
  uint16_t length = in.u16le();
  in.skip(2);
  out.wide = !(flags & 0x20);
  Bytes name = in.take(std::min(length, key_name_most));
  if (!is_key || !in.ok()) return damaged_ = damaged_ || left_ > 0, std::nullopt;
  damaged_ = damaged_ || length > key_name_most;
  spend(name.size());
  out.name_at = uint64_t(name.data() - file_.data());
  out.name = name_text(name, out.wide);
  return out;
}

std::optional<HiveKey> Hive::root() {
  if (root_ == 0) return std::nullopt;
  return key(root_);
}

void Hive::list(uint32_t offset, unsigned depth, std::vector<HiveKey>& out) {
  Cursor in(cell(offset));
  std::string_view kind = in.take_text(2);
  uint16_t count = in.u16le();
  bool hashed = kind == "lf" || kind == "lh", of_lists = kind == "ri";
  if (!hashed && !of_lists && kind != "li") {
    damaged_ = damaged_ || left_ > 0;
    return;
  }
  for (unsigned i = 0; i < count && in.remaining() >= 4 && left_ > 0; ++i) {
    uint32_t at = in.u32le();
    if (hashed) in.skip(4);
    if (of_lists) {
      if (depth < 2) list(at, depth + 1, out);
    } else if (auto one = key(at)) {
      out.push_back(std::move(*one));
    }
  }
}

std::vector<HiveKey> Hive::subkeys(const HiveKey& key) {
  std::vector<HiveKey> out;
  if (key.subkeys != none) list(key.subkeys, 0, out);
  return out;
}

std::optional<HiveValue> Hive::read_value(uint32_t offset) {
  Bytes bytes = cell(offset);
  Cursor in(bytes);
  HiveValue out;
  bool is_value = in.take_text(2) == "vk";
  uint16_t length = in.u16le();
  uint32_t stated = in.u32le(), data_cell = in.u32le();
  out.type = in.u32le();
  uint16_t flags = in.u16le();
  in.skip(2);
  out.wide = !(flags & 1);
  Bytes name = in.take(length);
  if (!is_value || !in.ok()) return damaged_ = damaged_ || left_ > 0, std::nullopt;
  spend(name.size());
  out.name = name_text(name, out.wide);
  out.name_at = uint64_t((name.empty() ? bytes.data() : name.data()) - file_.data());
  uint32_t size = stated & 0x7FFFFFFF;
  if (stated & 0x80000000) {
    out.data = bytes.subspan(8, std::min<uint32_t>(size, 4));
  } else if (size > 0) {
    out.data = cell(data_cell);
    if (size > 16344 && as_text(out.data).starts_with("db")) {
      Cursor parts(out.data);
      parts.skip(4);
      Cursor first(cell(parts.u32le()));
      out.data = cell(first.u32le());
    }
    out.data = out.data.first(std::min<size_t>(out.data.size(), std::min<uint32_t>(size, 16344)));
  }
  spend(out.data.size());
  out.at = uint64_t((out.data.empty() ? bytes.data() : out.data.data()) - file_.data());
  return out;
}

std::vector<HiveValue> Hive::values(const HiveKey& key) {
  std::vector<HiveValue> out;
  if (key.count == 0 || key.values == none) return out;
  Cursor in(cell(key.values));
  for (uint32_t i = 0; i < key.count && in.remaining() >= 4 && left_ > 0; ++i)
    if (auto one = read_value(in.u32le())) out.push_back(std::move(*one));
  return out;
}

std::optional<HiveKey> Hive::find(const HiveKey& from, std::string_view path) {
  HiveKey at = from;
  while (!path.empty()) {
    size_t end = std::min(path.find('\\'), path.size());
    std::string name = lower_ascii(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
    std::vector<HiveKey> below = subkeys(at);
    auto it =
        std::find_if(below.begin(), below.end(), [&](const HiveKey& one) { return lower_ascii(one.name) == name; });
    if (it == below.end()) return std::nullopt;
    at = std::move(*it);
  }
  return at;
}

std::optional<HiveValue> Hive::value(const HiveKey& key, std::string_view name) {
  std::string wanted = lower_ascii(name);
  for (HiveValue& one : values(key))
    if (lower_ascii(one.name) == wanted) return std::move(one);
  return std::nullopt;
}

}  // namespace weft::artefacts
