// How an index is made, and how it lies on disk.
//
// Making: the rows of the pack are streamed once per segment; a segment is a stretch of the hash's range, small enough
// for its rows to be sorted in memory. Most exhibits need one. Ten million rows take five passes, and no more memory.
//
// On disk: header, segments (entries, places, texts), files, texts of files, table of segments. All offsets are checked
// against the size of the file when it is opened; what the structs point to is checked when it is used.
#include "link/index.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <thread>
#include <tuple>
#include <type_traits>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/places.h"
#include "base/text.h"
#include "link/messages.h"
#include "model/text_signature.h"
#include "pack/database.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

static_assert(std::endian::native == std::endian::little, "an index lies in the file as it lies in memory");
using pack::Database;

constexpr std::string_view magic = "WEFTIDXD";
constexpr uint64_t least_file = 1024;     // smaller files are templates, markers and settings
constexpr uint64_t whole_file = 1 << 20;  // a larger file is a collection of things
constexpr uint64_t rows_per_segment = 2'000'000;
constexpr uint64_t apart = 4096;              // places nearer than this in one collection are one place
constexpr uint32_t occasions_of_a_file = 20;  // a text that repeats one address is not many texts
constexpr uint64_t beside = 512;              // occurrences nearer than this in one collection are one occasion

struct Header {
  char magic[8];
  uint64_t size = 0;  // of the file
  uint64_t segments = 0, segment_table = 0;
  uint64_t messages = 0, messages_at = 0;
  uint64_t files = 0, files_at = 0, file_texts = 0, file_texts_at = 0;
  uint64_t selectors = 0, kinds = 0, amounts_at = 0, own_amounts_at = 0;
  char pack[64], image[64];
};
struct SegmentAt {
  uint64_t entries = 0, entries_at = 0, places = 0, places_at = 0, texts = 0, texts_at = 0;
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(IndexEntry) == 32 && sizeof(IndexPlace) == 40 &&
              sizeof(IndexFile) == 72 && sizeof(SegmentAt) == 48);

// Those of docs/parsers.md; what is not here counts as a record without a role of note.
constexpr std::string_view role_names[] = {
    "",          "owner",  "account", "from",       "sender",    "reply_to", "to",     "cc",    "bcc", "contact",
    "guest",     "host",   "network", "attachment", "document",  "device",   "camera", "event", "key", "visit",
    "organiser", "author", "machine", "message",    "reference", "row",      "target", "other"};

uint64_t mixed(uint64_t a, uint64_t b) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
  auto product = static_cast<unsigned __int128>(a) * b;
#pragma GCC diagnostic pop
  return uint64_t(product) ^ uint64_t(product >> 64);
}

// Multiply-and-fold over eight bytes at a time. Not keyed: whoever plants colliding values gains a ledger row.
uint64_t hash_text(uint64_t seed, std::string_view text) {
  constexpr uint64_t p1 = 0x9e3779b97f4a7c15, p2 = 0xd6e8feb86659fd93;
  uint64_t h = mixed(seed ^ p1, text.size() ^ p2);
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    h = mixed(h ^ word, p1) + p2;
  }
  uint64_t word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  return mixed(h ^ word ^ p2, p1);
}

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
  size_t value = 0, path = 0;  // in the arena
  uint32_t value_size = 0, path_size = 0;
  uint32_t file = 0;  // file_id; 0 for none
  uint16_t kind = 0;
  uint8_t role = 0, rank = 0;
  bool layered = false;  // came out of a decoder: its position is the stream's
  bool stopped = false;  // by the examiner's stop list
};

class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)), temporary_(path_ + ".new") {
    fd_ = Fd(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd_) throw Error("cannot write", temporary_, errno);
  }
  uint64_t at() const { return at_; }
  template <class T>
  uint64_t put(const std::vector<T>& items) {
    return put(items.data(), items.size() * sizeof(T));
  }
  uint64_t put(const std::string& text) { return put(text.data(), text.size()); }
  uint64_t put(const void* from, size_t size) {
    static constexpr char zeros[8] = {};
    uint64_t begin = at_;
    write(from, size);
    write(zeros, (8 - at_ % 8) % 8);
    return begin;
  }
  void finish(const Header& header) {
    if (::pwrite(fd_.get(), &header, sizeof header, 0) != ssize_t(sizeof header))
      throw Error("cannot write", temporary_, errno);
    fd_ = Fd();
    publish(temporary_, path_);
  }

 private:
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
};

