import Catalog
public import Images
import Synchronization

/// Pictures in files, read when they are asked for and kept as far as memory allows.
///
/// What is kept is what was read first: with every epoch in another order, a picture that was thrown
/// out for another would only have to be read again.
public final class FolderImages: ImageSource {
  public let count: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  public let normalisation: Normalisation?
  /// Where each picture is.
  let paths: [String]
  private let labels: [Int32]
  let way: Preprocessing
  private let isUpright: Bool
  private let skipsDamaged: Bool
  private let state: Mutex<State>

  private struct State {
    /// Bytes by place, until `room` is used up.
    var kept: [Int: [UInt8]] = [:]
    /// Pictures in their own sizes, for random crops, in what room is left.
    var whole: [Int: Raster] = [:]
    var room: Int
    /// Reasons by place.
    var damaged: [Int: String] = [:]
  }

  /// - Parameters:
  ///   - way: Size, crop and interpolation; its normalisation is that of the pictures.
  ///   - memory: Bytes that may be kept.
  ///   - skipsDamaged: Whether another picture of the class stands in for one that cannot be read.
  init(
    _ paths: [String], labels: [Int32], way: Preprocessing, isUpright: Bool, memory: Int,
    skipsDamaged: Bool
  ) {
    count = paths.count
    (height, width) = (way.size, way.size)
    channels = way.normalisation.mean.count
    normalisation = way.normalisation
    self.paths = paths
    self.labels = labels
    self.way = way
    self.isUpright = isUpright
    self.skipsDamaged = skipsDamaged
    state = Mutex(State(room: memory))
  }

  public var isCostly: Bool { true }

  /// Files that could not be read so far, with the reasons.
  var damaged: [(path: String, reason: String)] {
    let found = state.withLock { $0.damaged }
    return found.sorted { $0.key < $1.key }.map { (paths[$0.key], $0.value) }
  }

  /// Bytes of a picture: height × width × channels.
  func bytes(_ index: Int) throws -> [UInt8] { try standingIn(for: index, ownBytes) }

  public func photograph(_ index: Int) throws -> Raster? {
    try standingIn(for: index, ownPhotograph)
  }

  /// Reads a picture, or where it is damaged and may be skipped, another one of its class.
  private func standingIn<Result>(
    for index: Int, _ read: (Int) throws -> Result
  ) throws -> Result {
    var place = index
    for _ in 0..<count {
      do {
        return try read(place)
      } catch let failure as Failure where failure.kind == .file && skipsDamaged {
        // The next one of the class: which one it is depends on the files alone, so that a run can
        // be made again.
        repeat { place = (place + 1) % count } while labels[place] != labels[index]
        if place == index { throw failure }
      }
    }
    throw Failure(.file, "\(shownPath(paths[index])): no picture of its class can be read")
  }

  /// Reads a picture into memory.
  func check(_ index: Int) throws { _ = try ownBytes(index) }

  /// The same, with what another source has read already.
  ///
  /// - Parameter places: Where the pictures are here, by path.
  func keeping(_ other: FolderImages, places: [String: Int]) -> FolderImages {
    let read = other.state.withLock { $0.kept }
    state.withLock { state in
      for (place, bytes) in read {
        guard let own = places[other.paths[place]], state.room >= bytes.count else { continue }
        state.kept[own] = bytes
        state.room -= bytes.count
      }
    }
    return self
  }

  private func ownBytes(_ index: Int) throws -> [UInt8] {
    let known = state.withLock { ($0.kept[index], $0.damaged[index]) }
    if let bytes = known.0 { return bytes }
    if let reason = known.1 { throw Failure(.file, reason) }
    let bytes = way.prepared(try decoded(index), channels: channels).pixels
    state.withLock { state in
      if state.room >= bytes.count, state.kept[index] == nil {
        state.kept[index] = bytes
        state.room -= bytes.count
      }
    }
    return bytes
  }

  private func ownPhotograph(_ index: Int) throws -> Raster {
    let known = state.withLock { ($0.whole[index], $0.damaged[index]) }
    if let raster = known.0 { return raster }
    if let reason = known.1 { throw Failure(.file, reason) }
    let raster = try decoded(index).converted(to: channels)
    state.withLock { state in
      if state.room >= raster.pixels.count, state.whole[index] == nil {
        state.whole[index] = raster
        state.room -= raster.pixels.count
      }
    }
    return raster
  }

  private func decoded(_ index: Int) throws -> Raster {
    do {
      return try PictureFile(path: paths[index]).raster(isUpright: isUpright)
    } catch {
      state.withLock { $0.damaged[index] = error.message }
      throw error
    }
  }

  public func load(_ index: Int, into image: inout Image) throws {
    let bytes = try bytes(index)
    image.values.withUnsafeMutableBufferPointer { target in
      if let base = target.baseAddress {
        Normalisation.identity(channels: channels).write(bytes, into: base)
      }
    }
  }

  public func load(
    _ index: Int, normalised: Normalisation, into target: UnsafeMutablePointer<Float>
  ) throws {
    normalised.write(try bytes(index), into: target)
  }
}

func shownPath(_ path: String) -> String {
  "'" + (path.count > 80 ? "…" + path.suffix(80) : path[...]) + "'"
}
