// Sealing: rows of all units become Parquet files whose bytes depend on the rows alone.
//   units, mapped; each portion in order → merged, each row once → what was read better elsewhere left out → Parquet →
//   hash → manifest → sync → rename
// One pass a table, and no more memory than a row a portion, and a row group: how many rows there are does not matter.
// What makes the bytes equal: the order is total up to identical rows (pack/order.h), row groups have a fixed number of
// rows, and one thread makes them.
#include <filesystem>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/file.h"
#include "pack/append.h"
#include "pack/database.h"
#include "pack/file_paths.h"
#include "pack/manifest.h"
#include "pack/merge.h"
#include "pack/pack.h"

namespace weft::pack {
namespace {

namespace stdfs = std::filesystem;

// A stream or value that crosses a seam of its file was read twice: cut short where it begins on the image, and whole
// through the file (path "#FILE+…"). The whole one stands; what the cut one gave at the same place of the same file
// goes, and so does its complaint of being cut. What a parser read (it has a role) takes no part: its path always leads
// through the file, and both it and the scanner's find stand.
class WholeContents {
 public:
  // Asked of each feature in order. At one offset the paths through files come first: '#' stands before digits.
  bool replaces_feature(const Cells<FeatureRow>& row) {
    const uint64_t offset = std::get<column_index<FeatureRow>("offset")>(row);
    if (offset != offset_) offset_ = offset, here_.clear();
    const std::string_view path = std::get<column_index<FeatureRow>("path")>(row);
    const std::optional<uint64_t> file = std::get<column_index<FeatureRow>("file_id")>(row);
    std::string kind(std::get<column_index<FeatureRow>("kind")>(row));
    // Of the examiner's terms and rules several may stand at one place; none replaces another.
    if (kind == "word" || kind == "yara") (kind += ' ') += std::get<column_index<FeatureRow>("value")>(row);
    if (path.starts_with('#')) {
      if (!std::get<column_index<FeatureRow>("role")>(row).empty() || !file) return false;
      const bool layered = path.find('-') != std::string_view::npos;
      const bool is_new = here_.emplace(*file, std::string(first_layer(path)), layered ? std::string() : kind).second;
      if (layered && is_new) streams_.emplace(offset, *file, std::string(first_layer(path)));
      return false;
    }
    if (here_.empty() || !file) return false;
    const std::string layer(first_layer(path));
    return here_.contains({*file, layer, ""}) || here_.contains({*file, layer, kind});
  }
  // Asked of problems after all features.
  bool replaces_problem(const Cells<ProblemRow>& row) const {
    const std::optional<uint64_t> offset = std::get<column_index<ProblemRow>("offset")>(row);
    const std::optional<uint64_t> file = std::get<column_index<ProblemRow>("file_id")>(row);
    if (std::get<column_index<ProblemRow>("stage")>(row) != "scan" || !offset || !file) return false;
    const std::string_view layer = first_layer(std::get<column_index<ProblemRow>("path")>(row));
    const auto at = streams_.lower_bound({*offset, *file, std::string(layer)});
    return at != streams_.end() && std::get<0>(*at) == *offset && std::get<1>(*at) == *file &&
           (layer.empty() || std::get<2>(*at) == layer);
  }

 private:
  // "GZIP" of "73400320-GZIP-512".
  static std::string_view first_layer(std::string_view path) {
    const size_t begin = path.find('-');
    if (begin == std::string_view::npos) return {};
    const size_t end = path.find('-', begin + 1);
    return path.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
  }

  uint64_t offset_ = 0;
  std::set<std::tuple<uint64_t, std::string, std::string>> here_;  // file, layer, kind: of whole ones at offset_
  std::set<std::tuple<uint64_t, uint64_t, std::string>> streams_;  // offset, file, layer
};

class Sealing {
 public:
  Sealing(const SealOptions& options, const std::string& folder, Database& database)
      : options_(options), folder_(folder), database_(database), paths_(options.temporary) {
    units_.reserve(options.units.size());
    for (const std::string& unit : options.units) units_.emplace_back(unit);
  }

