// The walk: what `fls -r -p` lists, with extents, entry by entry.
//
// TSK has a walk of its own, but it reads an entry's metadata before it calls back, so a crash could not be blamed on
// an entry. Ours opens directories one by one and announces each entry first. Its rules are those of fls: a directory
// is entered when name and metadata agree on what it is and on whether it is allocated; unallocated metadata that some
// name points to is no orphan; on NTFS each $DATA stream and each index root is a row.
#include "fs/file_system.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "fs/content.h"
#include "fs/ext.h"
#include "fs/extents.h"
#include "fs/ntfs.h"
#include "fs/volume_access.h"

namespace weft::fs {
namespace {

// fls lists a directory under every name that leads to it. On a hostile image that is exponential; real ones (hard
// links to directories, two deleted names of one directory) need a few.
constexpr uint32_t max_listings = 16;

std::string kind_of(const TSK_FS_FILE& file, const TSK_FS_ATTR* attribute) {
  if (file.meta) {
    switch (file.meta->type) {
      case TSK_FS_META_TYPE_REG:
        return "file";
      case TSK_FS_META_TYPE_DIR: {  // a data stream of an NTFS directory is a file
        bool stream = attribute && attribute->type == TSK_FS_ATTR_TYPE_NTFS_DATA;
        return stream && TSK_FS_TYPE_ISNTFS(file.fs_info->ftype) ? "file" : "directory";
      }
      case TSK_FS_META_TYPE_LNK:
        return "link";
      case TSK_FS_META_TYPE_FIFO:
        return "fifo";
      case TSK_FS_META_TYPE_CHR:
      case TSK_FS_META_TYPE_BLK:
        return "device";
      case TSK_FS_META_TYPE_SOCK:
        return "socket";
      case TSK_FS_META_TYPE_VIRT:
      case TSK_FS_META_TYPE_VIRT_DIR:
        return "virtual";
      default:
        break;
    }
  }
  switch (file.name->type) {
    case TSK_FS_NAME_TYPE_REG:
      return "file";
    case TSK_FS_NAME_TYPE_DIR:
      return "directory";
    case TSK_FS_NAME_TYPE_LNK:
      return "link";
    case TSK_FS_NAME_TYPE_FIFO:
      return "fifo";
    case TSK_FS_NAME_TYPE_CHR:
    case TSK_FS_NAME_TYPE_BLK:
      return "device";
    case TSK_FS_NAME_TYPE_SOCK:
      return "socket";
    case TSK_FS_NAME_TYPE_VIRT:
    case TSK_FS_NAME_TYPE_VIRT_DIR:
      return "virtual";
    default:
      return "other";
  }
}

std::optional<Time> time_of(time_t seconds, uint32_t nanoseconds) {
  if (seconds == 0 && nanoseconds == 0) return std::nullopt;
  return from_seconds(seconds, nanoseconds < 1'000'000'000 ? nanoseconds : 0);
}

// The stream's name as fls shows it: none for the default data stream and for a directory's own index.
std::string stream_name(const TSK_FS_ATTR& attribute) {
  std::string_view name = attribute.name ? attribute.name : "";
  if (attribute.type == TSK_FS_ATTR_TYPE_NTFS_DATA && name == "$Data") return {};
  if (attribute.type == TSK_FS_ATTR_TYPE_NTFS_IDXROOT && name == "$I30") return {};
  return name.empty() ? "" : ":" + printable(name);
}

bool is_dot(const char* name) {
  std::string_view text = name ? name : "";
  return text == "." || text == "..";
}

// One walk over one open file system.
class Walk {
 public:
  Walk(TSK_FS_INFO* fs, ByteSource& image, const Ground& ground, uint64_t volume, const Limits& limits,
       uint64_t next_id, Watch& watch, WalkSink& sink)
      : fs_(fs),
        image_(image),
        ground_(ground),
        volume_(volume),
        limits_(limits),
        next_id_(next_id),
        watch_(watch),
        sink_(sink) {
    if (TSK_FS_TYPE_ISNTFS(fs->ftype)) mft_.emplace(fs, ground);
    if (TSK_FS_TYPE_ISEXT(fs->ftype)) inode_tables_.emplace(image, ground.start);
  }

  uint64_t run() {
    // Damage can make the root the very number TSK gives its virtual orphan folder; TSK then waits for its own lock.
    if (fs_->root_inum == TSK_FS_ORPHANDIR_INUM(fs_))
      problem("file system", "",
              fmt::format("The root directory, inode {}, lies outside of the inodes there are", fs_->root_inum));
    else
      directory(fs_->root_inum, "", 0, false);
    return next_id_;
  }

 private:
  bool done() {
    if (watch_.stopping()) return true;
    if (entries_ < limits_.walk_entries) return false;
    if (!full_) problem("limit", "", fmt::format("The walk stops after {} entries", entries_));
    full_ = true;
    return true;
  }

  void problem(std::string_view stage, const std::string& path, std::string what,
               std::optional<uint64_t> file_id = std::nullopt) {
    ProblemRow row;
    row.stage = stage;
    row.offset = ground_.start;
    row.path = path;
    row.file_id = file_id;
    row.what_happened = std::move(what);
    sink_.problem(std::move(row));
  }

  void directory(uint64_t inode, const std::string& path, uint64_t depth, bool orphans) {
    if (depth > limits_.walk_depth)
      return problem("limit", path, fmt::format("Directories deeper than {} are not entered", limits_.walk_depth));
    if (++listings_[inode] > max_listings)
      return problem(
          "limit", path,
          fmt::format("Directory inode {} has more than {} names; it is not listed again", inode, max_listings));
    if (!watch_.enter(fmt::format("directory {} of volume {}", inode, volume_)))
      return problem("file system", path, fmt::format("Directory inode {} was set aside", inode));
    if (inode == TSK_FS_ORPHANDIR_INUM(fs_)) hand_over_named();
    tsk_error_reset();
    TskDir dir(tsk_fs_dir_open_meta(fs_, inode));
    if (!dir) return problem("file system", path, fmt::format("Directory inode {}: {}", inode, take_tsk_error()));
    for (size_t i = 0, n = tsk_fs_dir_getsize(dir.get()); i < n && !done(); ++i)
      entry(dir.get(), i, path, depth, orphans);
  }

  // TSK lists as orphans the unallocated metadata no name points to. It would walk everything once more to find out
  // which those are; this walk knows. Ascending order makes each insertion a constant step in TSK's descending list.
  void hand_over_named() {
    if (fs_->list_inum_named) return;
    for (uint64_t inode : named_)
      if (tsk_list_add(&fs_->list_inum_named, inode)) break;
    tsk_error_reset();
  }

  void entry(TSK_FS_DIR* dir, size_t index, const std::string& parent, uint64_t depth, bool orphans) {
    const TSK_FS_NAME* name = tsk_fs_dir_get_name(dir, index);
    if (!name || !name->name) return;
    ++entries_;
    bool dot = is_dot(name->name), below_root = dir->addr != fs_->root_inum;
    if (dot && below_root) return;  // a directory's streams are listed where its name is
    std::string path = parent + printable(name->name);
    if (!watch_.enter(fmt::format("inode {} of volume {}", name->meta_addr, volume_)))
      return problem("file system", path, fmt::format("Inode {} was set aside", name->meta_addr));
    tsk_error_reset();
    TskFile file(tsk_fs_dir_get(dir, index));
    if (!file) return problem("file system", path, take_tsk_error());
    load_meta(*file.get());
    if (file.get()->meta == nullptr && name->meta_addr != 0 && (name->flags & TSK_FS_NAME_FLAG_ALLOC))
      problem("file system", path, fmt::format("Inode {} cannot be read: {}", name->meta_addr, take_tsk_error()));
    rows(*file.get(), path, dot, orphans);
    if (dot) return;
    remember_named(*file.get(), orphans);
    if (is_to_enter(*file.get()) && !on_the_way(name->meta_addr)) {
      way_.push_back(name->meta_addr);
      directory(name->meta_addr, path + "/", depth + 1, orphans || name->meta_addr == TSK_FS_ORPHANDIR_INUM(fs_));
      way_.pop_back();
    }
  }

  // tsk_fs_dir_get drops metadata whose sequence number is not the name's; fls shows it, as "(realloc)".
  void load_meta(TSK_FS_FILE& file) {
    bool has_address = file.name->meta_addr != 0 || (file.name->flags & TSK_FS_NAME_FLAG_ALLOC);
    if (file.meta || !has_address) return;
    if (fs_->file_add_meta(fs_, &file, file.name->meta_addr) == 0) tsk_error_reset();
  }

  void remember_named(const TSK_FS_FILE& file, bool orphans) {
    if (!orphans && file.meta && (file.meta->flags & TSK_FS_META_FLAG_UNALLOC)) named_.insert(file.meta->addr);
  }

  bool is_to_enter(const TSK_FS_FILE& file) const {
    if (!file.meta || !TSK_FS_IS_DIR_META(file.meta->type)) return false;
    if (!TSK_FS_IS_DIR_NAME(file.name->type) && file.name->type != TSK_FS_NAME_TYPE_UNDEF) return false;
    return (file.name->flags & TSK_FS_NAME_FLAG_ALLOC) || (file.meta->flags & TSK_FS_META_FLAG_UNALLOC);
  }

  bool on_the_way(uint64_t inode) const {
    return inode == fs_->root_inum || std::find(way_.begin(), way_.end(), inode) != way_.end();
  }

  void rows(TSK_FS_FILE& file, const std::string& path, bool dot, bool orphans) {
    if (!TSK_FS_TYPE_ISNTFS(fs_->ftype) || !file.meta) {
      if (!dot) row(file, file.meta ? default_attribute(file, path) : nullptr, path, orphans, false);
      return;
    }
    int n = tsk_fs_file_attr_getsize(&file), given = 0;
    for (int i = 0; i < n; ++i) {
      const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get_idx(&file, i);
      if (!attribute) continue;
      bool data = attribute->type == TSK_FS_ATTR_TYPE_NTFS_DATA;
      if (!data && attribute->type != TSK_FS_ATTR_TYPE_NTFS_IDXROOT) continue;
      ++given;
      if (dot && (!data || std::string_view(file.name->name) == "..")) continue;
      row(file, attribute, path + stream_name(*attribute), orphans, true);
    }
    if (given == 0 && !dot) row(file, nullptr, path, orphans, true);
  }

  const TSK_FS_ATTR* default_attribute(TSK_FS_FILE& file, const std::string& path) {
    bool has_content = file.meta->type == TSK_FS_META_TYPE_REG || TSK_FS_IS_DIR_META(file.meta->type) ||
                       file.meta->type == TSK_FS_META_TYPE_LNK || file.meta->type == TSK_FS_META_TYPE_VIRT;
    if (!has_content || file.meta->addr == TSK_FS_ORPHANDIR_INUM(fs_)) return nullptr;
    tsk_error_reset();
    const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get(&file);
    if (!attribute && file.meta->size > 0 && tsk_error_get_errno() != 0)
      problem("file system", path, fmt::format("Content of inode {}: {}", file.meta->addr, take_tsk_error()), next_id_);
    tsk_error_reset();
    return attribute;
  }

  void row(TSK_FS_FILE& file, const TSK_FS_ATTR* attribute, const std::string& path, bool orphans, bool ntfs) {
    FileRow out;
    out.file_id = next_id_++;
    out.volume = volume_;
    out.path = path;
    out.kind = kind_of(file, attribute);
    bool named = (file.name->flags & TSK_FS_NAME_FLAG_ALLOC) != 0;
    out.state = named ? "allocated" : orphans ? "orphan" : "deleted";
    out.inode = file.name->meta_addr;
    if (attribute && ntfs) {
      out.attribute_type = uint64_t(attribute->type);
      out.attribute_id = attribute->id;
    }
    std::vector<ExtentRow> extents;
    if (const TSK_FS_META* meta = file.meta) {
      out.size = uint64_t(std::max<TSK_OFF_T>(attribute ? attribute->size : ntfs ? 0 : meta->size, 0));
      out.modified = time_of(meta->mtime, meta->mtime_nano);
      out.accessed = time_of(meta->atime, meta->atime_nano);
      out.changed = time_of(meta->ctime, meta->ctime_nano);
      out.created = time_of(meta->crtime, meta->crtime_nano);
      if (meta->link) out.target = printable(meta->link);
      if (attribute) extents = places(file, *attribute);
    }
    for (ExtentRow& extent : extents) extent.file_id = out.file_id;
    sink_.file(std::move(out), std::move(extents));
  }

  std::vector<ExtentRow> places(const TSK_FS_FILE& file, const TSK_FS_ATTR& attribute) const {
    if (!(mft_ || inode_tables_) || !(attribute.flags & TSK_FS_ATTR_RES)) return extents_of(file, attribute, ground_);
    std::vector<ExtentRow> out;
    uint64_t size = uint64_t(std::max<TSK_OFF_T>(attribute.size, 0));
    if (size == 0) return out;
    if (inode_tables_) return inode_tables_->inline_data(file.meta->addr, size);
    if (auto row = mft_->resident(image_, file.meta->addr, uint32_t(attribute.type), attribute.id, size))
      out.push_back(std::move(*row));
    return out;
  }

  TSK_FS_INFO* fs_;
  ByteSource& image_;
  Ground ground_;
  uint64_t volume_;
  const Limits& limits_;
  uint64_t next_id_;
  Watch& watch_;
  WalkSink& sink_;
  std::optional<Mft> mft_;
  std::optional<InodeTables> inode_tables_;
  uint64_t entries_ = 0;
  bool full_ = false;
  std::vector<uint64_t> way_;                        // directories from the root to here
  std::unordered_map<uint64_t, uint32_t> listings_;  // by directory inode
  std::set<uint64_t> named_;                         // unallocated inodes that a name points to
};

class TskFileSystem final : public FileSystem {
 public:
  TskFileSystem(ByteSource& image, const VolumeRow& volume, const Limits& limits)
      : image_(image), volume_(volume), limits_(limits) {
    std::string why_not = "its file system is not one that can be read here";
    opened_ = open_volume(image_, volume, why_not);
    if (!opened_.fs)
      throw Error(fmt::format("Volume {} at {} cannot be opened: {}", volume.volume, volume.offset, why_not));
    const TSK_FS_INFO& fs = *opened_.fs.get();
    ground_ = {opened_.start, fs.block_size, fs.block_pre_size, fs.block_post_size, image.size()};
  }

  uint64_t walk(uint64_t next_file_id, Watch& watch, WalkSink& sink) override {
    return Walk(opened_.fs.get(), image_.source, ground_, volume_.volume, limits_, next_file_id, watch, sink).run();
  }

  std::unique_ptr<ByteSource> open(const FileRow& file) override {
    return open_content(image_, opened_.fs.get(), file);
  }

 private:
  TskImage image_;
  VolumeRow volume_;
  Limits limits_;
  Opened opened_;  // closes before image_
  Ground ground_;
};

}  // namespace

std::unique_ptr<FileSystem> open(ByteSource& image, const VolumeRow& volume, const Limits& limits) {
  use_utc();
  return std::make_unique<TskFileSystem>(image, volume, limits);
}

}  // namespace weft::fs
