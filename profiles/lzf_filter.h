#pragma once

namespace sunfleck {

// Makes the HDF5 library read data sets that are compressed with LZF (filter 32000, h5py's own),
// which it cannot by itself. For the process that reads them; false when it is refused.
bool register_lzf_filter();

}  // namespace sunfleck
