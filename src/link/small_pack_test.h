// Packs of a few rows, for tests of what is built on packs.
#pragma once

#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "pack/pack.h"
#include "pack/scratch_test.h"
#include "pack/unit_file.h"

namespace weft::link {

struct SmallPack {
  std::string label, image;
  struct Value {
    std::string kind, value, file, token;  // token: the value is masked
  };
  std::vector<Value> values;
  struct SameFile {
    std::string content, file;
    std::optional<Time> created;
  };
  std::vector<SameFile> files = {};
  std::vector<MessageRow> messages = {};
  std::vector<DeviceRow> devices = {};
  std::string file_system = {};  // of the volume its files lie on; none: no volume is known
};

// Each value in a file of its own, with the given path. Returns the pack's folder; tokens go beside it.
inline std::string seal_small_pack(const pack::Scratch& scratch, const SmallPack& small,
                                   pack::RowObserver* observer = nullptr, unsigned threads = 1) {
  pack::UnitRows rows;
  rows.exhibits.push_back({small.label,
                           "raw",
                           1 << 30,
                           sha256_hex(as_bytes(small.image)),
                           {},
                           {},
                           {},
                           {},
                           "none stored",
                           small.label + ".dd",
                           ""});
  if (!small.file_system.empty())
    rows.volumes.push_back(
        {small.label, 1, 0, 1 << 30, "none", {}, "", true, small.file_system, 4096, "", "5e" + small.label});
  for (const SmallPack::Value& one : small.values) {
    uint64_t id = rows.files.size() + 1, offset = id * MiB;
    FileRow file;
    file.exhibit = small.label, file.file_id = id, file.volume = 1, file.path = one.file, file.kind = "file";
    file.state = "allocated", file.size = 8192, file.type = "text/plain";
    file.sha256 = sha256_hex(as_bytes(small.label + one.file + one.value));
    rows.files.push_back(file);
    FeatureRow feature;
    feature.exhibit = small.label, feature.kind = one.kind, feature.value = one.value, feature.offset = offset;
    feature.path = std::to_string(offset), feature.file = one.file, feature.file_id = id, feature.file_offset = 0;
    feature.encoding = "utf-8", feature.scanner = one.kind;
    rows.features.push_back(feature);
    if (!one.token.empty()) rows.tokens.push_back({small.label, one.kind, one.value, feature.path, one.token});
  }
  for (const SmallPack::SameFile& one : small.files) {
    FileRow file;
    file.exhibit = small.label, file.file_id = rows.files.size() + 1, file.volume = 1, file.path = one.file;
    file.kind = "file", file.state = "allocated", file.size = 8192, file.type = "text/plain";
    file.sha256 = sha256_hex(as_bytes(one.content)), file.created = one.created;
    rows.files.push_back(file);
  }
  auto records = [&](auto list) {
    for (auto& row : list) row.exhibit = small.label;
    std::get<decltype(list)>(rows.records) = std::move(list);
  };
  records(small.messages), records(small.devices);
  std::string unit = scratch / (small.label + ".unit");
  pack::write_unit(unit, rows);
  pack::SealOptions options;
  options.exhibit = small.label, options.units = {unit}, options.folder = scratch / ("packs/" + small.label);
  options.tokens = scratch / ("tokens/" + small.label + ".parquet"), options.temporary = scratch / "tmp";
  options.version = "test", options.observer = observer, options.threads = threads;
  pack::seal(options);
  return options.folder;
}

}  // namespace weft::link
