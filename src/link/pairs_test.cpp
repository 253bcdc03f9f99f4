// The ranking against a known truth, beside what others use. The numbers are printed, and the ones we promise asserted.
// The scene is noisy: exhibits share dozens of rare public addresses by chance, so that one private address alone
// cannot be told from them, and nobody should claim it can. Three mostly can, ten always.
#include "link/pairs.h"

#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>

#include "link/synthetic_case.h"

namespace weft::link {
namespace {

using synthetic::PairOf;
using synthetic::Scene;
using Scores = std::map<PairOf, double>;

// Average precision over all pairs; ties count as badly as they can.
double average_precision(const Scores& scores, const Scene& scene) {
  std::vector<std::tuple<double, bool>> order;
  for (uint32_t a = 0; a < scene.exhibits; ++a)
    for (uint32_t b = a + 1; b < scene.exhibits; ++b) {
      auto it = scores.find({a, b});
      order.emplace_back(it == scores.end() ? 0 : -it->second, scene.planted.count({a, b}) > 0);
    }
  std::sort(order.begin(), order.end());  // false before true at equal score
  double found = 0, sum = 0;
  for (size_t i = 0; i < order.size(); ++i)
    if (std::get<1>(order[i])) sum += ++found / double(i + 1);
  return sum / double(scene.planted.size());
}

Scores ours(const Case& input) {
  Scores out;
  for (const Pair& pair : score_pairs(input)) out[{pair.a, pair.b}] = pair.score.mid;
  return out;
}

Scores baseline(const Scene& scene, const std::function<double(size_t)>& weight) {
  Scores out;
  for (const auto& [key, holders] : scene.holdings)
    for (auto a = holders.begin(); a != holders.end(); ++a)
      for (auto b = std::next(a); b != holders.end(); ++b) out[{a->first, b->first}] += weight(holders.size());
  return out;
}

Scores cosine(const Scene& scene) {
  auto squared_idf = [&](size_t df) { return std::pow(std::log(double(scene.exhibits) / double(df)), 2); };
  std::vector<double> norm(scene.exhibits);
  for (const auto& [key, holders] : scene.holdings)
    for (const auto& [exhibit, places] : holders) norm[exhibit] += squared_idf(holders.size());
  Scores out = baseline(scene, squared_idf);
  for (auto& [pair, score] : out) score /= std::sqrt(norm[pair.first] * norm[pair.second]);
  return out;
}

TEST(Ranking, PlantedPairsStandAboveDecoys) {
  double sum_ours = 0, sum_count = 0, sum_df = 0, sum_cosine = 0;
  std::map<size_t, size_t> below, compared;  // by strength
  // The constants of score.cpp were chosen while looking at seeds 1 to 5; these were not looked at.
  constexpr uint64_t first_seed = 101, seeds = 10;
  for (uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    Scene scene = synthetic::scene(seed);
    Scores scores = ours(synthetic::case_of(scene));
    sum_ours += average_precision(scores, scene);
    sum_count += average_precision(baseline(scene, [](size_t) { return 1.0; }), scene);
    sum_df += average_precision(baseline(scene, [](size_t df) { return 1.0 / double(df); }), scene);
    sum_cosine += average_precision(cosine(scene), scene);
    for (const auto& [pair, strength] : scene.planted) {
      EXPECT_GT(scores[pair], 0) << "seed " << seed << ", strength " << strength;
      for (const auto& [decoy, what] : scene.decoys) {
        bool under = scores[pair] <= scores[decoy];
        below[strength] += under;
        ++compared[strength];
        if (strength == 10) {
          EXPECT_FALSE(under) << "seed " << seed << ": score " << scores[pair] << " against " << what << " "
                              << scores[decoy];
        }
      }
    }
  }
  fmt::print("average precision, mean of {} seeds: ours {:.3f}, count {:.3f}, 1/DF {:.3f}, TF-IDF cosine {:.3f}\n",
             seeds, sum_ours / seeds, sum_count / seeds, sum_df / seeds, sum_cosine / seeds);
  for (const auto& [strength, all] : compared)
    fmt::print("planted with {} shared, below a decoy: {} of {} comparisons\n", strength, below[strength], all);
  EXPECT_GT(sum_ours / seeds, 0.6);
  EXPECT_GT(sum_ours, 3 * std::max({sum_count, sum_df, sum_cosine}));
  EXPECT_LT(double(below[3]), 0.1 * double(compared[3]));
}

TEST(Ranking, BundleWeightsAddUpToTheScore) {
  Case input = synthetic::case_of(synthetic::scene(7));
  auto pairs = score_pairs(input);
  ASSERT_FALSE(pairs.empty());
  for (size_t i = 0; i < pairs.size(); ++i) {
    double sum = 0;
    for (const Bundle& bundle : pairs[i].bundles) sum += bundle.weight.mid;
    EXPECT_LE(pairs[i].score.low, pairs[i].score.mid);
    EXPECT_LE(pairs[i].score.mid, pairs[i].score.high);
    EXPECT_NEAR(sum, pairs[i].score.mid, 1e-9);
    if (i > 0) {
      EXPECT_LE(pairs[i].score.mid, pairs[i - 1].score.mid);
    }
  }
}

// What is on no other exhibit says less between two who belong to one circle.
TEST(Ranking, CircleBringsRareOnesToo) {
  Scene scene = synthetic::scene(7);
  auto it = std::find_if(scene.planted.begin(), scene.planted.end(), [](const auto& p) { return p.second == 3; });
  ASSERT_NE(it, scene.planted.end());
  auto rare = [&] {
    double sum = 0;
    for (const Pair& pair : score_pairs(synthetic::case_of(scene)))
      if (synthetic::PairOf(pair.a, pair.b) == it->first)
        for (const Bundle& bundle : pair.bundles)
          if (bundle.others == 0) sum += bundle.weight.mid;
    return sum;
  };
  double strangers = rare();
  for (int i = 0; i < 8; ++i) {
    std::string value = "member" + std::to_string(i) + "@circle.net";
    for (uint32_t exhibit : {it->first.first, it->first.second, 0u, 1u, 2u, 3u})
      scene.put(exhibit, "email", value, scene.container());
  }
  double one_circle = rare();
  EXPECT_GT(strangers, 0);
  EXPECT_LT(one_circle, 0.8 * strangers);
}

// The account that two exhibits turn around: worth more, the more clearly.
TEST(Ranking, AccountThatIsClearlyFirstOnBoth) {
  Scene scene = synthetic::scene(7);
  auto it = std::find_if(scene.planted.begin(), scene.planted.end(), [](const auto& p) { return p.second == 1; });
  ASSERT_NE(it, scene.planted.end());
  auto heaviest = [&](Standing standing) {
    Case input = synthetic::case_of(scene);
    for (const Selector& selector : input.selectors) {
      Posting* posting = &input.postings[selector.first_posting];
      if (selector.value.starts_with("friend") && selector.postings == 2 &&
          synthetic::PairOf(posting[0].exhibit, posting[1].exhibit) == it->first)
        posting[0].standing = posting[1].standing = standing;
    }
    for (uint32_t exhibit : {it->first.first, it->first.second})  // small ones, where chance is easily first
      input.own_amounts[exhibit][size_t(find_kind("email") - kinds().data())] = 20;
    for (const Pair& pair : score_pairs(input))
      if (synthetic::PairOf(pair.a, pair.b) == it->first) return pair.bundles[0].weight.mid;
    return 0.0;
  };
  EXPECT_GT(heaviest(Standing::first), heaviest(Standing::one_of_many));
  EXPECT_GT(heaviest(Standing::clearly_first), heaviest(Standing::first) + 0.05);
}

// That others share sticks, too, does not make this one a coincidence; of addresses it does.
TEST(Ranking, AStickIsOneOfItsKindWhateverOthersShare) {
  const auto weight = [](const std::string& kind, uint32_t other_pairs) {
    Scene scene = synthetic::scene(7);
    for (uint32_t i = 0; i <= other_pairs; ++i)
      for (uint32_t exhibit : {8 + 2 * i, 9 + 2 * i})
        scene.put(exhibit, kind, fmt::format("A87F92EF3060CD6E{:04}", i), scene.container());
    for (const Pair& pair : score_pairs(synthetic::case_of(scene)))
      if (pair.a == 8 && pair.b == 9)
        for (const Bundle& bundle : pair.bundles)
          if (bundle.kind->name == kind) return bundle.weight.mid;
    return 0.0;
  };
  EXPECT_DOUBLE_EQ(weight("usb_serial", 0), weight("usb_serial", 10));
  EXPECT_GT(weight("usb_serial", 10), 1.9);
  EXPECT_LT(weight("bitcoin", 10), 1);
}

// A shop wrote to both, or somebody whose own exhibit is in the case.
TEST(Ranking, LettersOfAShopAndOfAnOwner) {
  const auto weight = [](bool from_owner) {
    Scene scene;
    scene.exhibits = 40;
    for (uint32_t exhibit = 0; exhibit < 40; ++exhibit)
      for (int i = 0; i < 30; ++i)
        scene.put(exhibit, "email", fmt::format("p{}@private{}.net", i, exhibit), scene.container());
    for (uint32_t exhibit : {8u, 9u}) scene.put(exhibit, "email", "writer@private.net", scene.container());
    Case input = synthetic::case_of(scene);
    for (size_t i = 0; i < input.places.items().size(); ++i) {
      Place& place = input.places[i];
      place.sender = 1, place.from_owner = from_owner, place.setting = Setting::mail;
    }
    const std::vector<Pair> pairs = score_pairs(input);
    return pairs.size() == 1 ? pairs[0].score.mid : -1.0;
  };
  EXPECT_GT(weight(false), 0);
  EXPECT_GT(weight(true), 2 * weight(false));
}

TEST(Ranking, KeepsOfWhatIsSharedWhatIsShownAndSumsUpTheRest) {
  // One document of 300 addresses on two exhibits, and four accounts on two others.
  Scene scene;
  scene.exhibits = 44;
  const uint32_t document = scene.container();
  for (uint32_t i = 0; i < 300; ++i)
    for (uint32_t exhibit : {0u, 1u}) scene.put(exhibit, "email", fmt::format("a{}@list.net", i), document);
  for (uint32_t i = 0; i < 4; ++i)
    for (uint32_t exhibit : {2u, 3u}) scene.put(exhibit, "iban", fmt::format("friend{}", i), scene.container());
  const Case input = synthetic::case_of(scene);
  std::vector<uint8_t> used;
  const std::vector<Pair> pairs = score_pairs(input, {}, {}, &used);
  ASSERT_EQ(pairs.size(), 2u);
  for (const Pair& pair : pairs) {
    const bool is_document = pair.a == 0;
    EXPECT_EQ(pair.reasons, is_document ? 1u : 4u);
    EXPECT_EQ(pair.selectors, is_document ? 300u : 4u);
    EXPECT_EQ(pair.first_texts, is_document ? 300u : 1u);
    EXPECT_EQ(pair.files, 0u);
    EXPECT_EQ(pair.kinds.count(), 1u);
    size_t kept = 0;
    for (const Bundle& bundle : pair.bundles) kept += bundle.members.size();
    EXPECT_EQ(kept, is_document ? evidence_per_link : 4u);
  }
  EXPECT_EQ(std::count(used.begin(), used.end(), 1), 304) << "what is not shown is used all the same";
}

TEST(Ranking, IsTheSameWhateverTheThreadsAndTheMemory) {
  const Case input = synthetic::case_of(synthetic::scene(11));
  const std::vector<Pair> pairs = score_pairs(input);
  ASSERT_FALSE(pairs.empty());
  for (const Room& room : {Room{4, GiB, {}}, Room{1, 1, {}}, Room{3, 1, {}}}) {
    const std::vector<Pair> others = score_pairs(input, {}, room);
    ASSERT_EQ(others.size(), pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(std::tie(others[i].a, others[i].b, others[i].score.low, others[i].score.mid, others[i].score.high),
                std::tie(pairs[i].a, pairs[i].b, pairs[i].score.low, pairs[i].score.mid, pairs[i].score.high));
      ASSERT_EQ(others[i].bundles.size(), pairs[i].bundles.size());
      for (size_t b = 0; b < pairs[i].bundles.size(); ++b)
        EXPECT_EQ(others[i].bundles[b].members, pairs[i].bundles[b].members);
    }
  }
}

TEST(Ranking, DocumentIsOneBundle) {
  Scene scene = synthetic::scene(3);
  auto pairs = score_pairs(synthetic::case_of(scene));
  size_t seen = 0;
  for (const Pair& pair : pairs) {
    auto it = scene.decoys.find({pair.a, pair.b});
    if (it == scene.decoys.end() || it->second != "document") continue;
    auto big =
        std::find_if(pair.bundles.begin(), pair.bundles.end(), [](const Bundle& b) { return b.members.size() >= 31; });
    ASSERT_NE(big, pair.bundles.end());
    EXPECT_TRUE(big->same_content);
    ++seen;
  }
  EXPECT_GE(seen, 5u);
}

TEST(Ranking, TwoExhibitsAloneGetALead) {
  Scene scene;
  scene.exhibits = 2;
  scene.put(0, "email", "ann@private.net", 1);
  scene.put(1, "email", "ann@private.net", 2);
  auto pairs = score_pairs(synthetic::case_of(scene));
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_GT(pairs[0].score.mid, least_score);
}

TEST(Ranking, AThingAndItsCloneAreNoLot) {
  // Exhibits 0 and 1 are one medium and its clone; both share thirty private things with exhibit 2.
  Scene scene;
  scene.exhibits = 12;
  for (uint32_t i = 0; i < 30; ++i)
    for (uint32_t exhibit : {0u, 1u, 2u})
      scene.put(exhibit, "email", "friend" + std::to_string(i) + "@private.net", scene.container());
  Case input = synthetic::case_of(scene);
  auto reasons = [&] {
    for (const Pair& pair : score_pairs(input))
      if (pair.a == 0 && pair.b == 2) return pair.bundles.size();
    return size_t(0);
  };
  EXPECT_EQ(reasons(), 1u) << "three parties with so much in common are a roll-out";
  input.source[1] = input.source[0], input.party[1] = input.party[0], input.holder[1] = input.holder[0];
  EXPECT_EQ(reasons(), 30u);
}

TEST(Ranking, OneOfARollOutThatWasSetUpOtherwiseIsOfTheLot) {
  // Six machines of six people were set up from one image, which shows on five of them.
  Scene scene;
  scene.exhibits = 20;
  for (uint32_t i = 0; i < 10; ++i)
    for (uint32_t exhibit = 0; exhibit < 6; ++exhibit)
      scene.put(exhibit, "email", "staff" + std::to_string(i) + "@private.net", scene.container());
  Case input = synthetic::case_of(scene);
  for (uint32_t exhibit = 1; exhibit < 5; ++exhibit)
    input.source[exhibit] = input.source[0], input.party[exhibit] = input.party[0];
  for (const Pair& pair : score_pairs(input))
    if (pair.b == 5) {
      EXPECT_EQ(pair.bundles.size(), 1u);
    }
}

TEST(Ranking, WeakKindsMakeNoLink) {
  Scene scene;
  scene.exhibits = 10;
  for (int i = 0; i < 20; ++i) {
    scene.put(0, "domain", "site" + std::to_string(i) + ".net", scene.container());
    scene.put(1, "domain", "site" + std::to_string(i) + ".net", scene.container());
  }
  EXPECT_TRUE(score_pairs(synthetic::case_of(scene)).empty());
}

TEST(Hubs, LimitGrowsSlowly) {
  EXPECT_EQ(hub_limit(2), 3u);
  EXPECT_EQ(hub_limit(8), 4u);
  EXPECT_EQ(hub_limit(40), 10u);
  EXPECT_EQ(hub_limit(150), 15u);
  EXPECT_EQ(hub_limit(100000), 32u);
}

}  // namespace
}  // namespace weft::link
