// How TSK's runs become extents of the image.
//
// An attribute's runs follow one another in blocks of the file system (for FAT and exFAT: sectors). Byte p of the run
// list is byte p - skiplen of the content, for p below skiplen + initsize; from there to skiplen + size the content is
// zeros, whatever the blocks hold (NTFS: the tail that was never written), and from there to the end of the runs is
// slack. So the bytes on the image behind the initialised part are slack in both cases.
//
// NTFS compression works in units of compsize blocks: a unit whose blocks are all there is stored plainly, one with
// none is zeros, and one with some is compressed. (Source: the NTFS documentation of the Linux-NTFS project.)
#include "fs/extents.h"

#include <algorithm>

namespace weft::fs {
namespace {

class Builder {
 public:
  explicit Builder(const Ground& ground) : ground_(ground) {}

  void add(std::string_view kind, uint64_t file_offset, uint64_t offset, uint64_t size) {
    if (kind != "sparse") {
      if (offset >= ground_.image_size) return;
      size = std::min(size, ground_.image_size - offset);
    } else {
      offset = 0;
    }
    if (size == 0) return;
    if (!out_.empty() && out_.back().kind == kind && out_.back().file_offset + out_.back().size == file_offset &&
        (kind == "sparse" || out_.back().offset + out_.back().size == offset)) {
      out_.back().size += size;
      return;
    }
    ExtentRow row;
    row.file_offset = file_offset;
    row.offset = offset;
    row.size = size;
    row.kind = kind;
    out_.push_back(std::move(row));
  }

  // `size` bytes from `skip` bytes into the run on.
  void add_run(std::string_view kind, uint64_t file_offset, const TSK_FS_ATTR_RUN& run, uint64_t skip, uint64_t size) {
    uint64_t block = ground_.block_size;
    if (ground_.gap_before == 0 && ground_.gap_after == 0)
      return add(kind, file_offset, ground_.at(run.addr) + skip, size);
    while (size > 0) {  // raw CD sectors: user data with bytes between
      uint64_t n = std::min(size, block - skip % block);
      add(kind, file_offset, ground_.at(run.addr + skip / block) + skip % block, n);
      file_offset += n, skip += n, size -= n;
    }
  }

  std::vector<ExtentRow> take() {
    std::stable_sort(out_.begin(), out_.end(),
                     [](const ExtentRow& a, const ExtentRow& b) { return a.file_offset < b.file_offset; });
    return std::move(out_);
  }

