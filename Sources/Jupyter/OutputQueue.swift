/// What waits to be published, in the order in which it is to leave.
///
/// Text of one stream is gathered for `gathering` milliseconds or `streamBytes` bytes while nothing
/// else follows it. Updates of one display leave at most every `updatePause` milliseconds; the
/// newest replaces those that wait, and none waits longer than the next thing that is no text.
struct OutputQueue: Sendable {
  enum Entry: Sendable {
    /// A message of the IOPub channel, its content as JSON.
    case broadcast(type: String, content: [UInt8], parent: [UInt8])
    /// Text of `stdout` or `stderr`.
    case stream(name: String, text: String, parent: [UInt8])
    /// `update_display_data` of that display.
    case update(id: String, content: [UInt8], parent: [UInt8])
    /// To be done when everything before has left, such as sending the reply of a request.
    case action(@Sendable () -> Void)
  }

  enum Next: Sendable {
    case entry(Entry)
    /// Nothing is due for so many milliseconds.
    case wait(Int)
    case empty
  }

  static let gathering = 50
  static let streamBytes = 64 << 10
  static let updatePause = 100

  private var entries: [Entry] = []
  private var head = 0
  /// When the stream at the end of the queue was begun.
  private var streamStart = 0
  private var held: [(id: String, content: [UInt8], parent: [UInt8], due: Int)] = []
  private var lastUpdate: [String: Int] = [:]
  /// Bytes of everything that waits.
  private(set) var bytes = 0

  var isEmpty: Bool { head == entries.count && held.isEmpty }

  /// Adds one entry at a time given in milliseconds. Returns whether the publisher must be woken.
  mutating func append(_ entry: Entry, now: Int) -> Bool {
    switch entry {
    case .stream(let name, let text, let parent): return gather(name, text, parent, now)
    case .update(let id, let content, let parent): return update(id, content, parent, now)
    case .broadcast, .action:
      releaseHeld(now: now)
      push(entry)
      return true
    }
  }

  /// Takes the first entry that is due.
  mutating func next(now: Int) -> Next {
    if head < entries.count {
      if head + 1 == entries.count, case .stream(_, let text, _) = entries[head],
        text.utf8.count < OutputQueue.streamBytes
      {
        let rest = streamStart + OutputQueue.gathering - now
        if rest > 0 { return .wait(min(rest, heldWait(now: now) ?? rest)) }
      }
      return .entry(pop())
    }
    guard let wait = heldWait(now: now) else { return .empty }
    if wait > 0 { return .wait(wait) }
    releaseHeld(now: now, onlyDue: true)
    return head < entries.count ? .entry(pop()) : .empty
  }

  private func size(_ entry: Entry) -> Int {
    switch entry {
    case .broadcast(_, let content, _), .update(_, let content, _): content.count
    case .stream(_, let text, _): text.utf8.count
    case .action: 0
    }
  }

  private mutating func push(_ entry: Entry) {
    entries.append(entry)
    bytes += size(entry)
  }

  private mutating func pop() -> Entry {
    let entry = entries[head]
    entries[head] = .action({})
    head += 1
    bytes -= size(entry)
    if head == entries.count {
      entries.removeAll(keepingCapacity: entries.count < 4096)
      head = 0
    } else if head > 1024, head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
    return entry
  }

  private mutating func gather(
    _ name: String, _ text: String, _ parent: [UInt8], _ now: Int
  ) -> Bool {
    if head < entries.count,
      case .stream(let lastName, var gathered, let lastParent) = entries[entries.count - 1],
      lastName == name, gathered.utf8.count < OutputQueue.streamBytes, lastParent == parent
    {
      // Emptied first, so that the text has one owner and grows in place.
      entries[entries.count - 1] = .action({})
      gathered += text
      entries[entries.count - 1] = .stream(name: name, text: gathered, parent: parent)
      bytes += text.utf8.count
      return gathered.utf8.count >= OutputQueue.streamBytes
    }
    streamStart = now
    push(.stream(name: name, text: text, parent: parent))
    return true
  }

  private mutating func update(
    _ id: String, _ content: [UInt8], _ parent: [UInt8], _ now: Int
  ) -> Bool {
    if let index = held.firstIndex(where: { $0.id == id }) {
      bytes += content.count - held[index].content.count
      held[index].content = content
      held[index].parent = parent
      return false
    }
    let due = (lastUpdate[id] ?? .min / 2) + OutputQueue.updatePause
    if now < due {
      held.append((id, content, parent, due))
      bytes += content.count
      return true
    }
    lastUpdate[id] = now
    if replaceWaiting(id, content, parent) { return false }
    push(.update(id: id, content: content, parent: parent))
    return true
  }

  /// Where an update has not left for longer than the pause, the reader is slow: one is enough.
  private mutating func replaceWaiting(
    _ id: String, _ content: [UInt8], _ parent: [UInt8]
  ) -> Bool {
    for index in (head..<entries.count).reversed() {
      guard case .update(id, let old, parent) = entries[index] else { continue }
      entries[index] = .update(id: id, content: content, parent: parent)
      bytes += content.count - old.count
      return true
    }
    return false
  }

  private func heldWait(now: Int) -> Int? {
    held.map { max(0, $0.due - now) }.min()
  }

  private mutating func releaseHeld(now: Int, onlyDue: Bool = false) {
    if lastUpdate.count > 64 {
      lastUpdate = lastUpdate.filter { now - $0.value < OutputQueue.updatePause }
    }
    guard !held.isEmpty else { return }
    let leaving = held.filter { !onlyDue || $0.due <= now }
    held.removeAll { !onlyDue || $0.due <= now }
    for update in leaving {
      lastUpdate[update.id] = now
      bytes -= update.content.count
      push(.update(id: update.id, content: update.content, parent: update.parent))
    }
  }
}
