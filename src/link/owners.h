// The accounts that the contents of exhibits turn around, and which exhibits therefore belong to one party. It speaks
// of exhibits and accounts, not of who held them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::link {

struct Account {
  uint32_t exhibit = 0;
  uint64_t hash = 0;  // of the selector
  std::string kind, value;
  double weight = 0;                 // occasions by how few exhibits know it; comparable on one exhibit only
  double share = 0;                  // of the weight of all that are kept of the exhibit
  uint64_t times = 0, remnants = 0;  // occasions; of these, those in no file or in a deleted one
  uint64_t exhibits = 0;
  std::string role;  // the strongest that a record gives it
};

// Where an address stands among those of an exhibit.
enum class Standing : uint8_t { one_of_many, stands_out, first, clearly_first };
// By account, given by exhibit and heaviest first: first of its exhibit (clearly, when the next has less than two
// thirds of its weight), or a tenth of the weight and more.
std::vector<Standing> standings(const std::vector<Account>& accounts);

// Which of its accounts an exhibit keeps, heaviest first, with their shares.
void keep_heaviest(std::vector<Account>& accounts);

// Leaves out accounts that one among so many occurrences of addresses, which nobody may look at, could outdo; what a
// record of the exhibit calls its owner's stays.
void leave_out_uncertain(std::vector<Account>& accounts, uint64_t addresses_kept_out);

inline constexpr size_t accounts_kept = 10;  // of an exhibit
inline constexpr double most_per_time = 8;   // weight of one occasion at most

// What weighs for an address to be the exhibit's own account: on how many occasions it occurs there, how many of these
// are remnants (in no file or in a deleted one: perhaps from before), and on how many of the case's exhibits.
double account_weight(uint64_t times, uint64_t remnants, uint64_t holding, uint64_t exhibits, std::string_view value,
                      std::string_view role);
// What it is at most, before one knows who else holds it.
double most_account_weight(uint64_t times, std::string_view role);

// By exhibit, numbered from 0: exhibits of one source, and those that turn around one account which clearly stands out.
// What one party has on several exhibits does not make a value common. `accounts` by exhibit, heaviest first.
std::vector<uint32_t> parties(const std::vector<Account>& accounts, const std::vector<uint32_t>& source);

// By exhibit: whose it may be, when machines that were set up from one image are told apart by the accounts that they
// turn around. Exhibits of one source without such an account count as one.
std::vector<uint32_t> holders(const std::vector<Account>& accounts, const std::vector<uint32_t>& source);

}  // namespace weft::link
