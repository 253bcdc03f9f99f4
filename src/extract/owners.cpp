#include "extract/owners.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tuple>

#include "base/error.h"

namespace weft::extract {

std::optional<Claim> claim(const ExtentRow& extent, const std::string& state) {
  if (extent.kind == "sparse" || extent.size == 0 || extent.offset + extent.size < extent.offset) return std::nullopt;
  bool slack = extent.kind == "slack";
  unsigned rank = extent.kind == "resident" ? 0 : slack ? 2 : 1;
  if (state != "allocated" && rank != 0) rank += 2;
  return Claim{{extent.offset, extent.size, extent.file_id, extent.file_offset, slack ? 1u : 0u}, rank};
}

// A sweep over the image: at each border of a claim the best of those that are open owns the bytes up to the next one.
void Owners::build(std::vector<Claim> claims, const std::string& path) {
  std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.owner.offset, a.rank, a.owner.file_id, a.owner.file_offset) <
           std::tie(b.owner.offset, b.rank, b.owner.file_id, b.owner.file_offset);
  });
  auto better = [&](size_t a, size_t b) {
    return std::tie(claims[a].rank, claims[a].owner.file_id, claims[a].owner.file_offset, a) <
           std::tie(claims[b].rank, claims[b].owner.file_id, claims[b].owner.file_offset, b);
  };
  auto end_of = [&](size_t i) { return claims[i].owner.offset + claims[i].owner.size; };
  std::set<size_t, decltype(better)> open(better);
  std::vector<Owner> out;
  uint64_t at = 0;
  for (size_t next = 0; next < claims.size() || !open.empty();) {
    while (!open.empty() && end_of(*open.begin()) <= at) open.erase(open.begin());
    if (open.empty()) {
      if (next == claims.size()) break;
      at = std::max(at, claims[next].owner.offset);
    }
    for (; next < claims.size() && claims[next].owner.offset <= at; ++next)
      if (end_of(next) > at) open.insert(next);
    if (open.empty()) continue;
    size_t best = *open.begin();
    uint64_t until = end_of(best);
    if (next < claims.size()) until = std::min(until, claims[next].owner.offset);
    const Owner& from = claims[best].owner;
    Owner piece{at, until - at, from.file_id, from.file_offset + (at - from.offset), from.slack};
    if (!out.empty() && out.back().file_id == piece.file_id && out.back().slack == piece.slack &&
        out.back().offset + out.back().size == piece.offset &&
        out.back().file_offset + out.back().size == piece.file_offset)
      out.back().size += piece.size;
    else if (piece.size != 0)
      out.push_back(piece);
    at = until;
  }
  write_file(path, as_text({reinterpret_cast<const uint8_t*>(out.data()), out.size() * sizeof(Owner)}));
}

Owners::Owners(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0) throw Error("cannot open", path, errno);
  count_ = size_t(info.st_size) / sizeof(Owner);
  if (count_ == 0) return;
  void* at = ::mmap(nullptr, count_ * sizeof(Owner), PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (at == MAP_FAILED) throw Error("cannot map", path, errno);
  begin_ = static_cast<const Owner*>(at);
}

Owners::~Owners() {
  if (begin_) ::munmap(const_cast<Owner*>(begin_), count_ * sizeof(Owner));
}

const Owner* Owners::at(uint64_t offset) const {
  const Owner* end = begin_ + count_;
  const Owner* it =
      std::upper_bound(begin_, end, offset, [](uint64_t o, const Owner& owner) { return o < owner.offset; });
  if (it == begin_) return nullptr;
  --it;
  return offset - it->offset < it->size ? it : nullptr;
}

}  // namespace weft::extract
