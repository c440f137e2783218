using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReventoIntegration;

/// <summary>Files that are encrypted and replaced as a whole; locks among threads and processes.</summary>
internal class SealedFiles(Config config)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>
    /// Days that files are kept which nothing removes, by their ending or directory: writes and logins end within minutes,
    /// and Revento gives up a delivery after hours.
    /// </summary>
    private static readonly Dictionary<string, int> KeptDays = new() { [".tmp"] = 1, ["attempts"] = 1, ["worked"] = 30 };

    /// <summary>A file name for any text, safe in a path.</summary>
    public static string NameOf(params string?[] parts) =>
        Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts))).ToLowerInvariant();

    /// <summary>Encrypts with AES-256-GCM. The name is authenticated: one sealed value cannot stand in for another.</summary>
    public string Seal<T>(T value, string name)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(value, Json.Options);
        var (nonce, tag) = (RandomNumberGenerator.GetBytes(NonceSize), new byte[TagSize]);
        using var aes = new AesGcm(config.TokenKey, TagSize);
        aes.Encrypt(nonce, text, text, tag, Encoding.UTF8.GetBytes(name));
        return WebEncoders.Base64UrlEncode([.. nonce, .. text, .. tag]);
    }

    /// <summary>What was sealed under this name; null for anything else.</summary>
    public T? Unseal<T>(string text, string name) where T : class
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(text);
            var (nonce, value, tag) = (bytes[..NonceSize], bytes[NonceSize..^TagSize], bytes[^TagSize..]);
            using var aes = new AesGcm(config.TokenKey, TagSize);
            aes.Decrypt(nonce, value, tag, value, Encoding.UTF8.GetBytes(name));
            return Json.Read<T>(value);
        }
        catch (Exception error) when (error is FormatException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Replaces a file as a whole: a crash, or a loss of power, leaves the old one or the new one.</summary>
    public virtual void Write<T>(string path, T value)
    {
        var (directory, temporary) = (Path.GetDirectoryName(path)!, $"{path}.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(directory);
        try
        {
            var text = Encoding.ASCII.GetBytes(Seal(value, Path.GetFileName(path)));
            // What is written is on disk when the file is closed.
            using (var file = File.Create(temporary, text.Length, FileOptions.WriteThrough)) file.Write(text);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        if (OperatingSystem.IsWindows()) return; // it takes care of the new name by itself
        using var opened = new SafeFileHandle(OpenDirectory(directory, 0), ownsHandle: true);
        RandomAccess.FlushToDisk(opened);
    }

    /// <summary>.NET opens no directories.</summary>
    [DllImport("libc", EntryPoint = "open")]
    private static extern int OpenDirectory(string path, int flags);

    /// <summary>What a function reads; null where nothing is there. For what cannot be read, `Exists` is false, too.</summary>
    private static T? UnlessMissing<T>(string path, Func<string, T> read) where T : class
    {
        try
        {
            return read(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The value of a file; null where there is none, or it is damaged: that must not stop the rest.</summary>
    public T? Read<T>(string path) where T : class
    {
        if (UnlessMissing(path, File.ReadAllText) is not { } text) return null;
        var value = Unseal<T>(text, Path.GetFileName(path));
        if (value is null) Log.Write("file damaged", ("file", path));
        return value;
    }

    /// <summary>The files of a directory, which need not exist.</summary>
    public static string[] In(string directory) => UnlessMissing(directory, Directory.GetFiles) ?? [];

    /// <summary>The values of the files of a directory. One that cannot be read does not hold up the others.</summary>
    public List<T> ReadAll<T>(string directory, Action<Exception>? unread = null) where T : class
    {
        var values = new List<T>();
        foreach (var path in In(directory).Where(path => path.EndsWith(".sealed")))
        {
            try
            {
                if (Read<T>(path) is { } value) values.Add(value);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Log.Write("file not read", ("error", error.Message));
                unread?.Invoke(error);
            }
        }
        return values;
    }

    /// <summary>Waits until no other caller or process holds this name; the system frees it when a process dies.</summary>
    public async Task<IDisposable> Lock(string name)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(config.DataDirectory, "locks")).FullName, name);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.HResult is 11 or 35 or unchecked((int)0x80070020)) // Linux, macOS, Windows
            {
                await Task.Delay(10);
            }
        }
    }

    /// <summary>
    /// Refuses a directory where nothing can be stored, or where everything is encrypted with another key. Removes what
    /// killed processes left behind, and what is too old to be needed.
    /// </summary>
    /// <exception cref="InvalidOperationException"></exception>
    public void Open()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(config.DataDirectory, owner);
        var key = Path.Combine(config.DataDirectory, "key.sealed");
        var isOurs = !File.Exists(key) || Read<string>(key) is not null;
        if (!isOurs) throw new InvalidOperationException($"REVENTO_TOKEN_KEY is not the key of {config.DataDirectory}.");
        Write(key, "");
        foreach (var path in Directory.GetFiles(config.DataDirectory, "*", SearchOption.AllDirectories))
        {
            var isSwept = KeptDays.TryGetValue(Path.GetExtension(path), out var days)
                || KeptDays.TryGetValue(Path.GetFileName(Path.GetDirectoryName(path)!), out days);
            if (isSwept && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromDays(days)) File.Delete(path);
        }
    }
}
