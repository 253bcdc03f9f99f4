// The key of a background that is given none is made from the packs it is built from: random would make the same input
// give other bytes each time, and one key for all backgrounds would let one table of guesses serve for all of them. It
// lies in the file, so whoever has the file can try guesses anyway; who wants that ruled out holds a random key apart.
#include "link/background_build.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"
#include "link/gather.h"
#include "link/holders.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

namespace stdfs = std::filesystem;

// Source of each reference: those of one group together with those that linking finds to be of one image.
std::vector<uint32_t> sources_of(const std::vector<Reference>& references, const std::vector<uint32_t>& image) {
  std::vector<uint32_t> root(references.size());
  std::iota(root.begin(), root.end(), 0u);
  auto find = [&](uint32_t i) {
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
  };
  std::map<std::string, uint32_t> of_group;
  std::map<uint32_t, uint32_t> of_image;
  for (uint32_t i = 0; i < references.size(); ++i) {
    root[find(i)] = find(of_image.try_emplace(image[i], i).first->second);
    if (!references[i].group.empty()) root[find(i)] = find(of_group.try_emplace(references[i].group, i).first->second);
  }
  for (uint32_t i = 0; i < references.size(); ++i) root[i] = find(i);
  return root;
}

BackgroundKey key_of(const std::vector<Index>& indexes) {
  std::vector<std::string> packs;
  for (const Index& index : indexes) packs.emplace_back(index.pack());
  std::sort(packs.begin(), packs.end());
  std::string all;
  for (const std::string& pack : packs) all += pack + "\n";
  std::string digest = sha256_hex(as_bytes("weft background from\n" + all));
  BackgroundKey key;
  for (size_t i = 0; i < digest.size(); i += 2) key.push_back(uint8_t(std::stoul(digest.substr(i, 2), nullptr, 16)));
  return key;
}

void sort_and_add_up(std::vector<BackgroundEntry>& list, uint32_t most) {
  std::sort(list.begin(), list.end(), [](const auto& x, const auto& y) { return x.hash < y.hash; });
  size_t kept = 0;
  for (const BackgroundEntry& entry : list) {
    if (kept > 0 && list[kept - 1].hash == entry.hash)
      list[kept - 1].sources = std::min(most, list[kept - 1].sources + entry.sources);
    else
      list[kept++] = entry;
  }
  list.resize(kept);
}

BackgroundEntries count(const std::vector<Index>& indexes, const std::vector<uint32_t>& source, const ValueHash& hash,
                        uint32_t least) {
  const Merge merge(indexes);
  std::vector<std::vector<BackgroundEntry>> by_kind(kinds().size());
  std::vector<uint32_t> holding;
  merge.each([&](Holders holders) {
    const Kind& kind = kinds()[holders[0].entry->kind];
    if (kind.secret) return;
    holding.clear();
    for (const Holder& holder : holders) holding.push_back(source[holder.index]);
    std::sort(holding.begin(), holding.end());
    auto sources = uint32_t(std::unique(holding.begin(), holding.end()) - holding.begin());
    if (sources >= least) by_kind[holders[0].entry->kind].push_back({hash(kind.name, holders[0].value()), sources});
  });
  BackgroundEntries out;
  for (size_t k = 0; k < by_kind.size(); ++k)
    if (!by_kind[k].empty()) out[std::string(kinds()[k].name)] = std::move(by_kind[k]);
  return out;
}

}  // namespace

BackgroundHead build_background(const BackgroundOptions& options, const std::string& out) {
  if (options.references.empty()) throw Error("a background needs at least one extracted exhibit");
  std::string folder = options.temporary + "/background";
  stdfs::remove_all(folder);
  stdfs::create_directories(folder);
  std::vector<Source> packs;
  for (const Reference& one : options.references)
    packs.push_back(
        {one.pack, pack::info(one.pack).exhibit, {}, fmt::format("{}/{}.index", folder, packs.size()), one.scope});
  make_indexes(packs, options.temporary, options.limits, options.threads);
  std::vector<Index> indexes = open_indexes(packs);
  const Room room{options.threads, options.limits.memory, options.temporary};
  std::vector<uint32_t> source = sources_of(options.references, gather(packs, indexes, {}, room).input.source);

  BackgroundHead head;
  head.name = options.name, head.least = options.least;
  std::vector<uint32_t> different = source;
  std::sort(different.begin(), different.end());
  head.sources = uint32_t(std::unique(different.begin(), different.end()) - different.begin());
  BackgroundKey key = options.key ? *options.key : key_of(indexes);
  head.fingerprint = key_fingerprint(key);
  ValueHash hash(key);
  for (const Index& index : indexes) head.exhibits.push_back(hash("image", index.image()));
  std::sort(head.exhibits.begin(), head.exhibits.end());
  head.exhibits.erase(std::unique(head.exhibits.begin(), head.exhibits.end()), head.exhibits.end());
  if (!options.key_apart) head.key = key;
  BackgroundEntries entries = count(indexes, source, hash, options.least);
  for (auto& [kind, list] : entries) sort_and_add_up(list, head.sources);
  write_background(out, head, entries);
  indexes.clear();
  stdfs::remove_all(folder);
  return head;
}

BackgroundHead merge_backgrounds(const std::vector<std::string>& files, const std::string& name, uint32_t least,
                                 const std::string& out) {
  if (files.size() < 2) throw Error("merging takes two backgrounds or more");
  BackgroundHead head;
  BackgroundEntries entries;
  bool apart = false;
  for (const std::string& path : files) {
    BackgroundFile file(path);
    const BackgroundHead& one = file.head();
    if (one.least > 1)
      throw Error(
          fmt::format("values on fewer than {} sources were dropped from this background; merge the whole ones, "
                      "and drop afterwards with --least",
                      one.least),
          path);
    if (head.fingerprint.empty()) head.fingerprint = one.fingerprint;
    if (head.fingerprint != one.fingerprint)
      throw Error("this background has another key than " + files[0] +
                      ", so their hashes cannot be compared; build them with the same key (--key, or --same-key-as)",
                  path);
    apart |= one.key.empty();
    if (!one.key.empty()) head.key = one.key;
    head.sources += one.sources;
    head.exhibits.insert(head.exhibits.end(), one.exhibits.begin(), one.exhibits.end());
    for (const BackgroundFile::Kind& kind : file.kinds()) {
      auto& list = entries[kind.name];
      for (uint64_t i = 0; i < kind.selectors; ++i) list.push_back(file.entry(kind.first + i));
    }
  }
  std::sort(head.exhibits.begin(), head.exhibits.end());
  if (std::adjacent_find(head.exhibits.begin(), head.exhibits.end()) != head.exhibits.end())
    throw Error("one exhibit went into two of these backgrounds, and would count twice");
  if (apart) head.key.clear();
  head.name = name, head.least = least;
  for (auto& [kind, list] : entries) sort_and_add_up(list, head.sources);
  write_background(out, head, entries);
  return head;
}

}  // namespace weft::link
