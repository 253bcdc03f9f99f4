// Who commits under which name: git-config(1). The [user] of a person's settings, or of one repository.
#include <array>

#include "artefacts/canonical.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

void parse(const File& file, Rows& rows) {
  AccountRow row;
  row.service = "git";
  uint64_t begin = 0;
  std::optional<uint64_t> at_email;
  each_setting(file.text(), [&](const Setting& it) {
    if (it.section.size() != 4 || lower_ascii(it.section) != "user" || it.key.size() > 5) return;
    std::string key = lower_ascii(it.key);
    if (key != "name" && key != "email") return;
    if (row.full_name.empty() && row.identifier.empty()) begin = it.begin;
    if (key == "name") row.full_name = it.value;
    if (key == "email") row.identifier = it.value, at_email = it.begin;
  });
  if (row.full_name.empty() && row.identifier.empty()) return;
  if (at_email) rows.selector({*at_email}, "email", email(row.identifier), "owner", row.full_name);
  rows.record({begin}, std::move(row));
}

constexpr std::array<std::string_view, 4> paths{".gitconfig", ".config/git/config", ".git/config",
                                                ".git/config.worktree"};
constexpr std::array<std::string_view, 1> kinds{"email"};
constexpr std::array samples{
    Sample{"home/mara/.gitconfig",
           "# x\n[User]\n\tname = Mara Quill\n\temail = Mara@Kestrel-Brook.net\n[core]\n\teditor = vi\n", "email",
           "mara@kestrel-brook.net", "owner"},
    Sample{"src/.git/config", "[core]\n\tbare = false\n[remote \"origin\"]\n\tname = x\n", "", "", ""},
};

}  // namespace

extern const Parser git_parser;
const Parser git_parser{
    "git", "account: the identity git commits under", "git-config(1)", paths, {}, {}, parse, kinds, samples,
};

}  // namespace weft::artefacts
