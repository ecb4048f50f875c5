#pragma once

#include <cstdint>
#include <vector>

#include "target_fw/boards/host/host_board.h"

namespace sunfleck {

// A host board and the memories that it points into.
class HostBoard {
 public:
  struct Memories {
    std::vector<std::uint8_t> image;   // a network image
    std::vector<std::uint8_t> inputs;  // struct fw_inputs_header and what follows it
    std::uint32_t working_bytes = 0;
    std::uint32_t nonvolatile_bytes = 0;
  };
  explicit HostBoard(Memories memories);
  HostBoard(const HostBoard&) = delete;
  HostBoard& operator=(const HostBoard&) = delete;

  fw_host_board board{};
  std::vector<std::uint8_t> nv;

 private:
  std::vector<std::uint8_t> image_, inputs_, working_;
};

}  // namespace sunfleck
