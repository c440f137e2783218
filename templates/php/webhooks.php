<?php

// Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward.

declare(strict_types=1);

namespace Integration;

const TOLERANCE_SECONDS = 300;

/** Whether Revento signed these bytes with one of our secrets, within the last five minutes. */
function isGenuine(string $body, string $timestamp, string $signature): bool
{
    $isComplete = preg_match('/\A[0-9]{1,12}\z/', $timestamp) && preg_match('/\Asha256=[0-9a-f]{64}\z/', $signature);
    $isFresh = abs(time() - (int) $timestamp) <= TOLERANCE_SECONDS;
    $mac = static fn (string $secret): string => 'sha256=' . hash_hmac('sha256', "$timestamp.$body", $secret);
    $isBy = static fn (string $secret): bool => hash_equals($mac($secret), $signature);
    return $isComplete && $isFresh && in_array(true, array_map($isBy, config()->webhookSecrets), true);
}

/**
 * The status for a delivery. It is on disk before it is acknowledged, so a crash loses nothing.
 *
 * @param array<string, string> $headers by lower-case names
 */
function receive(array $headers, string $body): int
{
    $deliveryId = $headers['x-revento-delivery-id'] ?? '';
    [$timestamp, $signature] = [$headers['x-revento-timestamp'] ?? '', $headers['x-revento-signature'] ?? ''];
    $isComplete = $deliveryId !== '' && ($headers['x-revento-event'] ?? '') !== '';
    if (!$isComplete || !isGenuine($body, $timestamp, $signature)) {
        logLine('delivery refused');
        return 401;
    }
    $event = json_decode($body, flags: JSON_BIGINT_AS_STRING); // only now: nobody but Revento gets here
    if (!is_object($event) || !is_string($event->type ?? null)) {
        return 400;
    }
    [$waiting, $mark] = [pathOf('inbox', $deliveryId) . '.sealed', pathOf('worked', $deliveryId)];
    // First the inbox: a delivery leaves it after it got its mark.
    $isRepeat = exists($waiting) || exists($mark);
    logLine('delivery received', ...idsOf($deliveryId, $event), repeat: $isRepeat);
    if ($isRepeat) {
        return 204;
    }
    // Requests stop at once; the worker deletes the stored data.
    if ($event->type === DELETION && isConnection($event)) {
        storeLogin(endedLogin($event, $event->type));
    }
    writeSealed($waiting, ['delivery_id' => $deliveryId, 'received_at' => microtime(true), 'event' => $event]);
    return 204;
}

/** @return array<string, mixed> */
function idsOf(string $deliveryId, object $event): array
{
    return ['delivery_id' => $deliveryId, 'event_id' => $event->event_id ?? null, 'type' => $event->type];
}

/**
 * Processes the inbox, oldest first, in one process at a time. False when some of it failed and waits.
 *
 * `$work` gets an event and the id of its delivery, and has to know that id when it is repeated: after a crash between
 * the work and its mark. With a database, write both in one transaction.
 *
 * @param callable(object, string): void $work
 */
function workWaiting(callable $work): bool
{
    try {
        $lock = lock('inbox');
        $waiting = readAllSealed(config()->dataDir . '/inbox');
        usort($waiting, static fn (object $one, object $other): int => $one->received_at <=> $other->received_at);
        return array_filter($waiting, static fn (object $entry): bool => !isWorked($entry, $work)) === [];
    } catch (\Throwable $error) { // whatever fails is tried again
        logLine('inbox failed', error: reason($error));
        return false;
    }
}

/** @param callable(object, string): void $work */
function isWorked(object $entry, callable $work): bool
{
    [$waiting, $mark] = [pathOf('inbox', $entry->delivery_id) . '.sealed', pathOf('worked', $entry->delivery_id)];
    $ids = idsOf($entry->delivery_id, $entry->event);
    try {
        // A repeat may have come in at the same moment.
        if (!exists($mark)) {
            $work($entry->event, $entry->delivery_id);
            createOnce($mark);
            logLine('delivery worked', ...$ids);
        }
        @unlink($waiting);
        return true;
    } catch (\Throwable $error) { // one that fails must not hold up the others
        logLine('delivery failed', ...$ids, error: reason($error));
        return false;
    }
}
