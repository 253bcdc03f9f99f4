#include "extract/address.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/error.h"
#include "base/pdf/document.h"
#include "base/text.h"
#include "extract/range_source.h"
#include "scan/engine.h"
#include "scan/long_stream.h"

namespace weft::extract {
namespace {

uint64_t number(std::string_view& text, const std::string& address) {
  uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc()) throw Error("is not an address (like 73400320, 73400320-GZIP-512 or #1234+4096)", address);
  text.remove_prefix(size_t(end - text.data()));
  return value;
}

uint64_t as_number(const pack::Database::Value& value) {
  return value ? std::stoull(*value) : 0;
}

std::optional<uint64_t> maybe_number(const pack::Database::Value& value) {
  if (!value) return std::nullopt;
  return std::stoull(*value);
}

}  // namespace

std::pair<std::string, std::string> split_address(const std::string& address) {
  size_t colon = address.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size())
    throw Error("is not an address; it is EXHIBIT:PATH, e.g. laptop:73400320-GZIP-512", address);
  return {address.substr(0, colon), address.substr(colon + 1)};
}

Addresses::Addresses(const Case& in, const Exhibit& exhibit)
    : case_(in), exhibit_(exhibit), database_(in.temporary(), 512 * MiB) {
  if (!in.sealed(exhibit.label)) throw Error("is not extracted yet; run: weft extract", exhibit.label);
  database_.attach_packs({in.pack(exhibit.label)});
}

ByteSource& Addresses::image() {
  if (!image_)
    image_ = image::open(exhibit_.path,
                         {case_.temporary() + "/spool-" + exhibit_.label, Limits{}.spool, {}, exhibit_.reading()});
  return *image_->bytes;
}

std::unique_ptr<ByteSource> Addresses::content(uint64_t file_id) {
  ByteSource& bytes = image();
  auto rows = database_.rows(fmt::format(
      "SELECT volume, path, kind, state, size, inode, attribute_type, attribute_id FROM file WHERE file_id = {}",
      file_id));
  if (rows.empty()) throw Error("the exhibit has no such file", "#" + std::to_string(file_id));
  const auto& row = rows[0];
  FileRow file;
  file.file_id = file_id, file.volume = as_number(row[0]), file.path = row[1].value_or(""),
  file.kind = row[2].value_or("");
  file.state = row[3].value_or(""), file.size = as_number(row[4]), file.inode = maybe_number(row[5]);
  file.attribute_type = maybe_number(row[6]), file.attribute_id = maybe_number(row[7]);
  if (image_->logical) {
    auto place = database_.value(fmt::format("SELECT \"offset\" FROM extent WHERE file_id = {}", file_id));
    return std::make_unique<RangeSource>(bytes, as_number(place), file.size);
  }
  auto& file_system = file_systems_[file.volume];
  if (!file_system) {
    auto volumes = database_.rows(fmt::format(
        "SELECT \"offset\", size, scheme, slot, file_system, block_size FROM volume WHERE volume = {}", file.volume));
    if (volumes.empty()) throw Error("the pack does not know the file's volume", file.path);
    VolumeRow volume;
    volume.volume = file.volume, volume.offset = as_number(volumes[0][0]), volume.size = as_number(volumes[0][1]);
    volume.scheme = volumes[0][2].value_or(""), volume.slot = maybe_number(volumes[0][3]);
    volume.file_system = volumes[0][4].value_or(""), volume.block_size = as_number(volumes[0][5]);
    file_system = fs::open(bytes, volume, Limits{});
  }
  return file_system->open(file);
}

