<?php

// The mirror of participants that webhooks and syncs keep up to date.

declare(strict_types=1);

namespace Integration;

/** The time, so that it can be compared with those of Revento. */
function now(): string
{
    return date_create('now', timezone_open('UTC'))->format('Y-m-d\TH:i:s.u\Z');
}

/** Where something of an event is held under a name, such as a participant's id. */
function heldPath(string $eventId, string $name): string
{
    return pathOf('participants', $eventId) . '/' . fileName($name) . '.sealed';
}

/**
 * Changes what is held under a name.
 *
 * @param callable(?object): ?array $change gets what is held and returns what to hold, or null to leave it
 */
function remember(object $connection, string $name, callable $change): void
{
    $path = heldPath($connection->event_id, $name);
    $lock = lock('mirror', $connection->event_id);
    // A deletion that comes from now on waits for this lock, and then deletes what is written here.
    $isDeleted = (readSealed(loginPath($connection))->ended ?? null) === DELETION;
    $held = $isDeleted ? null : $change(readSealed($path));
    if ($held !== null) {
        writeSealed($path, ['written_at' => now()] + $held);
    }
}

/** @return list<object> */
function participants(string $eventId): array
{
    return array_column(readAllSealed(pathOf('participants', $eventId)), 'row');
}

/** What a delivery changes. It contains a snapshot, so no API request is needed. */
function work(object $event, string $deliveryId): void
{
    if ($event->type === DELETION && is_string($event->event_id ?? null)) {
        $lock = lock('mirror', $event->event_id);
        array_map(unlink(...), filesIn(pathOf('participants', $event->event_id)));
        return;
    }
    $changes = changesOf($event->type, (array) ($event->data ?? []));
    $occurredAt = $event->occurred_at ?? null;
    if (!isConnection($event) || !is_string($occurredAt) || !is_string($changes['id'] ?? null)) {
        return; // a type that this integration does not know, or does not need
    }
    remember($event, $changes['id'], static function (?object $held) use ($occurredAt, $deliveryId, $changes): ?array {
        // Not after a crash that came before its mark, nor after something newer.
        $isNews = ($held->delivery_id ?? '') !== $deliveryId && ($held->occurred_at ?? '') <= $occurredAt;
        $row = $changes + (array) ($held->row ?? []);
        return $isNews ? ['row' => $row, 'occurred_at' => $occurredAt, 'delivery_id' => $deliveryId] : null;
    });
}

/** @return array<string, mixed> */
function changesOf(string $type, array $data): array
{
    return match (strtok($type, '.')) {
        'participant' => $data,
        'application' => array_filter([
            'id' => $data['participant_id'] ?? null, 'application_status' => $data['status'] ?? null,
            'user_id' => $data['user_id'] ?? null, 'custom_form_fields' => $data['custom_form_fields'] ?? null,
        ], static fn (mixed $value): bool => $value !== null),
        default => [],
    };
}

/**
 * Reads an event. Processes that are asked at the same time share one read.
 *
 * @return array<string, mixed> what was found, and counts
 */
function sync(string $eventId): array
{
    $askedAt = now();
    $login = loginFor($eventId);
    // Not by waiting for the lock: those that wait would go on one after the other, and what they do next reads again.
    for (;; usleep(20_000)) {
        $lock = lock('sync', $eventId, waits: false);
        $last = readSealed(heldPath($eventId, 'sync'));
        if (($last->written_at ?? '') > $askedAt) {
            return (array) $last->found;
        }
        if ($lock !== null) {
            $found = readEvent($login);
            remember($login, 'sync', static fn (): array => ['found' => $found]);
            return $found;
        }
    }
}

/** @return array<string, mixed> what the organizer permitted: all but `event.read` may have been left out */
function readEvent(object $login): array
{
    $eventId = $login->event_id;
    $startedAt = now();
    // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
    $known = array_column(readAllSealed(pathOf('participants', $eventId)), 'occurred_at');
    $newest = max(['', ...array_filter($known, static fn (string $time): bool => $time < $startedAt)]);
    $path = '/events/' . rawurlencode($eventId);
    $found = ['event_id' => $eventId, 'title' => getAll($eventId, [$path])[0]->body->title ?? null];
    $lists = [];
    foreach (['participants' => 'participants.read', 'activities' => 'program.read'] as $list => $scope) {
        $isPermitted = in_array($scope, explode(' ', $login->scope ?? ''), true);
        $found[$list] = $isPermitted ? 0 : 'not permitted';
        $lists += $isPermitted ? [$list => "$path/$list?limit=50"] : [];
    }
    foreach (rows($eventId, $lists) as $list => $row) {
        $found[$list]++;
        if ($list === 'participants') {
            $id = is_string($row->id ?? null) ? $row->id : json_encode($row->id ?? null);
            $reviewedAt = is_string($row->last_reviewed_at ?? null) ? $row->last_reviewed_at : '';
            remember($login, $id, static function (?object $held) use ($row, $reviewedAt, $newest, $startedAt): ?array {
                $isNews = ($held->written_at ?? '') <= $startedAt; // what a delivery wrote meanwhile is newer
                $occurredAt = max($held->occurred_at ?? '', $reviewedAt, $newest);
                return $isNews ? ['row' => $row, 'occurred_at' => $occurredAt] + (array) $held : null;
            });
        }
    }
    return $found;
}
