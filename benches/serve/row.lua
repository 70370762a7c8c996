-- One row of telco_churn per request, for wrk.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open(os.getenv("ROW"))
wrk.body = file:read("*a")
file:close()
