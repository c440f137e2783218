global using System.Security.Cryptography;
global using System.Text;
global using System.Text.Json;
global using System.Text.RegularExpressions;
global using Microsoft.AspNetCore.WebUtilities;
global using Row = System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>;

namespace ReventoIntegration;

/// <summary>Settings from the environment. All are checked at the start: a wrong one ends the start, not a request.</summary>
internal sealed record Config(
    string AuthBase, string ApiBase, string ClientId, string ClientSecret, string RedirectUri, string EventId,
    IReadOnlyList<string> WebhookSecrets, byte[] TokenKey, string DataDirectory, int Port)
{
    /// <exception cref="InvalidOperationException">Says everything that is wrong, a line each.</exception>
    public static Config FromEnvironment()
    {
        // Variables that are already set take precedence.
        foreach (var line in File.Exists(".env") ? File.ReadLines(".env") : [])
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, var value]) continue;
            if (name.StartsWith('#') || Environment.GetEnvironmentVariable(name) is not null) continue;
            Environment.SetEnvironmentVariable(name, value.Trim('\'', '"'));
        }
        var problems = new List<string>();
        var (key, port) = (new byte[32], 0);
        Checked("REVENTO_TOKEN_KEY", " to 32 random bytes in base64: openssl rand -base64 32", "",
            text => Convert.TryFromBase64String(text, key, out var length) && length == key.Length);
        Checked("PORT", " to a port", "3000", text => int.TryParse(text, out port) && port is > 0 and < 65_536);
        // While the signing secret is rotated, deliveries may be signed with either of the two.
        string[] secrets = [Required("REVENTO_WEBHOOK_SECRET"), Optional("REVENTO_WEBHOOK_SECRET_PREVIOUS", "")];
        var apiBase = Address("REVENTO_API_BASE").TrimEnd('/');
        var config = new Config(
            AuthBase: Address("REVENTO_AUTH_BASE").TrimEnd('/'), ApiBase: apiBase,
            ClientId: Required("REVENTO_CLIENT_ID"), ClientSecret: Required("REVENTO_CLIENT_SECRET"),
            RedirectUri: Address("REVENTO_REDIRECT_URI"), EventId: Required("SANDBOX_EVENT_ID"),
            WebhookSecrets: [.. secrets.Where(secret => secret != "")], TokenKey: key, Port: port,
            // A directory for each API: what belongs to one is never sent to another, such as a sandbox.
            DataDirectory: Path.Combine(Optional("DATA_DIR", "data"), HostOf(apiBase).Replace(':', '_')));
        return problems.Count == 0 ? config : throw new InvalidOperationException(string.Join('\n', problems));

        string Required(string name) => Checked(name, "", "", text => text != "");

        string Address(string name) => Checked(name, " to a URL", "", text => HostOf(text) != "");

        string Checked(string name, string what, string otherwise, Predicate<string> isValid)
        {
            var value = Optional(name, otherwise);
            if (!isValid(value)) problems.Add($"Set {name}{what}.");
            return value;
        }
    }

    private static string Optional(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : otherwise;

    private static string HostOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.Authority : "";
}

internal static class Log
{
    /// <summary>Writes one JSON line. Give it ids, never tokens and never what attendees entered.</summary>
    public static void Write(string message, params (string Name, object? Value)[] fields)
    {
        (string, object?)[] line = [("at", DateTimeOffset.UtcNow), ("message", message), .. fields];
        Console.WriteLine(JsonSerializer.Serialize(line.ToDictionary()));
    }
}

/// <summary>JSON as Revento writes it.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The value of some JSON; null for anything else, and for the JSON of something else.</summary>
    public static T? Read<T>(byte[] text) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The fields of an object; null for anything else.</summary>
    public static Row? AsObject(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.Deserialize<Row>() : null;

    /// <summary>The text of a field; null where it is missing, or is not text.</summary>
    public static string? Text(this Row? row, string name) =>
        row?.GetValueOrDefault(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
