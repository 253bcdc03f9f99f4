// What was found, for people: one self-contained HTML file (readable offline and with scripts off, printable, nothing
// loaded from anywhere), and a summary for the terminal. Both are the same bytes for the same packs, link tables and
// case log, except the one line that says when the report was made. Neither writes anywhere but options.out.
#pragma once

#include <string>
#include <vector>

#include "model/limits.h"
#include "pack/scope.h"

namespace weft::report {

struct ReportOptions {
  std::string case_name;
  std::string case_log;               // path of the case log
  std::vector<std::string> packs;     // folders of sealed packs
  std::vector<std::string> exhibits;  // paths of exhibit.json (what was recorded when taken in), all of them
  std::string links;                  // folder of link tables; may not exist yet
  pack::Scope scope;                  // what is left out of it, but for this being said
  std::string temporary;
  Limits limits;
  std::string version;
  std::string out;  // the file to write
};

// Error when a pack cannot be read or options.out cannot be written. Anything missing beside the packs (exhibit.json,
// case log, link tables) is said in the report and is no error.
void write_html(const ReportOptions& options);

// The findings on at most 100 columns, with ANSI colours if wanted; names options.out as the place of the report when
// there is a file. Ends with a line feed.
std::string summary(const ReportOptions& options, bool colour);

}  // namespace weft::report
