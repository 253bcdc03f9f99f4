// Layout, all little-endian: "WEFTBACK", u32 version, u32 sources, u64 count, u32 length and text of the name, zeros up
// to a multiple of eight; then count hashes of 8 bytes, ascending; then count numbers of sources of 4 bytes.
//
// 64 bits are enough: with 10^8 known selectors and 10^6 asked ones, 5 x 10^-6 false meetings are expected, and one
// would only set a selector aside, which the ledger shows.
#include "link/background.h"

#include "base/cursor.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace weft::link {
namespace {

constexpr std::string_view magic = "WEFTBACK";
constexpr uint32_t version = 1;
constexpr size_t longest_name = 4096;

uint64_t little(const uint8_t* at, size_t width) {
  uint64_t value = 0;
  for (size_t i = width; i-- > 0;) value = value << 8 | at[i];
  return value;
}
void append(std::string& out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out += char(value >> (8 * i) & 0xff);
}
size_t aligned(size_t size) {
  return (size + 7) / 8 * 8;
}

}  // namespace

uint64_t selector_hash(std::string_view kind, std::string_view value) {
  std::string text(kind);
  text += '\0';
  text += value;
  std::string digest = sha256_hex(as_bytes(text)).substr(0, 16);
  return std::stoull(digest, nullptr, 16);
}

Background::Background(const std::string& path) : mapping_(path) {
  Cursor cursor(mapping_.bytes());
  bool ours = cursor.take_text(magic.size()) == magic && cursor.u32le() == version;
  sources_ = cursor.u32le();
  count_ = cursor.u64le();
  uint32_t length = cursor.u32le();
  if (length <= longest_name) name_ = cursor.take_text(length);
  hashes_ = aligned(cursor.position());
  size_t size = mapping_.bytes().size();
  bool whole = cursor.ok() && count_ <= size / 12 && hashes_ + count_ * 12 == size;
  if (!ours || !whole || length > longest_name)
    throw Error(ours ? "the background file is damaged or cut short" : "not a background file of this version", path);
  counts_ = hashes_ + count_ * 8;
  sha256_ = sha256_hex(mapping_.bytes());
}

uint32_t Background::holding(uint64_t hash) const {
  uint64_t low = 0, high = count_;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    uint64_t at = little(mapping_.bytes().data() + hashes_ + middle * 8, 8);
    if (at == hash) return std::min(sources_, uint32_t(little(mapping_.bytes().data() + counts_ + middle * 4, 4)));
    if (at < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return 0;
}

void BackgroundWriter::add(BackgroundEntry entry) {
  check(hashes_.empty() || hashes_.back() < entry.hash, "background entries come in ascending order");
  hashes_.push_back(entry.hash);
  counts_.push_back(entry.sources);
}

void BackgroundWriter::write(const std::string& path) const {
  std::string name = name_.substr(0, longest_name);
  std::string out(magic);
  append(out, version, 4);
  append(out, sources_, 4);
  append(out, hashes_.size(), 8);
  append(out, name.size(), 4);
  out += name;
  out.resize(aligned(out.size()));
  out.reserve(out.size() + hashes_.size() * 12);
  for (uint64_t hash : hashes_) append(out, hash, 8);
  for (uint32_t count : counts_) append(out, count, 4);
  write_file(path, out);
}

}  // namespace weft::link
