// Who finds fields (scan/fields.h), each in one kind of structure. Private to the engine.
#pragma once

#include <string_view>

#include "scan/fields.h"

namespace weft::scan {

// Columns of rows, on all pages of databases that begin in front of `end`.
void find_sqlite_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out);
// Values of records, and pieces of long ones, on all pages of ESE databases that begin in front of `end`.
void find_ese_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out);
// Items of the heaps in Outlook's stores, of all their blocks that begin in front of `end`.
void find_heap_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out);

// What a value is told as that has no coding of its own: UTF-16 that may begin at an odd place, mostly of ASCII, if
// nothing in it might be 8-bit text; bytes.
Coding coding_of_value(std::string_view value);

// Of the structure that begins at `at`: they give where its last field ends, at most where the structure does; 0 when
// it is none or damaged. work is how much may still be looked at in vain, for all of one text.
struct Work {
  size_t left = 0;
};
// Strings of a binary property list (bplist00), as Core Foundation writes it: objects in the order of their table.
size_t find_plist_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
// Values of records in a chunk of an event log ("ElfChnk").
size_t find_evtx_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
// The name and the content of a zip's member that is stored (PK\3\4).
size_t find_zip_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
// The key and the body of an entry of Chromium's Simple cache.
size_t find_cache_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
// Names and data of the cells in bins of a registry hive ("hbin"), and the name of a key or value whose signature is
// there ("nk", "vk").
size_t find_bin_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
size_t find_key_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
// Names of files in a record of NTFS ("FILE", "INDX", "RCRD"), and in a record of the journal of changes, of which the
// place of its name ("\x3c\0") is there.
size_t find_ntfs_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
size_t find_usn_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);
// Strings of a shortcut of Windows, which begins so.
size_t find_shortcut_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out);

}  // namespace weft::scan
