import Catalog

/// The call that makes a loss again: `at(p=4, paper=true)`. Arguments without a text are at their
/// default.
func callText(_ name: String, _ arguments: (name: String, text: String?)...) -> String {
  let given = arguments.compactMap { argument in argument.text.map { "\(argument.name)=\($0)" } }
  return "\(name)(\(given.joined(separator: ", ")))"
}

extension ArgumentType where Self: Equatable {
  /// The argument's text, unless it is the default.
  func text(unless usual: Self) -> String? { self == usual ? nil : literal }
}
