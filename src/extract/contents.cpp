// The contents: each file read once through its file system, for its hashes and its type; and scanned where the scan of
// the image could not see it whole: at the seams of fragmented files, and in contents that the file system compresses.
// What lies in one piece on the image was found there already, so only findings that cross a seam are kept. Files that
// a parser knows are read for their records (records.h). Compressed streams that are too long for a page are read on to
// their end (scan/long_stream.h).
#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <thread>

#include "artefacts/dispatch.h"
#include "base/error.h"
#include "base/hash.h"
#include "extract/content_files.h"
#include "extract/content_type.h"
#include "extract/going_on.h"
#include "extract/job.h"
#include "extract/layout.h"
#include "extract/range_source.h"
#include "extract/records.h"
#include "extract/unread.h"
#include "fs/file_system.h"
#include "scan/long_stream.h"

namespace weft::extract {
namespace {

// Streams that the scan of the image could not show whole.
struct LeftStreams {
  std::map<uint64_t, std::vector<scan::GoingOn>> of_files;  // by the file they lie in, and from its begin on
  std::vector<scan::GoingOn> of_image;                      // in no file

  explicit LeftStreams(const Job& job) {
    const Owners owners(job.file("owners"));
    for (scan::GoingOn& stream : GoingOnFile(job.file("going-on")).all()) {
      const Owner* owner = owners.at(stream.offset);
      if (!owner || owner->slack != 0) {
        of_image.push_back(std::move(stream));
      } else {
        stream.offset += owner->file_offset - owner->offset;
        of_files[owner->file_id].push_back(std::move(stream));
      }
    }
    for (auto& [file, streams] : of_files)
      std::sort(streams.begin(), streams.end(), [](const auto& a, const auto& b) {
        return a.offset != b.offset ? a.offset < b.offset : a.layer < b.layer;
      });
  }
};

class ChunkReader {
 public:
  ChunkReader(const Job& job, const scan::Rules& rules, Seen& seen, RecordReader::Shared& shared,
              const LeftStreams& left, size_t slot)
      : job_(job),
        image_(job.open_image()),
        scan_(rules, job.options.limits),
        watch_(job.box.shared().slots[slot], job.set_aside, job.stop),
        seen_(seen),
        content_files_(job.file("content-files")),
        facts_(job.file("facts")),
        left_(left),
        records_(job, watch_, shared,
                 [this](const FileRow& file, const Layout& layout) { return open(file, layout); }) {
    for (VolumeRow& volume : read_done(job.file("volumes.unit")).volumes) volumes_[volume.volume] = volume;
  }

  SlotWatch& watch() { return watch_; }

  // False when stopped half-way.
  bool chunk(uint64_t number) {
    pack::UnitRows files = read_done(job_.unit("walk", number));
    pack::UnitRows places = read_done(job_.unit("extents", number));
    rows_ = {};
    unit_.emplace(job_.unit("content", number));
    size_t at = 0;
    for (FileRow& file : files.files) {
      if (job_.stop) return false;
      size_t begin = at;
      while (at < places.extents.size() && places.extents[at].file_id == file.file_id) ++at;
      std::span<const ExtentRow> extents(places.extents.data() + begin, at - begin);
      // Links and directories have no content to speak of; their names and targets are in the row.
      if (file.kind == "file" || file.kind == "virtual") content(file, Layout::of(extents));
      job_.box.shared().counters.done.fetch_add(std::min(file.size, image_.bytes->size()), std::memory_order_relaxed);
      rows_.files.push_back(std::move(file));
      write_when_many();
    }
    watch_.idle();
    unit_->add(rows_);
    unit_->finish();
    return true;
  }

  // Those that lie in no file. False when stopped half-way.
  bool streams_of_image() {
    rows_ = {};
    unit_.emplace(job_.file("streams.unit"));
    const Owners owners(job_.file("owners"));
    read_on("image", *image_.bytes, left_.of_image, [&](scan::Results& results) {
      Counters& counters = job_.box.shared().counters;
      counters.features.fetch_add(results.features.size(), std::memory_order_relaxed);
      counters.problems.fetch_add(results.problems.size(), std::memory_order_relaxed);
      add_results(job_, owners, results, rows_);
      write_when_many();
    });
    if (job_.stop) return false;
    watch_.idle();
    unit_->add(rows_);
    unit_->finish();
    return true;
  }

