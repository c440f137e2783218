<?php

// The authorization code flow with PKCE, and the token endpoint.

declare(strict_types=1);

namespace Integration\OAuth;

use Integration\Config;
use Integration\Failure;
use Integration\Files;
use Integration\Tokens;
use SensitiveParameter;

use function Integration\send;

const SCOPE = 'event.read participants.read program.read';
const ATTEMPT_SECONDS = 600;

function base64Url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/**
 * Begins a login.
 *
 * @return array{string, string} where the browser goes, and the cookie that binds the attempt to that browser
 */
function begin(string $eventId): array
{
    $config = Config::get();
    $verifier = base64Url(random_bytes(32));
    $state = base64Url(random_bytes(32));
    $query = http_build_query([
        'response_type' => 'code',
        'client_id' => $config->clientId,
        'redirect_uri' => $config->redirectUri,
        'scope' => SCOPE,
        'event_id' => $eventId,
        'state' => $state,
        'code_challenge' => base64Url(hash('sha256', $verifier, true)),
        'code_challenge_method' => 'S256',
    ]);
    $attempt = ['state' => $state, 'verifier' => $verifier, 'expires_at' => time() + ATTEMPT_SECONDS];
    return ["$config->authBase/oauth/authorize?$query", base64Url(Files\seal($attempt, 'attempt'))];
}

/**
 * Ends a login: checks the state, redeems the code and stores the tokens.
 *
 * @param array<string, string> $query
 */
function finish(#[SensitiveParameter] array $query, #[SensitiveParameter] string $cookie): object
{
    $attempt = Files\unseal((string) base64_decode(strtr($cookie, '-_', '+/'), true), 'attempt');
    if ($attempt === null || !hash_equals($attempt->state, $query['state'] ?? '')) {
        throw refused('This is not the answer to your login.');
    }
    if ($attempt->expires_at < time()) {
        throw refused('The login took too long. Open /connect again.');
    }
    // Each attempt is answered once, even if the browser sends it again.
    if (!Files\createOnce(Config::get()->dataDir . '/attempts/' . Files\fileName($attempt->state))) {
        throw refused('This answer was used already. Open /connect again.');
    }
    if (($query['error'] ?? '') === 'access_denied') {
        throw refused('You declined. Nothing was connected.');
    }
    if (isset($query['error']) || ($query['code'] ?? '') === '') {
        throw refused('Revento did not connect the event. Open /connect again.');
    }
    try {
        $login = requestTokens([
            'grant_type' => 'authorization_code',
            'code' => $query['code'],
            'redirect_uri' => Config::get()->redirectUri,
            'code_verifier' => $attempt->verifier,
        ]);
    } catch (Failure) {
        throw refused('Revento did not connect the event. Open /connect again.');
    }
    Tokens\store($login);
    return $login;
}

/**
 * Tokens for a code or a refresh token.
 *
 * @param array<string, string> $form
 */
function requestTokens(#[SensitiveParameter] array $form): object
{
    $config = Config::get();
    $form += ['client_id' => $config->clientId, 'client_secret' => $config->clientSecret];
    $headers = ['Content-Type: application/x-www-form-urlencoded', 'Accept: application/json'];
    $answer = send('POST', "$config->authBase/oauth/token", $headers, 15, http_build_query($form));
    if ($answer->status === 200 && isset($answer->body->access_token, $answer->body->refresh_token)) {
        return $answer->body;
    }
    $error = $answer->error ?? ($answer->status === 0 ? 'unreachable' : "status $answer->status");
    // What is refused, redirected or put off leaves the token as it was; after any other failure it may be spent.
    $isRefused = $answer->status >= 300 && $answer->status < 500 && $error !== 'invalid_grant';
    $isUnused = !$answer->wasSent || $answer->status === 503 || $isRefused;
    throw new Failure("token endpoint: $error", $error, $isUnused);
}

/** The organizer cannot be connected this way; the text may be shown. */
function refused(string $message): Failure
{
    return new Failure($message, 'not_connected');
}
