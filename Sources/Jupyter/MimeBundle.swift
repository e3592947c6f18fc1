import Catalog

/// A display as Jupyter's messages carry it: a text for every reader and the richer forms by type.
func mimeBundle(_ display: Display) -> JSON {
  var members = [JSON.Member(name: "text/plain", value: .string(display.plain))]
  for form in display.forms {
    // `; charset=…` is not part of a key.
    let type = String(form.mediaType.prefix { $0 != ";" && $0 != " " })
    guard isMediaType(type), !members.contains(where: { $0.name == type }) else { continue }
    members.append(JSON.Member(name: type, value: mimeContent(form.content, of: type)))
  }
  return .object(members)
}

/// JSON types are carried as the value itself, the others as text.
private func mimeContent(_ content: String, of type: String) -> JSON {
  if type == "application/json" || type.hasSuffix("+json"), let value = try? JSON(parsing: content)
  {
    return value
  }
  return .string(content)
}

private func isMediaType(_ type: String) -> Bool {
  let parts = type.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  return parts.count == 2
    && parts.allSatisfy { part in
      !part.isEmpty
        && part.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
          default: "_-+.".utf8.contains(byte)
          }
        }
    }
}
