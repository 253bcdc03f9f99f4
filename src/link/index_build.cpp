// How an index is made.
//
// The rows of the pack are streamed once per segment; a segment is a stretch of the hash's range, small enough for its
// rows to be sorted in memory. Most exhibits need one. Ten million rows take five passes, and no more memory. Within a
// segment rows fall into buckets by the next bits of the hash as they come, each with the texts of its rows beside it:
// a bucket is sorted and written while it is in the processor's cache, and memory is never walked at random.
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <tuple>
#include <unistd.h>

#include "base/error.h"
#include "base/places.h"
#include "base/text.h"
#include "link/index_format.h"
#include "link/messages.h"
#include "model/text_signature.h"
#include "pack/database.h"

namespace weft::link {
namespace {

using pack::Database;

constexpr uint64_t least_file = 1024;     // smaller files are templates, markers and settings
constexpr uint64_t whole_file = 1 << 20;  // a larger file is a collection of things
constexpr uint64_t rows_per_segment = 2'000'000;
constexpr uint64_t rows_per_bucket = 4096, most_buckets = 512;
constexpr uint64_t apart = 4096;              // places nearer than this in one collection are one place
constexpr uint32_t occasions_of_a_file = 20;  // a text that repeats one address is not many texts
constexpr uint64_t beside = 512;              // occurrences nearer than this in one collection are one occasion

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

struct Bucket {
  std::vector<Row> rows;
  std::string texts;
  std::string_view text(uint64_t at, uint32_t size) const { return std::string_view(texts).substr(at, size); }
};

class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)), temporary_(path_ + ".new") {
    fd_ = Fd(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd_) throw Error("cannot write", temporary_, errno);
    IndexHeader header{};
    write(&header, sizeof header);  // its place
  }
  uint64_t at() const { return at_; }
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

struct IndexBuilder::Memory {
  explicit Memory(Database& open) : database(open) {
    for (const Kind& kind : kinds()) seeds.push_back(hash_text(0, kind.name));
  }
  Database& database;
  std::vector<uint64_t> seeds;  // by kind: of its values' hashes
  std::vector<Bucket> buckets;
  std::vector<std::pair<uint64_t, uint32_t>> order;  // hash and number of each row of a bucket
  std::vector<IndexEntry> entries;
  std::vector<IndexPlace> places;
  std::vector<uint32_t> directory;
  std::string texts, low;
  std::vector<std::pair<uint32_t, uint64_t>> seen;  // file and position of an entry's rows
};

class IndexBuilder::Build {
 public:
  Build(const Source& source, const std::string& pack, Memory& memory)
      : source_(source), pack_(pack), memory_(memory), database_(memory.database), out_(source.index) {}

  void run() {
    IndexHeader header{};
    static constexpr std::string_view tables[] = {"exhibit", "volume", "file", "extent", "feature"};
    database_.keep_to(source_.scope);
    database_.attach_packs({source_.folder}, tables);
    read_files();
    messages_.read(database_);
    uint64_t rows = std::stoull(database_.value("SELECT count(*) FROM feature").value_or("0")) + files_.size();
    passes_ = std::bit_ceil(rows / rows_per_segment + 1);
    make_buckets(rows / passes_);
    std::vector<SegmentAt> table;
    for (uint64_t pass = 0; pass < passes_; ++pass) {
      read_rows(pass);
      table.push_back(write_segment());
    }
    write_files(header);
    header.messages = messages_.all().size(), header.messages_at = out_.put(messages_.all());
    header.segments = table.size(), header.segment_table = out_.put(table);
    header.kinds = kinds().size(), header.amounts_at = out_.put(amounts_);
    header.own_amounts_at = out_.put(own_amounts_), header.entries_of_kind_at = out_.put(entries_of_kind_);
    header.selectors = selectors_;
    std::memcpy(header.magic, index_magic.data(), index_magic.size());
    fill(header.pack, pack_);
    fill(header.image, database_.value("SELECT sha256 FROM exhibit").value_or(""));
    out_.finish(header);
  }

