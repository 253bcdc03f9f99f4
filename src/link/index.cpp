// Reading an index. All offsets are checked against the size of the file when it is opened; what the structs point to
// is checked when it is used; the checksum is looked at when indexes are brought up to date, before they are linked.
#include "link/index.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "link/index_format.h"

namespace weft::link {
namespace {

// Those of docs/parsers.md; what is not here counts as a record without a role of note.
constexpr std::string_view role_names[] = {
    "",          "owner",  "account", "from",       "sender",    "reply_to", "to",     "cc",    "bcc",  "contact",
    "guest",     "host",   "network", "attachment", "document",  "device",   "camera", "event", "key",  "visit",
    "organiser", "author", "machine", "message",    "reference", "row",      "target", "kept",  "other"};

template <class T>
std::span<const T> part(Bytes bytes, uint64_t at, uint64_t count, bool& ok) {
  if (at % 8 || at > bytes.size() || count > (bytes.size() - at) / sizeof(T)) {
    ok = false;
    return {};
  }
  return {reinterpret_cast<const T*>(bytes.data() + at), size_t(count)};  // our own file; checked, aligned, trivial
}

constexpr uint64_t checked_at_once = 16 * MiB;

}  // namespace

uint64_t mix_hash(uint64_t a, uint64_t b) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
  auto product = static_cast<unsigned __int128>(a) * b;
#pragma GCC diagnostic pop
  return uint64_t(product) ^ uint64_t(product >> 64);
}

uint64_t hash_text(uint64_t seed, std::string_view text) {
  constexpr uint64_t p1 = 0x9e3779b97f4a7c15, p2 = 0xd6e8feb86659fd93;
  uint64_t h = mix_hash(seed ^ p1, text.size() ^ p2);
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    h = mix_hash(h ^ word, p1) + p2;
  }
  uint64_t word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  return mix_hash(h ^ word ^ p2, p1);
}

std::span<const std::string_view> roles() {
  return role_names;
}
uint32_t role_number(std::string_view role) {
  for (uint32_t i = 0; i < std::size(role_names); ++i)
    if (role_names[i] == role) return i;
  return uint32_t(std::size(role_names) - 1);
}

bool tells_of_use(uint32_t role) {
  static constexpr std::string_view of_use[] = {
      "owner", "account", "from",   "sender", "reply_to", "to",  "cc",    "bcc",       "contact", "guest",
      "host",  "network", "device", "camera", "event",    "key", "visit", "organiser", "machine", "message"};
  return role < std::size(role_names) &&
         std::find(std::begin(of_use), std::end(of_use), role_names[role]) != std::end(of_use);
}

uint64_t index_hash(std::string_view kind, std::string_view value) {
  return hash_text(hash_text(0, kind), value);
}

