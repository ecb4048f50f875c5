#pragma once

namespace sunfleck::db {

// What to do when there is no store where one is asked for.
enum class Missing { create, refuse };

}  // namespace sunfleck::db
