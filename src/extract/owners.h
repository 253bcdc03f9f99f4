// Owners: which file each byte of the image belongs to. Made once from all extents, then read-only and shared by all
// threads; kept as a sorted file that is mapped, so that memory does not grow with the image.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "model/rows.h"

namespace weft::extract {

// A stretch of the image with one owner. Stretches do not overlap.
struct Owner {
  uint64_t offset, size, file_id, file_offset;
  uint64_t slack;  // 1 when the stretch is slack behind the file's content
};

// What claims a stretch, before overlaps are settled. Where several claim the same bytes, the lowest rank wins, then
// the lowest file id: data inside the metadata of a small file before the metadata file around it, allocated before
// deleted, content before slack.
struct Claim {
  Owner owner;
  unsigned rank;
};
std::optional<Claim> claim(const ExtentRow& extent, const std::string& state);

class Owners {
 public:
  static void build(std::vector<Claim> claims, const std::string& path);
  explicit Owners(const std::string& path);
  ~Owners();
  Owners(const Owners&) = delete;
  // The stretch that holds this byte of the image, if any file does.
  const Owner* at(uint64_t offset) const;

 private:
  const Owner* begin_ = nullptr;
  size_t count_ = 0;
};

}  // namespace weft::extract
