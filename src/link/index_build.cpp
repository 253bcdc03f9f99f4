// How an index is made.
//
// A segment is a stretch of the hash's range, small enough for its rows to be sorted in memory. Most exhibits need one.
// Ten million rows take eight, and no more memory: rows wait on the disk for their segment's pass. Within a segment
// rows fall into buckets by the next bits of the hash as they come, each with the texts of its rows beside it: a bucket
// is sorted and written while it is in the processor's cache, and memory is never walked at random.
#include "link/index_build.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <stdio.h>
#include <tuple>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/places.h"
#include "base/text.h"
#include "link/index_format.h"
#include "model/text_signature.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

constexpr uint64_t least_file = 1024;     // smaller files are templates, markers and settings
constexpr uint64_t whole_file = 1 << 20;  // a larger file is a collection of things
constexpr uint64_t rows_per_segment = 2'000'000;
constexpr uint64_t rows_per_bucket = 4096, most_buckets = 512;
constexpr uint64_t apart = 4096;              // places nearer than this in one collection are one place
constexpr uint32_t occasions_of_a_file = 20;  // a text that repeats one address is not many texts
constexpr uint64_t beside = 512;              // occurrences nearer than this, outside of messages, are one occasion
constexpr uint64_t in_message = 64 * KiB;  // and within one message; what follows the last one need not be part of it

bool starts(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}
bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

uint32_t flags_of(std::string_view path, std::string_view type, uint64_t size, std::string_view state) {
  std::string low = "/" + lower_ascii(path);
  uint32_t flags = 0;
  if (software_path(path)) flags |= in_software;
  if (cache_path(path)) flags |= in_cache;
  bool mail = type == "message/rfc822" || type == "application/mbox" || starts(type, "application/vnd.ms-outlook") ||
              holds(low, "/maildir/") || low.ends_with(".eml") || low.ends_with(".mbox");
  if (mail) flags |= is_mail;
  if (size > whole_file || type == "application/mbox" || starts(type, "application/vnd.ms-outlook") ||
      holds(type, "sqlite"))
    flags |= collection;
  if (holds(low, "/downloads/") || holds(low, "/download/") || starts(type, "text/html")) flags |= downloaded;
  if (state != "allocated") flags |= not_allocated;
  if (starts(type, "image/")) flags |= is_picture;
  if (software_type(type)) flags |= is_program;
  return flags;
}

struct FileInfo {
  IndexFile out;
  std::string path, sha256;
  uint64_t offset = 0;
  bool is_file = false;
  uint32_t number = no_file;  // in the index, once a place needs it
};

struct Row {
  uint64_t hash = 0, offset = 0, position = 0;
  uint64_t value = 0, path = 0;  // in the bucket's texts
  uint32_t value_size = 0, path_size = 0;
  uint32_t file = 0;  // file_id; 0 for none
  uint16_t kind = 0;
  uint8_t role = 0, rank = 0;
  bool layered = false;  // came out of a decoder: its position is the stream's
  bool stopped = false;  // by the examiner's stop list
};
static_assert(sizeof(Row) == 64);

struct Occurrence {
  uint32_t file = 0;
  uint64_t position = 0;
  uint32_t message = no_message;
  auto operator<=>(const Occurrence&) const = default;
  // Given in order: true when both are of one occasion, which is a message, and outside of messages a neighbourhood.
  bool with(const Occurrence& next) const {
    return file == next.file && message == next.message &&
           next.position - position <= (message != no_message ? in_message : beside);
  }
};

struct Bucket {
  std::vector<Row> rows;
  std::string texts;
  std::string_view text(uint64_t at, uint32_t size) const { return std::string_view(texts).substr(at, size); }
};