 private:
  enum class Keep { as_new, as_seen_before, through_the_file };

  void problem(const FileRow& file, std::string stage, std::string what, std::optional<uint64_t> offset = {}) {
    rows_.problems.push_back(
        {job_.options.exhibit, std::move(stage), offset, file.path, file.file_id, std::move(what)});
    job_.box.shared().counters.problems.fetch_add(1, std::memory_order_relaxed);
  }

  fs::FileSystem& file_system(uint64_t volume) {
    auto& slot = file_systems_[volume];
    if (!slot) slot = fs::open(*image_.bytes, volumes_.at(volume), job_.options.limits);
    return *slot;
  }

  std::unique_ptr<ByteSource> open(const FileRow& file, const Layout& layout) {
    if (!image_.logical) return file_system(file.volume).open(file);
    uint64_t offset = layout.extents.empty() ? 0 : layout.extents[0].offset;
    return std::make_unique<RangeSource>(*image_.bytes, offset, file.size);
  }

  void content(FileRow& file, const Layout& layout) {
    if (!watch_.enter(fmt::format("file {} read", file.file_id)))
      return problem(file, "content",
                     "set aside: reading it ended a worker; its bytes are scanned where they lie on the image");
    if (file.size > sparse_limit && (layout.sparse_only || file.size / 16 > image_.bytes->size()))
      return problem(file, "limit",
                     fmt::format("is {} bytes long, hardly any of which are on the image: not hashed", file.size));
    try {
      std::vector<const artefacts::Parser*> parsers;
      bool goes_on = false;
      const Piece* piece = first_piece(layout);
      const bool known = piece && from_facts(file, layout, *piece, parsers, goes_on);
      if (known) tell_unread(file, layout, nullptr, buffer_);
      if (known && piece->whole && parsers.empty() && !goes_on) return;
      std::unique_ptr<ByteSource> source = open(file, layout);
      if (!known) parsers = hash(file, *source, layout);
      if (!parsers.empty()) records_.read(file, *source, layout, parsers, rows_);
      const std::vector<uint64_t> seams = layout.seams();
      if (known && piece->whole) {
        if (goes_on) read_streams_of_whole(file, *source, layout, seams);
        return;
      }
      if (piece) return scan_whole_content(file, *piece, *source, layout, seams);
      if (layout.compressed || !seams.empty() || is_for_rules(file, layout)) scan_content(file, *source, layout, seams);
      if (file.size >= least_long && may_be_long(file.type))
        return read_long_streams(file, *source, layout, seams, Keep::through_the_file);
      if (const auto left = left_.of_files.find(file.file_id); left != left_.of_files.end())
        read_on(name_of(file), *source, left->second,
                [&](scan::Results& results) { keep_all(file, layout, seams, results, Keep::through_the_file); });
    } catch (const Error& error) {
      if (cannot_write_) throw;
      problem(file, "content", error.what());
    }
  }

  // A YARA rule may ask where a file begins, or how long it is; where it lies in a page with others, none can tell.
  bool is_for_rules(const FileRow& file, const Layout& layout) const {
    return has_rules_ && file.size <= job_.options.limits.page && !layout.extents.empty();
  }

  // What the scan learnt of a file, or of one with another name for the same bytes if they lie in one piece. first: the
  // piece it begins with.
  bool from_facts(FileRow& file, const Layout& layout, const Piece& first,
                  std::vector<const artefacts::Parser*>& parsers, bool& goes_on) {
    const bool is_own = first.file_id == file.file_id;
    if (first.file_size != file.size || !(is_own || (first.whole && layout.extents.size() == 1))) return false;
    const std::optional<ContentFacts> facts = facts_.get(size_t(&first - content_files_.all().data()));
    if (!facts) return false;
    buffer_.resize(std::min<uint64_t>(file.size, ContentType::head));
    std::vector<Fault> faults;
    const bool head_in_one_piece = first.size >= buffer_.size();
    const size_t got = head_in_one_piece ? image_.bytes->read(first.offset, buffer_, faults)
                                         : open(file, layout)->read(0, buffer_, faults);
    if (got < buffer_.size() || !faults.empty()) return false;
    file.sha256 = facts->sha256, file.md5 = facts->md5, file.type = facts->type;
    goes_on = facts->goes_on && is_own;
    parsers = artefacts::parsers_for(file.path, file.type, file.size, buffer_);
    return true;
  }

