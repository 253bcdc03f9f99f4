// Facts: everything a report shows, as plain structs, already counted, ordered and cut to size. facts.cpp fills them
// from packs, link tables, exhibit.json and case log; page.cpp and summary.cpp turn them into HTML and text and ask
// nothing else. Values are what the tables hold, unescaped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "link/rows.h"
#include "model/rows.h"
#include "pack/pack.h"
#include "report/report.h"

namespace weft::report {

// How much of each table a report shows. What is left out is counted and said.
struct Bounds {
  uint64_t links = 200;           // rows of the table of links
  uint64_t links_in_detail = 60;  // links shown with their evidence
  uint64_t bundles = 12;          // per link
  uint64_t selectors = 8;         // per bundle
  uint64_t set_aside = 8;         // examples per reason
  uint64_t volumes = 40;          // per exhibit
  uint64_t top_values = 5;        // per exhibit and kind
  uint64_t problems = 15;         // groups per exhibit
  uint64_t evidence_files = 30;   // per exhibit
  uint64_t log_entries = 20;      // last ones
};

struct Counted {
  std::string name;
  uint64_t count = 0;
};

// What was recorded when the exhibit was taken in (exhibit.json); empty where nothing was recorded.
struct TakenIn {
  std::string label, custodian, received_by, received_at, received_from, place, note, added_at, added_by;
  struct EvidenceFile {
    std::string path;
    std::optional<uint64_t> size;
  };
  std::vector<EvidenceFile> evidence;
};

struct KindFacts {
  std::string kind;
  uint64_t count = 0, different = 0;
  std::vector<Counted> top;
};

// Problems of one stage that read the same but for their numbers.
struct ProblemGroup {
  std::string stage, example, path;
  std::optional<uint64_t> offset;
  uint64_t count = 0;
};

// How a pack was made and what seals it (manifest.json).
struct PackFacts {
  std::string folder, pack_sha256, version, started, finished, engine;
  std::vector<pack::UsedList> lists;
};

struct ExhibitFacts {
  ExhibitRow row;
  TakenIn taken_in;
  bool extracted = true;  // false: taken in, but there is no pack of it
  std::vector<VolumeRow> volumes;
  uint64_t volumes_in_all = 0;
  std::vector<Counted> files;  // by state
  std::vector<KindFacts> features;
  std::vector<Counted> problems;  // by stage
  std::vector<ProblemGroup> problem_groups;
  uint64_t problem_groups_in_all = 0;
  PackFacts pack;

  uint64_t file_count() const { return total(files); }
  uint64_t feature_count() const;
  uint64_t problem_count() const { return total(problems); }
  uint64_t deleted_count() const;  // deleted and orphan
  bool mismatch() const { return row.hash_check == "MISMATCH"; }

  static uint64_t total(const std::vector<Counted>& list);
};

struct Bundle {
  std::vector<link::EvidenceRow> selectors;
  uint64_t selectors_in_all = 0;
};

struct LinkFacts {
  link::LinkRow row;
  std::vector<Bundle> bundles;  // empty for links that are not shown in detail
};

struct SetAsideGroup {
  std::string reason;
  uint64_t count = 0;
  std::vector<link::SetAsideRow> examples;
};

struct LogEntry {
  std::string seq, time, actor, action, detail, hash;
};

struct CaseFacts {
  std::string name, version, made_at;
  Limits limits;
  std::vector<ExhibitFacts> exhibits;  // by label
  bool linked = false;                 // false: link tables are not there yet
  std::vector<LinkFacts> links;        // by rank
  uint64_t links_in_all = 0, supported = 0;
  uint64_t without_reason = 0;             // of the links in all: rows of two of one image that share nothing beyond it
  std::vector<link::ClusterRow> clusters;  // by cluster and exhibit
  std::vector<link::OwnerRow> owners;      // first and second account of each exhibit
  std::vector<std::string> unlinked;       // labels of exhibits that the links know, and that have none
  std::vector<std::string> behind;         // of those extracted, or extracted again, after the case was linked
  std::vector<SetAsideGroup> set_aside;
  std::vector<pack::ScopeRule> scope;
  std::vector<LogEntry> log;  // the last entries
  uint64_t log_entries = 0;
  std::string log_remark;  // what is wrong with the log, in words; empty when its entries hang together

  uint64_t set_aside_count() const;
  std::vector<std::string> not_extracted() const;
};

// Reads everything through pack::Database. Error when a pack or link table cannot be read.
CaseFacts gather(const ReportOptions& options, const Bounds& bounds = {});

// facts -> the whole HTML document; facts -> text for the terminal.
std::string page(const CaseFacts& facts, const Bounds& bounds = {});
std::string terminal(const CaseFacts& facts, const std::string& report_path, bool colour);

}  // namespace weft::report
