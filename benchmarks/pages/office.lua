-- A hundred people of an office: each opens one of the listed pages, then reads for 2.5 to 7.5 seconds. Lines of the list: cookie, address.
local pages = {}

function init(args)
  math.randomseed(os.time())
  for line in io.lines(args[1]) do
    local cookie, address = line:match("^(%S+) (%S+)$")
    pages[#pages + 1] = wrk.format("GET", address, { ["Cookie"] = cookie, ["Host"] = "127.0.0.1" })
  end
end

function request()
  return pages[math.random(#pages)]
end

function delay()
  return math.random(2500, 7500)
end

function done(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read
  io.write(string.format("一百人同时：%d 次打开，中位 %.0f ms，p95 %.0f ms，p99 %.0f ms，出错 %d 次。\n",
    summary.requests, latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000, wrong))
end