  // A container of which only the bytes are scanned. source may be null; first: its first bytes.
  void tell_unread(const FileRow& file, const Layout& layout, ByteSource* source, Bytes first) {
    std::vector<uint8_t> last;
    if (constexpr size_t trailer = 512; is_told_by_its_end(file.path) && file.size >= trailer) {
      std::unique_ptr<ByteSource> own;
      if (!source) source = (own = open(file, layout)).get();
      std::vector<Fault> faults;
      last.resize(trailer);
      last.resize(source->read(file.size - trailer, last, faults));
    }
    if (std::string what = unread_container(file.path, file.type, first, last); !what.empty())
      problem(file, "content", std::move(what));
  }

  // Fills in hashes and type; returns who parses it.
  std::vector<const artefacts::Parser*> hash(FileRow& file, ByteSource& source, const Layout& layout) {
    std::vector<const artefacts::Parser*> parsers;
    std::vector<Fault> faults;
    Hasher sha256(Digest::sha256), md5(Digest::md5);
    // What was seen before costs its SHA-256 alone.
    const bool maybe_seen = !seen_.empty() && file.size >= smallest_asked_for;
    std::string first;
    uint64_t at = read_through(file, source, faults, [&](uint64_t offset, Bytes bytes) {
      if (offset == 0) first = as_text(bytes.first(std::min(bytes.size(), ContentType::head)));
      sha256.update(bytes);
      if (!maybe_seen) md5.update(bytes);
    });
    file.sha256 = sha256.hex();
    const std::optional<ContentFacts> facts = maybe_seen ? seen_.facts(*file.sha256) : std::nullopt;
    if (maybe_seen && !facts) {
      std::vector<Fault> again;
      read_through(file, source, again, [&](uint64_t, Bytes bytes) { md5.update(bytes); });
    }
    file.md5 = facts ? facts->md5 : md5.hex();
    if (facts)
      file.type = facts->type;
    else if (watch_.enter(fmt::format("file {} type", file.file_id)))
      file.type = type_.of(as_bytes(first));
    if (!first.empty()) tell_unread(file, layout, &source, as_bytes(first));
    if (!first.empty()) parsers = artefacts::parsers_for(file.path, file.type, file.size, as_bytes(first));
    watch_.enter(fmt::format("file {} read", file.file_id));
    const bool bad_cluster_map = file.path == "$BadClus:$Bad";  // as large as the volume by design, and empty
    if (at < file.size && layout.extents.empty() && faults.empty() && file.state == "allocated" && !bad_cluster_map)
      problem(file, "content", fmt::format("only {} of {} bytes can be read", at, file.size));
    add_faults(job_, faults, "content", file.file_id, file.path, rows_.problems);
    return parsers;
  }

  // The content from its begin to its end, or to where it cannot be read or the job stops; how much that was.
  uint64_t read_through(const FileRow& file, ByteSource& source, std::vector<Fault>& faults,
                        const std::function<void(uint64_t, Bytes)>& some) {
    uint64_t at = 0;
    buffer_.resize(MiB);
    while (!job_.stop) {
      const size_t got = source.read(at, buffer_, faults);
      if (got == 0) break;
      some(at, Bytes(buffer_).first(got));
      at += got;
      watch_.enter(fmt::format("file {} read", file.file_id));
    }
    return at;
  }

  // The piece of a content file that a file begins with: its own, or that of another name for the same bytes.
  const Piece* first_piece(const Layout& layout) const {
    for (const ExtentRow& extent : layout.extents) {
      if (extent.kind == "sparse") continue;
      const std::optional<size_t> number = content_files_.find(extent.offset);
      return number ? &content_files_.all()[*number] : nullptr;
    }
    return nullptr;
  }

