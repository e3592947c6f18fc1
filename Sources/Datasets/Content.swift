import Images
public import Tensors

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
  /// What the files hold and what is made of them; `FileContents` says how much is read.
  public func addContent(to hash: inout ContentHash) throws {
    hash.add("\(way.size) \(way.crop) \(way.interpolation)")
    FileContents.add(paths, to: &hash)
  }
}

extension FolderScenes {
  /// What the picture files hold and how they are fitted. Scenes are cut at random from the whole, so
  /// their middles would not do.
  func addContent(to hash: inout ContentHash) throws {
    hash.add("\(fit.height) \(fit.width) \(fit.way)")
    FileContents.add(pairs.map(\.image), to: &hash)
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
