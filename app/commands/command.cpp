#include "app/commands/command.h"

namespace sunfleck::app {

Exit exit_of(Errc code) {
  if (code == Errc::usage) return Exit::usage;
  if (code == Errc::cancelled) return Exit::interrupted;
  return Exit::failed;
}

}  // namespace sunfleck::app