class Builder {
 public:
  Builder(const Source& source, const std::string& pack, const std::string& temporary, uint64_t memory)
      : source_(source), pack_(pack), database_(temporary, memory, 1), out_(source.index) {
    kind_file_ = number("file_sha256"), kind_serial_ = number("volume_serial"), kind_machine_ = number("sid_machine");
    kind_usb_ = number("usb_serial"), kind_text_ = number(document_text);
  }

  void run() {
    Header header{};
    out_.put(&header, sizeof header);
    database_.attach_packs({source_.folder});
    read_files();
    messages_.read(database_);
    uint64_t rows = std::stoull(database_.value("SELECT count(*) FROM feature").value_or("0")) + files_.size();
    uint64_t passes = std::bit_ceil(rows / rows_per_segment + 1);
    rows_.reserve(rows / passes * 9 / 8), arena_.reserve(rows / passes * 40);
    std::vector<SegmentAt> table;
    for (uint64_t pass = 0; pass < passes; ++pass) {
      read_rows(pass, passes);
      table.push_back(write_segment());
    }
    write_files(header);
    header.messages = messages_.all().size(), header.messages_at = out_.put(messages_.all());
    header.segments = table.size(), header.segment_table = out_.put(table);
    header.kinds = kinds().size(), header.amounts_at = out_.put(amounts_);
    header.own_amounts_at = out_.put(own_amounts_);
    header.selectors = selectors_;
    std::memcpy(header.magic, magic.data(), magic.size());
    fill(header.pack, pack_);
    fill(header.image, database_.value("SELECT sha256 FROM exhibit").value_or(""));
    header.size = out_.at();
    out_.finish(header);
  }

