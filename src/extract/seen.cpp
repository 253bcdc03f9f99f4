// A file of seen contents, little-endian:
//   "WEFTSEEN", SHA-256 (hex) of the settings the contents were scanned under; contents, each: SHA-256 (32 bytes), u64
//   size of facts and body, facts, body (a zstd frame), 16 hex digits of the frame's SHA-256; index, sorted: SHA-256 of
//   the content (32 bytes), u64 where it begins; u64 entries in the index, SHA-256 (hex) of the index.
// Facts: text md5, type, u8 whether a stream goes on, 16 hex digits of the SHA-256 of what stands before them from the
// content's SHA-256 on. A body: u32 features, each: text kind, scanner, encoding, value, context, layers, token, u64
// begin and end; u32 problems, each: text layers, what, u64 begin. A text is u32 length and its bytes.
#include "extract/seen.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <zstd.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/hash.h"

namespace weft::extract {
namespace {

constexpr std::string_view magic = "WEFTSEEN";
constexpr size_t hash_size = 64, check_size = 16;
constexpr size_t head_size = magic.size() + hash_size;
constexpr size_t most_encoded = 16 * MiB;  // of the features of one content, and of its problems
constexpr size_t sha256_size = 32, entry_head = sha256_size + sizeof(uint64_t);
constexpr size_t most_facts = 512;  // bytes of an entry up to its body; types are no longer than 95

using Entry = Seen::Entry;
static_assert(sizeof(Entry) == 40);

std::array<uint8_t, 32> binary(std::string_view hex) {
  std::array<uint8_t, 32> out{};
  const auto digit = [](char c) { return uint8_t(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (size_t i = 0; i < out.size() && 2 * i + 1 < hex.size(); ++i)
    out[i] = uint8_t(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return out;
}

template <class T>
void put(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void put(std::string& out, std::string_view text) {
  put(out, uint32_t(text.size()));
  out += text;
}

std::string check_of(std::string_view bytes) {
  return sha256_hex(as_bytes(bytes)).substr(0, check_size);
}

std::string_view text(Cursor& in) {
  return in.take_text(in.u32le());
}

// Rows of one content are much alike: an eighth is left of them at zstd's cheapest level.
std::string packed(std::string_view body) {
  struct Free {
    void operator()(ZSTD_CCtx* it) const { ZSTD_freeCCtx(it); }
  };
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> state(ZSTD_createCCtx());
  std::string out(ZSTD_compressBound(body.size()), '\0');
  const size_t size = ZSTD_compressCCtx(state.get(), out.data(), out.size(), body.data(), body.size(), 1);
  if (ZSTD_isError(size)) throw Error(std::string("cannot pack what a content gave: ") + ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

// Nothing when the frame is damaged, or larger than any that was packed.
std::optional<std::string> unpacked(std::string_view frame) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > 3 * most_encoded) return std::nullopt;  // also the library's two values for "unknown" and "error"
  struct Free {
    void operator()(ZSTD_DCtx* it) const { ZSTD_freeDCtx(it); }
  };
  // Making one takes longer than unpacking what most contents gave.
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> state(ZSTD_createDCtx());
  std::string out(size_t(size), '\0');
  if (ZSTD_decompressDCtx(state.get(), out.data(), out.size(), frame.data(), frame.size()) != size) return std::nullopt;
  return out;
}

}  // namespace

void Remembered::add(const scan::Results& results) {
  for (const scan::Found& found : results.features) {
    keep_ = keep_ && features_.size() < most_encoded;
    if (!keep_) return;
    ++feature_count_;
    put(features_, found.kind), put(features_, found.scanner), put(features_, found.encoding);
    put(features_, std::string_view(found.value)), put(features_, std::string_view(found.context));
    put(features_, std::string_view(found.layers));
    put(features_, std::string_view(found.secret.empty() ? "" : keyed_hash(key_, found.secret)));
    put(features_, found.offset - origin_), put(features_, found.source_end - origin_);
  }
  for (const scan::ScanProblem& problem : results.problems) {
    keep_ = keep_ && problem.what.find("set aside") == std::string::npos && problems_.size() < most_encoded;
    if (!keep_) return;
    ++problem_count_;
    put(problems_, std::string_view(problem.layers)), put(problems_, std::string_view(problem.what));
    put(problems_, problem.offset - origin_);
  }
}

std::string name_of_streams(const std::string& sha256_hex) {
  return weft::sha256_hex(as_bytes("streams of " + sha256_hex));
}

std::string Remembered::encoded(const ContentFacts& facts) const {
  if (!keep_) return {};
  std::string body, told, out;
  put(body, feature_count_);
  body += features_;
  put(body, problem_count_);
  body += problems_;
  const std::string frame = packed(body);
  put(told, std::string_view(facts.md5)), put(told, std::string_view(facts.type)), put(told, uint8_t(facts.goes_on));
  const std::array<uint8_t, sha256_size> sha256 = binary(facts.sha256);
  out.append(reinterpret_cast<const char*>(sha256.data()), sha256.size());
  put(out, uint64_t(told.size() + check_size + frame.size()));
  out += told;
  out += check_of(out);
  return out + frame + check_of(frame);
}

namespace {

// Each whole entry of a file of contents that has no index yet; where the last of them ends.
template <class Each>
uint64_t each_entry(Bytes file, Each each) {
  Cursor in(file);
  in.skip(head_size);
  uint64_t end = head_size;
  while (in.remaining() > 0) {
    Entry entry{{}, end};
    const Bytes sha256 = in.take(sha256_size);
    in.skip(in.u64le());
    in.skip(check_size);
    if (!in.ok()) break;  // cut short when a run was killed
    std::copy(sha256.begin(), sha256.end(), entry.sha256.begin());
    each(entry);
    end = in.position();
  }
  return end;
}

// Size bytes at `at`, fewer where the file ends.
std::string read_at(const Fd& fd, uint64_t at, size_t size) {
  std::string out(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd.get(), out.data() + done, size - done, off_t(at + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += size_t(n);
  }
  out.resize(done);
  return out;
}

uint64_t prefix_of(const std::array<uint8_t, 32>& sha256) {
  uint64_t out = 0;
  for (size_t i = 0; i < 8; ++i) out = out << 8 | sha256[i];
  return out;
}

// The index of a file, when it can be used.
std::optional<std::vector<Entry>> index_of(const Fd& fd, uint64_t size, const std::string& settings) {
  constexpr size_t tail_size = sizeof(uint64_t) + hash_size;
  if (size < head_size + tail_size || read_at(fd, 0, head_size) != std::string(magic) + sha256_hex(as_bytes(settings)))
    return std::nullopt;
  const std::string tail = read_at(fd, size - tail_size, tail_size);
  const uint64_t count = Cursor(as_bytes(tail)).u64le();
  if (count > (size - head_size - tail_size) / sizeof(Entry)) return std::nullopt;
  const std::string bytes = read_at(fd, size - tail_size - count * sizeof(Entry), count * sizeof(Entry));
  if (tail.size() != tail_size || sha256_hex(as_bytes(bytes)) != tail.substr(sizeof(uint64_t))) return std::nullopt;
  std::vector<Entry> out(count);
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

// The facts at the begin of an entry, or of its first bytes; nothing when it is another content's, or damaged.
std::optional<ContentFacts> facts_in(Cursor& in, std::string_view entry, const std::string& sha256_hex) {
  const Bytes sha256 = in.take(sha256_size);
  in.skip(sizeof(uint64_t));
  ContentFacts out;
  out.sha256 = hex(sha256), out.md5 = text(in), out.type = text(in);
  out.goes_on = in.u8() != 0;
  const size_t told = in.position();
  const std::string_view check = in.take_text(check_size);
  if (!in.ok() || out.sha256 != sha256_hex || check != check_of(entry.substr(0, told))) return std::nullopt;
  return out;
}

std::optional<ContentFacts> facts_at(const Fd& fd, uint64_t at, const std::string& sha256_hex) {
  const std::string entry = read_at(fd, at, most_facts);
  Cursor in(as_bytes(entry));
  return facts_in(in, entry, sha256_hex);
}

// The content whose entry begins there; nothing when it is another, or damaged.
std::optional<SeenContent> content_at(const Fd& fd, uint64_t at, const std::string& sha256_hex) {
  const std::string head = read_at(fd, at, entry_head);
  Cursor in_head(as_bytes(head));
  in_head.skip(sha256_size);
  const uint64_t size = in_head.u64le();
  if (size > 3 * most_encoded) return std::nullopt;
  const std::string entry = read_at(fd, at, entry_head + size_t(size) + check_size);
  if (entry.size() != entry_head + size + check_size) return std::nullopt;
  Cursor in_entry(as_bytes(entry));
  std::optional<ContentFacts> facts = facts_in(in_entry, entry, sha256_hex);
  if (!facts || in_entry.remaining() < check_size) return std::nullopt;
  const std::string_view frame = in_entry.take_text(in_entry.remaining() - check_size);
  if (in_entry.take_text(check_size) != check_of(frame)) return std::nullopt;
  std::optional<std::string> body = unpacked(frame);
  if (!body) return std::nullopt;
  SeenContent out;
  out.facts = std::move(*facts);
  out.body = std::move(*body);
  Cursor in(as_bytes(out.body));
  for (uint32_t left = in.u32le(); left > 0 && in.ok(); --left) {
    scan::Found& found = out.results.features.emplace_back();
    found.kind = text(in), found.scanner = text(in), found.encoding = text(in);
    found.value = text(in), found.context = text(in), found.layers = text(in);
    found.secret = text(in);
    found.offset = in.u64le(), found.source_end = in.u64le();
  }
  for (uint32_t left = in.u32le(); left > 0 && in.ok(); --left) {
    scan::ScanProblem& problem = out.results.problems.emplace_back();
    problem.layers = text(in), problem.what = text(in);
    problem.offset = in.u64le();
  }
  return in.ok() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

Seen::Seen(const std::string& folder, const std::string& settings, const std::string& growing)
    : reused_(!folder.empty()), growing_path_(growing), slots_(slot_count) {
  const std::string head = std::string(magic) + sha256_hex(as_bytes(settings));
  growing_ = Fd(::open(growing.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!growing_) throw Error("cannot write", growing, errno);
  if (read_at(growing_, 0, head_size) == head)
    size_ = each_entry(Mapping(growing).bytes(), [this](const Entry& entry) { keep(entry); });
  if (::ftruncate(growing_.get(), off_t(size_)) != 0) throw Error("cannot write", growing, errno);
  if (size_ == 0) append(head);
  if (!reused_ || !exists(folder)) return;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".seen") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) continue;
    const std::optional<std::vector<Entry>> index = index_of(fd, uint64_t(info.st_size), settings);
    if (!index) continue;
    for (const Entry& entry : *index) places_.push_back({prefix_of(entry.sha256), entry.at, files_.size()});
    files_.push_back(std::move(fd));
  }
  std::sort(places_.begin(), places_.end(),
            [](const Place& a, const Place& b) { return std::tie(a.prefix, a.file) < std::tie(b.prefix, b.file); });
}

// What `read` makes of the first entry that is the content's: on earlier exhibits, then on this one.
template <class Read>
std::invoke_result_t<Read, const Fd&, uint64_t, const std::string&> Seen::first(const std::string& sha256_hex,
                                                                                Read read) const {
  if (!reused_) return std::nullopt;
  const uint64_t prefix = prefix_of(binary(sha256_hex));
  auto place = std::partition_point(places_.begin(), places_.end(), [&](const Place& p) { return p.prefix < prefix; });
  for (; place != places_.end() && place->prefix == prefix; ++place)
    if (auto out = read(files_[place->file], place->at, sha256_hex)) return out;
  uint64_t at = 0;
  {
    std::lock_guard lock(mutex_);
    const Slot& slot = slots_[prefix % slot_count];
    if (slot.prefix == prefix) at = slot.at;
  }
  return at > 0 ? read(growing_, at, sha256_hex) : std::nullopt;
}

std::optional<SeenContent> Seen::find(const std::string& sha256_hex) const {
  return first(sha256_hex, content_at);
}
std::optional<ContentFacts> Seen::facts(const std::string& sha256_hex) const {
  return first(sha256_hex, facts_at);
}

void Seen::add(const std::string& encoded) {
  if (encoded.empty()) return;
  Entry entry{{}, 0};
  std::memcpy(entry.sha256.data(), encoded.data(), sha256_size);
  std::lock_guard lock(mutex_);
  const uint64_t prefix = prefix_of(entry.sha256);
  if (slots_[prefix % slot_count].prefix == prefix) return;
  entry.at = size_;
  append(encoded);
  keep(entry);
}

void Seen::append(std::string_view bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::pwrite(growing_.get(), bytes.data() + done, bytes.size() - done, off_t(size_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error("cannot write", growing_path_, errno);
    done += size_t(n);
  }
  size_ += bytes.size();
}

void Seen::keep(const Entry& entry) {
  const uint64_t prefix = prefix_of(entry.sha256);
  slots_[prefix % slot_count] = {prefix, entry.at};
}

void Seen::finish(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::vector<Entry> index;
  each_entry(Mapping(growing_path_).bytes(), [&](const Entry& entry) { index.push_back(entry); });
  const auto key = [](const Entry& e) { return std::tie(e.sha256, e.at); };
  std::sort(index.begin(), index.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  index.erase(std::unique(index.begin(), index.end(), [](auto& a, auto& b) { return a.sha256 == b.sha256; }),
              index.end());
  std::string tail(reinterpret_cast<const char*>(index.data()), index.size() * sizeof(Entry));
  const std::string check = sha256_hex(as_bytes(tail));
  put(tail, uint64_t(index.size()));
  append(tail + check);
  publish(growing_path_, path);
}

}  // namespace weft::extract
