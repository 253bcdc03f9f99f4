// The MFT entry, as the Linux-NTFS project's documentation describes it: "FILE", at 20 the offset of the first
// attribute; each attribute: type u32, length u32, non-resident u8, …, at 14 its id u16; resident ones: at 16 the
// content's size u32, at 20 its offset u16. The list ends with type 0xFFFFFFFF. The boot sector's byte 64 gives the
// entry's size: in clusters when positive, as a power of two when negative.
#include "fs/ntfs.h"

#include <tsk/fs/tsk_ntfs.h>

#include "base/cursor.h"

namespace weft::fs {

Mft::Mft(TSK_FS_INFO* fs, const Ground& ground) {
  TskFile mft(tsk_fs_file_open_meta(fs, nullptr, 0));
  const TSK_FS_ATTR* data = mft ? tsk_fs_file_attr_get(mft.get()) : nullptr;
  if (data) extents_ = extents_of(*mft.get(), *data, ground);
  tsk_error_reset();
  auto* info = reinterpret_cast<NTFS_INFO*>(fs);  // TSK's own way from the generic structure to the NTFS one
  if (info->mft_rsize_b >= 512 && info->mft_rsize_b <= 64 * KiB) entry_size_ = info->mft_rsize_b;
}

std::optional<ExtentRow> Mft::resident(ByteSource& image, uint64_t inode, uint32_t type, uint16_t id,
                                       uint64_t size) const {
  if (entry_size_ == 0 || inode > UINT64_MAX / entry_size_ - 1) return std::nullopt;
  uint64_t begin = inode * entry_size_, at = 0;
  for (const ExtentRow& extent : extents_)
    if (extent.kind == "data" && begin >= extent.file_offset && begin + entry_size_ <= extent.file_offset + extent.size)
      at = extent.offset + (begin - extent.file_offset);
  if (at == 0) return std::nullopt;
  std::vector<uint8_t> entry(entry_size_);
  std::vector<Fault> faults;
  entry.resize(image.read(at, entry, faults));

  Cursor cursor(entry);
  if (cursor.take_text(4) != "FILE") return std::nullopt;
  cursor.seek(20);
  cursor.seek(cursor.u16le());
  while (cursor.ok() && cursor.remaining() >= 24) {
    size_t start = cursor.position();
    uint32_t its_type = cursor.u32le(), length = cursor.u32le();
    if (its_type == 0xFFFFFFFF || length < 24) break;
    bool non_resident = cursor.u8() != 0;
    cursor.skip(5);
    uint16_t its_id = cursor.u16le();
    uint64_t content_size = cursor.u32le(), content = start + cursor.u16le();
    if (its_type == type && its_id == id && !non_resident && content_size == size && content + size <= entry.size()) {
      ExtentRow row;
      row.offset = at + content;
      row.size = size;
      row.kind = "resident";
      return row;
    }
    cursor.seek(start + length);
  }
  return std::nullopt;
}

}  // namespace weft::fs
