import Tensors

/// Operators whose result stands in the file.
let constantOperators: [String: OnnxOperator] = [
  "Constant": { call in
    for (name, attribute) in call.node.attributes {
      switch (name, attribute) {
      case ("value", .array(let value)): return [value]
      case ("value_float", .number(let number)): return [.numbers(OnnxTensor(Tensor(number)))]
      case ("value_int", .integer(let number)): return [.integers(OnnxIntegers([number], []))]
      case ("value_floats", .numbers(let numbers)):
        return [.numbers(OnnxTensor(try Tensor(numbers, [numbers.count])))]
      case ("value_ints", .integers(let numbers)): return [.integers(OnnxIntegers(numbers))]
      default: continue
      }
    }
    throw call.problem("has no value that is read")
  },
  "ConstantOfShape": { call in
    let shape = try call.checked(try call.integers(0).values)
    switch call.node.attributes["value"] {
    case .array(.integers(let value))?:
      guard shape.elementCount <= 1 << 20 else { throw call.problem("has too many numbers") }
      let number = value.values.first ?? 0
      return [.integers(OnnxIntegers(Array(repeating: number, count: shape.elementCount), shape))]
    case .array(.numbers(let value))?:
      let number = value.tensor.values.first ?? 0
      return [.numbers(OnnxTensor(Tensor(repeating: number, shape)))]
    default: return [.numbers(OnnxTensor(Tensor(zeros: shape)))]
    }
  },
  "Range": { call in
    guard let start = try call.integers(0).values.first,
      let end = try call.integers(1).values.first, let step = try call.integers(2).values.first,
      step != 0
    else { throw call.problem("says no range") }
    let (distance, overflows) = end.subtractingReportingOverflow(start)
    guard !overflows, distance.magnitude / step.magnitude <= 1 << 20 else {
      throw call.problem("has too many numbers")
    }
    return [.integers(OnnxIntegers(Array(stride(from: start, to: end, by: step))))]
  },
]
