// What a path says of where a file comes from: software, or what a browser keeps of what it was shown. Any thread.
#pragma once

#include <span>
#include <string_view>

namespace weft {

// True for paths where operating systems and packages put their files: what two exhibits share there is software.
bool software_path(std::string_view path);
// The lists behind it, lower case, without a leading '/': folders of the user's inside those of the system, which go
// before; folders at the root; folders anywhere.
struct SoftwarePlaces {
  std::span<const std::string_view> users_own, roots, folders;
};
SoftwarePlaces software_places();

// True in the caches of browsers and systems.
bool cache_path(std::string_view path);

}  // namespace weft
