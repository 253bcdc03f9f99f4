// Leiden's method without its randomness, on the constant Potts model.
//
// Two groups are one cluster when the weight of the links between them is more than `resolution` for each pair of
// exhibits they make. This measure (Traag, Van Dooren and Nesterov 2011) is local: whether exhibits belong together
// depends on the links among and around them only. Modularity, which compares with the weight of the whole graph, was
// tried first: a weak link at one end of a case re-cut clusters at the other end, and a group alone in its case was
// cut for no reason.
//
// The search follows Traag, Waltman and van Eck, "From Louvain to Leiden" (2019), which mends Blondel et al. (2008):
// move nodes until none gains; refine each community, so that only parts that hang together stay in one; make a node of
// each part, and begin again. Louvain without the middle step may leave communities that are not even connected. Where
// the original draws lots, this goes in order of label and takes the best, the first of equals: the same links give the
// same clusters.
//
// Density is the wrong measure for one thing that is common here: an exhibit with many partners that do not know each
// other. So an exhibit with one link only goes where its partner goes, and one that would be left alone goes to the
// cluster it is linked to most.
#include "link/cluster.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace weft::link {
namespace {

// A link of middling weight (3) for one pair in ten. So a single link, of 6 at most, joins no two groups of five.
constexpr double resolution = 0.3;
constexpr double gain_that_counts = 1e-9;  // less is the noise of adding doubles in another order
constexpr double least_weight = 0.1;       // a stated link holds, whatever its number
constexpr size_t least_for_hub = 4;        // exhibits; in a group of three, two links are nothing special
constexpr double hub_over_mean = 1.5;      // times the links that its cluster has on average

using Partition = std::vector<uint32_t>;  // community of each node

struct Graph {
  struct Edge {
    uint32_t to = 0;
    double weight = 0;
  };
  std::vector<std::vector<Edge>> edges;  // both ways, ascending by node; no loops
  std::vector<double> exhibits;          // that a node stands for

