// Whether the evidence still says what the packs say of it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "extract/address.h"
#include "extract/case.h"
#include "model/rows.h"
#include "scan/engine.h"

namespace weft::app {

// Of features, those that can be found again where they stand, as SQL: what a parser read has a role, and hangs
// together with its whole file; and so do YARA rules.
inline constexpr std::string_view found_by_scanners = "role = '' AND kind <> 'yara'";

// The rules that a pack was made with. Most packs of a case were made with the same: compiled once.
class RulesOfPacks {
 public:
  const scan::Rules& of(const extract::Case& in, const std::string& label);

 private:
  std::map<std::string, std::unique_ptr<scan::Rules>> rules_;  // by the paths of their lists
};

// Scans what lies at a feature's address once more. One thread; in, exhibit and rules outlive it.
class FindAgain {
 public:
  FindAgain(const extract::Case& in, const extract::Exhibit& exhibit, const scan::Rules& rules);
  // Whether the same comes out (kind, value, encoding), of the content of its file (content files are scanned alone) or
  // of the image as it lies. feature: its path, file_id and file_offset as well.
  bool operator()(const FeatureRow& feature);

 private:
  extract::Addresses addresses_;
  scan::Scan scan_;
};

}  // namespace weft::app
