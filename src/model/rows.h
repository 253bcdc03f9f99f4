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
#include <utility>
#include <vector>

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

// The same, made once: for loops over rows.
template <class Row>
inline constexpr auto columns_of = Row::columns();

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
  std::string encoding, scanner, context, role;
  bool stopped = false;  // known when the pack is sealed

  static constexpr std::string_view table = "feature";
  static constexpr std::string_view what =
      "what a scanner found and validated, and the values of records that can tie exhibits together";
  static constexpr auto columns() {
    using R = FeatureRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "label of the exhibit"),
        column("kind", &R::kind, "email, url, domain, ipv4, …; docs/scanners.md and docs/parsers.md list them"),
        column("value", &R::value, "canonical form"),
        column("offset", &R::offset, "offset on the image of its first byte, or of the outermost layer it came from"),
        column("path", &R::path, "decoding path"),
        column("file", &R::file, "path of the file it lies in; empty in unallocated space"),
        column("file_id", &R::file_id, "and that file's number"),
        column("file_offset", &R::file_offset, "offset in that file's content; none in slack"),
        column("encoding", &R::encoding,
               "utf-8, utf-16le, utf-16be; of an examiner's word also a code page; empty where a parser decoded it and "
               "for YARA strings"),
        column("scanner", &R::scanner, "which scanner or parser found it"),
        column("context", &R::context,
               "of a scanner the bytes around it, up to 16 on each side, printable; of a parser what the record calls "
               "it, such as the name beside an address: its first 400 bytes, the record has it whole"),
        column(
            "role", &R::role,
            "what the value is in its record: owner, from, to, …; docs/parsers.md lists them; empty for a scanner's"),
        column("stopped", &R::stopped, "true: a stop list of the examiner sets it aside, so it ties nothing together"));
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
                           column("stage", &R::stage, "image, volume, file system, scan, content, record, limit"),
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

// Records: what a parser (src/artefacts) read out of a file, one table a noun. Lists are text, one entry a line. What
// of a record can tie exhibits together stands in the feature table too, with its role.
struct Record {
  std::string exhibit;
  uint64_t offset = 0;
  std::string path, file;
  std::optional<uint64_t> file_id;
  std::string parser;
};

// The columns of a record's noun, between those that every record has.
template <class Row, class... Columns>
constexpr auto record_columns(Columns... columns) {
  return std::make_tuple(
      column<Row, std::string>("exhibit", &Row::exhibit, "label of the exhibit"), columns...,
      column<Row, uint64_t>("offset", &Row::offset,
                            "offset on the image of the record's first byte, or of the stretch or outermost layer it "
                            "came from; 0 where it lies nowhere on the image"),
      column<Row, std::string>("path", &Row::path, "decoding path, through the file"),
      column<Row, std::string>("file", &Row::file, "path of the file it was read from"),
      column<Row, std::optional<uint64_t>>("file_id", &Row::file_id, "and that file's number"),
      column<Row, std::string>("parser", &Row::parser, "which parser read it; docs/parsers.md lists them"));
}

struct MessageRow : Record {
  std::string service;
  std::optional<Time> time;
  std::string sender, recipients, subject, message_id, in_reply_to, thread, folder, attachments, text;

  static constexpr std::string_view table = "message";
  static constexpr std::string_view what = "mails and other messages";
  static constexpr auto columns() {
    using R = MessageRow;
    return record_columns<R>(
        column("service", &R::service, "mail, or the name of the messenger"),
        column("time", &R::time, "sent, as the message says; empty where it names no zone that is sure"),
        column("sender", &R::sender, "who sent it"),
        column("recipients", &R::recipients, "who it went to, copies included, one a line"),
        column("subject", &R::subject, "subject"),
        column("message_id", &R::message_id, "its id, without angle brackets"),
        column("in_reply_to", &R::in_reply_to, "id of the message it answers"),
        column("thread", &R::thread, "id of the first message of its thread, or of its conversation"),
        column("folder", &R::folder, "mailbox or folder it lay in"),
        column("attachments", &R::attachments, "SHA-256 of the content, a blank, the name; one a line"),
        column("text", &R::text, "how its text begins"));
  }
};

struct ContactRow : Record {
  std::string name, emails, phones, organisation, accounts, uid;

