#include "evaluate/truth.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace weft::evaluate {
namespace {

using Json = nlohmann::json;

void read_pairs(const Json& json, Truth& out) {
  for (const Json& one : json.at("pairs")) {
    TruePair& pair = out.pairs[pair_of(one.at("a"), one.at("b"))];
    pair.strength = one.value("strength", uint64_t(1));
    pair.planted = one.value("planted", uint64_t(0));
    pair.links = one.value("links", std::set<std::string>());
  }
  for (const Json& one : json.value("acquainted", Json::array()))
    if (PairOf pair = pair_of(one.at("a"), one.at("b")); out.pairs.count(pair) == 0) out.acquainted.insert(pair);
  for (const Json& one : json.value("decoys", Json::array())) {
    std::set<PairOf>& pairs = out.decoys[one.at("class").get<std::string>()];
    for (const Json& pair : one.at("pairs")) pairs.insert(pair_of(pair.at(0), pair.at(1)));
  }
}

void read_items(const Json& json, Truth& out) {
  for (const Json& one : json.value("items", Json::array())) {
    Item item{one.at("reason"), one.at("kind"), one.at("value"), one.at("layer"), {}};
    for (const Json& place : one.at("places")) {
      PlantedPlace& to = item.places.emplace_back();
      to.exhibit = place.at("exhibit"), to.file = place.at("file"), to.layer = place.at("layer");
      if (place.contains("offset") && !place.at("offset").is_null()) to.offset = place.at("offset").get<uint64_t>();
    }
    out.items.push_back(std::move(item));
  }
}

}  // namespace

PairOf pair_of(std::string a, std::string b) {
  if (b < a) std::swap(a, b);
  return {std::move(a), std::move(b)};
}

Truth read_truth(const std::string& path) {
  Json json = Json::parse(read_file(path), nullptr, false);
  Truth out;
  try {
    for (const Json& one : json.at("exhibits")) {
      std::string label = one.at("label");
      out.exhibits.push_back(label);
      if (std::string owner = one.value("owner", ""); !owner.empty()) out.owner[label] = lower_ascii(owner);
    }
    std::sort(out.exhibits.begin(), out.exhibits.end());
    for (const Json& one : json.value("owners", Json::array()))
      for (const Json& address : one.value("addresses", Json::array()))
        out.addresses[lower_ascii(one.at("primary").get<std::string>())].insert(
            lower_ascii(address.get<std::string>()));
    read_pairs(json, out);
    read_items(json, out);
    out.groups = json.value("groups", out.groups);
    if (json.contains("noise")) {
      out.noise_files = json["noise"].value("sha256", out.noise_files);
      for (const Json& value : json["noise"].value("values", Json::array()))
        out.noise_values.insert(lower_ascii(value.get<std::string>()));
    }
  } catch (const Json::exception& error) {
    throw Error(std::string("not a truth file: ") + error.what(), path);
  }
  return out;
}

}  // namespace weft::evaluate
