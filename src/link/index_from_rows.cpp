// Portions of rows go through a queue to the thread that indexes. What is secret waits for its tokens, which come last.
#include "link/index_from_rows.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/queue.h"
#include "link/index_build.h"
#include "link/kinds.h"

namespace weft::link {
namespace {

using pack::Cells;
using pack::column_index;

struct Secret {
  IndexBuild::Feature feature;  // value: what may be seen; its texts lie with the rows
  auto key() const { return std::tie(feature.kind->name, feature.value, feature.path); }
};

}  // namespace

class IndexFromRows::Impl {
 public:
  Impl(std::string path, bool own_thread) : path_(std::move(path)), own_thread_(own_thread) {
    for (const Kind& kind : kinds()) kinds_.emplace(kind.name, &kind);
  }
  ~Impl() {
    portions_.close();
    if (thread_.joinable()) thread_.join();
  }

  void begin(uint64_t most_files, uint64_t most_features) {
    most_rows_ = most_files + 1 + most_features;
    try {
      if (own_thread_) thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
      own_thread_ = false;
    }
  }
  template <class Row>
  void see(pack::RowPortion<Row> rows) {
    hand_over([this, rows = std::move(rows)] {
      for (const Cells<Row>& row : *rows) add(row);
    });
  }
  void end() {
    hand_over([this] { end_of_rows(); });
    const auto all_read = std::make_shared<std::promise<void>>();  // the thread may hold it longer than we wait
    hand_over([all_read] { all_read->set_value(); }, true);
    if (own_thread_) all_read->get_future().wait();
    hand_over([this] { write(); });
    portions_.close();
  }
  bool finish(const Source& source) {
    if (thread_.joinable()) thread_.join();
    if (failed_) std::rethrow_exception(failed_);
    if (!written_) return false;
    build_->finish(pack_digest(source), image_);
    return true;
  }

 private:
  struct Portion {
    std::function<void()> work;
    bool whatever_failed = false;
  };

  void hand_over(std::function<void()> work, bool whatever_failed = false) {
    Portion portion{std::move(work), whatever_failed};
    if (own_thread_)
      portions_.push(std::move(portion));
    else
      run(portion);
  }
  void work() {
    while (const std::optional<Portion> portion = portions_.pop()) run(*portion);
  }
  void run(const Portion& portion) {
    if (failed_ && !portion.whatever_failed) return;
    try {
      portion.work();
    } catch (...) {
      failed_ = std::current_exception();
    }
  }

  IndexBuild& build() {
    if (!build_) build_.emplace(path_, room_);
    return *build_;
  }
  // What the features are told from is there.
  void begin_features() {
    if (features_begun_) return;
    features_begun_ = true;
    build().expect(most_rows_);
  }

