local http = require "http"
local stdnse = require "stdnse"

description = [[
Asks for the front page of Outlook on the web and prints the build that its header names.
]]
author = "Alpheus"
license = "Same as Alpheus"
categories = {"discovery", "safe"}

portrule = function(host, port)
  return port.state == "open"
end

action = function(host, port)
  local answer = http.get(host, port, "/owa/", {scheme = "https", redirect_ok = false})
  local build = answer and answer.header and answer.header["x-owa-version"]
  return build and stdnse.format_output(true, build)
end
