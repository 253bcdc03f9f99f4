#include "fs/volume_access.h"

#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "base/cursor.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::fs {
namespace {

constexpr std::array<std::pair<TSK_FS_TYPE_ENUM, std::string_view>, 15> names{{
    {TSK_FS_TYPE_NTFS, "ntfs"},
    {TSK_FS_TYPE_FAT12, "fat12"},
    {TSK_FS_TYPE_FAT16, "fat16"},
    {TSK_FS_TYPE_FAT32, "fat32"},
    {TSK_FS_TYPE_EXFAT, "exfat"},
    {TSK_FS_TYPE_EXT2, "ext2"},
    {TSK_FS_TYPE_EXT3, "ext3"},
    {TSK_FS_TYPE_EXT4, "ext4"},
    {TSK_FS_TYPE_HFS, "hfs+"},
    {TSK_FS_TYPE_FFS1, "ufs1"},
    {TSK_FS_TYPE_FFS1B, "ufs1b"},
    {TSK_FS_TYPE_FFS2, "ufs2"},
    {TSK_FS_TYPE_ISO9660, "iso9660"},
    {TSK_FS_TYPE_APFS, "apfs"},
    {TSK_FS_TYPE_YAFFS2, "yaffs2"},
}};

std::vector<uint8_t> peek(ByteSource& image, uint64_t offset, size_t size) {
  std::vector<uint8_t> out(size);
  std::vector<Fault> faults;  // reported by whoever reads the whole image
  out.resize(image.read(offset, out, faults));
  return out;
}

std::string trimmed(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return printable(text);
}

// FAT and exFAT keep the label that users see as an entry of the root directory; TSK marks it.
std::string root_label(TSK_FS_INFO* fs) {
  constexpr std::string_view mark = " (Volume Label Entry)";
  TskDir root(tsk_fs_dir_open_meta(fs, fs->root_inum));
  for (size_t i = 0, n = root ? tsk_fs_dir_getsize(root.get()) : 0; i < n; ++i) {
    const TSK_FS_NAME* name = tsk_fs_dir_get_name(root.get(), i);
    std::string_view text = name && name->name ? name->name : "";
    bool live = name && (name->flags & TSK_FS_NAME_FLAG_ALLOC);
    if (live && text.size() > mark.size() && text.substr(text.size() - mark.size()) == mark)
      return trimmed(text.substr(0, text.size() - mark.size()));
  }
  tsk_error_reset();
  return {};
}

// NTFS: the $VOLUME_NAME attribute (type 0x60) of MFT entry 3.
std::string ntfs_label(TSK_FS_INFO* fs) {
  TskFile volume(tsk_fs_file_open_meta(fs, nullptr, 3));
  const TSK_FS_ATTR* name =
      volume ? tsk_fs_file_attr_get_type(volume.get(), TSK_FS_ATTR_TYPE_NTFS_VNAME, 0, 0) : nullptr;
  tsk_error_reset();
  if (!name || !(name->flags & TSK_FS_ATTR_RES) || name->size < 0 || uint64_t(name->size) > name->rd.buf_size)
    return {};
  return printable(from_utf16le({name->rd.buf, size_t(name->size)}));
}

void identify_fat(const Opened& opened, ByteSource& image, VolumeRow& volume, size_t serial, size_t label) {
  std::vector<uint8_t> boot = peek(image, opened.start, 512);
  Cursor cursor(boot);
  cursor.seek(serial);
  volume.serial = fmt::format("{:08x}", cursor.u32le());
  volume.label = root_label(opened.fs.get());
  if (!volume.label.empty() || label == 0) return;
  cursor.seek(label);
  volume.label = trimmed(cursor.take_text(11));
  if (volume.label == "NO NAME") volume.label.clear();
}

}  // namespace

std::string file_system_name(TSK_FS_TYPE_ENUM type) {
  for (auto& [id, name] : names)
    if (id == type) return std::string(name);
  return {};
}

TSK_FS_TYPE_ENUM file_system_type(const std::string& wanted) {
  for (auto& [id, name] : names)
    if (name == wanted) return id;
  return TSK_FS_TYPE_UNSUPP;
}

