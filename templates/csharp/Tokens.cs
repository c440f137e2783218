using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ReventoIntegration;

/// <summary>The organizer has to connect the event again; trying again does not help.</summary>
internal sealed class LoginEndedException(string message) : Exception($"{message} Open /connect.");

/// <summary>A login of an organizer for an event. Once it has ended, only the reason is kept.</summary>
internal sealed record Login(string? EventId, string? OrganizationId)
{
    public string AccessToken { get; init; } = "";
    public string RefreshToken { get; init; } = "";
    public string Scope { get; init; } = "";
    public string? Ended { get; init; }

    public bool MayRead(string scope) => Scope.Split(' ').Contains(scope);
}

/// <summary>Files encrypted with AES-256-GCM.</summary>
internal sealed class SealedFiles(Config config)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A file name for any text, safe in a path.</summary>
    public static string NameOf(params string?[] parts) =>
        Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts))).ToLowerInvariant();

    /// <summary>The name is authenticated, so one sealed value cannot stand in for another.</summary>
    public byte[] Seal<T>(T value, string name)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(value, Json);
        var bytes = new byte[NonceSize + TagSize + text.Length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceSize));
        using var aes = new AesGcm(config.TokenKey, TagSize);
        aes.Encrypt(
            bytes.AsSpan(0, NonceSize),
            text,
            bytes.AsSpan(NonceSize + TagSize),
            bytes.AsSpan(NonceSize, TagSize),
            Encoding.UTF8.GetBytes(name));
        return bytes;
    }

    /// <exception cref="CryptographicException">It was not sealed with our key under this name.</exception>
    public T Unseal<T>(byte[] bytes, string name)
    {
        if (bytes.Length < NonceSize + TagSize) throw new CryptographicException("Too short.");
        var text = new byte[bytes.Length - NonceSize - TagSize];
        using var aes = new AesGcm(config.TokenKey, TagSize);
        aes.Decrypt(
            bytes.AsSpan(0, NonceSize),
            bytes.AsSpan(NonceSize + TagSize),
            bytes.AsSpan(NonceSize, TagSize),
            text,
            Encoding.UTF8.GetBytes(name));
        return JsonSerializer.Deserialize<T>(text, Json) ?? throw new CryptographicException("Nothing was sealed.");
    }

    /// <summary>Replaces a file as a whole: a crash leaves the old one or the new one.</summary>
    public void Write<T>(string path, string name, T value)
    {
        MakeDirectoryOf(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = Create(temporary))
        {
            file.Write(Seal(value, name));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The value of a file; null where there is none.</summary>
    public T? Read<T>(string path, string name) where T : class
    {
        try
        {
            return Unseal<T>(File.ReadAllBytes(path), name);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Creates an empty file; false when it exists. Exactly one caller succeeds, in any process.</summary>
    public static bool CreateOnce(string path)
    {
        MakeDirectoryOf(path);
        try
        {
            Create(path).Dispose();
            return true;
        }
        catch (IOException error) when (error.HResult is 17 or unchecked((int)0x80070050)) // it exists: Unix, Windows
        {
            return false;
        }
    }

    /// <summary>Waits until no other thread or process holds this name; the system frees it when a process dies.</summary>
    public IDisposable Lock(string name)
    {
        var path = Path.Combine(config.DataDirectory, "locks", name);
        MakeDirectoryOf(path);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.HResult is 11 or 35 or unchecked((int)0x80070020)) // Linux, macOS, Windows
            {
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>The paths of files in a directory, which need not exist, but for those that are being written.</summary>
    public static IEnumerable<string> List(string directory, string pattern = "*") =>
        Directory.Exists(directory) ? Directory.GetFiles(directory, pattern).Where(path => !path.EndsWith(".tmp")) : [];

    private static void MakeDirectoryOf(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}

/// <summary>Logins on disk, a file each, and a refresh that happens once however many ask for it.</summary>
internal sealed class Logins(Config config, SealedFiles files)
{
    /// <summary>A refresh that has no answer by then never gets one: requests are given up after 15 seconds.</summary>
    private static readonly TimeSpan UnansweredAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new();

    public const string Deletion = "data.deletion_required";

    public string Directory { get; } = Path.Combine(config.DataDirectory, "logins");

    /// <summary>Call it before anything uses the access token.</summary>
    public void Store(Login login)
    {
        using var _ = files.Lock("logins");
        Write(login);
    }

    private void Write(Login login) => files.Write(PathOf(login), NameOf(login), login);

    /// <summary>
    /// Stores <paramref name="next"/> unless another login came in the place of <paramref name="spent"/> meanwhile. Gives
    /// the one that holds now.
    /// </summary>
    /// <exception cref="LoginEndedException">It ended meanwhile.</exception>
    private Login Replace(Login spent, Login next)
    {
        using var _ = files.Lock("logins");
        var current = Usable(spent);
        if (current.RefreshToken != spent.RefreshToken) return current;
        Write(next);
        return next;
    }

    /// <summary>Every login that can be used.</summary>
    public IEnumerable<Login> All() =>
        from path in SealedFiles.List(Directory, "*.sealed")
        let login = files.Read<Login>(path, Path.GetFileNameWithoutExtension(path))
        where login is { Ended: null }
        select login;

    /// <exception cref="LoginEndedException">There is none to use.</exception>
    public Login For(string eventId) =>
        All().FirstOrDefault(login => login.EventId == eventId)
        ?? throw new LoginEndedException("No organizer has connected this event, or the connection ended.");

    /// <summary>Marks whatever login there is as ended and forgets its tokens.</summary>
    public void End(string? eventId, string? organizationId, string reason)
    {
        Log.Write("login ended", ("event_id", eventId), ("reason", reason));
        Store(new Login(eventId, organizationId) { Ended = reason });
    }

    /// <summary>Ends this login only. Gives the one that the organizer made meanwhile, or throws.</summary>
    /// <exception cref="LoginEndedException">There is none.</exception>
    public Login EndSpent(Login spent, string reason)
    {
        var current = Replace(spent, new Login(spent.EventId, spent.OrganizationId) { Ended = reason });
        if (current.Ended is null) return current;
        Log.Write("login ended", ("event_id", spent.EventId), ("reason", reason));
        throw new LoginEndedException("The connection ended.");
    }

    /// <summary>Whether Revento demanded deletion, and no organizer has connected the event again.</summary>
    public bool IsDeleted(string? eventId, string? organizationId)
    {
        var login = new Login(eventId, organizationId);
        return files.Read<Login>(PathOf(login), NameOf(login)) is { Ended: Deletion };
    }

    /// <summary>Stays as long as its refresh token is held: it keeps the token from being sent again.</summary>
    public string ClaimOf(Login login) => Path.Combine(Directory, SealedFiles.NameOf(login.RefreshToken) + ".claim");

    /// <summary>
    /// The login after a refresh; <paramref name="spent"/> is the one whose access token has expired. Revento revokes a
    /// login when a refresh token is used twice, so each one is claimed by a file before it is sent: one request among
    /// all threads, one among all processes, one even when the process dies half-way.
    /// </summary>
    public async Task<Login> Refresh(Login spent, Func<Dictionary<string, string>, Task<Login>> request)
    {
        var turn = turns.GetOrAdd(NameOf(spent), _ => new SemaphoreSlim(1));
        await turn.WaitAsync();
        try
        {
            while (true)
            {
                var current = Usable(spent);
                if (current.AccessToken != spent.AccessToken) return current;
                var claim = new FileInfo(ClaimOf(current));
                if (SealedFiles.CreateOnce(claim.FullName)) return await RefreshOnce(spent, claim, request);
                // Another process is refreshing: the files show the outcome.
                if (claim.Exists && DateTime.UtcNow - claim.LastWriteTimeUtc > UnansweredAfter)
                {
                    return EndSpent(current, "a refresh was never answered");
                }
                await Task.Delay(50);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Login> RefreshOnce(Login spent, FileInfo claim, Func<Dictionary<string, string>, Task<Login>> request)
    {
        // Another process may have refreshed, and dropped its claim, since we looked.
        var current = Usable(spent);
        if (current.AccessToken == spent.AccessToken)
        {
            try
            {
                var form = new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = current.RefreshToken,
                };
                var answer = await request(form);
                var renewed = current with { AccessToken = answer.AccessToken, RefreshToken = answer.RefreshToken };
                if (answer.Scope != "") renewed = renewed with { Scope = answer.Scope };
                current = Replace(current, renewed);
            }
            catch (TokenException error) when (error.Code == "invalid_grant")
            {
                return EndSpent(current, error.Code);
            }
            catch (TokenException error) when (error.IsUnused)
            {
                claim.Delete();
                throw;
            }
            // After any other failure, Revento may have used the token: its claim stays, and it is never sent again.
        }
        claim.Delete();
        return current;
    }

    private Login Usable(Login login) =>
        files.Read<Login>(PathOf(login), NameOf(login)) is { Ended: null } current
            ? current
            : throw new LoginEndedException("The connection ended.");

    private static string NameOf(Login login) => SealedFiles.NameOf(login.EventId, login.OrganizationId);

    private string PathOf(Login login) => Path.Combine(Directory, NameOf(login) + ".sealed");
}
