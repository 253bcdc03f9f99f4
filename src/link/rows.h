// The link tables, in the same shape as the pack's (model/rows.h).
#pragma once

#include "model/rows.h"

namespace weft::link {

struct LinkRow {
  std::string exhibit_a, exhibit_b;  // a < b
  uint64_t rank = 0;                 // 1 is the strongest
  double score = 0;
  std::optional<double> log10_lr, low, high;
  std::string statement, verbal, alternative;
  std::optional<double> false_discovery;
  uint64_t bundles = 0, selectors = 0;
  std::string kinds, strongest, innocent;

  static constexpr std::string_view table = "link";
  static constexpr std::string_view what = "pairs of exhibits that share selectors, strongest first";
  static constexpr auto columns() {
    using R = LinkRow;
    return std::make_tuple(
        column("exhibit_a", &R::exhibit_a, "one exhibit"), column("exhibit_b", &R::exhibit_b, "the other"),
        column("rank", &R::rank, "1 is the strongest lead"),
        column("score", &R::score, "rank score: orders leads, states nothing"),
        column("log10_lr", &R::log10_lr,
               "calibrated weight: log10 of how much likelier the shared selectors are if a direct data path joins the "
               "two than under the least favourable innocent alternative; none when the background does not suffice"),
        column("low", &R::low, "lower end of its 90 % interval"), column("high", &R::high, "upper end"),
        column("statement", &R::statement, "supported; not supported; common source; not enough background"),
        column("verbal", &R::verbal, "the weight in words (scale of the ENFSI guideline, 2015)"),
        column("alternative", &R::alternative, "the innocent alternative it is weighed against"),
        column("false_discovery", &R::false_discovery,
               "expected share of pairs without a direct path among the links down to this rank"),
        column("bundles", &R::bundles, "independent reasons: selectors that arrive together count once"),
        column("selectors", &R::selectors, "shared selectors in those bundles"),
        column("kinds", &R::kinds, "kinds of the shared selectors, comma-separated"),
        column("strongest", &R::strongest, "the selector that weighs most"),
        column("innocent", &R::innocent, "the likeliest innocent explanation that was considered"));
  }
};

// One shared selector of a link, with where it stands on both sides.
struct EvidenceRow {
  std::string exhibit_a, exhibit_b;
  uint64_t bundle = 0;  // 1 weighs most within the link
  std::string kind, value;
  double weight = 0;        // of the bundle on its strongest selector, 0 on the others
  uint64_t exhibits = 0;    // how many exhibits of the case hold it
  uint64_t background = 0;  // how many background sources hold it
  uint64_t offset_a = 0, offset_b = 0;
  std::string path_a, file_a, path_b, file_b;

  static constexpr std::string_view table = "evidence";
  static constexpr std::string_view what = "the shared selectors behind each link, with an address on both sides";
  static constexpr auto columns() {
    using R = EvidenceRow;
    return std::make_tuple(
        column("exhibit_a", &R::exhibit_a, "one exhibit"), column("exhibit_b", &R::exhibit_b, "the other"),
        column("bundle", &R::bundle, "bundle it belongs to, 1 weighs most"),
        column("kind", &R::kind, "kind of selector"), column("value", &R::value, "the selector"),
        column("weight", &R::weight, "weight of the bundle, on its first row; 0 on the others"),
        column("exhibits", &R::exhibits, "exhibits of the case that hold it"),
        column("background", &R::background, "background sources that hold it"),
        column("offset_a", &R::offset_a, "where it stands on exhibit_a"),
        column("path_a", &R::path_a, "decoding path there"), column("file_a", &R::file_a, "file there"),
        column("offset_b", &R::offset_b, "where it stands on exhibit_b"),
        column("path_b", &R::path_b, "decoding path there"), column("file_b", &R::file_b, "file there"));
  }
};

inline constexpr std::string_view kept_out_kind = "scope";  // of ledger rows that say how much the scope keeps out
// Output is suppressed, never collection: what did not count, and why.
struct SetAsideRow {
  std::string kind, value, reason;
  uint64_t exhibits = 0, background = 0;
  std::string examples;

  static constexpr std::string_view table = "set_aside";
  static constexpr std::string_view what = "selectors on several exhibits that do not count towards a link, and why";
  static constexpr auto columns() {
    using R = SetAsideRow;
    return std::make_tuple(column("kind", &R::kind, "kind of selector"), column("value", &R::value, "the selector"),
                           column("reason", &R::reason, "hub, background, example value, known file, stop list, …"),
                           column("exhibits", &R::exhibits, "exhibits of the case that hold it"),
                           column("background", &R::background, "background sources that hold it"),
                           column("examples", &R::examples, "some of the exhibits, comma-separated"));
  }
};

// The accounts that an exhibit's contents turn around. It speaks of the exhibit, not of who held it.
struct OwnerRow {
  std::string exhibit;
  uint64_t rank = 0;
  std::string kind, value, role;
  double share = 0;
  uint64_t times = 0, remnants = 0, exhibits = 0;
  uint64_t offset = 0;
  std::string path, file;

