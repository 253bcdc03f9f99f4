// The drawing: exhibits as points, their strongest links as lines. Same facts, same picture.
#pragma once

#include <string>
#include <vector>

namespace weft::report {

struct Point {
  double x = 0, y = 0;
};
struct Edge {
  size_t a = 0, b = 0;  // nodes
  uint64_t rank = 0;
  int shade = 4;  // 1 to 4, darkest first: what may be stated of it (graph.cpp's legend)
};
struct Node {
  std::string label, group;  // group: custodian, may be empty
  std::string target;        // id of its section in the page
};

// Positions in a frame of the given width: any height, no two boxes of box_width x box_height overlap. Components stand
// apart. Deterministic: no clock, no random device.
std::vector<Point> layout(size_t nodes, const std::vector<Edge>& edges, double width, double box_width,
                          double box_height);

// The SVG with its legend. Edges come strongest first; at most `edges_drawn` of them are drawn. What may be stated of
// a link is shown by shade, dash and rank, never by the thickness of its line.
std::string graph(const std::vector<Node>& nodes, const std::vector<Edge>& edges, size_t edges_drawn);

}  // namespace weft::report
