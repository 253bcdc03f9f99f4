#include "link/owners.h"

#include <gtest/gtest.h>

namespace weft::link {
namespace {

Account account(uint32_t exhibit, uint64_t hash, double weight, uint64_t times) {
  Account out;
  out.exhibit = exhibit, out.hash = hash, out.weight = weight, out.times = times;
  out.value = "account" + std::to_string(hash) + "@post.net";
  return out;
}

TEST(Accounts, WhatAllKnowIsNobodysOwn) {
  EXPECT_EQ(account_weight(10, 0, 1, 40, "ann@post.net", ""), account_weight(10, 0, 5, 40, "ann@post.net", ""));
  EXPECT_LT(account_weight(10, 0, 20, 40, "ann@post.net", ""), account_weight(10, 0, 5, 40, "ann@post.net", "") / 2);
  EXPECT_LT(account_weight(10, 0, 40, 40, "ann@post.net", ""), 0.2);
  EXPECT_GT(account_weight(3, 0, 3, 3, "ann@post.net", ""), 0) << "three exhibits of one owner";
}

TEST(Accounts, RolesTell) {
  double plain = account_weight(10, 0, 1, 40, "ann@post.net", "");
  EXPECT_GT(account_weight(10, 0, 1, 40, "ann@post.net", "owner"), plain);
  EXPECT_LT(account_weight(10, 0, 1, 40, "ann@post.net", "contact"), plain);
  EXPECT_LT(account_weight(10, 0, 1, 40, "info@post.net", ""), plain);
}

TEST(Accounts, RemnantsCountForLess) {
  EXPECT_LT(account_weight(40, 40, 1, 40, "before@post.net", ""), account_weight(25, 0, 1, 40, "now@post.net", ""));
  EXPECT_GT(account_weight(40, 40, 1, 40, "before@post.net", ""), 0) << "on a medium that holds nothing else";
  EXPECT_GT(account_weight(40, 10, 1, 40, "ann@post.net", ""), account_weight(30, 0, 1, 40, "ann@post.net", ""));
}

TEST(Accounts, WhatTheScopeKeepsOutMayHaveOutdoneThem) {
  std::vector<Account> accounts = {account(0, 1, 80, 10), account(0, 2, 8, 1), account(0, 3, 5, 5)};
  accounts[1].role = "owner";
  leave_out_uncertain(accounts, 0);
  EXPECT_EQ(accounts.size(), 3u);
  leave_out_uncertain(accounts, 5);
  ASSERT_EQ(accounts.size(), 2u);
  EXPECT_EQ(accounts[0].hash, 1u);
  EXPECT_EQ(accounts[1].hash, 2u) << "a record names it";
}

TEST(Accounts, TheHeaviestAreKeptWithTheirShares) {
  std::vector<Account> accounts;
  for (uint64_t i = 1; i <= 20; ++i) accounts.push_back(account(0, i, double(i), i));
  keep_heaviest(accounts);
  ASSERT_EQ(accounts.size(), 10u);
  EXPECT_EQ(accounts[0].hash, 20u);
  EXPECT_NEAR(accounts[0].share, 20.0 / 155, 1e-12);
}

TEST(Accounts, StandingIsFirstOrATenthAndMoreThanOnce) {
  std::vector<Account> accounts = {account(0, 1, 8, 8), account(0, 2, 2, 2), account(0, 3, 0.5, 2), account(0, 4, 2, 1),
                                   account(1, 5, 1, 1)};
  for (size_t i = 0; i < 4; ++i) accounts[i].share = accounts[i].weight / 12.5;
  accounts[4].share = 1;
  EXPECT_EQ(standings(accounts),
            (std::vector<Standing>{Standing::clearly_first, Standing::stands_out, Standing::one_of_many,
                                   Standing::one_of_many, Standing::one_of_many}));
}

TEST(Accounts, ClearlyFirstIsHalfAsMuchAgainAsTheNextAndThreeTimes) {
  EXPECT_EQ(standings({account(0, 1, 3, 3), account(0, 2, 2, 2)})[0], Standing::clearly_first);
  EXPECT_EQ(standings({account(0, 1, 3, 3), account(0, 2, 2.1, 3)})[0], Standing::first);
  EXPECT_EQ(standings({account(0, 1, 16, 2), account(0, 2, 1, 1)})[0], Standing::first);
  EXPECT_EQ(standings({account(0, 1, 3, 3), account(1, 2, 2.9, 3)})[0], Standing::clearly_first);  // of another
}

TEST(Parties, TurnAroundOneAccountThatStandsOut) {
  // 0 and 1: account 7 without doubt; 2: account 7 first, but not clearly; 3: another; 4 and 5: one image; 6: once
  // only.
  std::vector<Account> accounts = {account(0, 7, 9, 9),   account(0, 8, 1, 1), account(1, 7, 5, 5), account(2, 7, 3, 3),
                                   account(2, 9, 2.9, 3), account(3, 9, 6, 6), account(6, 1, 2, 2)};
  EXPECT_EQ(parties(accounts, {0, 1, 2, 3, 4, 4, 5}), (std::vector<uint32_t>{0, 0, 0, 1, 2, 2, 3}));
  EXPECT_EQ(parties({}, {0, 1, 0}), (std::vector<uint32_t>{0, 1, 0}));
}

TEST(Holders, OfOneImageAreToldApartByTheirAccounts) {
  // 0, 1, 2 and 5: one image, of two accounts and of none; 3: account 7 again; 4: alone.
  std::vector<Account> accounts = {account(0, 7, 9, 9), account(1, 8, 5, 5), account(3, 7, 6, 6)};
  std::vector<uint32_t> of = holders(accounts, {0, 0, 0, 1, 2, 0});
  EXPECT_EQ(of[0], of[3]);
  EXPECT_NE(of[0], of[1]);
  EXPECT_EQ(of[2], of[5]);
  EXPECT_NE(of[2], of[0]);
  EXPECT_NE(of[2], of[4]);
}

}  // namespace
}  // namespace weft::link
