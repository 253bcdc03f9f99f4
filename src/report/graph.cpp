#include "report/graph.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/text.h"
#include "report/words.h"

namespace weft::report {
namespace {

constexpr double width = 1000;
constexpr size_t groups_coloured = 7;  // Okabe and Ito's colours, told apart by all common kinds of colour vision
constexpr size_t shapes = 5;
constexpr size_t ranks_written = 30;

// Groups in the order of their names; a group's colour and shape repeat at different periods, so 35 look different.
std::map<std::string, size_t> number_groups(const std::vector<Node>& nodes) {
  std::map<std::string, size_t> out;
  for (const Node& it : nodes)
    if (!it.group.empty()) out[it.group] = 0;
  size_t i = 0;
  for (auto& [name, number] : out) number = i++;
  return out;
}

// Without a group: a small empty circle.
std::string mark(double x, double y, const size_t* group) {
  if (!group) return fmt::format("<circle class=\"g none\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"7\"/>", x, y);
  std::string colour = fmt::format("class=\"g g{}\"", *group % groups_coloured);
  switch (*group % shapes) {
    case 0:
      return fmt::format("<circle {} cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"8\"/>", colour, x, y);
    case 1:
      return fmt::format("<rect {} x=\"{:.1f}\" y=\"{:.1f}\" width=\"15\" height=\"15\"/>", colour, x - 7.5, y - 7.5);
    case 2:
      return fmt::format("<path {} d=\"M{:.1f} {:.1f}l9.5 16h-19z\"/>", colour, x, y - 9.5);
    case 3:
      return fmt::format("<path {} d=\"M{:.1f} {:.1f}l10 10l-10 10l-10 -10z\"/>", colour, x, y - 10);
    default:
      return fmt::format("<path {} d=\"M{:.1f} {:.1f}h9l4.5 8l-4.5 8h-9l-4.5 -8z\"/>", colour, x - 4.5, y - 8);
  }
}

std::string legend(const std::map<std::string, size_t>& groups, bool some_without, size_t drawn, size_t all) {
  std::string out = "<ul class=\"legend\">\n";
  auto item = [&](const std::string& picture, const std::string& words) {
    out +=
        fmt::format("<li><svg width=\"24\" height=\"22\" viewBox=\"0 0 24 22\" aria-hidden=\"true\">{}</svg> {}</li>\n",
                    picture, words);
  };
  for (const auto& [name, number] : groups) item(mark(12, 11, &number), evidence_text(name, 80));
  if (some_without) item(mark(12, 11, nullptr), "no custodian recorded");
  const char* const words[] = {"supported, log10 LR 4 and more", "supported, log10 LR 2 to 4",
                               "a lead: not enough background for a weight", "not supported"};
  for (int i = 1; i <= 4; ++i)
    item(fmt::format("<line class=\"e e{}\" x1=\"1\" y1=\"11\" x2=\"23\" y2=\"11\"/>", i), words[i - 1]);
  out += "</ul>\n";
  if (drawn < all)
    out += fmt::format("<p class=\"note\">Only the {} strongest of {} links are drawn.</p>\n", grouped(drawn, ","),
                       grouped(all, ","));
  return out;
}

}  // namespace

std::string graph(const std::vector<Node>& nodes, const std::vector<Edge>& edges, size_t edges_drawn) {
  std::vector<Edge> drawn(edges.begin(), edges.begin() + ptrdiff_t(std::min(edges.size(), edges_drawn)));
  size_t letters = nodes.size() > 40 ? 14 : 22;
  double box_width = double(letters) * 6.6 + 8, box_height = 46;
  std::vector<Point> at = layout(nodes.size(), drawn, width, box_width, box_height);
  double height = box_height;
  for (const Point& it : at) height = std::max(height, it.y + box_height / 2 + 6);

  std::string out = fmt::format(
      "<svg class=\"graph\" role=\"img\" aria-label=\"Exhibits and their links; the table of links says the same in "
      "words\" "
      "viewBox=\"0 0 {:.0f} {:.0f}\">\n",
      width, height);
  for (size_t i = drawn.size(); i-- > 0;)  // the strongest on top
    out += fmt::format(
        "<line class=\"e e{}\" data-a=\"{}\" data-b=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" "
        "y2=\"{:.1f}\"/>\n",
        drawn[i].shade, drawn[i].a, drawn[i].b, at[drawn[i].a].x, at[drawn[i].a].y - 6, at[drawn[i].b].x,
        at[drawn[i].b].y - 6);
  for (size_t i = 0; i < drawn.size() && i < ranks_written; ++i)
    out += fmt::format("<text class=\"rank\" data-a=\"{}\" data-b=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                       drawn[i].a, drawn[i].b, (at[drawn[i].a].x + at[drawn[i].b].x) / 2,
                       (at[drawn[i].a].y + at[drawn[i].b].y) / 2 - 2, drawn[i].rank);
  auto groups = number_groups(nodes);
  bool some_without = false;
  for (size_t i = 0; i < nodes.size(); ++i) {
    auto group = groups.find(nodes[i].group);
    some_without |= group == groups.end();
    std::string label = terminal_text(nodes[i].label);
    out += fmt::format(
        "<a class=\"node\" data-i=\"{}\" href=\"#{}\"><title>{}{}</title>{}<text x=\"{:.1f}\" y=\"{:.1f}\">{}"
        "</text></a>\n",
        i, nodes[i].target, html(label), nodes[i].group.empty() ? "" : html(", " + terminal_text(nodes[i].group)),
        mark(at[i].x, at[i].y - 6, group == groups.end() ? nullptr : &group->second), at[i].x, at[i].y + 16,
        html(fit_label(label, letters)));
  }
  return out + "</svg>\n" + legend(groups, some_without, drawn.size(), edges.size());
}

}  // namespace weft::report
