// Layout, all little-endian: "WEFTBACK"; u32 version, sources, least, exhibits, kinds; 32 bytes of key, zeros when it
// is held apart; 32 bytes of its fingerprint; name; for each kind, in order, its name and u64 selectors (a name is u32
// length and text); zeros up to a multiple of eight; u64 of each exhibit's image; then kind after kind, ascending, u64
// hashes; then in the same order u32 numbers of sources; and last 32 bytes of SHA-256 over all before it.
//
// 64 bits of hash are enough: with 10^8 known selectors and 10^6 asked ones, 5 x 10^-6 false meetings are expected, and
// one would only set a selector aside, which the ledger shows.
#include "link/background.h"

#include <algorithm>

#include "base/cursor.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::link {
namespace {

constexpr std::string_view magic = "WEFTBACK";
constexpr uint32_t version = 2;
constexpr uint32_t longest_name = 4096;
constexpr size_t digest_size = 32;

uint64_t little(const uint8_t* at, size_t width) {
  uint64_t value = 0;
  for (size_t i = width; i-- > 0;) value = value << 8 | at[i];
  return value;
}
void append(std::string& out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out += char(value >> (8 * i) & 0xff);
}
void append_name(std::string& out, std::string_view name) {
  name = name.substr(0, longest_name);
  append(out, name.size(), 4);
  out += name;
}
std::string take_name(Cursor& cursor) {
  uint32_t length = cursor.u32le();
  return std::string(cursor.take_text(length <= longest_name ? length : SIZE_MAX));
}
size_t aligned(size_t size) {
  return (size + 7) / 8 * 8;
}
std::vector<uint8_t> from_hex(std::string_view text) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(uint8_t(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}
void append_hex(std::string& out, std::string_view hex) {
  out += as_text(from_hex(hex));
}

ValueHash hash_for(const BackgroundFile& file, std::span<const BackgroundKey> keys, const std::string& path) {
  if (!file.head().key.empty()) return ValueHash(file.head().key);
  for (const BackgroundKey& key : keys)
    if (key_fingerprint(key) == file.head().fingerprint) return ValueHash(key);
  throw Error("the key of this background is held apart and " +
                  std::string(keys.empty() ? "was not given" : "is not the one given") +
                  "; name its key file with --background-key",
              path);
}

}  // namespace

std::string key_fingerprint(Bytes key) {
  return sha256_hex(as_bytes("weft background key " + hex(key)));
}

BackgroundKey read_background_key(const std::string& path) {
  std::string text = read_file(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.size() != 2 * background_key_size || !is_hex(text))
    throw Error("not a background's key (64 hexadecimal digits)", path);
  return from_hex(text);
}
void write_background_key(const std::string& path) {
  write_file(path, hex(random_bytes(background_key_size)) + "\n", 0600);
}

BackgroundFile::BackgroundFile(const std::string& path) : mapping_(path) {
  Bytes bytes = mapping_.bytes();
  Cursor cursor(bytes);
  if (cursor.take_text(magic.size()) != magic || cursor.u32le() != version)
    throw Error("not a background file of this version", path);
  head_.sources = cursor.u32le(), head_.least = cursor.u32le();
  uint64_t exhibits = cursor.u32le();
  uint32_t kinds = cursor.u32le();
  Bytes key = cursor.take(background_key_size);
  if (std::any_of(key.begin(), key.end(), [](uint8_t byte) { return byte != 0; }))
    head_.key.assign(key.begin(), key.end());
  head_.fingerprint = hex(cursor.take(digest_size));
  head_.name = take_name(cursor);
  for (uint32_t i = 0; i < kinds && cursor.ok(); ++i) {
    Kind kind{take_name(cursor), count_, cursor.u64le()};
    if (kind.selectors > bytes.size()) break;
    count_ += kind.selectors;
    kinds_.push_back(std::move(kind));
  }
  size_t exhibits_at = aligned(cursor.position());
  bool whole = cursor.ok() && kinds_.size() == kinds && count_ <= bytes.size() / 12 && exhibits <= bytes.size() / 8 &&
               exhibits_at + exhibits * 8 + count_ * 12 + digest_size == bytes.size();
  if (whole) {
    Hasher hasher(Digest::sha256);
    hasher.update(bytes.first(bytes.size() - digest_size));
    Bytes sealed = bytes.last(digest_size);
    whole = hasher.hex() == hex(sealed) && head_.least > 0;
    hasher.update(sealed);
    sha256_ = hasher.hex();
  }
  if (!whole) throw Error("the background file is damaged or cut short", path);
  for (uint64_t i = 0; i < exhibits; ++i) head_.exhibits.push_back(little(bytes.data() + exhibits_at + i * 8, 8));
  hashes_ = exhibits_at + exhibits * 8;
  counts_ = hashes_ + count_ * 8;
}

BackgroundEntry BackgroundFile::entry(uint64_t at) const {
  check(at < count_, "an entry of the background");
  const uint8_t* bytes = mapping_.bytes().data();
  return {little(bytes + hashes_ + at * 8, 8), uint32_t(little(bytes + counts_ + at * 4, 4))};
}

uint32_t BackgroundFile::find(std::string_view kind, uint64_t hash) const {
  auto it = std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& one) { return one.name == kind; });
  if (it == kinds_.end()) return 0;
  uint64_t low = it->first, high = it->first + it->selectors;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    BackgroundEntry at = entry(middle);
    if (at.hash == hash) return std::min(head_.sources, at.sources);
    if (at.hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return 0;
}

Background::Background(const std::string& path, std::span<const BackgroundKey> keys)
    : file_(path), hash_(hash_for(file_, keys, path)) {}

void write_background(const std::string& path, BackgroundHead head, const BackgroundEntries& entries) {
  check(head.key.empty() || head.key.size() == background_key_size, "a background's key has its size");
  if (!head.key.empty()) head.fingerprint = key_fingerprint(head.key);
  check(head.fingerprint.size() == 2 * digest_size && head.least > 0, "a background's head is filled in");
  std::string out(magic), kinds;
  uint64_t count = 0, names = 0;
  for (const auto& [name, list] : entries) {
    auto kept = std::count_if(list.begin(), list.end(), [&](const auto& e) { return e.sources >= head.least; });
    if (kept == 0) continue;
    append_name(kinds, name);
    append(kinds, uint64_t(kept), 8);
    count += uint64_t(kept), ++names;
  }
  for (uint64_t number :
       {uint64_t(version), uint64_t(head.sources), uint64_t(head.least), uint64_t(head.exhibits.size()), names})
    append(out, number, 4);
  head.key.resize(background_key_size);
  out += as_text(head.key);
  append_hex(out, head.fingerprint);
  append_name(out, head.name);
  out += kinds;
  out.resize(aligned(out.size()));
  out.reserve(out.size() + head.exhibits.size() * 8 + count * 12 + digest_size);
  for (uint64_t image : head.exhibits) append(out, image, 8);
  auto each = [&](auto&& put) {
    for (const auto& [name, list] : entries)
      for (size_t i = 0; i < list.size(); ++i) {
        check(i == 0 || list[i - 1].hash < list[i].hash, "background entries come in ascending order");
        if (list[i].sources >= head.least) put(list[i]);
      }
  };
  each([&](const BackgroundEntry& entry) { append(out, entry.hash, 8); });
  each([&](const BackgroundEntry& entry) { append(out, entry.sources, 4); });
  append_hex(out, sha256_hex(as_bytes(out)));
  write_file(path, out);
}

}  // namespace weft::link