 private:
  const Ground& ground_;
  std::vector<ExtentRow> out_;
};

bool is_hole(const TSK_FS_ATTR_RUN& run) {
  return (run.flags & (TSK_FS_ATTR_RUN_FLAG_SPARSE | TSK_FS_ATTR_RUN_FLAG_FILLER)) != 0;
}

// TSK bounds run lengths by the file system's blocks, but a broken one may still say anything: no product may wrap.
bool sane(const Ground& ground, const TSK_FS_ATTR_RUN& run) {
  uint64_t most = uint64_t(1) << 40;
  return run.len > 0 && run.len < most && run.addr < most && run.offset < most && ground.block_size <= MiB;
}

void plain(Builder& builder, const Ground& ground, const TSK_FS_ATTR& attribute) {
  uint64_t skip = attribute.nrd.skiplen, size = uint64_t(std::max<TSK_OFF_T>(attribute.size, 0));
  uint64_t written = std::min<uint64_t>(size, uint64_t(std::max<TSK_OFF_T>(attribute.nrd.initsize, 0)));
  for (const TSK_FS_ATTR_RUN* run = attribute.nrd.run; run; run = run->next) {
    if (!sane(ground, *run)) continue;
    uint64_t first = run->offset * ground.block_size, last = first + run->len * ground.block_size;
    if (last <= skip) continue;
    uint64_t inner = first < skip ? skip - first : 0;  // bytes of the run in front of the content
    uint64_t begin = first + inner - skip, end = last - skip;
    uint64_t data_end = std::clamp(written, begin, end), content_end = std::clamp(size, begin, end);
    if (is_hole(*run)) {
      builder.add("sparse", begin, 0, content_end - begin);
      continue;
    }
    builder.add_run("data", begin, *run, inner, data_end - begin);
    builder.add("sparse", data_end, 0, content_end - data_end);
    builder.add_run("slack", data_end, *run, inner + data_end - begin, end - data_end);
  }
}

// The pieces of runs that lie in one compression unit.
struct Piece {
  const TSK_FS_ATTR_RUN* run;
  uint64_t skip, blocks;
};

void compressed(Builder& builder, const Ground& ground, const TSK_FS_ATTR& attribute) {
  uint64_t unit = attribute.nrd.compsize, size = uint64_t(std::max<TSK_OFF_T>(attribute.size, 0));
  std::vector<Piece> pieces;
  uint64_t have = 0, stored = 0, at = 0;  // blocks of this unit seen and stored; first block of the unit
  auto flush = [&] {
    if (have == 0) return;
    uint64_t offset = at * ground.block_size,
             length = std::min(have * ground.block_size, size > offset ? size - offset : 0);
    if (stored == 0) {
      builder.add("sparse", offset, 0, length);
    } else {
      for (const Piece& piece : pieces) {
        if (is_hole(*piece.run)) continue;
        uint64_t bytes = piece.blocks * ground.block_size;
        bool raw = stored == unit;
        uint64_t content = raw ? std::min(bytes, size > offset ? size - offset : 0) : bytes;
        builder.add_run(raw ? "data" : "compressed", offset, *piece.run, piece.skip * ground.block_size, content);
        if (raw)
          builder.add_run("slack", offset + content, *piece.run, piece.skip * ground.block_size + content,
                          bytes - content);
        offset += bytes;
      }
    }
    at += have;
    pieces.clear();
    have = stored = 0;
  };
  for (const TSK_FS_ATTR_RUN* run = attribute.nrd.run; run; run = run->next) {
    if (!sane(ground, *run)) continue;
    uint64_t skip = 0;
    if (have == 0 && run->len > unit) {  // all its whole units at once, so that a length from the file costs nothing
      uint64_t offset = at * ground.block_size, bytes = run->len / unit * unit * ground.block_size;
      uint64_t content = std::min(bytes, size > offset ? size - offset : 0);
      if (is_hole(*run)) {
        builder.add("sparse", offset, 0, content);
      } else {
        builder.add_run("data", offset, *run, 0, content);
        builder.add_run("slack", offset + content, *run, content, bytes - content);
      }
      skip = run->len / unit * unit;
      at += skip;
    }
    while (skip < run->len) {
      uint64_t n = std::min(run->len - skip, unit - have);
      pieces.push_back({run, skip, n});
      have += n;
      if (!is_hole(*run)) stored += n;
      skip += n;
      if (have == unit) flush();
    }
  }
  flush();
}

// HFS+ and APFS keep a compressed file's bytes in its resource fork.
void resource_fork(Builder& builder, const Ground& ground, const TSK_FS_FILE& file) {
  for (const TSK_FS_ATTR* it = file.meta->attr ? file.meta->attr->head : nullptr; it; it = it->next) {
    bool fork = (it->flags & TSK_FS_ATTR_INUSE) && it->type == TSK_FS_ATTR_TYPE_HFS_RSRC;
    if (!fork || !(it->flags & TSK_FS_ATTR_NONRES)) continue;
    for (const TSK_FS_ATTR_RUN* run = it->nrd.run; run; run = run->next)
      if (sane(ground, *run) && !is_hole(*run)) builder.add_run("compressed", 0, *run, 0, run->len * ground.block_size);
  }
}

}  // namespace

std::vector<ExtentRow> extents_of(const TSK_FS_FILE& file, const TSK_FS_ATTR& attribute, const Ground& ground) {
  Builder builder(ground);
  bool is_compressed = (attribute.flags & TSK_FS_ATTR_COMP) != 0;
  if (is_compressed && !TSK_FS_TYPE_ISNTFS(file.fs_info->ftype)) {
    resource_fork(builder, ground, file);
  } else if (attribute.flags & TSK_FS_ATTR_NONRES) {
    if (is_compressed && attribute.nrd.compsize > 1 && attribute.nrd.compsize <= 4096)
      compressed(builder, ground, attribute);
    else
      plain(builder, ground, attribute);
  }
  return builder.take();
}

}  // namespace weft::fs
