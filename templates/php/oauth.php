<?php

// The authorization code flow with PKCE, and the token endpoint.

declare(strict_types=1);

namespace Integration;

const SCOPE = 'event.read participants.read program.read';
const ATTEMPT_SECONDS = 600;
const NOT_CONNECTED = 'Revento did not connect the event. Open /connect again.';

function base64Url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/**
 * Begins a login.
 *
 * @return array{string, string} where the browser goes, and the cookie that binds the attempt to that browser
 */
function beginLogin(string $eventId): array
{
    [$state, $verifier] = [base64Url(random_bytes(32)), base64Url(random_bytes(32))];
    $client = ['response_type' => 'code', 'client_id' => config()->clientId, 'redirect_uri' => config()->redirectUri];
    $pkce = ['code_challenge' => base64Url(hash('sha256', $verifier, true)), 'code_challenge_method' => 'S256'];
    $query = http_build_query($client + $pkce + ['scope' => SCOPE, 'event_id' => $eventId, 'state' => $state]);
    $attempt = ['state' => $state, 'verifier' => $verifier, 'expires_at' => time() + ATTEMPT_SECONDS];
    return [config()->authBase . "/oauth/authorize?$query", base64Url(seal($attempt, 'attempt'))];
}

/**
 * Ends a login: checks the state, redeems the code and stores the tokens.
 *
 * @param array<string, string> $query
 */
function finishLogin(#[\SensitiveParameter] array $query, #[\SensitiveParameter] string $cookie): object
{
    $attempt = unseal((string) base64_decode(strtr($cookie, '-_', '+/'), true), 'attempt');
    $isOurs = $attempt !== null && hash_equals($attempt->state, $query['state'] ?? '');
    $refusal = match (true) {
        !$isOurs => 'This is not the answer to your login.',
        $attempt->expires_at < time() => 'The login took too long. Open /connect again.',
        // Each attempt is answered once, even if the browser sends it again.
        !createOnce(pathOf('attempts', $attempt->state)) => 'This answer was used already. Open /connect again.',
        ($query['error'] ?? '') === 'access_denied' => 'You declined. Nothing was connected.',
        isset($query['error']) || ($query['code'] ?? '') === '' => NOT_CONNECTED,
        default => null,
    };
    $refusal === null || throw new Failure($refusal, 'not_connected');
    try {
        $form = ['grant_type' => 'authorization_code', 'code' => $query['code'], 'code_verifier' => $attempt->verifier];
        $login = requestTokens($form + ['redirect_uri' => config()->redirectUri]);
        isConnection($login) || throw new Failure('Tokens of no event.', 'unexpected_answer');
    } catch (Failure) {
        throw new Failure(NOT_CONNECTED, 'not_connected');
    }
    storeLogin($login);
    return $login;
}

/**
 * Tokens for a code or a refresh token.
 *
 * @param array<string, string> $form
 */
function requestTokens(#[\SensitiveParameter] array $form): object
{
    $form += ['client_id' => config()->clientId, 'client_secret' => config()->clientSecret];
    $headers = ['Content-Type: application/x-www-form-urlencoded', 'Accept: application/json'];
    $answer = answerTo(request('POST', config()->authBase . '/oauth/token', $headers, 15, http_build_query($form)));
    $login = (object) array_filter((array) $answer->body, is_string(...));
    if ($answer->status === 200 && isset($login->access_token, $login->refresh_token)) {
        return $login;
    }
    // What is refused, redirected or put off leaves the token as it was; after any other failure it may be spent.
    $isRefused = $answer->status >= 300 && $answer->status < 500 && $answer->error !== 'invalid_grant';
    $isUnused = !$answer->wasSent || $answer->status === 503 || $isRefused;
    throw new Failure("token endpoint: $answer->error ($answer->status)", $answer->error, $isUnused);
}