// Rows that wait on the disk for their pass, in a file that nobody else sees.
class Parked {
 public:
  explicit Parked(const std::string& path)
      : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (!fd_ || ::unlink(path.c_str()) != 0) throw Error("cannot write", path, errno);
  }
  void add(Row row, std::string_view value, std::string_view path) {
    row.value_size = uint32_t(value.size()), row.path_size = uint32_t(path.size());
    buffer_.append(reinterpret_cast<const char*>(&row), sizeof row);
    buffer_ += value, buffer_ += path;
    if (buffer_.size() >= buffered) flush();
  }
  template <class Each>
  void each(Each each) {
    flush();
    size_t at = 0;  // in the buffer
    for (uint64_t read = 0; read < size_ || at < buffer_.size();) {
      Row row;
      const auto whole = [&] {
        if (buffer_.size() - at < sizeof row) return false;
        std::memcpy(&row, buffer_.data() + at, sizeof row);
        return buffer_.size() - at - sizeof row >= size_t(row.value_size) + row.path_size;
      };
      if (!whole()) {
        check(read < size_, "parked rows are whole");
        buffer_.erase(0, at), at = 0;
        read += more(read);
        continue;
      }
      const std::string_view texts(buffer_.data() + at + sizeof row, size_t(row.value_size) + row.path_size);
      each(row, texts.substr(0, row.value_size), texts.substr(row.value_size));
      at += sizeof row + texts.size();
    }
    buffer_ = {};
  }

 private:
  static constexpr size_t buffered = 256 * KiB;

  void flush() {
    for (size_t done = 0; done < buffer_.size();) {
      const ssize_t n = ::pwrite(fd_.get(), buffer_.data() + done, buffer_.size() - done, off_t(size_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw Error("cannot write", path_, errno);
      done += size_t(n), size_ += uint64_t(n);
    }
    buffer_.clear();
  }
  uint64_t more(uint64_t from) {
    const size_t had = buffer_.size();
    buffer_.resize(had + std::min<uint64_t>(buffered, size_ - from));
    for (;;) {
      const ssize_t n = ::pread(fd_.get(), buffer_.data() + had, buffer_.size() - had, off_t(from));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw Error("cannot read", path_, n < 0 ? errno : EIO);
      buffer_.resize(had + size_t(n));
      return uint64_t(n);
    }
  }

  std::string path_, buffer_;
  Fd fd_;
  uint64_t size_ = 0;
};

class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)), temporary_(path_ + ".new") {
    fd_ = Fd(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd_) throw Error("cannot write", temporary_, errno);
    IndexHeader header{};
    write(&header, sizeof header);  // its place
  }
  ~Output() {
    if (fd_) ::unlink(temporary_.c_str());  // not finished
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  template <class T>
  uint64_t put(const std::vector<T>& items) {
    uint64_t begin = put(items.data(), items.size() * sizeof(T) / 8 * 8);
    if (size_t rest = items.size() * sizeof(T) % 8) {
      char last[8] = {};
      std::memcpy(last, reinterpret_cast<const char*>(items.data()) + items.size() * sizeof(T) - rest, rest);
      put(last, sizeof last);
    }
    return begin;
  }
  uint64_t put(std::string& text) {
    text.resize((text.size() + 7) / 8 * 8);
    return put(text.data(), text.size());
  }
  void finish(IndexHeader& header) {
    header.size = at_;
    header.checksum = index_checksum(std::move(checksum_), header);
    if (::pwrite(fd_.get(), &header, sizeof header, 0) != ssize_t(sizeof header))
      throw Error("cannot write", temporary_, errno);
    // Begun now, it costs little to wait for later (sync_indexes).
    ::sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    fd_ = Fd();
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) throw Error("cannot rename to", path_, errno);
  }

 private:
  uint64_t put(const void* from, size_t size) {
    check(size % 8 == 0, "the parts of an index are aligned");
    uint64_t begin = at_;
    checksum_.update(Bytes(static_cast<const uint8_t*>(from), size));
    write(from, size);
    return begin;
  }
  void write(const void* from, size_t size) {
    auto bytes = static_cast<const char*>(from);
    while (size > 0) {
      ssize_t n = ::write(fd_.get(), bytes, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw Error("cannot write", temporary_, errno);
      bytes += n, size -= size_t(n), at_ += uint64_t(n);
    }
  }
  std::string path_, temporary_;
  Fd fd_;
  uint64_t at_ = 0;
  Checksum checksum_;
};

