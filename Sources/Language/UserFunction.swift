import Catalog

/// A function made by `def`: parameters with defaults, a scope of its own, no recursion.
final class UserFunction: Callable {
  struct Parameter {
    let name: String
    let fallback: Value?
  }

  let name: String
  let parameters: [Parameter]
  let body: [Statement]
  let source: SourceText

  init(name: String, parameters: [Parameter], body: [Statement], source: SourceText) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.source = source
  }

  var usage: String {
    let parts = parameters.map { parameter in
      parameter.fallback.map { "\(parameter.name)=\(short($0, orLine: 24))" } ?? parameter.name
    }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }

  /// The variables that a call starts with.
  func bind(_ given: [GivenArgument]) throws(Failure) -> Variables {
    var values: [Value?] = Array(repeating: nil, count: parameters.count)
    var position = 0
    for argument in given {
      guard let label = argument.name else {
        guard position < parameters.count else {
          let most = parameters.count == 1 ? "1 argument" : "\(parameters.count) arguments"
          throw failure("\(name) takes at most \(most)", site: .positional(position))
        }
        values[position] = argument.value
        position += 1
        continue
      }
      guard let index = parameters.firstIndex(where: { $0.name == label }) else {
        let near = nearest(to: label, among: parameters.map(\.name))
        throw failure(
          "\(name) has no argument '\(label)'", advice: near.map { "did you mean '\($0)'?" },
          site: .label(label))
      }
      guard values[index] == nil else {
        throw failure("\(name): '\(label)' is given twice", site: .label(label))
      }
      values[index] = argument.value
    }
    var locals = Variables()
    for (parameter, value) in zip(parameters, values) {
      guard let value = value ?? parameter.fallback else {
        throw failure("\(name) needs '\(parameter.name)'", site: .call)
      }
      locals[parameter.name] = value
    }
    return locals
  }

  private func failure(
    _ message: String, advice: String? = nil, site: Failure.Site
  ) -> Failure {
    Failure(.argument, message, advice: advice, usage: usage, site: site)
  }
}

/// The one-line form of a value where that is short, else a description.
private func short(_ value: Value, orLine limit: Int) -> String {
  if case .list(let items) = value, items.count > 8 { return short(value) }
  let line = value.line(quoted: true)
  return line.count <= limit ? line : short(value)
}
