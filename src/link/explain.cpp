#include "link/explain.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

#include "model/text_signature.h"

namespace weft::link {
namespace {

constexpr uint64_t many_files = 20;  // fewer in common may be chance even where they are all there is
constexpr size_t many_selectors = 10;

// Half of the smaller exhibit's files on the other one: no set of documents is passed on like that.
bool looks_like_a_copy(const Case& input, const Pair& pair) {
  const Kind* file = find_kind("file_sha256");
  size_t at = size_t(file - kinds().data());
  uint64_t smaller = std::min(input.amounts[pair.a][at], input.amounts[pair.b][at]);
  return pair.files >= many_files && pair.files * 2 >= smaller;
}

const Posting* posting(const Case& input, uint32_t selector, uint32_t exhibit) {
  const Selector& of = input.selectors[selector];
  for (const Posting& one : input.postings.items().subspan(of.first_posting, of.postings))
    if (one.exhibit == exhibit) return &one;
  return nullptr;
}

// Whether an exhibit holds most of what weighs in no file or in deleted ones only.
bool left_from_before(const Case& input, const Pair& pair, uint32_t exhibit) {
  double all = 0, remnants = 0;
  for (const Bundle& bundle : pair.bundles) {
    all += bundle.weight.mid;
    const bool lasts = std::any_of(bundle.members.begin(), bundle.members.end(), [&](uint32_t member) {
      const Posting* at = posting(input, member, exhibit);
      if (!at) return false;
      auto places = input.places.items().subspan(at->first_place, at->places);
      return std::any_of(places.begin(), places.end(), [](const Place& place) { return !place.remnant; });
    });
    if (!lasts) remnants += bundle.weight.mid;
  }
  return remnants * 2 > all;
}

std::string from_before(const Case& input, const Pair& pair) {
  const bool on_a = left_from_before(input, pair, pair.a), on_b = left_from_before(input, pair, pair.b);
  if (!on_a && !on_b) return "";
  const std::string& a = input.exhibits[pair.a];
  const std::string& b = input.exhibits[pair.b];
  return fmt::format(
      "what {} of this lies in no file or in deleted ones: it may be from an earlier owner of the medium, or from "
      "before it was set up anew",
      on_a && on_b ? "both hold" : (on_a ? a : b) + " holds");
}

// The first account of one of the two, among what the bundle holds and not that of the other.
std::string account_of_one(const Case& input, const Pair& pair, const Bundle& bundle) {
  auto is_first = [&](uint32_t member, uint32_t exhibit) {
    const Posting* at = posting(input, member, exhibit);
    return at && at->standing >= Standing::first;
  };
  for (uint32_t member : bundle.members) {
    const bool of_a = is_first(member, pair.a), of_b = is_first(member, pair.b);
    if (of_a == of_b) continue;
    return fmt::format(
        "the account that {} turns around may have come to {} through a third party: a letter to many, a list, an "
        "address book",
        input.exhibits[of_a ? pair.a : pair.b], input.exhibits[of_a ? pair.b : pair.a]);
  }
  return "";
}

// The exhibit, neither of the two, whose first account the address is.
const std::string* turns_around(const Case& input, const Pair& pair, uint32_t selector) {
  const Selector& address = input.selectors[selector];
  for (const Posting& posting : input.postings.items().subspan(address.first_posting, address.postings))
    if (posting.standing >= Standing::first)
      return posting.exhibit == pair.a || posting.exhibit == pair.b ? nullptr : &input.exhibits[posting.exhibit];
  return nullptr;
}

}  // namespace

std::string innocent_explanation(const Case& input, const Pair& pair, bool identical_images) {
  if (identical_images) return "the two images are identical: one item imaged twice, or a clone";
  if (pair.one_source || looks_like_a_copy(input, pair))
    return "one may be a clone or backup of the other, or both stem from one installation";
  if (pair.bundles.empty()) return "";
  const Bundle& first = pair.bundles.front();
  if (std::string before = from_before(input, pair); !before.empty()) return before;
  if (first.kind->name == "owner") return std::string(first.kind->innocent);  // whatever it stands in
  if (pair.first_texts >= many_selectors)
    return "a directory, newsletter or public document with many entries may have reached both";
  const bool in_letters = std::any_of(first.members.begin(), first.members.end(), [&](uint32_t member) {
    return input.selectors[member].kind->name == "message_id";
  });
  if (first.same_content && !in_letters) return std::string(find_kind("file_sha256")->innocent);
  if (std::string known = account_of_one(input, pair, first); !known.empty()) return known;
  if (first.same_content) return std::string(find_kind("message_id")->innocent);
  if (first.kind->name == "email" && !first.members.empty())
    if (const std::string* third = turns_around(input, pair, first.members.front()))
      return fmt::format("both may have had to do with the account that {} turns around, and not with each other",
                         *third);
  return std::string(first.kind->innocent);
}

// A signature is equal with probability s^5 at most, so k of 8 are by the binomial law; the s that leaves 5 % for k or
// more (Clopper and Pearson's lower bound). The numbers in a text only lower that probability, so the bound holds.
double least_in_common(size_t equal_signatures) {
  const size_t equal = std::min(equal_signatures, text_signatures);
  if (equal == 0) return 0;
  const auto so_many_or_more = [&](double p) {
    double sum = 0, ways = 1;
    for (size_t k = 0; k <= text_signatures; ++k) {
      if (k >= equal) sum += ways * std::pow(p, double(k)) * std::pow(1 - p, double(text_signatures - k));
      ways = ways * double(text_signatures - k) / double(k + 1);
    }
    return sum;
  };
  double low = 0, high = 1;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (so_many_or_more(middle) < 0.05 ? low : high) = middle;
  }
  return std::pow(low, 1 / double(groups_in_signature));
}

std::string likeness(std::span<const EvidenceRow> bundle) {
  std::map<std::pair<std::string, std::string>, size_t> equal;  // by files
  for (const EvidenceRow& row : bundle)
    if (row.kind == document_text) ++equal[{row.file_a, row.file_b}];
  size_t most = 0;
  for (const auto& [files, count] : equal) most = std::max(most, count);
  if (most == 0) return "";
  return fmt::format(
      "{} of {} signatures of the text are equal: texts with less than {:.0f} % of their groups of {} words in common "
      "have so many equal in one case of twenty at most",
      std::min(most, text_signatures), text_signatures, std::floor(100 * least_in_common(most)), words_in_group);
}

}  // namespace weft::link