  void add(const Cells<ExhibitRow>& row) { image_ = std::get<column_index<ExhibitRow>("sha256")>(row); }
  void add(const Cells<VolumeRow>& row) {
    volumes_.emplace_back(std::get<column_index<VolumeRow>("serial")>(row),
                          std::get<column_index<VolumeRow>("offset")>(row));
  }
  void add(const Cells<FileRow>& row) {
    if (std::get<column_index<FileRow>("kind")>(row) != "file") return;
    IndexBuild::File file;
    file.id = std::get<column_index<FileRow>("file_id")>(row);
    file.path = std::get<column_index<FileRow>("path")>(row);
    file.size = std::get<column_index<FileRow>("size")>(row);
    file.type = std::get<column_index<FileRow>("type")>(row);
    file.sha256 = std::get<column_index<FileRow>("sha256")>(row).value_or("");
    file.state = std::get<column_index<FileRow>("state")>(row);
    file.volume = std::get<column_index<FileRow>("volume")>(row);
    file.inode = std::get<column_index<FileRow>("inode")>(row).value_or(0);
    build().add_file(file);
  }
  void add(const Cells<ExtentRow>& row) {
    const std::string_view kind = std::get<column_index<ExtentRow>("kind")>(row);
    if (std::get<column_index<ExtentRow>("file_offset")>(row) == 0 &&
        (kind == "data" || kind == "compressed" || kind == "resident"))
      build().add_beginning(std::get<column_index<ExtentRow>("file_id")>(row),
                            std::get<column_index<ExtentRow>("offset")>(row));
  }
  void add(const Cells<FeatureRow>& row) {
    begin_features();
    ++features_;
    IndexBuild::Feature feature;
    const std::string_view kind = std::get<column_index<FeatureRow>("kind")>(row);
    feature.value = std::get<column_index<FeatureRow>("value")>(row);
    feature.offset = std::get<column_index<FeatureRow>("offset")>(row);
    feature.path = std::get<column_index<FeatureRow>("path")>(row);
    feature.file_id = std::get<column_index<FeatureRow>("file_id")>(row);
    feature.file_offset = std::get<column_index<FeatureRow>("file_offset")>(row);
    if (Messages::is_told_by(kind))
      build().messages().add(kind, feature.value, feature.offset, feature.path, uint32_t(feature.file_id.value_or(0)),
                             feature.file_offset, std::get<column_index<FeatureRow>("context")>(row));
    const auto known = kinds_.find(kind);
    if (known == kinds_.end()) return;
    feature.kind = known->second;
    feature.role = std::get<column_index<FeatureRow>("role")>(row);
    feature.stopped = std::get<column_index<FeatureRow>("stopped")>(row);
    if (feature.kind->secret)
      secrets_.push_back({feature});
    else
      build().add_feature(feature);
  }
  void add(const Cells<TokenRow>& row) {
    begin_features();
    if (!secrets_in_order_)
      std::sort(secrets_.begin(), secrets_.end(), [](const Secret& a, const Secret& b) { return a.key() < b.key(); });
    secrets_in_order_ = true;
    const std::tuple wanted(std::get<column_index<TokenRow>("kind")>(row),
                            std::get<column_index<TokenRow>("value")>(row),
                            std::get<column_index<TokenRow>("path")>(row));
    auto at = std::lower_bound(secrets_.begin(), secrets_.end(), wanted,
                               [](const Secret& secret, const auto& key) { return secret.key() < key; });
    for (; at != secrets_.end() && at->key() == wanted; ++at) {
      IndexBuild::Feature feature = at->feature;
      feature.shown = std::exchange(feature.value, std::get<column_index<TokenRow>("token")>(row));
      build().add_feature(feature);
    }
  }

  void end_of_rows() {
    begin_features();
    for (const auto& [serial, offset] : volumes_) build().add_volume(serial, offset);
    build().messages().finish();
  }
  void write() { written_ = build().write(features_ + build().files()); }

  const std::string path_;
  bool own_thread_;
  std::unordered_map<std::string_view, const Kind*> kinds_;
  Queue<Portion> portions_{16};
  std::thread thread_;
  std::exception_ptr failed_;
  bool features_begun_ = false, written_ = false, secrets_in_order_ = false;
  uint64_t most_rows_ = 0, features_ = 0;
  std::string image_;
  std::vector<std::pair<std::string, uint64_t>> volumes_;  // serial and offset
  std::vector<Secret> secrets_;
  IndexBuild::Room room_;
  std::optional<IndexBuild> build_;
};

IndexFromRows::IndexFromRows(std::string path, bool own_thread)
    : impl_(std::make_unique<Impl>(std::move(path), own_thread)) {}
IndexFromRows::~IndexFromRows() = default;

void IndexFromRows::begin(uint64_t most_files, uint64_t most_features) {
  impl_->begin(most_files, most_features);
}
void IndexFromRows::see(pack::RowPortion<ExhibitRow> rows) {
  impl_->see<ExhibitRow>(std::move(rows));
}
void IndexFromRows::see(pack::RowPortion<VolumeRow> rows) {
  impl_->see<VolumeRow>(std::move(rows));
}
void IndexFromRows::see(pack::RowPortion<FileRow> rows) {
  impl_->see<FileRow>(std::move(rows));
}
void IndexFromRows::see(pack::RowPortion<ExtentRow> rows) {
  impl_->see<ExtentRow>(std::move(rows));
}
void IndexFromRows::see(pack::RowPortion<FeatureRow> rows) {
  impl_->see<FeatureRow>(std::move(rows));
}
void IndexFromRows::see(pack::RowPortion<TokenRow> rows) {
  impl_->see<TokenRow>(std::move(rows));
}
void IndexFromRows::end() {
  impl_->end();
}
bool IndexFromRows::finish(const Source& source) {
  return impl_->finish(source);
}

}  // namespace weft::link
