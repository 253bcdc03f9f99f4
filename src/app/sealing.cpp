#include "app/sealing.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <future>
#include <new>
#include <optional>

#include "base/error.h"
#include "link/gather.h"
#include "link/index.h"
#include "link/index_from_rows.h"
#include "pack/pack.h"

namespace weft::app {
namespace {

// Of a memory budget, what a reading and each sealing beside it are counted with.
constexpr uint64_t memory_each = 512 * MiB;

// The selector index comes of the rows as they are sealed; in a case with a scope of the pack. The first linking then
// finds all of them made. It is a saving, so an exhibit without one is extracted all the same.
class IndexBeside {
 public:
  IndexBeside(extract::Case& in, const std::string& label, unsigned threads)
      : folder_(in.indexes()), label_(label), pack_(in.pack(label)), tokens_(in.folder() + "/tokens") {
    if (!in.scope().empty()) return;
    try {
      std::filesystem::create_directories(folder_);
      rows_.emplace(link::index_path(folder_, label), threads > 1);
    } catch (const std::exception&) {
      // Whatever is wrong there, finish() says.
    }
  }
  pack::RowObserver* observer() { return rows_ ? &*rows_ : nullptr; }
  // Why there is none; empty: there is.
  std::string finish(const extract::Case& in, pack::Database& database) {
    try {
      std::filesystem::create_directories(folder_);
      const pack::Scope scope = in.scope();
      const std::vector<link::Source> one = link::sources({pack_}, tokens_, folder_, scope);
      const bool is_there = rows_ && scope.empty() && rows_->finish(one[0]);
      if (!is_there) rows_.reset();  // it may be at the file still
      link::sync_indexes(is_there ? std::vector{one[0].index} : link::make_indexes(one, database));
      return {};
    } catch (const std::exception& error) {
      return error.what();
    }
  }

 private:
  const std::string folder_, label_, pack_, tokens_;
  std::optional<link::IndexFromRows> rows_;
};

}  // namespace

struct Sealing::UnderWay {
  std::unique_ptr<extract::Extraction> of;
  std::unique_ptr<pack::Database> database;
  std::atomic<uint64_t> done = 0, total = 0;  // rows
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::future<std::string> no_index;  // why there is none, if so; throws what became of it

  const std::string& label() const { return of->exhibit().label; }
  bool ended() const { return no_index.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
};

Sealing::Sealing(extract::Case& in, const CommonOptions& options, ProgressLine& line, Outcome& outcome)
    : in_(in),
      options_(options),
      line_(line),
      outcome_(outcome),
      most_beside_(options.thread_count() == 1 ? 0
                                               : std::min<uint64_t>(std::max(1u, options.thread_count() / 4),
                                                                    options.limits().memory / memory_each - 1)) {}

Sealing::~Sealing() = default;  // a future of std::async waits

void Sealing::begin(std::unique_ptr<extract::Extraction> read) {
  auto one = std::make_unique<UnderWay>();
  one->of = std::move(read);
  one->database = database();
  one->no_index = std::async(std::launch::async, [this, one = one.get()] {
    const std::string temporary = in_.temporary() + "/" + one->label();
    IndexBeside index(in_, one->label(), options_.thread_count());
    try {
      one->of->seal(*one->database, temporary, index.observer(),
                    [one](uint64_t done, uint64_t total) { one->done = done, one->total = total; });
    } catch (const std::bad_alloc&) {
      throw Error("not sealed for want of memory", {}, ENOMEM);
    } catch (const std::filesystem::filesystem_error& error) {
      throw Error(error.code().message(), error.path1().string(), error.code().value());
    }
    return index.finish(in_, *one->database);
  });
  under_way_.push_back(std::move(one));
  wait_for(most_beside_);
}

void Sealing::print_ended() {
  while (!under_way_.empty() && under_way_.front()->ended()) print_first();
}

void Sealing::finish() {
  wait_for(0);
}

void Sealing::wait_for(size_t left) {
  for (print_ended(); under_way_.size() > left; print_ended()) {
    UnderWay& first = *under_way_.front();
    line_.show({first.label(), "sealing", first.done, first.total, 0, 0,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - first.began).count()});
    first.no_index.wait_for(std::chrono::milliseconds(20));
  }
}

void Sealing::print_first() {
  const std::unique_ptr<UnderWay> first = std::move(under_way_.front());
  under_way_.pop_front();
  try {
    const std::string no_index = first->no_index.get();
    idle_.push_back(std::move(first->database));
    line_.clear();
    if (!no_index.empty())
      std::fprintf(stderr, "weft: %s: extracted, but its selector index could not be made; linking tries again: %s\n",
                   first->label().c_str(), no_index.c_str());
    print_sealed(first->label(), in_words(first->of->seconds()));
  } catch (const Error& error) {
    print_failed(first->label(), error);
  }
}

void Sealing::print_sealed_before(const std::string& label) {
  line_.clear();
  print_sealed(label, {});
}

void Sealing::print_sealed(const std::string& label, const std::string& how_long) {
  pack::PackInfo info = pack::info(in_.pack(label));
  std::printf("%s\n",
              fmt::format("{:<10} {:<24} {} files, {} features, {} problems{}",
                          how_long.empty() ? "sealed" : "extracted", label, info.rows["file"], info.rows["feature"],
                          info.rows["problem"], how_long.empty() ? "" : ", in " + how_long)
                  .c_str());
  std::fflush(stdout);
  // A stored hash that does not match must not pass quietly.
  std::unique_ptr<pack::Database> asked = database();
  static constexpr std::string_view tables[] = {"exhibit"};
  asked->attach_packs({in_.pack(label)}, {}, tables);
  if (asked->value("SELECT hash_check FROM exhibit").value_or("") == "MISMATCH") {
    std::fprintf(stderr,
                 "weft: HASH MISMATCH: %s: the container's stored hash is not that of its content; see the report\n",
                 label.c_str());
    outcome_.worst(exit_attention);
  }
  idle_.push_back(std::move(asked));
}

void Sealing::print_failed(const std::string& label, const Error& error) {
  line_.clear();
  std::fprintf(stderr, "weft: %s: not extracted: %s\n", label.c_str(), error.what());
  outcome_.worst(code_of(error));
  try {
    in_.log("extract", {{"exhibit", label}, {"step", "failed"}, {"reason", error.what()}});
  } catch (const Error& not_logged) {  // another exhibit may be read just now, and is not to fail for it
    std::fprintf(stderr, "weft: %s\n", not_logged.what());
    outcome_.worst(code_of(not_logged));
  }
}

std::unique_ptr<pack::Database> Sealing::database() {
  const uint64_t memory = options_.limits().memory / 2 / std::max<size_t>(1, most_beside_);
  if (idle_.empty()) return std::make_unique<pack::Database>(in_.temporary(), memory);
  std::unique_ptr<pack::Database> out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

}  // namespace weft::app
