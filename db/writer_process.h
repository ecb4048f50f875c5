#pragma once

#include <cstdint>
#include <string>

namespace sunfleck::db {

// A process, told apart from all others that have had or will have its id on this machine.
struct WriterProcess {
  std::int64_t id = 0;
  std::string started;  // "<id of the machine's boot> <clock ticks from that boot to its start>"
};

WriterProcess this_process();

// Whether it still runs. One that has ended and waits for its parent does not.
//
// Source: proc(5), /proc/<pid>/stat fields 3 (state) and 22 (start time), and random/boot_id.
bool is_alive(const WriterProcess& process);

}  // namespace sunfleck::db