template <size_t n>
void fill(char (&field)[n], const std::string& text) {
  std::memcpy(field, text.data(), std::min(n, text.size()));
}

uint64_t passes_for(uint64_t rows) {
  return std::bit_ceil(rows / rows_per_segment + 1);
}

uint16_t kind_number(std::string_view kind) {
  const Kind* found = find_kind(kind);
  check(found != nullptr, "a kind that is in the table");
  return uint16_t(found - kinds().data());
}

uint64_t put_text(std::string& to, std::string_view text) {
  uint64_t at = to.size();
  auto size = uint32_t(text.size());
  char bytes[4];
  std::memcpy(bytes, &size, 4);
  to.append(bytes, 4);
  to += text;
  return at;
}

}  // namespace

struct IndexBuild::Memory {
  Memory() {
    for (const Kind& kind : kinds()) seeds.push_back(hash_text(0, kind.name));
  }
  std::vector<uint64_t> seeds;  // by kind: of its values' hashes
  std::vector<Bucket> buckets;
  std::vector<std::pair<uint64_t, uint32_t>> order;  // hash and number of each row of a bucket
  std::vector<IndexEntry> entries;
  std::vector<IndexPlace> places;
  std::vector<uint32_t> directory;
  std::string texts, low, both;
  std::vector<Occurrence> seen;  // of an entry
};

class IndexBuild::Impl {
 public:
  Impl(const std::string& path, Memory& memory) : path_(path), memory_(memory), out_(path) {
    for (auto* list : {&amounts_, &own_amounts_, &entries_of_kind_}) list->assign(kinds().size(), 0);
  }

  void add_file(const File& row) {
    FileInfo& file = info(row.id);
    file.is_file = true;
    file.path = row.path, file.sha256 = row.sha256;
    file.out.id = row.id, file.out.size = row.size;
    file.out.flags = flags_of(row.path, row.type, row.size, row.state);
    if (!file.sha256.empty()) file.out.content = index_hash("file_sha256", file.sha256);
    file.out.twin = hash_text(file.out.content, row.path);
    file.out.mark = mix_hash(file.out.twin, row.inode ^ 0x9e3779b97f4a7c15);
    file.out.folder = hash_text(row.volume, row.path.substr(0, row.path.rfind('/') + 1));
  }
  void add_beginning(uint64_t file_id, uint64_t offset) { info(file_id).offset = offset; }

  uint64_t files() const { return files_.size(); }
  Messages& messages() { return messages_; }

