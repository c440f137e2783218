<?php

// The mirror of participants that webhooks and syncs keep up to date.

declare(strict_types=1);

namespace Integration\Mirror;

use Integration\Api;
use Integration\Config;
use Integration\Files;
use Integration\Tokens;

/** Where the rows of an event are, and what its last sync found. */
function mirrorOf(string $eventId): string
{
    return Config::get()->dataDir . '/participants/' . Files\fileName($eventId);
}

function pathOf(string $eventId, string $name): string
{
    return mirrorOf($eventId) . '/' . Files\fileName($eventId, $name) . '.sealed';
}

/** One process at a time changes the mirror of an event; the lock is held until it is closed. */
function lockOf(string $eventId): mixed
{
    return Files\lock(Config::get()->dataDir . '/locks/' . Files\fileName($eventId));
}

/** The time, so that it can be compared with those of Revento. */
function now(): string
{
    return date_create('now', timezone_open('UTC'))->format('Y-m-d\TH:i:s.u\Z');
}

/**
 * Changes what is held under a name, such as a participant's id.
 *
 * @param callable(?object): ?array $change gets what is held and returns what to hold, or null to leave it
 */
function remember(object $connection, string $name, callable $change): void
{
    $path = pathOf($connection->event_id, $name);
    $lock = lockOf($connection->event_id);
    // A deletion that comes from now on waits for this lock, and then deletes what is written here.
    $held = Tokens\isDeleted($connection) ? null : $change(Files\readSealed($path));
    if ($held !== null) {
        Files\writeSealed($path, ['written_at' => now()] + $held);
    }
    fclose($lock);
}

/** @return list<object> */
function participants(string $eventId): array
{
    return array_column(Files\readAllSealed(mirrorOf($eventId)), 'row');
}

/** What a delivery changes. It contains a snapshot, so no API request is needed. */
function work(object $event, string $deliveryId): void
{
    if ($event->type === Tokens\DELETION && is_string($event->event_id ?? null)) {
        forget($event->event_id);
        return;
    }
    if (!Tokens\isConnection($event)) {
        return; // of the integration as a whole
    }
    $changes = changesOf($event->type, (array) ($event->data ?? []));
    $occurredAt = $event->occurred_at ?? null;
    if (!is_string($occurredAt) || !is_string($changes['id'] ?? null)) {
        return; // a type that this integration does not know, or does not need
    }
    remember($event, $changes['id'], static function (?object $held) use ($occurredAt, $deliveryId, $changes): ?array {
        // A crash came before its mark, or something newer came first.
        if (($held->delivery_id ?? '') === $deliveryId || ($held->occurred_at ?? '') > $occurredAt) {
            return null;
        }
        $row = $changes + (array) ($held->row ?? []);
        return ['row' => $row, 'occurred_at' => $occurredAt, 'delivery_id' => $deliveryId];
    });
}

/** @return array<string, mixed> */
function changesOf(string $type, array $data): array
{
    if (str_starts_with($type, 'participant.')) {
        return $data;
    }
    if (!str_starts_with($type, 'application.')) {
        return [];
    }
    return ['id' => $data['participant_id'] ?? null, 'application_status' => $data['status'] ?? null]
        + array_intersect_key($data, ['user_id' => true, 'custom_form_fields' => true]);
}

function forget(string $eventId): void
{
    $mirror = mirrorOf($eventId);
    $lock = lockOf($eventId);
    foreach (is_dir($mirror) ? array_diff(scandir($mirror), ['.', '..']) : [] as $file) {
        unlink("$mirror/$file");
    }
    fclose($lock);
}

/**
 * Reads an event. Processes that are asked at the same time share the reading: each part is read by one of them.
 *
 * @return array<string, mixed> counts of what was read
 */
function sync(string $eventId): array
{
    $askedAt = now();
    $login = Tokens\loginFor($eventId);
    $reads = readsOf($login, $askedAt);
    $found = ['event_id' => $eventId];
    while (($left = array_diff_key($reads, $found)) !== []) {
        foreach ($left as $part => $read) {
            $lock = Files\lock(Config::get()->dataDir . '/locks/' . Files\fileName($eventId, $part), waits: false);
            $last = Files\readSealed(pathOf($eventId, $part));
            if ($lock !== null && ($last->written_at ?? '') <= $askedAt) {
                $last = (object) ['found' => $read(), 'written_at' => now()];
                remember($login, $part, static fn (): array => ['found' => $last->found]);
            }
            if (($last->written_at ?? '') > $askedAt) {
                $found[$part] = $last->found;
            }
            unset($lock);
        }
        usleep(20_000);
    }
    return $found;
}

/** @return array<string, callable(): mixed> what the organizer permitted: all but `event.read` may have been left out */
function readsOf(object $login, string $startedAt): array
{
    $path = '/events/' . rawurlencode($login->event_id);
    // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
    $known = array_column(Files\readAllSealed(mirrorOf($login->event_id)), 'occurred_at');
    $newest = max(['', ...array_filter($known, static fn (string $time): bool => $time < $startedAt)]);
    $rememberRead = static function (object $row) use ($login, $newest, $startedAt): void {
        remember($login, $row->id, static function (?object $held) use ($row, $newest, $startedAt): ?array {
            if (($held->written_at ?? '') > $startedAt) {
                return null; // what a delivery wrote meanwhile is newer
            }
            $occurredAt = max($held->occurred_at ?? '', $row->last_reviewed_at ?? '', $newest);
            return ['row' => $row, 'occurred_at' => $occurredAt] + (array) $held;
        });
    };
    $read = static function (string $list, string $scope, ?callable $each = null) use ($login, $path): int|string {
        if (!in_array($scope, explode(' ', $login->scope ?? ''), true)) {
            return 'not permitted';
        }
        $count = 0;
        foreach (Api\rows($login->event_id, "$path/$list") as $row) {
            $count++;
            $each === null || $each($row);
        }
        return $count;
    };
    return [
        'title' => static fn (): string => Api\get($login->event_id, $path)->title,
        'participants' => static fn () => $read('participants', 'participants.read', $rememberRead),
        'activities' => static fn () => $read('activities', 'program.read'),
    ];
}