  static constexpr std::string_view table = "owner";
  static constexpr std::string_view what = "accounts most associated with each exhibit, the first and its runners-up";
  static constexpr auto columns() {
    using R = OwnerRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "the exhibit"), column("rank", &R::rank, "1 is the one most associated with it"),
        column("kind", &R::kind, "kind of account"), column("value", &R::value, "the account"),
        column("role", &R::role, "the strongest that a record gives it there: owner, account, from, to, …; or none"),
        column("share", &R::share, "its part of the weight of the exhibit's ten heaviest accounts"),
        column("times", &R::times, "occasions on which it occurs"),
        column("remnants", &R::remnants,
               "of these, those in no file or in a deleted one: perhaps from an earlier owner of the medium"),
        column("exhibits", &R::exhibits, "exhibits of the case that hold it"),
        column("offset", &R::offset, "where it stands"), column("path", &R::path, "decoding path there"),
        column("file", &R::file, "file there"));
  }
};

// Exhibits that the stated links hold together.
struct ClusterRow {
  std::string exhibit;
  uint64_t cluster = 0;
  std::string role;
  uint64_t links = 0, links_outside = 0;
  double weight = 0;

  static constexpr std::string_view table = "cluster";
  static constexpr std::string_view what =
      "which exhibits stated links hold together; exhibits without one are not here";
  static constexpr auto columns() {
    using R = ClusterRow;
    return std::make_tuple(
        column("exhibit", &R::exhibit, "the exhibit"),
        column("cluster", &R::cluster, "number of its cluster, 1 is the largest"),
        column("role", &R::role,
               "hub (linked to most of its cluster), bridge (its links alone join two clusters), member"),
        column("links", &R::links, "stated links inside the cluster"),
        column("links_outside", &R::links_outside, "stated links to other clusters"),
        column("weight", &R::weight, "sum of log10_lr over the links inside"));
  }
};

// What went which way between two linked exhibits, as records and file systems tell it. It speaks of exhibits and their
// accounts; clocks may be wrong on both.
struct DirectionRow {
  std::string exhibit_a, exhibit_b;
  std::string kind, from, to;
  std::optional<Time> time_a, time_b;
  bool local_a = false, local_b = false;
  std::string value, name;
  uint64_t offset_a = 0, offset_b = 0;
  std::string path_a, file_a, path_b, file_b;

  static constexpr std::string_view table = "direction";
  static constexpr std::string_view what =
      "what went which way between linked exhibits: messages, devices, copies of files";
  static constexpr auto columns() {
    using R = DirectionRow;
    return std::make_tuple(
        column("exhibit_a", &R::exhibit_a, "one exhibit"), column("exhibit_b", &R::exhibit_b, "the other"),
        column("kind", &R::kind,
               "message (the account of one wrote to that of the other), device (one was attached to both), file (the "
               "same content lies on both)"),
        column(
            "from", &R::from,
            "the exhibit whose account wrote (a message lies there, or no other exhibit has that first account), that "
            "had the device first, that has the older copy"),
        column("to", &R::to, "the other one"), column("time_a", &R::time_a, "on exhibit_a: sent; first attached; made"),
        column("time_b", &R::time_b, "the same on exhibit_b"),
        column("local_a", &R::local_a,
               "true: time_a is the local time of an unknown zone, given as if it were UTC (FAT, exFAT, ISO 9660)"),
        column("local_b", &R::local_b, "the same for time_b"),
        column("value", &R::value, "Message-ID; serial number; SHA-256"),
        column("name", &R::name, "subject of the message; name of the device; name of the file"),
        column("offset_a", &R::offset_a, "where it stands on exhibit_a; 0 and no path: not there"),
        column("path_a", &R::path_a, "decoding path there"), column("file_a", &R::file_a, "file there"),
        column("offset_b", &R::offset_b, "where it stands on exhibit_b"),
        column("path_b", &R::path_b, "decoding path there"), column("file_b", &R::file_b, "file there"));
  }
};

// When what two linked exhibits share is dated, on each of them.
struct DatedRow {
  std::string exhibit_a, exhibit_b;
  uint64_t bundle = 0;
  std::string kind, value;
  std::optional<Time> since, time_a, time_b;
  std::string what_a, what_b;

  static constexpr std::string_view table = "dated";
  static constexpr std::string_view what = "evidence of linked exhibits that records or file systems date";
  static constexpr auto columns() {
    using R = DatedRow;
    return std::make_tuple(
        column("exhibit_a", &R::exhibit_a, "one exhibit"), column("exhibit_b", &R::exhibit_b, "the other"),
        column("bundle", &R::bundle, "bundle it belongs to, as in the evidence table"),
        column("kind", &R::kind, "kind of selector"), column("value", &R::value, "the selector"),
        column("since", &R::since,
               "from when on both are known to hold it: the later of the two times; the one there is, where one side "
               "only is dated"),
        column("time_a", &R::time_a, "earliest time on exhibit_a at the address that the evidence table gives"),
        column("time_b", &R::time_b, "the same on exhibit_b"),
        column("what_a", &R::what_a,
               "what that time says: message sent, device attached, network joined, page visited, account used, "
               "document made, appointment, file made (on this volume), file changed; with (local time) where the file "
               "system keeps no zone and it is given as if it were UTC"),
        column("what_b", &R::what_b, "the same for exhibit_b"));
  }
};

}  // namespace weft::link
