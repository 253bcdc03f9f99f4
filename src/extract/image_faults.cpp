#include "extract/image_faults.h"

#include <cerrno>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

#include "base/error.h"

namespace weft::extract {

using nlohmann::json;

ImageFaultsFile::ImageFaultsFile(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (!fd_) throw Error("cannot create", path, errno);
}

void ImageFaultsFile::add(const Fault& fault) {
  // What a power failure cut off in front of it is a line of its own.
  const json line = {{"offset", fault.offset}, {"size", fault.size}, {"what", fault.what}};
  const std::string text = "\n" + line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  if (::write(fd_.get(), text.data(), text.size()) != ssize_t(text.size())) throw Error("cannot write", path_, errno);
  grown_ = true;
}

void ImageFaultsFile::sync() {
  if (grown_.exchange(false) && ::fdatasync(fd_.get()) != 0) throw Error("cannot write", path_, errno);
}

std::vector<Fault> ImageFaultsFile::read(const std::string& path) {
  std::vector<Fault> out;
  if (!exists(path)) return out;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    const json fault = json::parse(line, nullptr, false);
    if (fault.is_object() && fault.contains("what"))
      out.push_back({fault.value("offset", uint64_t(0)), fault.value("size", uint64_t(0)), fault.value("what", "")});
  }
  return out;
}

}  // namespace weft::extract
