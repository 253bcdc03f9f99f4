// Signs that HTML and RTF write by their numbers. Any thread.
//
// Which of its names, such as "&nbsp;", mean what, differs with what is read and stands there: a no-break space is a
// space in a number, and ends a URL. TYPESET finds entities by how they are written, from both sides, not by this.
#pragma once

#include <string_view>

namespace weft::scan {

struct Entity {
  size_t size = 0;  // 0: there is none
  char32_t value = 0;
};
// "&#64;", "&#x40;" at the text's begin, of ten bytes at most.
Entity numbered_entity(std::string_view text);
// Of RTF at the text's begin: "\'fc", a byte of Windows-1252 (what other code page a document may be in, stands at its
// begin alone); "\u252?" or "\u252\'fc", a letter with what stands there for programs that do not know it. (Of more
// digits it cannot be told from JSON's.)
Entity rtf_escape(std::string_view text);

}  // namespace weft::scan