  size_t size() const { return edges.size(); }
};

// Numbers communities from 0 in order of their first node; returns how many.
uint32_t renumber(Partition& partition) {
  std::map<uint32_t, uint32_t> numbers;
  for (uint32_t& community : partition)
    community = numbers.try_emplace(community, uint32_t(numbers.size())).first->second;
  return uint32_t(numbers.size());
}

// Moves nodes to where it gains most, until none moves. True when any did.
bool move_nodes(const Graph& graph, Partition& partition) {
  std::vector<double> exhibits(graph.size());
  for (uint32_t v = 0; v < graph.size(); ++v) exhibits[partition[v]] += graph.exhibits[v];
  bool any = false;
  // Each move gains, so this ends by itself; the bound is for the case that rounding makes two moves undo each other.
  for (size_t round = 0, moved = 1; moved > 0 && round < 1000; ++round) {
    moved = 0;
    for (uint32_t v = 0; v < graph.size(); ++v) {
      uint32_t home = partition[v], best = home;
      exhibits[home] -= graph.exhibits[v];
      std::map<uint32_t, double> near;
      near[home] = 0;
      for (const Graph::Edge& edge : graph.edges[v]) near[partition[edge.to]] += edge.weight;
      auto gain = [&](uint32_t c) { return near[c] - resolution * graph.exhibits[v] * exhibits[c]; };
      double best_gain = gain(home);
      for (const auto& [community, weight] : near)
        if (double g = gain(community); g > best_gain + gain_that_counts) best = community, best_gain = g;
      partition[v] = best;
      exhibits[best] += graph.exhibits[v];
      moved += best != home;
    }
    any |= moved > 0;
  }
  return any;
}

// Splits each community into parts that hang together well: every node begins alone, and a node that is alone joins
// the part of its community that gains most, if both it and that part are well connected to the rest of the community.
Partition refine(const Graph& graph, const Partition& coarse) {
  std::vector<double> community(graph.size()), part = graph.exhibits, cut(graph.size());
  std::vector<uint32_t> nodes(graph.size(), 1);
  Partition out(graph.size());
  std::iota(out.begin(), out.end(), 0u);
  for (uint32_t v = 0; v < graph.size(); ++v) {
    community[coarse[v]] += graph.exhibits[v];
    for (const Graph::Edge& edge : graph.edges[v])
      if (coarse[edge.to] == coarse[v]) cut[v] += edge.weight;  // to the rest of the community
  }
  auto well_connected = [&](uint32_t p, uint32_t in) {
    return cut[p] >= resolution * part[p] * (community[in] - part[p]) - gain_that_counts;
  };
  for (uint32_t v = 0; v < graph.size(); ++v) {
    if (out[v] != v || nodes[v] != 1 || !well_connected(v, coarse[v])) continue;
    uint32_t best = v;
    double best_gain = 0, best_weight = 0;
    std::map<uint32_t, double> near;
    for (const Graph::Edge& edge : graph.edges[v])
      if (coarse[edge.to] == coarse[v]) near[out[edge.to]] += edge.weight;
    for (const auto& [p, weight] : near) {
      double gain = weight - resolution * graph.exhibits[v] * part[p];
      if (gain > best_gain + gain_that_counts && well_connected(p, coarse[v]))
        best = p, best_gain = gain, best_weight = weight;
    }
    if (best == v) continue;
    out[v] = best;
    --nodes[v], ++nodes[best];
    cut[best] += cut[v] - 2 * best_weight;
    part[best] += part[v];
  }
  return out;
}

// A node of each community.
Graph aggregate(const Graph& graph, const Partition& partition, uint32_t count) {
  std::vector<std::map<uint32_t, double>> sums(count);
  Graph out;
  out.exhibits.resize(count);
  for (uint32_t v = 0; v < graph.size(); ++v) {
    uint32_t from = partition[v];
    out.exhibits[from] += graph.exhibits[v];
    for (const Graph::Edge& edge : graph.edges[v])
      if (uint32_t to = partition[edge.to]; to != from) sums[from][to] += edge.weight;
  }
  for (const auto& sum : sums) {
    out.edges.emplace_back();
    for (const auto& [to, weight] : sum) out.edges.back().push_back({to, weight});
  }
  return out;
}

Partition leiden(const Graph& graph) {
  Partition of_node(graph.size());  // which node of the current, aggregated graph each first node is in
  std::iota(of_node.begin(), of_node.end(), 0u);
  Partition partition = of_node;
  Graph current = graph;
  for (;;) {
    bool moved = move_nodes(current, partition);
    uint32_t communities = renumber(partition);
    if (!moved || communities == current.size()) break;
    Partition fine = refine(current, partition);
    uint32_t parts = renumber(fine);
    if (parts == current.size()) break;  // nothing hangs together any better
    Partition next(parts);
    for (uint32_t v = 0; v < current.size(); ++v) next[fine[v]] = partition[v];
    current = aggregate(current, fine, parts);
    for (uint32_t& v : of_node) v = fine[v];
    partition = std::move(next);
  }
  Partition out(graph.size());
  for (uint32_t v = 0; v < graph.size(); ++v) out[v] = partition[of_node[v]];
  return out;
}

struct Stated {
  uint32_t a = 0, b = 0;
  double weight = 0, log10_lr = 0;
};

// An exhibit with one link only is with its partner; of two that have each other only, the second is with the first.
Partition with_partner(const Graph& graph) {
  Partition out(graph.size());
  for (uint32_t v = 0; v < graph.size(); ++v) {
    uint32_t partner = graph.edges[v].size() == 1 ? graph.edges[v][0].to : v;
    bool mutual = graph.edges[partner].size() == 1;
    out[v] = mutual ? std::min(v, partner) : partner;
  }
  return out;
}

// Who is alone goes to the cluster it is linked to most. That one is not alone: two single ones that are linked would
// have gained by joining.
void take_in_single_ones(const Graph& graph, Partition& partition) {
  std::map<uint32_t, uint32_t> size;
  for (uint32_t community : partition) ++size[community];
  Partition before = partition;
  for (uint32_t v = 0; v < graph.size(); ++v) {
    if (size[before[v]] > 1) continue;
    std::map<uint32_t, double> near;
    for (const Graph::Edge& edge : graph.edges[v]) near[before[edge.to]] += edge.weight;
    double most = 0;
    for (const auto& [community, weight] : near)
      if (weight > most + gain_that_counts) partition[v] = community, most = weight;
  }
}

// The cluster of each exhibit, numbered from 0: the largest first, then by first label.
Partition clusters_of(size_t exhibits, const std::vector<Stated>& links) {
  Graph graph;
  graph.edges.resize(exhibits), graph.exhibits.assign(exhibits, 1);
  for (const Stated& link : links)
    graph.edges[link.a].push_back({link.b, link.weight}), graph.edges[link.b].push_back({link.a, link.weight});
  for (auto& list : graph.edges)
    std::sort(list.begin(), list.end(), [](const auto& x, const auto& y) { return x.to < y.to; });

  Partition partner = with_partner(graph);
  uint32_t nodes = renumber(partner);
  Partition found = leiden(aggregate(graph, partner, nodes)), out(exhibits);
  for (uint32_t v = 0; v < exhibits; ++v) out[v] = found[partner[v]];
  take_in_single_ones(graph, out);

  std::vector<std::vector<uint32_t>> members(renumber(out));
  for (uint32_t v = 0; v < exhibits; ++v) members[out[v]].push_back(v);
  std::sort(members.begin(), members.end(), [](const auto& x, const auto& y) {
    return x.size() != y.size() ? x.size() > y.size() : x.front() < y.front();
  });
  for (uint32_t c = 0; c < members.size(); ++c)
    for (uint32_t v : members[c]) out[v] = c;
  return out;
}

// Exhibits that are an end of every link between two clusters: without them, nothing joins the two directly.
std::set<uint32_t> bridges(const std::vector<Stated>& links, const Partition& community) {
  std::map<std::pair<uint32_t, uint32_t>, std::set<uint32_t>> common;  // by two clusters
  for (const Stated& link : links) {
    uint32_t x = community[link.a], y = community[link.b];
    if (x == y) continue;
    auto [it, fresh] = common.try_emplace({std::min(x, y), std::max(x, y)}, std::set<uint32_t>{link.a, link.b});
    if (!fresh) std::erase_if(it->second, [&](uint32_t v) { return v != link.a && v != link.b; });
  }
  std::set<uint32_t> out;
  for (const auto& [two, ends] : common) out.insert(ends.begin(), ends.end());
  return out;
}

void add_roles(std::vector<ClusterRow>& rows, const std::vector<Stated>& stated, const Partition& community) {
  std::vector<uint64_t> size(rows.size()), inside(rows.size());  // by cluster
  for (uint32_t v = 0; v < rows.size(); ++v) ++size[community[v]];
  for (const Stated& link : stated) inside[community[link.a]] += community[link.a] == community[link.b];
  std::set<uint32_t> joining = bridges(stated, community);
  for (uint32_t v = 0; v < rows.size(); ++v) {
    uint64_t n = size[community[v]];
    double mean = 2 * double(inside[community[v]]) / double(n);
    bool hub = n >= least_for_hub && rows[v].links * 2 > n - 1 && double(rows[v].links) >= hub_over_mean * mean;
    rows[v].role = joining.count(v) ? "bridge" : hub ? "hub" : "member";
  }
}

}  // namespace

