// The nouns of Weft as plain structs. Each struct IS a table of the pack: its columns(), in order, are the Parquet
// columns, the rows of unit files and the table in docs/pack-format.md. Offsets and sizes are bytes; times are UTC.
//
// Addresses. `offset` is where the row's bytes begin on the exhibit's image. `path` is the decoding path that leads
// there: "73400320" (plain bytes of the image), "73400320-GZIP-512" (byte 512 of what the gzip stream at 73400320
// unpacks to), "#1234+4096" (byte 4096 of the content of file id 1234, for bytes that do not lie on the image in one
// piece: fragmented or compressed files), and any chain of these.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/time.h"

namespace weft {

template <class Row, class Type>
struct Column {
  std::string_view name;
  Type Row::*member;
  std::string_view what;
};
template <class Row, class Type>
constexpr Column<Row, Type> column(std::string_view name, Type Row::*member, std::string_view what) {
  return {name, member, what};
}

struct ExhibitRow {
  std::string exhibit, format;
  uint64_t size = 0;
  std::string sha256;
  std::optional<std::string> md5, sha1, stored_md5, stored_sha1;
  std::string hash_check;
  std::string parts, metadata;

  static constexpr std::string_view table = "exhibit";
  static constexpr std::string_view what = "the exhibit itself: one row";
  static constexpr auto columns() {
    using R = ExhibitRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "label of the exhibit"),
        column("format", &R::format,
               "container: raw, split raw, ewf, vmdk, vhd, vhdx, qcow2, folder, zip, tar, device"),
        column("size", &R::size, "bytes of the image behind the container"),
        column("sha256", &R::sha256, "SHA-256 of the whole image"),
        column("md5", &R::md5, "MD5 of the whole image, where the container stores one"),
        column("sha1", &R::sha1, "SHA-1 of the whole image, where the container stores one"),
        column("stored_md5", &R::stored_md5, "MD5 as the container states it"),
        column("stored_sha1", &R::stored_sha1, "SHA-1 as the container states it"),
        column("hash_check", &R::hash_check, "verified, MISMATCH, or none stored"),
        column("parts", &R::parts, "evidence files in order, names only, one a line"),
        column("metadata", &R::metadata, "what the container says of itself, key=value, one a line"));
  }
};

struct VolumeRow {
  std::string exhibit;
  uint64_t volume = 0;  // 1, 2, … in order of offset
  uint64_t offset = 0, size = 0;
  std::string scheme;  // mbr, gpt, apm, bsd, sun, apfs, none
  std::optional<uint64_t> slot;
  std::string description;
  bool allocated = true;
  std::string file_system;  // ntfs, fat12, ext4, …; empty when none was recognised
  uint64_t block_size = 0;
  std::string label, serial;

  static constexpr std::string_view table = "volume";
  static constexpr std::string_view what =
      "partitions, and stretches between them; a whole image without partitions is one volume";
  static constexpr auto columns() {
    using R = VolumeRow;
    return std::make_tuple(column("exhibit", &R::exhibit, "label of the exhibit"),
                           column("volume", &R::volume, "number of the volume in the exhibit, from 1, by offset"),
                           column("offset", &R::offset, "first byte on the image"), column("size", &R::size, "bytes"),
                           column("scheme", &R::scheme,
                                  "what it comes from: partition table mbr, gpt, apm, bsd or sun; apfs (a volume "
                                  "inside an APFS container); or none"),
                           column("slot", &R::slot, "slot in the partition table, if it has one"),
                           column("description", &R::description, "what the partition table says of it"),
                           column("allocated", &R::allocated, "false for stretches that no partition covers"),
                           column("file_system", &R::file_system,
                                  "ntfs, fat12, fat16, fat32, exfat, ext2, ext3, ext4, hfs+, apfs, iso9660, ufs1, "
                                  "ufs1b, ufs2, yaffs2; or what was recognised but cannot be read; or empty"),
                           column("block_size", &R::block_size, "bytes of a block or cluster"),
                           column("label", &R::label, "volume label"),
                           column("serial", &R::serial, "volume serial number or UUID, lower-case hex"));
  }
};

struct FileRow {
  std::string exhibit;
  uint64_t file_id = 0;  // 1, 2, … in walk order over the exhibit
  uint64_t volume = 0;
  std::string path;   // from the volume's root, '/' between names, no leading '/'; stream after ':'
  std::string kind;   // file, directory, link, device, fifo, socket, virtual, other
  std::string state;  // allocated, deleted, orphan
  uint64_t size = 0;
  std::optional<uint64_t> inode;
  std::optional<uint64_t> attribute_type, attribute_id;
  std::optional<Time> modified, accessed, changed, created;
  std::string type;  // MIME type by content
  std::optional<std::string> sha256, md5;
  std::optional<std::string> target;

