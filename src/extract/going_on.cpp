#include "extract/going_on.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <tuple>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "scan/long_stream.h"

namespace weft::extract {
namespace {

// A record: where the stream begins, the name of its layer padded with NULs, and a check over both.
constexpr size_t name_size = 8, check_size = 8, body_size = sizeof(uint64_t) + name_size;
constexpr size_t record_size = body_size + check_size;

std::string check_of(std::string_view body) {
  return sha256_hex(as_bytes(body)).substr(0, check_size);
}

}  // namespace

GoingOnFile::GoingOnFile(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (!fd_) throw Error("cannot create", path, errno);
  // Half a record may be at the end after a power failure: the next one begins where records do.
  const off_t size = ::lseek(fd_.get(), 0, SEEK_END);
  if (size < 0 || ::ftruncate(fd_.get(), size - size % off_t(record_size)) != 0)
    throw Error("cannot write", path, errno);
}

void GoingOnFile::add(const scan::GoingOn& stream) {
  check(stream.layer.size() <= name_size, "layers have short names");
  std::string record(reinterpret_cast<const char*>(&stream.offset), sizeof stream.offset);
  record += stream.layer;
  record.resize(body_size);
  record += check_of(record);
  if (::write(fd_.get(), record.data(), record.size()) != ssize_t(record.size()))
    throw Error("cannot write", path_, errno);
}

void GoingOnFile::sync() {
  if (::fdatasync(fd_.get()) != 0) throw Error("cannot write", path_, errno);
}

std::vector<scan::GoingOn> GoingOnFile::all() const {
  const std::string text = read_file(path_);
  std::vector<scan::GoingOn> out;
  for (std::string_view rest = text; rest.size() >= record_size; rest.remove_prefix(record_size)) {
    const std::string_view body = rest.substr(0, body_size), name = body.substr(sizeof(uint64_t));
    if (check_of(body) != rest.substr(body_size, check_size)) continue;
    scan::GoingOn stream;
    std::memcpy(&stream.offset, body.data(), sizeof stream.offset);
    stream.layer = name.substr(0, name.find('\0'));
    if (scan::LongStream::is_one(stream.layer)) out.push_back(stream);
  }
  const auto key = [](const scan::GoingOn& one) { return std::tie(one.offset, one.layer); };
  std::sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  out.erase(std::unique(out.begin(), out.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }),
            out.end());
  return out;
}

}  // namespace weft::extract
