// Indexes from sealed packs.
#include <algorithm>
#include <atomic>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "link/index.h"
#include "link/index_build.h"
#include "pack/database.h"

namespace weft::link {

using pack::Database;

namespace {

constexpr uint64_t memory_of_a_builder = 512 * MiB;  // rows of a segment, and what comes of them

bool is_good(const Source& source, const std::string& digest) {
  if (!exists(source.index)) return false;
  try {
    Index index(source.index);
    return index.pack() == digest && index.intact();
  } catch (const Error&) {
    return false;  // a leftover of another version, or cut short
  }
}

void read_files(Database& database, IndexBuild& build) {
  database.scan(R"(SELECT file_id, path, size, type, sha256, state, volume, inode FROM file WHERE kind = 'file')",
                [&](const Database::Batch& batch) {
                  for (size_t r = 0; r < batch.rows(); ++r) {
                    IndexBuild::File file;
                    file.id = batch.number(0, r), file.path = batch.text(1, r), file.size = batch.number(2, r);
                    file.type = batch.text(3, r), file.sha256 = batch.text(4, r), file.state = batch.text(5, r);
                    file.volume = batch.number(6, r), file.inode = batch.number(7, r);
                    build.add_file(file);
                  }
                });
  database.scan(
      R"(SELECT file_id, "offset" FROM extent WHERE file_offset = 0 AND kind IN ('data', 'compressed', 'resident'))",
      [&](const Database::Batch& batch) {
        for (size_t r = 0; r < batch.rows(); ++r) build.add_beginning(batch.number(0, r), batch.number(1, r));
      });
}

void read_rows(Database& database, const std::string& tokens, IndexBuild& build) {
  std::string wanted, secret;
  for (const Kind& kind : kinds()) (kind.secret ? secret : wanted) += fmt::format(",{}", Database::quote(kind.name));
  std::string columns = R"(f."offset", f.path, f.file_id, f.file_offset, f.role, CAST(f.stopped AS UBIGINT))";
  std::string sql = fmt::format("SELECT f.kind, f.value, CAST(NULL AS VARCHAR), {} FROM feature f WHERE f.kind IN ({})",
                                columns, wanted.substr(1));
  if (!tokens.empty())
    sql += fmt::format(
        " UNION ALL SELECT f.kind, t.token, f.value, {} FROM feature f JOIN read_parquet({}) t ON f.kind = t.kind AND "
        "f.value = t.value AND f.path = t.path WHERE f.kind IN ({})",
        columns, Database::quote(tokens), secret.substr(1));
  const Kind* last = kinds().data();
  database.scan(sql, [&](const Database::Batch& batch) {
    for (size_t r = 0; r < batch.rows(); ++r) {
      IndexBuild::Feature feature;
      if (batch.text(0, r) != last->name) last = find_kind(batch.text(0, r));
      feature.kind = last, feature.value = batch.text(1, r), feature.shown = batch.text(2, r);
      feature.offset = batch.number(3, r), feature.path = batch.text(4, r);
      if (!batch.is_null(5, r)) feature.file_id = batch.number(5, r);
      if (!batch.is_null(6, r)) feature.file_offset = batch.number(6, r);
      feature.role = batch.text(7, r), feature.stopped = batch.number(8, r) != 0;
      build.add_feature(feature);
    }
  });
  database.scan(R"(SELECT serial, "offset" FROM volume WHERE serial <> '')", [&](const Database::Batch& batch) {
    for (size_t r = 0; r < batch.rows(); ++r) build.add_volume(batch.text(0, r), batch.number(1, r));
  });
}

void make(Database& database, const Source& source, const std::string& pack, IndexBuild::Room& room) {
  static constexpr std::string_view tables[] = {"exhibit", "volume", "file", "extent", "feature"};
  database.attach_packs({source.folder}, source.scope, tables);
  IndexBuild build(source.index, room);
  read_files(database, build);
  build.messages().read(database);
  const uint64_t rows = std::stoull(database.value("SELECT count(*) FROM feature").value_or("0")) + build.files();
  build.expect(rows);
  read_rows(database, source.tokens, build);
  check(build.write(rows), "as many rows as were counted");
  build.finish(pack, database.value("SELECT sha256 FROM exhibit").value_or(""));
}

}  // namespace

std::vector<std::string> make_indexes(const std::vector<Source>& sources, const std::string& temporary,
                                      const Limits& limits, unsigned threads) {
  auto fit = unsigned(std::min<uint64_t>(limits.memory / memory_of_a_builder, sources.size()));
  threads = std::max(1u, std::min(threads, fit));
  const uint64_t memory = std::max<uint64_t>(limits.memory / 4 / threads, 128 * MiB);
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failed;
  std::vector<std::string> made;
  auto work = [&] {
    std::optional<pack::Database> database;
    IndexBuild::Room room;
    try {
      for (size_t i = next++; i < sources.size(); i = next++) {
        const std::string digest = pack_digest(sources[i]);
        if (is_good(sources[i], digest)) continue;
        if (!database) database.emplace(temporary, memory);
        make(*database, sources[i], digest, room);
        std::lock_guard lock(mutex);
        made.push_back(sources[i].index);
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failed) failed = std::current_exception();
      next = sources.size();
    }
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 0; i < threads; ++i) pool.emplace_back(work);
  }
  if (failed) std::rethrow_exception(failed);
  return made;
}

std::vector<std::string> make_indexes(const std::vector<Source>& sources, pack::Database& database) {
  IndexBuild::Room room;
  std::vector<std::string> made;
  for (const Source& source : sources) {
    const std::string digest = pack_digest(source);
    if (is_good(source, digest)) continue;
    make(database, source, digest, room);
    made.push_back(source.index);
  }
  return made;
}

}  // namespace weft::link
