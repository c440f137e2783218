require 'sinatra'
require_relative 'judge'

set :server, 'puma'
set :bind, '127.0.0.1'
set :port, ENV.fetch('PORT')
set :environment, :production

post '/:mistake' do
  header = ->(name) { request.get_header("HTTP_#{name.upcase.tr('-', '_')}") }
  judge(params['mistake'], header, request.body.read)
end
