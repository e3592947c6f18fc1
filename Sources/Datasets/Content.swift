import Images
public import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ImageSource {
  public func addContent(to hash: inout ContentHash) throws {
    for index in 0..<count { hash.add(try image(index).values) }
  }
}

extension ByteImages {
  public func addContent(to hash: inout ContentHash) {
    hash.add(bytes)
    hash.add([white])
  }
}

extension FloatImages {
  public func addContent(to hash: inout ContentHash) { hash.add(values) }
}

extension FolderImages {
  /// Files by name, size and time of change: reading them all would take as long as an epoch.
  public func addContent(to hash: inout ContentHash) throws {
    hash.add("\(way.size) \(way.crop) \(way.interpolation)")
    for path in paths {
      var facts = stat()
      hash.add(path)
      guard stat(path, &facts) == 0 else { continue }
      #if canImport(Glibc)
        let changed = facts.st_mtim
      #else
        let changed = facts.st_mtimespec
      #endif
      hash.add([Int(facts.st_size), changed.tv_sec, changed.tv_nsec])
    }
  }
}

extension Split {
  /// What its pictures are before augmentation, in order, and how they are normalised: two splits
  /// with the same content give the same batches. Labels are no part of it.
  public func content() throws -> ContentHash {
    var hash = ContentHash()
    hash.add([height, width, channels, count])
    hash.add(normalisation.mean)
    hash.add(normalisation.std)
    if let places { hash.add(places) }
    try images.addContent(to: &hash)
    return hash
  }
}
