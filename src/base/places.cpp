#include "base/places.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace weft {
namespace {

// Where operating systems and packages put their files, lower case; folders under a root of their own are the user's.
constexpr std::string_view users_own[] = {"usr/local/", "usr/home/", "library/mail/", "library/messages/"};
constexpr std::string_view software_roots[] = {"bin/",
                                               "boot/",
                                               "lib/",
                                               "lib32/",
                                               "lib64/",
                                               "sbin/",
                                               "usr/",
                                               "snap/",
                                               "var/lib/dpkg/",
                                               "var/lib/apt/",
                                               "var/cache/",
                                               "var/lib/rpm/",
                                               "windows/",
                                               "winnt/",
                                               "program files/",
                                               "program files (x86)/",
                                               "programdata/package cache/",
                                               "programdata/microsoft/",
                                               "system/library/",
                                               "library/",
                                               "applications/",
                                               "i386/",
                                               "system volume information/",
                                               "recovery/",
                                               "$",
                                               "system/app/",
                                               "system/framework/",
                                               "system/priv-app/"};
constexpr std::string_view software_folders[] = {"/node_modules/",    "/site-packages/", "/dist-packages/",
                                                 "/.cargo/registry/", "/go/pkg/mod/",    "/.m2/repository/",
                                                 "/.gradle/caches/",  "/__pycache__/",   "/vendor/bundle/"};

constexpr std::string_view caches[] = {
    "/cache/",    "/caches/",     "cache2/",    "/.cache/",      "temporary internet files/", "/inetcache/",
    "/webcache/", "/code cache/", "/gpucache/", "/.thumbnails/", "/service worker/"};

}  // namespace

SoftwarePlaces software_places() {
  return {users_own, software_roots, software_folders};
}

bool software_path(std::string_view path) {
  const std::string low = lower_ascii(path);
  std::string_view view = low;
  while (!view.empty() && view.front() == '/') view.remove_prefix(1);
  auto begins = [&](std::string_view folder) { return view.starts_with(folder); };
  if (std::any_of(std::begin(users_own), std::end(users_own), begins)) return false;
  return std::any_of(std::begin(software_roots), std::end(software_roots), begins) ||
         std::any_of(std::begin(software_folders), std::end(software_folders), [&](std::string_view folder) {
           return view.find(folder) != std::string_view::npos || begins(folder.substr(1));
         });
}

bool cache_path(std::string_view path) {
  const std::string low = "/" + lower_ascii(path);
  return std::any_of(std::begin(caches), std::end(caches),
                     [&](std::string_view folder) { return low.find(folder) != std::string::npos; });
}

}  // namespace weft