  // In several pieces, or larger than a page: the scan of the image left it out.
  void scan_whole_content(const FileRow& file, const Piece& piece, ByteSource& source, const Layout& layout,
                          const std::vector<uint64_t>& seams) {
    if (piece.file_id != file.file_id) return;
    if (piece.whole) {  // scanned there
      if (may_be_long(file.type)) read_long_streams(file, source, layout, seams, Keep::as_new);
      return;
    }
    const Limits& limits = job_.options.limits;
    if (std::optional<SeenContent> before = seen_.find(*file.sha256)) {
      keep_all(file, layout, seams, before->results, Keep::as_seen_before);
      if (before->facts.goes_on) read_streams_of_whole(file, source, layout, seams);
      return;
    }
    Remembered now(0, job_.options.key);
    const auto take = [&](scan::Results& results) {
      now.add(results);
      keep_all(file, layout, seams, results);
    };
    std::vector<Fault> faults;  // reported while hashing
    std::vector<scan::GoingOn> goes_on;
    const uint64_t page = page_of(file);
    for (uint64_t begin = 0; begin < file.size && !job_.stop; begin += page) {
      const uint64_t end = std::min(file.size, begin + page), from = begin - std::min(begin, limits.margin_before);
      buffer_.resize(std::min(file.size, end + limits.margin_after) - from);
      const size_t got = source.read(from, buffer_, faults);
      std::fill(buffer_.begin() + ptrdiff_t(got), buffer_.end(), uint8_t(0));
      scan_.page({buffer_, size_t(begin - from), size_t(end - from), from, scan::reads_on_all},
                 fmt::format("file {} ", file.file_id), watch_, take);
      goes_on.insert(goes_on.end(), scan_.goes_on().begin(), scan_.goes_on().end());
    }
    read_on(name_of(file), source, goes_on, take);
    if (!faults.empty() || job_.stop) return;
    cannot_write_ = true;
    seen_.add(now.encoded({*file.sha256, *file.md5, file.type}));
    cannot_write_ = false;
  }

  // The long streams of a file whose other bytes were scanned with a page.
  void read_streams_of_whole(const FileRow& file, ByteSource& source, const Layout& layout,
                             const std::vector<uint64_t>& seams) {
    const std::string name = name_of_streams(*file.sha256);
    if (std::optional<SeenContent> before = seen_.find(name))
      return keep_all(file, layout, seams, before->results, Keep::as_seen_before);
    Remembered now(0, job_.options.key);
    std::vector<Fault> faults;  // reported while hashing
    const auto left = left_.of_files.find(file.file_id);
    read_on(name_of(file), source, left != left_.of_files.end() ? left->second : long_streams(file, source, faults),
            [&](scan::Results& results) {
              now.add(results);
              keep_all(file, layout, seams, results);
            });
    if (!faults.empty() || job_.stop) return;
    cannot_write_ = true;
    seen_.add(now.encoded({name, *file.md5, file.type}));
    cannot_write_ = false;
  }

  static std::string name_of(const FileRow& file) { return fmt::format("file {}", file.file_id); }

  // Streams of a source that are too long for a page, packed or unpacked, in order. What begins in the packed bytes of
  // one is none.
  void read_on(const std::string& name, ByteSource& source, const std::vector<scan::GoingOn>& streams,
               const scan::Drain& take) {
    uint64_t from = 0;
    for (const scan::GoingOn& stream : streams)
      if (stream.offset >= from && !job_.stop) from = stream.offset + read_on(name, source, stream, take);
  }

