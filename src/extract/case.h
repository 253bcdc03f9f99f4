// The case: a folder that holds everything about one matter. Who holds a Case holds its lock: two runs exclude each
// other. Owned by one process; its main thread makes changes, and any thread may append to the logs or ask for paths.
//
//   CASE/case.json            name, when and by which version it was made
//   CASE/key                  32 random bytes, mode 0600: the key of the keyed hashes
//   CASE/log.jsonl            custody log: what was done to the case (chained_log.h)
//   CASE/access.jsonl         access log: what was asked of it, the same way; its first line is named in
//                             the custody log's, so that it cannot be made anew
//   CASE/lock                 held while a run works on the case
//   CASE/exhibits/LABEL.json  what was taken in: evidence files, custodian group, who, when, where
//   CASE/work/LABEL/          unit files of an extraction under way; gone when the pack is sealed
//   CASE/packs/LABEL/         the sealed pack
//   CASE/tokens/LABEL.parquet keyed hashes of masked values
//   CASE/seen/LABEL.seen      what its whole files gave, so that equal contents are not scanned again
//   CASE/lists/SHA256/NAME    words, rules and stop lists that were used
//   CASE/scope                what the authority covers, if rules say so (pack/scope.h)
//   CASE/indexes/             selector indexes of the packs, which can be made again
//   CASE/links/               link tables
//   CASE/report/report.html   the report
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/scratch.h"
#include "base/time.h"
#include "extract/chained_log.h"
#include "image/image.h"
#include "pack/scope.h"

namespace weft::extract {

// The case is held by another run.
class CaseInUse : public std::exception {
 public:
  explicit CaseInUse(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

// A file that belongs to an exhibit, as the file system tells it.
struct EvidencePart {
  std::string path;
  uint64_t size = 0;             // 0 for a folder or device
  std::optional<Time> modified;  // none for a folder or device, nor in records made before this was kept
};
EvidencePart evidence_part(const std::string& path);

// What is recorded of an exhibit when it is taken in, and may be amended.
struct Exhibit {
  std::string label, path;  // path: absolute, of the first evidence file or the folder
  std::string format;
  std::vector<EvidencePart> evidence;  // every file that belongs to it
  bool as_raw = false;                 // taken in as raw bytes, whatever they begin with
  std::string custodian, received_by, received_at, received_from, place, note;
  std::string added_at, added_by;

  image::Reading reading() const { return as_raw ? image::Reading::as_raw : image::Reading::by_content; }
};

// The facts of custody by name: in the record, in the log and for the user.
struct CustodyFact {
  const char* name;
  std::string Exhibit::*value;
};
inline constexpr CustodyFact custody_facts[] = {{"custodian", &Exhibit::custodian},
                                                {"received_by", &Exhibit::received_by},
                                                {"received_at", &Exhibit::received_at},
                                                {"received_from", &Exhibit::received_from},
                                                {"place", &Exhibit::place},
                                                {"note", &Exhibit::note}};

class Case {
 public:
  // Makes the folder and its first log line. Error when it is there already and holds anything but an unfinished case.
  static Case create(const std::string& folder, const std::string& name);
  // Error when it is no case; CaseInUse when another run holds it. read_only: no lock, nothing may be written but the
  // access log, and a case that cannot be written to will do.
  static Case open(const std::string& folder, bool read_only = false);
  static bool is_case(const std::string& folder);

  const std::string& folder() const { return folder_; }
  const std::string& name() const { return name_; }
  std::vector<uint8_t> key() const;

  // Takes an exhibit in: recognises it (Error when it cannot be), gives it a label that is free (the wanted one must
  // be), records and logs it. What was taken in before by the same path is returned as it stands; Error
  // when the label is another one.
  Exhibit add(const std::string& path, Exhibit facts);
  // Records facts of custody that are given (not empty) and say something else than the record, and logs what they said
  // before. False when there are none.
  bool amend(const std::string& label, const Exhibit& facts);
  std::vector<Exhibit> exhibits() const;  // in order of label
  std::optional<Exhibit> exhibit(const std::string& label) const;
  static Exhibit read_exhibit(const std::string& json_path);

  std::string exhibit_file(const std::string& label) const { return folder_ + "/exhibits/" + label + ".json"; }
  std::string work(const std::string& label) const { return folder_ + "/work/" + label; }
  std::string pack(const std::string& label) const { return folder_ + "/packs/" + label; }
  std::string tokens(const std::string& label) const { return folder_ + "/tokens/" + label + ".parquet"; }
  std::string seen() const { return folder_ + "/seen"; }
  std::string lists() const { return folder_ + "/lists"; }
  std::string indexes() const { return folder_ + "/indexes"; }
  std::string links() const { return folder_ + "/links"; }
  std::string report() const { return folder_ + "/report/report.html"; }
  std::string log_file() const { return folder_ + "/log.jsonl"; }
  // For spilling and unpacking; of this process alone, gone with the next run. Outside the case, and gone with this
  // object, where the case cannot be written to.
  std::string temporary() const;
  bool sealed(const std::string& label) const { return exists(pack(label) + "/manifest.json"); }
  std::vector<std::string> sealed_packs() const;  // folders, in order of label

  // What the examiner's rules cover; everything where there are none. Error when they were damaged.
  pack::Scope scope() const { return pack::Scope::read(folder_ + "/scope"); }
  // Replaces the rules; an empty text takes them away.
  void set_scope(const std::string& rules);

  // Appends to the custody log. detail: plain facts, as text.
  void log(const std::string& action, const std::map<std::string, std::string>& detail);
  // Appends to the access log, of a case that is only read too, and gives the line's number. Error when it cannot be
  // written.
  uint64_t log_access(const std::string& action, const nlohmann::json& detail) const;
  ChainedLog custody_log() const { return ChainedLog(log_file()); }
  ChainedLog access_log() const { return ChainedLog(folder_ + "/access.jsonl", 0660); }  // not for everybody's eyes
  // Both chains, and whether each holds the lines that the other one names.
  struct CheckedLogs {
    ChainedLog::Checked custody, access;
  };
  CheckedLogs check_logs() const;

 private:
  Case() = default;
  void take_lock();
  std::string write_exhibit(const Exhibit& exhibit);  // gives the SHA-256 of the file

  std::string folder_, name_;
  Fd lock_;
  bool read_only_ = false;
  std::optional<ScratchFolder> scratch_;
};

// user@host, for the log.
std::string actor();

}  // namespace weft::extract
