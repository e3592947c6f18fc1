/// Room for doubles in the tensor pool.
struct DoubleScratch {
  private let storage: Storage

  init(count: Int) { storage = Storage(count: 2 * count) }

  /// Runs the body with the memory kept alive.
  func use<Result>(_ body: (UnsafeMutablePointer<Double>) -> Result) -> Result {
    withExtendedLifetime(storage) {
      body(UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: Double.self))
    }
  }
}

/// Places in images, 32-bit whole numbers in the tensor pool: as large as an activation, so they
/// must not come fresh from the system at every step.
final class PlaceScratch {
  private let storage: Storage

  init(count: Int) { storage = Storage(count: count) }

  var pointer: UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: Int32.self)
  }
}