  // Scans the windows of a stream as pages are, with addresses that lead into it. How long it is, packed.
  uint64_t read_on(const std::string& name, ByteSource& source, const scan::GoingOn& which, const scan::Drain& take) {
    const Limits& limits = job_.options.limits;
    const std::string item = fmt::format("{}+{} {}", name, which.offset, which.layer);
    const auto tell = [&](std::string what) {
      scan::Results told;
      told.problems.push_back({which.offset, {}, std::move(what)});
      take(told);
    };
    if (!watch_.enter(item)) {
      tell(fmt::format("{} stream is left off: reading it ended a worker", which.layer));
      return 0;
    }
    scan::LongStream stream(source, which.offset, which.layer, limits);
    const auto lead = [&](auto& found) {
      found.layers.insert(0, fmt::format("-{}-{}", which.layer, found.offset));
      found.offset = which.offset;
    };
    std::vector<uint8_t> window;
    uint64_t from = 0;  // where it begins in the stream
    bool ended = false;
    for (uint64_t begin = 0; !ended && !job_.stop; begin += limits.page) {
      const uint64_t first = begin - std::min(begin, limits.margin_before);
      window.erase(window.begin(), window.begin() + ptrdiff_t(first - from));
      from = first;
      const size_t had = window.size();
      window.resize(begin + limits.page + limits.margin_after - from);
      watch_.enter(item);
      window.resize(had + stream.read(MutableBytes(window).subspan(had)));
      if (from + window.size() <= begin) break;
      const uint64_t end = std::min(begin + limits.page, from + window.size());
      ended = end < begin + limits.page;
      scan_.page({window, size_t(begin - from), size_t(end - from), from}, item + " ", watch_,
                 [&](scan::Results& results) {
                   for (scan::Found& found : results.features) lead(found), found.source_end = source.size();
                   for (scan::ScanProblem& problem : results.problems) lead(problem);
                   take(results);
                 });
    }
    if (!stream.problem().empty()) tell(stream.problem());
    return stream.packed();
  }

  // Of a file whose other bytes are scanned where they lie. What the image gave of these streams is replaced when the
  // pack is sealed, if the addresses lead through the file.
  void read_long_streams(const FileRow& file, ByteSource& source, const Layout& layout,
                         const std::vector<uint64_t>& seams, Keep how) {
    std::vector<Fault> faults;  // reported while hashing
    read_on(name_of(file), source, long_streams(file, source, faults),
            [&](scan::Results& results) { keep_all(file, layout, seams, results, how); });
  }

  // Scans the file for them alone.
  std::vector<scan::GoingOn> long_streams(const FileRow& file, ByteSource& source, std::vector<Fault>& faults) {
    const Limits& limits = job_.options.limits;
    std::vector<scan::GoingOn> streams;
    const uint64_t page = page_of(file), size = std::min(file.size, source.size());
    for (uint64_t begin = 0; begin < size && !job_.stop; begin += page) {
      const uint64_t end = std::min(size, begin + page), from = begin - std::min(begin, limits.margin_before);
      buffer_.resize(std::min(size, end + limits.margin_after) - from);
      buffer_.resize(source.read(from, buffer_, faults));
      if (from + buffer_.size() < end) break;
      scan_.page({buffer_, size_t(begin - from), size_t(end - from), from, scan::reads_on_all},
                 fmt::format("file {} ", file.file_id), watch_, [](scan::Results&) {});
      streams.insert(streams.end(), scan_.goes_on().begin(), scan_.goes_on().end());
    }
    return streams;
  }

  static bool may_be_long(std::string_view type) {
    for (const std::string_view packed :
         {"application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd", "application/x-lz4",
          "application/x-lzma", "application/x-lzip", "application/lzip", "application/zip", "application/x-tar"})
      if (type == packed) return true;
    return false;
  }

  // What is read by its own structure needs to be seen whole.
  uint64_t page_of(const FileRow& file) const {
    const Limits& limits = job_.options.limits;
    for (const std::string_view whole :
         {"application/pdf", "application/vnd.sqlite3", "application/x-sqlite3-wal", "application/vnd.tcpdump.pcap",
          "application/x-pcapng", "application/zip", "application/x-7z-compressed", "application/x-rar",
          "application/vnd.rar", "application/vnd.ms-cab-compressed", "message/rfc822"})
      if (file.type == whole) return std::max(limits.page, limits.document);
    for (const std::string_view zipped : {"application/vnd.openxmlformats", "application/vnd.oasis.opendocument"})
      if (file.type.starts_with(zipped)) return std::max(limits.page, limits.document);
    return limits.page;
  }

