// image::recognise in a process of its own: recognising a container parses hostile bytes too, and whoever keeps the
// case must outlive them. For the main thread of a process that has no other threads.
#pragma once

#include "image/image.h"

namespace weft::extract {

// As image::recognise. Error also when the child crashes, hangs for more than 60 s, or eats more than 2 GiB.
image::Recognised recognise(const std::string& path, image::Reading reading);

}  // namespace weft::extract
