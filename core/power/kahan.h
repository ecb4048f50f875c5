#pragma once

namespace sunfleck {

// Adds to a sum that is kept with what rounding took from it: the sum is `sum` - `carry`.
//
// Source: Kahan, "Further remarks on reducing truncation errors", 1965.
template <class Unit>
void add_exactly(Unit& sum, Unit& carry, Unit value) {
  const Unit wanted = value - carry;
  const Unit next = sum + wanted;
  carry = (next - sum) - wanted;
  sum = next;
}

}  // namespace sunfleck
