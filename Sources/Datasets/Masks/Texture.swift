/// A ground made of formulas: the same draws give the same ground.
enum Texture: Int, CaseIterable {
  case gradient, stripes, squares, clouds

  /// H·W·3 bytes between two random colours, with a little grain.
  static func ground(height: Int, width: Int, _ draws: inout Draws) -> [UInt8] {
    let kind = Texture.allCases[draws.integer(below: allCases.count)]
    let (first, second) = (color(&draws), color(&draws))
    let field = kind.field(height: height, width: width, &draws)
    let grain = draws.uniform(0, 12)
    var pixels = [UInt8](repeating: 0, count: height * width * 3)
    for place in 0..<height * width {
      let noise = grain * (draws.uniform(0, 1) - 0.5)
      for channel in 0..<3 {
        let value =
          Double(first[channel]) + (Double(second[channel]) - Double(first[channel])) * field[place]
        pixels[3 * place + channel] = UInt8(max(0, min(255, value + noise)))
      }
    }
    return pixels
  }

  static func color(_ draws: inout Draws) -> [UInt8] {
    (0..<3).map { _ in UInt8(draws.integer(below: 256)) }
  }

  /// A share of the second colour for each pixel, 0 … 1.
  private func field(height: Int, width: Int, _ draws: inout Draws) -> [Double] {
    let longest = Double(max(height, width))
    // A direction by two numbers needs no sine, and so is the same everywhere.
    let (a, b) = (draws.uniform(-1, 1), draws.uniform(-1, 1))
    let length = max(0.1, (a * a + b * b).squareRoot())
    let period = draws.uniform(0.06, 0.3) * longest
    let shift = draws.uniform(0, 1)
    let lattice = self == .clouds ? Lattice(&draws) : nil
    var result = [Double](repeating: 0, count: height * width)
    for y in 0..<height {
      for x in 0..<width {
        let (u, v) = (
          (a * Double(x) + b * Double(y)) / length, (b * Double(x) - a * Double(y)) / length
        )
        let share: Double
        switch self {
        case .gradient: share = 0.5 + u / (2 * longest)
        case .stripes: share = Texture.wave(u / period + shift)
        case .squares:
          share =
            (Texture.wave(u / period + shift) < 0.5) == (Texture.wave(v / period + shift) < 0.5)
            ? 0 : 1
        case .clouds:
          share = lattice?.value(x: Double(x) / longest, y: Double(y) / longest) ?? 0
        }
        result[y * width + x] = max(0, min(1, share))
      }
    }
    return result
  }

  /// A triangle of period 1 between 0 and 1.
  private static func wave(_ phase: Double) -> Double {
    abs(2 * (phase - phase.rounded(.down)) - 1)
  }

  /// Smooth noise of three sizes (Perlin 1985's value noise).
  private struct Lattice {
    private static let side = 17
    private let values: [Double]

    init(_ draws: inout Draws) {
      var own = draws
      values = (0..<3 * Lattice.side * Lattice.side).map { _ in own.uniform(0, 1) }
      draws = own
    }

    /// - Parameters: Between 0 and 1.
    func value(x: Double, y: Double) -> Double {
      let octaves = [(4.0, 0.5), (8.0, 0.3), (16.0, 0.2)]
      return octaves.enumerated().reduce(0) { sum, octave in
        sum + octave.element.1
          * smooth(x * octave.element.0, y * octave.element.0, octave: octave.offset)
      }
    }

    private func smooth(_ x: Double, _ y: Double, octave: Int) -> Double {
      let (column, row) = (min(Lattice.side - 2, Int(x)), min(Lattice.side - 2, Int(y)))
      let (dx, dy) = (x - Double(column), y - Double(row))
      let (across, down) = (dx * dx * (3 - 2 * dx), dy * dy * (3 - 2 * dy))
      func at(_ row: Int, _ column: Int) -> Double {
        values[(octave * Lattice.side + row) * Lattice.side + column]
      }
      let top = at(row, column) + (at(row, column + 1) - at(row, column)) * across
      let bottom =
        at(row + 1, column) + (at(row + 1, column + 1) - at(row + 1, column)) * across
      return top + (bottom - top) * down
    }
  }
}
