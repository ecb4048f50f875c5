#pragma once

#include <cmath>
#include <compare>

namespace sunfleck {

// A physical quantity in SI units. The numbers are the exponents of volt, ampere
// and second: every electrical unit of the bench is a product of these three.
template <int V, int A, int S>
struct Quantity {
  double si = 0.0;

  constexpr operator double() const requires(V == 0 && A == 0 && S == 0) { return si; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.si + b.si}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.si - b.si}; }
  friend constexpr Quantity operator-(Quantity a) { return {-a.si}; }
  friend constexpr Quantity operator*(double k, Quantity q) { return {k * q.si}; }
  constexpr Quantity& operator+=(Quantity other) {
    si += other.si;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    si -= other.si;
    return *this;
  }
};

template <int V, int A, int S, int V2, int A2, int S2>
constexpr Quantity<V + V2, A + A2, S + S2> operator*(Quantity<V, A, S> a, Quantity<V2, A2, S2> b) {
  return {a.si * b.si};
}
template <int V, int A, int S, int V2, int A2, int S2>
constexpr Quantity<V - V2, A - A2, S - S2> operator/(Quantity<V, A, S> a, Quantity<V2, A2, S2> b) {
  return {a.si / b.si};
}
template <int V, int A, int S>
Quantity<V / 2, A / 2, S / 2> sqrt(Quantity<V, A, S> q) {
  static_assert(V % 2 == 0 && A % 2 == 0 && S % 2 == 0, "the root has no whole exponents");
  return {std::sqrt(q.si)};
}

using Volts = Quantity<1, 0, 0>;
using Amperes = Quantity<0, 1, 0>;
using Seconds = Quantity<0, 0, 1>;
using Hertz = Quantity<0, 0, -1>;
using Coulombs = Quantity<0, 1, 1>;
using Watts = Quantity<1, 1, 0>;
using Joules = Quantity<1, 1, 1>;
using Farads = Quantity<-1, 1, 1>;
using Ohms = Quantity<1, -1, 0>;

namespace literals {
constexpr Volts operator""_V(long double x) { return {static_cast<double>(x)}; }
constexpr Volts operator""_mV(long double x) { return {static_cast<double>(x) * 1e-3}; }
constexpr Amperes operator""_A(long double x) { return {static_cast<double>(x)}; }
constexpr Amperes operator""_mA(long double x) { return {static_cast<double>(x) * 1e-3}; }
constexpr Amperes operator""_uA(long double x) { return {static_cast<double>(x) * 1e-6}; }
constexpr Amperes operator""_nA(long double x) { return {static_cast<double>(x) * 1e-9}; }
constexpr Seconds operator""_s(long double x) { return {static_cast<double>(x)}; }
constexpr Seconds operator""_ms(long double x) { return {static_cast<double>(x) * 1e-3}; }
constexpr Seconds operator""_us(long double x) { return {static_cast<double>(x) * 1e-6}; }
constexpr Seconds operator""_ns(long double x) { return {static_cast<double>(x) * 1e-9}; }
constexpr Hertz operator""_Hz(long double x) { return {static_cast<double>(x)}; }
constexpr Hertz operator""_MHz(long double x) { return {static_cast<double>(x) * 1e6}; }
constexpr Coulombs operator""_pC(long double x) { return {static_cast<double>(x) * 1e-12}; }
constexpr Watts operator""_W(long double x) { return {static_cast<double>(x)}; }
constexpr Watts operator""_mW(long double x) { return {static_cast<double>(x) * 1e-3}; }
constexpr Watts operator""_uW(long double x) { return {static_cast<double>(x) * 1e-6}; }
constexpr Joules operator""_J(long double x) { return {static_cast<double>(x)}; }
constexpr Joules operator""_mJ(long double x) { return {static_cast<double>(x) * 1e-3}; }
constexpr Joules operator""_uJ(long double x) { return {static_cast<double>(x) * 1e-6}; }
constexpr Joules operator""_nJ(long double x) { return {static_cast<double>(x) * 1e-9}; }
constexpr Farads operator""_uF(long double x) { return {static_cast<double>(x) * 1e-6}; }
constexpr Farads operator""_mF(long double x) { return {static_cast<double>(x) * 1e-3}; }
constexpr Ohms operator""_Ohm(long double x) { return {static_cast<double>(x)}; }
constexpr Ohms operator""_kOhm(long double x) { return {static_cast<double>(x) * 1e3}; }
constexpr Ohms operator""_MOhm(long double x) { return {static_cast<double>(x) * 1e6}; }
}  // namespace literals

}  // namespace sunfleck
