import Catalog
import Foundation

/// The one-cycle policy as in PyTorch's `OneCycleLR` with cosine annealing: up to `peak` over the
/// first share of the steps, then down far below the start, momentum the other way round.
struct OneCycle: Pacing {
  var peak: Double
  var rise: Double
  var startDivisor: Double
  var endDivisor: Double
  var movesMomentum: Bool

  var script: String {
    var parts = ["\(numberText(peak))"]
    if rise != 0.3 { parts.append("pct_start=\(numberText(rise))") }
    if startDivisor != 25 { parts.append("div_factor=\(numberText(startDivisor))") }
    if endDivisor != 1e4 { parts.append("final_div_factor=\(numberText(endDivisor))") }
    if !movesMomentum { parts.append("cycle_momentum=false") }
    return "onecycle(\(parts.joined(separator: ", ")))"
  }

  func pace(_ moment: Moment, base: Double) -> Pace {
    let start = peak / startDivisor
    let end = start / endDivisor
    let top = rise * Double(moment.total) - 1
    let last = Double(moment.total) - 1
    let step = min(Double(moment.step), last)
    func blend(_ from: Double, _ to: Double, _ share: Double) -> Double {
      to + (from - to) / 2 * (1 + cos(.pi * share))
    }
    if step <= top {
      let share = top > 0 ? step / top : 1
      return Pace(
        lr: blend(start, peak, share), momentum: movesMomentum ? blend(0.95, 0.85, share) : nil)
    }
    let share = last > top ? (step - top) / (last - top) : 1
    return Pace(
      lr: blend(peak, end, share), momentum: movesMomentum ? blend(0.85, 0.95, share) : nil)
  }

  static let declaration = Declaration(
    "onecycle", "One rise to a peak learning rate and one long fall.",
    details: """
      PyTorch's `OneCycleLR` with cosine annealing. Smith and Topin 2018, \
      https://arxiv.org/abs/1708.07120. Momentum (β₁ of Adam) moves between 0.95 and 0.85.
      """,
    Argument<Double>(
      "max_lr", "The peak; the optimizer's own learning rate is not used.", check: positive),
    Argument("pct_start", "Share of the steps spent rising.", default: 0.3, check: share),
    Argument(
      "div_factor", "Peak over the starting learning rate.", default: 25.0, check: atLeastOne),
    Argument(
      "final_div_factor", "Starting over the last learning rate.", default: 1e4, check: atLeastOne),
    Argument("cycle_momentum", "Whether momentum moves the other way.", default: true),
    examples: ["schedule = onecycle(0.05)"],
    keywords: ["learning rate", "super-convergence", "cycle"]
  ) { (peak: Double, rise: Double, startDivisor: Double, endDivisor: Double, moves: Bool) in
    Schedule(
      OneCycle(
        peak: peak, rise: rise, startDivisor: startDivisor, endDivisor: endDivisor,
        movesMomentum: moves))
  }
}

@Sendable private func positive(_ number: Double) -> String? {
  number > 0 && number.isFinite ? nil : "must be positive"
}

@Sendable private func share(_ number: Double) -> String? {
  number > 0 && number < 1 ? nil : "must be between 0 and 1"
}

@Sendable private func atLeastOne(_ number: Double) -> String? {
  number >= 1 && number.isFinite ? nil : "must be at least 1"
}
