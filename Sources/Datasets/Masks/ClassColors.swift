/// The colours that stand for classes in masks.
///
/// The first seven are those of Okabe and Ito (2008, https://jfly.uni-koeln.de/color/), which
/// colour-blind readers can tell apart; the next seven are the same but dark, then pale, so that
/// lightness tells them from the first. Class 0, the ground of most data sets, is grey; what belongs
/// to no class is white.
public enum ClassColors {
  private static let hues: [[Int]] = [
    [0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [213, 94, 0],
    [240, 228, 66],
  ]
  private static let ground: [UInt8] = [128, 128, 128]
  private static let nothing: [UInt8] = [255, 255, 255]

  /// Red, green and blue of a class.
  public static func color(_ label: Int) -> [UInt8] {
    if label == Int(Mask.ignored) { return nothing }
    guard label > 0 else { return ground }
    let hue = hues[(label - 1) % hues.count]
    // Beyond 21 classes the colours come again.
    switch (label - 1) / hues.count % 3 {
    case 0: return hue.map { UInt8($0) }
    case 1: return hue.map { UInt8($0 * 11 / 20) }
    default: return hue.map { UInt8(255 - (255 - $0) * 9 / 20) }
    }
  }

  /// A character for each class, for terminals without colours: the first letter of its name that no
  /// class before it has, a full stop for class 0, a blank for no class.
  public static func letters(_ names: [String]) -> [Character] {
    let spare = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#%&@+=*")
    var used: Set<Character> = ["."]
    return names.enumerated().map { label, name in
      if label == 0 { return "." }
      let wanted = name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
      let found = (Array(wanted) + spare).first { !used.contains($0) } ?? "?"
      used.insert(found)
      return found
    }
  }
}

extension Mask {
  /// The classes as colours, red, green and blue of each pixel.
  public var colors: [UInt8] {
    let table = (0...Int(Mask.ignored)).map { ClassColors.color($0) }
    return values.flatMap { table[Int($0)] }
  }

  /// The picture under the colours of its classes; class 0 and pixels of no class stay as they are.
  ///
  /// - Parameters:
  ///   - pixels: H·W·3 bytes.
  ///   - strength: The colour's share.
  public func overlay(on pixels: [UInt8], strength: Double = 0.55) -> [UInt8] {
    precondition(pixels.count == 3 * values.count)
    var result = pixels
    let share = Int(strength * 256)
    for (place, label) in values.enumerated() where label != 0 && label != Mask.ignored {
      let color = ClassColors.color(Int(label))
      for channel in 0..<3 {
        let old = Int(result[3 * place + channel])
        result[3 * place + channel] = UInt8(
          (old * (256 - share) + Int(color[channel]) * share) >> 8)
      }
    }
    return result
  }

  /// Lines of letters, one for each class; a character stands for two rows, because it is twice as
  /// high as it is wide.
  public func text(_ letters: [Character], columns: Int) -> [String] {
    let across = max(1, min(columns, width))
    let down = max(1, (height * across / width + 1) / 2)
    return (0..<down).map { row in
      String(
        (0..<across).map { column -> Character in
          let y = min(height - 1, (2 * row + 1) * height / (2 * down))
          let x = min(width - 1, (2 * column + 1) * width / (2 * across))
          let label = Int(values[y * width + x])
          return letters.indices.contains(label) ? letters[label] : " "
        })
    }
  }
}
