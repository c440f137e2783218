namespace ReventoIntegration;

/// <summary>Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward.</summary>
internal sealed class Webhooks(Config config, SealedFiles files, Logins logins)
{
    private const int ToleranceSeconds = 300;

    private readonly string inbox = Path.Combine(config.DataDirectory, "inbox");
    private readonly SemaphoreSlim arrived = new(0);

    private sealed record Delivery(string Id, DateTimeOffset ReceivedAt, Row Event);

    /// <summary>Whether Revento signed these bytes with one of the secrets, within the last five minutes.</summary>
    public static bool IsGenuine(IEnumerable<string> secrets, byte[] body, string timestamp, string signature)
    {
        if (!Regex.IsMatch(timestamp, @"^[0-9]{1,12}\z") || !Regex.IsMatch(signature, @"^sha256=[0-9a-f]{64}\z")) return false;
        if (Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp)) > ToleranceSeconds) return false;
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp + "."), .. body];
        var claimed = Convert.FromHexString(signature["sha256=".Length..]);
        return secrets.Count(secret => CryptographicOperations.FixedTimeEquals(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed), claimed)) > 0;
    }

    /// <summary>The status for a delivery. It is on disk before it is acknowledged, so a crash loses nothing.</summary>
    public async Task<int> Receive(IHeaderDictionary headers, byte[] body)
    {
        string Header(string part) => headers[$"X-Revento-{part}"].ToString();
        var id = Header("Delivery-Id");
        var isGenuine = IsGenuine(config.WebhookSecrets, body, Header("Timestamp"), Header("Signature"));
        if (id == "" || Header("Event") == "" || !isGenuine)
        {
            Log.Write("delivery refused");
            return StatusCodes.Status401Unauthorized;
        }
        // Only now: nobody but Revento gets here.
        if (Json.Read<Row>(body) is not { } sent || sent.Text("type") is not { } type) return StatusCodes.Status400BadRequest;
        // In this order: a delivery that has left the inbox is marked already.
        var isRepeat = files.Read<Delivery>(WaitingAt(id)) is not null || files.Read<string>(MarkOf(id)) is not null;
        Log.Write(isRepeat ? "delivery repeated" : "delivery received", Ids(id, sent));
        if (isRepeat) return StatusCodes.Status204NoContent;
        // Requests stop at once: whatever login there is has ended. The worker deletes the stored data.
        if (type == Logins.Deletion) await logins.Store(new(sent.Text("event_id"), sent.Text("organization_id"), Ended: type));
        files.Write(WaitingAt(id), new Delivery(id, DateTimeOffset.UtcNow, sent));
        arrived.Release();
        return StatusCodes.Status204NoContent;
    }

    private static (string, object?)[] Ids(string id, Row sent) =>
        [("delivery_id", id), ("event_id", sent.Text("event_id")), ("type", sent.Text("type"))];

    private string WaitingAt(string id) => Path.Combine(inbox, SealedFiles.NameOf(id) + ".sealed");

    private string MarkOf(string id) => Path.Combine(config.DataDirectory, "worked", SealedFiles.NameOf(id));

    /// <summary>Processes deliveries for as long as the program runs.</summary>
    public async Task WorkDeliveries(Func<Row, string, Task> work)
    {
        while (true)
        {
            try
            {
                await WorkWaiting(work);
            }
            catch (Exception error) // such as a directory that cannot be written: it may be so for a while
            {
                Log.Write("inbox failed", ("error", error.Message));
            }
            // After a while also without a delivery, for those that failed.
            await arrived.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    /// <summary>
    /// Processes the inbox, oldest first, in one process at a time. A crash between the work and its mark
    /// calls <paramref name="work"/> again, so it has to write the id of the delivery together with what it changes: here
    /// in one file, with a database in one transaction.
    /// </summary>
    public async Task WorkWaiting(Func<Row, string, Task> work)
    {
        using var alone = await files.Lock("inbox");
        foreach (var (id, _, sent) in files.ReadAll<Delivery>(inbox).OrderBy(delivery => delivery.ReceivedAt))
        {
            try
            {
                if (files.Read<string>(MarkOf(id)) is null) await work(sent, id);
                files.Write(MarkOf(id), "");
                File.Delete(WaitingAt(id));
                Log.Write("delivery worked", Ids(id, sent));
            }
            catch (Exception error) // one that fails must not hold up the others
            {
                Log.Write("delivery failed", ("delivery_id", id), ("error", error.GetType().Name));
            }
        }
    }
}
