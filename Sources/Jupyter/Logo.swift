/// The kernel's logos, carried in the binary so that it can be installed from anywhere.
///
/// Generated from `kernelspec/logo-*`; a test compares the two.
enum Logo {
  static let svg = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
      <title>Athanor: a furnace that burns slowly and evenly</title>
      <path fill="#7a4a32" d="M24 2h16v8h4l8 14v34H12V24l8-14h4z"/>
      <path fill="#5c3524" d="M24 2h16v4H24zM12 24h40v3H12zM20 14h8v2h-8zM36 14h8v2h-8z"/>
      <path fill="#5c3524" d="M12 38h7v2h-7zM45 38h7v2h-7zM12 50h6v2h-6zM46 50h6v2h-6z"/>
      <path fill="#2b1a14" d="M18 58V42a14 14 0 0 1 28 0v16z"/>
      <path fill="#e8590c"
        d="M32 29c2 7 11 11 11 20a11 9 0 0 1-22 0c0-5 3-7 4-11 2 2 3 4 3 6 3-4 5-9 4-15z"/>
      <path fill="#ffa94d"
        d="M33 39c1 4 5 6 5 11a6 6 0 0 1-12 0c0-3 2-4 3-7 1 1 2 2 2 4 1-2 2-5 2-8z"/>
      <path fill="#fff3bf" d="M32 48c1 2 3 3 3 5a3 3 0 0 1-6 0c0-2 2-3 3-5z"/>
      <path fill="#5c3524" d="M8 58h48v4H8z"/>
    </svg>
    """ + "\n"

  /// PNG of 32 × 32 pixels in base64.
  static let png32 = """
    iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAADOElEQVRYw8WXzWtTWRjGf+fem1zTNG1jvxhpWk0bqB\
    38yODogAvBjbRu3FQXDgM6C8G/oJRhoJvBdf0HBAf/Ay3iwo2gjNAs0sX4WYy6sGkbm4/Gm9x7j4tbktb0pvc2hbwQ\
    COee87zP+zzvzckLbQ7h98Dvv47JZs//ffnWF6bSbgU0vweG+7sOlEDbFfDk1+xkchIhHvlClnLqn4XUQssKTE+jSp\
    j3W5mE+elp1L327dkDiWLyNkKMZbL5Hes/9sIuz8cSxeRtSN1tht/UgpnLJ6JCau8EIupXAUcFmZPCHL3zMJ1z29PU\
    AsXW5vab3KlORBVbm9uXAjOXfhkTKv8L9vaxuQpY0mL8zuPFt74UUBQ532ryrQpVRZGuTezahJnVwmSrybeFK5Yrge\
    4O/QDzu4c7gfDuBCqmxbtsgVzJYKNcRVckh/Qg0bDOaH+EoObPNV93wZeNTVIf1zFMu7Z2odfkyYokWzT4sFYkGTvM\
    YHeHZ0zPd8FKvsyL5dUdyQGuxUxCirNmmDYvllf5srF5sAQqpsViZr1RPiEZCUv+nqgiqP9NSH1cp1K1Do5AZr2EYT\
    YCjoZtFCE42yu5cdSsrRumTSZX8kTA/TXc9tu+ki/Xvt+KV7m3rGFIwcVBCxHQkFWT6yMWrwuCZ2ta7UzQw13rqsBw\
    f1ftUzSc6o522FyNWfwZrxLRbC4N2oQTwwjVgZk9XiUWcpQqGuYOjJYsKG/5efOYQ+R8n81fZzQiAQj29RD5eRQAXR\
    Xcils7zuxbgQZFQhbn+5xu/6lTZerKafQj/QSiXYTiQwSiEQDOHrbo0aRXWO8ExrvqoJ0TcYSu030qAcIxOpwYAUBV\
    BCd7bK+w3gn0BOoEQkMDAIjYBAzEAQhE6z4P6N4V8PQWALwvKsCWrxLo7IXkFEgJz+4jjGx9b0nsiuGLwPbOTX3+Sj\
    qv8GkThjrAyOY4NP4bqIGtkuMYr14D8KEkSG8oDRgtW2DYgtmlILmKpJB+g7G0CN+KUM5jLC1SWHpDriKZTQeoSu/D\
    ka/L6HNZ4Y//dK4PW5xbe8rgwlMksPINnq+pPMjolG1/o0YD1b1mv1bjx9mx7ZNR2+M769Qb8uO0HrMAAAAASUVORK\
    5CYII=
    """

  /// PNG of 64 × 64 pixels in base64.
  static let png64 = """
    iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAGmUlEQVR42u2bTWwbxxXHf7O7/BQpioq+vyxbSuzaDi\
    JbsIEGKJoWTRM5SIKmhxyaBGlPrVMUaE9FYBSqkab3BMgl6KGoeynaAkULq+gH0EuLooqjGEELGrGtkrYsWp+kJFLi\
    kjvTA2tL5FIfFHdFGdIfIMCZnff2vf++nfdmhoRDHGwIt2/w2rlBVYv8lfGbrtqouU3AfschAfU2oN4w3L5BX2tjvX\
    3cEgc+Ag4JqLcB9YajOfbtkTMjCHHVVYuVuvDu2MSYU+oci4BR0BS856rzgIL3Rh202zFF5siZt4QQg24TIIQYNEfO\
    vOWYPieUjD4z1JQLitsCEXWbAACFWvRl1bHRv32SqlWXI3WAGRCXHzifmF3acux2dcFO5AUiaga4DHyvVttrfgUujQ\
    wPKCEu1qqnWighLl4aGR6oVU/NESCR7wuE/qBda+W3U3kBukS+D1yo5X41zQFvXxh6FrQ/1eRxzZBffffqJ3/erfSu\
    X4FR0JQSH9TXeVBKfDBagx+7FtyrtLcdak2Lu3oF9jrtbYda0uKuImBj2tsPKKZFcXl3slXi0sjwgCXUDQF6tbJuQo\
    GlK3H8nbFrt6qRqzoCimlvfzkPJWmxKlRdByTmlkfq7ewWqNq2A78fcOAJqPoV2O+bnK4TsFtIqZhfWSO5vEYqk2Ot\
    YJHLSwB8Hg2/oRNt8NHRGKC5wYemuX5otTcESKmIz69w436aXEHarvcFLBKrOlnTYiFrcmt2GZ+hcaKjib7mBteJcI\
    0ApRRTqQyx6SUyZmHTcU+3SBJ3SrNqriC5fneBm7NLfK4jQldTECHcIcK1SXBqMctEYmFL5wHORRUtXlnxWiZXYCKx\
    QHJp1S0z3SHgXirDtfgccgfnwn5d8cMT+U2vW0rxr9uz3F3IPBoEpLMm1+LzsMOQ9euKM1HFCx1bRIoQTNyZJ5XN7W\
    8CpFJ8tMMn/wBd/uLg7w7mORqUm46TCj5OzCNVTT83cJeA+NwKK7nCjse3eSVevRgpXl3wkydNwsbmJCyvFYjPrexP\
    AvKWJJZMVyXzZKTU2XY/vHM6jyE2f8qxZJp8QW6neu8JmE5lMa3qDBtuto8/HVF8//HNJ0XTkkyns44RUP1qcJN9+/\
    gms3RvwOJ8s+I3U6W38muKL7ZaVNqSeL5TMpkp8OupyuYl5pdBOhMFzh2NWZXD9plWyXcG8pxvtkr6n+uw8OsCNA09\
    HLTJfXsgz1ORyk7mCs5NhI4thmIzy7Y+n6Z4ubuAEIIfPJ7nzXGNNSkwhOLV3uJkqXk9BHrbWfnPZImsEIIfnzL55r\
    iPxXxZlAjl2KLMsQhYK1i2vq91FYh6i8a3+uGFzuKYFzst2v3FMXrQR/BYD5rP/izCHrg4aNrvld+Hk2B5eg4bkm8c\
    KSXlS60WYUPyev96qvREQgjDoPGp4xX1frlNMRQp1VOoptDYKwLK8WqvRbDsofYGFZef9tN1qm+dgOYIAL6uNnydLR\
    V1vd5v4RZcISBsSF7pthdEIQ984VwvoZMDeKJh0LQSpyNDxxFej01uqEnS6Xcu7F0n4Ll2iU+3pzdPtBF/TxsADU/0\
    4+9uRRjrYSJ8XsKnjlXU+Wz7I0TA5x+rELICImdPPGx6mxsJHuuxDQsc6aqYFp8IPUIEHA3ZJ6miYw3rfPi8eKKVU1\
    mgr8PW1+Z7hAgIanYC/N1t9oFdJ4qfMnhb7KdubX5X/HdnSyyvBOVTmaexLKwbmuD0V4rf00nIpNaNarB769bWoGNr\
    gY2YyUF/mWalxHrVr+kw/BIY3mL77Evw9ysP63tVIc8ny3bFdmLHTuDKKzC+YFdbSG8olQfOQWhDzg+3wMD5h818yl\
    5Wjy+6cxzp2FpgYir18PtY0uDrPTm0Ddti2fg03vbHio3uk3YF3Sfhs38Wx96+W3JJKcUfk6Wk7ru1wEbEsxq/ulPK\
    be7eLObsYrFh+OxC/+/L3ZvFnFksuXQlbnBn1Z0IcK0U/tmkwV/ul6pPf/RvzJkFmE/YBebimDMLLF2PlXSPTWv8PO\
    7e+Y1rmiWCn8a8fJrO862jFhEPyFyexX9cJ7CQIfTyG2g9xwGJTNxg5fe/YDW2/tuGJRM+nDS4mnT38Mr1o7E/THv4\
    632d145YvNJdwKsLVmM3WY39qOL4nKX47ZTBL+M6q9L9w+s9ORxdlRofTmr87p7O2aikPygZDCkGQ4qCgtsZwa0Vjf\
    9mBR8vaszm9u7Uftvyotb//dUb2/3v8MD/QOKQgHobcIhD1Bf/A114L1uv7ghCAAAAAElFTkSuQmCC
    """
}
