// Zip and tar archives as exhibits, by libarchive.
//
// An archive can only be read from front to back, a layout is read at any offset, in order of path. So the archive is
// unpacked once into one spool file: contents in the archive's own order, each at a multiple of 4096, runs of zeros
// left as holes. The index beside it (spool + ".index") lists the entries with their places. It is written whole when
// the spool is complete, and names the archive's size and time of change: an index that fits means a spool that can be
// used again, anything else is done anew.
//
// Names inside an archive are only ever text here: nothing is created under them, so no name can lead out of the spool.
// What an archive can cost is bounded by the limit on unpacked bytes (headers count as well, 512 each) and on entries.

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/layout.h"
#include "image/spool.h"

namespace weft::image {
namespace {

using Archive = Handle<struct archive, [](struct archive* it) { archive_read_free(it); }>;

// Names in archives are UTF-8 or unknown bytes. libarchive converts through the thread's locale, and the "C" locale
// would lose all but ASCII; this thread gets one of UTF-8 while it unpacks.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})) {
    if (locale_) before_ = ::uselocale(locale_);
  }
  ~Utf8Locale() {
    if (!locale_) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_, before_{};
};

std::string reason_of(struct archive* it) {
  const char* text = archive_error_string(it);
  return text ? printable(text) : "the archive is damaged";
}

constexpr size_t block = 4096;
constexpr size_t input_size = 256 * KiB;
constexpr uint64_t header_cost = 512;
constexpr size_t most_entries = 10'000'000;

Archive new_reader(bool tar) {
  Archive reader(archive_read_new());
  if (tar) {
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_filter_bzip2(reader.get());
    archive_read_support_filter_xz(reader.get());
    archive_read_support_filter_lzma(reader.get());
    archive_read_support_filter_zstd(reader.get());
    archive_read_support_filter_lz4(reader.get());
    archive_read_support_filter_compress(reader.get());
    archive_read_support_format_tar(reader.get());
  } else {
    archive_read_support_format_zip(reader.get());
  }
  return reader;
}

Archive open_reader(const std::string& path, int fd, bool tar) {
  Archive reader = new_reader(tar);
  if (archive_read_open_fd(reader.get(), fd, input_size) != ARCHIVE_OK) {
    throw Error("cannot open the archive (" + reason_of(reader.get()) + ")", path);
  }
  return reader;
}

Fd open_for_reader(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error("cannot open the evidence", path, errno);
  return Fd(fd);
}

// "/a/./../b//c" becomes "a/b/c"; outside says that the name tried to leave.
std::string clean_path(std::string_view name, bool& outside) {
  std::string out;
  outside = name.starts_with('/');
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(part.size() + 1, name.size()));
    if (part == "..") outside = true;
    if (part.empty() || part == "." || part == "..") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return printable(out);
}

std::string kind_of(struct archive_entry* entry) {
  if (archive_entry_hardlink(entry)) return "link";
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return "file";
    case AE_IFDIR:
      return "directory";
    case AE_IFLNK:
      return "link";
    case AE_IFCHR:
    case AE_IFBLK:
      return "device";
    case AE_IFIFO:
      return "fifo";
    case AE_IFSOCK:
      return "socket";
    default:
      return "other";
  }
}

LogicalEntry describe(struct archive_entry* from, std::vector<Fault>& faults) {
  const char* name = archive_entry_pathname(from);
  if (!name) name = archive_entry_pathname_utf8(from);
  LogicalEntry entry;
  bool outside = false;
  entry.path = clean_path(name ? name : "", outside);
  if (entry.path.empty()) entry.path = "(no name)";
  if (outside)
    faults.push_back({0, 0, printable(name) + ": the name leads outside the archive; taken as " + entry.path});
  entry.kind = kind_of(from);
  const auto time = [](int set, time_t seconds, long nanoseconds) {
    return set ? from_seconds(seconds, uint32_t(nanoseconds)) : std::nullopt;
  };
  entry.modified = time(archive_entry_mtime_is_set(from), archive_entry_mtime(from), archive_entry_mtime_nsec(from));
  entry.accessed = time(archive_entry_atime_is_set(from), archive_entry_atime(from), archive_entry_atime_nsec(from));
  entry.changed = time(archive_entry_ctime_is_set(from), archive_entry_ctime(from), archive_entry_ctime_nsec(from));
  entry.created =
      time(archive_entry_birthtime_is_set(from), archive_entry_birthtime(from), archive_entry_birthtime_nsec(from));
  const char* target = archive_entry_hardlink(from) ? archive_entry_hardlink(from) : archive_entry_symlink(from);
  if (entry.kind == "link" && target) entry.target = printable(target);
  return entry;
}

