// Which container a path holds, by its content.
//
// Most containers sign their first bytes; Apple disk images and VHDs sign their last 512 instead (a fixed VHD signs
// nothing else). What is signed but cannot be read here is refused by name: read as raw, a compressed container would
// give a clean run over noise, and a report that says "nothing found". For the same reason a file that is named like a
// container but lacks its signature is refused: it is damaged, or not what its name says, and a person must decide.

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"
#include "image/container_signatures.h"
#include "image/containers.h"
#include "image/evidence_file.h"

namespace weft::image {
namespace {

using namespace std::string_view_literals;
namespace files = std::filesystem;

constexpr size_t edge = 64 * KiB;  // how much of both ends is looked at

// The first and last bytes of an exhibit.
struct Edges {
  std::vector<uint8_t> head, tail;
  uint64_t size = 0;
  std::string_view begin() const { return as_text(head); }
  std::string_view end() const { return as_text(tail); }
  // The last count bytes, or nothing when there are fewer.
  std::string_view last(size_t count) const { return end().size() < count ? ""sv : end().substr(end().size() - count); }
};

bool at(std::string_view text, size_t offset, std::string_view magic) {
  return text.size() >= offset + magic.size() && text.substr(offset, magic.size()) == magic;
}

bool is_vmdk_descriptor(const Edges& edges) {
  return lower_ascii(edges.begin().substr(0, 512)).find("# disk descriptorfile") != std::string::npos;
}

bool is_aff4(const Edges& edges) {
  for (std::string_view text : {edges.begin(), edges.end()}) {
    for (std::string_view mark : {"aff4://"sv, "container.description"sv, "information.turtle"sv}) {
      if (text.find(mark) != std::string_view::npos) return true;
    }
  }
  return false;
}

bool has_vhd_footer(const Edges& edges) {
  // Virtual PC before 2004 wrote a footer of 511 bytes.
  return at(edges.last(512), 0, "conectix"sv) || at(edges.last(511), 0, "conectix"sv);
}

// A tar header names the sum of its own bytes, which holds for old tars without "ustar" as well.
bool is_plain_tar(const Edges& edges) {
  if (edges.head.size() < 512 || edges.head[0] == 0) return false;
  uint64_t stated = 0, sum = 0;
  bool digits = false;
  for (size_t i = 148; i < 156; i++) {
    const char c = char(edges.head[i]);
    if (c >= '0' && c <= '7') {
      stated = stated * 8 + uint64_t(c - '0');
      digits = true;
    } else if (c != ' ' && c != '\0') {
      return false;
    }
  }
  for (size_t i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? ' ' : edges.head[i];
  return digits && stated == sum;
}

// What a name promises, for containers whose loss of signature must not pass silently.
std::string_view promise_of(const std::string& path) {
  const files::path file(path);
  std::string suffix = lower_ascii(file.extension().string());
  if (suffix.size() == 4 && suffix[1] == 'e' && (is_digit(suffix[2]) || suffix == ".eaa")) return "an EnCase image";
  if (suffix == ".ex01" || suffix == ".l01" || suffix == ".lx01") return "an EnCase image";
  if (suffix == ".s01") return "a SMART image";
  if (suffix == ".vhd" || suffix == ".avhd") return "a VHD";
  if (suffix == ".vhdx" || suffix == ".avhdx") return "a VHDX";
  if (suffix == ".qcow" || suffix == ".qcow2") return "a QCOW image";
  if (suffix == ".vdi") return "a VDI";
  if (suffix == ".aff" || suffix == ".afd" || suffix == ".afm") return "an AFF image";
  if (suffix == ".aff4" || suffix == ".af4") return "an AFF4 image";
  if (suffix == ".wim" || suffix == ".esd") return "a WIM";
  if (suffix == ".zip" || suffix == ".docx" || suffix == ".xlsx" || suffix == ".jar") return "a zip archive";
  if (suffix == ".tar" || suffix == ".tgz" || suffix == ".txz") return "a tar archive";
  if (suffix == ".gz" || suffix == ".xz" || suffix == ".zst" || suffix == ".bz2") return "a compressed stream";
  if (suffix == ".7z") return "a 7z archive";
  if (suffix == ".rar") return "a RAR archive";
  if (suffix == ".vmdk") {
    // The extents of a flat VMDK carry its name and are raw data: "x-flat.vmdk", "x-f001.vmdk".
    const std::string stem = file.stem().string();
    const size_t dash = stem.rfind('-');
    const std::string tail = dash == std::string::npos ? "" : stem.substr(dash + 1);
    if (tail == "flat" || (tail.size() == 4 && tail[0] == 'f' && is_digit(tail[1]))) return {};
    return "a VMDK";
  }
  return {};
}

Edges edges_of(const std::vector<std::string>& parts) {
  Edges edges;
  for (const std::string& part : parts) {
    const EvidenceFile file(part);
    if (edges.head.empty()) edges.head = file.read(0, edge);
    edges.tail = file.read(file.size() - std::min<uint64_t>(edge, file.size()), edge);
    edges.size += file.size();
  }
  return edges;
}

// The format by content, or an Error for what is known and not read; empty for no container.
std::string format_of(const Edges& edges, const std::string& path, bool in_one_piece) {
  if (at(edges.last(512), 0, "koly"sv))
    throw Error(fmt::format("is an Apple disk image (DMG): {}", advice_for_apple), path);
  if (const ContainerSignature* found = container_signature(edges.begin())) {
    if (found->sort == ContainerSignature::stream && in_one_piece && is_tar(path)) return "tar";
    if (found->format == "zip" && is_aff4(edges))
      throw Error("is an AFF4 image: export it as E01 or raw with the tool that made it and take in the result", path);
    if (found->format.empty())
      throw Error(fmt::format("is {}: {}. If these are raw bytes that only begin like one, take them in with --raw",
                              found->name, found->advice),
                  path);
    return std::string(found->format);
  }
  if (is_vmdk_descriptor(edges)) return "vmdk";
  if (has_vhd_footer(edges)) return "vhd";
  if (at(edges.begin(), 0, "conectix"sv)) {
    throw Error(
        "is a VHD without its footer: the file is truncated or damaged. Its bytes can be scanned as they lie with "
        "--raw",
        path);
  }
  if (is_plain_tar(edges)) return "tar";
  return {};
}

}  // namespace

Recognised recognise(const std::string& path_given, Reading reading) {
  const std::string path = files::absolute(path_given).lexically_normal().string();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw Error("cannot open the evidence", path, errno);
  if (S_ISDIR(status.st_mode)) {
    if (reading == Reading::as_raw) throw Error("is a folder, which has no raw bytes: take it in without --raw", path);
    const bool slashed = path.size() > 1 && path.back() == '/';
    return {"folder", {slashed ? path.substr(0, path.size() - 1) : path}};
  }
  // What is on a device was written by its owner, who may have put a container's signature there: always raw.
  if (S_ISBLK(status.st_mode)) return EvidenceFile(path), Recognised{"device", {path}};

  if (reading == Reading::as_raw) {
    std::vector<std::string> parts = raw_parts(path);
    return {parts.size() == 1 ? "raw" : "split raw", std::move(parts)};
  }
  const Edges alone = edges_of({path});
  std::string format = format_of(alone, path, true);
  if (format == "ewf") return {format, ewf_parts(path)};
  if (format == "vmdk") return {format, vmdk_parts(path)};
  if (format == "vhd" || format == "vhdx") return {format, vhd_parts(path)};
  if (format == "qcow2") return {format, qcow_parts(path)};
  if (!format.empty()) return {format, {path}};

  if (const std::string_view promise = promise_of(path); !promise.empty()) {
    throw Error(fmt::format("is named like {}, but its signature is missing: it is damaged, or not one. If it is a raw "
                            "image, take it in with --raw",
                            promise),
                path);
  }
  std::vector<std::string> parts = raw_parts(path);
  if (parts.size() == 1) return {"raw", parts};
  // A container cut into parts signs its end in the last one only.
  if (format = format_of(edges_of(parts), path, false); !format.empty()) {
    throw Error(
        fmt::format("is a {} cut into {} parts: join them first (cat) and take in the whole", format, parts.size()),
        path);
  }
  return {"split raw", std::move(parts)};
}

}  // namespace weft::image
