// The walk: volumes, then every entry of every file system, in chunks of files that are small enough to be held. A
// chunk is the input of one content unit. File ids run through the whole exhibit, so volumes are walked one after the
// other.
#include <algorithm>

#include "base/error.h"
#include "extract/content_files.h"
#include "extract/job.h"
#include "fs/file_system.h"

namespace weft::extract {
namespace {

// Where the walk of one volume left off, so that the next one can go on.
struct Mark {
  uint64_t next_file_id = 1, next_chunk = 0;
};

Mark read_mark(const std::string& path) {
  Mark mark;
  std::string text = read_file(path);
  if (std::sscanf(text.c_str(), "%lu %lu", &mark.next_file_id, &mark.next_chunk) != 2) throw Error("is damaged", path);
  return mark;
}

void write_mark(const std::string& path, const Mark& mark) {
  write_file(path, fmt::format("{} {}\n", mark.next_file_id, mark.next_chunk));
}

class ChunkWriter final : public fs::WalkSink {
 public:
  ChunkWriter(const Job& job, uint64_t volume, uint64_t chunk) : job_(job), volume_(volume), chunk_(chunk) {}

  void file(FileRow file, std::vector<ExtentRow> extents) override {
    file.exhibit = job_.options.exhibit;
    file.volume = volume_;
    bytes_ += std::min(file.size, job_.options.limits.content_unit_bytes);
    for (ExtentRow& extent : extents) {
      extent.exhibit = job_.options.exhibit;
      places_.extents.push_back(std::move(extent));
    }
    files_.files.push_back(std::move(file));
    if (files_.files.size() >= job_.options.limits.content_unit_files ||
        bytes_ >= job_.options.limits.content_unit_bytes || places_.extents.size() >= 200'000)
      flush();
    job_.progress(walking, ++seen_, 0);
  }
  void problem(ProblemRow problem) override {
    problem.exhibit = job_.options.exhibit;
    if (problem.stage.empty()) problem.stage = "file system";
    places_.problems.push_back(std::move(problem));
    job_.box.shared().counters.problems.fetch_add(1, std::memory_order_relaxed);
  }
  // Writes what is held; the number of the next chunk.
  uint64_t flush() {
    if (files_.files.empty() && places_.extents.empty() && places_.problems.empty()) return chunk_;
    pack::write_unit(job_.unit("extents", chunk_), places_);
    pack::write_unit(job_.unit("walk", chunk_), files_);
    files_ = {};
    places_ = {};
    bytes_ = 0;
    return ++chunk_;
  }

 private:
  const Job& job_;
  uint64_t volume_, chunk_, bytes_ = 0, seen_ = 0;
  pack::UnitRows files_, places_;
};

void walk_file_system(const Job& job, ByteSource& image, const VolumeRow& volume, Watch& watch, ChunkWriter& writer,
                      Mark& mark) {
  std::string item = fmt::format("file system of volume {}", volume.volume);
  auto problem = [&](std::string what) {
    ProblemRow row;
    row.stage = "file system";
    row.offset = volume.offset;
    row.what_happened = std::move(what);
    writer.problem(std::move(row));
  };
  if (!watch.enter(item)) return problem(volume.file_system + " was set aside: reading it ended a worker");
  try {
    auto file_system = fs::open(image, volume, job.options.limits);
    mark.next_file_id = file_system->walk(mark.next_file_id, watch, writer);
  } catch (const Error& error) {
    problem(error.what());
  }
}

void walk_entries(const std::vector<image::LogicalEntry>& entries, Watch& watch, ChunkWriter& writer, Mark& mark) {
  for (const image::LogicalEntry& entry : entries) {
    watch.enter(fmt::format("entry {}", mark.next_file_id));
    FileRow row;
    row.file_id = mark.next_file_id++;
    row.path = entry.path, row.kind = entry.kind, row.state = "allocated", row.size = entry.size;
    row.inode = entry.inode, row.target = entry.target;
    row.modified = entry.modified, row.accessed = entry.accessed, row.changed = entry.changed,
    row.created = entry.created;
    std::vector<ExtentRow> extents;
    if (entry.kind == "file" && entry.size > 0)
      extents.push_back({"", row.file_id, 0, entry.offset, entry.size, "data"});
    writer.file(std::move(row), std::move(extents));
  }
}

std::vector<VolumeRow> volumes_of(const Job& job, image::Image& image, Watch& watch) {
  std::string path = job.file("volumes.unit");
  if (job.done(path)) return read_done(path).volumes;
  pack::UnitRows rows;
  if (image.logical) {
    VolumeRow whole;
    whole.volume = 1, whole.size = image.bytes->size(), whole.scheme = "none", whole.description = image.format;
    rows.volumes.push_back(whole);
  } else if (watch.enter("volumes")) {
    rows.volumes = fs::find_volumes(*image.bytes, job.options.limits, rows.problems);
  } else {
    ProblemRow row;
    row.stage = "volume";
    row.what_happened = "partitions were set aside: reading them ended a worker; the bytes are scanned all the same";
    rows.problems.push_back(row);
  }
  for (VolumeRow& row : rows.volumes) row.exhibit = job.options.exhibit;
  for (ProblemRow& row : rows.problems) row.exhibit = job.options.exhibit;
  pack::write_unit(path, rows);
  return rows.volumes;
}

void build_owners(const Job& job, uint64_t chunks) {
  std::vector<Claim> claims;
  for (uint64_t chunk = 0; chunk < chunks; ++chunk) {
    pack::UnitRows files = read_done(job.unit("walk", chunk));
    pack::UnitRows places = read_done(job.unit("extents", chunk));
    // Both are in order of file id.
    size_t at = 0;
    for (const ExtentRow& extent : places.extents) {
      while (at < files.files.size() && files.files[at].file_id < extent.file_id) ++at;
      if (at == files.files.size() || files.files[at].file_id != extent.file_id) continue;
      if (auto one = claim(extent, files.files[at].state)) claims.push_back(*one);
    }
  }
  Owners::build(std::move(claims), job.file("owners"));
  const Owners owners(job.file("owners"));
  ContentFiles::Builder content_files(owners, job.options.limits);
  for (uint64_t chunk = 0; chunk < chunks; ++chunk) {
    const pack::UnitRows files = read_done(job.unit("walk", chunk)), places = read_done(job.unit("extents", chunk));
    size_t at = 0;
    for (const FileRow& file : files.files) {
      const size_t begin = at;
      while (at < places.extents.size() && places.extents[at].file_id == file.file_id) ++at;
      content_files.add(file, std::span(places.extents).subspan(begin, at - begin));
    }
  }
  content_files.write(job.file("content-files"));
}

}  // namespace

void open_exhibit(const Job& job, const image::Image& image) {
  if (job.done(job.file("image.unit"))) return;
  pack::UnitRows rows;
  ExhibitRow row;
  row.exhibit = job.options.exhibit, row.format = image.format, row.size = image.bytes->size();
  row.stored_md5 = image.stored_md5, row.stored_sha1 = image.stored_sha1;
  for (const std::string& part : image.parts)
    row.parts += (row.parts.empty() ? "" : "\n") + part.substr(part.rfind('/') + 1);
  for (const auto& [name, value] : image.metadata)
    row.metadata += (row.metadata.empty() ? "" : "\n") + name + "=" + value;
  rows.exhibits.push_back(row);
  std::vector<Fault> faults = image.faults;
  add_faults(job, faults, "image", {}, "", rows.problems);
  pack::write_unit(job.file("image.unit"), rows);
}

void walk_volumes(const Job& job, image::Image& image, Watch& watch) {
  std::vector<VolumeRow> volumes = volumes_of(job, image, watch);
  Mark mark;
  for (const VolumeRow& volume : volumes) {
    std::string done = job.file(fmt::format("walked-{:04}.done", volume.volume));
    if (job.done(done)) {
      mark = read_mark(done);
      continue;
    }
    if (job.stop) return;
    ChunkWriter writer(job, volume.volume, mark.next_chunk);
    if (image.logical)
      walk_entries(image.entries, watch, writer, mark);
    else if (fs::is_readable(volume))
      walk_file_system(job, *image.bytes, volume, watch, writer, mark);
    if (job.stop) return;  // a walk that was cut short is done again
    mark.next_chunk = writer.flush();
    write_mark(done, mark);
  }
  if (job.done(job.file("walked.done"))) return;
  watch.enter("owners");
  build_owners(job, mark.next_chunk);
  write_mark(job.file("walked.done"), mark);
}

uint64_t walk_chunks(const Job& job) {
  return read_mark(job.file("walked.done")).next_chunk;
}

}  // namespace weft::extract
