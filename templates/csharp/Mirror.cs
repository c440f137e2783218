using System.Collections.Concurrent;
using System.Text.Json;
using Row = System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>;

namespace ReventoIntegration;

/// <summary>The mirror of participants that webhooks and syncs keep up to date.</summary>
internal sealed class Mirror(Config config, SealedFiles files, Logins logins, Api api)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Synced>>> syncs = new();

    /// <param name="OccurredAt">When its last change happened, by Revento's clock.</param>
    /// <param name="WrittenAt">When it was written, by ours.</param>
    private sealed record Held(Row Row, string? OccurredAt, string? DeliveryId, DateTimeOffset WrittenAt);

    /// <summary>How many rows were read, or null where the organizer did not permit it.</summary>
    public sealed record Synced(string EventId, string? Title, int? Participants, int? Activities);

    /// <summary>What is held of a participant, by its name in the data of `application.*`.</summary>
    private static readonly Dictionary<string, string> ApplicationFields = new()
    {
        ["participant_id"] = "id",
        ["status"] = "application_status",
        ["user_id"] = "user_id",
        ["custom_form_fields"] = "custom_form_fields",
    };

    /// <summary>How far our clock may be from Revento's: with more between them, no delivery is genuine.</summary>
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromMinutes(5);

    public IEnumerable<Row> Participants(string eventId) =>
        files.ReadAll<Held>(DirectoryOf(eventId)).Select(held => held.Row);

    /// <summary>What a delivery changes. It contains a snapshot, so no API request is needed.</summary>
    public void Work(Event sent, string deliveryId)
    {
        if (sent.Type == Logins.Deletion)
        {
            using var _ = files.Lock("mirror");
            var directory = DirectoryOf(sent.EventId);
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
        // Others are not known to this integration, or not needed.
        else if (ChangesOf(sent) is var changes && changes.GetValueOrDefault("id") is { ValueKind: JsonValueKind.String } id)
        {
            Remember(sent.EventId, sent.OrganizationId, id.GetString(), held =>
            {
                if (held?.DeliveryId == deliveryId) return null; // a crash came before its mark
                if (string.CompareOrdinal(held?.OccurredAt, sent.OccurredAt) > 0) return null; // a newer delivery came first
                var row = new Row(held?.Row ?? []);
                foreach (var (name, value) in changes) row[name] = value;
                return new Held(row, sent.OccurredAt, deliveryId, DateTimeOffset.UtcNow);
            });
        }
    }

    /// <summary>Reads an event; concurrent calls share one read.</summary>
    public async Task<Synced> Sync(string eventId)
    {
        var run = syncs.GetOrAdd(eventId, _ => new(() => ReadEvent(eventId)));
        try
        {
            return await run.Value;
        }
        finally
        {
            syncs.TryRemove(new(eventId, run));
        }
    }

    private static Row ChangesOf(Event sent)
    {
        if (sent.Data is not { ValueKind: JsonValueKind.Object } data) return [];
        var fields = data.Deserialize<Row>()!;
        if (sent.Type.StartsWith("participant.")) return fields;
        if (!sent.Type.StartsWith("application.")) return [];
        return ApplicationFields.Keys.Where(fields.ContainsKey).ToDictionary(name => ApplicationFields[name], name => fields[name]);
    }

    private async Task<Synced> ReadEvent(string eventId)
    {
        var login = logins.For(eventId);
        var path = $"/events/{Uri.EscapeDataString(eventId)}";
        var found = await api.Get<Row>(eventId, path);
        var startedAt = DateTimeOffset.UtcNow;
        var participants = Read(login, "participants.read", $"{path}/participants", row => Keep(login, row, startedAt));
        var activities = Read(login, "program.read", $"{path}/activities", _ => { });
        await Task.WhenAll(participants, activities);
        return new Synced(eventId, found.GetValueOrDefault("title").ToString(), await participants, await activities);
    }

    private async Task<int?> Read(Login login, string scope, string path, Action<Row> take)
    {
        if (!login.MayRead(scope)) return null;
        var count = 0;
        await foreach (var row in api.Rows(login.EventId!, path))
        {
            count++;
            take(row);
        }
        return count;
    }

    private void Keep(Login login, Row row, DateTimeOffset startedAt)
    {
        // Of deliveries that come later, those are older than this row that happened before then.
        var before = (startedAt - ClocksDiffer).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var reviewedAt = row.GetValueOrDefault("last_reviewed_at").ToString();
        Remember(login.EventId, login.OrganizationId, row["id"].GetString(), held =>
        {
            if (held?.WrittenAt > startedAt) return null; // what a delivery wrote meanwhile is newer than this row
            var occurredAt = new[] { before, reviewedAt, held?.OccurredAt }.Max(StringComparer.Ordinal);
            return new Held(row, occurredAt, held?.DeliveryId, DateTimeOffset.UtcNow);
        });
    }

    /// <summary>Changes what is held of one participant; null leaves it.</summary>
    private void Remember(string? eventId, string? organizationId, string? participantId, Func<Held?, Held?> change)
    {
        var path = Path.Combine(DirectoryOf(eventId), $"{SealedFiles.NameOf(eventId, participantId)}.sealed");
        using var _ = files.Lock("mirror");
        // A deletion that comes from now on waits for this lock, and then deletes what is written here.
        if (logins.IsDeleted(eventId, organizationId)) return;
        if (change(files.Read<Held>(path)) is { } next) files.Write(path, next);
    }

    private string DirectoryOf(string? eventId) =>
        Path.Combine(config.DataDirectory, "participants", SealedFiles.NameOf(eventId));
}
