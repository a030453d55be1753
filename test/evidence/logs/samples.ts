/** Logs as they look: what programs of several languages write when something goes wrong, and when nothing does. */

/** Each with the message that is to be found in it, masked, or null where it is no error. */
export const logs: readonly { readonly from: string; readonly lines: string; readonly errors: readonly string[] }[] = [
  {
    from: 'Logback, with a stack trace',
    lines: `2026-11-25 10:00:00.123  INFO 1 --- [           main] com.shop.Application : Started in 3.2 seconds
2026-11-25 10:00:01.456 ERROR 1 --- [nio-8080-exec-7] com.shop.OrderController : failed to load order 4711
java.lang.IllegalStateException: no connection to 10.1.2.3:5432
\tat com.shop.OrderRepository.load(OrderRepository.java:42) ~[app.jar:2.0]
\tat java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\t... 12 more
2026-11-25 10:00:02.000  WARN 1 --- [           main] com.shop.Retry : retrying after TimeoutException: 3 of 5`,
    errors: [
      'ERROR <num> --- [nio-<num>-exec-<num>] com.shop.OrderController : failed to load order <num> [IllegalStateException]',
    ],
  },
  {
    from: 'Java without a logger',
    lines: `Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "<local1>" is null
\tat Main.main(Main.java:5)`,
    errors: ['Exception in thread <text> java.lang.NullPointerException: Cannot invoke <text> because <text> is null'],
  },
  {
    from: 'Node, uncaught',
    lines: `/app/server.js:10
    throw new Error('boom');
    ^

Error: boom
    at Object.<anonymous> (/app/server.js:10:11)
    at Module._compile (node:internal/modules/cjs/loader:1554:14) {
  code: 'ERR_BOOM'
}

Node.js v20.20.0`,
    errors: ['Error: boom'],
  },
  {
    from: 'pino',
    lines: `{"level":30,"time":1764064800000,"pid":1,"hostname":"api-green-7d9f8b6c5-x2x4z","msg":"request completed","responseTime":12}
{"level":50,"time":1764064800123,"pid":1,"hostname":"api-green-7d9f8b6c5-x2x4z","err":{"type":"TypeError","message":"Cannot read properties of undefined (reading 'price')","stack":"TypeError: Cannot read properties of undefined (reading 'price')\\n    at total (/app/cart.js:7:20)"},"msg":"request failed"}
{"level":40,"time":1764064800124,"msg":"slow: an error is near"}`,
    errors: ['request failed: Cannot read properties of undefined (reading <text>) [TypeError]'],
  },
  {
    from: 'zap',
    lines: `{"level":"info","ts":1764064800.1,"caller":"api/main.go:31","msg":"listening","errors":0}
{"level":"error","ts":1764064800.2,"caller":"api/orders.go:88","msg":"query failed","error":"dial tcp 10.0.0.7:5432: connect: connection refused","stacktrace":"main.load\\n\\t/src/orders.go:88"}`,
    errors: ['query failed: dial tcp <ip>: connect: connection refused'],
  },
  {
    from: 'logrus and slog',
    lines: `time="2026-11-25T10:00:00Z" level=info msg="no error here" component=api
time=2026-11-25T10:00:00.123Z level=ERROR msg="cannot reach \\"cache\\"" err="context deadline exceeded after 3.5s" attempt=3`,
    errors: ['cannot reach <text>: context deadline exceeded after <duration>'],
  },
  {
    from: 'Go, a panic',
    lines: `panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.handle({0xc000012345, 0x3, 0x4})
\t/src/main.go:8 +0x1d
main.main()
\t/src/main.go:12 +0x20
exit status 2`,
    errors: ['panic: runtime error: index out of range [<num>] with length <num>'],
  },
  {
    from: 'Go, a handler that panics',
    lines: `2026/11/25 10:00:00 http: panic serving 10.0.0.1:51234: runtime error: invalid memory address or nil pointer dereference
goroutine 35 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1947 +0xbe
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3454 +0x485`,
    errors: ['http: panic serving <ip>: runtime error: invalid memory address or nil pointer dereference'],
  },
  {
    from: 'Python, logging.exception',
    lines: `INFO:     10.0.0.1:51234 - "GET /api/items HTTP/1.1" 500 Internal Server Error
ERROR:root:order 17 failed
Traceback (most recent call last):
  File "/app/orders.py", line 12, in load
    raise ValueError("bad order")
ValueError: bad order

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/orders.py", line 20, in main
    rollback()
RuntimeError: cannot roll back
WARNING:root:3 errors so far`,
    errors: ['ERROR:root:order <num> failed [ValueError]'],
  },
  {
    from: 'Python, uncaught',
    lines: `Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    import shop
ModuleNotFoundError: No module named 'shop'`,
    errors: ['ModuleNotFoundError: No module named <text>'],
  },
  {
    from: 'python-json-logger',
    lines: `{"asctime": "2026-11-25 10:00:00,123", "levelname": "ERROR", "message": "order 17 failed", "exc_info": "Traceback (most recent call last):\\n  File \\"/app/orders.py\\", line 12, in load\\nKeyError: 'price'"}`,
    errors: ['order <num> failed: <text> [KeyError]'],
  },
  {
    from: 'logstash-logback-encoder',
    lines: `{"@timestamp":"2026-11-25T10:00:00.123Z","@version":"1","message":"payment of user 12 failed","logger_name":"com.shop.Pay","level":"ERROR","level_value":40000,"stack_trace":"java.lang.IllegalArgumentException: negative amount\\n\\tat com.shop.Pay.pay(Pay.java:3)\\n"}`,
    errors: ['payment of user <num> failed: negative amount [IllegalArgumentException]'],
  },
  {
    from: 'nginx',
    lines: `2026/11/25 10:00:00 [error] 31#31: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9
10.0.0.9 - - [25/Nov/2026:10:00:00 +0000] "GET /error HTTP/1.1" 200 612 "-" "curl/8"`,
    errors: [
      '[error] <num>#<num>: *<num> connect() failed (<num>: Connection refused) while connecting to upstream, client: <ip>',
    ],
  },
  {
    from: 'Rust',
    lines: `\u001b[2m2026-11-25T10:00:00.000123Z\u001b[0m \u001b[31mERROR\u001b[0m shop::orders: order 3 failed
thread 'tokio-runtime-worker' panicked at src/main.rs:12:34:
called \`Option::unwrap()\` on a \`None\` value
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
    errors: [
      'ERROR shop::orders: order <num> failed',
      'thread <text> panicked at src/main.rs:<num>:<num>: called <text> on a <text> value',
    ],
  },
  {
    from: '.NET',
    lines: `info: Microsoft.Hosting.Lifetime[14]
      Now listening on: http://[::]:8080
fail: Shop.OrderService[17]
      Order 0d7c0b1e-3d5c-4a58-9a55-5b8f2f6c7a10 failed
      System.InvalidOperationException: no stock
         at Shop.OrderService.Place() in /src/OrderService.cs:line 9`,
    errors: ['fail: Shop.OrderService[<num>] Order <uuid> failed'],
  },
  {
    from: 'nobody who has trouble',
    lines: `errors: 0
0 errors, 0 failures
completed with error: none
error_count=0 status=ok
GET /errors 200 3ms
DEBUG the Error class was loaded
handler for ErrorEvent registered
{"level":"info","msg":"ERROR is a word","error":null}
[info] no exception: all is well
Errors are rare`,
    errors: [],
  },
];
