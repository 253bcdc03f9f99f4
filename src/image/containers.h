// The readers of the single containers, one .cpp each; open.cpp chooses. Internal to this module.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "image/image.h"

namespace weft::image {

inline Image image_of(std::string format, std::vector<std::string> parts, std::vector<Fault> faults = {}) {
  Image image;
  image.format = std::move(format);
  image.parts = std::move(parts);
  image.faults = std::move(faults);
  return image;
}

// Every evidence file of the exhibit, the given one first. Errors name what is missing.
std::vector<std::string> raw_parts(const std::string& path);
std::vector<std::string> ewf_parts(const std::string& path);
std::vector<std::string> vmdk_parts(const std::string& path);
std::vector<std::string> vhd_parts(const std::string& path);
std::vector<std::string> qcow_parts(const std::string& path);

Image open_raw(const Recognised& what);  // raw, split raw, device
Image open_ewf(const Recognised& what);
Image open_vmdk(const Recognised& what);
Image open_vhd(const Recognised& what);  // vhd, vhdx
Image open_qcow(const Recognised& what);
Image open_folder(const Recognised& what);
Image open_archive(const Recognised& what, const OpenOptions& options);  // zip, tar

// The path of the image whose changes `path` holds: named by `name` inside it, looked for beside it by its bare name
// only, for a name inside evidence must never lead to other places of this machine. Error when it is not there.
std::string parent_beside(const std::string& path, const std::string& name);

// True when libarchive finds a tar inside (plain or compressed). Reads the first block only.
bool is_tar(const std::string& path);

}  // namespace weft::image
