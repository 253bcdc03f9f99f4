// Mail accounts of Thunderbird and SeaMonkey: the identities in prefs.js, a line of JavaScript a setting:
//   user_pref("mail.identity.id1.useremail", "mara@kestrel-brook.net");
// The file is written by the program in this one form (Mozilla's modules/libpref), so it is read as lines, not as
// JavaScript. Servers are left alone: their names say the provider, their settings may hold secrets.
#include <array>
#include <map>

#include "artefacts/canonical.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr std::string_view opening = "user_pref(\"mail.identity.";

struct Identity {
  AccountRow row;
  uint64_t begin = 0, email_begin = 0;
};

// The text up to the next quote that no '\' precedes, and what it stands for.
std::string quoted_text(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

void parse(const File& file, Rows& rows) {
  std::map<std::string_view, Identity> identities;  // by Thunderbird's own name: id1, id2
  for (Line line : Lines(file.text())) {
    if (!line.text.starts_with(opening)) continue;
    std::string_view rest = line.text.substr(opening.size());
    size_t dot = rest.find('.'), end = rest.find("\", \"");
    if (dot == std::string_view::npos || end == std::string_view::npos || dot > end) continue;
    std::string_view name = rest.substr(0, dot), key = rest.substr(dot + 1, end - dot - 1);
    if (key != "useremail" && key != "fullName") continue;
    Identity& identity = identities.try_emplace(name, Identity{{}, line.begin, line.begin}).first->second;
    std::string value = quoted_text(rest.substr(end + 4));
    if (key == "fullName") identity.row.full_name = value;
    if (key == "useremail") identity.row.identifier = value, identity.email_begin = line.begin;
  }
  for (auto& [name, identity] : identities) {
    AccountRow& row = identity.row;
    row.service = "mail", row.name = name;
    rows.selector({identity.email_begin}, "email", email(row.identifier), "owner", row.full_name);
    rows.record({identity.begin}, std::move(row));
  }
}

constexpr std::array<std::string_view, 1> paths{"prefs.js"};
constexpr std::array<std::string_view, 1> kinds{"email"};
constexpr std::array samples{
    Sample{".thunderbird/x.default/prefs.js",
           "// Mozilla User Preferences\nuser_pref(\"mail.identity.id1.fullName\", \"Mara \\\"Q\\\" Quill\");\n"
           "user_pref(\"mail.identity.id1.useremail\", \"Mara@Kestrel-Brook.net\");\n",
           "email", "mara@kestrel-brook.net", "owner"},
    Sample{"prefs.js", "user_pref(\"browser.startup\", \"x\");\nuser_pref(\"mail.identity.id1.useremail\");\n", "", "",
           ""},
};

}  // namespace

extern const Parser thunderbird_parser;
const Parser thunderbird_parser{
    "thunderbird",
    "account: the identities Thunderbird sends mail as",
    "prefs.js of Thunderbird 1.5 and later",
    paths,
    {},
    {},
    parse,
    kinds,
    samples,
};

}  // namespace weft::artefacts