 private:
  void read_files() {
    auto info = [&](uint64_t id) -> FileInfo& {
      if (id >= files_.size()) files_.resize(id + 1);
      return files_[id];
    };
    database_.scan(R"(SELECT file_id, path, size, type, sha256, state, volume, inode FROM file WHERE kind = 'file')",
                   [&](const Database::Batch& batch) {
                     for (size_t r = 0; r < batch.rows(); ++r) {
                       std::string_view path = batch.text(1, r);
                       FileInfo& file = info(batch.number(0, r));
                       file.is_file = true;
                       file.path = path, file.sha256 = batch.text(4, r);
                       file.out.id = batch.number(0, r), file.out.size = batch.number(2, r);
                       file.out.flags = flags_of(path, batch.text(3, r), file.out.size, batch.text(5, r));
                       if (!file.sha256.empty()) file.out.content = index_hash("file_sha256", file.sha256);
                       file.out.twin = hash_text(file.out.content, path);
                       file.out.mark = mix_hash(file.out.twin, batch.number(7, r) ^ 0x9e3779b97f4a7c15);
                       file.out.folder = hash_text(batch.number(6, r), path.substr(0, path.rfind('/') + 1));
                     }
                   });
    database_.scan(
        R"(SELECT file_id, "offset" FROM extent WHERE file_offset = 0 AND kind IN ('data', 'compressed', 'resident'))",
        [&](const Database::Batch& batch) {
          for (size_t r = 0; r < batch.rows(); ++r) info(batch.number(0, r)).offset = batch.number(1, r);
        });
    for (auto* list : {&amounts_, &own_amounts_, &entries_of_kind_}) list->assign(kinds().size(), 0);
  }

  void make_buckets(uint64_t rows) {
    uint64_t count = std::min(std::bit_ceil(rows / rows_per_bucket + 1), most_buckets);
    memory_.buckets.resize(count);
    for (Bucket& bucket : memory_.buckets) bucket.rows.reserve(rows / count * 9 / 8);
  }

  // Rows whose hash falls into this pass.
  void read_rows(uint64_t pass) {
    for (Bucket& bucket : memory_.buckets) bucket.rows.clear(), bucket.texts.clear();
    pass_ = pass;
    read_features();
    for (const FileInfo& file : files_) {
      if (!file.is_file || file.sha256.empty() || file.out.size < least_file) continue;
      Row row;
      row.file = uint32_t(file.out.id), row.offset = file.offset, row.kind = kind_file_;
      std::string path = fmt::format("#{}+0", file.out.id);
      add(row, file.sha256, {}, path);
    }
    database_.scan(R"(SELECT serial, "offset" FROM volume WHERE serial <> '')", [&](const Database::Batch& batch) {
      for (size_t r = 0; r < batch.rows(); ++r) {
        Row row;
        row.offset = row.position = batch.number(1, r), row.kind = kind_serial_;
        add(row, batch.text(0, r), {}, {});
      }
    });
  }

  void read_features() {
    std::string wanted, secret;
    for (const Kind& kind : kinds()) (kind.secret ? secret : wanted) += fmt::format(",{}", Database::quote(kind.name));
    std::string columns = R"(f."offset", f.path, f.file_id, f.file_offset, f.role, CAST(f.stopped AS UBIGINT))";
    std::string sql =
        fmt::format("SELECT f.kind, f.value, CAST(NULL AS VARCHAR), {} FROM feature f WHERE f.kind IN ({})", columns,
                    wanted.substr(1));
    if (!source_.tokens.empty())
      sql += fmt::format(
          " UNION ALL SELECT f.kind, t.token, f.value, {} FROM feature f JOIN read_parquet({}) t ON f.kind = t.kind "
          "AND "
          "f.value = t.value AND f.path = t.path WHERE f.kind IN ({})",
          columns, Database::quote(source_.tokens), secret.substr(1));
    database_.scan(sql, [&](const Database::Batch& batch) {
      for (size_t r = 0; r < batch.rows(); ++r) add_feature(batch, r);
    });
  }

  void add_feature(const Database::Batch& batch, size_t r) {
    std::string_view kind = batch.text(0, r), value = batch.text(1, r);
    if (kind != last_kind_) last_kind_ = kind, last_number_ = kind_number(kind);
    // A bare domain is in every URL, so a URL counts only with a query, which is where tokens and identities are.
    if (kind == "url" && !holds(value, "?")) return;
    Row row;
    row.kind = last_number_;
    // One stick is known by its serial alone in some places, behind its vendor and product in others.
    if (kind == "usb_device_id") row.kind = kind_usb_, value = value.substr(value.rfind(':') + 1);
    row.offset = batch.number(3, r);
    row.file = uint32_t(batch.number(5, r));
    row.position = batch.is_null(6, r) ? row.offset : batch.number(6, r);
    row.role = uint8_t(role_number(batch.text(7, r)));
    row.stopped = batch.number(8, r) != 0;
    // What a text is like is no value in it.
    if (!row.stopped && row.file < files_.size() && pass_ == 0 && row.kind != kind_text_)
      ++files_[row.file].out.selectors;
    std::string_view path = batch.text(4, r);
    if (kind == "sid" && starts(value, "S-1-5-21-")) {
      size_t end = 8;  // three numbers make the machine or domain; a fourth the account
      for (int part = 0; part < 3 && end != std::string_view::npos; ++part) end = value.find('-', end + 1);
      Row machine = row;
      machine.kind = kind_machine_;
      add(machine, value.substr(0, end), {}, path);
    }
    add(row, value, batch.text(2, r), path);
  }

