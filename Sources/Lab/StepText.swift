import Plots
import Training

extension StepResult {
  /// `loss 2.41 = 0.23 ce + 2.18 kd · accuracy 12.5 % · agreement 11.2 %`.
  ///
  /// - Parameter time: Whether the milliseconds are told: not where output is to be compared.
  func text(time: Bool) -> String {
    var parts = ["loss \(figure(loss))"]
    if terms.count > 1 || terms.contains(where: { $0.weight != 1 }) {
      for (place, term) in terms.enumerated() {
        let value = term.weight * term.value
        let sign = place == 0 ? " = " : value < 0 ? " − " : " + "
        parts[0] += sign + "\(figure(place == 0 ? value : abs(value))) \(term.name)"
      }
    }
    parts.append("accuracy \(percent(accuracy))")
    if let agreement { parts.append("agreement \(percent(agreement))") }
    if time { parts.append(secondsText(seconds)) }
    return parts.joined(separator: " · ")
  }
}

extension Evaluation {
  /// `accuracy 84.1 % · loss 0.4512 · agreement 91.0 %`; of pixels, mIoU comes first.
  var text: String {
    var parts = ["accuracy \(NumberFormat.percent(2).text(accuracy))", "loss \(figure(loss))"]
    if let miou = segmentation?.meanIoU {
      parts.insert("mIoU \(NumberFormat.percent(2).text(miou))", at: 0)
    }
    if let agreement { parts.append("agreement \(NumberFormat.percent(2).text(agreement))") }
    return parts.joined(separator: " · ")
  }
}

/// A loss in four significant digits.
func figure(_ number: Double) -> String { NumberFormat.automatic.text(number) }

func percent(_ share: Double) -> String { NumberFormat.percent(1).text(share) }
