import GRDB

/// Of the database library: "3.46.1".
public var sqliteVersion: String {
  let number = Int(Database.sqliteLibVersionNumber)
  return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
}
