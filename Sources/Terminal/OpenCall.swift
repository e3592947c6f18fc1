/// Finds the call that an unfinished input stands in.
enum OpenCall {
  /// Where the name before the innermost open parenthesis ends, in code points; nil where the input
  /// ends in a string or a comment, or in no call.
  static func nameEnd(in code: String) -> Int? {
    let scalars = Array(code.unicodeScalars)
    var open: [Int] = []
    var quote: Unicode.Scalar?
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      if let mark = quote {
        if scalar == "\\" { index += 1 } else if scalar == mark { quote = nil }
      } else {
        switch scalar {
        case "\"", "'": quote = scalar
        case "#":
          while index < scalars.count, scalars[index] != "\n" { index += 1 }
          if index == scalars.count { return nil }
        case "(", "[", "{": open.append(index)
        case ")", "]", "}": _ = open.popLast()
        default: break
        }
      }
      index += 1
    }
    guard quote == nil else { return nil }
    for start in open.reversed() where scalars[start] == "(" {
      guard start > 0, isPartOfName(scalars[start - 1]) else { continue }
      return start
    }
    return nil
  }

  private static func isPartOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }
}
