import Catalog
import Losses
import Plots
import Training

/// Axis label and unit of a run's figures.
private func axis(of name: String) -> Axis {
  switch name {
  case "accuracy", "agreement", "test_accuracy", "test_agreement", "test_ema_accuracy":
    Axis("share")
  case "lr": Axis("learning rate")
  case "grad_norm": Axis("norm")
  default: Axis("loss")
  }
}

extension Run {
  /// Loss and terms in one panel, shares in another.
  func curves(smooth: Double) -> Plot {
    let losses = (["loss"] + goal.terms.map(\.name)).compactMap { log[$0] }
    let shown = losses.count == 2 ? Array(losses.prefix(1)) : losses
    let shares = [
      "accuracy", "agreement", "test_accuracy", "test_agreement", "test_ema_accuracy",
    ].compactMap { log[$0] }
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

/// One panel of series over their steps.
func plot(_ series: [(label: String, series: Series)], smooth: Double, logY: Bool) -> Plot {
  var y = axis(of: series.first?.series.name ?? "")
  if Set(series.map { axis(of: $0.series.name).label }).count > 1 { y = Axis("value") }
  y.isLog = logY
  return Plot(
    panel: Panel(
      x: Axis("step"), y: y,
      curves: series.map { $0.series.curve(named: $0.label, smooth: smooth) }))
}
