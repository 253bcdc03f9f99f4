// Sealing: rows of all units become Parquet files whose bytes depend on the rows alone.
//   units, mapped; each portion in order → merged, each row once → what was read better elsewhere left out → Parquet →
//   hash → manifest → sync → rename
// One pass a table, and no more memory than a row a portion, and a row group: how many rows there are does not matter.
// What makes the bytes equal: the order is total up to identical rows (pack/order.h), row groups have a fixed number of
// rows, and one thread merges them, while another writes what it has merged.
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/queue.h"
#include "pack/append.h"
#include "pack/database.h"
#include "pack/file_paths.h"
#include "pack/manifest.h"
#include "pack/merge.h"
#include "pack/observer.h"
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
    const std::string_view path = std::get<column_index<ProblemRow>("path")>(row);
    if (path.starts_with('#')) return false;
    const std::string_view layer = first_layer(path);
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

// Portions of rows, one after the other; with a thread of their own made ahead of who takes them.
template <class Row>
class Portions {
 public:
  using Make = std::function<RowPortion<Row>()>;
  Portions(Make make, bool own_thread) : make_(std::move(make)), own_thread_(own_thread) {
    if (own_thread_) thread_ = std::thread([this] { work(); });
  }
  ~Portions() {
    ahead_.close();
    if (thread_.joinable()) thread_.join();
  }
  Portions(const Portions&) = delete;
  Portions& operator=(const Portions&) = delete;

  // Nothing at the end. Throws what making one threw.
  RowPortion<Row> next() {
    if (!own_thread_) return make_();
    if (std::optional<RowPortion<Row>> portion = ahead_.pop()) return *portion;
    if (failed_) std::rethrow_exception(failed_);  // set before the queue was closed
    return nullptr;
  }

 private:
  void work() {
    try {
      while (RowPortion<Row> portion = make_())
        if (!ahead_.push(std::move(portion))) return;
    } catch (...) {
      failed_ = std::current_exception();
    }
    ahead_.close();
  }

  const Make make_;
  const bool own_thread_;
  Queue<RowPortion<Row>> ahead_{8};
  std::exception_ptr failed_;
  std::thread thread_;
};

class Sealing {
 public:
  Sealing(const SealOptions& options, const std::string& folder, Database& database)
      : options_(options),
        folder_(folder),
        database_(database),
        observer_(options.observer),
        paths_(options.temporary) {
    units_.reserve(options.units.size());
    for (const std::string& unit : options.units) units_.emplace_back(unit);
    each_table(static_cast<const UnitRows&>(UnitRows()),
               [&]<class Row>(const std::vector<Row>&) { most_rows_ += most_rows<Row>(); });
  }

  // Files come before features, features before problems.
  std::vector<SealedTable> all() {
    if (observer_) observer_->begin(most_rows<FileRow>(), most_rows<FeatureRow>());
    struct End {
      RowObserver* observer;
      ~End() {
        if (observer) observer->end();  // whatever happened: the rows it was shown go with the units
      }
    } end{observer_};
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
  static constexpr size_t rows_of_portion = 2048;

  template <class Row>
  uint64_t most_rows() const {
    uint64_t rows = 0;
    size_t table = 0;
    each_table(static_cast<const UnitRows&>(UnitRows()), [&]<class Other>(const std::vector<Other>&) {
      if constexpr (std::is_same_v<Row, Other>)
        for (const UnitFile& unit : units_)
          for (const SortedRows& run : unit.runs(table)) rows += run.rows;
      ++table;
    });
    return rows;
  }

  template <class Row>
  SealedTable write(size_t table, const std::string& path, int mode = 0644) {
    SealedTable out;
    out.name = Row::table;
    out.file = out.name + ".parquet";
    {
      std::vector<SortedRows> runs;
      for (const UnitFile& unit : units_) runs.insert(runs.end(), unit.runs(table).begin(), unit.runs(table).end());
      Merge<Row> merge(runs);
      Cells<Row> last;
      Portions<Row> portions([&] { return some(merge, last, out.rows); }, options_.threads > 1);
      RowPortion<Row> rows;
      size_t at = 0;
      const NextRow next = [&](RowFiller& into) {
        if (!rows || at == rows->size()) rows = portions.next(), at = 0;
        if (!rows) return false;
        std::apply([&](const auto&... cell) { (into.put_lasting(cell), ...); }, (*rows)[at++]);
        return true;
      };
      write_parquet_rows(database_, table_info<Row>(), next, path, mode);
    }
    if constexpr (std::is_same_v<Row, FileRow>) paths_.finish();
    out.sha256 = sha256_of_file(path);
    out.bytes = stdfs::file_size(path);
    return out;
  }

  // The next rows of the pack; nothing at the end.
  template <class Row>
  RowPortion<Row> some(Merge<Row>& merge, Cells<Row>& last, uint64_t& rows) {
    auto out = std::make_shared<std::vector<Cells<Row>>>();
    Cells<Row> row;
    while (out->size() < rows_of_portion && merge.next(row)) {
      ++merged_;
      if (!is_wanted<Row>(row)) continue;
      if (rows > 0 && row == last) continue;  // two rows may differ only in what the file table says better
      last = row;
      if (++rows % rows_held == 0)
        for (const UnitFile& unit : units_) unit.give_back_pages();
      out->push_back(row);
    }
    if (options_.progress) options_.progress(merged_, most_rows_);
    if (out->empty()) return nullptr;
    if constexpr (requires { observer_->see(RowPortion<Row>()); })
      if (observer_) observer_->see(out);
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
  RowObserver* observer_;
  std::vector<UnitFile> units_;
  FilePaths paths_;
  WholeContents whole_;
  uint64_t merged_ = 0, most_rows_ = 0;  // of all tables
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
