require 'webrick'
require_relative 'judge'

# WEBrick answers to POST in servlets only.
class Receiver < WEBrick::HTTPServlet::AbstractServlet
  def do_POST(request, response)
    raw = request.body.to_s
    response.status, response.body = judge(request.path.delete_prefix('/'), request, raw)
  end
end

quiet = WEBrick::Log.new(File::NULL)
server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: ENV.fetch('PORT').to_i, Logger: quiet, AccessLog: [])
server.mount('/', Receiver)
server.start
