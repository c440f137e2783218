namespace ReventoIntegration;

/// <summary>The mirror of participants that webhooks and syncs keep up to date.</summary>
internal sealed class Mirror(Config config, SealedFiles files, Logins logins, Api api)
{
    /// <param name="OccurredAt">When its last change happened, by Revento's clock.</param>
    /// <param name="WrittenAt">When it was written, by ours.</param>
    private sealed record Held(Row Row, string? OccurredAt, string? DeliveryId, string WrittenAt);

    /// <summary>How many rows were read, or null where the organizer did not permit it.</summary>
    public sealed record Synced(string EventId, string? Title, int? Participants, int? Activities);

    /// <summary>What is held of a participant, by its name in the data of `application.*`.</summary>
    private static readonly Dictionary<string, string> ApplicationFields = new()
    {
        ["participant_id"] = "id", ["status"] = "application_status",
        ["user_id"] = "user_id", ["custom_form_fields"] = "custom_form_fields",
    };

    private readonly Dictionary<string, Task<Synced>> syncs = [];

    public IEnumerable<Row> Participants(string eventId) => files.ReadAll<Held>(MirrorOf(eventId)).Select(held => held.Row);

    /// <summary>What a delivery changes. It contains a snapshot, so no API request is needed.</summary>
    public async Task Work(Row sent, string deliveryId)
    {
        // For what concerns the whole integration the ids are null.
        var (eventId, organizationId) = (sent.Text("event_id"), sent.Text("organization_id"));
        if (sent.Text("type") == Logins.Deletion)
        {
            using var _ = await files.Lock("mirror");
            foreach (var path in SealedFiles.In(MirrorOf(eventId))) File.Delete(path);
            return;
        }
        var changes = ChangesOf(sent);
        // A type that this integration does not know, or does not need.
        if (changes.Text("id") is not { } id || sent.Text("occurred_at") is not { } occurredAt) return;
        await Remember(eventId, organizationId, id, held =>
        {
            // A crash came before its mark, or something newer came first.
            if (held?.DeliveryId == deliveryId || string.CompareOrdinal(held?.OccurredAt, occurredAt) > 0) return null;
            var row = new Row(held?.Row ?? []);
            foreach (var (name, value) in changes) row[name] = value;
            return new Held(row, occurredAt, deliveryId, Now());
        });
    }

    /// <summary>Reads an event; concurrent calls share one read.</summary>
    public Task<Synced> Sync(string eventId)
    {
        lock (syncs)
        {
            if (!syncs.TryGetValue(eventId, out var run) || run.IsCompleted) syncs[eventId] = run = ReadEvent(eventId);
            return run;
        }
    }

    private static Row ChangesOf(Row sent)
    {
        var (kind, data) = (sent.Text("type")?.Split('.')[0], sent.GetValueOrDefault("data").AsObject() ?? []);
        if (kind == "participant") return data;
        if (kind != "application") return [];
        return data.Where(one => one.Value.ValueKind != JsonValueKind.Null && ApplicationFields.ContainsKey(one.Key))
            .ToDictionary(one => ApplicationFields[one.Key], one => one.Value);
    }

    private async Task<Synced> ReadEvent(string eventId)
    {
        var login = logins.For(eventId);
        var path = $"/events/{Uri.EscapeDataString(eventId)}";
        var startedAt = Now();
        // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
        var known = files.ReadAll<Held>(MirrorOf(eventId)).Select(held => held.OccurredAt);
        var newest = known.Where(time => string.CompareOrdinal(time, startedAt) < 0).Max(StringComparer.Ordinal);
        var (found, _) = await api.Get(eventId, path);
        var participants = Read(login, "participants.read", $"{path}/participants", Keep);
        var activities = Read(login, "program.read", $"{path}/activities", _ => Task.CompletedTask);
        await Task.WhenAll(participants, activities);
        return new Synced(eventId, found.Text("title"), await participants, await activities);

        Task Keep(Row row) => Remember(login.EventId, login.OrganizationId, $"{row.GetValueOrDefault("id")}", held =>
        {
            // What a delivery wrote meanwhile is newer than this row.
            if (string.CompareOrdinal(held?.WrittenAt, startedAt) > 0) return null;
            var occurredAt = new[] { held?.OccurredAt, row.Text("last_reviewed_at"), newest }.Max(StringComparer.Ordinal);
            return new Held(row, occurredAt, held?.DeliveryId, Now());
        });
    }

    private async Task<int?> Read(Login login, string scope, string path, Func<Row, Task> take)
    {
        if (login.Scope?.Split(' ').Contains(scope) != true) return null;
        var count = 0;
        await foreach (var row in api.Rows(login.EventId!, path))
        {
            count++;
            await take(row);
        }
        return count;
    }

    /// <summary>Changes what is held of one participant; null leaves it.</summary>
    private async Task Remember(string? eventId, string? organizationId, string? participantId, Func<Held?, Held?> change)
    {
        var path = Path.Combine(MirrorOf(eventId), $"{SealedFiles.NameOf(eventId, participantId)}.sealed");
        using var _ = await files.Lock("mirror");
        // A deletion that comes from now on waits for this lock, and then deletes what is written here.
        if (eventId is null || organizationId is null || logins.IsDeleted(eventId, organizationId)) return;
        if (change(files.Read<Held>(path)) is { } next) files.Write(path, next);
    }

    private string MirrorOf(string? eventId) => Path.Combine(config.DataDirectory, "participants", SealedFiles.NameOf(eventId));

    /// <summary>The time, so that it can be compared with those of Revento.</summary>
    private static string Now() => DateTime.UtcNow.ToString("O");
}