  // Files come before features, features before problems.
  std::vector<SealedTable> all() {
    std::vector<SealedTable> out;
    size_t table = 0;
    each_table(static_cast<const UnitRows&>(UnitRows()), [&]<class Row>(const std::vector<Row>&) {
      if constexpr (!std::is_same_v<Row, TokenRow>)
        out.push_back(write<Row>(table, folder_ + "/" + std::string(Row::table) + ".parquet"));
      else
        write<Row>(table, options_.tokens, 0600);  // before the pack: its name says all is done
      ++table;
    });
    return out;
  }

 private:
  static constexpr uint64_t rows_held = 256 * KiB;  // whose pages stay in memory, though nobody needs them again

  template <class Row>
  SealedTable write(size_t table, const std::string& path, int mode = 0644) {
    std::vector<SortedRows> runs;
    for (const UnitFile& unit : units_) runs.insert(runs.end(), unit.runs(table).begin(), unit.runs(table).end());
    Merge<Row> merge(runs);
    Cells<Row> row, last;
    SealedTable out;
    const NextRow next = [&](RowFiller& into) {
      do {
        do {
          if (!merge.next(row)) return false;
        } while (!is_wanted<Row>(row));
      } while (out.rows > 0 && row == last);  // two rows may differ only in what the file table says better
      last = row;
      if (++out.rows % rows_held == 0)
        for (const UnitFile& unit : units_) unit.give_back_pages();
      std::apply([&](const auto&... cell) { (into.put(cell), ...); }, row);
      return true;
    };
    write_parquet_rows(database_, table_info<Row>(), next, path, mode);
    if constexpr (std::is_same_v<Row, FileRow>) paths_.finish();
    out.name = Row::table;
    out.file = out.name + ".parquet";
    out.sha256 = sha256_of_file(path);
    out.bytes = stdfs::file_size(path);
    return out;
  }

  // Whether the row goes into the pack; and a feature gets its path from the file table (the worker that found it knew
  // the number only) and its mark from the stop list.
  template <class Row>
  bool is_wanted(Cells<Row>& row) {
    if constexpr (std::is_same_v<Row, FileRow>) {
      paths_.add(std::get<column_index<Row>("file_id")>(row), std::get<column_index<Row>("path")>(row));
    } else if constexpr (std::is_same_v<Row, FeatureRow>) {
      if (whole_.replaces_feature(row)) return false;
      const std::optional<uint64_t> file = std::get<column_index<Row>("file_id")>(row);
      const auto path = file ? paths_.find(*file) : std::nullopt;
      if (path) std::get<column_index<Row>("file")>(row) = *path;
      if (options_.stop)
        std::get<column_index<Row>("stopped")>(row) = options_.stop->holds(std::get<column_index<Row>("value")>(row),
                                                                           std::get<column_index<Row>("context")>(row));
    } else if constexpr (std::is_same_v<Row, ProblemRow>) {
      return !whole_.replaces_problem(row);
    }
    return true;
  }

  const SealOptions& options_;
  const std::string folder_;
  Database& database_;
  std::vector<UnitFile> units_;
  FilePaths paths_;
  WholeContents whole_;
};

void make_folder(const std::string& path) {
  std::error_code error;
  stdfs::create_directories(path, error);
  if (error) throw Error("cannot create", path, error.value());
}
void remove_folder(const std::string& path) {
  std::error_code error;
  stdfs::remove_all(path, error);
  if (error) throw Error("cannot remove", path, error.value());
}

}  // namespace

void seal(const SealOptions& options) {
  Database database(options.temporary, options.limits.memory / 2);
  seal(options, database);
}

void seal(const SealOptions& options, Database& database) {
  if (exists(options.folder)) throw Error("there is a pack already", options.folder);
  stdfs::path folder(options.folder);
  std::string temporary = (folder.parent_path() / ("." + folder.filename().string() + ".sealing")).string();
  remove_folder(temporary);  // what a killed seal left
  make_folder(temporary);

  make_folder(stdfs::path(options.tokens).parent_path().string());
  make_folder(options.temporary);
  const std::vector<SealedTable> tables = Sealing(options, temporary, database).all();
  write_file(temporary + "/manifest.json", manifest_text(options, tables));  // also syncs the folder
  publish(temporary, options.folder);
}

}  // namespace weft::pack
