/// What the kernel says of itself: the content of `kernel_info_reply`.
enum KernelInfo {
  static var content: JSON {
    [
      "status": "ok",
      "protocol_version": .string(Composer.protocolVersion),
      "implementation": "athanor",
      "implementation_version": .string(Kernel.version),
      "language_info": [
        "name": "athanor",
        "version": .string(Kernel.version),
        "mimetype": "text/x-athanor",
        "file_extension": ".ath",
        // No front end knows the language. Python's comments, strings, calls and most keywords are
        // the same, so its colours are right nearly everywhere.
        "pygments_lexer": "python",
        "codemirror_mode": "python",
      ],
      "banner": .string(
        "Athanor \(Kernel.version), a laboratory for knowledge distillation. Type help to begin."),
      "help_links": [],
      "debugger": false,
      "supported_features": [],
    ]
  }
}
