#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A face for pictures whose letters are lines of a pen, so it needs no file and no hinting.
///
/// Letters are told on a grid of a hundred units to the em: the pen's middle goes from 4 on the
/// baseline to 48 for small letters, 68 for capitals and -17 below.
enum StrokeFont {
  private struct Glyph: Sendable {
    var advance: Double
    var strokes: [[Point]]
  }

  /// Columns that the pen covers, of a size in pixels.
  static func pen(size: Double, isBold: Bool) -> Double { size * (isBold ? 0.135 : 0.086) }

  /// Pixels that a text takes.
  static func width(_ text: String, size: Double, isBold: Bool) -> Double {
    text.reduce(0) { $0 + glyph($1).advance + (isBold ? 4 : 0) } * size / 100
  }

  /// The pen's ways through a text, from its origin on the baseline, y upwards.
  static func strokes(_ text: String, size: Double, isBold: Bool) -> [[Point]] {
    var result: [[Point]] = []
    var x = isBold ? 2.0 : 0
    for character in text {
      let glyph = glyph(character)
      for stroke in glyph.strokes {
        result.append(stroke.map { Point(x: ($0.x + x) * size / 100, y: $0.y * size / 100) })
      }
      x += glyph.advance + (isBold ? 4 : 0)
    }
    return result
  }

  private static func glyph(_ character: Character) -> Glyph {
    if let glyph = glyphs[character] { return glyph }
    if let parts = composites[character], let base = glyphs[parts.letter] {
      let isTall = parts.letter.isUppercase
      let mark = (marks[parts.mark] ?? []).map { stroke in
        stroke.map { Point(x: $0.x + base.advance / 2, y: $0.y + (isTall ? 20 : 0)) }
      }
      return Glyph(advance: base.advance, strokes: base.strokes + mark)
    }
    if let digit = raised[character], let base = glyphs[digit] {
      let strokes = base.strokes.map { $0.map { Point(x: $0.x * 0.6, y: $0.y * 0.6 + 28) } }
      return Glyph(advance: base.advance * 0.62, strokes: strokes)
    }
    return textWidth(String(character)) > 1 ? wideBox : box
  }

  private static let glyphs: [Character: Glyph] = {
    var result: [Character: Glyph] = [:]
    for line in strokeFontTable.split(separator: "\n") {
      guard let character = line.first else { continue }
      let words = line.dropFirst().split(separator: " ")
      guard let advance = words.first.flatMap({ Double($0) }) else { continue }
      result[character] = Glyph(advance: advance, strokes: strokes(words.dropFirst()))
    }
    result[" "] = Glyph(advance: 28, strokes: [])
    return result
  }()

  private static let box = Glyph(advance: 52, strokes: strokes("M 8 4 8 68 44 68 44 4 8 4"))
  private static let wideBox = Glyph(advance: 100, strokes: strokes("M 8 4 8 68 92 68 92 4 8 4"))

  private static let raised: [Character: Character] = [
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8",
    "⁹": "9", "⁻": "-",
  ]

  private static let marks: [Character: [[Point]]] = [
    "´": strokes("M -3 58 7 68"), "`": strokes("M 3 58 -7 68"),
    "^": strokes("M -9 58 0 67 9 58"), "~": strokes("M -11 59 Q -5 67 0 62 Q 5 57 11 65"),
    "¨": strokes("O -8 63 1.2 1.2 O 8 63 1.2 1.2"), "°": strokes("O 0 64 6 6"),
    "¸": strokes("M 1 0 Q 8 -8 -2 -13"),
  ]

  private static let composites: [Character: (letter: Character, mark: Character)] = {
    let groups: [(Character, String, String)] = [
      ("´", "áéíóúýÁÉÍÓÚ", "aeiouyAEIOU"), ("`", "àèìòùÀÈÌÒÙ", "aeiouAEIOU"),
      ("^", "âêîôûÂÊÎÔÛ", "aeiouAEIOU"), ("~", "ãñõÃÑÕ", "anoANO"),
      ("¨", "äëïöüÿÄËÏÖÜ", "aeiouyAEIOU"), ("°", "åÅ", "aA"), ("¸", "çÇ", "cC"),
    ]
    var result: [Character: (letter: Character, mark: Character)] = [:]
    for (mark, composed, letters) in groups {
      for (character, letter) in zip(composed, letters) { result[character] = (letter, mark) }
    }
    return result
  }()

  private static func strokes(_ path: String) -> [[Point]] { strokes(path.split(separator: " ")) }

  /// Reads a path: `M` begins a stroke and goes on by lines, `Q` goes on by a curve with one point
  /// that it leans to, `A x y rx ry from to` is a piece of an ellipse in degrees, `O x y rx ry` a
  /// whole one by itself.
  private static func strokes(_ words: some Collection<Substring>) -> [[Point]] {
    var result: [[Point]] = []
    var command: Substring = ""
    var numbers: [Double] = []
    for word in words {
      guard let number = Double(word) else {
        command = word
        numbers = []
        if command == "M" { result.append([]) }
        continue
      }
      numbers.append(number)
      switch (command, numbers.count) {
      case ("M", 2): extend(&result, [Point(x: numbers[0], y: numbers[1])])
      case ("Q", 4):
        extend(&result, curve(from: result.last?.last, numbers))
      case ("A", 6):
        extend(&result, arc(numbers))
      case ("O", 4):
        result.append(arc(numbers + [0, 360]))
      default: continue
      }
      numbers = []
    }
    return result
  }

  private static func extend(_ strokes: inout [[Point]], _ points: [Point]) {
    if strokes.isEmpty { strokes.append([]) }
    strokes[strokes.count - 1] += points
  }

  /// A quadratic curve of Bézier's from where the pen is.
  private static func curve(from start: Point?, _ numbers: [Double]) -> [Point] {
    guard let start else { return [] }
    return (1...8).map { step in
      let t = Double(step) / 8
      let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
      return Point(
        x: a * start.x + b * numbers[0] + c * numbers[2],
        y: a * start.y + b * numbers[1] + c * numbers[3])
    }
  }

  private static func arc(_ numbers: [Double]) -> [Point] {
    let (from, to) = (numbers[4], numbers[5])
    let count = max(2, Int(abs(to - from) / 15))
    return (0...count).map { step in
      let angle = (from + (to - from) * Double(step) / Double(count)) * .pi / 180
      return Point(
        x: numbers[0] + numbers[2] * cos(angle), y: numbers[1] + numbers[3] * sin(angle))
    }
  }
}