  // Everything, with the address on the image where it lies there in one piece.
  void keep_all(const FileRow& file, const Layout& layout, const std::vector<uint64_t>& seams, scan::Results& results,
                Keep how = Keep::as_new) {
    const auto path_of = [&](uint64_t begin, uint64_t end, const std::string& layers, uint64_t& offset) {
      const std::optional<uint64_t> on_image = layout.on_image(begin);
      offset = on_image.value_or(0);
      const auto seam = std::upper_bound(seams.begin(), seams.end(), begin);
      const bool in_one_piece = how != Keep::through_the_file && on_image && (seam == seams.end() || *seam >= end);
      return in_one_piece ? std::to_string(offset) + layers : fmt::format("#{}+{}{}", file.file_id, begin, layers);
    };
    for (const scan::Found& found : results.features) {
      FeatureRow where;
      where.path = path_of(found.offset, found.source_end, found.layers, where.offset);
      where.file_id = file.file_id, where.file_offset = found.offset;
      add_feature(job_, found, std::move(where), rows_, how == Keep::as_seen_before);
    }
    job_.box.shared().counters.features.fetch_add(results.features.size(), std::memory_order_relaxed);
    for (const scan::ScanProblem& found : results.problems) {
      ProblemRow row;
      row.exhibit = job_.options.exhibit, row.stage = "scan", row.file_id = file.file_id;
      uint64_t offset = 0;
      row.path = path_of(found.offset, found.offset + 1, found.layers, offset);
      row.offset = offset, row.what_happened = found.what;
      rows_.problems.push_back(std::move(row));
    }
    job_.box.shared().counters.problems.fetch_add(results.problems.size(), std::memory_order_relaxed);
    write_when_many();
  }

  // Small contents are scanned whole, so that a stream which crosses a seam is decoded from its start; of large ones
  // the surroundings of each seam.
  void scan_content(const FileRow& file, ByteSource& source, const Layout& layout, const std::vector<uint64_t>& seams) {
    const Limits& limits = job_.options.limits;
    uint64_t size = std::min(source.size(), file.size);
    if (layout.compressed || size <= limits.unit) {
      const uint64_t page = page_of(file);
      for (uint64_t begin = 0; begin < size && !job_.stop; begin += page)
        scan_stretch(file, source, layout, seams, begin, std::min(size, begin + page));
      return;
    }
    uint64_t from = 0;  // each window begins where the one before ended
    for (uint64_t seam : seams) {
      uint64_t begin = std::max(from, seam - std::min(seam, limits.margin_after));
      if (begin < seam && !job_.stop) scan_stretch(file, source, layout, seams, begin, seam);
      from = std::max(from, seam);
    }
  }

  // Keeps what starts in [begin, end) of the content and crosses a seam (everything, when the content is compressed).
  void scan_stretch(const FileRow& file, ByteSource& source, const Layout& layout, const std::vector<uint64_t>& seams,
                    uint64_t begin, uint64_t end) {
    const Limits& limits = job_.options.limits;
    uint64_t from = begin - std::min(begin, limits.margin_before),
             to = std::min(source.size(), end + limits.margin_after);
    buffer_.resize(to - from);
    std::vector<Fault> faults;  // reported while hashing
    size_t got = source.read(from, buffer_, faults);
    if (from + got <= begin) return;
    scan::Page page{Bytes(buffer_).first(got), size_t(begin - from), std::min<size_t>(end - from, got), from};
    scan_.page(page, fmt::format("file {} ", file.file_id), watch_,
               [&](scan::Results& results) { keep(file, layout, seams, results); });
  }