  static constexpr std::string_view table = "contact";
  static constexpr std::string_view what = "entries of address books";
  static constexpr auto columns() {
    using R = ContactRow;
    return record_columns<R>(column("name", &R::name, "name"),
                             column("emails", &R::emails, "e-mail addresses, one a line"),
                             column("phones", &R::phones, "telephone numbers as they stand, one a line"),
                             column("organisation", &R::organisation, "organisation"),
                             column("accounts", &R::accounts, "other addresses: service:name, one a line"),
                             column("uid", &R::uid, "the entry's own id"));
  }
};

struct AppointmentRow : Record {
  std::optional<Time> begins, ends;
  std::string stated, summary, organiser, attendees, location, uid;

  static constexpr std::string_view table = "appointment";
  static constexpr std::string_view what = "entries of calendars";
  static constexpr auto columns() {
    using R = AppointmentRow;
    return record_columns<R>(column("begins", &R::begins, "begins; empty where the entry names another zone than UTC"),
                             column("ends", &R::ends, "ends, as it states or by its duration; empty like begins"),
                             column("stated", &R::stated, "when it begins, as the entry states it"),
                             column("summary", &R::summary, "what it is about"),
                             column("organiser", &R::organiser, "who called it"),
                             column("attendees", &R::attendees, "who was asked to come, one a line"),
                             column("location", &R::location, "where"),
                             column("uid", &R::uid, "the entry's own id, the same at all guests"));
  }
};

struct AccountRow : Record {
  std::string service, name, identifier, full_name, home;
  std::optional<Time> last_used;

  static constexpr std::string_view table = "account";
  static constexpr std::string_view what = "accounts on the exhibit: users of the system, identities in programs";
  static constexpr auto columns() {
    using R = AccountRow;
    return record_columns<R>(
        column("service", &R::service, "linux, windows, git, … : what the account is for"),
        column("name", &R::name, "user name"),
        column("identifier", &R::identifier, "what the service knows it by: user id, SID, address"),
        column("full_name", &R::full_name, "name of the person, as given"), column("home", &R::home, "home folder"),
        column("last_used", &R::last_used, "last used"));
  }
};

struct DeviceRow : Record {
  std::string bus, vendor, product, serial, device_id, name;
  std::optional<Time> first_seen, last_seen;

  static constexpr std::string_view table = "device";
  static constexpr std::string_view what = "devices that were attached";
  static constexpr auto columns() {
    using R = DeviceRow;
    return record_columns<R>(column("bus", &R::bus, "usb, bluetooth, …"), column("vendor", &R::vendor, "vendor"),
                             column("product", &R::product, "product"),
                             column("serial", &R::serial, "serial number, as the device gives it"),
                             column("device_id", &R::device_id, "vendor and product number, vvvv:pppp, lower-case hex"),
                             column("name", &R::name, "what the system calls it: label, drive letter, friendly name"),
                             column("first_seen", &R::first_seen, "first attached"),
                             column("last_seen", &R::last_seen, "last attached"));
  }
};

struct NetworkRow : Record {
  std::string medium, name, bssid, identifier;
  std::optional<Time> first_seen, last_seen;

  static constexpr std::string_view table = "network";
  static constexpr std::string_view what = "networks the exhibit was on or was told of";
  static constexpr auto columns() {
    using R = NetworkRow;
    return record_columns<R>(column("medium", &R::medium, "wifi, ethernet, vpn, …"),
                             column("name", &R::name, "SSID of a wireless network, otherwise the profile's name"),
                             column("bssid", &R::bssid, "hardware addresses of access points or gateways, one a line"),
                             column("identifier", &R::identifier, "the profile's own id"),
                             column("first_seen", &R::first_seen, "first connected"),
                             column("last_seen", &R::last_seen, "last connected"));
  }
};

struct MachineRow : Record {
  std::string fact, value;
  std::optional<Time> time;

  static constexpr std::string_view table = "machine";
  static constexpr std::string_view what = "what the exhibit says of the machine it ran in: one row a fact";
  static constexpr auto columns() {
    using R = MachineRow;
    return record_columns<R>(column("fact", &R::fact, "name, id, sid, system, version, time zone, installed, owner, …"),
                             column("value", &R::value, "its value"),
                             column("time", &R::time, "since when, where that is known"));
  }
};

struct DocumentRow : Record {
  std::string title, author, last_author, company, application, template_name, identifiers;
  std::optional<Time> created, modified, printed;