std::vector<ClusterRow> clusters(const std::vector<LinkRow>& links) {
  std::map<std::string, uint32_t> number;
  for (const LinkRow& row : links)
    if (row.statement == "supported") number[row.exhibit_a], number[row.exhibit_b];
  std::vector<ClusterRow> rows(number.size());
  uint32_t next = 0;
  for (auto& [label, n] : number) rows[n = next++].exhibit = label;
  std::vector<Stated> stated;
  for (const LinkRow& row : links) {
    if (row.statement != "supported" || row.exhibit_a == row.exhibit_b) continue;
    double lr = row.log10_lr.value_or(0);
    stated.push_back({number[row.exhibit_a], number[row.exhibit_b], std::max(lr, least_weight), lr});
  }
  // Sums of doubles hang on their order; the caller's is by weight, which a new link may change.
  std::sort(stated.begin(), stated.end(),
            [](const Stated& x, const Stated& y) { return std::tie(x.a, x.b) < std::tie(y.a, y.b); });

  Partition community = clusters_of(rows.size(), stated);
  for (uint32_t v = 0; v < rows.size(); ++v) rows[v].cluster = community[v] + 1;
  for (const Stated& link : stated) {
    bool inside = community[link.a] == community[link.b];
    for (uint32_t v : {link.a, link.b}) {
      ++(inside ? rows[v].links : rows[v].links_outside);
      if (inside) rows[v].weight += link.log10_lr;
    }
  }
  add_roles(rows, stated, community);
  std::sort(rows.begin(), rows.end(), [](const ClusterRow& x, const ClusterRow& y) {
    return std::tie(x.cluster, x.exhibit) < std::tie(y.cluster, y.exhibit);
  });
  return rows;
}

}  // namespace weft::link
