public import Catalog

/// The calls of the language itself, which need no laboratory.
public let baseCalls = Registry(
  "Base", TextCalls.declarations + ListCalls.declarations + NumberCalls.declarations)
