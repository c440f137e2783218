<?php
function send(string $url, array $options = []): array
{
    $handle = curl_init($url);
    curl_setopt_array($handle, $options + [CURLOPT_RETURNTRANSFER => true]);
    $body = curl_exec($handle);
    return ['body' => json_decode($body, true), 'location' => curl_getinfo($handle, CURLINFO_REDIRECT_URL)];
}

function token(array $fields): array
{
    $fields += ['client_id' => getenv('REVENTO_CLIENT_ID'), 'client_secret' => getenv('REVENTO_CLIENT_SECRET')];
    $options = [
        CURLOPT_POSTFIELDS => http_build_query($fields),
    ];
    return send(getenv('REVENTO_AUTH_BASE') . '/oauth/token', $options)['body'];
}

function countRows(string $token): int
{
    $rows = 0;
    $query = ['limit' => 25];
    do {
        $url = getenv('REVENTO_API_BASE') . '/events/' . getenv('SANDBOX_EVENT_ID') . '/participants?';
        $headers = [CURLOPT_HTTPHEADER => ["Authorization: Bearer $token"]];
        $page = send($url . http_build_query($query), $headers)['body'];
        $rows += count($page['data']);
        $query['cursor'] = $page['next_cursor'];
    } while ($page['has_more']);
    return $rows;
}

$base64url = fn (string $bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
$verifier = $base64url(random_bytes(32));
$address = getenv('REVENTO_AUTH_BASE') . '/oauth/authorize?' . http_build_query([
    'response_type' => 'code',
    'client_id' => getenv('REVENTO_CLIENT_ID'),
    'redirect_uri' => getenv('REVENTO_REDIRECT_URI'),
    'scope' => 'event.read participants.read program.read',
    'event_id' => getenv('SANDBOX_EVENT_ID'),
    'state' => 'a-state-of-this-session',
    'code_challenge' => $base64url(hash('sha256', $verifier, true)),
    'code_challenge_method' => 'S256',
]);
parse_str(parse_url(send($address)['location'], PHP_URL_QUERY), $landed);

$first = token([
    'grant_type' => 'authorization_code',
    'code' => $landed['code'],
    'redirect_uri' => getenv('REVENTO_REDIRECT_URI'),
    'code_verifier' => $verifier,
]);
if (!isset($first['access_token'])) {
    fwrite(STDERR, $first['error_description'] . "\n");
    exit(1);
}
$refresh = fn () => token(['grant_type' => 'refresh_token', 'refresh_token' => $first['refresh_token']]);
$rows = countRows($first['access_token']);
$rowsAfterRefresh = countRows($refresh()['access_token']);
echo json_encode([
    'event' => $first['event_id'],
    'rows' => $rows,
    'rowsAfterRefresh' => $rowsAfterRefresh,
    'reuse' => $refresh()['error'],
]) . "\n";
