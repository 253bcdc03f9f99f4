// The measures as text for people and as JSON for programs.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluate/evaluate.h"

namespace weft::evaluate {
namespace {

using Json = nlohmann::ordered_json;

std::string percent(uint64_t part, uint64_t of) {
  return of == 0 ? "-" : fmt::format("{:.3f}", double(part) / double(of));
}

void recall_text(std::string& out, const std::string& title, const char* shown, const std::vector<Recall>& rows) {
  if (rows.empty()) return;
  out += fmt::format("\n{:<34}{:>8}{:>12}{:>12}{:>9}\n", title, "number", shown, "first ranks", "stated");
  for (const Recall& row : rows)
    out += fmt::format("  {:<32}{:>8}{:>12}{:>12}{:>9}\n", row.of, row.total, percent(row.shown, row.total),
                       percent(row.first, row.total), percent(row.stated, row.total));
}

void calibration_text(std::string& out, const Calibration& one) {
  out += fmt::format(
      "\nStated weights: Cllr {:.3f}, of which ranking {:.3f}, calibration {:.3f}\n"
      "  90 % intervals: {:.3f} - {:.3f}, {:.3f} - {:.3f}, {:.3f} - {:.3f}\n"
      "  linked pairs with a weight against: {:.3f}; unlinked with a weight in favour: {:.4f}\n"
      "  {} pairs in the table without a weight (taken as 0); pairs not in the table are taken as {:.2f}\n"
      "  what would fit these pairs best: log10 LR = {:.2f} * score {:+.2f}\n",
      one.cllr, one.least, one.cllr - one.least, one.of_cllr.low, one.of_cllr.high, one.of_least.low, one.of_least.high,
      one.of_loss.low, one.of_loss.high, one.misleading_linked, one.misleading_others, one.unsaid, one.absent,
      one.fit.slope, one.fit.offset);
}

void offsets_text(std::string& out, const Offsets& one) {
  out += "\nAddresses\n";
  if (one.sides > 0)
    out += fmt::format(
        "  {} of {} evidence addresses, read again from the evidence, lead to the value: it stands at {}, and in the "
        "record "
        "that begins at {}\n",
        one.there + one.in_record, one.sides, one.there, one.in_record);
  if (one.planted > 0)
    out += fmt::format(
        "  {} sides of planted things in evidence: {} at the planted byte, {} at the record that holds it, {} at "
        "another place\n",
        one.planted, one.exact, one.before, one.elsewhere);
  for (const std::string& wrong : one.wrong) out += "  WRONG  " + wrong + "\n";
}

Json recall_json(const std::vector<Recall>& rows) {
  Json out = Json::array();
  for (const Recall& row : rows)
    out.push_back({{"of", row.of},
                   {"number", row.total},
                   {"shown", row.shown},
                   {"first_ranks", row.first},
                   {"stated", row.stated}});
  return out;
}

}  // namespace

std::string as_text(const Evaluation& e) {
  std::string out = fmt::format("{} exhibits, {} pairs, {} of them linked\n\n", e.exhibits, e.pairs, e.linked);
  out += fmt::format("{:<38}{:>8}{:>18}{:>8}{:>8}\n", "Ranking of all pairs", "AP", "90 % interval", "P@10",
                     fmt::format("P@{}", e.linked));
  for (const Ranking& one : e.rankings)
    out += fmt::format("  {:<36}{:>8.3f}{:>18}{:>8.2f}{:>8.2f}\n", one.method, one.average_precision,
                       fmt::format("{:.3f} - {:.3f}", one.interval.low, one.interval.high), one.precision_10,
                       one.precision_true);
  if (!e.states)
    out += fmt::format("\nThese links state nothing; \"stated\" below means: among the first {} ranks.\n", e.linked);
  recall_text(out, "Linked pairs by shared reasons", "in table", e.by_strength);
  recall_text(out, "Linked pairs by kind of link", "in table", e.by_link);
  recall_text(out, "Planted things by kind", "in evidence", e.by_kind);
  recall_text(out, "Planted things by layer", "in evidence", e.by_layer);
  out += fmt::format("\n{:<34}{:>8}{:>9}{:>12}{:>20}\n", "False links among unrelated pairs", "pairs", "stated",
                     "per 1,000", "95 % interval");
  for (const FalseLinks& one : e.false_links)
    out += fmt::format("  {:<32}{:>8}{:>9}{:>12.2f}{:>20}\n", one.of, one.pairs, one.stated,
                       one.pairs ? 1000 * double(one.stated) / double(one.pairs) : 0.0,
                       fmt::format("{:.2f} - {:.2f}", one.per_thousand.low, one.per_thousand.high));
  if (e.calibration) calibration_text(out, *e.calibration);
  if (e.owners > 0) {
    out += fmt::format("\nOwners: {} of {} exhibits have their owner's account first ({})\n", e.owners_right, e.owners,
                       percent(e.owners_right, e.owners));
    for (const std::string& wrong : e.owners_wrong) out += "  WRONG  " + wrong + "\n";
  }
  offsets_text(out, e.offsets);
  return out;
}

std::string as_json(const Evaluation& e) {
  Json out = {{"exhibits", e.exhibits}, {"pairs", e.pairs}, {"linked", e.linked}, {"states", e.states}};
  for (const Ranking& one : e.rankings)
    out["rankings"].push_back({{"method", one.method},
                               {"average_precision", one.average_precision},
                               {"low", one.interval.low},
                               {"high", one.interval.high},
                               {"precision_at_10", one.precision_10},
                               {"precision_at_linked", one.precision_true}});
  out["by_strength"] = recall_json(e.by_strength), out["by_link"] = recall_json(e.by_link);
  out["by_kind"] = recall_json(e.by_kind), out["by_layer"] = recall_json(e.by_layer);
  out["by_kind_strength_layer"] = recall_json(e.by_cell);
  for (const FalseLinks& one : e.false_links)
    out["false_links"].push_back({{"of", one.of},
                                  {"pairs", one.pairs},
                                  {"stated", one.stated},
                                  {"per_thousand_low", one.per_thousand.low},
                                  {"per_thousand_high", one.per_thousand.high}});
  if (e.calibration)
    out["calibration"] = {{"cllr", e.calibration->cllr},
                          {"cllr_min", e.calibration->least},
                          {"cllr_cal", e.calibration->cllr - e.calibration->least},
                          {"cllr_low", e.calibration->of_cllr.low},
                          {"cllr_high", e.calibration->of_cllr.high},
                          {"cllr_min_low", e.calibration->of_least.low},
                          {"cllr_min_high", e.calibration->of_least.high},
                          {"cllr_cal_low", e.calibration->of_loss.low},
                          {"cllr_cal_high", e.calibration->of_loss.high},
                          {"fit_slope", e.calibration->fit.slope},
                          {"fit_offset", e.calibration->fit.offset},
                          {"absent_log10_lr", e.calibration->absent},
                          {"linked_below_0", e.calibration->misleading_linked},
                          {"unlinked_above_0", e.calibration->misleading_others},
                          {"without_weight", e.calibration->unsaid}};
  if (e.owners > 0) out["owners"] = {{"exhibits", e.owners}, {"right", e.owners_right}, {"wrong", e.owners_wrong}};
  out["addresses"] = {{"read_again", e.offsets.sides},     {"there", e.offsets.there},
                      {"in_record", e.offsets.in_record},  {"wrong", e.offsets.wrong},
                      {"planted", e.offsets.planted},      {"at_planted_byte", e.offsets.exact},
                      {"at_its_record", e.offsets.before}, {"elsewhere", e.offsets.elsewhere}};
  return out.dump(2) + "\n";
}

}  // namespace weft::evaluate