  static constexpr std::string_view table = "file";
  static constexpr std::string_view what =
      "entries of all file systems, deleted and orphan ones and alternate data streams included";
  static constexpr auto columns() {
    using R = FileRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "label of the exhibit"),
        column("file_id", &R::file_id, "number of the entry in the exhibit, from 1, in walk order"),
        column("volume", &R::volume, "volume it is on"),
        column("path", &R::path,
               "path from the volume's root, '/' between names; an alternate data stream follows a ':'"),
        column("kind", &R::kind, "file, directory, link, device, fifo, socket, virtual, other"),
        column("state", &R::state,
               "allocated; deleted (the name is unallocated, whatever became of the metadata); orphan (unallocated "
               "metadata without a name)"),
        column("size", &R::size, "bytes of content"),
        column("inode", &R::inode, "metadata address (inode, MFT entry, …)"),
        column("attribute_type", &R::attribute_type, "attribute that holds the content, as the file system numbers it"),
        column("attribute_id", &R::attribute_id, "and its id"),
        column("modified", &R::modified, "content last modified"), column("accessed", &R::accessed, "last accessed"),
        column("changed", &R::changed, "metadata last changed"), column("created", &R::created, "created"),
        column("type", &R::type, "MIME type by content"),
        column("sha256", &R::sha256, "SHA-256 of the content, as far as it can be read"),
        column("md5", &R::md5, "MD5 of the content"), column("target", &R::target, "what a symbolic link points to"));
  }
};

struct ExtentRow {
  std::string exhibit;
  uint64_t file_id = 0, file_offset = 0;
  uint64_t offset = 0, size = 0;
  std::string kind;  // data, sparse, compressed, resident, slack

  static constexpr std::string_view table = "extent";
  static constexpr std::string_view what = "where the content of files lies on the image";
  static constexpr auto columns() {
    using R = ExtentRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "label of the exhibit"), column("file_id", &R::file_id, "the file"),
        column("file_offset", &R::file_offset, "offset in the file's content"),
        column("offset", &R::offset, "offset on the image (0 for sparse)"), column("size", &R::size, "bytes"),
        column("kind", &R::kind,
               "data; sparse (zeros, nothing on the image); compressed; resident (inside the metadata); slack (after "
               "the content, in the last block)"));
  }
};

struct FeatureRow {
  std::string exhibit, kind, value;
  uint64_t offset = 0;
  std::string path, file;
  std::optional<uint64_t> file_id, file_offset;
  std::string encoding, scanner, context;

  static constexpr std::string_view table = "feature";
  static constexpr std::string_view what = "what a scanner found and validated";
  static constexpr auto columns() {
    using R = FeatureRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "label of the exhibit"),
        column("kind", &R::kind, "email, url, domain, ipv4, …; docs/scanners.md lists them"),
        column("value", &R::value, "canonical form"),
        column("offset", &R::offset, "offset on the image of its first byte, or of the outermost layer it came from"),
        column("path", &R::path, "decoding path"),
        column("file", &R::file, "path of the file it lies in; empty in unallocated space"),
        column("file_id", &R::file_id, "and that file's number"),
        column("file_offset", &R::file_offset, "offset in that file's content; none in slack"),
        column("encoding", &R::encoding, "utf-8, utf-16le, utf-16be"),
        column("scanner", &R::scanner, "which scanner found it"),
        column("context", &R::context, "the bytes around it, up to 16 on each side, printable"));
  }
};

struct ProblemRow {
  std::string exhibit, stage;
  std::optional<uint64_t> offset;
  std::string path;
  std::optional<uint64_t> file_id;
  std::string what_happened;

  static constexpr std::string_view table = "problem";
  static constexpr std::string_view what = "what could not be read or parsed, and where";
  static constexpr auto columns() {
    using R = ProblemRow;
    return std::make_tuple(column("exhibit", &R::exhibit, "label of the exhibit"),
                           column("stage", &R::stage, "image, volume, file system, scan, content, limit"),
                           column("offset", &R::offset, "offset on the image, if known"),
                           column("path", &R::path, "decoding path or file path"),
                           column("file_id", &R::file_id, "file, if any"),
                           column("what", &R::what_happened, "what happened, in words"));
  }
};

// A secret value's stand-in: equal tokens are equal values. Kept beside the packs, not in them, because it depends on
// the case's key while a pack depends on the evidence alone.
struct TokenRow {
  std::string exhibit, kind, value, path, token;

  static constexpr std::string_view table = "token";
  static constexpr std::string_view what = "keyed hashes of values that a pack stores masked";
  static constexpr auto columns() {
    using R = TokenRow;
    return std::make_tuple(column("exhibit", &R::exhibit, "label of the exhibit"),
                           column("kind", &R::kind, "kind of the feature"),
                           column("value", &R::value, "masked value, as in the feature table"),
                           column("path", &R::path, "decoding path, as in the feature table"),
                           column("token", &R::token, "HMAC-SHA-256 of the full value under the case's key"));
  }
};

// The tables of a pack, in the order of docs/pack-format.md.
using PackTables = std::tuple<ExhibitRow, VolumeRow, FileRow, ExtentRow, FeatureRow, ProblemRow>;

}  // namespace weft
