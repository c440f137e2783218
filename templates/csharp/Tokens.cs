using System.Collections.Concurrent;

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
        files.Write(PathOf(login), login);
    }

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
        files.Write(PathOf(next), next);
        return next;
    }

    /// <summary>Every login that can be used.</summary>
    public IEnumerable<Login> All() => files.ReadAll<Login>(Directory).Where(login => login.Ended is null);

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
    public bool IsDeleted(string? eventId, string? organizationId) =>
        files.Read<Login>(PathOf(new Login(eventId, organizationId))) is { Ended: Deletion };

    /// <summary>The file that keeps the refresh token of a login from being sent again.</summary>
    public string ClaimOf(Login login) => Path.Combine(Directory, SealedFiles.NameOf(login.RefreshToken) + ".claim");

    /// <summary>
    /// The login after a refresh; <paramref name="spent"/> is the one whose access token has expired. Revento revokes a
    /// login when a refresh token is used twice, so each one is claimed by a file before it is sent: one request among
    /// all threads, one among all processes, one even when the process dies half-way.
    /// </summary>
    public async Task<Login> Refresh(Login spent, Func<Dictionary<string, string>, Task<Login>> request)
    {
        var turn = turns.GetOrAdd(PathOf(spent), _ => new SemaphoreSlim(1));
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
        var mayBeSpent = false;
        try
        {
            // Another process may have refreshed, and dropped its claim, since we looked. Where nothing can be written, as
            // on a full disk, that shows now: the answer could not be kept.
            var current = Replace(spent, spent);
            if (current.AccessToken != spent.AccessToken) return current;
            mayBeSpent = true;
            var answer = await request(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = spent.RefreshToken });
            var renewed = spent with { AccessToken = answer.AccessToken, RefreshToken = answer.RefreshToken };
            if (answer.Scope != "") renewed = renewed with { Scope = answer.Scope };
            current = Replace(spent, renewed);
            mayBeSpent = false;
            return current;
        }
        catch (TokenException error)
        {
            mayBeSpent = !error.IsUnused;
            if (error.Code == "invalid_grant") return EndSpent(spent, error.Code);
            throw;
        }
        finally
        {
            // Otherwise the claim stays: the token is never sent a second time.
            if (!mayBeSpent) claim.Delete();
        }
    }

    private Login Usable(Login login) =>
        files.Read<Login>(PathOf(login)) is { Ended: null } current
            ? current
            : throw new LoginEndedException("The connection ended.");

    private string PathOf(Login login) =>
        Path.Combine(Directory, SealedFiles.NameOf(login.EventId, login.OrganizationId) + ".sealed");
}
