import { type RecordedTest, singleQuoted } from './recorded-test.ts';

/** A test for RSpec, with Ruby's standard library only. */
export function asRspec({ url, type, contentType, text, base64 }: RecordedTest): string {
  const body = text === null ? `'${base64}'.unpack1('m')` : singleQuoted(text);
  return `# A delivery of ${type}, recorded by revento. To run it, start your handler, then:
#   REVENTO_WEBHOOK_SECRET=... rspec webhook_spec.rb
require 'net/http'
require 'openssl'
require 'securerandom'

RSpec.describe 'the webhook' do
  let(:body) { ${body}.b }

  def deliver(sent, signed)
    timestamp = Time.now.to_i.to_s
    digest = OpenSSL::HMAC.hexdigest('SHA256', ENV.fetch('REVENTO_WEBHOOK_SECRET'), "#{timestamp}.".b + signed)
    headers = {
      'Content-Type' => '${contentType}',
      'X-Revento-Event' => '${type}',
      'X-Revento-Delivery-Id' => SecureRandom.uuid,
      'X-Revento-Timestamp' => timestamp,
      'X-Revento-Signature' => "sha256=#{digest}"
    }
    Net::HTTP.post(URI(ENV.fetch('WEBHOOK_URL', '${url}')), sent, headers).code.to_i
  end

  it 'acknowledges the delivery' do
    expect(deliver(body, body)).to be_between(200, 299)
  end

  it 'rejects a changed body' do
    expect(deliver("#{body} ", body)).to eq(401)
  end
end
`;
}
