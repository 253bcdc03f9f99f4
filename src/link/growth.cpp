#include "link/growth.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "link/kinds.h"

namespace weft::link {
namespace {

auto in_time(const DatedRow& row) {
  return std::tie(row.since, row.bundle, row.kind, row.value);
}

// Which exhibits hang together so far.
class Together {
 public:
  bool known(const std::string& exhibit) const { return parent_.count(exhibit) > 0; }
  uint64_t join(const std::string& a, const std::string& b) {
    std::string x = root(a), y = root(b);
    if (x == y) return size_[x];
    parent_[y] = x;
    return size_[x] += size_[y];
  }

 private:
  std::string root(std::string exhibit) {
    if (parent_.try_emplace(exhibit, exhibit).second) size_[exhibit] = 1;
    while (parent_[exhibit] != exhibit) exhibit = parent_[exhibit] = parent_[parent_[exhibit]];
    return exhibit;
  }
  std::map<std::string, std::string> parent_;
  std::map<std::string, uint64_t> size_;  // of roots
};

}  // namespace

std::vector<Step> growth(const std::vector<ClusterRow>& clusters, const std::vector<DatedRow>& dated) {
  std::map<std::string, uint64_t> cluster_of;
  for (const ClusterRow& row : clusters) cluster_of[row.exhibit] = row.cluster;
  std::map<std::pair<std::string, std::string>, const DatedRow*> first;
  for (const DatedRow& row : dated) {
    auto a = cluster_of.find(row.exhibit_a), b = cluster_of.find(row.exhibit_b);
    const Kind* kind = find_kind(row.kind);
    if (!row.since || !kind || !kind->alone || a == cluster_of.end() || b == cluster_of.end() || a->second != b->second)
      continue;
    const DatedRow*& earliest = first[{row.exhibit_a, row.exhibit_b}];
    if (!earliest || in_time(row) < in_time(*earliest)) earliest = &row;
  }
  std::vector<Step> steps;
  for (const auto& [pair, row] : first) steps.push_back({cluster_of[pair.first], *row, {}, 0});
  std::sort(steps.begin(), steps.end(), [](const Step& x, const Step& y) {
    return std::tie(x.cluster, x.dated.since, x.dated.exhibit_a, x.dated.exhibit_b) <
           std::tie(y.cluster, y.dated.since, y.dated.exhibit_a, y.dated.exhibit_b);
  });
  Together together;  // clusters share no exhibit
  for (Step& step : steps) {
    for (const std::string& exhibit : {step.dated.exhibit_a, step.dated.exhibit_b})
      if (!together.known(exhibit)) step.joins.push_back(exhibit);
    step.together = together.join(step.dated.exhibit_a, step.dated.exhibit_b);
  }
  return steps;
}

}  // namespace weft::link
