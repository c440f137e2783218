import { rubyBytes, rubyText } from './literals.ts';
import { snakeCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** Tests for RSpec, with Ruby's standard library only. */
export function asRspec({ url, key, cases, changed }: TestFile): string {
  return `# Deliveries recorded by revento. To run the tests, start your handler, then:
#   ${key === null ? 'REVENTO_WEBHOOK_SECRET=... ' : ''}rspec webhook_spec.rb
require 'net/http'
require 'openssl'

RSpec.describe 'the webhook' do
  # The status of the answer. Signs what is in signed, with the current time; nil leaves the headers as they are.
  def deliver(headers, body, signed)
    url = URI(ENV.fetch('WEBHOOK_URL', '${url}'))
    request = Net::HTTP::Post.new(url)
    headers.map(&:first).uniq.each { |name| request.delete(name) }
    headers.each { |name, value| request.add_field(name, value) }
    unless signed.nil?
      secret = ENV.fetch('REVENTO_WEBHOOK_SECRET'${key === null ? '' : `, '${key}'`})
      timestamp = Time.now.to_i.to_s
      request['X-Revento-Timestamp'] = timestamp
      digest = OpenSSL::HMAC.hexdigest('SHA256', secret, "#{timestamp}.".b + signed)
      request['X-Revento-Signature'] = "sha256=#{digest}"
    end
    request.body = body
    options = { use_ssl: url.scheme == 'https', open_timeout: 10, read_timeout: 10 }
    Net::HTTP.start(url.hostname, url.port, options) { |http| http.request(request).code.to_i }
  end
${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}end
`;
}

function testOf(one: TestCase): string {
  const name = snakeCase(one);
  const body = one.text === null ? `'${one.base64}'.unpack1('m')` : `${rubyText(one.text)}.b`;
  const headers = one.headers.map(([header, value]) => `      [${rubyBytes(header)}, ${rubyBytes(value)}]`).join(',\n');
  const matcher = one.status === null ? 'be_between(200, 299)' : `eq(${one.status})`;
  return `
  def ${name}
    headers = [
${headers}
    ]
    [headers, ${body}]
  end

  it '${one.title} is answered with ${one.status ?? '2xx'}' do
    headers, body = ${name}
    expect(deliver(headers, body, ${one.isSigned ? 'body' : 'nil'})).to ${matcher}
  end
`;
}

function changedTest(one: TestCase): string {
  return `
  it 'a changed body is answered with 401' do
    headers, body = ${snakeCase(one)}
    expect(deliver(headers, body + ' ', body)).to eq(401)
  end
`;
}