namespace {

// The first of layers, "GZIP" of "-GZIP-512-ZIP-0", the number behind it, and what follows.
struct FirstLayer {
  std::string_view name, rest;
  uint64_t offset = 0;
  explicit FirstLayer(std::string_view layers) {
    const size_t dash = layers.find('-', 1);
    if (dash == std::string_view::npos) return;
    name = layers.substr(1, dash - 1);
    const char* end = layers.data() + layers.size();
    rest = layers.substr(size_t(std::from_chars(layers.data() + dash + 1, end, offset).ptr - layers.data()));
  }
};

// What the layers lead to, from that place of the source on. Far in a long stream (scan/long_stream.h) only what lies
// around the place is unpacked: first is where that begins in the layer.
scan::Layer unpacked(ByteSource& source, uint64_t at, std::string_view layers, std::vector<Fault>& faults,
                     uint64_t& first) {
  constexpr uint64_t around = MiB;
  const Limits limits;
  const FirstLayer way(layers);
  first = 0;
  if (way.offset + around >= limits.decoded_branch && scan::LongStream::is_one(way.name)) {
    scan::LongStream stream(source, at, way.name, limits);
    scan::Layer layer;
    layer.offset = around;
    stream.skip(way.offset - around);
    layer.bytes.resize(around + limits.page + limits.margin_after);
    layer.bytes.resize(stream.read(layer.bytes));
    faults.insert(faults.end(), stream.faults().begin(), stream.faults().end());
    if (layer.offset > layer.bytes.size()) throw Error(fmt::format("the {} stream ends before that", way.name));
    if (!way.rest.empty()) return scan::unpack(Bytes(layer.bytes).subspan(layer.offset), way.rest, limits);
    first = way.offset - around;
    return layer;
  }
  std::vector<uint8_t> root(std::min<uint64_t>(limits.decoded_branch, source.size() - at));
  root.resize(source.read(at, root, faults));
  return scan::unpack(root, layers, limits);
}

}  // namespace

Place Addresses::read(const std::string& path, uint64_t before, uint64_t after) {
  std::string_view rest = path;
  Place place;
  std::unique_ptr<ByteSource> file;
  ByteSource* source = nullptr;
  uint64_t at = 0;
  if (!rest.empty() && rest[0] == '#') {
    rest.remove_prefix(1);
    uint64_t file_id = number(rest, path);
    if (rest.empty() || rest[0] != '+') throw Error("is not an address (like #1234+4096)", path);
    rest.remove_prefix(1);
    at = number(rest, path);
    file = content(file_id);
    source = file.get();
    place.layer = "file " + std::to_string(file_id);
    place.file = database_.value(fmt::format("SELECT path FROM file WHERE file_id = {}", file_id));
    place.file_id = file_id, place.in_file = at;
  } else {
    at = number(rest, path);
    source = &image();
    place.layer = "image";
    std::vector<pack::Database::Row> owner =
        database_.rows(fmt::format("SELECT f.path, f.file_id, e.file_offset + {0} - e.\"offset\" FROM extent e JOIN "
                                   "file f USING (file_id) WHERE e.\"offset\" <= {0} "
                                   "AND {0} < e.\"offset\" + e.size AND e.kind <> 'sparse' "
                                   "ORDER BY e.kind = 'resident' DESC, f.state = 'allocated' DESC, f.file_id LIMIT 1",
                                   at));
    if (!owner.empty())
      place.file = owner[0][0], place.file_id = maybe_number(owner[0][1]), place.in_file = as_number(owner[0][2]);
  }
  if (at >= source->size()) throw Error(fmt::format("lies behind the end ({} bytes)", source->size()), path);
  if (rest.empty()) {
    place.first = at - std::min(at, before);
    place.at = at - place.first;
    place.bytes.resize(std::min(place.at + after, source->size() - place.first));
    place.bytes.resize(source->read(place.first, place.bytes, place.faults));
    return place;
  }
  uint64_t first = 0;
  const scan::Layer layer = unpacked(*source, at, rest, place.faults, first);
  if (layer.offset > layer.bytes.size()) throw Error("leads behind the end of what is unpacked there", path);
  place.layer = path.substr(0, path.rfind('-'));
  if (place.layer.ends_with("-PDFDOC")) place.page = pdf_page_of(as_text(layer.bytes), layer.offset);
  const uint64_t begin = layer.offset - std::min(layer.offset, before);
  const uint64_t end = std::min<uint64_t>(layer.bytes.size(), layer.offset + after);
  place.first = first + begin;
  place.at = layer.offset - begin;
  place.bytes.assign(layer.bytes.begin() + ptrdiff_t(begin), layer.bytes.begin() + ptrdiff_t(end));
  return place;
}

}  // namespace weft::extract
