#include "pack/file_paths.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace weft::pack {
namespace {

struct Place {
  uint64_t file_id, begin, size;
};

// A file of ours under way, buffered.
class Growing {
 public:
  explicit Growing(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wbe")) {
    if (!file_) throw Error("cannot create", path_, errno);
  }
  ~Growing() { ::unlink(path_.c_str()); }
  void add(const void* bytes, size_t size) {
    if (size > 0 && std::fwrite(bytes, 1, size, file_.get()) != size) throw Error("cannot write", path_, errno);
  }
  // All of it, readable.
  Mapping finish() {
    if (std::fflush(file_.get()) != 0) throw Error("cannot write", path_, errno);
    return Mapping(path_);
  }

 private:
  std::string path_;
  Handle<FILE, std::fclose> file_;
};

}  // namespace

struct FilePaths::State {
  explicit State(const std::string& folder) : texts(folder + "/file-paths"), places(folder + "/file-path-places") {}
  Growing texts, places;
  uint64_t size = 0;
  std::optional<uint64_t> last;
  std::optional<Mapping> all_texts, all_places;
};

FilePaths::FilePaths(const std::string& folder) : state_(std::make_unique<State>(folder)) {}
FilePaths::~FilePaths() = default;

void FilePaths::add(uint64_t file_id, std::string_view path) {
  if (state_->last == file_id) return;
  check(!state_->last || *state_->last < file_id, "paths come in the order of their files");
  state_->last = file_id;
  const Place place{file_id, state_->size, path.size()};
  state_->places.add(&place, sizeof place);
  state_->texts.add(path.data(), path.size());
  state_->size += path.size();
}

void FilePaths::finish() {
  state_->all_texts = state_->texts.finish();
  state_->all_places = state_->places.finish();
}

std::optional<std::string_view> FilePaths::find(uint64_t file_id) const {
  check(state_->all_places.has_value(), "paths are finished before they are looked up");
  const Bytes bytes = state_->all_places->bytes();
  const std::span<const Place> places(reinterpret_cast<const Place*>(bytes.data()), bytes.size() / sizeof(Place));
  // Numbers run from 1 without gaps, as a rule.
  auto at = places.begin() + ptrdiff_t(std::min<uint64_t>(file_id - 1, places.size()));
  if (at == places.end() || at->file_id != file_id)
    at = std::lower_bound(places.begin(), places.end(), file_id,
                          [](const Place& place, uint64_t id) { return place.file_id < id; });
  if (at == places.end() || at->file_id != file_id) return std::nullopt;
  return as_text(state_->all_texts->bytes().subspan(at->begin, at->size));
}

}  // namespace weft::pack
