// weft report
#include "report/report.h"

#include <cstdio>
#include <memory>
#include <unistd.h>

#include "app/access.h"
#include "app/command.h"
#include "base/file.h"
#include "base/hash.h"
#include "link/link.h"

namespace weft::app {

bool report_all(extract::Case& in, const CommonOptions& options, bool summary) {
  report::ReportOptions how;
  how.case_name = in.name();
  how.case_log = in.log_file();
  how.packs = in.sealed_packs();
  for (const extract::Exhibit& exhibit : in.exhibits()) how.exhibits.push_back(in.exhibit_file(exhibit.label));
  how.links = in.links();
  if (link::scope_of_links(how.links) != in.scope().sha256()) {
    std::fprintf(stderr, "weft: the links were made under other scope rules and are left out; link again\n");
    how.links.clear();
  }
  if (!link::are_of_this_version(in.links())) {
    std::fprintf(stderr, "weft: the links were made by another version and are left out; link again: weft link %s\n",
                 in.folder().c_str());
    how.links.clear();
  }
  how.scope = in.scope();
  how.temporary = in.temporary();
  how.limits = options.limits();
  how.version = WEFT_VERSION;
  how.out = in.report();
  report::write_html(how);
  in.log("report", {{"file", how.out}, {"sha256", sha256_hex(as_bytes(read_file(how.out)))}});
  if (summary) std::fputs(report::summary(how, wants_colour(STDOUT_FILENO)).c_str(), stdout);
  return !how.links.empty();
}

void add_report(App app) {
  CLI::App* command = app.cli.add_subcommand("report", "Write the report: one HTML file, readable offline");
  struct Options {
    std::string folder;
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  add_common(*command, options->common);
  add_question(app, *command, options->folder, [options](Answer& answer) {
    extract::Case in = extract::Case::open(options->folder);
    note_not_extracted(in, answer);
    note_behind(link::behind(in.links(), in.sealed_packs()), answer);
    if (!report_all(in, options->common, false)) answer.incomplete = true;
    answer.counts["exhibits"] = in.sealed_packs().size();
    std::printf("report written to %s\n", in.report().c_str());
    return exit_ok;
  });
}

}  // namespace weft::app
