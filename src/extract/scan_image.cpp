// The scan: every byte of the image once, in order.
//
//   this thread: read a page, hash it ─► bounded queue ─► N threads: scan, give each hit its file ─► last page of a
//   unit writes the unit
//
// When the last page is out, whoever has none helps with those of the others: a page is many pieces of work.
//
// A page is scanned in pieces: each whole file (content_files.h) alone, and what lies between them. So what a whole
// file gives depends on its content only; where the same content was scanned before, on this exhibit or an earlier one
// of the case, its rows are derived from there (seen.h) and the content costs no more than its hash. Where bytes go on
// across the border of a whole file, the surroundings of the border are scanned too, and what crosses it is kept: a
// file system that lies about its files can hide nothing.
//
// The pool of page buffers is the back-pressure, so memory is known before the run. Whole files are hashed with the
// bytes of the image that they are: two hashes at a time take as long as one. Hashing an image is sequential by nature,
// so its state is kept beside the units: a resumed run reads on from there. Units that are done are only read again
// where the hash has not come that far.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/queue.h"
#include "extract/content_files.h"
#include "extract/content_type.h"
#include "extract/going_on.h"
#include "extract/image_faults.h"
#include "extract/job.h"

namespace weft::extract {
namespace {

struct Buffer {
  std::vector<uint8_t> bytes;
};

// A part of a page's work: what lies between content files, a content file, or what surrounds a border.
struct Task {
  enum class Kind { between, whole, border } kind;
  uint64_t begin, end;          // on the image; of a border, both are its place
  const Piece* file = nullptr;  // of kind whole, and
  std::string sha256 = {};      // of its content
};

struct PageJob {
  std::unique_ptr<Buffer> buffer;
  scan::Page page;
  uint64_t unit = 0;
  bool has_faults = false;  // in the page or its margins

  // For several threads:
  std::vector<Task> tasks;
  std::atomic<size_t> next = 0, left = 0;  // task to begin; tasks that have not ended
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
  // Those of a file, too.
  void update(Bytes bytes, Hasher& file_sha256) {
    Hasher::update(hashers_.front().second, bytes, file_sha256, bytes);
    for (size_t i = 1; i < hashers_.size(); ++i) hashers_[i].second.update(bytes);
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
  OpenUnits(const Job& job, FactsFile& facts, GoingOnFile& going_on, ImageFaultsFile& faults)
      : job_(job), facts_(facts), going_on_(going_on), faults_(faults) {}
  void start(uint64_t unit, uint64_t pages) {
    auto open = std::make_unique<Open>(job_.unit("scan", unit), pages);
    std::lock_guard lock(mutex_);
    units_[unit] = std::move(open);
  }
  void add(uint64_t unit, const pack::UnitRows& rows) { of(unit).writer.add(rows); }
  void page_done(uint64_t unit) {
    std::unique_ptr<Open> whole;
    {
      std::lock_guard lock(mutex_);
      if (--units_.at(unit)->left != 0) return;
      whole = std::move(units_.at(unit));
      units_.erase(unit);
    }
    facts_.sync();
    going_on_.sync();
    faults_.sync();
    whole->writer.finish();
  }

 private:
  struct Open {
    Open(const std::string& path, uint64_t pages) : writer(path), left(pages) {}
    pack::UnitWriter writer;
    uint64_t left;
  };
  Open& of(uint64_t unit) {
    std::lock_guard lock(mutex_);
    return *units_.at(unit);
  }

  const Job& job_;
  FactsFile& facts_;
  GoingOnFile& going_on_;
  ImageFaultsFile& faults_;
  std::mutex mutex_;
  std::map<uint64_t, std::unique_ptr<Open>> units_;
};

struct Shared {
  const Job& job;
  const scan::Rules& rules;
  const Owners& owners;
  const ContentFiles& content_files;
  Seen& seen;
  FactsFile& facts;
  GoingOnFile& going_on;
  ImageFaultsFile& faults;
  OpenUnits& units;
  Queue<std::shared_ptr<PageJob>>& full;
  Queue<std::unique_ptr<Buffer>>& free;
  std::mutex open_mutex;
  std::vector<std::shared_ptr<PageJob>> open;  // pages that were begun and have not ended
  std::mutex failed_mutex;
  std::exception_ptr failed;  // the first Error of a scanning thread

