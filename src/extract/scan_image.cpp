// The scan: every byte of the image once, in order.
//
//   this thread: read a page, hash it ─► bounded queue ─► N threads: scan, give each hit its file ─► last page of a
//   unit writes the unit
//
// The pool of page buffers is the back-pressure, so memory is known before the run. Hashing is sequential by nature, so
// its state is kept beside the units: a resumed run reads on from there. Units that are done are only read again where
// the hash has not come that far.
#include <algorithm>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/queue.h"
#include "extract/job.h"

namespace weft::extract {
namespace {

struct Buffer {
  std::vector<uint8_t> bytes;
};

struct PageJob {
  std::unique_ptr<Buffer> buffer;
  scan::Page page;
  uint64_t unit = 0;
  std::vector<ProblemRow> faults;
};

// The hashes of the whole image, as far as they have come.
class ImageHash {
 public:
  ImageHash(const Job& job, const image::Image& image) : path_(job.file("hash.state")) {
    hashers_.emplace_back("sha256", Digest::sha256);
    if (image.stored_md5) hashers_.emplace_back("md5", Digest::md5);
    if (image.stored_sha1) hashers_.emplace_back("sha1", Digest::sha1);
    if (exists(path_)) restore(read_file(path_));
  }
  uint64_t position() const { return position_; }
  void update(Bytes bytes) {
    for (auto& [name, hasher] : hashers_) hasher.update(bytes);
    position_ += bytes.size();
  }
  void save() const {
    std::string out(reinterpret_cast<const char*>(&position_), sizeof position_);
    for (auto& [name, hasher] : hashers_) {
      auto state = hasher.save();
      out.append(state.begin(), state.end());
    }
    out += sha256_hex(as_bytes(out));
    write_file(path_, out);
  }
  std::string result() const {
    std::string out;
    for (auto& [name, hasher] : hashers_) out += name + " " + hasher.hex() + "\n";
    return out;
  }

 private:
  // A state that does not fit (another OpenSSL, a torn file) is no loss: hashing starts over.
  void restore(const std::string& text) {
    size_t each = hashers_.front().second.save().size();
    size_t size = sizeof position_ + each * hashers_.size();
    if (text.size() != size + 64 || sha256_hex(as_bytes(text).first(size)) != text.substr(size)) return;
    size_t at = sizeof position_;
    for (auto& [name, hasher] : hashers_) {
      if (!hasher.restore(as_bytes(text).subspan(at, each))) return;
      at += each;
    }
    std::copy_n(text.data(), sizeof position_, reinterpret_cast<char*>(&position_));
  }

  std::string path_;
  std::vector<std::pair<std::string, Hasher>> hashers_;
  uint64_t position_ = 0;
};

// Units under way, until the last of their pages is in.
class OpenUnits {
 public:
  explicit OpenUnits(const Job& job) : job_(job) {}
  void start(uint64_t unit, uint64_t pages) {
    auto open = std::make_unique<Open>(job_.unit("scan", unit), pages);
    std::lock_guard lock(mutex_);
    units_[unit] = std::move(open);
  }
  void add(uint64_t unit, const pack::UnitRows& rows) {
    Open& open = of(unit);
    std::lock_guard lock(open.mutex);
    open.writer.add(rows);
  }
  void page_done(uint64_t unit) {
    std::unique_ptr<Open> whole;
    {
      std::lock_guard lock(mutex_);
      if (--units_.at(unit)->left != 0) return;
      whole = std::move(units_.at(unit));
      units_.erase(unit);
    }
    whole->writer.finish();
  }

 private:
  struct Open {
    Open(const std::string& path, uint64_t pages) : writer(path), left(pages) {}
    std::mutex mutex;  // of writer; left is under the one for all
    pack::UnitWriter writer;
    uint64_t left;
  };
  Open& of(uint64_t unit) {
    std::lock_guard lock(mutex_);
    return *units_.at(unit);
  }

  const Job& job_;
  std::mutex mutex_;
  std::map<uint64_t, std::unique_ptr<Open>> units_;
};

struct Shared {
  const Job& job;
  const scan::Rules& rules;
  const Owners& owners;
  OpenUnits& units;
  Queue<PageJob>& full;
  Queue<std::unique_ptr<Buffer>>& free;
  std::mutex failed_mutex;
  std::exception_ptr failed;  // the first Error of a scanning thread

  void fail(const std::exception_ptr& error) {
    std::lock_guard lock(failed_mutex);
    if (!failed) failed = error;
    full.close();
    free.close();
  }
};

pack::UnitRows rows_of(const Shared& shared, scan::Results& results, std::vector<ProblemRow> faults) {
  const Job& job = shared.job;
  pack::UnitRows rows;
  rows.problems = std::move(faults);
  for (const scan::Found& found : results.features) {
    FeatureRow where;
    where.offset = found.offset;
    where.path = std::to_string(found.offset) + found.layers;
    if (const Owner* owner = shared.owners.at(found.offset)) {
      where.file_id = owner->file_id;
      if (owner->slack == 0) where.file_offset = owner->file_offset + (found.offset - owner->offset);
    }
    add_feature(job, found, std::move(where), rows);
  }
  for (scan::ScanProblem& problem : results.problems) {
    ProblemRow row;
    row.exhibit = job.options.exhibit, row.stage = "scan";
    row.offset = problem.offset, row.path = std::to_string(problem.offset) + problem.layers;
    if (const Owner* owner = shared.owners.at(problem.offset)) row.file_id = owner->file_id;
    row.what_happened = std::move(problem.what);
    rows.problems.push_back(std::move(row));
  }
  return rows;
}

void scan_pages(Shared& shared, size_t slot) {
  const Job& job = shared.job;
  SlotWatch watch(job.box.shared().slots[slot], job.set_aside, job.stop);
  try {
    scan::Scan scan(shared.rules, job.options.limits);
    while (std::optional<PageJob> next = shared.full.pop()) {
      scan.page(next->page, "", watch, [&](scan::Results& results) {
        Counters& counters = job.box.shared().counters;
        counters.features.fetch_add(results.features.size(), std::memory_order_relaxed);
        counters.problems.fetch_add(results.problems.size() + next->faults.size(), std::memory_order_relaxed);
        shared.units.add(next->unit, rows_of(shared, results, std::exchange(next->faults, {})));
      });
      watch.idle();
      if (job.stop) return;
      shared.units.page_done(next->unit);
      shared.free.push(std::move(next->buffer));
    }
  } catch (const std::bad_alloc&) {
    watch.ran_out_of_memory();
    std::_Exit(1);
  } catch (...) {
    shared.fail(std::current_exception());
  }
}

// Reads [begin - before, end + after) of the image as far as it exists; faults are those of [begin, end).
struct Reader {
  const Job& job;
  ByteSource& source;
  Watch& watch;