  void keep(const FileRow& file, const Layout& layout, const std::vector<uint64_t>& seams, scan::Results& results) {
    for (const scan::Found& found : results.features) {
      auto seam = std::upper_bound(seams.begin(), seams.end(), found.offset);
      // A YARA rule that holds of the file may not hold of the pages its pieces lie in.
      if (found.kind != scan::yara_kind && !layout.compressed && (seam == seams.end() || *seam >= found.source_end))
        continue;
      FeatureRow where;
      where.offset = layout.on_image(found.offset).value_or(0);
      where.path = fmt::format("#{}+{}{}", file.file_id, found.offset, found.layers);
      where.file_id = file.file_id, where.file_offset = found.offset;
      add_feature(job_, found, std::move(where), rows_);
      job_.box.shared().counters.features.fetch_add(1, std::memory_order_relaxed);
    }
    for (scan::ScanProblem& found : results.problems) {
      if (!layout.compressed && found.what.find("set aside") == std::string::npos) continue;
      problem(file, "scan", fmt::format("#{}+{}{}: {}", file.file_id, found.offset, found.layers, found.what),
              layout.on_image(found.offset));
    }
    write_when_many();
  }

  // So that memory does not grow with what is found.
  void write_when_many() {
    size_t rows = 0;
    pack::each_table(rows_, [&](const auto& table) { rows += table.size(); });
    if (rows < portion) return;
    cannot_write_ = true;  // whatever is thrown here is not the file's fault
    unit_->add(rows_);
    cannot_write_ = false;
    rows_ = {};
  }

  static constexpr uint64_t sparse_limit = 64 * MiB;
  static constexpr uint64_t smallest_asked_for = 256 * KiB;  // below, reading twice costs more than an MD5
  static constexpr uint64_t least_long = 256 * KiB;          // what is shorter rarely unpacks to more than the limit
  static constexpr size_t portion = 16 * KiB;                // rows
  const Job& job_;
  image::Image image_;
  scan::Scan scan_;
  SlotWatch watch_;
  ContentType type_;
  Seen& seen_;
  ContentFiles content_files_;
  FactsFile facts_;
  const LeftStreams& left_;
  RecordReader records_;
  std::map<uint64_t, VolumeRow> volumes_;
  std::map<uint64_t, std::unique_ptr<fs::FileSystem>> file_systems_;  // after image_: closed before it
  std::vector<uint8_t> buffer_;
  std::optional<pack::UnitWriter> unit_;
  pack::UnitRows rows_;  // of the unit, not written yet
  bool cannot_write_ = false;
  const bool has_rules_ = !job_.options.lists.searched().rules.empty();
};

}  // namespace

void read_contents(const Job& job, const scan::Rules& rules, Seen& seen) {
  uint64_t chunks = walk_chunks(job);
  std::vector<uint64_t> todo;
  for (uint64_t chunk = 0; chunk < chunks; ++chunk)
    if (!job.done(job.unit("content", chunk))) todo.push_back(chunk);
  const bool streams_to_do = !job.done(job.file("streams.unit"));
  if (todo.empty() && !streams_to_do) return;
  uint64_t total = 0, largest = read_done(job.file("image.unit")).exhibits.at(0).size;
  for (uint64_t chunk : todo)
    for (const FileRow& file : read_done(job.unit("walk", chunk)).files) total += std::min(file.size, largest);
  RecordReader::Shared shared(job, chunks);
  const LeftStreams left(job);
  job.progress(reading_files, 0, total);

  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failed;
  auto work = [&](size_t slot) {
    try {
      ChunkReader reader(job, rules, seen, shared, left, slot);
      try {
        if (slot == 1 && streams_to_do && !reader.streams_of_image()) return;
        for (size_t i = next++; i < todo.size() && !job.stop; i = next++)
          if (!reader.chunk(todo[i])) return;
      } catch (const std::bad_alloc&) {
        reader.watch().ran_out_of_memory();
        std::_Exit(1);
      } catch (const Error&) {
        throw;
      } catch (...) {
        reader.watch().failed();
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failed) failed = std::current_exception();
      next = todo.size();
    }
  };
  {
    std::vector<std::jthread> pool;
    for (size_t i = 0; i < std::min<size_t>(job.options.threads, std::max<size_t>(1, todo.size())); ++i)
      pool.emplace_back(work, i + 1);
  }
  if (failed) std::rethrow_exception(failed);
}

}  // namespace weft::extract
