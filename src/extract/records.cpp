#include "extract/records.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace weft::extract {
namespace {

constexpr uint64_t large = 16 * MiB;

// As the other features of contents: through the file, whether or not it lies in one piece.
std::string path_in(const FileRow& file, const artefacts::At& at) {
  return fmt::format("#{}+{}{}", file.file_id, at.offset, at.layers);
}

}  // namespace

RecordReader::Shared::Shared(const Job& job, uint64_t chunks) {
  std::vector<std::string> suffixes;
  for (std::string_view suffix : artefacts::sibling_suffixes()) suffixes.push_back(lower_ascii(suffix));
  if (suffixes.empty()) return;
  for (uint64_t chunk = 0; chunk < chunks; ++chunk) {
    pack::UnitRows places;
    bool read = false;
    for (FileRow& file : read_done(job.unit("walk", chunk)).files) {
      std::string path = lower_ascii(file.path);
      if (file.kind != "file" || file.size == 0 ||
          std::none_of(suffixes.begin(), suffixes.end(), [&](const std::string& one) { return path.ends_with(one); }))
        continue;
      if (!std::exchange(read, true)) places = read_done(job.unit("extents", chunk));
      auto [begin, end] =
          std::equal_range(places.extents.begin(), places.extents.end(), ExtentRow{{}, file.file_id, 0, 0, 0, {}},
                           [](const ExtentRow& a, const ExtentRow& b) { return a.file_id < b.file_id; });
      auto& same_path = siblings[{file.volume, std::move(path)}];
      same_path.push_back({std::move(file), Layout::of({begin, end})});
    }
  }
}

void RecordReader::read(const FileRow& file, ByteSource& source, const Layout& layout,
                        const std::vector<const artefacts::Parser*>& parsers, pack::UnitRows& rows) {
  std::unique_lock<std::mutex> alone(shared_.large, std::defer_lock);
  if (file.size > large) {
    watch_.idle();  // waiting for one's turn is not hanging
    alone.lock();
  }
  watch_.enter(fmt::format("file {} read", file.file_id));
  std::vector<uint8_t> bytes = content(file, source);
  artefacts::File input{file.path, file.type, bytes, file.size,
                        [&](std::string_view suffix) { return sibling(file, suffix); }};
  if (file.size > bytes.size() && bytes.size() == job_.options.limits.parsed_file)
    problem(file, layout, {bytes.size()},
            fmt::format("parsers are shown the first {} of {} bytes", bytes.size(), file.size), rows);
  for (const artefacts::Parser* parser : parsers) {
    if (job_.stop) return;
    parse(*parser, input, file, layout, rows);
  }
}

std::vector<uint8_t> RecordReader::content(const FileRow& file, ByteSource& source) const {
  std::vector<uint8_t> bytes(std::min({file.size, source.size(), job_.options.limits.parsed_file}));
  std::vector<Fault> faults;  // reported while hashing
  size_t filled = 0;
  while (filled < bytes.size() && !job_.stop) {
    size_t got =
        source.read(filled, MutableBytes(bytes).subspan(filled, std::min<size_t>(MiB, bytes.size() - filled)), faults);
    if (got == 0) break;
    filled += got;
  }
  bytes.resize(filled);
  return bytes;
}

// The same path in the same case before others, allocated before deleted, the first one of several.
std::optional<std::vector<uint8_t>> RecordReader::sibling(const FileRow& file, std::string_view suffix) const {
  std::string path = file.path + std::string(suffix);
  auto found = shared_.siblings.find({file.volume, lower_ascii(path)});
  if (found == shared_.siblings.end()) return std::nullopt;
  auto rank = [&](const Shared::Sibling& one) {
    return std::pair(one.file.path != path, one.file.state != "allocated");
  };
  const Shared::Sibling& best =
      *std::min_element(found->second.begin(), found->second.end(),
                        [&](const Shared::Sibling& a, const Shared::Sibling& b) { return rank(a) < rank(b); });
  try {
    return content(best.file, *open_(best.file, best.layout));
  } catch (const Error&) {
    return std::nullopt;  // that it cannot be read is said where that file has its own turn
  }
}

void RecordReader::parse(const artefacts::Parser& parser, const artefacts::File& input, const FileRow& file,
                         const Layout& layout, pack::UnitRows& rows) {
  if (!watch_.enter(fmt::format("file {} parser {}", file.file_id, parser.name)))
    return problem(file, layout, {}, fmt::format("set aside: parser {} ended a worker on it", parser.name), rows);
  artefacts::Rows given(input.content.size());
  try {
    parser.parse(input, given);
  } catch (const Error& error) {
    problem(file, layout, {}, fmt::format("parser {}: {}", parser.name, error.what()), rows);
  }
  keep(parser, given, file, layout, rows);
}

void RecordReader::keep(const artefacts::Parser& parser, artefacts::Rows& given, const FileRow& file,
                        const Layout& layout, pack::UnitRows& rows) {
  Counters& counters = job_.box.shared().counters;
  auto place = [&](auto& row) {
    row.path = path_in(file, {row.offset, row.path});
    row.offset = layout.on_image(row.offset).value_or(0);
    row.exhibit = job_.options.exhibit, row.file = file.path, row.file_id = file.file_id;
  };
  auto keep_all = [&]<class Row>(std::vector<Row>& from) {
    for (Row& row : from) {
      place(row);
      row.parser = parser.name;
      std::get<std::vector<Row>>(rows.records).push_back(std::move(row));
    }
  };
  std::apply([&](auto&... lists) { (keep_all(lists), ...); }, given.records());
  for (FeatureRow& row : given.selectors()) {
    row.file_offset = row.offset;
    place(row);
    row.scanner = parser.name;
    rows.features.push_back(std::move(row));
  }
  for (artefacts::Rows::Problem& one : given.problems())
    problem(file, layout, one.at, fmt::format("parser {}: {}", parser.name, one.what), rows);
  counters.features.fetch_add(given.selectors().size(), std::memory_order_relaxed);
}

void RecordReader::problem(const FileRow& file, const Layout& layout, const artefacts::At& at, std::string what,
                           pack::UnitRows& rows) {
  rows.problems.push_back(
      {job_.options.exhibit, "record", layout.on_image(at.offset), path_in(file, at), file.file_id, std::move(what)});
  job_.box.shared().counters.problems.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace weft::extract
