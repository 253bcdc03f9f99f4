// Raw images: one file, a device, or a file cut into parts that only their names hold together.
//
// Cutting tools number the parts .000 or .001 upwards (FTK Imager, dd front ends; always as wide as the first, wider
// once the width is used up) or letter them .aa, .ab, … (split(1)). Nothing in the bytes tells that a part is missing,
// so the names are all there is: a hole in them is an Error, because an image read past a hole is wrong from there on.

#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/text.h"
#include "image/containers.h"
#include "image/evidence_file.h"

namespace weft::image {
namespace {

namespace files = std::filesystem;

// The place of a part in its set, by its suffix (the name behind the last dot).
struct Place {
  bool letters = false;
  size_t width = 0;
  uint64_t number = 0;
};

std::optional<Place> place_of(std::string_view suffix) {
  if (suffix.size() < 2 || suffix.size() > 6) return std::nullopt;
  Place place{.letters = !is_digit(suffix[0]), .width = suffix.size()};
  for (char c : suffix) {
    const bool fits = place.letters ? c >= 'a' && c <= 'z' : is_digit(c);
    if (!fits) return std::nullopt;
    place.number = place.letters ? place.number * 26 + uint64_t(c - 'a') : place.number * 10 + uint64_t(c - '0');
  }
  if (!place.letters && place.width < 3) return std::nullopt;
  return place;
}

std::string suffix_of(const Place& like, uint64_t number) {
  if (!like.letters) return fmt::format("{:0{}}", number, like.width);
  std::string out(like.width, 'a');
  for (size_t i = like.width; i-- > 0; number /= 26) out[i] = char('a' + number % 26);
  return out;
}

// The numbers of all parts beside this one, with their paths.
std::map<uint64_t, std::string> siblings(const files::path& path, const Place& like) {
  std::map<uint64_t, std::string> out;
  const std::string stem = path.stem().string() + ".";
  std::error_code failed;
  for (const auto& entry : files::directory_iterator(path.parent_path(), failed)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(stem)) continue;
    const auto place = place_of(std::string_view(name).substr(stem.size()));
    if (!place || place->letters != like.letters) continue;
    if (place->letters ? place->width != like.width : place->width < like.width) continue;
    if (suffix_of(like, place->number) != name.substr(stem.size())) continue;
    out.emplace(place->number, entry.path().string());
  }
  if (failed) throw Error("cannot look for further parts of the image", path.parent_path().string(), failed.value());
  return out;
}

class RawSource final : public ByteSource {
 public:
  explicit RawSource(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      parts_.push_back({size_, EvidenceFile(path)});
      size_ += parts_.back().file.size();
    }
  }
  uint64_t size() const override { return size_; }

  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    if (offset >= size_) return 0;
    out = out.first(std::min<uint64_t>(out.size(), size_ - offset));
    const size_t delivered = out.size();
    auto part = std::upper_bound(parts_.begin(), parts_.end(), offset,
                                 [](uint64_t at, const Part& p) { return at < p.start; }) -
                1;
    for (; !out.empty(); ++part) {
      const size_t n = std::min<uint64_t>(out.size(), part->start + part->file.size() - offset);
      read_patiently(offset, out.first(n), sector, faults,
                     [&](uint64_t at, MutableBytes piece) { return part->file.try_read(at - part->start, piece); });
      offset += n;
      out = out.subspan(n);
    }
    return delivered;
  }

 private:
  static constexpr uint64_t sector = 512;
  struct Part {
    uint64_t start;
    EvidenceFile file;
  };
  std::vector<Part> parts_;
  uint64_t size_ = 0;
};

}  // namespace

std::vector<std::string> raw_parts(const std::string& path) {
  const files::path file(path);
  const std::string dotted = file.extension().string();
  const auto place = place_of(dotted.empty() ? "" : std::string_view(dotted).substr(1));
  if (!place) return {path};
  const auto beside = siblings(file, *place);
  const uint64_t first = place->letters || beside.contains(0) ? 0 : 1;
  if (place->number != first) {
    // "disk.img" is a suffix of letters too: it is a part only when the one before it and the first are there.
    if (place->number > first && beside.contains(place->number - 1) && beside.contains(first)) {
      throw Error(fmt::format("is part {} of a split image: name its first part, {}", place->number - first + 1,
                              beside.at(first)),
                  path);
    }
    if (!place->letters && place->number > first && place->number < 1000 && beside.contains(first)) {
      throw Error(fmt::format("belongs to the split image {}, of which a part is missing", beside.at(first)), path);
    }
    return {path};
  }
  std::vector<std::string> parts;
  uint64_t next = first;
  for (; beside.contains(next); ++next) parts.push_back(beside.at(next));
  const auto later = beside.upper_bound(next);
  if (later != beside.end() && (!place->letters || later->first < next + 26)) {
    throw Error(fmt::format("a part of the split image is missing: {} is there, but {}.{} is not", later->second,
                            (file.parent_path() / file.stem()).string(), suffix_of(*place, next)),
                path);
  }
  return parts;
}

Image open_raw(const Recognised& what) {
  Image image = image_of(what.format, what.parts);
  image.bytes = std::make_unique<RawSource>(what.parts);
  return image;
}

}  // namespace weft::image
