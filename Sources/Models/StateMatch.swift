import Checkpoints
import Layers

/// Where in a checkpoint a network's keys are, and under which names.
struct StateMatch {
  /// What the keys begin with in the file: `state_dict.module.`.
  var prefix: String
  /// The program whose names the file has; nil where they are ours.
  var map: KeyMap?
  /// The file's key, without the prefix, by the network's.
  var sources: [String: String] = [:]
  /// Keys of the file under the prefix, without it, that the network has no place for.
  var unexpected: [String] = []
  var matched: Int { sources.count }

  /// Where trainers keep the weights; averaged ones first, as timm does. Also what wrappers of a
  /// network put in front of its keys.
  static let places = [
    "state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema", "params_ema",
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "params",
    "weights", "module", "_orig_mod",
  ]
  static let averaged: Set = [
    "state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema", "params_ema",
  ]

  /// The best of all ways to read the checkpoint; of equal ones the first.
  ///
  /// - Parameters:
  ///   - prefix: The only one to look at; nil to find it.
  static func best(
    in checkpoint: Checkpoint, for wanted: [String], prefix: String?,
    substitutions: [KeySubstitution]
  ) -> StateMatch {
    let names = checkpoint.names
    let prefixes = prefix.map { [$0] } ?? candidates(names)
    let own = Set(wanted)
    var best: StateMatch?
    for prefix in prefixes {
      let keys = names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      let match = StateMatch.best(
        keys, prefix: prefix, wanted: wanted, own: own, substitutions: substitutions)
      if match.matched > best?.matched ?? -1 { best = match }
    }
    return best ?? StateMatch(prefix: prefix ?? "")
  }

  private static func best(
    _ keys: [String], prefix: String, wanted: [String], own: Set<String>,
    substitutions: [KeySubstitution]
  ) -> StateMatch {
    let substituted = keys.map { key in
      (key, substitutions.reduce(key) { $1.applied(to: $0) })
    }
    let plain = match(substituted, prefix: prefix, map: nil, own: own)
    guard plain.matched < own.count else { return plain }
    let present = substituted.map(\.1)
    let set = Set(present)
    guard let map = KeyMap.all.first(where: { $0.recognises(set) }) else { return plain }
    let renamed = map.renamed(present, wanted)
    let pairs = substituted.map { ($0.0, renamed[$0.1] ?? $0.1) }
    let mapped = match(pairs, prefix: prefix, map: map, own: own)
    return mapped.matched > plain.matched ? mapped : plain
  }

  /// - Parameter keys: Each key of the file and what it is called here.
  private static func match(
    _ keys: [(file: String, new: String)], prefix: String, map: KeyMap?, own: Set<String>
  ) -> StateMatch {
    var match = StateMatch(prefix: prefix, map: map)
    for (file, new) in keys {
      if own.contains(new), match.sources[new] == nil {
        match.sources[new] = file
      } else if !(map?.dropped.contains { file.hasSuffix($0) } ?? false) {
        match.unexpected.append(file)
      }
    }
    return match
  }

  /// Every row of `places` that keys begin with, the empty one first.
  private static func candidates(_ names: [String]) -> [String] {
    var result = [""]
    var rows: [(prefix: String, names: [String])] = [("", names)]
    for _ in 0..<4 {
      var next: [(prefix: String, names: [String])] = []
      for row in rows {
        for place in places {
          let prefix = row.prefix + place + "."
          let inside = row.names.filter { $0.hasPrefix(prefix) }
          if !inside.isEmpty { next.append((prefix, inside)) }
        }
      }
      // A file can be made of nothing but such rows.
      rows = Array(next.prefix(16))
      result += rows.map(\.prefix)
    }
    return result
  }

  /// What to say of the way it was read.
  func notes(_ checkpoint: Checkpoint) -> [String] {
    var notes: [String] = []
    if !prefix.isEmpty {
      var note = "found under \(shown(String(prefix.dropLast())))"
      let place = String(prefix.prefix { $0 != "." })
      if StateMatch.averaged.contains(place),
        let other = checkpoint.names.first(where: { !$0.hasPrefix(place + ".") })
      {
        let name = other.prefix { $0 != "." }
        note += " (averaged weights; prefix=\"\(name).\" takes the others)"
      }
      notes.append(note)
    }
    if let map { notes.append("keys of \(map.name) renamed") }
    return notes
  }
}