TskFs detect(TskImage& image, uint64_t offset, bool& several, std::string& why_not) {
  several = false;
  tsk_error_reset();
  TskFs fs(tsk_fs_open_img(&image, TSK_OFF_T(offset), TSK_FS_TYPE_DETECT));
  if (fs) return fs;
  uint32_t code = tsk_error_get_errno();
  why_not = take_tsk_error();
  if (code != TSK_ERR_FS_UNKTYPE) return fs;
  // "Unknown" also covers "more than one": then the first that opens is taken, and said so.
  for (TSK_FS_TYPE_ENUM type : {TSK_FS_TYPE_NTFS_DETECT, TSK_FS_TYPE_FAT_DETECT, TSK_FS_TYPE_EXT_DETECT,
                                TSK_FS_TYPE_FFS_DETECT, TSK_FS_TYPE_HFS_DETECT, TSK_FS_TYPE_ISO9660_DETECT}) {
    TskFs one(tsk_fs_open_img(&image, TSK_OFF_T(offset), type));
    tsk_error_reset();
    if (!one) continue;
    several = true;
    return one;
  }
  return fs;
}

TskPool open_pool(TskImage& image, uint64_t offset, std::string& why_not) {
  tsk_error_reset();
  TskPool pool(tsk_pool_open_img_sing(&image, TSK_OFF_T(offset), TSK_POOL_TYPE_APFS));
  if (!pool) why_not = take_tsk_error();
  return pool;
}

Opened open_volume(TskImage& image, const VolumeRow& volume, std::string& why_not) {
  Opened out;
  tsk_error_reset();
  if (volume.scheme == "apfs") {
    out.pool = open_pool(image, volume.offset, why_not);
    if (!out.pool) return out;
    const TSK_POOL_VOLUME_INFO* it = out.pool.get()->vol_list;
    while (it && uint64_t(it->index) != volume.slot.value_or(0)) it = it->next;
    if (it)
      out.pool_image = Handle<TSK_IMG_INFO, tsk_img_close>(out.pool.get()->get_img_info(out.pool.get(), it->block));
    if (out.pool_image) out.fs = TskFs(tsk_fs_open_img(out.pool_image.get(), 0, TSK_FS_TYPE_APFS));
    out.start = out.pool.get()->img_offset;
  } else {
    TSK_FS_TYPE_ENUM type = file_system_type(volume.file_system);
    if (type != TSK_FS_TYPE_UNSUPP) out.fs = TskFs(tsk_fs_open_img(&image, TSK_OFF_T(volume.offset), type));
    if (out.fs) out.start = uint64_t(out.fs.get()->offset);
  }
  if (!out.fs) why_not = take_tsk_error();
  return out;
}

void identify(const Opened& opened, ByteSource& image, VolumeRow& volume) {
  TSK_FS_INFO* fs = opened.fs.get();
  uint64_t start = opened.start;
  switch (fs->ftype) {
    case TSK_FS_TYPE_NTFS: {
      std::vector<uint8_t> boot = peek(image, start, 512);
      Cursor cursor(boot);
      cursor.seek(72);
      volume.serial = fmt::format("{:016x}", cursor.u64le());
      volume.label = ntfs_label(fs);
      break;
    }
    case TSK_FS_TYPE_FAT12:
    case TSK_FS_TYPE_FAT16:
      identify_fat(opened, image, volume, 39, 43);
      break;
    case TSK_FS_TYPE_FAT32:
      identify_fat(opened, image, volume, 67, 71);
      break;
    case TSK_FS_TYPE_EXFAT:
      identify_fat(opened, image, volume, 100, 0);
      break;
    case TSK_FS_TYPE_EXT2:
    case TSK_FS_TYPE_EXT3:
    case TSK_FS_TYPE_EXT4: {
      std::vector<uint8_t> super = peek(image, start + 1024, 256);
      Cursor cursor(super);
      cursor.seek(104);
      volume.serial = hex(cursor.take(16));
      volume.label = trimmed(cursor.take_text(16));
      break;
    }
    case TSK_FS_TYPE_HFS: {
      std::vector<uint8_t> header = peek(image, start + 1024, 512);
      Cursor cursor(header);
      cursor.seek(104);  // finderInfo[6] and [7]
      volume.serial = fmt::format("{:016x}", cursor.u64be());
      TskFile root(tsk_fs_file_open_meta(fs, nullptr, fs->root_inum));
      if (root && root.get()->meta && root.get()->meta->name2) volume.label = printable(root.get()->meta->name2->name);
      break;
    }
    case TSK_FS_TYPE_ISO9660: {
      std::vector<uint8_t> descriptor = peek(image, start + 0x8000, 2048);
      Cursor cursor(descriptor);
      cursor.seek(40);
      volume.label = trimmed(cursor.take_text(32));
      break;
    }
    default:
      if (fs->fs_id_used > 0 && fs->fs_id_used <= sizeof fs->fs_id) volume.serial = hex({fs->fs_id, fs->fs_id_used});
  }
  tsk_error_reset();
}

}  // namespace weft::fs
