// Users of a Linux or BSD installation: passwd(5). People's accounts are told from the system's by their number, as
// login.defs(5) draws it (1000 to 59999; 500 on older systems), and by a shell that lets one in; root is listed too,
// but its name ties nobody to anybody.
#include <array>
#include <charconv>

#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

struct Entry {
  std::string_view name, full_name, home, shell;
  unsigned uid = 0;
};

std::optional<Entry> entry_of(std::string_view line) {
  std::array<std::string_view, 7> fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    size_t colon = line.find(':');
    if ((colon == std::string_view::npos) != (i + 1 == fields.size())) return std::nullopt;
    fields[i] = line.substr(0, colon);
    line.remove_prefix(std::min(line.size(), fields[i].size() + 1));
  }
  Entry out{fields[0], fields[4].substr(0, fields[4].find(',')), fields[5], fields[6], 0};
  auto [end, failed] = std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), out.uid);
  if (failed != std::errc() || end != fields[2].data() + fields[2].size()) return std::nullopt;
  bool good = !out.name.empty() && out.name.size() <= 64 && out.home.starts_with('/') && is_utf8(out.name) &&
              out.name.find_first_of(" \t") == std::string_view::npos;
  return good ? std::optional(out) : std::nullopt;
}

bool lets_in(std::string_view shell) {
  return !shell.ends_with("nologin") && !shell.ends_with("/false") && !shell.ends_with("/sync") && !shell.empty();
}

void parse(const File& file, Rows& rows) {
  for (Line line : Lines(file.text())) {
    std::optional<Entry> entry = entry_of(line.text);
    if (!entry || !lets_in(entry->shell)) continue;
    bool person = (entry->uid >= 1000 && entry->uid < 60000) ||
                  (entry->uid >= 500 && entry->uid < 1000 && entry->home.starts_with("/home/"));
    if (!person && entry->uid != 0) continue;
    AccountRow row;
    row.service = "linux", row.name = entry->name, row.identifier = std::to_string(entry->uid);
    row.full_name = entry->full_name, row.home = entry->home;
    rows.record({line.begin}, std::move(row));
    if (person) rows.selector({line.begin}, "os_user", std::string(entry->name), "owner", entry->full_name);
  }
}

constexpr std::array<std::string_view, 3> paths{"etc/passwd", "etc/passwd-", "var/backups/passwd.bak"};
constexpr std::array<std::string_view, 1> kinds{"os_user"};
constexpr std::string_view both =
    "root:x:0:0:root:/root:/bin/bash\nmara:x:1000:1000:Mara Quill,,,:/home/mara:/bin/bash\n"
    "games:x:5:60:games:/usr/games:/usr/sbin/nologin\n";
constexpr std::array samples{
    Sample{"etc/passwd", both, "os_user", "mara", "owner"},
    Sample{"etc/passwd", "old:x:501:501::/home/old:/bin/sh", "os_user", "old", "owner"},
    Sample{"etc/passwd", "svc:x:998:998:service:/var/lib/svc:/bin/bash\nnobody:x:65534:65534::/nonexistent:/bin/sh\n",
           "", "", ""},
    Sample{"etc/passwd", "mara:x:1000:1000:Mara:/home/mara:/bin/bash:more\nmara:x:1000\n", "", "", ""},
};

}  // namespace

extern const Parser linux_users_parser;
const Parser linux_users_parser{
    "linux_users",
    "account: people's accounts and root of a Linux installation",
    "passwd(5), login.defs(5)",
    paths,
    {},
    {},
    parse,
    kinds,
    samples,
};

}  // namespace weft::artefacts
