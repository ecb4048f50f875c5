#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/embedded_firmware.h"
#include "app/sha256.h"
#include "app/version.h"
#include "target_fw/protocol/messages.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck::app {

void add_version(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("version", "Say which versions this program has");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->callback([&invocation, json] {
    invocation = [json](Console& console) -> Result<Exit> {
      const std::string firmware = sha256(embedded_firmware());
      if (*json) {
        console.out
            << nlohmann::
                   json{{"version", program_version}, {"protocol", +FW_PROTOCOL_VERSION}, {"network_image", +FW_IMAGE_VERSION}, {"firmware_sha256", firmware}}
                       .dump(2)
            << "\n";
        return Exit::done;
      }
      console.out << "sunfleck " << program_version << "\n"
                  << "record protocol " << +FW_PROTOCOL_VERSION << ", network image "
                  << +FW_IMAGE_VERSION << "\n"
                  << "firmware of the virtual board, SHA-256 " << firmware << "\n"
                  << "GPL-3.0-or-later\n";
      return Exit::done;
    };
  });
}

}  // namespace sunfleck::app