  void fail(const std::exception_ptr& error) {
    std::lock_guard lock(failed_mutex);
    if (!failed) failed = error;
    close();
  }
  // Nobody waits any more.
  void close() {
    full.close();
    free.close();
  }
};

bool is_zero(Bytes bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

// One scanning thread.
class PageScanner {
 public:
  PageScanner(Shared& shared, SlotWatch& watch)
      : shared_(shared), job_(shared.job), watch_(watch), scan_(shared.rules, job_.options.limits) {}

  // What there is to do for a page.
  static std::vector<Task> tasks(const PageJob& job, const ContentFiles& content_files) {
    const uint64_t first = job.page.offset, last = first + job.page.bytes.size();
    const uint64_t begin = first + job.page.begin, end = first + job.page.end;
    std::vector<Task> out;
    uint64_t at = first, last_border = 0;
    for (const Piece& piece : content_files.within(first, last)) {
      if (at < piece.offset) out.push_back({Task::Kind::between, at, std::min(piece.offset, last)});
      if (piece.whole && piece.offset >= begin && piece.offset < end)
        out.push_back({Task::Kind::whole, piece.offset, piece.end(), &piece});
      for (const uint64_t edge : {piece.offset, piece.end()})
        if (edge >= begin && edge < end && edge != last_border)
          out.push_back({Task::Kind::border, edge, last_border = edge});
      at = std::max(at, piece.end());
    }
    out.push_back({Task::Kind::between, at, std::max(at, last)});  // never none
    return out;
  }

  // Does tasks of the page until none is left to begin. True when the page has ended with that.
  bool scan(PageJob& job) {
    page_ = &job;
    size_t done = 0;
    for (size_t number; !watch_.stopping() && (number = job.next++) < job.tasks.size(); ++done) {
      const Task& task = job.tasks[number];
      switch (task.kind) {
        case Task::Kind::between:
          between(task.begin, task.end);
          break;
        case Task::Kind::whole:
          whole(*task.file, task.sha256);
          break;
        case Task::Kind::border:
          border(task.begin);
      }
    }
    write();
    return done > 0 && (job.left -= done) == 0;
  }

 private:
  uint64_t first() const { return page_->page.offset; }
  uint64_t last() const { return first() + page_->page.bytes.size(); }
  Bytes bytes(uint64_t begin, uint64_t end) const { return page_->page.bytes.subspan(begin - first(), end - begin); }

  // A stretch that no content file holds.
  void between(uint64_t begin, uint64_t end) {
    const uint64_t from = std::max(begin, first() + page_->page.begin), to = std::min(end, first() + page_->page.end);
    if (from >= to || is_zero(bytes(begin, end))) return;
    // A stream in a file is read on through its file.
    const auto reads_on = [&](uint64_t offset) {
      const Owner* owner = shared_.owners.at(offset);
      return !owner || owner->slack != 0;
    };
    scan_.page({bytes(begin, end), size_t(from - begin), size_t(to - begin), begin, reads_on}, "", watch_,
               [&](scan::Results& results) { add(results); });
    for (const scan::GoingOn& stream : scan_.goes_on()) shared_.going_on.add(stream);
  }

  void whole(const Piece& file, const std::string& sha256) {
    const Bytes content = bytes(file.offset, file.end());
    const size_t number = size_t(&file - shared_.content_files.all().data());
    if (std::optional<SeenContent> before = shared_.seen.find(sha256)) {
      for (scan::Found& found : before->results.features) found.offset += file.offset, found.source_end += file.offset;
      for (scan::ScanProblem& problem : before->results.problems) problem.offset += file.offset;
      add(before->results, true);
      if (!page_->has_faults) shared_.facts.put(number, before->facts);
      return;
    }
    Remembered now(file.offset, job_.options.key);
    scan_.page({content, 0, content.size(), file.offset, scan::reads_on_all}, fmt::format("file {} ", file.file_id),
               watch_, [&](scan::Results& results) {
                 now.add(results);
                 add(results);
               });
    const bool goes_on = !scan_.goes_on().empty();
    if (page_->has_faults || watch_.stopping()) return;
    for (const scan::GoingOn& stream : scan_.goes_on()) shared_.going_on.add(stream);
    if (!watch_.enter(fmt::format("file {} type", file.file_id))) return;
    Hasher md5(Digest::md5);
    md5.update(content);
    const ContentFacts facts{sha256, md5.hex(), type_.of(content.first(std::min(content.size(), ContentType::head))),
                             goes_on};
    shared_.facts.put(number, facts);
    shared_.seen.add(now.encoded(facts));
  }

  // What crosses the border of a piece, where bytes stand on both sides of it.
  void border(uint64_t at) {
    if (at <= first() || at >= last() || bytes(at - 1, at)[0] == 0 || bytes(at, at + 1)[0] == 0) return;
    const uint64_t begin = std::max(first(), at - std::min(at, border_before)),
                   end = std::min(last(), at + border_behind);
    scan_.page({bytes(begin, end), 0, size_t(at - begin), begin}, fmt::format("border {} ", at), watch_,
               [&](scan::Results& results) {
                 std::erase_if(results.features, [&](const scan::Found& found) { return found.source_end <= at; });
                 results.problems.clear();  // told where the bytes were scanned with what they belong to
                 add(results);
               });
  }

  void add(scan::Results& results, bool seen_before = false) {
    add_results(job_, shared_.owners, results, rows_, seen_before);
    if (rows_.features.size() + rows_.problems.size() >= portion) write();
  }
  void write() {
    if (rows_.features.empty() && rows_.problems.empty()) return;
    Counters& counters = job_.box.shared().counters;
    counters.features.fetch_add(rows_.features.size(), std::memory_order_relaxed);
    counters.problems.fetch_add(rows_.problems.size(), std::memory_order_relaxed);
    shared_.units.add(page_->unit, rows_);
    rows_.features.clear(), rows_.problems.clear(), rows_.tokens.clear();
  }

  static constexpr size_t portion = 16 * KiB;  // rows
  static constexpr uint64_t border_before = 4 * KiB, border_behind = 64 * KiB;
  Shared& shared_;
  const Job& job_;
  SlotWatch& watch_;
  scan::Scan scan_;
  ContentType type_;
  PageJob* page_ = nullptr;
  pack::UnitRows rows_;  // of the page, not written yet
};

void end_page(Shared& shared, PageJob& page) {
  shared.units.page_done(page.unit);
  {
    std::lock_guard lock(shared.open_mutex);
    std::erase_if(shared.open, [&](const auto& one) { return one.get() == &page; });
  }
  shared.free.push(std::move(page.buffer));
}

// One of which tasks are left to begin; null: none.
std::shared_ptr<PageJob> page_to_help_with(Shared& shared) {
  std::lock_guard lock(shared.open_mutex);
  for (const std::shared_ptr<PageJob>& page : shared.open)
    if (page->next < page->tasks.size()) return page;
  return nullptr;
}

void scan_pages(Shared& shared, size_t slot) {
  const Job& job = shared.job;
  SlotWatch watch(job.box.shared().slots[slot], job.set_aside, job.stop);
  try {
    PageScanner scanner(shared, watch);
    const auto work = [&](PageJob& page) {
      const bool ended = scanner.scan(page);
      watch.idle();
      if (ended && !job.stop) end_page(shared, page);
    };
    while (const auto next = shared.full.pop()) {
      {
        std::lock_guard lock(shared.open_mutex);
        shared.open.push_back(*next);
      }
      work(**next);
      if (job.stop) return shared.close();  // who waits for a buffer would wait for ever
    }
    while (const std::shared_ptr<PageJob> page = page_to_help_with(shared)) {
      work(*page);
      if (job.stop) return shared.close();
    }
  } catch (const std::bad_alloc&) {
    watch.ran_out_of_memory();
    std::_Exit(1);
  } catch (const Error&) {
    shared.fail(std::current_exception());
  } catch (...) {
    watch.failed();
  }
}

// Reads [begin - before, end + after) of the image as far as it exists; faults are those of [begin, end).
struct Reader {
  const Job& job;
  ByteSource& source;
  Watch& watch;
  ImageFaultsFile& all_faults;

  std::shared_ptr<PageJob> read(std::unique_ptr<Buffer> buffer, uint64_t begin, uint64_t end, uint64_t before,
                                uint64_t after) {
    auto out = std::make_shared<PageJob>();
    PageJob& page = *out;
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
    page.has_faults = !faults.empty();
    for (Fault& fault : faults) {
      uint64_t first = std::max(fault.offset, begin), last = std::min(fault.offset + fault.size, end);
      if (first < last) all_faults.add({first, last - first, std::move(fault.what)});
    }
    page.page = {buffer->bytes, size_t(begin - from), size_t(end - from), from};
    page.buffer = std::move(buffer);
    return out;
  }
};

// Hashes pages, one after the other: the whole files that begin in each; its bytes for the image; and with these the
// files in several pieces, or larger than a page, whose pieces lie in order on the image. Such a file need not be read
// for its hash, if its content was seen before on another exhibit, which knows the rest.
class PageHasher {
 public:
  PageHasher(Shared& shared, ImageHash& image) : shared_(shared), image_(image) {}

  // hash_image: false when a run before has done that.
  void hash(PageJob& job, bool hash_image) {
    const uint64_t first = job.page.offset, begin = first + job.page.begin, end = first + job.page.end;
    uint64_t at = begin;  // up to where the image was hashed
    const auto bytes = [&](uint64_t from, uint64_t to) { return job.page.bytes.subspan(from - first, to - from); };
    const auto image_up_to = [&](uint64_t to) {
      if (hash_image && at < to) image_.update(bytes(at, to)), at = to;
    };
    auto task = job.tasks.begin();
    for (const Piece& piece : shared_.content_files.within(begin, end)) {
      if (!piece.whole) {
        if (!hash_image || shared_.seen.empty()) continue;
        const uint64_t from = std::max(piece.offset, begin), to = std::min(piece.end(), end);
        image_up_to(from);
        go_on(piece, from, bytes(from, to), job.has_faults), at = to;
        continue;
      }
      if (piece.offset < begin) continue;  // with the page before
      task = std::find_if(task, job.tasks.end(), [&](const Task& one) { return one.file == &piece; });
      if (task == job.tasks.end()) break;  // the page is not scanned
      image_up_to(piece.offset);
      Hasher sha256(Digest::sha256);
      const uint64_t both = hash_image ? std::min(piece.end(), end) : piece.offset;  // the rest is the next page's
      if (piece.offset < both) image_.update(bytes(piece.offset, both), sha256), at = both;
      sha256.update(bytes(both, piece.end()));
      task->sha256 = sha256.hex();
    }
    image_up_to(end);
  }

 private:
  struct Running {
    size_t number;    // of the first piece
    uint64_t hashed;  // of the file; never: a piece came out of turn
    Hasher sha256{Digest::sha256};
  };
  static constexpr size_t most_running = 64 * KiB;  // files that were begun and have not ended
  static constexpr uint64_t never = UINT64_MAX;

  // The bytes of a piece that lie at `from` are hashed for the image, and for the file if they are its next.
  void go_on(const Piece& piece, uint64_t from, Bytes bytes, bool has_faults) {
    const uint64_t file_offset = piece.file_offset + (from - piece.offset);
    auto found = running_.find(piece.file_id);
    if (found == running_.end() && file_offset == 0 && running_.size() < most_running)
      found = running_.emplace(piece.file_id, Running{size_t(&piece - shared_.content_files.all().data()), 0}).first;
    if (found == running_.end()) return image_.update(bytes);
    Running& file = found->second;
    if (file.hashed != file_offset || has_faults) {
      file.hashed = never;
      return image_.update(bytes);
    }
    image_.update(bytes, file.sha256);
    file.hashed = file_offset + bytes.size();
    if (file.hashed < piece.file_size) return;
    if (const std::optional<ContentFacts> facts = shared_.seen.facts(file.sha256.hex()))
      shared_.facts.put(file.number, *facts);
    running_.erase(found);
  }

  Shared& shared_;
  ImageHash& image_;
  std::map<uint64_t, Running> running_;  // by file
};

// Reads in order, hashes, hands pages to the scanners. True when everything was handed out.
bool read_pages(Shared& shared, ByteSource& source, ImageHash& hash, SlotWatch& watch) {
  const Job& job = shared.job;
  const Limits& limits = job.options.limits;
  Reader reader{job, source, watch, shared.faults};
  PageHasher hasher(shared, hash);
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
      const std::shared_ptr<PageJob> page =
          scan_it ? reader.read(std::move(*buffer), begin, end, limits.margin_before, limits.margin_after)
                  : reader.read(std::move(*buffer), begin, end, 0, 0);
      page->unit = unit;
      if (scan_it) {
        page->tasks = PageScanner::tasks(*page, shared.content_files);
        page->left = page->tasks.size();
      }
      hasher.hash(*page, hash_it);
      watch.idle();
      bool taken = scan_it ? shared.full.push(page) : shared.free.push(std::move(page->buffer));
      if (!taken) return false;
    }
    if (hash_it) hash.save();
  }
  return true;
}

}  // namespace

void scan_image(const Job& job, image::Image& image, const scan::Rules& rules, Seen& seen, SlotWatch& watch) {
  if (job.done(job.file("scanned.done"))) return;
  Owners owners(job.file("owners"));
  ContentFiles content_files(job.file("content-files"));
  FactsFile facts(job.file("facts"));
  GoingOnFile going_on(job.file("going-on"));
  ImageFaultsFile faults(job.file("faults.jsonl"));
  OpenUnits units(job, facts, going_on, faults);
  unsigned threads = job.options.threads;
  Queue<std::shared_ptr<PageJob>> full(threads + 2);
  Queue<std::unique_ptr<Buffer>> free(threads + 2);
  for (unsigned i = 0; i < threads + 2; ++i) free.push(std::make_unique<Buffer>());
  Shared shared{job, rules, owners, content_files, seen, facts, going_on, faults, units, full, free, {}, {}, {}, {}};
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
  faults.sync();
  if (all && !job.stop) write_file(job.file("scanned.done"), hash.result());
}

}  // namespace weft::extract