 private:
  static uint16_t number(std::string_view kind) {
    const Kind* found = find_kind(kind);
    check(found != nullptr, "a kind that is in the table");
    return uint16_t(found - kinds().data());
  }
  template <size_t n>
  static void fill(char (&field)[n], const std::string& text) {
    std::memcpy(field, text.data(), std::min(n, text.size()));
  }

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
                       file.out.mark = mixed(file.out.twin, batch.number(7, r) ^ 0x9e3779b97f4a7c15);
                       file.out.folder = hash_text(batch.number(6, r), path.substr(0, path.rfind('/') + 1));
                     }
                   });
    database_.scan(
        R"(SELECT file_id, "offset" FROM extent WHERE file_offset = 0 AND kind IN ('data', 'compressed', 'resident'))",
        [&](const Database::Batch& batch) {
          for (size_t r = 0; r < batch.rows(); ++r) info(batch.number(0, r)).offset = batch.number(1, r);
        });
    for (auto* list : {&amounts_, &own_amounts_}) list->assign(kinds().size(), 0);
  }

  // Rows whose hash falls into this pass.
  void read_rows(uint64_t pass, uint64_t passes) {
    rows_.clear(), arena_.clear();
    pass_ = pass;
    shift_ = 64 - unsigned(std::bit_width(passes) - 1);
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
    if (kind != last_kind_) last_kind_ = kind, last_number_ = number(kind);
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
    std::string low;
    if (kinds()[row.kind].fold_case) value = low = lower_ascii(value);
    row.hash = hash_text(hash_text(0, kinds()[row.kind].name), value);
    if (shift_ < 64 && row.hash >> shift_ != pass_) return;
    row.value = arena_.size(), row.value_size = uint32_t(value.size());
    arena_ += value;
    if (!shown.empty()) {
      arena_ += '\0';
      arena_ += shown;
      row.value_size += uint32_t(shown.size()) + 1;
    }
    if (!is_plain(path, row.offset)) {
      row.path = arena_.size(), row.path_size = uint32_t(path.size());
      arena_ += path;
    }
    row.layered = holds(path, "-");
    row.rank = rank(row);
    rows_.push_back(row);
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

  std::string_view text(size_t at, size_t size) const { return std::string_view(arena_).substr(at, size); }

  SegmentAt write_segment() {
    // Small things are sorted, and rows are looked at only where hashes are equal.
    order_.clear();
    for (uint32_t i = 0; i < rows_.size(); ++i) order_.emplace_back(rows_[i].hash, i);
    std::sort(order_.begin(), order_.end());
    auto before = [&](const Row* p, const Row* q) {
      const Row &x = *p, &y = *q;
      if (x.kind != y.kind) return x.kind < y.kind;
      if (int order = text(x.value, x.value_size).compare(text(y.value, y.value_size))) return order < 0;
      auto key = [](const Row& row) { return std::tuple(row.rank, row.offset, row.position, row.file, row.role); };
      if (key(x) != key(y)) return key(x) < key(y);
      return text(x.path, x.path_size) < text(y.path, y.path_size);
    };
    auto same = [&](const Row& x, const Row& y) {
      return x.kind == y.kind && text(x.value, x.value_size) == text(y.value, y.value_size);
    };
    entries_.clear(), places_.clear();
    texts_.assign(1, '\0');
    std::vector<const Row*> group;  // of one hash
    for (size_t at = 0; at < order_.size();) {
      group.clear();
      uint64_t hash = order_[at].first;
      for (; at < order_.size() && order_[at].first == hash; ++at) group.push_back(&rows_[order_[at].second]);
      if (group.size() > 1) std::sort(group.begin(), group.end(), before);
      for (size_t begin = 0, end; begin < group.size(); begin = end) {
        for (end = begin + 1; end < group.size() && same(*group[begin], *group[end]);) ++end;
        add_entry(std::span(group).subspan(begin, end - begin));
      }
    }
    SegmentAt at;
    at.entries = entries_.size(), at.entries_at = out_.put(entries_);
    at.places = places_.size(), at.places_at = out_.put(places_);
    at.texts = texts_.size(), at.texts_at = out_.put(texts_);
    selectors_ += entries_.size();
    return at;
  }

  static uint64_t put_text(std::string& to, std::string_view text) {
    uint64_t at = to.size();
    auto size = uint32_t(text.size());
    char bytes[4];
    std::memcpy(bytes, &size, 4);
    to.append(bytes, 4);
    to += text;
    return at;
  }

  void add_entry(std::span<const Row* const> rows) {
    IndexEntry entry;
    entry.hash = rows[0]->hash, entry.kind = rows[0]->kind;
    entry.text = put_text(texts_, text(rows[0]->value, rows[0]->value_size));
    entry.first_place = uint32_t(places_.size());
    entry.occurrences = uint32_t(std::min<size_t>(rows.size(), UINT32_MAX));
    seen_.clear();
    for (const Row* one : rows) {
      const Row& row = *one;
      if (!row.stopped) seen_.push_back({row.file, row.position});
      if (places_.size() - entry.first_place < places_kept && is_new_place(row, entry)) add_place(row);
    }
    std::sort(seen_.begin(), seen_.end());
    uint32_t here = 0;  // in this file so far
    for (size_t i = 0; i < seen_.size(); ++i) {
      bool other_file = i == 0 || seen_[i].first != seen_[i - 1].first;
      if (!other_file && seen_[i].second <= seen_[i - 1].second + beside) continue;
      here = other_file ? 1 : here + 1;
      bool many = seen_[i].first >= files_.size() || !seen_[i].first || (files_[seen_[i].first].out.flags & collection);
      if (many || here <= occasions_of_a_file) ++entry.times;
    }
    entry.places = uint16_t(places_.size() - entry.first_place);
    amounts_[entry.kind] += !rows[0]->stopped;
    own_amounts_[entry.kind] += rows[0]->rank < rank_of_cache;
    entries_.push_back(entry);
  }

  bool is_collection(const Row& row) const {
    return !row.file || row.file >= files_.size() || (files_[row.file].out.flags & collection);
  }
  // Once per file; in a collection and in unallocated space once per neighbourhood.
  bool is_new_place(const Row& row, const IndexEntry& entry) const {
    uint32_t number = row.file && row.file < files_.size() ? files_[row.file].number : no_file;
    bool many = is_collection(row);
    for (size_t i = entry.first_place; i < places_.size(); ++i) {
      const IndexPlace& place = places_[i];
      if (place.file != number || (row.file && number == no_file)) continue;
      uint64_t distance = place.position > row.position ? place.position - row.position : row.position - place.position;
      if (!many || distance < apart) return false;
    }
    return true;
  }

  void add_place(const Row& row) {
    IndexPlace place;
    place.offset = row.offset, place.position = row.position, place.role = row.role;
    place.stopped = row.stopped;
    if (!row.layered) place.message = messages_.at(row.file, row.position);
    if (row.path_size) place.path = put_text(texts_, text(row.path, row.path_size));
    if (row.file && row.file < files_.size() && files_[row.file].is_file) {
      FileInfo& file = files_[row.file];
      if (file.number == no_file) file.number = uint32_t(used_.size()), used_.push_back(row.file);
      place.file = file.number;
    }
    places_.push_back(place);
  }

  void write_files(Header& header) {
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
  std::string pack_;
  Database database_;
  Output out_;
  uint16_t kind_file_ = 0, kind_serial_ = 0, kind_machine_ = 0, kind_usb_ = 0, kind_text_ = 0, last_number_ = 0;
  std::string last_kind_;
  uint64_t pass_ = 0, selectors_ = 0;
  unsigned shift_ = 64;
  Messages messages_;
  std::vector<FileInfo> files_;  // by file_id
  std::vector<uint32_t> used_;   // file_id by number in the index
  std::vector<Row> rows_;
  std::vector<std::pair<uint64_t, uint32_t>> order_;  // hash and number of each row
  std::string arena_;
  std::vector<IndexEntry> entries_;
  std::vector<IndexPlace> places_;
  std::string texts_;
  std::vector<uint64_t> amounts_, own_amounts_;
  std::vector<std::pair<uint32_t, uint64_t>> seen_;  // file and position of an entry's rows
};

// What an index was made from: the pack's tables and the tokens beside it.
std::string pack_digest(const Source& source) {
  std::string digest = pack::info(source.folder).pack_sha256;
  if (source.tokens.empty()) return digest;
  return sha256_hex(as_bytes(digest + sha256_hex(as_bytes(read_file(source.tokens)))));
}

template <class T>
std::span<const T> part(Bytes bytes, uint64_t at, uint64_t count, bool& ok) {
  if (at % 8 || at > bytes.size() || count > (bytes.size() - at) / sizeof(T)) {
    ok = false;
    return {};
  }
  return {reinterpret_cast<const T*>(bytes.data() + at), size_t(count)};  // our own file; checked, aligned, trivial
}

}  // namespace

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

