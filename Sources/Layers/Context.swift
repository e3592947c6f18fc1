public import Tensors

/// How a network is being run: passed along every forward, so nothing is hidden in globals.
public final class Context {
  /// Training mode: batch statistics, dropout. Evaluation otherwise.
  public let isTraining: Bool
  /// Whether parameters are put on the tape.
  public let isRecording: Bool
  /// Whether running statistics are updated; a probe looks without touching.
  public let updatesState: Bool
  /// What random layers draw from: a draw is a function of (seed, path, step, element).
  public let seed: UInt64
  public let step: Int
  /// Outputs wanted by module path; filled as the modules run.
  public private(set) var features: [String: Tensor]
  private let wanted: Set<String>
  /// Called after every module with its output's shape, for summaries and traces.
  public var observer: ((Module, _ inputs: [Tensor], _ output: Tensor) -> Void)?
  /// Notes which module every operation belongs to.
  public let tracer: Tracer?

  public init(
    isTraining: Bool = false, isRecording: Bool = false, updatesState: Bool = true,
    seed: UInt64 = 0, step: Int = 0, features wanted: Set<String> = [], tracer: Tracer? = nil
  ) {
    self.isTraining = isTraining
    self.isRecording = isRecording
    self.updatesState = updatesState && isTraining
    self.seed = seed
    self.step = step
    self.wanted = wanted
    self.tracer = tracer
    features = [:]
  }

  /// A frozen network in evaluation mode.
  public static var evaluation: Context { Context() }

  /// The parameter as the network should compute with it: on the tape if gradients are wanted.
  public func callAsFunction(_ parameter: Parameter) -> Tensor {
    isRecording && parameter.isTrainable ? parameter.tracked : parameter.value
  }

  /// Whether the output of the module at this path is asked for, so that it must not be fused away.
  public func wants(_ path: String) -> Bool {
    observer != nil || tracer != nil || (!wanted.isEmpty && wanted.contains(path))
  }

  /// Whether somebody asks for the module at this path or for a part of it, so that a branch that does
  /// not lead to the network's result is computed. A trace does not ask, and leaves it out.
  public func asks(for path: String) -> Bool {
    observer != nil || wanted.contains { $0 == path || $0.hasPrefix(path + ".") }
  }

  func finished(_ module: Module, _ inputs: [Tensor], _ output: Tensor) {
    if !wanted.isEmpty, wanted.contains(module.path) { features[module.path] = output }
    tracer?.note(module: module.path, output: output)
    if !(module is Place) { observer?(module, inputs, output) }
  }
}
