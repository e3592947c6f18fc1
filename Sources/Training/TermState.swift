import Layers
import Optimizers
import Tensors

/// What a term of a goal owns in a run, as a value: its parts' tensors and its companion.
struct TermState {
  /// The term's name in the goal.
  var term: String
  /// The call that makes its loss, with models by their marks in the record.
  var script: String
  var parts: NetworkState
  var companion: CompanionState?

  var count: Int { parts.count + (companion?.count ?? 0) }

  /// Stand-ins for the parameters that the student's optimizer moves, until they are bound.
  var parameters: [(key: String, parameter: Parameter)] {
    parts.entries.filter(\.isMoved).map { entry in
      let parameter = Parameter(entry.tensor.shape, layout: entry.layout, start: .kept)
      parameter.value = entry.tensor
      return ("goal.\(term).\(entry.key)", parameter)
    }
  }
}

/// The tensors of a network as values.
struct NetworkState {
  struct Entry {
    var key: String
    var layout: Layout
    /// Running statistics and the like, not moved by an optimizer.
    var isBuffer: Bool
    /// Moved by an optimizer.
    var isMoved: Bool
    var tensor: Tensor
  }

  var entries: [Entry]

  var count: Int { entries.reduce(0) { $0 + $1.tensor.count } }

  /// Whether these are tensors of a network of this kind.
  func fits(_ holders: [StateHolder]) -> Bool {
    entries.count == holders.count
      && zip(entries, holders).allSatisfy { entry, holder in
        entry.key == holder.key && entry.isBuffer == holder.isBuffer
          && entry.tensor.shape == holder.shape
      }
  }
}

/// What holds one tensor of a network under its key.
struct StateHolder {
  let key: String
  let entry: StateEntry

  var isBuffer: Bool { if case .buffer = entry { true } else { false } }

  var isMoved: Bool {
    if case .parameter(let parameter) = entry { parameter.isTrainable } else { false }
  }

  var shape: [Int] {
    switch entry {
    case .parameter(let parameter): parameter.shape
    case .buffer(let buffer): buffer.value.shape
    }
  }

  var layout: Layout {
    if case .parameter(let parameter) = entry { parameter.layout } else { .plain }
  }

  var tensor: Tensor {
    get {
      switch entry {
      case .parameter(let parameter): parameter.value
      case .buffer(let buffer): buffer.value
      }
    }
    nonmutating set {
      switch entry {
      case .parameter(let parameter): parameter.value = newValue
      case .buffer(let buffer): buffer.value = newValue
      }
    }
  }
}

extension [StateHolder] {
  init(_ module: Module) {
    self = module.state.map { StateHolder(key: $0.key, entry: $0.entry) }
  }

  /// The tensors; setting those of a network of this kind restores them.
  var state: NetworkState {
    get {
      NetworkState(
        entries: map {
          NetworkState.Entry(
            key: $0.key, layout: $0.layout, isBuffer: $0.isBuffer,
            isMoved: $0.isMoved, tensor: $0.tensor)
        })
    }
    nonmutating set {
      for (holder, entry) in zip(self, newValue.entries) { holder.tensor = entry.tensor }
    }
  }
}
