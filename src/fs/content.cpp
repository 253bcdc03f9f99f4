#include "fs/content.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/error.h"

namespace weft::fs {
namespace {

// How far the content goes: to the attribute's size, but not beyond its runs (NTFS's $BadClus:$Bad claims the volume's
// size and has none) nor beyond the first block that the file system or the image does not have. There icat stops too.
uint64_t reach(const TSK_FS_ATTR& attribute) {
  uint64_t size = uint64_t(std::max<TSK_OFF_T>(attribute.size, 0));
  if ((attribute.flags & TSK_FS_ATTR_COMP) || !(attribute.flags & TSK_FS_ATTR_NONRES)) return size;
  const TSK_FS_INFO& fs = *attribute.fs_file->fs_info;
  uint64_t last = std::min(fs.last_block, fs.last_block_act), blocks = 0;
  for (const TSK_FS_ATTR_RUN* run = attribute.nrd.run; run; run = run->next) {
    bool hole = run->flags & (TSK_FS_ATTR_RUN_FLAG_SPARSE | TSK_FS_ATTR_RUN_FLAG_FILLER);
    uint64_t there = hole ? run->len : run->addr > last ? 0 : std::min(run->len, last - run->addr + 1);
    blocks += there;
    if (there < run->len || blocks > size / fs.block_size + 2) break;
  }
  uint64_t bytes = blocks * fs.block_size;
  return std::min(size, bytes > attribute.nrd.skiplen ? bytes - attribute.nrd.skiplen : 0);
}

class Content final : public ByteSource {
 public:
  Content(TskImage& image, TskFile file, const TSK_FS_ATTR* attribute)
      : image_(image), file_(std::move(file)), attribute_(attribute), size_(attribute ? reach(*attribute) : 0) {}

  uint64_t size() const override { return size_; }

  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    if (offset >= size()) return 0;
    out = out.first(size_t(std::min<uint64_t>(out.size(), size() - offset)));
    image_.faults.clear();
    size_t have = 0;
    while (have < out.size()) {
      tsk_error_reset();
      ssize_t n = tsk_fs_attr_read(attribute_, TSK_OFF_T(offset + have), reinterpret_cast<char*>(out.data()) + have,
                                   out.size() - have, TSK_FS_FILE_READ_FLAG_NONE);
      if (n <= 0) break;
      have += size_t(n);
    }
    if (have < out.size()) {
      std::fill(out.begin() + ptrdiff_t(have), out.end(), uint8_t(0));
      faults.push_back({offset + have, out.size() - have, take_tsk_error()});
    }
    for (const Fault& fault : image_.faults)
      faults.push_back({offset, out.size(), fmt::format("image offset {}: {}", fault.offset, fault.what)});
    image_.faults.clear();
    tsk_error_reset();
    return out.size();
  }

 private:
  TskImage& image_;
  TskFile file_;
  const TSK_FS_ATTR* attribute_;  // inside file_; null when there is nothing
  uint64_t size_;
};

}  // namespace

std::unique_ptr<ByteSource> open_content(TskImage& image, TSK_FS_INFO* fs, const FileRow& row) {
  auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("Content of \"{}\" (inode {}) cannot be opened: {}", row.path, row.inode.value_or(0), why));
  };
  if (!row.inode) refuse("it has no metadata");
  tsk_error_reset();
  TskFile file(tsk_fs_file_open_meta(fs, nullptr, *row.inode));
  if (!file || !file.get()->meta) refuse(take_tsk_error());
  const TSK_FS_ATTR* attribute =
      row.attribute_type
          ? tsk_fs_file_attr_get_type(file.get(), TSK_FS_ATTR_TYPE_ENUM(*row.attribute_type),
                                      uint16_t(row.attribute_id.value_or(0)), row.attribute_id.has_value())
          : tsk_fs_file_attr_get(file.get());
  if (!attribute && (row.attribute_type || file.get()->meta->size > 0)) refuse(take_tsk_error());
  return std::make_unique<Content>(image, std::move(file), attribute);
}

}  // namespace weft::fs
