/// What the axes of a panel of marks must hold.
struct Extents {
  let x: Scale
  let y: Scale
  /// Whether all places on the x axis are whole: steps, epochs.
  let isWholeX: Bool
  let isEmpty: Bool

  init(_ marks: [Mark], x xAxis: Axis, y yAxis: Axis) {
    var xs: [Double] = []
    var ys: [Double] = []
    var hasPoints = false
    var hasHistogram = false
    for mark in marks {
      switch mark {
      case .curve(let curve):
        xs += curve.x
        ys += curve.y
        if curve.smooth > 0 { ys += curve.shownY }
      case .band(let band):
        xs += band.x
        ys += band.lower + band.upper
      case .points(let points):
        xs += points.x
        ys += points.y
        hasPoints = true
      case .histogram(let histogram):
        xs += [histogram.lower, histogram.upper]
        ys += histogram.counts + (yAxis.isLog ? [0.5] : [0])
        hasHistogram = true
      }
    }
    x = Scale(xAxis, for: xs, margin: hasPoints ? 0.05 : 0)
    let margin = Scale(yAxis, for: ys, margin: hasHistogram ? 0 : 0.04)
    y = hasHistogram && !yAxis.isLog && yAxis.range == nil ? Extents.room(above: margin) : margin
    let drawable = xs.lazy.filter(\.isFinite)
    isWholeX = !hasHistogram && drawable.allSatisfy { $0 == $0.rounded() }
    isEmpty =
      !ys.contains { $0.isFinite && (!yAxis.isLog || $0 > 0) }
      || !drawable.contains { !xAxis.isLog || $0 > 0 }
  }

  /// Counts stand on the axis; above the highest there is a little room.
  private static func room(above scale: Scale) -> Scale {
    let top = max(scale.upper, 1e-300)
    return Scale(Axis(range: 0...(top * 1.04)), for: [], margin: 0)
  }
}