Index::Index(const std::string& path) : mapping_(path) {
  Bytes bytes = mapping_.bytes();
  Header header;
  bool ok = bytes.size() >= sizeof header;
  if (ok) std::memcpy(&header, bytes.data(), sizeof header);
  ok = ok && std::string_view(header.magic, magic.size()) == magic && header.size == bytes.size() &&
       header.kinds == kinds().size();
  if (!ok) throw Error("not a selector index of this version, or cut short", path);
  for (const SegmentAt& at : part<SegmentAt>(bytes, header.segment_table, header.segments, ok))
    segments_.push_back({part<IndexEntry>(bytes, at.entries_at, at.entries, ok),
                         part<IndexPlace>(bytes, at.places_at, at.places, ok),
                         part<char>(bytes, at.texts_at, at.texts, ok)});
  messages_ = part<IndexMessage>(bytes, header.messages_at, header.messages, ok);
  files_ = part<IndexFile>(bytes, header.files_at, header.files, ok);
  file_texts_ = part<char>(bytes, header.file_texts_at, header.file_texts, ok);
  auto amounts = part<uint64_t>(bytes, header.amounts_at, header.kinds, ok);
  amounts_.assign(amounts.begin(), amounts.end());
  auto own = part<uint64_t>(bytes, header.own_amounts_at, header.kinds, ok);
  own_amounts_.assign(own.begin(), own.end());
  size_ = header.selectors;
  auto field = [&](size_t at) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()) + at, 64);
    return text.substr(0, text.find('\0'));
  };
  pack_ = field(offsetof(Header, pack)), image_ = field(offsetof(Header, image));
  if (!ok) throw Error("the selector index is damaged", path);
}

const IndexEntry* Index::find(uint64_t hash, const Segment** in) const {
  for (const Segment& segment : segments_) {
    if (segment.entries.empty() || segment.entries.back().hash < hash) continue;
    auto it = std::lower_bound(segment.entries.begin(), segment.entries.end(), hash,
                               [](const IndexEntry& e, uint64_t h) { return e.hash < h; });
    if (it->hash != hash) return nullptr;
    *in = &segment;
    return &*it;
  }
  return nullptr;
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

std::vector<Index> open_indexes(const std::vector<Source>& sources, const std::string& temporary, const Limits& limits,
                                unsigned threads) {
  threads = std::max(1u, std::min(threads, unsigned(sources.size())));
  uint64_t memory = std::max<uint64_t>(limits.memory / 4 / threads, 128 * MiB);
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failed;
  auto work = [&] {
    try {
      for (size_t i = next++; i < sources.size(); i = next++) {
        std::string digest = pack_digest(sources[i]);
        bool good = false;
        if (exists(sources[i].index)) {
          try {
            good = Index(sources[i].index).pack() == digest;
          } catch (const Error&) {
            good = false;  // a leftover of another version, or cut short: made again
          }
        }
        if (!good) Builder(sources[i], digest, temporary, memory).run();
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failed) failed = std::current_exception();
      next = sources.size();
    }
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 0; i < threads; ++i) pool.emplace_back(work);
  }
  if (failed) std::rethrow_exception(failed);
  std::vector<Index> out;
  for (const Source& source : sources) out.emplace_back(source.index);
  return out;
}

}  // namespace weft::link
