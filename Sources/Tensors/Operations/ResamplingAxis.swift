/// How an axis is resampled: each output place is a weighted sum of input places.
struct ResamplingAxis: Sendable {
  /// Size of the input axis.
  let input: Int
  /// Output i sums weights[k]·input[places[k]] over starts[i] ..< starts[i + 1].
  private(set) var starts: [Int32] = [0]
  private(set) var places: [Int32] = []
  private(set) var weights: [Float] = []

  /// Size of the output axis.
  var output: Int { starts.count - 1 }

  private init(input: Int) { self.input = input }

  private mutating func append(_ terms: [(place: Int, weight: Double)]) {
    for term in terms {
      places.append(Int32(term.place))
      weights.append(Float(term.weight))
    }
    starts.append(Int32(places.count))
  }

  /// An axis of `input` places seen at `output` places as `mode` says.
  init(input: Int, output: Int, mode: ResizeMode, alignsCorners: Bool, isSmoothed: Bool) {
    self.init(input: input)
    for index in 0..<output {
      if mode == .nearest {
        // Single precision, as PyTorch computes it: the place decides, not its rounding.
        let place = Int(Float(index) * (Float(input) / Float(output)))
        append([(min(place, input - 1), 1)])
      } else if isSmoothed {
        append(ResamplingAxis.smoothed(index, input, output, mode))
      } else {
        append(
          ResamplingAxis.interpolated(index, input, output, mode, alignsCorners: alignsCorners))
      }
    }
  }

  /// Where an output place lies among the input places.
  private static func centre(
    _ index: Int, _ input: Int, _ output: Int, alignsCorners: Bool
  ) -> Double {
    if alignsCorners {
      return output > 1 ? Double(index) * Double(input - 1) / Double(output - 1) : 0
    }
    return (Double(index) + 0.5) * Double(input) / Double(output) - 0.5
  }

  private static func interpolated(
    _ index: Int, _ input: Int, _ output: Int, _ mode: ResizeMode, alignsCorners: Bool
  ) -> [(place: Int, weight: Double)] {
    let exact = centre(index, input, output, alignsCorners: alignsCorners)
    let centre = mode == .bilinear ? max(exact, 0) : exact
    let below = Int(centre.rounded(.down))
    let reach = mode == .bilinear ? 0...1 : -1...2
    var terms: [(place: Int, weight: Double)] = []
    for place in reach.map({ below + $0 }) {
      let weight = mode.weight(Double(place) - centre, sharpness: -0.75)
      let inside = min(max(place, 0), input - 1)
      if let last = terms.indices.last, terms[last].place == inside {
        terms[last].weight += weight
      } else {
        terms.append((inside, weight))
      }
    }
    return terms
  }

  /// The filter widened by the reduction, so that every input place counts (no aliasing).
  private static func smoothed(
    _ index: Int, _ input: Int, _ output: Int, _ mode: ResizeMode
  ) -> [(place: Int, weight: Double)] {
    let scale = Double(input) / Double(output)
    let stretch = max(scale, 1)
    let reach = (mode == .bilinear ? 1 : 2) * stretch
    let centre = (Double(index) + 0.5) * scale
    let from = max(0, Int(centre - reach + 0.5))
    let to = min(input, Int(centre + reach + 0.5))
    let terms = (from..<max(from, to)).map { place in
      (
        place: place,
        weight: mode.weight((Double(place) - centre + 0.5) / stretch, sharpness: -0.5)
      )
    }
    let sum = terms.reduce(0) { $0 + $1.weight }
    return terms.map { ($0.place, $0.weight / sum) }
  }

  /// The adjoint: what each input place gave to which output places.
  var transposed: ResamplingAxis {
    var given: [[(place: Int, weight: Double)]] = Array(repeating: [], count: input)
    for index in 0..<output {
      for k in Int(starts[index])..<Int(starts[index + 1]) {
        given[Int(places[k])].append((index, Double(weights[k])))
      }
    }
    var result = ResamplingAxis(input: output)
    for terms in given { result.append(terms) }
    return result
  }
}