  PageJob read(std::unique_ptr<Buffer> buffer, uint64_t begin, uint64_t end, uint64_t before, uint64_t after) {
    PageJob page;
    uint64_t from = begin - std::min(begin, before), to = std::min(source.size(), end + after);
    buffer->bytes.resize(to - from);
    std::vector<Fault> faults;
    if (watch.enter(fmt::format("read {}", begin))) {
      size_t got = source.read(from, buffer->bytes, faults);
      if (got < buffer->bytes.size()) {
        std::fill(buffer->bytes.begin() + ptrdiff_t(got), buffer->bytes.end(), uint8_t(0));
        faults.push_back({from + got, buffer->bytes.size() - got, "the evidence ended early"});
      }
    } else {
      std::fill(buffer->bytes.begin(), buffer->bytes.end(), uint8_t(0));
      faults.push_back({begin, end - begin, "set aside: reading it ended a worker"});
    }
    std::vector<Fault> own;
    for (Fault& fault : faults) {
      uint64_t first = std::max(fault.offset, begin), last = std::min(fault.offset + fault.size, end);
      if (first < last) own.push_back({first, last - first, std::move(fault.what)});
    }
    add_faults(job, own, "image", {}, "", page.faults);
    page.page = {buffer->bytes, size_t(begin - from), size_t(end - from), from};
    page.buffer = std::move(buffer);
    return page;
  }
};

// Reads in order, hashes, hands pages to the scanners. True when everything was handed out.
bool read_pages(Shared& shared, ByteSource& source, ImageHash& hash, SlotWatch& watch) {
  const Job& job = shared.job;
  const Limits& limits = job.options.limits;
  Reader reader{job, source, watch};
  uint64_t size = source.size(), units = (size + limits.unit - 1) / limits.unit;
  for (uint64_t unit = 0; unit < units; ++unit) {
    uint64_t unit_begin = unit * limits.unit, unit_end = std::min(size, unit_begin + limits.unit);
    bool scan_it = !job.done(job.unit("scan", unit));
    bool hash_it = hash.position() < unit_end;
    if (!scan_it && !hash_it) continue;
    check(!hash_it || hash.position() == unit_begin, "the image is hashed unit by unit");
    if (scan_it) shared.units.start(unit, (unit_end - unit_begin + limits.page - 1) / limits.page);
    for (uint64_t begin = unit_begin; begin < unit_end; begin += limits.page) {
      uint64_t end = std::min(begin + limits.page, unit_end);
      job.progress(scanning, begin, size);
      std::optional<std::unique_ptr<Buffer>> buffer = shared.free.pop();
      if (!buffer || job.stop) return false;
      PageJob page = scan_it ? reader.read(std::move(*buffer), begin, end, limits.margin_before, limits.margin_after)
                             : reader.read(std::move(*buffer), begin, end, 0, 0);
      page.unit = unit;
      if (hash_it) hash.update(page.page.bytes.subspan(page.page.begin, end - begin));
      watch.idle();
      bool taken = scan_it ? shared.full.push(std::move(page)) : shared.free.push(std::move(page.buffer));
      if (!taken) return false;
    }
    if (hash_it) hash.save();
  }
  return true;
}

}  // namespace

void scan_image(const Job& job, image::Image& image, const scan::Rules& rules, SlotWatch& watch) {
  if (job.done(job.file("scanned.done"))) return;
  Owners owners(job.file("owners"));
  OpenUnits units(job);
  unsigned threads = job.options.threads;
  Queue<PageJob> full(threads + 2);
  Queue<std::unique_ptr<Buffer>> free(threads + 2);
  for (unsigned i = 0; i < threads + 2; ++i) free.push(std::make_unique<Buffer>());
  Shared shared{job, rules, owners, units, full, free, {}, {}};
  ImageHash hash(job, image);

  std::vector<std::jthread> pool;
  for (unsigned i = 0; i < threads; ++i) pool.emplace_back([&shared, i] { scan_pages(shared, i + 1); });
  bool all = false;
  try {
    all = read_pages(shared, *image.bytes, hash, watch);
  } catch (...) {
    shared.fail(std::current_exception());
  }
  full.close();
  pool.clear();  // joins
  if (shared.failed) std::rethrow_exception(shared.failed);
  if (all && !job.stop) write_file(job.file("scanned.done"), hash.result());
}

}  // namespace weft::extract
