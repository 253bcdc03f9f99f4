// Volumes and file systems of an image, through The Sleuth Kit 4.11 on our ByteSource.
//
// The Sleuth Kit parses hostile bytes in C and has crashed on them before, so all of this runs in a worker process, and
// walking announces every entry to Watch before touching it. One thread at a time per FileSystem.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/watch.h"
#include "model/byte_source.h"
#include "model/limits.h"
#include "model/rows.h"

namespace weft::fs {

// Partitions of any scheme (MBR with logical ones, GPT, APM, BSD inside MBR, Sun), the stretches between them, and for
// each what file system is on it. An image without a partition table is one volume, scheme "none". Known file systems,
// encryptions and volume managers that TSK 4.11 cannot read (XFS, btrfs, F2FS, ReiserFS, JFS, ZFS, UDF, HFS classic,
// LUKS, BitLocker, LVM, FileVault, md RAID, swap…) are named in VolumeRow::file_system and in one problem row each,
// stage "volume"; their bytes are still scanned as part of the image. Numbers and order are stable for the same image.
// `exhibit` fields are left empty: the caller fills them.
// A volume in an APFS container has scheme "apfs", its number in the container as slot, and the container's offset and
// size, which it shares with its siblings; the container itself is a row before them, file system "apfs container".
// Times of FAT, exFAT and ISO 9660 carry no zone and are read as UTC: this and open() set TZ for the process.
std::vector<VolumeRow> find_volumes(ByteSource& image, const Limits& limits, std::vector<ProblemRow>& problems);

// Whether open() is worth calling: a file system is on it that can be read here.
bool is_readable(const VolumeRow& volume);

// What a walk yields, entry by entry, in a stable order.
class WalkSink {
 public:
  virtual ~WalkSink() = default;
  // file.file_id is set by walk() from next_file_id on. Extents belong to the file just given, in order of file_offset.
  virtual void file(FileRow file, std::vector<ExtentRow> extents) = 0;
  virtual void problem(ProblemRow problem) = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Every entry: allocated, deleted, orphan, alternate data streams (one row each, path "name:stream"), and the virtual
  // files of the file system ($MFT, $Bitmap, …), like `fls -r -p` with all types, "." and ".." left out. Extents say
  // where content lies on the *image* (not the volume); slack after the content in the last block is an extent of kind
  // "slack". Content hashes and types are not filled here. Announces "inode N of volume V" to watch; what is set aside
  // becomes a problem row. Returns the next free file id.
  virtual uint64_t walk(uint64_t next_file_id, Watch& watch, WalkSink& sink) = 0;

  // The content of a file that walk() gave, as bytes (without slack). Throws Error when it cannot be opened.
  virtual std::unique_ptr<ByteSource> open(const FileRow& file) = 0;
};

// Throws Error when the volume's file system cannot be opened. `image` must outlive what is returned.
std::unique_ptr<FileSystem> open(ByteSource& image, const VolumeRow& volume, const Limits& limits);

}  // namespace weft::fs
