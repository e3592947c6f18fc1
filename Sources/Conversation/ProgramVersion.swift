/// The version of this program, as banners, notebooks and records name it.
public let programVersion = "0.1.0"