  void expect(uint64_t most_rows) {
    if (const uint64_t parts = passes_for(most_rows); parts > 1)
      for (uint64_t i = 0; i < parts; ++i)
        parked_.push_back(std::make_unique<Parked>(fmt::format("{}.rows-{}", path_, i)));
    else
      empty_buckets(most_rows);
  }
  void add_volume(std::string_view serial, uint64_t offset) {
    if (serial.empty()) return;
    Row row;
    row.offset = row.position = offset, row.kind = kind_serial_;
    add(row, serial, {}, {});
  }
  void add_feature(const Feature& feature) {
    std::string_view value = feature.value;
    const auto kind = uint16_t(feature.kind - kinds().data());
    // A bare domain is in every URL, so a URL counts only with a query, which is where tokens and identities are.
    if (kind == kind_url_ && !holds(value, "?")) return;
    Row row;
    row.kind = kind;
    // One stick is known by its serial alone in some places, behind its vendor and product in others.
    if (row.kind == kind_device_) row.kind = kind_usb_, value = value.substr(value.rfind(':') + 1);
    row.offset = feature.offset;
    row.file = uint32_t(feature.file_id.value_or(0));
    row.position = feature.file_offset.value_or(row.offset);
    row.role = uint8_t(role_number(feature.role));
    row.stopped = feature.stopped;
    // What a text is like is no value in it.
    if (row.file < files_.size() && row.kind != kind_text_) ++files_[row.file].out.selectors;
    if (row.kind == kind_sid_ && starts(value, "S-1-5-21-")) {
      size_t end = 8;  // three numbers make the machine or domain; a fourth the account
      for (int part = 0; part < 3 && end != std::string_view::npos; ++part) end = value.find('-', end + 1);
      Row machine = row;
      machine.kind = kind_machine_;
      add(machine, value.substr(0, end), {}, feature.path);
    }
    add(row, value, feature.shown, feature.path);
  }
  bool write(uint64_t rows) {
    passes_ = passes_for(rows);
    const uint64_t parts = std::max<uint64_t>(parked_.size(), 1);
    if (passes_ > parts) return false;
    add_contents();
    std::vector<SegmentAt> segments;
    for (uint64_t pass = 0; pass < passes_; ++pass) {
      if (!parked_.empty()) empty_buckets(rows / passes_);
      for (uint64_t part = pass * parts / passes_; part < (pass + 1) * parts / passes_ && !parked_.empty(); ++part)
        parked_[part]->each(
            [&](const Row& row, std::string_view value, std::string_view path) { add_to_bucket(row, value, path); });
      segments.push_back(write_segment());
    }
    write_files(header_);
    header_.messages = messages_.all().size(), header_.messages_at = out_.put(messages_.all());
    header_.segments = segments.size(), header_.segment_table = out_.put(segments);
    header_.kinds = kinds().size(), header_.amounts_at = out_.put(amounts_);
    header_.own_amounts_at = out_.put(own_amounts_), header_.entries_of_kind_at = out_.put(entries_of_kind_);
    header_.selectors = selectors_;
    return true;
  }
  void finish(const std::string& pack, const std::string& image) {
    IndexHeader header = header_;
    std::memcpy(header.magic, index_magic.data(), index_magic.size());
    fill(header.pack, pack);
    fill(header.image, image);
    out_.finish(header);
  }

 private:
  FileInfo& info(uint64_t id) {
    if (id >= files_.size()) files_.resize(id + 1);
    return files_[id];
  }

  void empty_buckets(uint64_t rows) {
    uint64_t count = std::min(std::bit_ceil(rows / rows_per_bucket + 1), most_buckets);
    memory_.buckets.resize(count);
    for (Bucket& bucket : memory_.buckets) {
      bucket.rows.clear(), bucket.texts.clear();
      bucket.rows.reserve(rows / count * 9 / 8);
    }
  }

  // The contents of files, as selectors.
  void add_contents() {
    for (const FileInfo& file : files_) {
      if (!file.is_file || file.sha256.empty() || file.out.size < least_file) continue;
      Row row;
      row.file = uint32_t(file.out.id), row.offset = file.offset, row.kind = kind_file_;
      std::string path = fmt::format("#{}+0", file.out.id);
      add(row, file.sha256, {}, path);
    }
  }

