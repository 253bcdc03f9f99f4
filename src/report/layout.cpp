// Stress majorization: put the nodes where the distances on paper come closest to the distances in the graph, that is,
// minimise sum over pairs of (|p_i - p_j| - d_ij)^2 / d_ij^2, d_ij being the length of the shortest path. Each step
// moves one node to the weighted mean of where the others would have it, which never increases the stress, so it needs
// no step size and no cooling schedule and always ends in the same place from the same start. Method: E. Gansner, Y.
// Koren, S. North, "Graph Drawing by Stress Majorization", GD 2004, the localised form of section 2.3. The start is a
// circle with a fixed small disturbance. O(n^2) a round; 150 nodes take some milliseconds.
//
// Components are laid out one by one, set in rows like words in a paragraph, and then boxes that still overlap are
// pushed apart, sideways while there is room and downwards otherwise, since the frame has a width but no height.
#include <algorithm>
#include <cmath>
#include <deque>

#include "report/graph.h"

namespace weft::report {
namespace {

constexpr double spacing = 1.5;  // length of an edge, in box widths
constexpr int rounds = 300;

std::vector<std::vector<size_t>> neighbours_of(size_t nodes, const std::vector<Edge>& edges) {
  std::vector<std::vector<size_t>> out(nodes);
  for (const Edge& it : edges) out[it.a].push_back(it.b), out[it.b].push_back(it.a);
  return out;
}

// Number of edges from one node to each other; 0 for itself and for what it does not reach.
std::vector<double> distances(size_t from, const std::vector<std::vector<size_t>>& neighbours) {
  std::vector<double> out(neighbours.size(), 0);
  std::deque<size_t> queue{from};
  while (!queue.empty()) {
    size_t at = queue.front();
    queue.pop_front();
    for (size_t next : neighbours[at])
      if (out[next] == 0 && next != from) out[next] = out[at] + 1, queue.push_back(next);
  }
  return out;
}

std::vector<std::vector<size_t>> components(const std::vector<std::vector<size_t>>& neighbours) {
  std::vector<std::vector<size_t>> out;
  std::vector<bool> seen(neighbours.size());
  for (size_t i = 0; i < neighbours.size(); ++i) {
    if (seen[i]) continue;
    std::vector<double> reach = distances(i, neighbours);
    out.push_back({});
    for (size_t j = i; j < neighbours.size(); ++j)
      if (j == i || reach[j] > 0) out.back().push_back(j), seen[j] = true;
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return out;
}

// A small fixed disturbance, so that nodes which mirror each other do not fall on one line.
double disturbance(size_t i) {
  uint64_t z = (i + 1) * 0x9E3779B97F4A7C15ull;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
  return double((z ^ z >> 27) >> 40) / double(1 << 24) * 0.2;
}

void settle(const std::vector<size_t>& members, const std::vector<std::vector<double>>& distance,
            std::vector<Point>& at) {
  size_t n = members.size();
  for (size_t i = 0; i < n; ++i) {
    double angle = 2 * M_PI * double(i) / double(n), radius = 1 + double(n) / 8 + disturbance(i);
    at[members[i]] = {radius * std::cos(angle), radius * std::sin(angle)};
  }
  for (int round = 0; round < rounds; ++round) {
    double moved = 0;
    for (size_t i : members) {
      double x = 0, y = 0, weights = 0;
      for (size_t j : members) {
        if (i == j) continue;
        double d = distance[i][j], weight = 1 / (d * d);
        double dx = at[i].x - at[j].x, dy = at[i].y - at[j].y, length = std::max(std::hypot(dx, dy), 1e-6);
        x += weight * (at[j].x + d * dx / length);
        y += weight * (at[j].y + d * dy / length);
        weights += weight;
      }
      if (weights == 0) continue;
      moved = std::max(moved, std::hypot(x / weights - at[i].x, y / weights - at[i].y));
      at[i] = {x / weights, y / weights};
    }
    if (moved < 1e-4) break;
  }
}

struct Box {
  double width = 0, height = 0;
};

// Moves a component to the origin, wide rather than high, scaled to the frame; returns its extent.
Box place(const std::vector<size_t>& members, double width, double box_width, double box_height,
          std::vector<Point>& at) {
  auto extent = [&](double Point::*axis) {
    double low = 1e300, high = -1e300;
    for (size_t i : members) low = std::min(low, at[i].*axis), high = std::max(high, at[i].*axis);
    return std::pair(low, high);
  };
  auto [left, right] = extent(&Point::x);
  auto [top, bottom] = extent(&Point::y);
  if (bottom - top > right - left) {
    for (size_t i : members) std::swap(at[i].x, at[i].y);
    std::swap(left, top), std::swap(right, bottom);
  }
  double scale = spacing * box_width;
  double across = std::min(scale, right > left ? (width - box_width) / (right - left) : scale);
  double down = std::max(across * 0.75, std::min(scale * 0.8, across * 1.5));
  for (size_t i : members) at[i] = {(at[i].x - left) * across + box_width / 2, (at[i].y - top) * down + box_height / 2};
  return {(right - left) * across + box_width, (bottom - top) * down + box_height};
}

bool overlap(const Point& a, const Point& b, double box_width, double box_height) {
  return std::abs(a.x - b.x) < box_width - 0.01 && std::abs(a.y - b.y) < box_height - 0.01;
}

// Half the overlap each, along the axis where less is missing: keeps the picture, but need not come to an end.
void push_apart(std::vector<Point>& at, double width, double box_width, double box_height) {
  for (int round = 0; round < 100; ++round) {
    bool clean = true;
    for (size_t i = 0; i < at.size(); ++i)
      for (size_t j = i + 1; j < at.size(); ++j) {
        if (!overlap(at[i], at[j], box_width, box_height)) continue;
        clean = false;
        double dx = at[j].x - at[i].x, dy = at[j].y - at[i].y;
        double over_x = box_width - std::abs(dx), over_y = box_height - std::abs(dy);
        bool sideways = over_x / box_width < over_y / box_height;
        double Point::*axis = sideways ? &Point::x : &Point::y;
        double sign = (sideways ? dx : dy) < 0 ? -1 : 1, half = (sideways ? over_x : over_y) / 2 + 0.01;
        at[i].*axis -= sign * half;
        at[j].*axis += sign * half;
      }
    for (Point& it : at) it.x = std::clamp(it.x, box_width / 2, width - box_width / 2);
    if (clean) return;
  }
}

// From the top down, each box goes down past those it still overlaps: always comes to an end.
void drop_apart(std::vector<Point>& at, double box_width, double box_height) {
  std::vector<size_t> order(at.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return at[a].y < at[b].y; });
  for (size_t i = 0; i < order.size(); ++i) {
    Point& it = at[order[i]];
    for (bool moved = true; moved;) {
      moved = false;
      for (size_t j = 0; j < i; ++j)
        if (overlap(it, at[order[j]], box_width, box_height)) it.y = at[order[j]].y + box_height, moved = true;
    }
  }
}

}  // namespace

std::vector<Point> layout(size_t nodes, const std::vector<Edge>& edges, double width, double box_width,
                          double box_height) {
  auto neighbours = neighbours_of(nodes, edges);
  std::vector<std::vector<double>> distance;
  for (size_t i = 0; i < nodes; ++i) distance.push_back(distances(i, neighbours));
  std::vector<Point> at(nodes);
  double x = 0, y = 0, row = 0;
  for (const auto& members : components(neighbours)) {
    settle(members, distance, at);
    Box box = place(members, width, box_width, box_height, at);
    if (x > 0 && x + box.width > width) x = 0, y += row + box_height / 2, row = 0;
    for (size_t i : members) at[i].x += x, at[i].y += y;
    x += box.width + box_width / 3;
    row = std::max(row, box.height);
  }
  push_apart(at, width, box_width, box_height);
  drop_apart(at, box_width, box_height);
  double top = 1e300;
  for (const Point& it : at) top = std::min(top, it.y);
  for (Point& it : at) it.y += box_height / 2 - top;
  return at;
}

}  // namespace weft::report
