<?php

// The mirror of participants that webhooks and syncs keep up to date.

declare(strict_types=1);

namespace Integration\Mirror;

use Integration\Api;
use Integration\Config;
use Integration\Tokens;
use Integration\Tokens\Login;

// What a sync reads.
const PARTS = ['title', 'participants', 'activities'];

function mirrorOf(string $eventId): string
{
    return Config::get()->dataDir . '/participants/' . Tokens\fileName($eventId);
}

/** Where processes share what a sync has read, without the ending. */
function syncOf(string $eventId, string $part): string
{
    return Config::get()->dataDir . '/syncs/' . Tokens\fileName($eventId, $part);
}

/** One process at a time changes the mirror of an event; the lock is held until it is closed. */
function lockOf(string $eventId): mixed
{
    return Tokens\lock(Config::get()->dataDir . '/locks/' . Tokens\fileName($eventId));
}

/**
 * Changes what is held of one participant.
 *
 * @param callable(?object): ?array $change gets what is held and returns what to hold, or null to leave it
 */
function remember(Login $login, string $participantId, callable $change): void
{
    $name = Tokens\fileName($login->eventId, $participantId);
    $path = mirrorOf($login->eventId) . "/$name.sealed";
    $lock = lockOf($login->eventId);
    // A deletion that comes from now on waits for this lock, and then deletes what is written here.
    $held = Tokens\isDeleted($login) ? null : $change(Tokens\readSealed($path, $name));
    if ($held !== null) {
        Tokens\writeSealed($path, $name, ['written_at' => microtime(true)] + $held);
    }
    fclose($lock);
}

/** @return list<object> */
function participants(string $eventId): array
{
    $read = static fn (string $file) => Tokens\readSealed(mirrorOf($eventId) . "/$file", basename($file, '.sealed'));
    $held = array_filter(array_map($read, Tokens\sealedFiles(mirrorOf($eventId))));
    return array_map(static fn (object $entry): object => $entry->row, array_values($held));
}

/** What a delivery changes. It contains a snapshot, so no API request is needed. */
function work(object $event, string $deliveryId): void
{
    if ($event->type === Tokens\DELETION) {
        forget($event->event_id);
        return;
    }
    $changes = changesOf($event);
    if (!is_string($changes['id'] ?? null)) {
        return; // a type that this integration does not know, or does not need
    }
    $login = new Login($event->event_id, $event->organization_id);
    remember($login, $changes['id'], static function (?object $held) use ($event, $deliveryId, $changes): ?array {
        if (($held->delivery_id ?? '') === $deliveryId) {
            return null; // a crash came before its mark
        }
        if (($held->occurred_at ?? '') > $event->occurred_at) {
            return null; // a newer delivery came first
        }
        $row = $changes + (array) ($held->row ?? []);
        return ['row' => $row, 'occurred_at' => $event->occurred_at, 'delivery_id' => $deliveryId];
    });
}

/** @return array<string, mixed> */
function changesOf(object $event): array
{
    $data = (array) $event->data;
    if (str_starts_with($event->type, 'participant.')) {
        return $data;
    }
    if (!str_starts_with($event->type, 'application.')) {
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
    foreach (PARTS as $part) {
        @unlink(syncOf($eventId, $part) . '.sealed');
    }
}

/**
 * Reads what the organizer permitted: all but `event.read` may have been left out. Processes that are asked at the same
 * time share the reading.
 *
 * @return array<string, mixed> counts of what was read
 */
function sync(string $eventId): array
{
    $askedAt = microtime(true);
    $login = Tokens\loginFor($eventId);
    $path = '/events/' . rawurlencode($eventId);
    $reads = [
        'title' => ['event.read', static fn () => Api\get($eventId, $path)->title],
        'participants' => ['participants.read', static fn () => readParticipants($login, "$path/participants")],
        'activities' => ['program.read', static fn () => iterator_count(Api\rows($eventId, "$path/activities"))],
    ];
    $granted = explode(' ', $login->scope);
    $left = array_filter($reads, static fn (array $read): bool => in_array($read[0], $granted, true));
    $found = ['event_id' => $eventId] + array_fill_keys(PARTS, 'not permitted');
    while ($left !== []) {
        foreach ($left as $part => [, $read]) {
            $one = shared($login, $part, $askedAt, $read);
            if ($one !== null) {
                $found[$part] = $one->found;
                unset($left[$part]);
            }
        }
        usleep(20_000);
    }
    return $found;
}

/** What a read found, here or in another process since it was asked for; null while another process reads. */
function shared(Login $login, string $part, float $askedAt, callable $read): ?object
{
    $name = Tokens\fileName($login->eventId, $part);
    $path = syncOf($login->eventId, $part);
    $lock = Tokens\lock("$path.lock", waits: false);
    $last = Tokens\readSealed("$path.sealed", $name);
    if ($lock !== null && ($last === null || $last->ended_at < $askedAt)) {
        $last = (object) ['found' => $read(), 'ended_at' => microtime(true)];
        Tokens\writeSealed("$path.sealed", $name, $last);
        if (Tokens\isDeleted($login)) {
            @unlink("$path.sealed"); // what a deletion removed meanwhile was written again
        }
    }
    return $last !== null && $last->ended_at >= $askedAt ? $last : null;
}

function readParticipants(Login $login, string $path): int
{
    $startedAt = microtime(true);
    $count = 0;
    foreach (Api\rows($login->eventId, $path) as $row) {
        $count++;
        remember($login, $row->id, static fn (?object $held): ?array => rowRead($row, $held, $startedAt));
    }
    return $count;
}

/** What to hold of a row that a sync has read; null to leave it. */
function rowRead(object $row, ?object $held, float $startedAt): ?array
{
    if (($held->written_at ?? 0) > $startedAt) {
        return null; // what a delivery wrote meanwhile is newer than this page
    }
    // A delivery from before the last review, which comes later, is older than this row.
    $occurredAt = max($held->occurred_at ?? '', $row->last_reviewed_at ?? '');
    return ['row' => $row, 'occurred_at' => $occurredAt] + (array) $held;
}
