#include "extract/content_files.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"

namespace weft::extract {
namespace {

// A record of the facts: SHA-256 and MD5 in hex, the type padded with NULs, whether a stream goes on, and a check over
// them.
constexpr size_t sha256_size = 64, md5_size = 32, type_size = 95, check_size = 16;
constexpr size_t record_size = sha256_size + md5_size + type_size + 1 + check_size;

}  // namespace

void ContentFiles::Builder::add(const FileRow& file, std::span<const ExtentRow> extents) {
  if (file.kind != "file" || file.state != "allocated" || file.size == 0 || file.size > largest) return;
  uint64_t at = 0;
  std::vector<Piece> pieces;
  for (const ExtentRow& extent : extents) {
    if (extent.kind == "slack") continue;
    if (extent.file_offset != at || (extent.kind != "data" && extent.kind != "sparse")) return;
    at += extent.size;
    if (extent.kind == "sparse") continue;
    const Owner* owner = owners_.at(extent.offset);
    if (!owner || owner->file_id != file.file_id || owner->slack != 0 ||
        owner->offset + owner->size < extent.offset + extent.size)
      return;
    Piece* last = pieces.empty() ? nullptr : &pieces.back();
    if (last && last->end() == extent.offset && last->file_offset + last->size == extent.file_offset)
      last->size += extent.size;
    else
      pieces.push_back({extent.offset, extent.size, file.file_id, extent.file_offset, file.size, 0});
  }
  if (at != file.size || pieces.empty()) return;
  const Piece& first = pieces.front();
  const uint64_t page_end = (first.offset / limits_.page + 1) * limits_.page;
  pieces.front().whole = first.size == file.size && first.end() <= page_end + limits_.margin_after;
  pieces_.insert(pieces_.end(), pieces.begin(), pieces.end());
}

void ContentFiles::Builder::write(const std::string& path) {
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.offset < b.offset; });
  write_file(path, as_text({reinterpret_cast<const uint8_t*>(pieces_.data()), pieces_.size() * sizeof(Piece)}));
}

std::span<const Piece> ContentFiles::all() const {
  const Bytes bytes = file_.bytes();
  return {reinterpret_cast<const Piece*>(bytes.data()), bytes.size() / sizeof(Piece)};
}

std::span<const Piece> ContentFiles::within(uint64_t begin, uint64_t end) const {
  const std::span<const Piece> pieces = all();
  const auto first = std::partition_point(pieces.begin(), pieces.end(), [&](auto& p) { return p.end() <= begin; });
  const auto last = std::partition_point(first, pieces.end(), [&](auto& p) { return p.offset < end; });
  return pieces.subspan(size_t(first - pieces.begin()), size_t(last - first));
}

std::optional<size_t> ContentFiles::find(uint64_t offset) const {
  const std::span<const Piece> pieces = all();
  const auto at = std::partition_point(pieces.begin(), pieces.end(), [&](auto& p) { return p.offset < offset; });
  if (at == pieces.end() || at->offset != offset) return std::nullopt;
  return size_t(at - pieces.begin());
}

FactsFile::FactsFile(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (!fd_) throw Error("cannot create", path, errno);
}

void FactsFile::put(size_t number, const ContentFacts& facts) {
  if (facts.type.size() > type_size) return;
  check(facts.sha256.size() == sha256_size && facts.md5.size() == md5_size, "hashes are in hex");
  std::string record = facts.sha256 + facts.md5 + facts.type;
  record.resize(sha256_size + md5_size + type_size);
  record += char(facts.goes_on);
  record += sha256_hex(as_bytes(record)).substr(0, check_size);
  if (::pwrite(fd_.get(), record.data(), record.size(), off_t(number * record_size)) != ssize_t(record.size()))
    throw Error("cannot write", path_, errno);
}

void FactsFile::sync() {
  if (::fdatasync(fd_.get()) != 0) throw Error("cannot write", path_, errno);
}

std::optional<ContentFacts> FactsFile::get(size_t number) const {
  std::string record(record_size, '\0');
  if (::pread(fd_.get(), record.data(), record_size, off_t(number * record_size)) != ssize_t(record_size))
    return std::nullopt;
  const std::string_view body = std::string_view(record).substr(0, record_size - check_size);
  if (sha256_hex(as_bytes(body)).compare(0, check_size, record, body.size(), check_size) != 0) return std::nullopt;
  const std::string_view type = body.substr(sha256_size + md5_size, type_size);
  return ContentFacts{std::string(body.substr(0, sha256_size)), std::string(body.substr(sha256_size, md5_size)),
                      std::string(type.substr(0, type.find('\0'))), body.back() != 0};
}

}  // namespace weft::extract
