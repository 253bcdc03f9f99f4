// Accounts at the big platforms, from the addresses of their pages: kind handle, "platform:name", the same whichever of
// a platform's hosts and path forms stood there. Skype and WhatsApp links count too; WhatsApp's name is a number.
//
// False positives: pages of the platform itself (/login, /share, /search, /intent …), which each platform keeps among
// the names it does not give away; names that break its rules; repositories' hosts of projects are accounts like any
// other, and linking sets aside what everybody has. A name alone ("@joe") says nothing about where, and is not taken.
#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/sqlite_row.h"

namespace weft::scan {
namespace {

using Names = std::span<const std::string_view>;

struct Platform {
  std::string_view name;
  std::string_view host;     // as the pattern has it, in lower case, with the "/" behind it
  size_t shortest, longest;  // of a name
  std::string_view signs;    // a name may hold beside letters and digits
  Names folders;             // a name stands in one of these ("in/"); empty: at the top
  Names own;                 // pages of the platform's own
  bool keeps_case = false;   // the name is an id, not a word
  bool is_number = false;    // and that one of digits
};

constexpr std::array<std::string_view, 48> facebook_own{
    "2008",        "ads",      "ajax",      "business",    "careers",    "common",   "connect",    "dialog",
    "events",      "fbml",     "friends",   "games",       "groups",     "hashtag",  "help",       "home",
    "legal",       "login",    "login.php", "marketplace", "media",      "messages", "notes",      "pages",
    "people",      "photo",    "photo.php", "photos",      "plugins",    "policies", "policy.php", "privacy",
    "profile.php", "settings", "share",     "sharer",      "sharer.php", "stories",  "story.php",  "terms",
    "terms.php",   "tr",       "v2.0",      "video.php",   "videos",     "watch",    "web",        "www"};
constexpr std::array<std::string_view, 17> instagram_own{
    "about",   "accounts", "api",   "challenge", "developer", "direct", "directory", "emails", "explore",
    "graphql", "legal",    "oauth", "p",         "reel",      "reels",  "stories",   "tv"};
constexpr std::array<std::string_view, 24> twitter_own{
    "about",  "account",  "compose", "download", "explore",  "hashtag",       "home",    "i",
    "intent", "jobs",     "login",   "logout",   "messages", "notifications", "oauth",   "privacy",
    "search", "settings", "share",   "signup",   "statuses", "tos",           "widgets", "search-advanced"};
constexpr std::array<std::string_view, 11> telegram_own{
    "addstickers", "addemoji", "addtheme", "bg", "c", "iv", "joinchat", "login", "proxy", "setlanguage", "share"};
constexpr std::array<std::string_view, 54> github_own{"about",
                                                      "account",
                                                      "actions",
                                                      "apps",
                                                      "assets",
                                                      "blog",
                                                      "codespaces",
                                                      "collections",
                                                      "contact",
                                                      "copilot",
                                                      "customer-stories",
                                                      "dashboard",
                                                      "downloads",
                                                      "enterprise",
                                                      "events",
                                                      "explore",
                                                      "features",
                                                      "fluidicon.png",
                                                      "git-guides",
                                                      "graphql",
                                                      "images",
                                                      "issues",
                                                      "join",
                                                      "login",
                                                      "logout",
                                                      "marketplace",
                                                      "mobile",
                                                      "new",
                                                      "newsletter",
                                                      "notifications",
                                                      "orgs",
                                                      "organizations",
                                                      "pages",
                                                      "pricing",
                                                      "pulls",
                                                      "raw",
                                                      "readme",
                                                      "resources",
                                                      "search",
                                                      "security",
                                                      "sessions",
                                                      "settings",
                                                      "signup",
                                                      "site",
                                                      "solutions",
                                                      "sponsors",
                                                      "stars",
                                                      "styleguide",
                                                      "team",
                                                      "topics",
                                                      "trending",
                                                      "users",
                                                      "watching",
                                                      "wiki"};
constexpr std::array<std::string_view, 24> vk_own{"about",    "ads",     "albums", "app",    "apps",      "audio",
                                                  "away.php", "blog",    "dev",    "doc",    "docs",      "feed",
                                                  "fave",     "friends", "groups", "im",     "images",    "js",
                                                  "login",    "photo",   "public", "search", "share.php", "video"};
constexpr std::array<std::string_view, 16> twitch_own{
    "clips", "collections", "directory", "downloads", "drops",    "embed",  "event",         "jobs",
    "login", "p",           "popout",    "search",    "settings", "signup", "subscriptions", "videos"};
constexpr std::array<std::string_view, 12> onlyfans_own{"about", "api2", "contact", "dmca",  "faq",    "help",
                                                        "login", "my",   "privacy", "posts", "static", "terms"};
constexpr std::array<std::string_view, 3> linkedin_folders{"in/", "pub/", "company/"};
constexpr std::array<std::string_view, 3> youtube_folders{"user/", "c/", "@"};
constexpr std::array<std::string_view, 1> channel_folder{"channel/"};
constexpr std::array<std::string_view, 1> at_folder{"@"};
constexpr std::array<std::string_view, 2> reddit_folders{"user/", "u/"};
constexpr std::array<std::string_view, 1> invite_folder{"invite/"};
constexpr std::array<std::string_view, 1> users_folder{"users/"};
constexpr std::array<std::string_view, 2> facebook_id{"profile.php?id=", "profile.php%3Fid%3D"};
constexpr std::array<std::string_view, 1> add_folder{"add/"};
constexpr std::array<std::string_view, 1> id_folder{"id/"};
constexpr std::array<std::string_view, 1> profiles_folder{"profiles/"};
constexpr std::array<std::string_view, 1> profile_folder{"profile/"};
constexpr std::array<std::string_view, 1> u_folder{"u/"};
constexpr std::array<std::string_view, 1> paypalme_folder{"paypalme/"};
constexpr std::array<std::string_view, 1> dollar_folder{"$"};

constexpr std::array platforms{
    Platform{"facebook", "facebook.com/", 5, 17, "", facebook_id, {}, false, true},
    Platform{"facebook", "facebook.com/", 5, 50, ".", {}, facebook_own},
    Platform{"facebook", "fb.com/", 5, 50, ".", {}, facebook_own},
    Platform{"instagram", "instagram.com/", 2, 30, "._", {}, instagram_own},
    Platform{"twitter", "twitter.com/", 2, 15, "_", {}, twitter_own},
    Platform{"twitter", "x.com/", 2, 15, "_", {}, twitter_own},
    Platform{"telegram", "t.me/", 5, 32, "_", {}, telegram_own},
    Platform{"telegram", "telegram.me/", 5, 32, "_", {}, telegram_own},
    Platform{"linkedin", "linkedin.com/", 3, 100, "-_%", linkedin_folders, {}},
    Platform{"tiktok", "tiktok.com/", 2, 24, "._", at_folder, {}},
    Platform{"youtube", "youtube.com/", 3, 30, "._-", youtube_folders, {}},
    Platform{"youtube", "youtube.com/", 24, 24, "_-", channel_folder, {}, true},
    Platform{"github", "github.com/", 1, 39, "-", {}, github_own},
    Platform{"vk", "vk.com/", 3, 32, "._", {}, vk_own},
    Platform{"reddit", "reddit.com/", 3, 20, "_-", reddit_folders, {}},
    Platform{"discord", "discord.gg/", 2, 32, "-", {}, {}, true},
    Platform{"discord", "discord.com/", 2, 32, "-", invite_folder, {}, true},
    Platform{"discord", "discord.com/", 17, 20, "", users_folder, {}, true, true},
    Platform{"discord", "discordapp.com/", 2, 32, "-", invite_folder, {}, true},
    Platform{"whatsapp", "wa.me/", 7, 15, "", {}, {}, false, true},
    Platform{"snapchat", "snapchat.com/", 3, 15, "._-", add_folder, {}},
    Platform{"steam", "steamcommunity.com/", 2, 32, "_-", id_folder, {}},
    Platform{"steam", "steamcommunity.com/", 17, 17, "", profiles_folder, {}, false, true},
    Platform{"threads", "threads.net/", 2, 30, "._", at_folder, {}},
    Platform{"threads", "threads.com/", 2, 30, "._", at_folder, {}},
    Platform{"bluesky", "bsky.app/", 4, 64, ".-", profile_folder, {}},
    Platform{"mastodon.social", "mastodon.social/", 1, 30, "_", at_folder, {}},
    Platform{"medium", "medium.com/", 2, 30, "._-", at_folder, {}},
    Platform{"xing", "xing.com/", 3, 64, "_", profile_folder, {}},
    Platform{"odnoklassniki", "ok.ru/", 6, 15, "", profile_folder, {}, false, true},
    Platform{"twitch", "twitch.tv/", 3, 25, "_", {}, twitch_own},
    Platform{"onlyfans", "onlyfans.com/", 3, 24, "._-", {}, onlyfans_own},
    Platform{"paypal", "paypal.me/", 3, 20, "", {}, {}},
    Platform{"paypal", "paypal.com/", 3, 20, "", paypalme_folder, {}},
    Platform{"venmo", "venmo.com/", 5, 30, "_-", u_folder, {}},
    Platform{"cashapp", "cash.app/", 1, 20, "_-", dollar_folder, {}},
};

bool is_own(const Platform& platform, std::string_view name) {
  return std::find(platform.own.begin(), platform.own.end(), name) != platform.own.end();
}

// The host must not be the tail of another ("notfacebook.com", "files.vk.com.example.org/vk.com/" has it as a path).
bool is_host(std::string_view text, size_t begin) {
  const char before = char_before(text, begin);
  if (before != '.') return !is_alnum(before) && before != '-' && before != '_' && before != '@';
  // "www.", "m.", "de-de.", "mobile.": a label of the platform's own.
  size_t label = begin - 1;
  while (label > 0 && begin - label < 12 && (is_alnum(text[label - 1]) || text[label - 1] == '-')) --label;
  if (char_before(text, label) == '%' && has_word(text, label, "2f")) label += 2;  // a URL within a URL
  static constexpr std::array<std::string_view, 5> pages{"www", "m", "mobile", "web", "old"};
  const std::string name = lower_ascii(text.substr(label, begin - 1 - label));
  const bool language = name.size() == 2 || (name.size() == 5 && name[2] == '-');
  return (language || std::find(pages.begin(), pages.end(), name) != pages.end()) && char_before(text, label) != '.' &&
         char_before(text, label) != '@';
}

// "/" behind the host, as it stands: plain, escaped for JSON, or for a URL within a URL.
size_t slash_length(std::string_view text, size_t at) {
  if (char_at(text, at) == '/') return 1;
  if (text.substr(at, 2) == "\\/") return 2;
  const std::string_view three = text.substr(at, 3);
  return three == "%2F" || three == "%2f" ? 3 : 0;
}

void on_skype(std::string_view text, size_t begin, size_t at, size_t from, Sink& sink) {
  if (begin < from || is_alnum(char_before(text, begin))) return;
  size_t end = at;
  while (end < text.size() && end - at <= 64 &&
         (is_alnum(text[end]) || std::string_view("._-:,").find(text[end]) != std::string_view::npos))
    ++end;
  // Names Skype gave itself start with "live:"; what one may do with the name stands behind "?".
  static constexpr std::array<std::string_view, 5> verbs{"?call", "?chat", "?add", "?userinfo", "?voicemail"};
  const std::string after = lower_ascii(text.substr(end, 10));
  const std::string name = lower_ascii(text.substr(at, end - at));
  const bool verb = std::any_of(verbs.begin(), verbs.end(), [&](std::string_view v) { return after.starts_with(v); });
  if (!verb || name.size() < 6 || !(is_alpha(name[0]) || name.starts_with("live:"))) return;
  sink.feature("handle", "skype:" + name, begin, end);
}

enum : uint32_t { page, skype };

void on_page(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  // The pattern ends with the host, at the first sign behind it.
  const size_t slash = hit.end - 1, length = slash_length(text, slash);
  if (length == 0) return;
  for (const Platform& platform : platforms) {
    const size_t size = platform.host.size() - 1;
    if (slash < size || !has_word(text, slash - size, platform.host.substr(0, size))) continue;
    const size_t begin = slash - size;
    if (begin < from || !is_host(text, begin)) return;
    size_t at = slash + length;
    if (!platform.folders.empty()) {
      size_t skip = 0;
      for (std::string_view folder : platform.folders) {
        const std::string_view word = folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
        if (!has_word(text, at, word)) continue;
        skip = word.size();
        if (word.size() != folder.size()) {
          const size_t deeper = slash_length(text, at + skip);
          skip = deeper == 0 ? 0 : skip + deeper;
        }
        if (skip > 0) break;
      }
      if (skip == 0) continue;
      at += skip;
    } else if (platform.name == "twitter" && text.substr(at, 1) == "@") {
      ++at;
    }
    size_t end = at;
    while (end < text.size() && end - at <= platform.longest &&
           (is_alnum(text[end]) || platform.signs.find(text[end]) != std::string_view::npos))
      ++end;
    if (end - at < platform.shortest) continue;
    // In a row of a database the next column is glued behind.
    const size_t column = text_column(text, address_begin(text, begin)).end;
    const size_t glued = column > at && column <= end ? column : text.size();
    end = std::min(end, glued);
    while (end > at && (text[end - 1] == '.' || text[end - 1] == '-')) --end;  // of the sentence
    const size_t count = end - at;
    if (count < platform.shortest || count > platform.longest) continue;
    const char after = end == glued ? '\0' : char_at(text, end);
    const bool escaped = slash_length(text, end) > 0 || text.substr(end, 3) == "%3F" || text.substr(end, 3) == "%26";
    if (uint8_t(after) >= 0x80 || (after == '%' && !escaped) || after == '{' || after == '$' || after == '*') return;
    if (platform.is_number || platform.name == "discord")
      if (is_alnum(after)) return;
    std::string name(text.substr(at, count));
    if (!platform.keeps_case) name = lower_ascii(name);
    if (is_own(platform, lower_ascii(name))) return;
    if (platform.is_number) {
      if (!std::all_of(name.begin(), name.end(), [](char c) { return is_digit(c); }) || name[0] == '0') return;
    }
    if (platform.name == "telegram" && !is_alpha(name[0])) return;
    return sink.feature("handle", std::string(platform.name) + ":" + name, begin, end);
  }
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.pattern == skype) return on_skype(text, hit.end - 7, hit.end - 1, from, sink);
  on_page(text, hit, from, sink);
}

constexpr std::array<std::string_view, 1> kinds{"handle"};
constexpr std::array patterns{
    Pattern{R"((?:facebook|instagram|twitter|linkedin|tiktok|youtube|github|reddit|discord|discordapp)\.com[/\\%])",
            caseless, page},
    Pattern{R"((?:fb|x|vk|snapchat|steamcommunity|threads|medium|xing|onlyfans|paypal|venmo)\.com[/\\%])", caseless,
            page},
    Pattern{R"((?:threads\.net|bsky\.app|mastodon\.social|ok\.ru|twitch\.tv|paypal\.me|cash\.app)[/\\%])", caseless,
            page},
    Pattern{R"((?:t\.me|telegram\.me|discord\.gg|wa\.me)[/\\%])", caseless, page},
    Pattern{R"(skype:[a-z])", caseless, skype},
};

constexpr std::array examples{
    Example{"https://www.facebook.com/joe.bloggs.7?ref=x", "handle", "facebook:joe.bloggs.7"},
    Example{"https:\\/\\/m.facebook.com\\/joe.bloggs\\/photos", "handle", "facebook:joe.bloggs"},
    Example{"u=https%3A%2F%2Fwww.facebook.com%2FJoeBloggs%2F", "handle", "facebook:joebloggs"},
    Example{"see instagram.com/_joe.b_.", "handle", "instagram:_joe.b_"},
    Example{"https://twitter.com/JoeBloggs/status/1234", "handle", "twitter:joebloggs"},
    Example{"https://x.com/JoeBloggs", "handle", "twitter:joebloggs"},
    Example{"https://t.me/joe_bloggs", "handle", "telegram:joe_bloggs"},
    Example{"https://t.me/joinchat/AAAAAEkk2WdoDrB4", "handle", ""},
    Example{"http://uk.linkedin.com/in/joe-bloggs-1a2b3c/", "handle", "linkedin:joe-bloggs-1a2b3c"},
    Example{"https://www.tiktok.com/@joe.bloggs/video/7", "handle", "tiktok:joe.bloggs"},
    Example{"https://www.youtube.com/@JoeBloggs", "handle", "youtube:joebloggs"},
    Example{"https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw", "handle", "youtube:UC_x5XG1OV2P6uZZ5FSM9Ttw"},
    Example{"git clone https://github.com/joe-bloggs/tool.git", "handle", "github:joe-bloggs"},
    Example{"https://vk.com/id1234567", "handle", "vk:id1234567"},
    Example{"https://old.reddit.com/user/Joe_Bloggs/comments", "handle", "reddit:joe_bloggs"},
    Example{"discord.gg/AbC12dE", "handle", "discord:AbC12dE"},
    Example{"https://wa.me/4915112345678?text=hi", "handle", "whatsapp:4915112345678"},
    Example{"https://www.facebook.com/profile.php?id=100004567890123&sk=photos", "handle", "facebook:100004567890123"},
    Example{"https://www.snapchat.com/add/joe_bloggs7?share_id=x", "handle", "snapchat:joe_bloggs7"},
    Example{"https://steamcommunity.com/id/JoeBloggs/", "handle", "steam:joebloggs"},
    Example{"https://steamcommunity.com/profiles/76561198012345678/games", "handle", "steam:76561198012345678"},
    Example{"https://www.threads.net/@joe.bloggs/post/C", "handle", "threads:joe.bloggs"},
    Example{"https://bsky.app/profile/joe.bsky.social/post/3k", "handle", "bluesky:joe.bsky.social"},
    Example{"https://mastodon.social/@joe_bloggs/1", "handle", "mastodon.social:joe_bloggs"},
    Example{"https://medium.com/@joe.bloggs/a-story-1", "handle", "medium:joe.bloggs"},
    Example{"https://www.xing.com/profile/Joe_Bloggs2", "handle", "xing:joe_bloggs2"},
    Example{"https://ok.ru/profile/571234567890", "handle", "odnoklassniki:571234567890"},
    Example{"https://m.twitch.tv/joebloggs", "handle", "twitch:joebloggs"},
    Example{"https://onlyfans.com/joe.bloggs", "handle", "onlyfans:joe.bloggs"},
    Example{"pay me: paypal.me/JoeBloggs/25", "handle", "paypal:joebloggs"},
    Example{"https://www.paypal.com/paypalme/JoeBloggs", "handle", "paypal:joebloggs"},
    Example{"https://venmo.com/u/Joe-Bloggs", "handle", "venmo:joe-bloggs"},
    Example{"https://cash.app/$JoeBloggs", "handle", "cashapp:joebloggs"},
    Example{"https://www.facebook.com/profile.php?id=abc", "handle", ""},
    Example{"https://www.twitch.tv/directory/game/Chess", "handle", ""},
    Example{"https://medium.com/some-publication/a-story", "handle", ""},
    Example{"https://www.paypal.com/cgi-bin/webscr?cmd=_donations", "handle", ""},
    Example{"https://steamcommunity.com/app/440", "handle", ""},
    Example{"<a href=\"skype:joe.bloggs?call\">", "handle", "skype:joe.bloggs"},
    Example{"https://www.facebook.com/sharer/sharer.php?u=", "handle", ""},
    Example{"https://www.facebook.com/login.php", "handle", ""},
    Example{"https://twitter.com/intent/tweet?text=", "handle", ""},
    Example{"https://twitter.com/search?q=a", "handle", ""},
    Example{"https://github.com/login?return_to=", "handle", ""},
    Example{"https://www.instagram.com/p/B1abc/", "handle", ""},
    Example{"https://www.youtube.com/watch?v=abc", "handle", ""},
    Example{"https://t.me/share/url?url=", "handle", ""},
    Example{"https://notfacebook.com/joe.bloggs", "handle", ""},
    Example{"https://gist.github.com/joe", "handle", ""},
    Example{"https://www.linkedin.com/feed/", "handle", ""},
    Example{"https://netflix.com/JoeBloggs", "handle", ""},
    Example{"https://twitter.com/%s", "handle", ""},
    Example{"skype:profile", "handle", ""},
};

}  // namespace

extern const Scanner handle_scanner;
const Scanner handle_scanner{"handle",        "handle: accounts at the big platforms, as platform:name",
                             kinds,           patterns,
                             on_hit,          examples,
                             row_reach + 128, 192};

}  // namespace weft::scan
