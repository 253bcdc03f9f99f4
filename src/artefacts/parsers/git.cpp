// Who commits under which name: git-config(1). The [user] of a person's settings, or of one repository.
// A value may hold quotes (parts of it in them keep their blanks, '#' and ';'), escapes, and ends of lines behind '\\'.
#include <array>

#include "artefacts/canonical.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr std::string_view blank = " \t\r";

// The value that begins at `at`, which moves to the end of its last line.
std::string value_at(std::string_view text, size_t& at) {
  std::string out;
  size_t kept = 0;  // blanks behind it are dropped, unless more follows
  bool quoted = false;
  at = std::min(text.find_first_not_of(blank, at), text.size());
  for (; at < text.size() && text[at] != '\n'; ++at) {
    char c = text[at];
    if (!quoted && (c == '#' || c == ';')) {
      at = std::min(text.find('\n', at), text.size());
      break;
    }
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (c == '\\' && text.substr(at + 1).starts_with("\r\n")) ++at;
    if (c == '\\' && ++at < text.size()) {
      c = text[at];
      if (c == '\n') continue;
      c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'b' ? '\b' : c;
      out += c, kept = out.size();
      continue;
    }
    out += c;
    if (quoted || blank.find(c) == std::string_view::npos) kept = out.size();
  }
  out.resize(kept);
  return out;
}

// The end of the section's name that begins behind a '[': its ']' in no quotes, or the end of the line.
size_t section_end(std::string_view text, size_t at) {
  bool quoted = false;
  for (; at < text.size() && text[at] != '\n' && (quoted || text[at] != ']'); ++at) {
    if (text[at] == '\\') ++at;
    if (at < text.size() && text[at] == '"') quoted = !quoted;
  }
  return std::min(at, text.size());
}

struct Variable {
  std::string_view section, key;
  std::string value;
  uint64_t begin = 0;  // of the key
};
// Calls each(variable) for one after the other.
template <class Each>
void each_variable(std::string_view text, Each each) {
  std::string_view section;
  for (size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < text.size();) {
    if (text[at] == '\n' || blank.find(text[at]) != std::string_view::npos) {
      ++at;
    } else if (text[at] == '#' || text[at] == ';') {
      at = std::min(text.find('\n', at), text.size());
    } else if (text[at] == '[') {
      const size_t end = section_end(text, at + 1);
      section = trim(text.substr(at + 1, end - at - 1));
      at = end + (end < text.size());
    } else {
      const size_t begin = at;
      at = std::min(text.find_first_of("=\n", at), text.size());
      const std::string_view key = trim(text.substr(begin, at - begin));
      if (at == text.size() || text[at] == '\n') continue;  // a key alone
      each(Variable{section, key, value_at(text, ++at), begin});
    }
  }
}

void parse(const File& file, Rows& rows) {
  AccountRow row;
  row.service = "git";
  uint64_t begin = 0;
  std::optional<uint64_t> at_email;
  each_variable(file.text(), [&](const Variable& it) {
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
    Sample{"home/mara/.gitconfig",
           "[user]\n\tname = \"Mara \\\"Q\\\" Quill\" # me\n\temail = Mara@Kestrel-Brook.net ; work\n", "email",
           "mara@kestrel-brook.net", "owner"},
    Sample{"src/.git/config", "[alias]\n\tx = \"!f() { \\\n[user]\\\nemail = a@b-c.de\"\n", "", "", ""},
    Sample{"src/.git/config", "[core]\n\tbare = false\n[remote \"origin\"]\n\tname = x\n", "", "", ""},
};

}  // namespace

extern const Parser git_parser;
const Parser git_parser{
    "git", "account: the identity git commits under", "git-config(1)", paths, {}, {}, parse, kinds, samples,
};

}  // namespace weft::artefacts