// Writes data at an offset of the spool, leaving out whole blocks of zeros.
void write_sparse(int fd, uint64_t offset, Bytes data, const std::string& path) {
  static constexpr std::array<uint8_t, block> zeros{};
  while (!data.empty()) {
    size_t n = std::min(data.size(), block - size_t(offset % block));
    const bool empty = std::memcmp(data.data(), zeros.data(), n) == 0;
    // Everything up to the next block of zeros goes out in one call.
    while (!empty && n < data.size()) {
      const size_t step = std::min(block, data.size() - n);
      if (step == block && std::memcmp(data.data() + n, zeros.data(), step) == 0) break;
      n += step;
    }
    for (size_t done = 0; !empty && done < n;) {
      const ssize_t written = ::pwrite(fd, data.data() + done, n - done, off_t(offset + done));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) throw Error("cannot write the unpacked archive", path, errno);
      done += size_t(written);
    }
    offset += n;
    data = data.subspan(n);
  }
}

class Unpacking {
 public:
  Unpacking(const EvidenceFile& file, const OpenOptions& options, bool tar)
      : file_(file),
        options_(options),
        input_(open_for_reader(file.path())),
        reader_(open_reader(file.path(), input_.get(), tar)) {
    const int fd = ::open(options.spool.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) throw Error("cannot create the file that the archive is unpacked into", options.spool, errno);
    out_ = Fd(fd);
  }

  Spool run() {
    while (next()) {
    }
    if (::ftruncate(out_.get(), off_t(end_)) != 0 || ::fsync(out_.get()) != 0) {
      throw Error("cannot write the unpacked archive", options_.spool, errno);
    }
    spool_.size = end_;
    return std::move(spool_);
  }

 private:
  void fault(const std::string& what) { spool_.faults.push_back({0, 0, what}); }

  bool next() {
    if (options_.stopping && options_.stopping()) throw Error("stopped while unpacking the archive", file_.path());
    struct archive_entry* header = nullptr;
    const int status = archive_read_next_header(reader_.get(), &header);
    if (status == ARCHIVE_EOF) return false;
    if (status < ARCHIVE_WARN && status != ARCHIVE_RETRY) {
      fault("the archive is damaged or truncated: what follows could not be unpacked (" + reason_of(reader_.get()) +
            ")");
      return false;
    }
    if (status == ARCHIVE_RETRY) {
      if (++retries_ <= 1000) return true;
      fault("the archive is damaged: what follows could not be unpacked");
      return false;
    }
    cost_ += header_cost;
    if (spool_.entries.size() >= most_entries) {
      fault(fmt::format("the archive has more than {} entries: the others are left out", most_entries));
      return false;
    }
    LogicalEntry entry = describe(header, spool_.faults);
    const uint64_t start = end_;
    bool go_on = true;
    if (entry.kind == "file") go_on = content(header, entry);
    spool_.entries.push_back(std::move(entry));
    spool_.starts.push_back(start);
    return go_on;
  }

