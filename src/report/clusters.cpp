// Which exhibits hang together, and which accounts their contents turn around.
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/text.h"
#include "report/sections.h"
#include "report/words.h"

namespace weft::report {
namespace {

std::string account(const link::OwnerRow* row) {
  if (!row) return "<span class=\"faint\">none stands out</span>";
  const std::string remnants =
      row->remnants ? fmt::format(", {} of them in no file or a deleted one", row->remnants) : "";
  return fmt::format("{} <span class=\"faint\">{:.0f} %, {}{}</span>", evidence_text(row->value, 120), 100 * row->share,
                     counted(row->times, "time"), remnants);
}

}  // namespace

std::string clusters_section(const CaseFacts& facts) {
  if (!facts.linked) return {};
  std::map<std::string, const link::ClusterRow*> cluster;
  for (const link::ClusterRow& row : facts.clusters) cluster[row.exhibit] = &row;
  std::map<std::string, const link::OwnerRow*> first, second;
  for (const link::OwnerRow& row : facts.owners) (row.rank == 1 ? first : second)[row.exhibit] = &row;
  auto of = [](const auto& map, const std::string& label) {
    auto it = map.find(label);
    return it == map.end() ? nullptr : it->second;
  };
  std::vector<const ExhibitFacts*> order;
  for (const ExhibitFacts& it : facts.exhibits) order.push_back(&it);
  auto place = [&](const ExhibitFacts* it) {
    const link::ClusterRow* row = of(cluster, it->row.exhibit);
    return std::pair(row ? row->cluster : UINT64_MAX, std::string_view(it->row.exhibit));
  };
  std::sort(order.begin(), order.end(), [&](auto* x, auto* y) { return place(x) < place(y); });

  auto known = [&](const ExhibitFacts& it) {
    return it.extracted && std::find(facts.behind.begin(), facts.behind.end(), it.row.exhibit) == facts.behind.end();
  };
  std::string out =
      "<section id=\"clusters\">\n<h2>Clusters and accounts</h2>\n"
      "<p>Clusters are exhibits that supported links hold together. An account is the one an exhibit's contents turn "
      "around, by how often it occurs and how few exhibits know it, with its share of the ten heaviest: it speaks of "
      "the exhibit, not of who held it. Since when they are linked: <code>weft cluster CASE --over-time</code></p>\n";
  out += table_head("clusters",
                    {">Cluster", "Exhibit", "Role", ">Links inside", ">To others", "First account", "Runner-up"}) +
         "<tbody>\n";
  for (const ExhibitFacts* it : order) {
    if (!known(*it)) {
      out += fmt::format("<tr><td class=\"n\">–</td><td>{}</td><td colspan=\"5\"><strong>{}</strong></td></tr>\n",
                         exhibit_link(facts, it->row.exhibit),
                         it->extracted ? "not in the links yet" : "not extracted yet");
      continue;
    }
    const link::ClusterRow* row = of(cluster, it->row.exhibit);
    const link::OwnerRow *owner = of(first, it->row.exhibit), *next = of(second, it->row.exhibit);
    out += fmt::format(
        "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>"
        "<td>{}</td></tr>\n",
        row ? std::to_string(row->cluster) : "–", exhibit_link(facts, it->row.exhibit),
        row ? html(row->role) : "<span class=\"faint\">in none</span>", row ? number(row->links) : "",
        row ? number(row->links_outside) : "", account(owner), next ? account(next) : "");
  }
  return out + "</tbody></table></div>\n</section>\n";
}

}  // namespace weft::report