  static constexpr std::string_view table = "document";
  static constexpr std::string_view what = "what documents say of themselves";
  static constexpr auto columns() {
    using R = DocumentRow;
    return record_columns<R>(column("title", &R::title, "title"), column("author", &R::author, "who began it"),
                             column("last_author", &R::last_author, "who saved it last"),
                             column("company", &R::company, "company"),
                             column("application", &R::application, "program that wrote it, and its version"),
                             column("template", &R::template_name, "template it was made from"),
                             column("identifiers", &R::identifiers, "ids that stay with its copies, one a line"),
                             column("created", &R::created, "created"), column("modified", &R::modified, "last saved"),
                             column("printed", &R::printed, "last printed"));
  }
};

struct PhotoRow : Record {
  std::string make, model, body_serial, lens, lens_serial, software, owner, taken;
  std::optional<double> latitude, longitude;

  static constexpr std::string_view table = "photo";
  static constexpr std::string_view what = "what pictures say of the camera, the place and the moment";
  static constexpr auto columns() {
    using R = PhotoRow;
    return record_columns<R>(
        column("make", &R::make, "maker of the camera"), column("model", &R::model, "model"),
        column("body_serial", &R::body_serial, "serial number of the camera's body"), column("lens", &R::lens, "lens"),
        column("lens_serial", &R::lens_serial, "serial number of the lens"),
        column("software", &R::software, "program that wrote the file"),
        column("owner", &R::owner, "owner or artist, as set in the camera"),
        column("taken", &R::taken, "when, as the camera's clock showed it, with a zone only if it gave one"),
        column("latitude", &R::latitude, "degrees north"), column("longitude", &R::longitude, "degrees east"));
  }
};

struct KeyRow : Record {
  std::string service, use, algorithm, fingerprint, name;

  static constexpr std::string_view table = "key";
  static constexpr std::string_view what = "public keys, and what they are kept for";
  static constexpr auto columns() {
    using R = KeyRow;
    return record_columns<R>(
        column("service", &R::service, "ssh, pgp"),
        column("use", &R::use, "known host; revoked host key; authority for hosts; authorised (may log in here); own"),
        column("algorithm", &R::algorithm, "algorithm"),
        column("fingerprint", &R::fingerprint, "as the service's own tools show it"),
        column("name", &R::name, "host names or comment beside it"));
  }
};

struct VisitRow : Record {
  std::string url, title;
  std::optional<Time> time;
  std::optional<uint64_t> count;

  static constexpr std::string_view table = "visit";
  static constexpr std::string_view what = "pages that were visited or kept";
  static constexpr auto columns() {
    using R = VisitRow;
    return record_columns<R>(
        column("url", &R::url, "address of the page, as it stands"), column("title", &R::title, "its title"),
        column("time", &R::time, "last visited"),
        column("count", &R::count, "how often it was visited; 0 and no time: never, its address is kept"));
  }
};

struct DatabaseRow : Record {
  std::string table_name, row_id, content;

  static constexpr std::string_view table = "database_row";
  static constexpr std::string_view what = "rows of databases, whatever they mean";
  static constexpr auto columns() {
    using R = DatabaseRow;
    return record_columns<R>(
        column("table", &R::table_name, "table it stands in"), column("row_id", &R::row_id, "its number there, if any"),
        column("content", &R::content,
               "column=value, one a line; breaks in values are blanks, long values are cut, bytes are only counted"));
  }
};

template <class... Tables>
using TupleOf = std::tuple<Tables...>;
template <class... Tables>
using ListsOf = std::tuple<std::vector<Tables>...>;

// Every noun, once: a new one is its struct and its name here. Of<std::vector> and the like are made from it.
template <template <class...> class Of>
using EachRecord = Of<MessageRow, ContactRow, AppointmentRow, AccountRow, DeviceRow, NetworkRow, MachineRow,
                      DocumentRow, PhotoRow, KeyRow, VisitRow, DatabaseRow>;
using RecordTables = EachRecord<TupleOf>;
using RecordLists = EachRecord<ListsOf>;

// The tables of a pack, in the order of docs/pack-format.md.
using PackTables =
    decltype(std::tuple_cat(std::declval<std::tuple<ExhibitRow, VolumeRow, FileRow, ExtentRow, FeatureRow>>(),
                            std::declval<RecordTables>(), std::declval<std::tuple<ProblemRow>>()));

}  // namespace weft
