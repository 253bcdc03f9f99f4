// ext4's documentation in the Linux kernel (Documentation/filesystems/ext4): the superblock at 1024; behind its block
// one descriptor for each group, with the block of the group's inodes; in an inode with the flag "inline data" 60 bytes
// of content in the place of the block map, and the rest in the extended attribute "system.data" behind its fixed
// fields.
#include "fs/ext.h"

#include <algorithm>

#include "base/cursor.h"

namespace weft::fs {
namespace {

constexpr uint64_t superblock = 1024;
constexpr size_t superblock_size = 1024;
constexpr uint32_t has_meta_groups = 0x10, has_64_bits = 0x80, has_inline_data = 0x8000;  // incompatible features
constexpr uint32_t is_inline = 0x10000000;                                                // flag of an inode
constexpr size_t block_map = 0x28, block_map_size = 60;

uint32_t u32_at(Bytes bytes, size_t at) {
  Cursor in(bytes);
  in.seek(at);
  return in.u32le();
}
uint16_t u16_at(Bytes bytes, size_t at) {
  Cursor in(bytes);
  in.seek(at);
  return in.u16le();
}

ExtentRow resident(uint64_t offset, uint64_t size, uint64_t file_offset) {
  ExtentRow row;
  row.offset = offset, row.size = size, row.file_offset = file_offset;
  row.kind = "resident";
  return row;
}

// Where in the inode the value of "system.data" begins, if it is of that size; else 0.
size_t rest_of(Bytes inode, size_t size) {
  constexpr size_t fixed = 128, magic_size = 4;
  constexpr uint32_t magic = 0xea020000;
  constexpr uint8_t system = 7;
  const size_t attributes = fixed + u16_at(inode, fixed);
  if (u32_at(inode, attributes) != magic) return 0;
  Cursor in(inode);
  in.seek(attributes + magic_size);
  while (in.ok() && in.remaining() >= 16) {
    const uint8_t name_size = in.u8(), index = in.u8();
    const size_t value = in.u16le();
    const uint32_t outside = in.u32le(), value_size = in.u32le();
    in.skip(4);
    if (name_size == 0 && index == 0) break;
    const std::string_view name = in.take_text(name_size);
    in.skip((4 - name_size % 4) % 4);
    const size_t begin = attributes + magic_size + value;
    if (index == system && name == "data" && outside == 0)
      return value_size == size && begin + size <= inode.size() ? begin : 0;
  }
  return 0;
}

}  // namespace

InodeTables::InodeTables(ByteSource& image, uint64_t start) : image_(image), start_(start) {
  const std::vector<uint8_t> head = read(start + superblock, superblock_size);
  constexpr uint16_t magic = 0xef53, least_descriptor = 32;
  const uint32_t features = u32_at(head, 0x60), log_size = u32_at(head, 0x18);
  if (head.size() < superblock_size || u16_at(head, 0x38) != magic || log_size > 6) return;
  if (!(features & has_inline_data) || (features & has_meta_groups)) return;
  block_size_ = superblock << log_size;
  descriptors_ = (u32_at(head, 0x14) + uint64_t(1)) * block_size_;
  descriptor_size_ = features & has_64_bits ? u16_at(head, 0xfe) : least_descriptor;
  inodes_ = u32_at(head, 0);
  inode_size_ = u16_at(head, 0x58);
  if (descriptor_size_ >= least_descriptor && inode_size_ >= 128 && inode_size_ <= block_size_)
    inodes_per_group_ = u32_at(head, 0x28);
}

std::vector<uint8_t> InodeTables::read(uint64_t offset, size_t size) const {
  std::vector<uint8_t> bytes(size);
  std::vector<Fault> faults;
  bytes.resize(image_.read(offset, bytes, faults));
  if (!faults.empty()) bytes.clear();
  return bytes;
}

std::vector<ExtentRow> InodeTables::inline_data(uint64_t inode, uint64_t size) const {
  if (inodes_per_group_ == 0 || inode == 0 || inode > inodes_ || size == 0 || size > inode_size_) return {};
  const uint64_t group = (inode - 1) / inodes_per_group_, index = (inode - 1) % inodes_per_group_;
  const std::vector<uint8_t> descriptor = read(start_ + descriptors_ + group * descriptor_size_, descriptor_size_);
  if (descriptor.size() < descriptor_size_) return {};
  uint64_t table = u32_at(descriptor, 8);
  if (descriptor_size_ >= 64) table |= uint64_t(u32_at(descriptor, 0x28)) << 32;
  if (table > image_.size() / block_size_) return {};
  const uint64_t at = start_ + table * block_size_ + index * inode_size_;
  const std::vector<uint8_t> bytes = read(at, inode_size_);
  if (bytes.size() < inode_size_ || !(u32_at(bytes, 0x20) & is_inline)) return {};
  std::vector<ExtentRow> out{resident(at + block_map, std::min<uint64_t>(size, block_map_size), 0)};
  if (size <= block_map_size) return out;
  const size_t rest = size - block_map_size, begin = rest_of(bytes, rest);
  if (begin > 0) out.push_back(resident(at + begin, rest, block_map_size));
  return out;
}

}  // namespace weft::fs
