// VMware disks (VMDK), by libvmdk.
//
// A VMDK is described by a short text, inside the sparse file itself or in a file of its own. It lists the extents:
//   RW 4192256 SPARSE "disk-s001.vmdk"        access, sectors, type, file, and for FLAT the sector it starts at
// and may name a parent disk (a snapshot). Source: VMware Virtual Disk Format 5.0. We read that list ourselves first,
// to name a missing extent and because libvmdk would follow any path in it: a name inside evidence must never lead to
// other places of this machine, so only bare names beside the descriptor are accepted.

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <libvmdk.h>

#include "base/cursor.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/libyal.h"

namespace weft::image {
namespace {

namespace files = std::filesystem;

struct Vmdk {
  using File = libvmdk_handle_t;
  using Problem = libvmdk_error_t;
  static ssize_t read(File* file, void* out, size_t size, off64_t offset, Problem** problem) {
    return libvmdk_handle_read_buffer_at_offset(file, out, size, offset, problem);
  }
  static int backtrace(Problem* problem, char* out, size_t size) {
    return libvmdk_error_backtrace_sprint(problem, out, size);
  }
  static void free_problem(Problem** problem) { libvmdk_error_free(problem); }
  static void close(File* file) {
    libvmdk_handle_close(file, nullptr);
    libvmdk_handle_free(&file, nullptr);
  }
};
using Owned = LibyalSource<Vmdk>::Owned;

constexpr uint64_t sector = 512;

struct Extent {
  uint64_t sectors = 0, start = 0;
  std::string type, name;
};

struct Descriptor {
  bool embedded = false;
  std::string create_type, parent, parent_cid;
  std::vector<Extent> extents;
};

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error("cannot read this VMDK: " + why, path);
}

// The text of the description; empty when an old sparse file (COWD) has none.
std::string descriptor_text(const EvidenceFile& file, bool& embedded) {
  constexpr uint64_t longest = 1 * MiB;
  const auto head = file.read(0, 512);
  embedded = as_text(head).starts_with("KDMV");
  if (as_text(head).starts_with("COWD")) return {};
  if (!embedded) return std::string(as_text(file.read(0, std::min(file.size(), longest))));
  Cursor cursor(head);
  cursor.seek(28);
  const uint64_t at = cursor.u64le(), size = cursor.u64le();
  if (!cursor.ok()) refuse(file.path(), "its header is truncated");
  if (at == 0 || size == 0) return {};
  if (at > file.size() / sector || size > longest / sector) refuse(file.path(), "its header is damaged (descriptor)");
  return std::string(as_text(file.read(at * sector, size * sector)));
}

std::string_view next_word(std::string_view& line) {
  const size_t from = line.find_first_not_of(" \t");
  if (from == std::string_view::npos) return line = {};
  const size_t to = std::min(line.find_first_of(" \t", from), line.size());
  const std::string_view word = line.substr(from, to - from);
  line.remove_prefix(to);
  return word;
}

uint64_t number(std::string_view text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string quoted(std::string_view& line) {
  const size_t from = line.find('"');
  const size_t to = from == std::string_view::npos ? from : line.find('"', from + 1);
  if (to == std::string_view::npos) return {};
  std::string out(line.substr(from + 1, to - from - 1));
  line.remove_prefix(to + 1);
  return out;
}

void read_line(std::string_view line, Descriptor& out) {
  std::string_view rest = line;
  const std::string first = lower_ascii(next_word(rest));
  if (first == "rw" || first == "rdonly" || first == "noaccess") {
    Extent extent;
    extent.sectors = number(next_word(rest));
    extent.type = next_word(rest);
    if (extent.type != "ZERO") {
      extent.name = quoted(rest);
      extent.start = number(next_word(rest));
    }
    out.extents.push_back(std::move(extent));
    return;
  }
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  std::string_view key_part = line.substr(0, equals), value = line.substr(equals + 1);
  const std::string key = lower_ascii(next_word(key_part));
  if (key == "createtype") out.create_type = quoted(value);
  if (key == "parentfilenamehint") out.parent = quoted(value);
  if (key == "parentcid") out.parent_cid = lower_ascii(next_word(value));
}

Descriptor describe(const std::string& path) {
  const EvidenceFile file(path);
  Descriptor out;
  std::string text = descriptor_text(file, out.embedded);
  text.resize(std::min(text.find('\0'), text.size()));
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    read_line(rest.substr(0, end), out);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (out.extents.size() > 65536) refuse(path, "its descriptor lists too many extents");
  }
  return out;
}

struct Disk {
  std::vector<std::string> parts;
  Descriptor descriptor;
};

// Every extent is there, beside the descriptor, and of a kind that is read here.
Disk examine(const std::string& path) {
  Disk disk{{path}, describe(path)};
  for (const Extent& extent : disk.descriptor.extents) {
    if (extent.sectors == 0 || extent.sectors > (uint64_t{1} << 50) / sector)
      refuse(path, "the size of an extent is damaged");
    if (extent.type == "ZERO") continue;
    if (extent.type == "VMFSRDM" || extent.type == "VMFSRAW")
      refuse(path, "it stands for a physical disk: image that disk");
    if (extent.name.empty() || extent.name.find_first_of("/\\") != std::string::npos || extent.name == "..") {
      refuse(path, fmt::format("it names an extent outside its own folder, {}: put all extents beside it and write "
                               "their bare names into a working copy of the descriptor",
                               printable(extent.name)));
    }
    const std::string file = (files::path(path).parent_path() / extent.name).string();
    if (disk.descriptor.embedded) {
      // The one extent is this file, but libvmdk goes by the name it was made under.
      if (extent.name == files::path(path).filename().string()) continue;
      refuse(path, fmt::format("it was renamed, and is only found under the name that it was made with: take in a copy "
                               "(or a hard link) called {}",
                               printable(extent.name)));
    }
    if (!exists(file)) throw Error(fmt::format("the extent {} of the VMDK is missing", printable(extent.name)), path);
    if (std::find(disk.parts.begin(), disk.parts.end(), file) == disk.parts.end()) disk.parts.push_back(file);
    const bool flat = extent.type == "FLAT" || extent.type == "VMFS";
    const uint64_t needed = (extent.start + extent.sectors) * sector, there = EvidenceFile(file).size();
    if (flat && there < needed) {
      refuse(path,
             fmt::format("the extent {} has {} bytes instead of {}: it is truncated. To read what is left, take in "
                         "the extent itself",
                         printable(extent.name), there, needed));
    }
  }
  return disk;
}

struct Chain {
  std::vector<std::string> paths;  // every file, the given one first
  std::vector<Owned> open;         // deepest first
  std::string create_type;
};

Owned open_file(const std::string& path) {
  libvmdk_error_t* problem = nullptr;
  libvmdk_handle_t* handle = nullptr;
  if (libvmdk_handle_initialize(&handle, &problem) != 1) fail<Vmdk>("cannot start libvmdk", path, problem);
  Owned owned(handle);
  libvmdk_handle_set_maximum_number_of_open_handles(handle, 64, nullptr);
  if (libvmdk_handle_open(handle, path.c_str(), libvmdk_get_access_flags_read(), &problem) != 1) {
    fail<Vmdk>("cannot open the VMDK: it is damaged", path, problem);
  }
  if (libvmdk_handle_open_extent_data_files(handle, &problem) != 1) {
    fail<Vmdk>("cannot open the extents of the VMDK: one is damaged or truncated", path, problem);
  }
  return owned;
}

Chain open_chain(const std::string& path) {
  constexpr size_t deepest = 32;
  Chain chain;
  std::string at = path;
  for (;;) {
    Disk disk = examine(at);
    if (chain.paths.empty()) chain.create_type = disk.descriptor.create_type;
    chain.paths.insert(chain.paths.end(), disk.parts.begin(), disk.parts.end());
    chain.open.insert(chain.open.begin(), open_file(at));
    libvmdk_handle_t* handle = chain.open.front().get();
    if (chain.open.size() > 1) {
      libvmdk_error_t* problem = nullptr;
      uint32_t stated = 0, actual = 0;
      if (libvmdk_handle_get_parent_content_identifier(chain.open[1].get(), &stated, nullptr) != 1 ||
          libvmdk_handle_get_content_identifier(handle, &actual, nullptr) != 1 || stated != actual) {
        throw Error(
            fmt::format("is not in the state that the snapshot above it was made from (content id {:08x} instead "
                        "of {:08x})",
                        actual, stated),
            at);
      }
      if (libvmdk_handle_set_parent_handle(chain.open[1].get(), handle, &problem) != 1) {
        fail<Vmdk>("cannot put the snapshot onto its parent disk", at, problem);
      }
    }
    const Descriptor& it = disk.descriptor;
    if (it.parent_cid.empty() || it.parent_cid == "ffffffff") return chain;
    const std::string parent = parent_beside(at, it.parent);
    if (chain.open.size() == deepest ||
        std::find(chain.paths.begin(), chain.paths.end(), parent) != chain.paths.end()) {
      throw Error("the chain of parent disks has no end", path);
    }
    at = parent;
  }
}

}  // namespace

std::vector<std::string> vmdk_parts(const std::string& path) {
  return open_chain(path).paths;
}

Image open_vmdk(const Recognised& what) {
  const std::string& path = what.parts.front();
  Chain chain = open_chain(path);
  Image image = image_of(what.format, std::move(chain.paths));
  libvmdk_error_t* problem = nullptr;
  size64_t size = 0;
  if (libvmdk_handle_get_media_size(chain.open.back().get(), &size, &problem) != 1 || size == 0) {
    fail<Vmdk>("cannot open the VMDK: its size is damaged", path, problem);
  }
  if (!chain.create_type.empty()) image.metadata.emplace_back("create_type", printable(chain.create_type));
  image.bytes = std::make_unique<LibyalSource<Vmdk>>(std::move(chain.open), size);
  return image;
}

}  // namespace weft::image
