import Catalog
import Losses
import Plots
import Training

/// Axis of a run's figure: what it is called and, where it has one, its unit.
func axis(of name: String) -> Axis {
  switch name {
  case "accuracy": Axis("accuracy (share of the batch)")
  case "agreement": Axis("agreement (share)")
  case "test_accuracy", "test_ema_accuracy": Axis("held-out accuracy (share)")
  case "test_agreement": Axis("held-out agreement (share)")
  case "test_miou", "test_ema_miou": Axis("mean IoU on held-out data (share)")
  case "test_loss", "test_ema_loss": Axis("held-out loss", unit: "nat")
  case "lr": Axis("learning rate")
  case "grad_norm": Axis("norm of the gradient")
  default: companionAxis(of: name) ?? Axis("loss")
  }
}

/// Axis of a figure of a critic's health, whatever its term is called.
private func companionAxis(of name: String) -> Axis? {
  if name.hasSuffix("_gap") { return Axis("gap of the critic's scores") }
  if name.hasSuffix("_penalty") { return Axis("gradient penalty") }
  return name.hasSuffix("_slope") ? Axis("norm of the critic's slope") : nil
}

extension Run {
  /// Loss and terms in one panel, shares in another.
  func curves(smooth: Double) -> Plot {
    figures.curves(terms: goal.terms.map(\.name), smooth: smooth)
  }
}

extension Log {
  /// Loss and terms in one panel, shares in another.
  func curves(terms: [String], smooth: Double) -> Plot {
    let losses = (["loss"] + terms).compactMap { self[$0] }
    let shown = losses.count == 2 ? Array(losses.prefix(1)) : losses
    let shares = [
      "accuracy", "agreement", "test_accuracy", "test_agreement", "test_ema_accuracy",
      "test_miou", "test_ema_miou",
    ].compactMap { self[$0] }
    let panels = [("loss", shown), ("share", shares)].filter { !$0.1.isEmpty }.map {
      label, series in
      Panel(
        x: Axis("step"), y: Axis(label),
        curves: series.map { $0.curve(smooth: $0.name.hasPrefix("test") ? 0 : smooth) })
    }
    return Plot(panels: panels)
  }
}

extension Series {
  func curve(named label: String? = nil, smooth: Double) -> Curve {
    Curve(
      label ?? name, x: steps.map(Double.init), y: values,
      smooth: values.count > 2 ? smooth : 0)
  }
}
