// What small files of settings give in their records: git, NetworkManager, OpenSSH, calendars.
#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

// As `git config -l` says.
TEST(git, reads_values_as_git_does) {
  Rows rows =
      run(parser_named("git"), ".gitconfig",
          "[core] editor = vi\n[user] name = \"Git \\\"Q\\\" # User\"  x ; me\n\temail = git.user@a-b.org ; c\n");
  ASSERT_EQ(records<AccountRow>(rows).size(), 1u);
  EXPECT_EQ(records<AccountRow>(rows)[0].full_name, "Git \"Q\" # User  x");
  EXPECT_EQ(records<AccountRow>(rows)[0].identifier, "git.user@a-b.org");
  Rows more = run(parser_named("git"), ".gitconfig",
                  "[user]\r\n\tname = A \\\r\n  B\\tC\r\n\temail\r\n[user \"x]\"]\nname = no\n");
  ASSERT_EQ(records<AccountRow>(more).size(), 1u);
  EXPECT_EQ(records<AccountRow>(more)[0].full_name, "A   B\tC");
}

TEST(ssh, tells_markers_of_known_hosts) {
  constexpr std::string_view key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
  Rows rows = run(parser_named("ssh"), ".ssh/known_hosts",
                  fmt::format("a.org {0}\n@revoked b.org {0}\n@cert-authority *.c.org {0}\n", key));
  const auto& keys = records<KeyRow>(rows);
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].use, "known host");
  EXPECT_EQ(keys[1].use, "revoked host key");
  EXPECT_EQ(keys[2].use, "authority for hosts");
}

TEST(calendar, ends_by_its_duration_and_states_its_zone_as_it_stands) {
  Rows rows = run(parser_named("calendar"), "a.ics",
                  "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDURATION:PT1H30M\nDTSTART:20200302T233000Z\nBEGIN:VALARM\n"
                  "DURATION:PT15M\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\ndtstart;Tzid=Europe/Berlin:20200302T233000\n"
                  "DURATION:PT1H\nATTENDEE;CN=\"Ivo Q\":mailto:ivo@b-c.de\nEND:VEVENT\nEND:VCALENDAR\n");
  const auto& entries = records<AppointmentRow>(rows);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(to_text(entries[0].ends.value()), "2020-03-03T01:00:00Z");
  EXPECT_EQ(entries[1].stated, "20200302T233000 Europe/Berlin");
  EXPECT_FALSE(entries[1].ends);
  EXPECT_EQ(rows.selectors().at(0).context, "Ivo Q");
}

}  // namespace
}  // namespace weft::artefacts
