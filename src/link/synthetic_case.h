// A made-up case whose truth is known, for tests and benchmarks: exhibits of unequal size, planted links, and innocent
// coincidences beside them. The same seed gives the same case on every machine (no std distributions, which differ).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "link/pairs.h"

namespace weft::link::synthetic {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {  // splitmix64
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t bound) { return next() % bound; }
  double unit() { return double(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

using PairOf = std::pair<uint32_t, uint32_t>;

struct Scene {
  size_t exhibits = 0;
  // kind, value -> exhibit -> containers
  std::map<std::pair<std::string, std::string>, std::map<uint32_t, std::set<uint32_t>>> holdings;
  std::map<PairOf, size_t> planted;  // and how many private selectors they share
  std::map<PairOf, std::string> decoys;
  uint32_t next_container = 1;

  uint32_t container() { return next_container++; }
  void put(uint32_t exhibit, const std::string& kind, const std::string& value, uint32_t container) {
    holdings[{kind, value}][exhibit].insert(container);
  }
};

inline PairOf ordered(uint32_t a, uint32_t b) {
  return {std::min(a, b), std::max(a, b)};
}

// A pair that is neither planted nor a decoy yet.
inline PairOf fresh_pair(Scene& scene, Random& random, uint32_t from, uint32_t to) {
  for (;;) {
    uint32_t a = from + uint32_t(random.below(to - from)), b = from + uint32_t(random.below(to - from));
    if (a != b && !scene.planted.count(ordered(a, b)) && !scene.decoys.count(ordered(a, b))) return ordered(a, b);
  }
}

inline void add_everyday(Scene& scene, Random& random) {
  for (uint32_t exhibit = 0; exhibit < scene.exhibits; ++exhibit) {
    // Sizes over a factor of about 30; the last two are large.
    double size = 60 * std::exp(2.0 * random.unit()) * (exhibit + 2 >= scene.exhibits ? 6 : 1);
    for (size_t i = 0; i < size_t(size); ++i) {
      std::string own = "p" + std::to_string(random.next()) + "@private" + std::to_string(exhibit) + ".net";
      scene.put(exhibit, "email", own, scene.container());
      // Public addresses by popularity: a few are everywhere, most are rare.
      auto rank = uint64_t(std::pow(20000.0, random.unit()));
      scene.put(exhibit, "email", "info@public" + std::to_string(rank) + ".net", scene.container());
    }
    for (int i = 0; i < 50; ++i)
      scene.put(exhibit, "file_sha256", "os-file-" + std::to_string(i), 0x40000000 + uint32_t(i));
    scene.put(exhibit, "message_id", "newsletter-1@list.net", scene.container());
  }
}

inline void add_documents(Scene& scene, Random& random, size_t pairs) {
  for (size_t d = 0; d < pairs; ++d) {
    auto [a, b] = fresh_pair(scene, random, 8, uint32_t(scene.exhibits));
    scene.decoys[{a, b}] = "document";
    uint32_t content = scene.container();
    scene.put(a, "file_sha256", "document-" + std::to_string(d), content);
    scene.put(b, "file_sha256", "document-" + std::to_string(d), content);
    for (int i = 0; i < 30; ++i) {
      std::string value = "agent" + std::to_string(i) + "@vendor" + std::to_string(d) + ".net";
      scene.put(a, "email", value, content);
      scene.put(b, "email", value, content);
    }
  }
}

// Exhibits 0 to 5 were rolled out from one image.
inline void add_lot(Scene& scene) {
  for (uint32_t exhibit = 0; exhibit < 6; ++exhibit) {
    for (int i = 0; i < 100; ++i)
      scene.put(exhibit, "email", "staff" + std::to_string(i) + "@company.net", scene.container());
    for (uint32_t other = exhibit + 1; other < 6; ++other) scene.decoys[{exhibit, other}] = "lot";
  }
}

inline void add_planted(Scene& scene, Random& random, size_t each) {
  for (size_t strength : {1, 3, 10})
    for (size_t n = 0; n < each; ++n) {
      auto [a, b] = fresh_pair(scene, random, 8, uint32_t(scene.exhibits) - 2);
      scene.planted[{a, b}] = strength;
      for (size_t i = 0; i < strength; ++i) {
        std::string value = "friend" + std::to_string(random.next()) + "@private.net";
        scene.put(a, "email", value, scene.container());
        scene.put(b, "email", value, scene.container());
      }
    }
}

inline Scene scene(uint64_t seed, size_t exhibits = 40) {
  Random random(seed);
  Scene out;
  out.exhibits = exhibits;
  add_everyday(out, random);
  add_lot(out);
  out.decoys[{uint32_t(exhibits) - 2, uint32_t(exhibits) - 1}] = "large";
  add_documents(out, random, 10);
  add_planted(out, random, 5);
  return out;
}

inline Case case_of(const Scene& scene) {
  Case out;
  for (size_t i = 0; i < scene.exhibits; ++i) {
    out.exhibits.push_back("exhibit" + std::to_string(1000 + i));
    out.source.push_back(uint32_t(i));
    out.party.push_back(uint32_t(i));
    out.holder.push_back(uint32_t(i));
  }
  out.amounts.assign(scene.exhibits, Amounts(kinds().size()));
  out.file_selectors.assign(1, 0);
  out.folder_files.assign(1, 0);
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> files;  // exhibit and container: a file there
  auto place = [&](uint32_t exhibit, uint32_t container) {
    Place at;
    at.container = container;
    at.file = files.try_emplace({exhibit, container}, uint32_t(files.size() + 1)).first->second;
    at.twin = uint64_t(exhibit) << 32 | container;
    if (at.file == out.file_selectors.size()) out.file_selectors.push_back(0);
    ++out.file_selectors[at.file];
    return at;
  };
  for (const auto& [key, holders] : scene.holdings) {
    const Kind* kind = find_kind(key.first);
    for (const auto& [exhibit, containers] : holders) ++out.amounts[exhibit][size_t(kind - kinds().data())];
    if (holders.size() < 2 || holders.size() > hub_limit(scene.exhibits)) continue;
    Selector selector;
    selector.kind = kind, selector.value = key.second, selector.exhibits = holders.size();
    selector.first_posting = uint32_t(out.postings.size()), selector.postings = uint32_t(holders.size());
    for (const auto& [exhibit, containers] : holders) {
      out.postings.push_back({exhibit, uint32_t(out.places.size()), uint32_t(containers.size())});
      for (uint32_t container : containers) out.places.push_back(place(exhibit, container));
    }
    out.selectors.push_back(selector);
  }
  out.own_amounts = out.amounts;
  return out;
}

}  // namespace weft::link::synthetic