  // Unpacks one entry behind end_; false when nothing can follow.
  bool content(struct archive_entry* header, LogicalEntry& entry) {
    if (archive_entry_is_data_encrypted(header) == 1) {
      fault(entry.path + ": is encrypted, its content could not be unpacked");
      return true;
    }
    const uint64_t start = end_;
    uint64_t size = 0;
    bool go_on = true;
    for (uint64_t blocks = 0;; blocks++) {
      if (blocks % 64 == 63 && options_.stopping && options_.stopping()) {
        throw Error("stopped while unpacking the archive", file_.path());
      }
      const void* data = nullptr;
      size_t n = 0;
      la_int64_t at = 0;
      const int status = archive_read_data_block(reader_.get(), &data, &n, &at);
      if (status == ARCHIVE_EOF) {
        // A sparse entry may end in a hole, for which there is no block.
        if (archive_entry_sparse_count(header) > 0 && archive_entry_size(header) > la_int64_t(size)) {
          size = std::min(uint64_t(archive_entry_size(header)), size + room(size));
        }
        break;
      }
      if (status < ARCHIVE_WARN) {
        fault(fmt::format("{}: only its first {} bytes could be unpacked ({})", entry.path, size,
                          reason_of(reader_.get())));
        go_on = status != ARCHIVE_FATAL;
        break;
      }
      if (at < 0 || n > room(size) || uint64_t(at) > size + room(size) - n) {
        fault(
            fmt::format("{}: the limit of {} unpacked bytes is reached: only its first {} bytes were unpacked, and "
                        "nothing that follows",
                        entry.path, options_.spool_limit, size));
        go_on = false;
        break;
      }
      if (n > 0) write_sparse(out_.get(), start + uint64_t(at), {static_cast<const uint8_t*>(data), n}, options_.spool);
      size = std::max(size, uint64_t(at) + n);
    }
    entry.size = size;
    cost_ += size;
    end_ = (start + size + block - 1) / block * block;
    return go_on;
  }

  // How many bytes an entry may still grow by.
  uint64_t room(uint64_t size) const {
    return options_.spool_limit > cost_ + size ? options_.spool_limit - cost_ - size : 0;
  }

  const EvidenceFile& file_;
  const OpenOptions& options_;
  Fd input_, out_;
  Archive reader_;
  Spool spool_;
  uint64_t end_ = 0, cost_ = 0;
  int retries_ = 0;
};

class SpoolSource final : public LayoutSource {
 public:
  SpoolSource(const std::string& path, const std::vector<LogicalEntry>& entries, std::vector<uint64_t> starts,
              uint64_t size)
      : LayoutSource(entries, size), starts_(std::move(starts)) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Error("cannot open the unpacked archive", path, errno);
    fd_ = Fd(fd);
  }

 private:
  std::string fetch(size_t entry, uint64_t at, MutableBytes out) override {
    const std::string reason = read_fully(fd_.get(), starts_[entry] + at, out);
    return reason.empty() ? "" : "the unpacked archive cannot be read: " + reason;
  }

  Fd fd_;
  std::vector<uint64_t> starts_;
};

}  // namespace

bool is_tar(const std::string& path) {
  const Fd input = open_for_reader(path);
  const Archive reader = new_reader(true);
  if (archive_read_open_fd(reader.get(), input.get(), input_size) != ARCHIVE_OK) return false;
  struct archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader.get(), &entry);
  return (status == ARCHIVE_OK || status == ARCHIVE_WARN) &&
         (archive_format(reader.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

Image open_archive(const Recognised& what, const OpenOptions& options) {
  const std::string& path = what.parts.front();
  if (options.spool.empty()) throw Error("an archive needs a place to be unpacked into, inside a case", path);
  const EvidenceFile file(path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw Error("cannot examine the evidence", path, errno);
  const std::string mark = fmt::format("{} {} {}.{:09} limit {}", what.format, file.size(), status.st_mtim.tv_sec,
                                       status.st_mtim.tv_nsec, options.spool_limit);
  std::optional<Spool> spool = load_spool(options.spool, mark);
  if (!spool) {
    const Utf8Locale locale;
    discard_spool(options.spool);
    spool = Unpacking(file, options, what.format == "tar").run();
    save_spool(options.spool, mark, *spool);
  }
  Image image = image_of(what.format, what.parts, std::move(spool->faults));
  image.logical = true;
  image.entries = std::move(spool->entries);
  const uint64_t size = lay_out(image.entries, spool->starts);
  image.bytes = std::make_unique<SpoolSource>(options.spool, image.entries, std::move(spool->starts), size);
  return image;
}

}  // namespace weft::image