  void add(Row row, std::string_view value, std::string_view shown, std::string_view path) {
    if (kinds()[row.kind].fold_case) value = folded(value);
    row.hash = hash_text(memory_.seeds[row.kind], value);
    if (part_of(row.hash, passes_) != pass_) return;
    Bucket& bucket = memory_.buckets[part_of(within_part(row.hash, passes_), memory_.buckets.size())];
    row.value = bucket.texts.size(), row.value_size = uint32_t(value.size());
    bucket.texts += value;
    if (!shown.empty()) {
      bucket.texts += '\0';
      bucket.texts += shown;
      row.value_size += uint32_t(shown.size()) + 1;
    }
    if (!is_plain(path, row.offset)) {
      row.path = bucket.texts.size(), row.path_size = uint32_t(path.size());
      bucket.texts += path;
    }
    row.layered = holds(path, "-");
    row.rank = rank(row);
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

  static constexpr uint8_t rank_of_cache = 4, rank_of_stopped = 6;
  // What tells most comes first: a record, a user's file, a deleted one, unallocated space, a cache, software; and what
  // a stop list sets aside comes last.
  uint8_t rank(const Row& row) const {
    if (row.stopped) return rank_of_stopped;
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
      auto key = [](const Row& row) { return std::tuple(row.rank, row.offset, row.position, row.file, row.role); };
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
      if (group.size() > 1) std::sort(group.begin(), group.end(), before);
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
    for (const Row* one : rows) {
      const Row& row = *one;
      if (!row.stopped) memory_.seen.push_back({row.file, row.position});
      if (memory_.places.size() - entry.first_place < places_kept && is_new_place(row, entry)) add_place(bucket, row);
    }
    std::sort(memory_.seen.begin(), memory_.seen.end());
    uint32_t here = 0;  // in this file so far
    for (size_t i = 0; i < memory_.seen.size(); ++i) {
      bool other_file = i == 0 || memory_.seen[i].first != memory_.seen[i - 1].first;
      if (!other_file && memory_.seen[i].second <= memory_.seen[i - 1].second + beside) continue;
      here = other_file ? 1 : here + 1;
      bool many = memory_.seen[i].first >= files_.size() || !memory_.seen[i].first ||
                  (files_[memory_.seen[i].first].out.flags & collection);
      if (many || here <= occasions_of_a_file) ++entry.times;
    }
    entry.places = uint16_t(memory_.places.size() - entry.first_place);
    ++entries_of_kind_[entry.kind];
    amounts_[entry.kind] += !rows[0]->stopped;
    own_amounts_[entry.kind] += rows[0]->rank < rank_of_cache;
    memory_.entries.push_back(entry);
  }

  bool is_collection(const Row& row) const {
    return !row.file || row.file >= files_.size() || (files_[row.file].out.flags & collection);
  }
  // Once per file; in a collection and in unallocated space once per neighbourhood.
  bool is_new_place(const Row& row, const IndexEntry& entry) const {
    uint32_t number = row.file && row.file < files_.size() ? files_[row.file].number : no_file;
    bool many = is_collection(row);
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
    if (!row.layered) place.message = messages_.at(row.file, row.position);
    if (row.path_size) place.path = put_text(memory_.texts, bucket.text(row.path, row.path_size));
    if (row.file && row.file < files_.size() && files_[row.file].is_file) {
      FileInfo& file = files_[row.file];
      if (file.number == no_file) file.number = uint32_t(used_.size()), used_.push_back(row.file);
      place.file = file.number;
    }
    memory_.places.push_back(place);
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

  const Source& source_;
  const std::string& pack_;
  Memory& memory_;
  Database& database_;
  Output out_;
  const uint16_t kind_file_ = kind_number("file_sha256"), kind_serial_ = kind_number("volume_serial"),
                 kind_machine_ = kind_number("sid_machine"), kind_usb_ = kind_number("usb_serial"),
                 kind_text_ = kind_number(document_text);
  uint16_t last_number_ = 0;
  std::string last_kind_;
  uint64_t pass_ = 0, passes_ = 1, selectors_ = 0;
  Messages messages_;
  std::vector<FileInfo> files_;  // by file_id
  std::vector<uint32_t> used_;   // file_id by number in the index
  std::vector<uint64_t> amounts_, own_amounts_, entries_of_kind_;
};

IndexBuilder::IndexBuilder(Database& database) : memory_(std::make_unique<Memory>(database)) {}
IndexBuilder::~IndexBuilder() = default;

void IndexBuilder::make(const Source& source, const std::string& pack) {
  Build(source, pack, *memory_).run();
}

}  // namespace weft::link
