// The link tables, in the same shape as the pack's (model/rows.h).
#pragma once

#include "model/rows.h"

namespace weft::link {

struct LinkRow {
  std::string exhibit_a, exhibit_b;  // a < b
  uint64_t rank = 0;                 // 1 is the strongest
  double score = 0;
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
                           column("reason", &R::reason, "hub, background, example value, known file, …"),
                           column("exhibits", &R::exhibits, "exhibits of the case that hold it"),
                           column("background", &R::background, "background sources that hold it"),
                           column("examples", &R::examples, "some of the exhibits, comma-separated"));
  }
};

}  // namespace weft::link
