// An exhibit's own account is the address that occurs on most occasions there. Garfinkel (2006) found the most common
// address about twice as frequent as any other on a drive of one user. What is as frequent everywhere (a vendor, a
// list) is nobody's own, so occasions count less for what many exhibits know, down to nothing for what all do. But an
// account known to a few friends is no less an account. What stands in an address book is somebody else's, and what
// lies in no file may be left of somebody who had the medium before.
#include "link/owners.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "link/kinds.h"

namespace weft::link {
namespace {

constexpr uint64_t known_by_friends = 5;  // exhibits; so many know an account though it is one person's
constexpr double share_that_stands_out = 0.1;
constexpr uint64_t twice = 2;             // occasions; what was met once stands nowhere
constexpr double clearly = 1.5;           // times the runner-up
constexpr uint64_t least_times = 3;       // one signature is no owner
constexpr double part_of_remnant = 0.25;  // what lies in no file may be from an earlier owner of the medium

double factor_of(std::string_view role, std::string_view value) {
  if (role == "owner") return most_per_time;
  if (role == "account") return 4;
  if (role_address(value)) return 0.3;
  return role == "contact" || role == "guest" ? 0.6 : 1;
}

}  // namespace

double account_weight(uint64_t times, uint64_t remnants, uint64_t holding, uint64_t exhibits, std::string_view value,
                      std::string_view role) {
  auto rare = [&](uint64_t n) { return std::log(double(exhibits + 1) / double(std::min(n, exhibits))); };
  return factor_of(role, value) * std::min(1.0, rare(holding) / rare(known_by_friends)) *
         (double(times - remnants) + part_of_remnant * double(remnants));
}

double most_account_weight(uint64_t times, std::string_view role) {
  return factor_of(role, "") * double(times);
}

void keep_heaviest(std::vector<Account>& accounts) {
  std::sort(accounts.begin(), accounts.end(), [](const Account& x, const Account& y) {
    return std::tuple(-x.weight, -double(x.exhibits), std::string_view(x.value)) <
           std::tuple(-y.weight, -double(y.exhibits), std::string_view(y.value));
  });
  if (accounts.size() > accounts_kept) accounts.resize(accounts_kept);
  double sum = 0;
  for (const Account& account : accounts) sum += account.weight;
  for (Account& account : accounts) account.share = sum > 0 ? account.weight / sum : 0;
}

void leave_out_uncertain(std::vector<Account>& accounts, uint64_t addresses_kept_out) {
  if (addresses_kept_out == 0) return;
  std::erase_if(accounts,
                [&](const Account& account) { return account.role != "owner" && account.times <= addresses_kept_out; });
}

std::vector<Standing> standings(const std::vector<Account>& accounts) {
  std::vector<Standing> out;
  for (size_t i = 0; i < accounts.size(); ++i) {
    bool first = i == 0 || accounts[i - 1].exhibit != accounts[i].exhibit;
    bool runner_up = i + 1 < accounts.size() && accounts[i + 1].exhibit == accounts[i].exhibit;
    bool clear =
        accounts[i].times >= least_times && (!runner_up || accounts[i].weight >= clearly * accounts[i + 1].weight);
    out.push_back(accounts[i].times < twice                    ? Standing::one_of_many
                  : first && clear                             ? Standing::clearly_first
                  : first                                      ? Standing::first
                  : accounts[i].share >= share_that_stands_out ? Standing::stands_out
                                                               : Standing::one_of_many);
  }
  return out;
}

std::vector<uint32_t> parties(const std::vector<Account>& accounts, const std::vector<uint32_t>& source) {
  std::vector<uint32_t> parent(source.size());
  std::iota(parent.begin(), parent.end(), 0u);
  auto root = [&](uint32_t i) {
    while (parent[i] != i) i = parent[i];
    return i;
  };
  auto join = [&](uint32_t a, uint32_t b) {
    a = root(a), b = root(b);
    if (a != b) parent[std::max(a, b)] = std::min(a, b);
  };
  std::map<uint32_t, uint32_t> first_of_source;
  for (uint32_t i = 0; i < source.size(); ++i) join(first_of_source.try_emplace(source[i], i).first->second, i);
  std::map<uint64_t, uint32_t> clear;  // account, an exhibit where it stands out
  std::vector<Standing> standing = standings(accounts);
  for (size_t i = 0; i < accounts.size(); ++i) {
    if (standing[i] != Standing::clearly_first) continue;
    auto [it, fresh] = clear.try_emplace(accounts[i].hash, accounts[i].exhibit);
    if (!fresh) join(it->second, accounts[i].exhibit);
  }
  auto first = [&](size_t i) { return i == 0 || accounts[i - 1].exhibit != accounts[i].exhibit; };
  // First of a small exhibit, and without doubt of another: the same party.
  for (size_t i = 0; i < accounts.size(); ++i)
    if (first(i))
      if (auto it = clear.find(accounts[i].hash); it != clear.end()) join(it->second, accounts[i].exhibit);
  std::vector<uint32_t> number(source.size()), out(source.size());
  uint32_t count = 0;
  for (uint32_t i = 0; i < source.size(); ++i) out[i] = root(i) == i ? number[i] = count++ : number[root(i)];
  return out;
}

std::vector<uint32_t> holders(const std::vector<Account>& accounts, const std::vector<uint32_t>& source) {
  std::vector<uint32_t> alone(source.size());
  std::iota(alone.begin(), alone.end(), 0u);
  std::vector<uint32_t> out = parties(accounts, alone);
  std::vector<bool> has_account(source.size());
  for (const Account& account : accounts)
    if (account.times >= least_times) has_account[account.exhibit] = true;
  for (size_t i = 0; i < out.size(); ++i)
    if (!has_account[i]) out[i] = uint32_t(source.size()) + source[i];
  return out;
}

}  // namespace weft::link
