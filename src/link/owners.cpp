// An account stands out when it weighs clearly more than the next (Garfinkel 2006 found the most common address about
// twice as frequent as any other on a drive of one user). A weak first place says nothing and makes no selector.
#include "link/owners.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace weft::link {
namespace {

constexpr double clearly = 1.5;      // times the runner-up
constexpr uint64_t least_times = 3;  // one signature is no owner

}  // namespace

void add_owner_selectors(Gathered& gathered) {
  const Kind* kind = find_kind("owner");
  size_t column = size_t(kind - kinds().data());
  std::map<std::string, std::vector<const Account*>> holders;
  const std::vector<Account>& accounts = gathered.accounts;
  for (size_t i = 0; i < accounts.size(); ++i) {
    if (i > 0 && accounts[i - 1].exhibit == accounts[i].exhibit) continue;
    bool runner_up = i + 1 < accounts.size() && accounts[i + 1].exhibit == accounts[i].exhibit;
    if (accounts[i].times < least_times || (runner_up && accounts[i].weight < clearly * accounts[i + 1].weight))
      continue;
    holders[accounts[i].value].push_back(&accounts[i]);
  }
  Case& to = gathered.input;
  for (Amounts& amounts : to.amounts) amounts[column] = 1;
  for (const auto& [value, list] : holders) {
    if (list.size() < 2 || list.size() > hub_limit(to.exhibits.size())) continue;
    Selector selector;
    selector.kind = kind, selector.value = value, selector.exhibits = list.size();
    std::vector<uint32_t> all;
    for (const Account* account : list) all.push_back(to.source[account->exhibit]);
    std::sort(all.begin(), all.end());
    selector.sources = uint64_t(std::unique(all.begin(), all.end()) - all.begin());
    selector.first_posting = uint32_t(to.postings.size()), selector.postings = uint32_t(list.size());
    for (const Account* account : list) to.postings.push_back({account->exhibit, uint32_t(to.places.size()), 0});
    gathered.hash.push_back(list[0]->hash);
    to.selectors.push_back(std::move(selector));
  }
  // The accounts themselves, where they are shared.
  std::unordered_map<uint64_t, uint32_t> shared;
  for (uint32_t i = 0; i < to.selectors.size(); ++i)
    if (to.selectors[i].kind->name == "email") shared.emplace(gathered.hash[i], i);
  to.owner.assign(to.exhibits.size(), no_selector);
  for (size_t i = accounts.size(); i-- > 0;)  // the heaviest of an exhibit is its first and wins
    if (auto it = shared.find(accounts[i].hash); it != shared.end())
      to.owner[accounts[i].exhibit] = it->second;
    else
      to.owner[accounts[i].exhibit] = no_selector;
}

}  // namespace weft::link