Index::Index(const std::string& path) : path_(path), mapping_(path) {
  Bytes bytes = mapping_.bytes();
  IndexHeader header;
  bool ok = bytes.size() >= sizeof header;
  if (ok) std::memcpy(&header, bytes.data(), sizeof header);
  ok = ok && std::string_view(header.magic, index_magic.size()) == index_magic && header.size == bytes.size() &&
       header.kinds == kinds().size();
  if (!ok) throw Error("not a selector index of this version, or cut short: link again, which makes it anew", path);
  for (const SegmentAt& at : part<SegmentAt>(bytes, header.segment_table, header.segments, ok)) {
    segments_.push_back({part<IndexEntry>(bytes, at.entries_at, at.entries, ok),
                         part<IndexPlace>(bytes, at.places_at, at.places, ok),
                         part<char>(bytes, at.texts_at, at.texts, ok)});
    ok = ok && std::has_single_bit(at.cells) && at.cells < UINT32_MAX;
    auto directory = part<uint32_t>(bytes, at.directory_at, ok ? at.cells + 1 : 0, ok);
    ok = ok && std::is_sorted(directory.begin(), directory.end()) && directory.back() == at.entries;
    directories_.emplace_back(directory.begin(), directory.end());
  }
  ok = ok && std::has_single_bit(segments_.size());
  messages_ = part<IndexMessage>(bytes, header.messages_at, header.messages, ok);
  files_ = part<IndexFile>(bytes, header.files_at, header.files, ok);
  file_texts_ = part<char>(bytes, header.file_texts_at, header.file_texts, ok);
  auto amounts = part<uint64_t>(bytes, header.amounts_at, header.kinds, ok);
  amounts_.assign(amounts.begin(), amounts.end());
  auto own = part<uint64_t>(bytes, header.own_amounts_at, header.kinds, ok);
  own_amounts_.assign(own.begin(), own.end());
  auto of_kind = part<uint64_t>(bytes, header.entries_of_kind_at, header.kinds, ok);
  entries_of_kind_.assign(of_kind.begin(), of_kind.end());
  size_ = header.selectors;
  auto field = [&](size_t at) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()) + at, 64);
    return text.substr(0, text.find('\0'));
  };
  pack_ = field(offsetof(IndexHeader, pack)), image_ = field(offsetof(IndexHeader, image));
  if (!ok) throw Error("the selector index is damaged", path);
  give_back_pages();
}

bool Index::intact() const {
  Bytes bytes = mapping_.bytes();
  IndexHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  bytes = bytes.subspan(sizeof header);
  Checksum checksum;
  while (!bytes.empty()) {
    checksum.update(bytes.first(std::min<size_t>(bytes.size(), checked_at_once)));
    bytes = bytes.subspan(std::min<size_t>(bytes.size(), checked_at_once));
    give_back_pages();
  }
  return bytes.size() % 8 == 0 && index_checksum(std::move(checksum), header) == header.checksum;
}

std::pair<size_t, size_t> Index::cell(size_t segment, uint64_t hash) const {
  const std::vector<uint32_t>& directory = directories_[segment];
  const uint64_t at = part_of(within_part(hash, segments_.size()), directory.size() - 1);
  return {directory[at], directory[at + 1]};
}

static bool is_below(const IndexEntry& entry, uint64_t hash) {
  return entry.hash < hash;
}

const IndexEntry* Index::find(uint64_t hash, const Segment** in) const {
  const uint64_t number = part_of(hash, segments_.size());
  const auto [begin, end] = cell(number, hash);
  const auto entries = segments_[number].entries.subspan(begin, end - begin);
  const auto it = std::lower_bound(entries.begin(), entries.end(), hash, is_below);
  if (it == entries.end() || it->hash != hash) return nullptr;
  *in = &segments_[number];
  return &*it;
}

