-- For wrk: GETs the paths that it is given, one after the other, with a bearer token.
-- wrk -s load.lua http://host:port -- TOKEN PATH...

local requests, at = {}, 0

function init(arguments)
  local headers = { Authorization = "Bearer " .. arguments[1] }
  for number = 2, #arguments do
    requests[#requests + 1] = wrk.format("GET", arguments[number], headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "late": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write, errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
