import CZeroMQ

extension Kernel {
  /// Of the transport library: "4.3.5".
  public static var zeroMQVersion: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }
}
