using System.Security.Cryptography;
using System.Text.Json;
using ReventoIntegration;

namespace Tests;

/// <summary>A directory and secrets of their own; at a sandbox, its settings.</summary>
internal static class Settings
{
    public static Config Config { get; } = Read();

    /// <summary>The envelope of a delivery.</summary>
    public static Dictionary<string, JsonElement> Event(
        string type, string? eventId, string? organizationId, string? at, JsonElement? data)
    {
        var envelope = new { type, event_id = eventId, organization_id = organizationId, occurred_at = at, data };
        return JsonSerializer.SerializeToElement(envelope).AsObject()!;
    }

    private static Config Read()
    {
        var settings = new Dictionary<string, string>
        {
            ["REVENTO_AUTH_BASE"] = "http://localhost:9",
            ["REVENTO_API_BASE"] = "http://localhost:9/api/v1",
            ["REVENTO_CLIENT_ID"] = "tests",
            ["REVENTO_CLIENT_SECRET"] = Guid.NewGuid().ToString(),
            ["REVENTO_WEBHOOK_SECRET"] = Guid.NewGuid().ToString(),
            ["REVENTO_REDIRECT_URI"] = "http://localhost:3000/callback",
            ["SANDBOX_EVENT_ID"] = "evt_test_published",
        };
        foreach (var (name, value) in settings)
        {
            if (Environment.GetEnvironmentVariable(name) is null) Environment.SetEnvironmentVariable(name, value);
        }
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        Environment.SetEnvironmentVariable("REVENTO_TOKEN_KEY", key);
        var directory = Directory.CreateTempSubdirectory("revento-integration-").FullName;
        Environment.SetEnvironmentVariable("DATA_DIR", directory);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        var config = Config.FromEnvironment();
        return config with { Port = new Uri(config.RedirectUri).Port };
    }
}
