#include "link/explain.h"

#include <algorithm>

namespace weft::link {
namespace {

constexpr uint64_t many_files = 20;  // fewer in common may be chance even where they are all there is
constexpr size_t many_selectors = 10;

// Half of the smaller exhibit's files on the other one: no set of documents is passed on like that.
bool looks_like_a_copy(const Case& input, const Pair& pair) {
  const Kind* file = find_kind("file_sha256");
  size_t at = size_t(file - kinds().data());
  uint64_t common = 0;
  for (const Bundle& bundle : pair.bundles)
    for (uint32_t member : bundle.members) common += input.selectors[member].kind == file;
  uint64_t smaller = std::min(input.amounts[pair.a][at], input.amounts[pair.b][at]);
  return common >= many_files && common * 2 >= smaller;
}

}  // namespace

std::string innocent_explanation(const Case& input, const Pair& pair, bool identical_images) {
  if (identical_images) return "the two images are identical: one item imaged twice, or a clone";
  if (pair.one_source || looks_like_a_copy(input, pair))
    return "one may be a clone or backup of the other, or both stem from one installation";
  if (pair.bundles.empty()) return "";
  const Bundle& first = pair.bundles.front();
  size_t texts = 0;
  for (uint32_t member : first.members) texts += input.selectors[member].kind->name != "file_sha256";
  if (texts >= many_selectors)
    return "a directory, newsletter or public document with many entries may have reached both";
  if (first.same_content) return std::string(find_kind("file_sha256")->innocent);
  return std::string(first.kind->innocent);
}

}  // namespace weft::link
