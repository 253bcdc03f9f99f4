// What was found: the summary, the drawing, the links with their evidence, and what was set aside.
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/text.h"
#include "report/graph.h"
#include "report/sections.h"
#include "report/words.h"

namespace weft::report {
namespace {

constexpr const char* no_reason = "No reason that counts, beyond one image from which both stem: no link";

std::string why(const link::LinkRow& it) {
  if (it.bundles == 0) return no_reason;
  return fmt::format("<strong>{}</strong>, {}: {}<br><span class=\"value\">{}</span>",
                     counted(it.bundles, "independent reason"), counted(it.selectors, "shared value"),
                     html(terminal_text(kind_names(it.kinds))), evidence_text(it.strongest, 120));
}

const LinkFacts* strongest(const CaseFacts& facts) {
  auto it = std::find_if(facts.links.begin(), facts.links.end(), [](const LinkFacts& one) { return one.row.bundles; });
  return it == facts.links.end() ? nullptr : &*it;
}

bool has_link(const CaseFacts& facts, const std::string& label) {
  if (!facts.linked) return false;
  if (std::find(facts.unlinked.begin(), facts.unlinked.end(), label) != facts.unlinked.end()) return false;
  const std::vector<std::string> missing = facts.not_extracted();
  bool unknown = std::find(missing.begin(), missing.end(), label) != missing.end() ||
                 std::find(facts.behind.begin(), facts.behind.end(), label) != facts.behind.end();
  return !unknown || std::any_of(facts.links.begin(), facts.links.end(), [&](const LinkFacts& it) {
    return it.row.bundles && (it.row.exhibit_a == label || it.row.exhibit_b == label);
  });
}

// The drawing follows what may be stated, not the score, which states nothing.
int shade(const link::LinkRow& row) {
  if (row.statement == "supported") return row.log10_lr.value_or(0) >= 4 ? 1 : 2;
  return row.log10_lr ? 4 : 3;
}

// In words first: someone who reads only this paragraph must not be misled.
std::string in_short(const CaseFacts& facts) {
  uint64_t verified = 0, mismatch = 0, unread = 0, problems = 0;
  for (const ExhibitFacts& it : facts.exhibits) {
    verified += it.row.hash_check == "verified";
    mismatch += it.mismatch();
    unread += !it.extracted;
    problems += it.problem_count();
  }
  std::string out = "<p class=\"lead\">" + counted(facts.exhibits.size(), "exhibit") + " were taken in. ";
  if (facts.exhibits.size() == 1) out = "<p class=\"lead\">1 exhibit was taken in. ";
  const uint64_t sharing = facts.links_in_all - facts.without_reason;
  if (!facts.linked)
    out += "They have not been linked yet. ";
  else if (sharing == 0)
    out += unread || !facts.behind.empty() ? "No two of those that were linked share a trace that counts. "
                                           : "No two of them share a trace that counts. ";
  else
    out += fmt::format("{} traces that count; of these, {} supported as a direct path. ",
                       sharing == 1 ? std::string("1 pair shares") : fmt::format("{} pairs share", number(sharing)),
                       facts.supported == 1 ? std::string("1 is") : fmt::format("{} are", number(facts.supported)));
  if (const LinkFacts* first = strongest(facts); facts.linked && first)
    out += fmt::format("The strongest lead is {} and {}. ", exhibit_link(facts, first->row.exhibit_a),
                       exhibit_link(facts, first->row.exhibit_b));
  if (facts.without_reason)
    out += fmt::format("{} of one image and nothing else in common that counts: no link. ",
                       counted(facts.without_reason, "further pair"));
  if (facts.linked && sharing && !facts.unlinked.empty())
    out += facts.unlinked.size() == 1 ? "1 exhibit has no link. "
                                      : fmt::format("{} have no link. ", counted(facts.unlinked.size(), "exhibit"));
  out += fmt::format("Stored hashes: {} verified, {} without a match, {} without a stored hash. ", verified, mismatch,
                     facts.exhibits.size() - verified - mismatch - unread);
  if (unread) out += fmt::format("<strong>{} not extracted yet.</strong> ", counted(unread, "exhibit"));
  if (!facts.behind.empty())
    out += fmt::format("<strong>{} not in the links yet.</strong> ", counted(facts.behind.size(), "exhibit"));
  out += problems ? fmt::format("{} could not be read or parsed and are <a href=\"#problems\">listed</a>.",
                                counted(problems, "place"))
                  : std::string(unread ? "What was extracted could all be read." : "Everything could be read.");
  return out +
         "</p>\n<p class=\"note\">A link says that two exhibits share traces that are rare elsewhere. It is a lead to "
         "be "
         "checked against the evidence shown below it. It says nothing about any person.</p>\n";
}

std::string statement(const link::LinkRow& row) {
  return html(row.statement + (row.verbal.empty() ? "" : ": " + row.verbal));
}
// With the 90 % interval; a dash where the background does not suffice.
std::string weight(const link::LinkRow& row) {
  if (!row.log10_lr) return "–";
  return fmt::format("{:.1f}&nbsp;<span class=\"faint\">({:.1f}…{:.1f})</span>", *row.log10_lr, row.low.value_or(0),
                     row.high.value_or(0));
}

std::string links_table(const CaseFacts& facts, const Bounds& bounds) {
  if (facts.links.empty()) return {};
  std::string out =
      table_head("sortable filterable links", {">Rank", "Exhibits", "Why", "Innocent explanation considered",
                                               "What may be stated", ">log10 LR", ">Score"}) +
      "<tbody>\n";
  for (const LinkFacts& it : facts.links) {
    std::string rank = it.row.rank <= bounds.links_in_detail ? fmt::format("<a href=\"#link-{0}\">{0}</a>", it.row.rank)
                                                             : std::to_string(it.row.rank);
    out += fmt::format(
        "<tr><td class=\"n\">{}</td><td class=\"pair\">{}<br>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td class=\"n\">{}</td><td class=\"n\">{:.2f}</td></tr>\n",
        rank, exhibit_link(facts, it.row.exhibit_a), exhibit_link(facts, it.row.exhibit_b), why(it.row),
        evidence_text(it.row.innocent), statement(it.row), weight(it.row), it.row.score);
  }
  return out + "</tbody></table></div>\n" + more(facts.links_in_all - facts.links.size(), "links", "link");
}

// As it goes behind `weft show CASE`.
std::string address(const std::string& exhibit, const std::string& path, uint64_t offset) {
  return exhibit + ":" + (path.empty() ? std::to_string(offset) : path);
}

std::string side(const std::string& exhibit, uint64_t offset, const std::string& path, const std::string& file) {
  return fmt::format("<td class=\"address\"><code>{}</code><br>{}</td>",
                     evidence_text(address(exhibit, path, offset), 200),
                     file.empty() ? std::string("<span class=\"faint\">in no file</span>") : evidence_text(file, 240));
}

std::string bundle(const Bundle& it, const link::LinkRow& row) {
  std::string out = fmt::format(
      "<tbody>\n<tr class=\"reason\"><th colspan=\"6\" scope=\"rowgroup\">Reason {} <span class=\"faint\">weight "
      "{:.2f}, {}</span>"
      "</th></tr>\n",
      it.selectors.front().bundle, it.selectors.front().weight, counted(it.selectors_in_all, "shared value"));
  for (const link::EvidenceRow& one : it.selectors)
    out += fmt::format(
        "<tr><td>{}</td><td class=\"value\">{}</td>{}{}<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        html(terminal_text(kind_name(one.kind))), evidence_text(one.value, 200),
        side(row.exhibit_a, one.offset_a, one.path_a, one.file_a),
        side(row.exhibit_b, one.offset_b, one.path_b, one.file_b), number(one.exhibits), number(one.background));
  if (uint64_t left = it.selectors_in_all - it.selectors.size())
    out += fmt::format(
        "<tr><td colspan=\"6\" class=\"note\">{} more values that arrive for the same reason: "
        "<code>weft export CASE evidence</code></td></tr>\n",
        number(left));
  return out + "</tbody>\n";
}

std::string link_detail(const CaseFacts& facts, const LinkFacts& it) {
  std::string out =
      fmt::format("<article class=\"link\" id=\"link-{0}\">\n<h3><span class=\"number\">{0}</span> {1} and {2}</h3>\n",
                  it.row.rank, exhibit_link(facts, it.row.exhibit_a), exhibit_link(facts, it.row.exhibit_b));
  const std::string reasons = it.row.bundles == 0 ? no_reason
                                                  : counted(it.row.bundles, "independent reason") + ", " +
                                                        counted(it.row.selectors, "shared value");
  out += fmt::format("<p>{}, score {:.2f}.</p>\n", reasons, it.row.score);
  out += "<p><strong>" + statement(it.row) + "</strong>";
  if (it.row.log10_lr)
    out += fmt::format(", log10 LR {:.2f} (90 % interval {:.2f} to {:.2f}), weighed against {}", *it.row.log10_lr,
                       it.row.low.value_or(0), it.row.high.value_or(0), html(it.row.alternative));
  if (it.row.false_discovery)
    out += fmt::format("; {:.1f} % of the links down to this rank may be expected to have no direct path",
                       100 * *it.row.false_discovery);
  out += ".</p>\n";
  if (it.bundles.empty()) {
    out += "<p class=\"note\">The link tables hold no evidence rows for this link.</p>\n";
  } else {
    std::string in_a = "On " + it.row.exhibit_a, in_b = "On " + it.row.exhibit_b;
    in_a = terminal_text(fit(terminal_text(in_a), 40)), in_b = terminal_text(fit(terminal_text(in_b), 40));
    out += table_head("evidence", {"Kind", "Value", in_a, in_b, ">Exhibits with it", ">Background sources"});
    for (const Bundle& one : it.bundles) out += bundle(one, it.row);
    out += "</table></div>\n";
    if (it.row.bundles > it.bundles.size()) out += more(it.row.bundles - it.bundles.size(), "reasons", "evidence");
  }
  return out + fmt::format(
                   "<dl class=\"care\"><dt>Innocent explanation considered</dt><dd>{}</dd>"
                   "<dt>What this does not say</dt><dd>Who put these values on either exhibit, when, in which "
                   "direction they travelled, or whether anyone knew of them.</dd></dl>\n</article>\n",
                   it.row.innocent.empty() ? std::string("none recorded") : evidence_text(it.row.innocent));
}

// What a sceptic types to see the bytes, with a real address where there is one.
std::string how_to_check(const CaseFacts& facts) {
  for (const LinkFacts& it : facts.links)
    if (!it.bundles.empty()) {
      const link::EvidenceRow& one = it.bundles.front().selectors.front();
      std::string example = address(one.exhibit_a, one.path_a, one.offset_a);
      if (example.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:#+/") !=
          std::string::npos)
        example = "'" + example + "'";
      return fmt::format(
          "<p>Each value stands on both exhibits at the address shown. To see the bytes themselves: "
          "<code>weft show CASE {}</code></p>\n",
          evidence_text(example, 200));
    }
  return {};
}

}  // namespace

std::string findings_section(const CaseFacts& facts, const Bounds& bounds) {
  return "<section id=\"found\">\n<h2>What was found</h2>\n" + in_short(facts) + links_table(facts, bounds) +
         "</section>\n";
}

std::string graph_section(const CaseFacts& facts) {
  std::string out = "<section id=\"graph\">\n<h2>Drawing</h2>\n";
  std::vector<Node> nodes;
  std::vector<std::string> apart;
  std::map<std::string, size_t> index;
  for (const ExhibitFacts& it : facts.exhibits) {
    if (!has_link(facts, it.row.exhibit)) {
      bool known = std::find(facts.unlinked.begin(), facts.unlinked.end(), it.row.exhibit) != facts.unlinked.end();
      if (known) apart.push_back(exhibit_link(facts, it.row.exhibit));
      continue;
    }
    index[it.row.exhibit] = nodes.size();
    nodes.push_back({it.row.exhibit, it.taken_in.custodian, exhibit_id(facts, it.row.exhibit)});
  }
  std::vector<Edge> edges;
  for (const LinkFacts& it : facts.links) {
    if (it.row.bundles == 0) continue;
    auto a = index.find(it.row.exhibit_a), b = index.find(it.row.exhibit_b);
    if (a != index.end() && b != index.end()) edges.push_back({a->second, b->second, it.row.rank, shade(it.row)});
  }
  if (edges.empty()) return out + "<p>There is no link to draw.</p>\n</section>\n";
  out +=
      "<p>Exhibits as points, links as lines with their rank. Unbroken lines are supported, darker ones more strongly; "
      "broken lines may not be stated. Where a point "
      "lies has no meaning beyond keeping linked exhibits near each other.</p>\n";
  out += "<figure>\n" + graph(nodes, edges, std::max<size_t>(60, 2 * nodes.size())) + "</figure>\n";
  if (facts.links_in_all > facts.links.size())
    out += more(facts.links_in_all - facts.links.size(), "links, weaker than those drawn", "link");
  if (!apart.empty()) {
    out += "<p>Without a link: ";
    for (size_t i = 0; i < apart.size(); ++i) out += (i ? ", " : "") + apart[i];
    out += ".</p>\n";
  }
  return out + "</section>\n";
}

std::string links_section(const CaseFacts& facts, const Bounds& bounds) {
  std::string out = "<section id=\"links\">\n<h2>Links and their evidence</h2>\n";
  if (!facts.linked) return out + "<p>Not linked yet: <code>weft link CASE</code></p>\n</section>\n";
  if (facts.links.empty()) return out + "<p>No two exhibits share a trace that counts.</p>\n</section>\n";
  out += how_to_check(facts);
  out +=
      "<p>Values that arrive together (in one file, one message, one mailing) count as one reason. A score orders "
      "leads and states nothing. The log10 LR may be stated, with its interval: how much likelier (as a power of ten) "
      "what is shared is if a direct data path joins the two than under the least favourable innocent alternative. It "
      "is not the probability that they are linked.</p>\n";
  uint64_t shown = 0;
  for (const LinkFacts& it : facts.links)
    if (it.row.rank <= bounds.links_in_detail) out += link_detail(facts, it), ++shown;
  return out + more(facts.links_in_all - shown, "links, with their evidence", "evidence") + "</section>\n";
}

std::string set_aside_section(const CaseFacts& facts) {
  std::string out = "<section id=\"set-aside\">\n<h2>Set aside</h2>\n";
  if (facts.set_aside.empty()) return out + "<p>Nothing was set aside.</p>\n</section>\n";
  out += fmt::format(
      "<p>{} stand on several exhibits and were not counted towards a link. Nothing was deleted: they are in the "
      "packs and in <code>weft export CASE set_aside</code>.</p>\n",
      counted(facts.set_aside_count(), "value"));
  out += table_head("ledger", {"Kind", "Value", ">Exhibits with it", ">Background sources", "Some of the exhibits"});
  for (const SetAsideGroup& group : facts.set_aside) {
    out += fmt::format(
        "<tbody>\n<tr class=\"reason\"><th colspan=\"5\" scope=\"rowgroup\">{} <span "
        "class=\"faint\">{}</span></th></tr>\n",
        evidence_text(group.reason), counted(group.count, "value"));
    for (const link::SetAsideRow& it : group.examples)
      out += fmt::format(
          "<tr><td>{}</td><td class=\"value\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
          html(terminal_text(kind_name(it.kind))), evidence_text(it.value, 200), number(it.exhibits),
          number(it.background), evidence_text(it.examples, 160));
    if (group.count > group.examples.size())
      out += fmt::format(
          "<tr><td colspan=\"5\" class=\"note\">{} more: <code>weft export CASE set_aside</code></td></tr>\n",
          number(group.count - group.examples.size()));
    out += "</tbody>\n";
  }
  return out + "</table></div>\n</section>\n";
}

}  // namespace weft::report
