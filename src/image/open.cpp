// image::open: from a path to the reader of its container.

#include "base/error.h"
#include "image/containers.h"

namespace weft::image {

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
