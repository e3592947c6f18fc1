import Catalog
import Testing

@testable import Jupyter

struct ConnectionInfoTests {
  private func text(_ changes: String = "") -> String {
    """
    {"transport": "tcp", "ip": "127.0.0.1", "shell_port": 5001, "iopub_port": "5002",
     "stdin_port": 5003, "control_port": 5004, "hb_port": 5005, "key": "k",
     "signature_scheme": "hmac-sha256", "kernel_name": "athanor"\(changes)}
    """
  }

  @Test func readsWhatFrontEndsWrite() throws {
    let info = try ConnectionInfo(JSON(parsing: text()))
    #expect(info.address(.shell) == "tcp://127.0.0.1:5001")
    #expect(info.address(.iopub) == "tcp://127.0.0.1:5002")
    #expect(info.address(.heartbeat) == "tcp://127.0.0.1:5005")
    #expect(info.others == [.init(name: "kernel_name", value: "athanor")])
    #expect(try ConnectionInfo(info.json) == info)
  }

  @Test func knowsOtherAddresses() throws {
    let six = try ConnectionInfo(JSON(parsing: text(#","ip": "::1""#)))
    #expect(six.address(.control) == "tcp://[::1]:5004")
    let local = try ConnectionInfo(JSON(parsing: text(#","transport": "ipc", "ip": "/tmp/x""#)))
    #expect(local.address(.stdin) == "ipc:///tmp/x-5003")
    let chosen = try ConnectionInfo(JSON(parsing: "{}"))
    #expect(chosen.address(.shell) == "tcp://127.0.0.1:*")
  }

  @Test(arguments: [
    #","transport": "udp""#, #","transport": 1"#, #","ip": """#, #","ip": 3"#,
    #","ip": "a\u0000b""#, #","shell_port": -1"#, #","shell_port": 65536"#,
    #","shell_port": "x""#, #","shell_port": 1.5"#, #","shell_port": null"#, #","key": 5"#,
    #","signature_scheme": []"#, #","curve_publickey": "short""#,
    #","transport": "ipc", "shell_port": 0"#,
    #","curve_publickey": "0123456789012345678901234567890123456789""#,
  ])
  func refuses(_ change: String) {
    #expect(throws: Failure.self) { try ConnectionInfo(JSON(parsing: text(change))) }
  }

  @Test func namesTheFileThatIsWrong() throws {
    let folder = Bench.folder()
    defer { Bench.remove(folder) }
    let path = folder + "/connection.json"
    #expect(throws: Failure(.file, "cannot read '\(path)': no such file or directory")) {
      try ConnectionInfo(file: path)
    }
    for content in ["", "{", "[]", "{\"key\": 1}", "\u{0}"] {
      try SmallFile.write(Array(content.utf8), to: path, mode: 0o600)
      let failure = #expect(throws: Failure.self) { try ConnectionInfo(file: path) }
      #expect(failure?.message.contains(path) == true)
    }
    try SmallFile.write([UInt8](repeating: 0x20, count: 1 << 21), to: path, mode: 0o600)
    #expect(throws: Failure.self) { try ConnectionInfo(file: path) }
  }
}
