// image::open: from a path to the reader of its container.

#include <filesystem>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "image/containers.h"

namespace weft::image {

std::string parent_beside(const std::string& path, const std::string& name) {
  const std::string bare = name.substr(name.find_last_of("/\\:") + 1);
  const std::string parent = (std::filesystem::path(path).parent_path() / bare).string();
  if (bare.empty()) throw Error("holds only the changes to another image, whose name it does not say", path);
  if (!exists(parent)) {
    const std::string elsewhere =
        bare == name
            ? ""
            : fmt::format(" (inside, it is called {}; names inside evidence are not followed to other folders)",
                          printable(name));
    throw Error(fmt::format("holds only the changes to another image, {}, which is not beside it: put it there{}",
                            printable(bare), elsewhere),
                path);
  }
  return parent;
}

Image open(const std::string& path, const OpenOptions& options) {
  const Recognised what = recognise(path, options.reading);
  if (what.format == "folder") return open_folder(what);
  if (what.format == "zip" || what.format == "tar") return open_archive(what, options);
  if (what.format == "ewf") return open_ewf(what);
  if (what.format == "vmdk") return open_vmdk(what);
  if (what.format == "vhd" || what.format == "vhdx") return open_vhd(what);
  if (what.format == "qcow2") return open_qcow(what);
  return open_raw(what);
}

}  // namespace weft::image