  void add(Row row, std::string_view value, std::string_view shown, std::string_view path) {
    if (kinds()[row.kind].fold_case) value = folded(value);
    row.hash = hash_text(memory_.seeds[row.kind], value);
    if (!shown.empty()) {
      memory_.both.assign(value).push_back('\0');
      value = memory_.both.append(shown);
    }
    row.layered = holds(path, "-");
    row.rank = rank(row);
    if (is_plain(path, row.offset)) path = {};
    if (parked_.empty())
      add_to_bucket(row, value, path);
    else
      parked_[part_of(row.hash, parked_.size())]->add(row, value, path);
  }
  void add_to_bucket(Row row, std::string_view value, std::string_view path) {
    Bucket& bucket = memory_.buckets[part_of(within_part(row.hash, passes_), memory_.buckets.size())];
    row.value = bucket.texts.size(), row.value_size = uint32_t(value.size());
    bucket.texts += value;
    row.path = bucket.texts.size(), row.path_size = uint32_t(path.size());
    bucket.texts += path;
    bucket.rows.push_back(row);
  }
  std::string_view folded(std::string_view value) {
    if (std::none_of(value.begin(), value.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return value;
    return memory_.low = lower_ascii(value);
  }

  static bool is_plain(std::string_view path, uint64_t offset) {
    uint64_t n = 0;
    for (char c : path) {
      if (!is_digit(static_cast<unsigned char>(c)) || n > UINT64_MAX / 10 - 10) return false;
      n = n * 10 + uint64_t(c - '0');
    }
    return path.empty() || n == offset;
  }

  static constexpr uint8_t rank_of_cache = 4;
  // What tells most comes first: a record, a user's file, a deleted one, unallocated space, a cache, software.
  uint8_t rank(const Row& row) const {
    uint32_t flags = row.file && row.file < files_.size() ? files_[row.file].out.flags : 0;
    if ((flags & in_software) && !tells_of_use(row.role)) return 5;
    if (flags & in_cache) return rank_of_cache;
    if (!row.file && row.kind != kind_serial_) return 3;
    if (flags & not_allocated) return 2;
    return row.role ? 0 : 1;
  }

  SegmentAt write_segment() {
    memory_.entries.clear(), memory_.places.clear();
    memory_.texts.assign(1, '\0');
    for (const Bucket& bucket : memory_.buckets) add_entries(bucket);
    SegmentAt at;
    at.entries = memory_.entries.size(), at.entries_at = out_.put(memory_.entries);
    at.places = memory_.places.size(), at.places_at = out_.put(memory_.places);
    at.texts = memory_.texts.size(), at.texts_at = out_.put(memory_.texts);
    make_directory();
    at.cells = memory_.directory.size() - 1, at.directory_at = out_.put(memory_.directory);
    selectors_ += memory_.entries.size();
    return at;
  }
  void make_directory() {
    const uint64_t cells = std::bit_ceil(memory_.entries.size() / entries_of_a_cell + 1);
    std::vector<uint32_t>& directory = memory_.directory;
    directory.assign(cells + 1, 0);
    for (const IndexEntry& entry : memory_.entries) ++directory[part_of(within_part(entry.hash, passes_), cells) + 1];
    for (uint64_t cell = 0; cell < cells; ++cell) directory[cell + 1] += directory[cell];
  }

  // Small things are sorted, and rows are looked at only where hashes are equal.
  void add_entries(const Bucket& bucket) {
    auto& order = memory_.order;
    order.clear();
    for (uint32_t i = 0; i < bucket.rows.size(); ++i) order.emplace_back(bucket.rows[i].hash, i);
    std::sort(order.begin(), order.end());
    auto before = [&](const Row* p, const Row* q) {
      const Row &x = *p, &y = *q;
      if (x.kind != y.kind) return x.kind < y.kind;
      if (int less = bucket.text(x.value, x.value_size).compare(bucket.text(y.value, y.value_size))) return less < 0;
      auto key = [](const Row& row) {  // what a stop list sets aside comes last
        return std::tuple(row.stopped, row.rank, row.offset, row.position, row.file, row.role);
      };
      if (key(x) != key(y)) return key(x) < key(y);
      return bucket.text(x.path, x.path_size) < bucket.text(y.path, y.path_size);
    };
    auto same = [&](const Row& x, const Row& y) {
      return x.kind == y.kind && bucket.text(x.value, x.value_size) == bucket.text(y.value, y.value_size);
    };
    std::vector<const Row*> group;  // of one hash
    for (size_t at = 0; at < order.size();) {
      group.clear();
      uint64_t hash = order[at].first;
      for (; at < order.size() && order[at].first == hash; ++at) group.push_back(&bucket.rows[order[at].second]);
      // Rows come in order of their place, and mostly are of one rank.
      if (!std::is_sorted(group.begin(), group.end(), before)) std::sort(group.begin(), group.end(), before);
      for (size_t begin = 0, end; begin < group.size(); begin = end) {
        for (end = begin + 1; end < group.size() && same(*group[begin], *group[end]);) ++end;
        add_entry(bucket, std::span(group).subspan(begin, end - begin));
      }
    }
  }

  void add_entry(const Bucket& bucket, std::span<const Row* const> rows) {
    IndexEntry entry;
    entry.hash = rows[0]->hash, entry.kind = rows[0]->kind;
    entry.text = put_text(memory_.texts, bucket.text(rows[0]->value, rows[0]->value_size));
    entry.first_place = uint32_t(memory_.places.size());
    entry.occurrences = uint32_t(std::min<size_t>(rows.size(), UINT32_MAX));
    memory_.seen.clear();
    const Row* strongest = nullptr;  // by its role
    bool own = false;
    for (const Row* one : rows) {
      const Row& row = *one;
      memory_.seen.push_back({row.file, row.position, message_of(row)});
      if (memory_.places.size() - entry.first_place < places_kept && is_new_place(row, entry)) add_place(bucket, row);
      if (row.rank >= rank_of_cache) continue;
      own = true;
      if (row.role && (!strongest || row.role < strongest->role)) strongest = one;
    }
    if (strongest) entry.role = strongest->role, keep_place_of_role(bucket, *strongest, entry);
    std::sort(memory_.seen.begin(), memory_.seen.end());
    uint32_t here = 0;  // in this file so far
    for (size_t i = 0; i < memory_.seen.size(); ++i) {
      const Occurrence& one = memory_.seen[i];
      if (i > 0 && memory_.seen[i - 1].with(one)) continue;
      here = i == 0 || memory_.seen[i - 1].file != one.file ? 1 : here + 1;
      if (is_collection(one.file) || one.message != no_message || here <= occasions_of_a_file)
        ++entry.times, entry.remnants += is_remnant(one.file);
    }
    entry.places = uint16_t(memory_.places.size() - entry.first_place);
    ++entries_of_kind_[entry.kind];
    ++amounts_[entry.kind];
    own_amounts_[entry.kind] += own;
    memory_.entries.push_back(entry);
  }

  bool is_remnant(uint32_t file) const {
    return !file || file >= files_.size() || (files_[file].out.flags & not_allocated);
  }
  bool is_collection(uint32_t file) const {
    return !file || file >= files_.size() || (files_[file].out.flags & collection);
  }
  uint32_t message_of(const Row& row) const {
    return row.layered || messages_.none() ? no_message : messages_.at(row.file, row.position);
  }
  // Once per file; in a collection and in unallocated space once per neighbourhood.
  bool is_new_place(const Row& row, const IndexEntry& entry) const {
    uint32_t number = row.file && row.file < files_.size() ? files_[row.file].number : no_file;
    bool many = is_collection(row.file);
    for (size_t i = entry.first_place; i < memory_.places.size(); ++i) {
      const IndexPlace& place = memory_.places[i];
      if (place.file != number || (row.file && number == no_file)) continue;
      uint64_t distance = place.position > row.position ? place.position - row.position : row.position - place.position;
      if (!many || distance < apart) return false;
    }
    return true;
  }

  void add_place(const Bucket& bucket, const Row& row) {
    IndexPlace place;
    place.offset = row.offset, place.position = row.position, place.role = row.role;
    place.stopped = row.stopped;
    place.message = message_of(row);
    if (row.path_size) place.path = put_text(memory_.texts, bucket.text(row.path, row.path_size));
    if (row.file && row.file < files_.size() && files_[row.file].is_file) {
      FileInfo& file = files_[row.file];
      if (file.number == no_file) file.number = uint32_t(used_.size()), used_.push_back(row.file);
      place.file = file.number;
    }
    memory_.places.push_back(place);
  }

  // The record that gives an entry its role is among its places, though others may come before it.
  void keep_place_of_role(const Bucket& bucket, const Row& row, const IndexEntry& entry) {
    for (size_t i = entry.first_place; i < memory_.places.size(); ++i)
      if (memory_.places[i].role == row.role) return;
    if (memory_.places.size() - entry.first_place == places_kept) memory_.places.pop_back();
    add_place(bucket, row);
    // Behind the one that tells most, and so in front of those that a stop list sets aside.
    const auto first = memory_.places.begin() + entry.first_place;
    if (memory_.places.end() - first > 2) std::rotate(first + 1, memory_.places.end() - 1, memory_.places.end());
  }

  void write_files(IndexHeader& header) {
    std::vector<IndexFile> files;
    std::string texts(1, '\0');
    for (uint32_t id : used_) {
      IndexFile file = files_[id].out;
      file.path = put_text(texts, files_[id].path);
      if (!files_[id].sha256.empty()) file.sha256 = put_text(texts, files_[id].sha256);
      files.push_back(file);
    }
    header.files = files.size(), header.files_at = out_.put(files);
    header.file_texts = texts.size(), header.file_texts_at = out_.put(texts);
  }

  const std::string path_;
  Memory& memory_;
  Output out_;
  IndexHeader header_{};
  std::vector<std::unique_ptr<Parked>> parked_;  // by stretch of the hash's range; none when all rows fit into memory
  const uint16_t kind_file_ = kind_number("file_sha256"), kind_serial_ = kind_number("volume_serial"),
                 kind_machine_ = kind_number("sid_machine"), kind_usb_ = kind_number("usb_serial"),
                 kind_text_ = kind_number(document_text), kind_url_ = kind_number("url"),
                 kind_device_ = kind_number("usb_device_id"), kind_sid_ = kind_number("sid");
  uint64_t passes_ = 1, selectors_ = 0;
  Messages messages_;
  std::vector<FileInfo> files_;  // by file_id
  std::vector<uint32_t> used_;   // file_id by number in the index
  std::vector<uint64_t> amounts_, own_amounts_, entries_of_kind_;
};

std::string pack_digest(const Source& source) {
  std::string digest = pack::info(source.folder).pack_sha256;
  if (std::string rules = source.scope.rules_for(source.exhibit); !rules.empty())
    digest = sha256_hex(as_bytes(digest + rules));
  if (source.tokens.empty()) return digest;
  return sha256_hex(as_bytes(digest + sha256_hex(as_bytes(read_file(source.tokens)))));
}

IndexBuild::Room::Room() : memory_(std::make_unique<Memory>()) {}
IndexBuild::Room::~Room() = default;

IndexBuild::IndexBuild(const std::string& path, Room& room) : impl_(std::make_unique<Impl>(path, *room)) {}
IndexBuild::~IndexBuild() = default;

void IndexBuild::add_file(const File& row) {
  impl_->add_file(row);
}
void IndexBuild::add_beginning(uint64_t file_id, uint64_t offset) {
  impl_->add_beginning(file_id, offset);
}
uint64_t IndexBuild::files() const {
  return impl_->files();
}
Messages& IndexBuild::messages() {
  return impl_->messages();
}
void IndexBuild::expect(uint64_t most_rows) {
  impl_->expect(most_rows);
}
void IndexBuild::add_volume(std::string_view serial, uint64_t offset) {
  impl_->add_volume(serial, offset);
}
void IndexBuild::add_feature(const Feature& row) {
  impl_->add_feature(row);
}
bool IndexBuild::write(uint64_t rows) {
  return impl_->write(rows);
}
void IndexBuild::finish(const std::string& pack, const std::string& image) {
  impl_->finish(pack, image);
}

}  // namespace weft::link