// `count` structs from where the mapped one lies.
template <class T>
static void read_copy(const Fd& fd, const Mapping& mapping, const T* from, size_t count, std::vector<T>& to) {
  to.resize(count);
  const auto at = reinterpret_cast<const uint8_t*>(from) - mapping.bytes().data();
  for (size_t done = 0, size = count * sizeof(T); done < size;) {
    ssize_t n = ::pread(fd.get(), reinterpret_cast<char*>(to.data()) + done, size - done, off_t(at) + off_t(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error("cannot read a selector index", "", n < 0 ? errno : 0);
    done += size_t(n);
  }
}

std::vector<Index::Portion> Index::read(uint64_t low, uint64_t high) const {
  std::vector<Portion> out;
  Fd fd;
  const uint64_t first = part_of(low, segments_.size()), last = part_of(high, segments_.size());
  for (uint64_t segment = first; segment <= last; ++segment) {
    if (segments_[segment].entries.empty()) continue;
    if (!fd) fd = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw Error("cannot open", path_, errno);
    Portion portion;
    read_portion(fd, segment, segment == first ? low : 0, segment == last ? high : UINT64_MAX, portion);
    if (!portion.entries.empty()) out.push_back(std::move(portion));
  }
  return out;
}

// Places and texts lie in the order of their entries, so those of neighbours lie together. What the copies say of where
// is counted from the portion's own beginning.
void Index::read_portion(const Fd& fd, size_t number, uint64_t low, uint64_t high, Portion& to) const {
  const Segment& segment = segments_[number];
  const size_t begin = low ? cell(number, low).first : 0;
  size_t end = high != UINT64_MAX ? cell(number, high).second : segment.entries.size();
  const size_t read_end = std::min(end + 1, segment.entries.size());  // the one behind says where texts end
  if (begin >= end) return;
  read_copy(fd, mapping_, segment.entries.data() + begin, read_end - begin, to.entries);
  const auto from = std::lower_bound(to.entries.begin(), to.entries.end(), low, is_below);
  const auto until = std::upper_bound(from, to.entries.begin() + ptrdiff_t(end - begin), high,
                                      [](uint64_t hash, const IndexEntry& entry) { return hash < entry.hash; });
  if (from == until) {
    to.entries.clear();
    return;
  }
  const size_t first_place = std::min<size_t>(from->first_place, segment.places.size());
  const size_t first_text = std::min<size_t>(from->text, segment.texts.size());
  const bool is_last = until == to.entries.end();
  const size_t last_place =
      is_last ? segment.places.size() : std::min<size_t>(until->first_place, segment.places.size());
  const size_t last_text = is_last ? segment.texts.size() : std::min<size_t>(until->text, segment.texts.size());
  to.entries.erase(until, to.entries.end());
  to.entries.erase(to.entries.begin(), from);
  if (first_place < last_place)
    read_copy(fd, mapping_, segment.places.data() + first_place, last_place - first_place, to.places);
  if (first_text < last_text)
    read_copy(fd, mapping_, segment.texts.data() + first_text, last_text - first_text, to.texts);
  for (IndexEntry& entry : to.entries) entry.first_place -= uint32_t(first_place), entry.text -= first_text;
  for (IndexPlace& place : to.places)
    if (place.path) place.path -= first_text;
}

static std::string_view text_at(std::span<const char> texts, uint64_t at) {
  uint32_t size = 0;
  if (at > texts.size() || texts.size() - at < 4) return {};
  std::memcpy(&size, texts.data() + at, 4);
  if (size > texts.size() - at - 4) return {};
  return {texts.data() + at + 4, size};
}

std::string_view Index::text(const Segment& segment, uint64_t at) {
  return text_at(segment.texts, at);
}
std::string_view Index::file_path(const IndexFile& file) const {
  return text_at(file_texts_, file.path);
}
std::string_view Index::file_sha256(const IndexFile& file) const {
  return text_at(file_texts_, file.sha256);
}
std::string_view Index::value(const Segment& segment, const IndexEntry& entry) {
  std::string_view whole = text_at(segment.texts, entry.text);
  return whole.substr(0, whole.find('\0'));
}
std::string_view Index::shown(const Segment& segment, const IndexEntry& entry) {
  std::string_view whole = text_at(segment.texts, entry.text);
  return whole.substr(whole.find('\0') + 1);  // npos + 1 is 0: no mask, the value itself
}
std::string Index::path(const Segment& segment, const IndexPlace& place) {
  return place.path ? std::string(text_at(segment.texts, place.path)) : std::to_string(place.offset);
}

void sync_indexes(const std::vector<std::string>& paths) {
  std::set<std::string> folders;
  auto sync = [](const std::string& path, int flags) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
    if (!fd || ::fsync(fd.get()) != 0) throw Error("cannot sync", path, errno);
  };
  for (const std::string& path : paths) {
    sync(path, 0);
    folders.insert(std::filesystem::path(path).parent_path().string());
  }
  for (const std::string& folder : folders) sync(folder.empty() ? "." : folder, O_DIRECTORY);
}

std::vector<Index> open_indexes(const std::vector<Source>& sources) {
  std::vector<Index> out;
  for (const Source& source : sources) out.emplace_back(source.index);
  return out;
}

}  // namespace weft::link
