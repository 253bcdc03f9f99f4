// A folder as an exhibit. Symbolic links are recorded, never followed; devices, fifos and sockets are recorded, never
// opened. Contents are opened when they are read, a few at a time.

#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/layout.h"

namespace weft::image {
namespace {

// open() that leaves the access time alone where the owner may ask for that.
Fd open_quietly(int folder, const char* name, int flags) {
  flags |= O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  int fd = ::openat(folder, name, flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::openat(folder, name, flags);
  return Fd(fd);
}

// Opens a path of any length below a folder without following a link at any step.
Fd open_beneath(int root, const std::string& path) {
  Fd folder;
  for (size_t from = 0;;) {
    const size_t slash = path.find('/', from);
    const int at = folder ? folder.get() : root;
    if (slash == std::string::npos) return open_quietly(at, path.c_str() + from, 0);
    Fd next = open_quietly(at, path.substr(from, slash - from).c_str(), O_DIRECTORY);
    if (!next) return next;
    folder = std::move(next);
    from = slash + 1;
  }
}

std::string kind_of(unsigned mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "directory";
  if (S_ISLNK(mode)) return "link";
  if (S_ISBLK(mode) || S_ISCHR(mode)) return "device";
  if (S_ISFIFO(mode)) return "fifo";
  if (S_ISSOCK(mode)) return "socket";
  return "other";
}

std::optional<Time> time_of(const struct statx& status, unsigned bit, const statx_timestamp& time) {
  if (!(status.stx_mask & bit)) return std::nullopt;
  return from_seconds(time.tv_sec, time.tv_nsec);
}

std::vector<std::string> names_in(int folder, std::string& reason) {
  std::vector<std::string> names;
  DIR* handle = ::fdopendir(::dup(folder));
  if (!handle) {
    reason = std::strerror(errno);
    return names;
  }
  for (errno = 0; const dirent* entry = ::readdir(handle); errno = 0) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) reason = std::strerror(errno);
  ::closedir(handle);
  std::sort(names.begin(), names.end());
  return names;
}

class Walk {
 public:
  std::vector<LogicalEntry> entries;
  std::vector<std::string> paths;  // as the names are on disk, one for each entry
  std::vector<Fault> faults;

  void folder(int fd, const std::string& path) {
    std::string reason;
    const std::vector<std::string> names = names_in(fd, reason);
    if (!reason.empty()) fault(path.empty() ? "." : path, "the folder could not be listed: " + reason);
    for (const std::string& name : names) entry(fd, name, path.empty() ? name : path + "/" + name);
  }

 private:
  static constexpr size_t deepest = 512;  // folders inside folders; each holds one descriptor open meanwhile

  void fault(const std::string& path, const std::string& what) {
    faults.push_back({0, 0, printable(path) + ": " + what});
  }

  void entry(int folder_fd, const std::string& name, const std::string& path) {
    struct statx status {};
    if (::statx(folder_fd, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
                &status) != 0) {
      return fault(path, std::string("could not be examined: ") + std::strerror(errno));
    }
    LogicalEntry out;
    out.path = printable(path);
    out.kind = kind_of(status.stx_mode);
    out.modified = time_of(status, STATX_MTIME, status.stx_mtime);
    out.accessed = time_of(status, STATX_ATIME, status.stx_atime);
    out.changed = time_of(status, STATX_CTIME, status.stx_ctime);
    out.created = time_of(status, STATX_BTIME, status.stx_btime);
    out.inode = status.stx_ino;
    if (out.kind == "file") {
      out.size = status.stx_size;
      if (::faccessat(folder_fd, name.c_str(), R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0) {
        fault(path, std::string("cannot be read: ") + std::strerror(errno));
      }
    } else if (out.kind == "link") {
      std::array<char, 4096> target{};
      const ssize_t n = ::readlinkat(folder_fd, name.c_str(), target.data(), target.size());
      if (n >= 0) out.target = printable({target.data(), size_t(n)});
    }
    const bool is_folder = out.kind == "directory";
    entries.push_back(std::move(out));
    paths.push_back(path);
    if (!is_folder) return;
    if (size_t(std::count(path.begin(), path.end(), '/')) >= deepest) {
      return fault(path, fmt::format("folders are nested deeper than {}: what is inside is left out", deepest));
    }
    const Fd inner = open_quietly(folder_fd, name.c_str(), O_DIRECTORY);
    if (!inner) return fault(path, std::string("the folder could not be opened: ") + std::strerror(errno));
    folder(inner.get(), path);
  }
};

class FolderSource final : public LayoutSource {
 public:
  FolderSource(Fd root, const std::vector<LogicalEntry>& entries, std::vector<std::string> paths, uint64_t size)
      : LayoutSource(entries, size), root_(std::move(root)), paths_(std::move(paths)) {}

 private:
  struct Open {
    size_t entry = SIZE_MAX;
    Fd fd;
    std::string reason;  // why it is not open
  };

  std::string fetch(size_t entry, uint64_t at, MutableBytes out) override {
    const Open& file = opened(entry);
    const std::string reason = file.fd ? read_fully(file.fd.get(), at, out) : file.reason;
    return reason.empty() ? "" : printable(paths_[entry]) + ": " + reason;
  }

  const Open& opened(size_t entry) {
    Open& slot = open_[entry % open_.size()];
    if (slot.entry == entry) return slot;
    slot = Open{entry, open_beneath(root_.get(), paths_[entry]), {}};
    struct stat status {};
    if (!slot.fd) {
      slot.reason = std::string("cannot be opened: ") + std::strerror(errno);
    } else if (::fstat(slot.fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      slot = Open{entry, Fd(), "is no longer a file"};
    }
    return slot;
  }

  Fd root_;
  std::vector<std::string> paths_;
  std::array<Open, 16> open_;  // neighbours in the layout fall into different slots
};

}  // namespace

Image open_folder(const Recognised& what) {
  const std::string& path = what.parts.front();
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw Error("cannot open the folder", path, errno);
  Fd root(fd);
  Walk walk;
  walk.folder(root.get(), "");
  Image image = image_of(what.format, what.parts, std::move(walk.faults));
  image.logical = true;
  image.entries = std::move(walk.entries);
  const uint64_t size = lay_out(image.entries, walk.paths);
  image.bytes = std::make_unique<FolderSource>(std::move(root), image.entries, std::move(walk.paths), size);
  return image;
}

}  // namespace weft::image
