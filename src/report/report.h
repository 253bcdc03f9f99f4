// The report: one self-contained HTML file, readable offline, printable, nothing loaded from anywhere.
#pragma once

#include <string>
#include <vector>

#include "model/limits.h"

namespace weft::report {

struct ReportOptions {
  std::string case_name;
  std::string case_log;                // path of the case log
  std::vector<std::string> packs;      // folders of sealed packs
  std::vector<std::string> exhibits;   // paths of exhibit.json (what was recorded when taken in), same order
  std::string links;                   // folder of link tables; may not exist yet
  std::string temporary;
  Limits limits;
  std::string version;
  std::string out;                     // the file to write
};

void write_html(const ReportOptions& options);

}  // namespace weft::report
