// What the custody log says of the files that Weft made of a case, and whether they are still these. One thread.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "extract/case.h"

namespace weft::app {

// By file name, of the tables and the manifest; empty where there are no links. Error when one cannot be read.
std::map<std::string, std::string> hashes_of_links(const extract::Case& in);

// The custody log as it is now, read once. Each answer is in words, a line a fault; empty when all is as the log says.
// in outlives it.
class Logged {
 public:
  explicit Logged(const extract::Case& in);

  // The hashes of a pack's tables, for its last sealing; empty when it was never sealed.
  std::map<std::string, std::string> pack(const std::string& label) const;
  // Records of what was taken in: none gone, none added, none rewritten.
  std::vector<std::string> wrong_records() const;
  // The link tables; remark: why they could not be compared, if so.
  std::vector<std::string> wrong_links(std::string& remark) const;
  std::vector<std::string> wrong_scope() const;
  std::vector<std::string> wrong_report() const;

 private:
  using Detail = std::map<std::string, std::string>;
  const Detail* last(const std::string& action) const;

  const extract::Case& in_;
  std::vector<std::pair<std::string, Detail>> done_;  // action and its detail, in order
};

}  // namespace weft::app
