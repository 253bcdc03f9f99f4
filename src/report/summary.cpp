// The summary for the terminal: what `weft run` says at its end.
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/text.h"
#include "report/facts.h"
#include "report/terminal.h"
#include "report/words.h"

namespace weft::report {
namespace {

constexpr size_t links_shown = 10;

std::string exhibits_table(const CaseFacts& facts, const Paint& paint) {
  std::vector<std::vector<Cell>> rows;
  for (const ExhibitFacts& it : facts.exhibits) {
    std::string check = !it.extracted ? "not extracted" : it.row.hash_check;
    rows.push_back({{terminal_text(it.row.exhibit), "1"},
                    {terminal_text(it.row.format)},
                    {human_size(it.row.size)},
                    {grouped(it.file_count(), ",")},
                    {grouped(it.deleted_count(), ",")},
                    {grouped(it.feature_count(), ",")},
                    {grouped(it.problem_count(), ","), it.problem_count() ? "33" : nullptr},
                    {check, it.mismatch()  ? "1;31"
                            : it.extracted ? nullptr
                                           : "33"}});
  }
  return table({"exhibit", "format", "size", "files", "deleted", "features", "problems", "hash"},
               {false, false, true, true, true, true, true, false}, rows, paint);
}

std::string links_list(const CaseFacts& facts, const Paint& paint) {
  if (!facts.linked) return "  not linked yet: weft link\n";
  if (facts.links_in_all == 0) return "  no two exhibits share a selector that counts\n";
  std::string out;
  for (size_t i = 0; i < facts.links.size() && i < links_shown; ++i) {
    const link::LinkRow& it = facts.links[i].row;
    std::string score = it.log10_lr ? fmt::format("log10 LR {:.1f}, score {:.2f}", *it.log10_lr, it.score)
                                    : fmt::format("score {:.2f}", it.score);
    std::string pair = terminal_text(it.exhibit_a) + " – " + terminal_text(it.exhibit_b);
    std::string below;  // the second label, where one line does not hold both
    if (columns(pair) + score.size() + 8 > width) {
      pair = fit_label(terminal_text(it.exhibit_a), width - 8 - score.size());
      below = fmt::format("      {}\n", paint.bold(fit_label(terminal_text(it.exhibit_b), width - 6)));
    }
    std::string pad(width - 6 - columns(pair) - score.size(), ' ');
    out += fmt::format("  {:>2}  {}{}{}\n{}", it.rank, paint.bold(pair), pad, score, below);
    if (it.bundles == 0) {
      out += wrapped("no reason that counts, beyond one image from which both stem: no link", 6);
      continue;
    }
    out += wrapped(fmt::format("{}, {}: {}", counted(it.bundles, "independent reason"),
                               counted(it.selectors, "shared value"), terminal_text(kind_names(it.kinds))),
                   6);
    out += wrapped(it.statement + (it.verbal.empty() ? "" : ", " + it.verbal), 6);
    out += wrapped("strongest: " + fit(terminal_text(it.strongest), 2 * width - 40), 6);
    if (!it.innocent.empty()) out += paint.faint(wrapped("considered: " + terminal_text(it.innocent), 6));
  }
  if (facts.links_in_all > std::min(facts.links.size(), links_shown))
    out += fmt::format("  {} more: in the report, or weft links CASE --all\n",
                       grouped(facts.links_in_all - std::min(facts.links.size(), links_shown), ","));
  return out;
}

std::string problems_list(const CaseFacts& facts) {
  std::map<std::string, uint64_t> stages;
  for (const ExhibitFacts& exhibit : facts.exhibits)
    for (const Counted& stage : exhibit.problems) stages[stage.name] += stage.count;
  std::string out;
  for (const auto& [stage, count] : stages)
    out += (out.empty() ? "" : ", ") + terminal_text(stage) + " " + grouped(count, ",");
  return out;
}

}  // namespace

std::string terminal(const CaseFacts& facts, const std::string& report_path, bool colour) {
  Paint paint{colour};
  std::string out;
  uint64_t bytes = 0, mismatches = 0;
  for (const ExhibitFacts& it : facts.exhibits) bytes += it.row.size, mismatches += it.mismatch();
  out += fmt::format("\n{}  {}, {}\n\n", paint.bold("Case " + terminal_text(facts.name)),
                     counted(facts.exhibits.size(), "exhibit"), human_size(bytes));
  out += exhibits_table(facts, paint);
  for (const ExhibitFacts& it : facts.exhibits)
    if (it.mismatch())
      out += "\n" + paint.alarm(wrapped("HASH MISMATCH: " + terminal_text(it.row.exhibit) +
                                            " does not have the hash its container states. Its rows stand, but they "
                                            "are not of the bytes that were acquired.",
                                        2));
  out += fmt::format("\n{}", paint.bold("Links"));
  if (facts.links_in_all)
    out += fmt::format("  {}, {} supported; the log10 LR may be stated, the score orders leads",
                       counted(facts.links_in_all, "pair of exhibits", "pairs of exhibits"),
                       grouped(facts.supported, ","));
  if (facts.without_reason)
    out += "\n" + wrapped(fmt::format("{} of these stem from one image and share nothing else that counts",
                                      grouped(facts.without_reason, ",")),
                          2);
  out += "\n" + links_list(facts, paint);
  if (facts.linked && !facts.unlinked.empty()) {
    std::string names;
    for (const std::string& it : facts.unlinked) names += (names.empty() ? "" : ", ") + terminal_text(it);
    out += wrapped("without a link: " + fit(names, 3 * width), 2);
  }
  for (const auto& [head, labels] : {std::pair("NOT EXTRACTED YET: ", facts.not_extracted()),
                                     std::pair("NOT IN THE LINKS YET, link again: ", facts.behind)}) {
    std::string names;
    for (const std::string& it : labels) names += (names.empty() ? "" : ", ") + terminal_text(it);
    if (!names.empty()) out += paint.alarm(wrapped(head + fit(names, 3 * width), 2));
  }
  if (uint64_t count = facts.set_aside_count())
    out += fmt::format("  set aside, with reasons in the report: {}\n", counted(count, "value"));
  if (std::string problems = problems_list(facts); !problems.empty())
    out += "\n" + paint.bold("Problems") + "  what could not be read or parsed\n" + wrapped(problems, 2);
  if (!report_path.empty()) out += "\n" + paint.bold("Report") + "  " + report_path + "\n";
  return out;
}

}  // namespace weft::report
